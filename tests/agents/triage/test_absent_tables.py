"""What a run says where an optional table is not there: nothing is ruled out by rows that nobody could write."""

from typing import Any

import pytest

from agents.triage.reporting import guide_result
from orchestrator.core.report import StatementKind, WindowView
from orchestrator.core.table import Column, ColumnType, Table
from playbooks.guide import DeclaredTable, Guide, SubGuide

EMPTY = Table((Column("x", ColumnType.LONG),), ())
TABLES = {
    "AppRequests": DeclaredTable(name="AppRequests", columns={"x": ColumnType.LONG}),
    "Extra": DeclaredTable(name="Extra", columns={"x": ColumnType.LONG}, optional=True),
}


def two(kit: Any, kind: str = "ruled_out", *, kql: str = "Extra", **more: Any) -> Guide:
    """A guide that looks at requests and, by `kql`, at more."""
    return kit.guide(
        kit.step("seen", kit.branch("ruled_out", None, text="no errors"), kql="AppRequests"),
        kit.step("extra", kit.branch(kind, "size(rows) == 0", text="no changes"), kql=kql),
        start=("seen", "extra"),
        tables=TABLES,
        **more,
    )


@pytest.mark.parametrize("kind", ["ruled_out", "healthy"])
def test_nothing_is_ruled_out(kit: Any, kind: str):
    """A step that read only stand-ins is done and blocks nothing, but what it would say is listed as not checked."""
    outcome = kit.play(two(kit, kind), {"seen": EMPTY, "extra": EMPTY}).outcome
    assert [item.text for item in (*outcome.ruled_out, *outcome.healthy)] == ["no errors"]
    assert [item.text for item in outcome.unknown] == ["there is no table Extra: nothing can be said (Title of extra)"]
    assert (outcome.verdict.status.value, outcome.step("extra").status.value) == ("healthy", "done")
    assert outcome.notes == ("there is no table Extra; read as empty",)


def test_the_report_says_so(kit: Any):
    """The report's claims, steps, notes and unknowns agree."""
    made = two(kit)
    outcome = kit.play(made, {"seen": EMPTY, "extra": EMPTY}).outcome
    window = WindowView(window=kit.window, zone="UTC", origin="given")
    result = guide_result(outcome, made, window=window, values={}, origins={})
    said = "there is no table Extra: nothing can be said (Title of extra)"
    assert [(item.kind, item.template) for item in result.statements] == [(StatementKind.RULED_OUT, "no errors")]
    assert [item.text for item in result.unknown] == [said]
    assert (result.steps[1]["outcome"], result.steps[1]["text"]) == ("unknown", said)
    assert result.notes == ("there is no table Extra; read as empty",)


def test_a_finding_stays(kit: Any):
    """What an author finds in an absence is a finding still."""
    outcome = kit.play(two(kit, "finding"), {"seen": EMPTY, "extra": EMPTY}).outcome
    assert [item.text for item in outcome.findings] == ["no changes"]


def test_another_table_beside_it(kit: Any):
    """A query that reads a table which is there too rules out, with a note."""
    made = two(kit, kql="AppRequests | union Extra")
    outcome = kit.play(made, {"seen": EMPTY, "extra": EMPTY}).outcome
    assert ([item.text for item in outcome.ruled_out], outcome.unknown) == (["no errors", "no changes"], ())
    assert outcome.notes == ("there is no table Extra; read as empty",)


def test_decision_on_nothing(kit: Any):
    """A decision that rests only on a step without rows to read rules nothing out either."""
    made = kit.guide(
        kit.step("extra", kit.branch("ruled_out", None, next=("then",)), kql="Extra"),
        kit.step("then", kit.branch("ruled_out", "size(steps.extra.rows) == 0", text="nothing changed"), kql=None),
        tables=TABLES,
    )
    outcome = kit.play(made, {"extra": EMPTY}).outcome
    assert (outcome.ruled_out, [item.step for item in outcome.unknown]) == ((), ["extra", "then"])


def test_nothing_was_looked_at(kit: Any):
    """Where every step read only stand-ins nothing is healthy, although the service logs."""
    made = kit.guide(kit.step("extra", kit.branch("healthy", None), kql="Extra"), tables=TABLES)
    outcome = kit.play(made, {"extra": EMPTY}).outcome
    assert (outcome.verdict.status.value, outcome.verdict.reason) == (
        "inconclusive",
        "there is no table Extra, and the steps looked at nothing else",
    )


def test_inside_another_guide(kit: Any):
    """The notes and open ends of a guide that a step runs come up."""
    inner = two(kit, coverage=None, id="inner")
    outer = kit.guide(kit.step("sub", kit.branch("healthy", None), kql=None, run=SubGuide(guide="inner")))
    outcome = kit.play(outer, {"sub/seen": EMPTY, "sub/extra": EMPTY}, guides={"inner": inner}).outcome
    assert (outcome.notes, [item.step for item in outcome.unknown]) == (
        ("there is no table Extra; read as empty",),
        ["sub/extra"],
    )
