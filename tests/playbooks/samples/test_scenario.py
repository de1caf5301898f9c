"""What is played must be coherent, hold its one fault, and hold none where it is healthy."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orchestrator.core.errors import InputError
from playbooks.samples.manifest import Truth
from playbooks.samples.scenario import SCENARIOS, find_scenario, make, play
from playbooks.samples.tables import TABLES


class Played:
    """A played folder; a table's rows come as dicts when asked for."""

    def __init__(self, name: str, seed: int) -> None:
        played = play(SCENARIOS[name], seed=seed)
        self.world, self.fault, self.rows = played.world, played.fault, played.rows
        self._tables: dict[str, list[dict[str, Any]]] = {}

    def table(self, table: str) -> list[dict[str, Any]]:
        """A table's rows, by time."""
        if table not in self._tables:
            names = [field.name for field in TABLES[table]]
            self._tables[table] = [dict(zip(names, row, strict=True)) for row in self.rows[table]]
        return self._tables[table]

    def since_fault(self, table: str) -> list[dict[str, Any]]:
        """A table's rows from the fault's start on."""
        assert self.fault.truth is not None
        start_us = round((self.world.epoch_s + self.fault.truth.started_s) * 1_000_000)
        return [row for row in self.table(table) if row["TimeGenerated"] >= start_us]

    @property
    def truth(self) -> Truth:
        """What is at fault."""
        assert self.fault.truth is not None
        return self.fault.truth


@lru_cache(maxsize=2)
def played(name: str, seed: int) -> Played:
    """A scenario, played once for tests that follow each other."""
    return Played(name, seed)


@pytest.fixture(scope="module", params=list(SCENARIOS))
def folder(request: pytest.FixtureRequest) -> Played:
    """Each scenario in turn; pytest runs all tests of one before the next."""
    return played(request.param, 1)


def failed_share(rows: list[dict[str, Any]]) -> float:
    """Failed requests or calls by ItemCount."""
    total = sum(row["ItemCount"] for row in rows)
    return sum(row["ItemCount"] for row in rows if not row["Success"]) / max(1, total)


def test_rows_and_services_are_as_many_as_a_real_export_has(folder: Played):
    """20,000 to 95,000 rows and 6 to 12 services."""
    assert 20_000 <= sum(len(rows) for rows in folder.rows.values()) <= 95_000
    assert 6 <= len(folder.world.services) <= 12


def test_calls_join_their_requests(folder: Played):
    """A call's parent is a request of the same operation and role, unless sampling or the end cut the request off."""
    requests = {row["Id"]: row for row in folder.table("AppRequests")}
    parents = [(row, requests.get(row["ParentId"])) for row in folder.table("AppDependencies")]
    known = [(call, parent) for call, parent in parents if parent]
    assert len(known) > 0.97 * len(parents)
    assert all(
        (call["OperationId"], call["AppRoleInstance"]) == (parent["OperationId"], parent["AppRoleInstance"])
        for call, parent in known
    )


def test_a_request_from_below_starts_and_ends_within_its_call(folder: Played):
    """The callee's request lies inside the caller's dependency, but for calls that timed out."""
    calls = {row["Id"]: row for row in folder.table("AppDependencies") if row["DependencyType"] == "HTTP"}
    pairs = [(calls[row["ParentId"]], row) for row in folder.table("AppRequests") if row["ParentId"] in calls]
    assert pairs
    assert all(call["TimeGenerated"] <= request["TimeGenerated"] for call, request in pairs)
    assert all(
        request["DurationMs"] <= call["DurationMs"] or call["DurationMs"] == pytest.approx(20_000)
        for call, request in pairs
    )


def test_nothing_arrived_after_the_end_and_all_of_it_late(folder: Played):
    """Every row came seconds to minutes after its time, and before the folder's end."""
    end_us = round((folder.world.epoch_s + folder.world.length_s) * 1_000_000)
    lags = [
        (row[1] - row[0]) / 1e6
        for table, rows in folder.rows.items()
        if table not in ("AppRequests", "AppDependencies")  # those leave at their end, not at their start
        for row in rows
    ]
    assert min(lags) > 3
    assert max(lags) <= 240.001
    assert all(row[1] <= end_us for rows in folder.rows.values() for row in rows)


def test_one_service_has_a_telemetry_gap_away_from_the_fault(folder: Played):
    """Some minutes of a service are missing, and it is not the one at fault."""
    herring = next(text for text in folder.world.herrings if text.startswith("telemetry gap of "))
    service = herring.removeprefix("telemetry gap of ")
    times = sorted(row["TimeGenerated"] / 1e6 for row in folder.table("AppRequests") if row["AppRoleName"] == service)
    assert max(later - sooner for sooner, later in pairwise(times)) >= 360
    assert folder.fault.truth is None or folder.truth.service != service


def test_sampling_is_there_and_constant_within_a_service():
    """Over a few seeds, part of the services has an ItemCount above 1, each always the same."""
    counts = defaultdict(set)
    for name in ("healthy_quiet", "deploy_5xx", "queue_backlog"):
        for row in played(name, 1).table("AppRequests"):
            counts[name, row["AppRoleName"]].add(row["ItemCount"])
    assert all(len(values) == 1 for values in counts.values())
    assert len({next(iter(values)) for values in counts.values()}) >= 3


def test_failures_are_noise_but_for_the_fault(folder: Played):
    """Before the fault no service fails in more than 3 % of its requests; then the one at fault does in 4 to 96 %."""
    truth = folder.fault.truth
    at_s = truth.started_s if truth else folder.world.length_s
    at_us = round((folder.world.epoch_s + at_s) * 1_000_000)
    for service in folder.world.services:
        rows = [row for row in folder.table("AppRequests") if row["AppRoleName"] == service]
        assert failed_share([row for row in rows if row["TimeGenerated"] < at_us]) < 0.03
        if truth and truth.service == service and truth.kind != "queue_backlog":
            assert 0.04 < failed_share([row for row in rows if row["TimeGenerated"] >= at_us]) < 0.96


@pytest.mark.parametrize("name", ["healthy_busy", "healthy_quiet"])
def test_a_healthy_system_has_noise_and_nothing_else(name: str):
    """Some requests fail, nothing is killed, no node is lost, every test passes."""
    folder = played(name, 2)
    reasons = {row["Reason"] for row in folder.table("KubeEvents")}
    assert folder.fault.truth is None
    assert 0 < failed_share(folder.table("AppRequests")) < 0.01
    assert not reasons & {"OOMKilling", "BackOff", "NodeNotReady"}
    assert all(row["Success"] for row in folder.table("AppAvailabilityResults"))


def test_errors_reach_the_callers():
    """A caller of the failing service fails too, and its failing call points at it."""
    folder = played("shop", 1)
    bad = [row for row in folder.since_fault("AppDependencies") if row["Target"] == "checkout" and not row["Success"]]
    callers = {row["AppRoleName"] for row in bad}
    assert Counter(row["ResultCode"] for row in bad).most_common(1)[0][0] == "502"
    for caller in callers:
        rows = [row for row in folder.since_fault("AppRequests") if row["AppRoleName"] == caller]
        assert failed_share(rows) > 0.02
    assert callers


def test_shop_shows_a_faulty_a_healthy_and_a_silent_service():
    """Checkout answers 502 since 10:20, catalog is well, invoicing logs nothing."""
    folder = played("shop", 1)
    recent = folder.since_fault("AppRequests")
    checkout = [row for row in recent if row["AppRoleName"] == "checkout"]
    codes = Counter(row["ResultCode"] for row in checkout if not row["Success"])
    assert codes.most_common(1)[0][0] == "502"
    assert failed_share(checkout) > 0.5
    assert failed_share([row for row in recent if row["AppRoleName"] == "catalog"]) < 0.05
    assert not [row for row in folder.table("AppRequests") if row["AppRoleName"] == "invoicing"]
    first = min(
        row["TimeGenerated"]
        for row in folder.table("AppRequests")
        if row["ResultCode"] == "502" and row["AppRoleName"] == "checkout"
    )
    assert datetime.fromtimestamp(first / 1e6, UTC).strftime("%H:%M") in ("10:20", "10:21")


@pytest.mark.parametrize("seed", [2])
def test_a_bad_deployment_fails_on_its_version_only(seed: int):
    """Failures sit on the new version, with an exception that was not there before and a deployment before it."""
    folder = played("deploy_5xx", seed)
    truth = folder.truth
    mine = [row for row in folder.since_fault("AppRequests") if row["AppRoleName"] == truth.service]
    shares = {v: failed_share([r for r in mine if r["AppVersion"] == v]) for v in {r["AppVersion"] for r in mine}}
    assert max(shares, key=lambda version: shares[version]) == truth.object
    assert all(share < 0.05 for version, share in shares.items() if version != truth.object)
    deploys = [row for row in folder.table("AzureActivity") if truth.object in row["Properties"]]
    assert {row["ActivityStatusValue"] for row in deploys} >= {"Start"}


@pytest.mark.parametrize("seed", [3, 5])
def test_a_dependency_that_is_down_fails_or_crawls_for_all_who_call_it(seed: int):
    """One target is bad from every caller; every other outside target is well."""
    folder = played("dependency_down", seed)
    truth = folder.truth
    outside = [
        row
        for row in folder.since_fault("AppDependencies")
        if row["DependencyType"] != "HTTP" or ".example" in row["Target"]
    ]
    by_target = defaultdict(list)
    for row in outside:
        by_target[row["Target"]].append(row)
    assert failed_share(by_target.pop(truth.object)) > 0.3
    assert all(failed_share(rows) < 0.05 for rows in by_target.values() if len(rows) > 20)


def test_exhausted_connections_show_on_the_server_and_in_the_messages():
    """Connections reach the maximum and stay; exceptions say why."""
    folder = played("db_connections_exhausted", 1)
    truth = folder.truth
    metrics = [row for row in folder.since_fault("AzureMetrics") if row["Resource"] == truth.object.upper()]
    limit = max(row["Maximum"] for row in metrics if row["MetricName"] == "max_connections")
    used = [row["Average"] for row in metrics if row["MetricName"] == "active_connections"]
    assert min(used[2:]) > 0.95 * limit
    assert max(row["Total"] for row in metrics if row["MetricName"] == "connections_failed") > 20
    messages = " ".join(row["InnermostMessage"] for row in folder.since_fault("AppExceptions"))
    assert "connection slots are reserved" in messages


@pytest.mark.parametrize("seed", [2, 4])
def test_a_backlog_grows_while_arrivals_stay(seed: int):
    """Waiting messages rise to hundreds; as many arrive as before; fewer leave."""
    folder = played("queue_backlog", seed)
    metrics = folder.since_fault("AzureMetrics")
    waiting = [row["Average"] for row in metrics if row["MetricName"] == "ActiveMessages"]
    came = sum(row["Total"] for row in metrics if row["MetricName"] == "IncomingMessages")
    left = sum(row["Total"] for row in metrics if row["MetricName"] == "OutgoingMessages")
    before = [row["Average"] for row in folder.table("AzureMetrics") if row["MetricName"] == "ActiveMessages"]
    assert waiting[-1] > 300
    assert waiting[-1] > 5 * max(before[: len(before) // 2])
    assert left < 0.9 * came


def test_a_leak_ends_in_kills():
    """Memory climbs to the limit, containers are killed and restart."""
    folder = played("memory_leak_oom", 1)
    truth = folder.truth
    kills = [row for row in folder.table("KubeEvents") if row["Reason"] == "OOMKilling"]
    restarted = {r["ServiceName"] for r in folder.table("KubePodInventory") if r["PodRestartCount"] > 0}
    perf = [row for row in folder.table("Perf") if row["InstanceName"].endswith(f"/{truth.service}")]
    limit = max(row["CounterValue"] for row in perf if row["CounterName"] == "memoryLimitBytes")
    assert kills
    assert restarted == {truth.service}
    assert max(r["CounterValue"] for r in perf if r["CounterName"] == "memoryWorkingSetBytes") > 0.85 * limit


def test_an_expired_certificate_fails_one_host_from_one_instant():
    """TLS errors of one host only, none before the instant, and a failing availability test."""
    folder = played("certificate_expired", 1)
    truth = folder.truth
    calls = [row for row in folder.table("AppDependencies") if row["Target"] == truth.object]
    after = [row for row in folder.since_fault("AppDependencies") if row["Target"] == truth.object]
    tests = [row for row in folder.since_fault("AppAvailabilityResults") if truth.object in row["Name"]]
    assert failed_share(calls[: len(calls) - len(after)]) < 0.02
    assert failed_share(after) > 0.7
    assert not any(row["Success"] for row in tests)
    assert "expired" in tests[0]["Message"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_zone_outage_takes_the_nodes_of_one_zone(seed: int):
    """Only nodes of one zone are not ready, and the platform's health entries name it."""
    folder = played("zone_outage", seed)
    truth = folder.truth
    lost = [row for row in folder.table("KubeNodeInventory") if "Ready" not in row["Status"]]
    health = [
        row for row in folder.table("AzureActivity") if row["CategoryValue"] in ("ServiceHealth", "ResourceHealth")
    ]
    assert lost
    assert all(f'"topology.kubernetes.io/zone": "{truth.object}"' in row["Labels"] for row in lost)
    assert {row["CategoryValue"] for row in health} == {"ServiceHealth", "ResourceHealth"}


@pytest.mark.parametrize("seed", [2, 4])
def test_a_bad_flag_fails_only_where_it_is_on(seed: int):
    """Requests without the flag are well, no other flag tells them apart, and no new version is out."""
    folder = played("bad_config_flag", seed)
    truth = folder.truth
    mine = [row for row in folder.since_fault("AppRequests") if row["AppRoleName"] == truth.service]
    on = [row for row in mine if f'"feature_flag.{truth.object}":"on"' in row["Properties"]]
    off = [row for row in mine if f'"feature_flag.{truth.object}":"off"' in row["Properties"]]
    assert failed_share(on) > 0.5
    assert failed_share(off) < 0.05
    assert len({row["AppVersion"] for row in mine}) == 1
    for other in folder.world.flags.keys() - {truth.object}:
        with_other = [row for row in on if f'"feature_flag.{other}":"off"' in row["Properties"]]
        assert len(with_other) < 15 or failed_share(with_other) > 0.4
    changes = [row for row in folder.table("AzureActivity") if truth.object in row["ResourceId"]]
    assert {row["ActivityStatusValue"] for row in changes} == {"Start", "Success"}


def test_an_unknown_name_is_answered_with_the_nearest():
    """A typing error is mended by the message."""
    with pytest.raises(InputError, match="unknown sample 'deploy_5x': did you mean deploy_5xx"):
        find_scenario("deploy_5x")


def test_an_end_without_zone_is_refused(tmp_path: Path):
    """A naive end would shift silently."""
    with pytest.raises(InputError, match="no time zone"):
        make("healthy_quiet", seed=1, out=tmp_path / "out", end=datetime(2026, 3, 1, 12, 0))  # noqa: DTZ001
    assert not (tmp_path / "out").exists()
