"""Whether an action helped is asked in a window of its own, and told only where rows can tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agents.triage.scripted import ScriptedPort
from agents.triage.verifying import Verified, verification_window, verify_action
from orchestrator.core.actions.request import Verification
from orchestrator.core.table import Column, ColumnType, Table
from playbooks.guide import DeclaredTable, DefaultSource, Guide, MessageTimeSource, Parameter, ParameterType, TimeEdge

DONE_AT = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
START, END = DONE_AT + timedelta(minutes=5), DONE_AT + timedelta(minutes=20)
TIME = ParameterType(ColumnType.DATETIME)
KQL = "T | where t between (p_from .. p_to) and b > p_baseline_from"
EXPECT = "size(rows) > 0 && row.share <= 0.02"
PARAMETERS = (
    Parameter(name="p_service", type=ParameterType(ColumnType.STRING), sources=()),
    Parameter(name="p_from", type=TIME, sources=(MessageTimeSource(TimeEdge.START),)),
    Parameter(name="p_to", type=TIME, sources=(MessageTimeSource(TimeEdge.END),)),
    Parameter(name="p_baseline_from", type=TIME, sources=(DefaultSource("p_from-4h"),)),
)
KEPT = {
    "p_service": {"type": "string", "value": "checkout"},
    "p_from": {"type": "datetime", "value": "2026-03-01T10:00:00Z"},
    "p_to": {"type": "datetime", "value": "2026-03-01T10:50:00Z"},
    "p_baseline_from": {"type": "datetime", "value": "2026-03-01T06:00:00Z"},
}
SCHEMAS = {"AppRequests": (Column("TimeGenerated", ColumnType.DATETIME), Column("AppRoleName", ColumnType.STRING))}


def how(**fields: Any) -> Verification:
    """Ask step `impact` over the 15 minutes that begin 5 minutes after it."""
    told: dict[str, Any] = {"step": "impact", "kql": None, "expect": EXPECT, "parameters": KEPT, **fields}
    return Verification(wait=timedelta(minutes=5), window=timedelta(minutes=15), **told)


def asked(kit: Any, *steps: Any, **more: Any) -> Guide:
    """A guide with the usual parameters; without steps, one that measures the impact and concludes."""
    concluding = kit.step("decide", kit.branch("conclude", "steps.impact.rows[0].share > 0.5"), kql=None)
    impact = kit.step("impact", kit.branch("finding", "size(rows) > 0", next=("decide",)), kql=KQL)
    made: Guide = kit.guide(*(steps or (impact, concluding)), parameters=PARAMETERS, **more)
    return made


def covered(kit: Any, until: datetime = END) -> Table:
    """The service's rows from the window's start until then."""
    found: Table = kit.table(
        [{"n": 100, "oldest": START, "newest": START}, {"n": 100, "oldest": until, "newest": until}]
    )
    return found


def look(kit: Any, guide: Guide, tables: dict[str, Any], verification: Verification | None = None) -> tuple[Any, ...]:
    """What is found, and the port that was asked."""
    port = ScriptedPort(tables={"coverage": covered(kit), **tables}, schemas=SCHEMAS)

    async def main() -> Verified:
        return await verify_action(guide, verification or how(), done_at=DONE_AT, port=port)

    found, _ = kit.run_virtual(main)
    return found, port


def test_window():
    """It begins after the wait and never before the action."""
    window = verification_window(how(), DONE_AT)
    assert (window.start, window.end) == (START, END)


def test_held(kit: Any):
    """The sentence is rendered from the rows, and cites the query and the coverage."""
    found, _ = look(kit, asked(kit), {"impact": kit.table([{"share": 0.01}])})
    assert found == Verified(
        held=True,
        again=False,
        text="what was expected is so: from 2026-03-01T11:05:00Z to 2026-03-01T11:20:00Z share is 0.01 (rows: 1)",
        evidence=("E-impact", "E-coverage"),
        check=EXPECT,
    )


def test_not_held(kit: Any):
    """Rows that say otherwise say no."""
    found, _ = look(kit, asked(kit), {"impact": kit.table([{"share": 0.4}])})
    assert (found.held, found.again, found.check) == (False, False, f"!({EXPECT})")
    assert found.text.endswith("share is 0.4 (rows: 1)")


def test_only_the_window_is_new(kit: Any):
    """The edges are those of the new window; what counted as normal stays; no other step is asked."""
    _, port = look(kit, asked(kit), {"impact": kit.table([{"share": 0.01}])})
    given = {item.name: item.value for one in port.asked if one.key == "impact" for item in one.parameters}
    assert given == {
        "p_service": "checkout",
        "p_from": START,
        "p_to": END,
        "p_baseline_from": datetime(2026, 3, 1, 6, tzinfo=UTC),
    }
    assert {one.key for one in port.asked} == {"impact", "coverage"}


def test_earlier_values_are_asked_anew(kit: Any):
    """A step that uses values of earlier ones has them asked in the new window, and no others."""
    first = kit.step("first", kit.branch("finding", "true", next=("other", "last")), out={"name": "row.name"})
    other = kit.step("other", kit.branch("finding", "true", next=("last",)))
    last = kit.step("last", kql="T | where t > p_from and name == first_name")
    found, port = look(
        kit,
        asked(kit, first, other, last),
        {"first": kit.table([{"name": "a"}]), "last": kit.table([{"share": 0.01}])},
        how(step="last"),
    )
    assert found.held is True
    assert [one.key for one in port.asked if one.key != "coverage"] == ["first", "last"]
    assert {item.name: item.value for item in port.asked[-1].parameters if item.name == "first_name"} == {
        "first_name": "a"
    }


def test_own_query(kit: Any):
    """A query that stands in the mitigation itself is asked likewise."""
    found, port = look(
        kit,
        asked(kit),
        {"verification": kit.table([{"n": 0}])},
        how(step=None, kql="T | where t >= p_from", expect="row.n == 0"),
    )
    assert (found.held, found.text.rpartition("Z ")[2]) == (True, "n is 0 (rows: 1)")
    assert {one.key for one in port.asked} == {"verification", "coverage"}


@pytest.mark.parametrize(
    ("expect", "held"), [("size(rows) == 0", True), (EXPECT, None), ("row.share < 1.0", None), ("size(rows) > 5", None)]
)
def test_no_rows(kit: Any, expect: str, held: object):
    """No rows show that nothing bad is left where the service was watched, and never that something is."""
    empty = kit.table([], columns={"share": ColumnType.REAL})
    found, _ = look(kit, asked(kit), {"impact": empty}, how(expect=expect))
    assert (found.held, found.again) == (held, held is None)


@pytest.mark.parametrize(
    "tables",
    [
        {"impact": "the table is gone"},
        {"coverage": "the table is gone"},
        {"coverage": None},
    ],
)
def test_cannot_be_told(kit: Any, tables: dict[str, Any]):
    """A query that fails, or rows that end before the window does, leave it open; it may be told later."""
    late = covered(kit, until=START + timedelta(minutes=1))
    script = {name: late if value is None else value for name, value in tables.items()}
    found, _ = look(kit, asked(kit), {"impact": kit.table([{"share": 0.01}]), "services": kit.table([]), **script})
    assert (found.held, found.again, found.check) == (None, True, "")
    assert found.text.startswith("it cannot be told whether it helped, from 2026-03-01T11:05:00Z to")


def test_absent_table(kit: Any):
    """A table that may be missing, and is, shows nothing."""
    guide = asked(kit, tables={"T": DeclaredTable(name="T", columns={"t": ColumnType.DATETIME}, optional=True)})
    empty = kit.table([], columns={"share": ColumnType.REAL})
    found, _ = look(kit, guide, {"impact": empty}, how(expect="size(rows) == 0"))
    assert (found.held, found.again) == (None, True)


@pytest.mark.parametrize(
    "verification",
    [how(step="gone"), how(step=None, kql="T | count", expect="row.n == 0"), how(expect="row.share <"), how(parameters={
        **KEPT, "p_baseline_from": {"type": "datetime", "value": "soon"}})],
)  # fmt: skip
def test_cannot_ever_be_told(kit: Any, verification: Verification):
    """A step that is gone, a query without a window, a bad expression or value: told at once, and not tried again."""
    found, port = look(kit, asked(kit), {"impact": kit.table([{"share": 0.01}])}, verification)
    assert (found.held, found.again) == (None, False)
    assert port.asked == []
