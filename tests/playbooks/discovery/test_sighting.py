from orchestrator.core.table import Column, ColumnType, Table
from playbooks.discovery.sighting import Tables, host_of, sight


def table(names: str, *rows: tuple[object, ...]) -> Table:
    """Rows under names; the last column is a count where it is called so."""
    kinds = {"calls": ColumnType.LONG}
    columns = tuple(Column(name, kinds.get(name, ColumnType.STRING)) for name in names.split())
    return Table(columns, rows)  # type: ignore[arg-type]  # plain values


def tables(**changes: Table) -> Tables:
    """A shop of three services, with one that has pods alone."""
    found = {
        "roles": table("AppRoleName calls", ("Shop", 90), ("shop", 10), ("orders", 50)),
        "callers": table("AppRoleName calls", ("shop", 40), ("worker", 5)),
        "targets": table(
            "AppRoleName Target calls",
            ("shop", "orders", 40),
            ("shop", "gw.example.com", 30),
            ("shop", "pg-own.postgres.database.azure.com | db", 20),
            ("orders", "redis-all.redis.cache.windows.net:6380", 9),
            ("shop", "redis-all.redis.cache.windows.net:6380", 8),
            ("worker", "silent.prod.svc.cluster.local:80", 5),
        ),
        "callees": table("AppRoleName Target Callee calls", ("shop", "gw.example.com", "orders", 29)),
        "instances": table("AppRoleName Namespace", ("shop", "prod"), ("orders", "prod")),
        "pods": table("ServiceName Namespace", ("orders", "prod"), ("silent", "prod")),
        "resources": table(
            "ResourceId",
            ("/s/1/PG-OWN",),
            ("/s/1/pg-own",),
            ("/s/1/redis-all",),
            ("/s/1/sites/orders",),
            ("/s/1/nobody",),
        ),
    }
    return Tables(**{**found, **changes})


def test_services_are_those_that_report_and_those_that_have_pods():
    """Names that differ in case alone are one service; one that sends nothing has no role name."""
    found = {seen.name: seen for seen in sight(tables())}
    assert [*found] == ["orders", "Shop", "silent", "worker"]
    assert (found["Shop"].role_names, found["Shop"].requests) == (("Shop", "shop"), 100)
    assert (found["silent"].role_names, found["silent"].namespaces) == ((), ("prod",))
    assert found["worker"].role_names == ("worker",)


def test_calls_are_mapped_by_traces_and_by_hosts():
    """A gateway's callee is told by its traced requests; a host within the cluster by its name; others stay hosts."""
    found = {seen.name: seen for seen in sight(tables())}
    assert found["Shop"].calls == {"orders": 70}
    assert found["Shop"].by_trace == {"orders"}
    assert found["worker"].calls == {"silent": 5}
    assert found["worker"].by_trace == frozenset()
    assert found["Shop"].hosts == {
        "gw.example.com": 30,
        "pg-own.postgres.database.azure.com": 20,
        "redis-all.redis.cache.windows.net": 8,
    }


def test_resources_are_its_own_or_shared():
    """What is named like it or called by it alone is its own, however it is written; what others call is shared."""
    found = {seen.name: seen for seen in sight(tables())}
    assert (found["Shop"].resource_ids, found["Shop"].shared) == (("/s/1/pg-own",), ("/s/1/redis-all",))
    assert found["orders"].resource_ids == ("/s/1/sites/orders",)


def test_a_host_outside_is_no_service_though_it_begins_alike():
    """`orders.example.com` is somebody else's."""
    outside = table("AppRoleName Target calls", ("shop", "orders.example.com", 3))
    found = {seen.name: seen for seen in sight(tables(targets=outside))}
    assert found["Shop"].calls == {}


def test_the_host_of_a_target():
    """Ports, databases, queues and schemes are left out."""
    assert [host_of(t) for t in ("a:80", "pg.x.net | db", "https://h.net/p", "bus.net/queue")] == [
        "a", "pg.x.net", "h.net", "bus.net",
    ]  # fmt: skip
