"""Claims and their checks."""

from datetime import UTC, datetime

import pytest

from orchestrator.core.claims import Claim, Frame, Recheck, StepFrame, recheck, scope_of
from orchestrator.core.errors import ClaimError
from orchestrator.core.runs import frame_document, read_frame
from orchestrator.core.table import Column, ColumnType, Table

COLUMNS = (Column("Target", ColumnType.STRING), Column("share", ColumnType.REAL))
BAD = Table(COLUMNS, (("db", 0.42), ("cache", 0.01)))
GOOD = Table(COLUMNS, (("db", 0.0), ("cache", 0.0)))
EMPTY = Table(COLUMNS, ())
FRAME = Frame(
    values={"p_limit": 0.2, "window": {"from": datetime(2026, 5, 4, 10, tzinfo=UTC)}},
    steps=(
        StepFrame(step="targets", evidence="E1", status="done", out=(("bad", "rows.filter(r, r.share > p_limit)"),)),
        StepFrame(step="decide", evidence=None, status="done"),
    ),
    current="decide",
)
TEXT = "{steps.targets.out.bad[0].Target} fails in {steps.targets.out.bad[0].share:.0%} of calls"
CHECK = "size(steps.targets.out.bad) > 0"


def claim(table: Table = BAD, *, check: str = CHECK, evidence: tuple[str, ...] = ("E1",)) -> Claim:
    """A claim about the failing target."""
    return Claim(template=TEXT, check=check, evidence=evidence, frame=FRAME, tables={"E1": table})


def test_a_claim_is_worded_from_its_rows() -> None:
    """Text and values come from the evidence, through the outputs of earlier steps."""
    assert claim().text == "db fails in 42% of calls"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"evidence": ()}, "cites no evidence"),
        ({"evidence": ("E9",)}, "did not record"),
        ({"table": GOOD}, "does not hold|cannot be checked"),
        ({"check": "size(steps.targets.out.bad) > 1"}, "does not hold"),
        ({"check": "steps.targets.out.bad[5].share > 0.1"}, "cannot be checked"),
        ({"check": "steps.targets.out.worse"}, "cannot be checked"),
        ({"check": "1"}, "cannot be checked"),
    ],
)
def test_a_claim_that_nothing_shows_cannot_be_built(change: dict[str, object], reason: str) -> None:
    """No evidence, foreign evidence, or a check that is not true: no claim."""
    with pytest.raises(ClaimError, match=reason):
        claim(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tables", "outcome"),
    [
        ({"E1": BAD}, Recheck.HOLDS),
        ({"E1": GOOD}, Recheck.FAILS),
        ({}, Recheck.CANNOT),
    ],
)
def test_a_check_is_evaluated_again_on_new_rows(tables: dict[str, Table], outcome: Recheck) -> None:
    """Outputs are computed anew, so stale values cannot make a check hold."""
    assert recheck(check=CHECK, evidence=("E1",), frame=FRAME, tables=tables).outcome is outcome


def test_a_frame_survives_the_journal() -> None:
    """What is read back gives the same scope."""
    assert scope_of(read_frame(frame_document(claim())), {"E1": BAD}) == scope_of(FRAME, {"E1": BAD})


def test_no_row_is_not_a_null_row() -> None:
    """`row` is absent when there are no rows, so that an expression over it errs."""
    assert "row" not in scope_of(FRAME, {"E1": EMPTY})
