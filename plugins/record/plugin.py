"""The record as tools: what is open, what happened, who approved; each answer is claims on the rows of the store."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from semantic_kernel.functions import kernel_function

from orchestrator.core.claims import Frame, StepFrame
from orchestrator.core.errors import ToolError
from orchestrator.core.evidence import Recorded
from orchestrator.core.reading import reading
from orchestrator.core.record import RecordQuery, RecordState, RecordView
from orchestrator.core.report import Statement, StatementKind, Unknown
from orchestrator.core.runs import RunContext
from orchestrator.core.times import find_span

HIDDEN = {"include_in_function_choices": False}
MOST = 20  # rows that become claims; the evidence holds all
_INCIDENT = re.compile(r"INC-[1-9][0-9]{0,8}")
_STEP = "record"
_EMPTY = {
    RecordView.INCIDENTS: "incident",
    RecordView.ACTIONS: "action",
    RecordView.TIMELINE: "entry",
    RecordView.SUMMARY: "sentence",
    RecordView.SIMILAR: "similar incident",
}


class RecordTools:
    """Plugin `record`: read-only, and nothing but what the store holds."""

    @kernel_function(
        name="incidents", description="How incidents stand: one by its id, those that are open, or all, newest first."
    )
    async def incidents(
        self,
        incident_id: Annotated[str, "such as INC-3, or empty"],
        state: Annotated[str, "open or all"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """A claim per incident."""
        query = RecordQuery(view=RecordView.INCIDENTS, incident=_incident(incident_id), state=_state(state))
        return await _answer(_context(run), query)

    @kernel_function(
        name="timeline", description="What happened to an incident, in order: alerts, runs, actions, approvals, notes."
    )
    async def timeline(
        self,
        incident_id: Annotated[str, "such as INC-3"],
        since: Annotated[str, "a time in words, such as since noon, or empty"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """A claim per entry."""
        context = _context(run)
        query = RecordQuery(
            view=RecordView.TIMELINE, incident=_needed(incident_id), since=_since(context, reading(since, limit=80))
        )
        return await _answer(context, query)

    @kernel_function(
        name="actions",
        description="Actions with who approved them and what came of them: those of an incident, one by its id or "
        "name, those that wait for approval, or all.",
    )
    async def actions(
        self,
        incident_id: Annotated[str, "such as INC-3, or empty"],
        about: Annotated[str, "an id such as A-3, or words such as restart checkout, or empty"],
        state: Annotated[str, "waiting, open or all"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """A claim per action."""
        query = RecordQuery(
            view=RecordView.ACTIONS,
            incident=_incident(incident_id),
            about=reading(about, limit=80) if about.strip() else "",
            state=_state(state),
        )
        return await _answer(_context(run), query)

    @kernel_function(name="summary", description="An incident in short, for somebody who joins now.")
    async def summary(
        self, incident_id: Annotated[str, "such as INC-3"], run: Annotated[Any, "the run", HIDDEN]
    ) -> str:
        """A claim per sentence."""
        return await _answer(_context(run), RecordQuery(view=RecordView.SUMMARY, incident=_needed(incident_id)))

    @kernel_function(
        name="similar", description="Past incidents like one of the record, with their causes, which are leads only."
    )
    async def similar(
        self, incident_id: Annotated[str, "such as INC-3"], run: Annotated[Any, "the run", HIDDEN]
    ) -> str:
        """A claim per past incident; its cause is a lead for this one and no fact about it."""
        return await _answer(_context(run), RecordQuery(view=RecordView.SIMILAR, incident=_needed(incident_id)))


async def _answer(context: RunContext, query: RecordQuery) -> str:
    """What the record holds as claims, one per row; what it does not hold as one, too."""
    recorded = await context.recorder.look_up(query)
    if recorded.table is None:
        reason = recorded.error or "it gave no answer"
        context.unknown.append(Unknown(text=f"{reason[:1].upper()}{reason[1:]}."))
        return json.dumps({"found": False, "error": reason, "claims": []})
    rows = recorded.table.records()
    statements = [_told(row, recorded) for row in rows[:MOST]] or [_none(query, recorded)]
    offers = [offer for statement in statements if (offer := context.offer(statement)) is not None]
    if len(rows) > MOST:
        context.notes.append(
            f"the record holds {len(rows)} rows; {recorded.evidence_id} has them, the first {MOST} are told"
        )
    claims = [{"ref": offer.ref, "text": offer.claim.text} for offer in offers]
    return json.dumps({"found": bool(rows), "evidence": recorded.evidence_id, "claims": claims})


def _told(row: Mapping[str, object], recorded: Recorded) -> Statement:
    source, text = json.dumps(row["source"]), json.dumps(row["text"])
    return _statement(
        template=f"{{rows.filter(r, r.n == {row['n']})[0].text}}",
        check=f"rows.exists(r, r.source == {source} && r.text == {text})",
        recorded=recorded,
    )


def _none(query: RecordQuery, recorded: Recorded) -> Statement:
    noun = _EMPTY[query.view]
    state = {RecordState.OPEN: " is open", RecordState.WAITING: " waits for a decision", RecordState.ALL: ""}
    of = f" of {query.incident}" if query.incident else ""
    about = " of that name" if query.about else ""
    since = " since then" if query.since else ""
    if query.state is RecordState.ALL:
        said = f"The record holds no {noun}{of}{about}{since}."
    else:
        said = f"No {noun}{of}{about}{state[query.state]}."
    return _statement(template=said, check="size(rows) == 0", recorded=recorded)


def _statement(*, template: str, check: str, recorded: Recorded) -> Statement:
    evidence = recorded.evidence_id
    return Statement(
        kind=StatementKind.SHOWN,
        template=template,
        check=check,
        evidence=(evidence,),
        frame=Frame(values={}, steps=(StepFrame(step=_STEP, evidence=evidence, status="done"),), current=_STEP),
    )


def _context(run: object) -> RunContext:
    if not isinstance(run, RunContext):
        raise ToolError("this tool is called by the turn only")
    return run


def _incident(text: str) -> str:
    """An incident's id in capitals, or none; ToolError for what is no id."""
    wanted = text.strip().upper()
    if wanted and not _INCIDENT.fullmatch(wanted):
        raise ToolError(f"{reading(text, limit=40)!r} is no incident's id; they are written INC-3")
    return wanted


def _needed(text: str) -> str:
    found = _incident(text)
    if not found:
        raise ToolError("an incident's id is needed, such as INC-3; record-incidents lists them")
    return found


def _state(text: str) -> RecordState:
    known = {state.value: state for state in RecordState}
    wanted = text.strip().lower() or RecordState.ALL.value
    if wanted not in known:
        raise ToolError(f"the state {reading(text, limit=40)!r} is unknown; known are: {', '.join(known)}")
    return known[wanted]


def _since(context: RunContext, text: str) -> datetime | None:
    """When the span begins that the tool's caller names, else the message itself.

    By the wall clock, by which the record is written: that of the logs may be another.
    """
    now = context.recorder.clock()
    zone = ZoneInfo(context.zone)
    for said in (text, context.asked):
        if said and (found := find_span(said, now=now, tz=zone).start):
            return found
    return None
