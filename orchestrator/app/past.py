"""Past runs: list them, show them, check their claims again."""

import difflib
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.app.analysis.insight_source import asked_again, open_insights
from orchestrator.app.azure import Azure
from orchestrator.app.begun import reopened
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.log_source import open_logs
from orchestrator.app.record import StoredRecord
from orchestrator.app.remembering import beside_past
from orchestrator.app.resource_source import Resources, open_resources
from orchestrator.app.search_source import open_index
from orchestrator.app.state import open_journal, open_state
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.core.claims import recheck
from orchestrator.core.document_table import document_table
from orchestrator.core.errors import DataError, InputError, QueryError
from orchestrator.core.journal import Journal
from orchestrator.core.metrics_record import read_metrics_query
from orchestrator.core.ports import QueryParameter, SearchQuery
from orchestrator.core.record import Record, read_record_query
from orchestrator.core.recording import search_table
from orchestrator.core.report import Json
from orchestrator.core.runs import read_frame
from orchestrator.core.stored import read_parameters
from orchestrator.core.table import Column, ColumnType, Table, TableStatus, iso_utc
from orchestrator.core.unfinished import unfinished_report
from orchestrator.core.window import Window
from orchestrator.settings import Settings
from orchestrator.surfaces.application import RecheckedClaim

if TYPE_CHECKING:
    from orchestrator.core.conversations.insights import Insights
    from orchestrator.core.ports import Index, Logs, WorkflowReads

RECENT = 200
UNFINISHED = "This run has no end: it is still running, or was killed. What it had found stands below."


def list_runs(settings: Settings, *, limit: int) -> tuple[Json, ...]:
    """The newest runs, newest first."""
    with open_journal(settings) as journal:
        return tuple(
            {
                "run": item.run,
                "session": item.session,
                "at": iso_utc(item.at),
                "asked": item.asked,
                "status": item.status,
                "agent": item.agent,
                "verdict": item.verdict,
                "cause": item.cause,
                "attempts": item.attempts,
            }
            for item in journal.runs(limit=limit)
        )


def show_run(settings: Settings, run: str) -> Json:
    """A past run's report, `last` is the newest; of a run without an end, what it had found."""
    with open_journal(settings) as journal:
        events = recorded_events(journal, run)
    for event in reversed(events):
        report = event.get("report")
        if event.get("kind") == "RunFinished" and isinstance(report, dict):
            return dict(report)
    return unfinished_report(events, message=UNFINISHED)


async def verify_run(settings: Settings, run: str) -> tuple[RecheckedClaim, ...]:
    """Ask the run's queries again on the same data, and evaluate each claim's check on the new rows."""
    with open_journal(settings) as journal:
        events = recorded_events(journal, run)
    started = _first(events, "RunStarted")
    inputs = started.get("inputs")
    if not isinstance(inputs, Mapping):
        raise InputError(f"the run {run!r} does not say what it looked at, so it cannot be verified")
    inputs = {**inputs, "now": started["now"]}  # a conversation on live logs has no clock but its runs'
    try:
        return await _checked_again(events, inputs, settings)
    except InputError as error:  # the data, or the guides that type it, are gone
        claims = [event for event in events if event.get("kind") == "ClaimMade"]
        return tuple(replace(_rechecked(event, {}), reason=error.message) for event in claims)


async def _checked_again(
    events: Sequence[Mapping[str, object]], inputs: Mapping[str, object], settings: Settings
) -> tuple[RecheckedClaim, ...]:
    options, sources = reopened(inputs)
    guides = read_guides(options.guides)
    checked: list[RecheckedClaim] = []
    async with (
        Azure(settings) as azure,
        open_logs(options, azure, sources, guides) as opened,
        open_resources(azure, sources, opened.logs) as resources,
        open_index(settings, azure, guides) as index,
        DeferredWorkflows(settings, azure=azure) as workflows,
        AsyncExitStack() as stack,
    ):
        with open_state(settings) as database:
            searched = beside_past(index, database, settings, stack)
            from plugins.logicapps.reads import WorkflowReader  # noqa: PLC0415  # only where a run is verified

            reads = WorkflowReader(workflows)
            insights = open_insights(settings, workflows)
            systems = _Systems(opened.logs, resources, searched, StoredRecord(database), reads, insights)
            for turn in _turns(events):
                tables = await _asked_again(systems, turn)
                checked += [_rechecked(event, tables) for event in turn if event.get("kind") == "ClaimMade"]
    return tuple(checked)


def _turns(events: Sequence[Mapping[str, object]]) -> Sequence[Sequence[Mapping[str, object]]]:
    """The events by turn: each numbers its evidence anew."""
    turns: list[list[Mapping[str, object]]] = [[]]
    for event in events:
        if event.get("kind") == "TurnStarted":
            turns.append([])
        turns[-1].append(event)
    return turns


def recorded_events(journal: Journal, run: str) -> Sequence[Mapping[str, object]]:
    """A run's events, `last` is the newest's; InputError with the nearest ids where there is none."""
    if run == "last":
        newest = journal.runs(limit=1)
        if not newest:
            raise InputError("there are no runs yet; ask something first")
        run = newest[0].run
    events = journal.events(run)
    if not events:
        known = [item.run for item in journal.runs(limit=RECENT)]
        near = difflib.get_close_matches(run, known, n=3, cutoff=0.3) or known[:3]
        raise InputError(f"there is no run {run!r}; the nearest are {', '.join(near) or 'none yet'}")
    return events


def _first(events: Sequence[Mapping[str, object]], kind: str) -> Mapping[str, object]:
    return next((event for event in events if event.get("kind") == kind), {})


_KEPT = frozenset({"conversation", "message", "code", "command", "ledger", "handoffs"})
"""Sources of evidence that are no system which could be asked."""


@dataclass(frozen=True, slots=True)
class _Systems:
    """Whom a run's questions are put to again."""

    logs: "Logs"
    resources: Resources
    index: "Index"
    record: Record
    workflows: "WorkflowReads"
    insights: "Insights"


async def _asked_again(systems: _Systems, events: Sequence[Mapping[str, object]]) -> dict[str, Table]:
    """The tables by evidence id; what cannot be asked again is missing."""
    tables: dict[str, Table] = {}
    for event in events:
        evidence = event.get("evidence")
        if event.get("kind") != "EvidenceFound" or not isinstance(evidence, Mapping):
            continue
        table = await _answer_again(systems, evidence)
        if table is not None and table.status is not TableStatus.FAILED:
            tables[str(evidence["id"])] = table
    return tables


async def _answer_again(systems: _Systems, evidence: Mapping[str, object]) -> Table | None:
    source, text = str(evidence.get("source")), str(evidence.get("query"))
    parameters = read_parameters(evidence["parameters"])
    if evidence.get("status") == "failed":
        return None
    if source.partition(":")[0] in _KEPT:
        return _as_recorded(evidence)
    if source.startswith("search:"):
        kinds = next((item.value for item in parameters if item.name == "kinds"), None)
        wanted = tuple(str(kind) for kind in kinds) if isinstance(kinds, list) else ()
        return search_table(await systems.index.search(SearchQuery(text=text, kinds=wanted, top=10)))
    try:
        return await _table_again(
            source.partition(":")[0], text, parameters, systems, window=_window(evidence.get("window"))
        )
    except (QueryError, DataError):
        return None


def _as_recorded(evidence: Mapping[str, object]) -> Table | None:
    """What was said, worked out or decided then, as it was recorded: nobody could be asked again."""
    columns, rows = evidence.get("columns"), evidence.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return None
    return Table(
        columns=tuple(Column(str(one["name"]), ColumnType(one["type"])) for one in columns),
        rows=tuple(tuple(row) for row in rows),
    )


def _window(document: object) -> Window | None:
    match document:
        case {"from": str(start), "to": str(end)}:
            return Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
        case _:
            return None


async def _table_again(
    system: str, text: str, parameters: Sequence[QueryParameter], systems: _Systems, *, window: Window | None
) -> Table | None:
    """What the system says now; None where it was a person, whose answer cannot be asked again."""
    match system:
        case "logs":
            return await systems.logs.query(text, parameters=parameters, window=window)
        case "metrics":
            return await systems.resources.metrics.measure(read_metrics_query(parameters))
        case "resource_graph":
            return await systems.resources.graph.query(text, parameters=parameters)
        case "workflow":
            name, _, body = text.partition(" ")
            return document_table(await systems.workflows.read_now(name, json.loads(body)))
        case "record" | "insights":
            return await _kept_again(system, parameters, systems)
        case _:
            return None


async def _kept_again(system: str, parameters: Sequence[QueryParameter], systems: _Systems) -> Table:
    """What our own stores hold now."""
    if system == "record":
        return await systems.record.look_up(read_record_query(parameters))
    return await systems.insights.ask(asked_again(parameters))


def _rechecked(event: Mapping[str, object], tables: Mapping[str, Table]) -> RecheckedClaim:
    claim, frame = event.get("claim"), event.get("frame")
    if not isinstance(claim, Mapping) or not isinstance(frame, Mapping):
        raise InputError(f"the journal holds a claim of an unknown shape: {event!r:.200}")
    evidence = tuple(str(item) for item in claim["evidence"])
    result = recheck(check=str(claim["check"]), evidence=evidence, frame=read_frame(frame), tables=tables)
    return RecheckedClaim(
        text=str(claim["text"]),
        check=str(claim["check"]),
        evidence=evidence,
        outcome=result.outcome.value,
        reason=result.reason,
    )
