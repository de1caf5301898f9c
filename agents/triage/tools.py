"""Guides as tools: find the one that fits, run it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from semantic_kernel.functions import kernel_function

from agents.triage.alert_query import ask_alert_query
from agents.triage.alert_words import alert_words
from agents.triage.beyond import beyond_data
from agents.triage.coverage_query import LOOK_BACK
from agents.triage.given import refuse_invented
from agents.triage.matching import GuideMatcher, Match
from agents.triage.origins import SESSION, window_origin
from agents.triage.preflight import check_before_run
from agents.triage.remembered_match import remembered_match
from agents.triage.reporting import guide_result, guide_view
from agents.triage.runner import StepEnd, StepProgress, StepStart, evidence_keys, run_guide
from orchestrator.core.errors import InputError, ToolError
from orchestrator.core.events import GuideMatched, StepFinished, StepStarted, WindowResolved
from orchestrator.core.followup import is_elliptical
from orchestrator.core.ports import QueryParameter
from orchestrator.core.reading import reading
from orchestrator.core.recording import Section
from orchestrator.core.report import GuideResult, Json, Question, VerdictView, WindowView
from orchestrator.core.runs import Offer, RunContext
from orchestrator.core.table import ColumnType
from orchestrator.core.times import find_span
from playbooks.guide import Guide, MessageValueSource
from playbooks.parameters import Resolved, resolve_parameters
from playbooks.services import Services

HIDDEN = {"include_in_function_choices": False}
KNOWN_VALUES = 1_000
MAX_CANDIDATES = 8


def _unknown(_guide: str) -> Json | None:
    """No record is kept."""
    return None


class GuideTools:
    """Plugin `guides`.

    Args:
        guides: By id.
        matcher: Finds the guide for a message or an alert.
        services: The inventory.
        alert_name: The alert's name inside a payload, or None.
        record_of: How a guide did so far, by its id: `used`, `confirmed`, `wrong`; None where nothing is known.
        proven: Versions of guides whose expressions are known to fit their queries; others are checked before they run.
    """

    def __init__(
        self,
        *,
        guides: Mapping[str, Guide],
        matcher: GuideMatcher,
        services: Services,
        alert_name: Callable[[Mapping[str, object]], str | None],
        record_of: Callable[[str], Json | None] = _unknown,
        proven: frozenset[str] = frozenset(),
    ) -> None:
        self._guides = guides
        self._matcher = matcher
        self._services = services
        self._alert_name = alert_name
        self._record_of = record_of
        self._checked = set(proven)

    @kernel_function(
        name="search", description="Find the troubleshooting guides that fit an incident, best first, or none."
    )
    async def search(
        self, question: Annotated[str, "the incident, in its own words"], run: Annotated[Any, "the run", HIDDEN]
    ) -> str:
        """Match by alert name, then services and symptoms; below the floor nothing is covered."""
        context = _context(run)
        own = await ask_alert_query(context)
        said = alert_words(context.alert, at=context.now) if context.alert else None
        text, alert = said or question, self._alert_name(context.alert) if context.alert else None
        match = await remembered_match(
            context, text, lambda: self._matcher.match(text, alert=alert, service=_remembered_service(context))
        )
        guide = self._guides.get(match.guide_id) if match.guide_id else None
        candidates = [(c.guide_id, round(c.confidence, 3)) for c in match.candidates]
        candidates += [(name, 0.0) for name in self._further(match)] if guide else []
        left = [name for name, _ in candidates[MAX_CANDIDATES:]]
        if left:
            context.notes.append(f"guides that fit less were not tried: {', '.join(left)}")
        context.emit(_matched(match, guide))
        if guide is None:
            context.add(_not_covered(match))
        return json.dumps(
            {
                "covered": guide is not None,
                "candidates": [{"guide": n, "confidence": c} for n, c in candidates[:MAX_CANDIDATES]],
                "nearest": [{"guide": item[0], "title": item[1]} for item in match.nearest],
                "reason": match.reason,
                "needs": match.needs,
                **({"claims": [_shown(own)]} if own is not None else {}),
            }
        )

    def _further(self, match: Match) -> list[str]:
        """The other guides that name causes, nearest first: incidents of many causes begin with the same symptom."""
        if match.by == "alert" or not self._guides[str(match.guide_id)].causes():
            return []
        seen = {c.guide_id for c in match.candidates}
        near = [item[0] for item in match.nearest if item[0] in self._guides]
        names = dict.fromkeys([*near, *self._guides])
        return [name for name in names if name not in seen and self._guides[name].causes()]

    @kernel_function(
        name="run",
        description=(
            "Run a troubleshooting guide: its queries in parallel, its branches decided by code. Parameters that the "
            "message, the alert or the session give need not be passed."
        ),
    )
    async def run(
        self,
        guide_id: Annotated[str, "the guide's id"],
        parameters_json: Annotated[str, "a JSON object of parameters to set outright, or {}"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """Resolve the parameters, run, and offer the claims."""
        context = _context(run)
        guide = self._guides.get(guide_id)
        if guide is None:
            raise ToolError(f"there is no guide {reading(guide_id, limit=80)!r}; there are: {', '.join(self._guides)}")
        outright = _given(parameters_json)
        refuse_invented(outright, guide, context=context, services=self._services)
        outright |= {name: text for name, text in context.given.items() if name not in _asking(guide)}
        kept = {name: text for name, text in _kept(guide, context).items() if name not in outright}
        given = {**kept, **outright}
        section = context.recorder.section(evidence_keys(guide, self._guides))
        resolved = await self._resolve(guide, context, given, section)
        context.beyond = context.beyond or resolved.beyond
        if context.beyond is not None:
            since = _look_back(context)
            result = await beyond_data(guide, resolved, context.beyond, section=section, since=since)
        elif resolved.questions:
            result = _needs_input(guide, resolved)
        else:
            await self._check(guide, context, resolved)
            origins = {**resolved.origins, **dict.fromkeys(kept, SESSION)}
            result = await self._outcome(guide, context, resolved, section, origins)
        return _answer(result, context.add(result))

    async def _resolve(self, guide: Guide, context: RunContext, given: Mapping[str, str], section: Section) -> Resolved:
        try:
            return resolve_parameters(
                guide,
                message=context.asked,
                alert=context.alert,
                session=context.remembered,
                now=context.now,
                tz=ZoneInfo(context.zone),
                services=self._services,
                values=await _known_values(guide, section, given, since=_look_back(context)),
                given=given,
            )
        except InputError as error:
            if set(given) - set(context.given):
                raise ToolError(error.message) from error
            raise

    async def _check(self, guide: Guide, context: RunContext, resolved: Resolved) -> None:
        if guide.version not in self._checked:
            await check_before_run(guide, context.recorder.logs, resolved.values)
            self._checked.add(guide.version)

    async def _outcome(
        self, guide: Guide, context: RunContext, resolved: Resolved, section: Section, origins: Mapping[str, str]
    ) -> GuideResult:
        window = resolved.window
        origin = window_origin(guide, origins, window=window, now=context.now)
        context.emit(WindowResolved(start=window.start, end=window.end, timezone=context.zone, origin=origin))

        def emit(progress: StepProgress) -> None:
            context.emit(_step_event(guide.id, progress))

        outcome = await run_guide(
            guide,
            port=section,
            parameters=resolved.values,
            window=window,
            emit=emit,
            answers=_answers(guide, context),
            guides=self._guides,
        )
        values = {item.name: item.value for item in resolved.values}
        view = WindowView(window=window, zone=context.zone, origin=origin)
        result = guide_result(outcome, guide, window=view, values=values, origins=origins, services=self._services)
        return replace(result, guide={**(result.guide or {}), "record": self._record_of(guide.id)})


def _context(run: object) -> RunContext:
    if not isinstance(run, RunContext):
        raise ToolError("this tool is called by the turn only")
    return run


def _remembered_service(context: RunContext) -> str | None:
    value = context.remembered.get("p_service")
    return value if isinstance(value, str) else None


def _kept(guide: Guide, context: RunContext) -> dict[str, str]:
    """The window of the session's last run, where a follow-up such as "and for cart?" names no time."""
    span = find_span(context.asked, now=context.now, tz=ZoneInfo(context.zone))
    if not is_elliptical(context.asked) or span.text or span.unread:
        return {}
    names = {parameter.name for parameter in guide.parameters if parameter.type.item is ColumnType.DATETIME}
    return {n: v for n, v in context.remembered.items() if n in names and isinstance(v, str)}


def _asking(guide: Guide) -> frozenset[str]:
    """The steps that wait for a person's answer."""
    return frozenset(step.id for step in guide.steps if step.ask is not None)


def _answers(guide: Guide, context: RunContext) -> dict[str, object]:
    """Answers to those steps: given outright by the step's id, or the reply to the session's last question."""
    said = {**context.given, **dict([context.reply] if context.reply else [])}
    return {name: text for name, text in said.items() if name in _asking(guide)}


def _given(text: str) -> dict[str, str]:
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise ToolError(f"parameters_json is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ToolError(f"parameters_json must be one JSON object, got {text[:200]!r}")
    return {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in value.items()}


def _look_back(context: RunContext) -> QueryParameter | None:
    """From when on live logs are asked for names: a workspace may hold years; a folder is asked whole."""
    if context.source != "live":
        return None
    return QueryParameter("values_from", ColumnType.DATETIME, context.now - LOOK_BACK)


async def _known_values(
    guide: Guide, section: Section, given: Mapping[str, str], *, since: QueryParameter | None
) -> dict[tuple[str, str], Sequence[str]]:
    """The values of each `values_of` column, asked and recorded; none where the table is not there."""
    wanted = {
        (source.table, source.column): None
        for parameter in guide.parameters
        if parameter.name not in given
        for source in parameter.sources
        if isinstance(source, MessageValueSource)
    }
    known: dict[tuple[str, str], Sequence[str]] = {}
    recent = " | where TimeGenerated >= values_from" if since else ""
    for table, column in wanted:
        kql = f"{table}{recent} | summarize n = count() by {column} | top {KNOWN_VALUES} by n desc"
        recorded = await section.ask(
            f"values:{table}.{column}",
            kql,
            parameters=(since,) if since else (),
            purpose="names that the message may mean",
        )
        rows = recorded.table.rows if recorded.table is not None else ()
        known[table, column] = [row[0] for row in rows if isinstance(row[0], str) and row[0]]
    return known


def _matched(match: Match, guide: Guide | None) -> GuideMatched:
    return GuideMatched(
        guide=guide.id if guide else None,
        title=guide.title if guide else None,
        version=guide.version if guide else None,
        confidence=round(match.confidence, 3),
        by=match.by,
        reason=match.reason,
        nearest=tuple(item[0] for item in match.nearest),
    )


def _not_covered(match: Match) -> GuideResult:
    nearest = tuple(f"look at the guide {item[0]}: {item[1]}" for item in match.nearest)
    reason = "; it would need ".join(part for part in (match.reason, match.needs) if part)
    return GuideResult(guide=None, verdict=VerdictView(status="not_covered", reason=reason), next=nearest)


def _needs_input(guide: Guide, resolved: Resolved) -> GuideResult:
    return GuideResult(
        guide=guide_view(guide),
        verdict=VerdictView(status="needs_input", reason="a parameter is missing"),
        questions=tuple(
            Question(text=q.text, parameter=q.parameter, type=str(q.type), choices=tuple(q.choices))
            for q in resolved.questions
        ),
    )


def _step_event(guide: str, progress: StepProgress) -> StepStarted | StepFinished:
    match progress:
        case StepStart(step=step, title=title):
            return StepStarted(guide=guide, step=step, title=title)
        case StepEnd():
            return StepFinished(
                guide=guide,
                step=progress.step,
                title=progress.title,
                status=progress.status.value,
                outcome=progress.kind.value if progress.kind else None,
                text=progress.text,
                evidence=progress.evidence,
                elapsed_ms=round(progress.elapsed_s * 1000, 1),
            )


def _answer(result: GuideResult, offers: Sequence[Offer]) -> str:
    """What the chat service is told: the verdict, the claims that it may submit, what is asked."""
    return json.dumps(
        {
            "verdict": result.verdict.document(),
            "claims": list(map(_shown, offers)),
            "unknown": [item.document() for item in result.unknown],
            "questions": [item.document() for item in result.questions],
            "next": list(result.next),
        }
    )


def _shown(offer: Offer) -> dict[str, str]:
    """A claim as a chat service sees it."""
    return {"ref": offer.ref, "kind": offer.kind.value, "text": offer.claim.text}
