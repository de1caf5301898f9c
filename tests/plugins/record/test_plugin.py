import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.core.claims import recheck
from orchestrator.core.errors import QueryError, ToolError
from orchestrator.core.events import ClaimMade, Event
from orchestrator.core.record import Record, RecordQuery, RecordRow, RecordState, RecordView, record_table
from orchestrator.core.recording import Recorder
from orchestrator.core.runs import RunContext, read_frame
from orchestrator.core.table import Table
from plugins.record.plugin import MOST, RecordTools

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
ROWS = (
    RecordRow(source="incident:INC-3", key="INC-3", state="open", text='INC-3 is open: "5xx" on {checkout}\n\\ {row}'),
    RecordRow(source="incident:INC-4", key="INC-4", state="open", text="INC-4 is open."),
)


class Rows:
    """A record that answers with these rows, and remembers what it was asked."""

    def __init__(self, *rows: RecordRow) -> None:
        self.rows = rows
        self.asked: list[RecordQuery] = []

    async def look_up(self, query: RecordQuery) -> Table:
        self.asked.append(query)
        if query.incident == "INC-99":
            raise QueryError("there is no incident 'INC-99'; the nearest are INC-3")
        return record_table(self.rows)


def context(record: Record | None, events: list[Event], *, asked: str = "what is open?") -> RunContext:
    """A turn on that record, by a clock of logs that ended long ago."""
    nothing: Any = None
    recorder = Recorder(
        logs=nothing, index=nothing, source="files", found=lambda _: None, record=record, clock=lambda: NOW
    )
    return RunContext(
        run="r",
        session="s",
        asked=asked,
        alert=None,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        zone="UTC",
        source="files",
        given={},
        remembered={},
        previous=None,
        recorder=recorder,
        emit=events.append,
    )


async def test_each_row_is_a_claim_with_its_evidence():
    """The text is that of the row, whatever signs are in it; the evidence is the record's answer."""
    run = context(Rows(*ROWS), [])
    answer = json.loads(await RecordTools().incidents("", "open", run))
    assert [claim["text"] for claim in answer["claims"]] == [row.text for row in ROWS]
    (evidence,) = run.recorder.evidence()
    assert (evidence.source, evidence.query, evidence.row_count) == ("record:incidents", "incidents open", 2)
    assert [offer.claim.evidence for offer in run.offers.values()] == [("E1",), ("E1",)]


async def test_a_claim_holds_as_long_as_the_record_says_so():
    """Asked again after the incident was resolved, its check fails, and that of the other holds."""
    events: list[Event] = []
    await RecordTools().incidents("", "open", context(Rows(*ROWS), events))
    claims = [event for event in events if isinstance(event, ClaimMade)]
    now = {"E1": record_table(ROWS[1:])}
    outcomes = [
        recheck(check=str(c.claim["check"]), evidence=("E1",), frame=read_frame(c.frame), tables=now).outcome.value
        for c in claims
    ]
    assert outcomes == ["fails", "holds"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (("", "open"), "No incident is open."),
        (("INC-3", "all"), "The record holds no incident of INC-3."),
    ],
)
async def test_that_there_is_none_is_an_answer_with_evidence(query: tuple[str, str], said: str):
    """An empty answer of the record is a claim, too."""
    run = context(Rows(), [])
    answer = json.loads(await RecordTools().incidents(*query, run))
    assert [claim["text"] for claim in answer["claims"]] == [said]


async def test_what_waits_and_who_approved():
    """Words and ids reach the record; nothing waiting is said so."""
    record = Rows()
    await RecordTools().actions("", "restart of checkout", "all", context(record, []))
    waiting = json.loads(await RecordTools().actions("", "", "waiting", context(record, [])))
    assert record.asked[0] == RecordQuery(view=RecordView.ACTIONS, about="restart of checkout")
    assert record.asked[1].state is RecordState.WAITING
    assert waiting["claims"][0]["text"] == "No action waits for a decision."


async def test_since_when_is_read_by_the_clock_of_the_record():
    """`since noon` is today's noon, and not that of the logs."""
    record = Rows()
    await RecordTools().timeline("inc-3", "", context(record, [], asked="what happened to INC-3 since noon?"))
    assert record.asked == [
        RecordQuery(view=RecordView.TIMELINE, incident="INC-3", since=datetime(2026, 11, 22, 12, tzinfo=UTC))
    ]


async def test_more_rows_than_are_told_are_noted():
    """The evidence has them all."""
    run = context(Rows(*(RecordRow(source=f"s{n}", key="k", text=f"t{n}") for n in range(MOST + 5))), [])
    await RecordTools().summary("INC-3", run)
    assert len(run.offers) == MOST
    assert run.notes == [f"the record holds {MOST + 5} rows; E1 has them, the first {MOST} are told"]


async def test_a_run_without_a_store_says_so():
    """No claim, and the reason."""
    run = context(None, [])
    answer = json.loads(await RecordTools().incidents("", "open", run))
    assert answer["claims"] == []
    assert [item.text for item in run.unknown] == ["There is no record to ask: the state store could not be opened."]


async def test_an_incident_that_is_not_there():
    """It is said, with the nearest."""
    run = context(Rows(), [])
    await RecordTools().similar("INC-99", run)
    assert [item.text for item in run.unknown] == ["There is no incident 'INC-99'; the nearest are INC-3."]


@pytest.mark.parametrize(
    ("incident", "state", "said"),
    [("INC-3; drop", "all", "no incident's id"), ("7", "open", "no incident's id"), ("", "gone", "is unknown")],
)
async def test_bad_arguments_of_a_model_are_refused(incident: str, state: str, said: str):
    """With what would be right."""
    with pytest.raises(ToolError, match=said):
        await RecordTools().incidents(incident, state, context(Rows(), []))


async def test_some_views_need_an_incident():
    """A timeline of nothing is refused."""
    with pytest.raises(ToolError, match="an incident's id is needed"):
        await RecordTools().timeline("", "", context(Rows(), []))
