"""What telemetry shows of services: who reports, who calls whom, where they run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.table import Table

_HOST_END = " |:/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One service as telemetry shows it.

    Attributes:
        name: Its role name; of a service that sends none, its name in Kubernetes.
        role_names: Ways to write the role name, the most frequent first.
        requests: How many it answered.
        calls: How many calls to other services, by their names.
        by_trace: Those of them whose request was seen on the other side; the others are known by the host's name.
        hosts: What else it calls: the host, and how often.
        namespaces: Where its pods run.
        resource_ids: Resources that are its own: named like it, or called by it alone.
        shared: Resources that it calls as others do.
    """

    name: str
    role_names: tuple[str, ...] = ()
    requests: int = 0
    calls: Mapping[str, int] = field(default_factory=dict)
    by_trace: frozenset[str] = frozenset()
    hosts: Mapping[str, int] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    resource_ids: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The answers of `queries.QUERIES`; an empty table where telemetry has none."""

    roles: Table
    callers: Table
    targets: Table
    callees: Table
    instances: Table
    pods: Table
    resources: Table


def sight(tables: Tables) -> tuple[Seen, ...]:
    """The services, in the order of their names."""
    spellings = _spellings(tables)
    requests = _sums(tables.roles, "AppRoleName", "calls")
    named = {name: _key(name) for name in spellings}
    pods = _pod_namespaces(tables)
    for service in pods:
        if service not in set(named.values()):
            spellings[service] = [service]
            named[service] = service
    known = {key: name for name, key in named.items()}
    edges, traced, hosts = _edges(tables, known)
    users = _users(hosts)
    resources = [*{str(row[0]).casefold(): str(row[0]) for row in tables.resources.rows if row[0]}.values()]
    return tuple(
        Seen(
            name=name,
            role_names=tuple(spellings[name]) if key in requests or _calls_out(tables, key) else (),
            requests=requests.get(key, 0),
            calls={known[callee]: count for callee, count in sorted(edges.get(key, Counter()).items())},
            by_trace=frozenset(known[callee] for caller, callee in traced if caller == key),
            hosts=dict(hosts.get(key, Counter()).most_common()),
            namespaces=tuple(sorted(pods.get(key, ()))),
            resource_ids=_own(key, hosts.get(key, Counter()), users, resources),
            shared=_shared(hosts.get(key, Counter()), users, resources),
        )
        for name, key in sorted(named.items(), key=lambda pair: pair[1])
    )


def _key(name: object) -> str:
    return str(name or "").strip().casefold()


def _spellings(tables: Tables) -> dict[str, list[str]]:
    """The ways to write each role name, by the most frequent; names that differ in case alone are one service."""
    counted: dict[str, Counter[str]] = {}
    for table in (tables.roles, tables.callers):
        for row in table.records():
            name = str(row["AppRoleName"] or "").strip()
            if name:
                counted.setdefault(_key(name), Counter())[name] += _count(row["calls"])
    return {_best(written)[0]: _best(written) for written in counted.values()}


def _best(written: Counter[str]) -> list[str]:
    return sorted(written, key=lambda name: (-written[name], name))


def _sums(table: Table, name: str, value: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in table.records():
        found[_key(row[name])] += _count(row[value])
    return dict(found)


def _calls_out(tables: Tables, key: str) -> bool:
    return any(_key(row["AppRoleName"]) == key for row in tables.callers.records())


def _edges(
    tables: Tables, known: Mapping[str, str]
) -> tuple[dict[str, Counter[str]], set[tuple[str, str]], dict[str, Counter[str]]]:
    """Calls between services, which of them were traced to the callee, and calls to hosts that are none."""
    behind: dict[tuple[str, str], set[str]] = {}
    traced: set[tuple[str, str]] = set()
    for row in tables.callees.records():
        caller, callee = _key(row["AppRoleName"]), _key(row["Callee"])
        if callee in known and caller in known and caller != callee:
            behind.setdefault((caller, _key(row["Target"])), set()).add(callee)
            traced.add((caller, callee))
    edges: dict[str, Counter[str]] = {}
    hosts: dict[str, Counter[str]] = {}
    for row in tables.targets.records():
        caller, target = _key(row["AppRoleName"]), _key(row["Target"])
        count = _count(row["calls"])
        # a target behind which several services answer is a gateway: each of them is called
        callees = behind.get((caller, target)) or _named(target, known, but=caller)
        for callee in callees:
            edges.setdefault(caller, Counter())[callee] += count
        if not callees or "." in host_of(target):
            hosts.setdefault(caller, Counter())[host_of(target)] += count
    return edges, traced, hosts


def host_of(target: str) -> str:
    """The host of a dependency's target: `pg.example.com | db`, `cache:6380`, `bus.example.net/queue`."""
    found = target.partition("://")[2] or target
    for end in _HOST_END:
        found = found.partition(end)[0]
    return found


def _named(target: str, known: Mapping[str, str], *, but: str) -> set[str]:
    """The service that a host is named after: `orders`, `orders.shop.svc.cluster.local`, `orders:8080`."""
    host = host_of(target)
    inner = host.endswith((".svc.cluster.local", ".svc", ".internal", ".local")) or "." not in host
    first = host.partition(".")[0]
    return {first} if inner and first in known and first != but else set()


def _pod_namespaces(tables: Tables) -> dict[str, set[str]]:
    """Namespaces by service: of the pods whose names are those of its instances, and of pods that name it."""
    found: dict[str, set[str]] = {}
    for row in tables.instances.records():
        found.setdefault(_key(row["AppRoleName"]), set()).add(str(row["Namespace"]))
    for row in tables.pods.records():
        service = _key(row["ServiceName"])
        if service:
            found.setdefault(service, set()).add(str(row["Namespace"]))
    return {service: {name for name in names if name} for service, names in found.items() if service}


def _users(hosts: Mapping[str, Counter[str]]) -> dict[str, set[str]]:
    users: dict[str, set[str]] = {}
    for caller, called in hosts.items():
        for host in called:
            users.setdefault(host, set()).add(caller)
    return users


def _own(key: str, called: Iterable[str], users: Mapping[str, set[str]], resources: Sequence[str]) -> tuple[str, ...]:
    alone = {host.partition(".")[0] for host in called if len(users[host]) == 1}
    return tuple(found for found in resources if _last(found) == key or _last(found) in alone)


def _shared(called: Iterable[str], users: Mapping[str, set[str]], resources: Sequence[str]) -> tuple[str, ...]:
    several = {host.partition(".")[0] for host in called if len(users[host]) > 1}
    return tuple(found for found in resources if _last(found) in several)


def _last(resource_id: str) -> str:
    return resource_id.rstrip("/").rpartition("/")[2].casefold()


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
