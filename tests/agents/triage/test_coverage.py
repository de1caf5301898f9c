"""Whether a service's rows reach the window's end, and what the verdict makes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.triage.coverage import coverage_of
from agents.triage.outcome import GuideOutcome
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table, TableStatus
from playbooks.guide import Coverage, MessageValueSource, Parameter, ParameterType

STRING = ParameterType(ColumnType.STRING)
NONE = Table((), ())
RAN = {"a": Table((), ())}


def slots(kit: Any, *, until: datetime, every_s: int = 60, n: int = 10, lag_s: float | None = None) -> Table:
    """A coverage answer: a slot every `every_s` seconds up to `until`, with rows at its edges."""
    rows: list[dict[str, object]] = []
    at = kit.window.start
    while at <= until:
        lag = {} if lag_s is None else {"lag_s": lag_s}
        rows.append({"n": n, "oldest": at, "newest": at, **lag})
        at += timedelta(seconds=every_s)
    return kit.table(rows)


def judged(kit: Any, coverage: Table | str, **more: Any) -> GuideOutcome:
    """The outcome of a guide whose one step says that all is well."""
    made = kit.guide(
        kit.step("a", kit.branch("healthy", None, text="no failures"), kql="AppRequests"), **more.pop("guide", {})
    )
    return kit.play(made, {**RAN, "coverage": coverage, **more.pop("tables", {})}, **more).outcome


def test_covered_is_healthy(kit: Any):
    """Rows up to the window's end, nothing found: healthy, in the guide's words."""
    outcome = judged(kit, slots(kit, until=kit.window.end))
    assert (outcome.verdict.status.value, outcome.verdict.summary) == ("healthy", "Healthy: no failures.")
    assert (outcome.coverage.rows, outcome.coverage.reached) == (610, True)


def test_stale_is_no_data(kit: Any):
    """Rows that stop long before the end are no data, with the newest row and the silence."""
    outcome = judged(kit, slots(kit, until=kit.window.end - timedelta(minutes=20)))
    assert outcome.verdict.status.value == "no_data"
    assert "the newest of 2026-03-01T10:40:00Z" in outcome.verdict.reason
    assert "1,200 s before the window's end, where they usually come every 60 s" in outcome.verdict.reason


def test_lag_is_allowed_for(kit: Any):
    """Rows may end as long before the window's end as they usually take to arrive."""
    until = kit.window.end - timedelta(minutes=5)
    assert judged(kit, slots(kit, until=until, lag_s=280.0)).verdict.status.value == "healthy"
    assert judged(kit, slots(kit, until=until, lag_s=30.0)).verdict.status.value == "no_data"


def test_lag_without_receive_time(kit: Any):
    """Where nobody's rows have arrived yet, a few minutes count as lag; where others' have, or for longer, not."""
    verdicts = []
    for silent, of_others in ((4, 4), (4, 0), (20, 20)):
        until = kit.window.end - timedelta(minutes=silent)
        newest = kit.window.end - timedelta(minutes=of_others)
        others = kit.table([{"name": "cart", "n": 9, "newest": newest}, {"name": "checkout", "n": 9, "newest": until}])
        outcome = judged(kit, slots(kit, until=until), tables={"services": others})
        verdicts.append((outcome.verdict.status.value, outcome.coverage.lag_s))
    assert verdicts == [("healthy", 240.0), ("no_data", 0.0), ("no_data", None)]


def test_lag_is_a_median(kit: Any):
    """One slot with very late rows does not excuse silence."""
    until = kit.window.end - timedelta(minutes=20)
    rows = slots(kit, until=until, lag_s=30.0).records()
    rows[3]["lag_s"] = 9_000.0
    assert judged(kit, kit.table(rows)).coverage.lag_s == 30.0


def test_a_gap_does_not_excuse_silence(kit: Any):
    """A long gap in the middle does not make a long silence at the end usual."""
    rows = [{"n": 50, "oldest": kit.window.start, "newest": kit.window.start + timedelta(minutes=5)}]
    late = kit.window.start + timedelta(minutes=40)
    rows.append({"n": 50, "oldest": late, "newest": late})
    outcome = judged(kit, kit.table(rows))
    assert (outcome.verdict.status.value, outcome.coverage.spacing_s) == ("no_data", 360.0)


def test_too_few_rows(kit: Any):
    """Fewer rows than the guide needs are no data, whatever their age."""
    outcome = judged(kit, kit.covered(n=4))
    assert outcome.verdict.status.value == "no_data"
    assert "fewer than the 20 that the guide needs" in outcome.verdict.reason


def test_no_rows_names_the_nearest(kit: Any):
    """A service without rows is no data, with its newest row before the window and names like its own."""
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    others = kit.table(
        [
            {"name": "payments", "n": 90, "newest": kit.window.end},
            {"name": "checkout-api", "n": 50, "newest": kit.window.end},
            {"name": "checkout", "n": 3, "newest": at},
        ]
    )
    outcome = judged(kit, NONE, tables={"services": others})
    assert (outcome.verdict.status.value, outcome.coverage.nearest) == ("no_data", ("checkout-api",))
    assert outcome.coverage.newest == at
    assert "the table's newest is of 2026-03-01T11:00:00Z" in outcome.verdict.summary


def test_empty_table(kit: Any):
    """A table in which nobody logs is no data and says so."""
    outcome = judged(kit, NONE, tables={"services": NONE})
    assert "nobody has logged there" in outcome.verdict.reason
    assert outcome.next[0].startswith("Check that telemetry arrives: AppRequests has no rows of checkout")


def test_missing_table(kit: Any):
    """A table that is not there is no data, with the nearest names, and is not asked."""
    schemas = {"AppRequest": ()}
    outcome = judged(kit, "unasked", schemas=schemas)
    assert outcome.verdict.reason == "no table 'AppRequests'; the script has AppRequest"


def test_no_rows_at_all_beats_findings(kit: Any):
    """A service that logs nothing is no data even where another table shows something."""
    made = kit.guide(kit.step("a", kit.branch("finding", None, text="a change")))
    outcome = kit.play(made, {**RAN, "coverage": NONE, "services": NONE}).outcome
    assert outcome.verdict.status.value == "no_data"


def test_findings_on_stale_rows_are_inconclusive(kit: Any):
    """What was found in rows that end early is reported as found, not as no data."""
    made = kit.guide(kit.step("a", kit.branch("finding", None, text="errors")))
    stale = slots(kit, until=kit.window.end - timedelta(minutes=30))
    outcome = kit.play(made, {**RAN, "coverage": stale}).outcome
    assert outcome.verdict.status.value == "inconclusive"
    assert "Follow up: errors" in outcome.next


def test_coverage_that_failed(kit: Any):
    """Where the rows cannot be counted nothing is healthy, and nothing is called absent."""
    outcome = judged(kit, "the backend gave out")
    assert (outcome.verdict.status.value, outcome.coverage.reached) == ("inconclusive", None)


def test_coverage_that_hangs(kit: Any):
    """A count that takes too long is given up, and the run ends."""
    outcome = judged(kit, slots(kit, until=kit.window.end), delays_s={"coverage": 10_000.0})
    assert outcome.verdict.reason == "the service's rows could not be counted within 30 s"


def test_guide_without_coverage(kit: Any):
    """A guide that does not say whose rows count cannot call anything healthy."""
    outcome = judged(kit, "unasked", guide={"coverage": None})
    assert outcome.verdict.status.value == "inconclusive"


def test_unknown_time_column(kit: Any):
    """A table without a time column cannot be judged, and says so."""
    schemas = {"AppRequests": (Column("AppRoleName", ColumnType.STRING),)}
    assert judged(kit, "unasked", schemas=schemas).coverage.reason == "the table AppRequests lacks a time column"


def test_received_and_list(kit: Any):
    """Lag is asked for where there is a receive time; a list of services is asked by `in`."""
    columns = tuple(Column(name, ColumnType.DATETIME) for name in ("At", "_TimeReceived"))
    schemas = {"AppRequests": (*columns, Column("AppRoleName", ColumnType.STRING))}
    names = (QueryParameter("p_service", ColumnType.DYNAMIC, ["a", "b"]),)
    made = kit.guide(kit.step("a", kql="AppRequests"))
    played = kit.play(made, {**RAN}, schemas=schemas, parameters=names)
    kql = next(item.kql for item in played.port.asked if item.key == "coverage")
    assert "AppRoleName in (p_service) and At >= coverage_from" in kql
    assert "by name = AppRoleName, slot = bin(At, coverage_slot)\n| sort by name asc, slot asc" in kql
    assert "percentile(datetime_diff('second', _TimeReceived, At), 95)" in kql


def several(kit: Any, rows: list[dict[str, object]], *, text: str = "healthy") -> GuideOutcome:
    """The outcome for the services beta and ghost, whose coverage answer is `rows`."""
    names = (QueryParameter("p_services", ColumnType.DYNAMIC, ["beta", "ghost"]),)
    rule = Coverage(table="AppRequests", column="AppRoleName", parameter="p_services")
    made = kit.guide(kit.step("a", kit.branch(text, None, text="said")), coverage=rule)
    others = kit.table([{"name": "beta", "n": 9, "newest": kit.window.end}])
    tables = {**RAN, "coverage": kit.table(rows), "services": others}
    return kit.play(made, tables, parameters=names).outcome


def ends(kit: Any, name: str, end: datetime) -> list[dict[str, object]]:
    """A service's slots at the window's start and at `end`."""
    return [{"name": name, "n": 50, "oldest": at, "newest": at} for at in (kit.window.start, end)]


def test_one_of_several_logs_nothing(kit: Any):
    """Of several services each is judged: one that logs nothing is no data, whatever the others log."""
    outcome = several(kit, ends(kit, "beta", kit.window.end))
    assert (outcome.verdict.status.value, outcome.coverage.rows) == ("no_data", 100)
    assert outcome.verdict.reason.startswith("AppRequests has no rows of ghost in the window")
    assert outcome.coverage.service == "beta, ghost"


def test_one_of_several_falls_silent(kit: Any):
    """One that stops early is named, and does not hide behind another."""
    stale = kit.window.end - timedelta(minutes=30)
    outcome = several(kit, [*ends(kit, "beta", kit.window.end), *ends(kit, "ghost", stale)])
    assert outcome.verdict.status.value == "no_data"
    assert outcome.verdict.reason.startswith("AppRequests has 100 rows of ghost")


def test_all_of_several_are_covered(kit: Any):
    """Where each of several reaches the end they are healthy, and the reason names each."""
    outcome = several(kit, [*ends(kit, "beta", kit.window.end), *ends(kit, "ghost", kit.window.end)])
    assert (outcome.verdict.status.value, outcome.coverage.rows) == ("healthy", 200)
    assert "rows of beta" in outcome.coverage.reason
    assert "rows of ghost" in outcome.coverage.reason


def test_findings_beside_a_silent_service(kit: Any):
    """What was found on one service is not lost because another logs nothing."""
    outcome = several(kit, ends(kit, "beta", kit.window.end), text="finding")
    assert outcome.verdict.status.value == "inconclusive"
    assert outcome.next[1] == "Follow up: said"


def test_no_service_named(kit: Any):
    """An empty list of services covers nobody, and calls nobody absent."""
    names = (QueryParameter("p_service", ColumnType.DYNAMIC, []),)
    facts = kit.play(kit.guide(kit.step("a")), RAN, parameters=names).outcome.coverage
    assert (facts.reached, facts.reason) == (None, "the parameter 'p_service' names no service")


def test_default_coverage(kit: Any):
    """Without a rule of its own a guide is covered by the parameter that names the service."""
    region = Parameter(name="p_region", type=STRING, sources=(MessageValueSource("R", "Region"),))
    service = Parameter(name="p_service", type=STRING, sources=(MessageValueSource("T", "App"),))
    made = kit.guide(kit.step("a"), coverage=None, parameters=(region, service))
    assert coverage_of(made) == Coverage(table="T", column="App", parameter="p_service")


def test_finding_is_never_healthy(kit: Any):
    """A finding without a conclusion is inconclusive."""
    made = kit.guide(kit.step("a", kit.branch("finding", None, text="errors rose")))
    outcome = kit.play(made, RAN).outcome
    assert (outcome.verdict.status.value, outcome.verdict.cause) == ("inconclusive", None)
    assert outcome.verdict.reason == "found without a cause: errors rose"


def test_ranking(kit: Any):
    """Equal confidence is ranked by findings on the way, then by the file."""
    made = kit.guide(
        kit.step("a", kit.branch("conclude", None, cause="first")),
        kit.step("b", kit.branch("finding", None, next=("c",))),
        kit.step("c", kit.branch("conclude", None, cause="second", text="it is c")),
        kit.step("d", kit.branch("conclude", None, cause="third")),
        start=("a", "b", "d"),
    )
    outcome = kit.play(made, dict.fromkeys("abcd", NONE)).outcome
    assert [item.cause for item in outcome.conclusions] == ["second", "first", "third"]
    assert outcome.verdict.summary == "it is c"
    assert (
        outcome.verdict.reason == "step 'c' concluded with confidence high on 1 finding; also concluded: first, third"
    )


def part(table: Table) -> Table:
    """The table as a service gives it that gave out midway."""
    return replace(table, status=TableStatus.PARTIAL, reason="the service gave a part of the result")


def test_a_part_of_the_count_is_no_lack_of_data(kit: Any):
    """Rows that a cut count lacks may be in the rest: neither none, nor old ones, nor too few are then no data."""
    stale = slots(kit, until=kit.window.end - timedelta(minutes=20))
    few = slots(kit, until=kit.window.end, n=1)
    for counted, guide in (
        (NONE, {}),
        (stale, {}),
        (
            few,
            {
                "coverage": Coverage(
                    table="AppRequests", column="AppRoleName", parameter="p_service", minimum_rows=1_000
                )
            },
        ),
    ):
        outcome = judged(kit, part(counted), guide=guide, tables={"services": NONE})
        assert (outcome.verdict.status.value, outcome.coverage.reached, outcome.coverage.rows) == (
            "inconclusive",
            None,
            None,
        )
        assert "not all rows of AppRequests were counted: the service gave a part" in outcome.verdict.reason


def test_a_part_that_shows_enough_is_coverage(kit: Any):
    """What a cut count does show is there."""
    assert judged(kit, part(slots(kit, until=kit.window.end))).verdict.status.value == "healthy"


def test_a_part_of_the_others_excuses_no_silence(kit: Any):
    """Others' rows that were cut off may have arrived: silence is no lag by them."""
    until = kit.window.end - timedelta(minutes=4)
    others = kit.table([{"name": "checkout", "n": 9, "newest": until}])
    outcome = judged(kit, slots(kit, until=until), tables={"services": part(others)})
    assert (outcome.verdict.status.value, outcome.coverage.lag_s) == ("no_data", None)
