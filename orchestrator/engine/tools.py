"""The tools that every specialist has: end the turn with a report, and show evidence again."""

import json
from typing import Annotated, Any

from semantic_kernel.functions import kernel_function

from orchestrator.core.claims import Frame, StepFrame
from orchestrator.core.errors import ToolError
from orchestrator.core.report import Statement, StatementKind, Unknown
from orchestrator.core.runs import Passing, RunContext, Submission

MAX_HOPS = 3
ALL = "all"
HIDDEN = {"include_in_function_choices": False}


class ReportTools:
    """Plugin `report`."""

    @kernel_function(
        name="submit",
        description=(
            "End the turn. Each claim is the reference of a claim that a tool offered (such as C1), or JSON text "
            '{"evidence": ["E1"], "check": "<CEL over rows of that evidence>", "show": ["<CEL>"]} which code checks '
            "and words. Your own words go to hypotheses. Put a question only if a person must answer it."
        ),
    )
    async def submit(
        self,
        claims: Annotated[list[str], "references of offered claims, or claims as JSON text"],
        hypotheses: Annotated[list[str], "what you suspect but nothing shows"],
        question: Annotated[str, "a question to the person, or empty"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """Resolve the claims and store the submission."""
        context = _context(run)
        refs = [ref for claim in claims if (ref := _resolve(claim, context)) is not None]
        context.submission = Submission(
            claims=tuple(dict.fromkeys(refs)), hypotheses=tuple(hypotheses), question=question
        )
        return json.dumps({"status": "submitted", "claims": refs})


class TurnTools:
    """Plugin `turn`."""

    @kernel_function(name="pass", description="Pass this turn on to a specialist that fits better, with its evidence.")
    async def pass_on(
        self,
        agent: Annotated[str, "triage, shipment, sentiment or handoff"],
        reason: Annotated[str, "why it fits better, one sentence"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """Note whom to pass to; refused for one that is not there, and after the last hop."""
        context = _context(run)
        if agent not in context.peers:
            raise ToolError(f"there is no other specialist {agent!r}; there are: {', '.join(sorted(context.peers))}")
        if context.hops >= MAX_HOPS:
            raise ToolError(f"this turn was passed on {context.hops} times, its limit: answer it")
        context.passing = Passing(agent, reason)
        return json.dumps({"passed_to": agent})


class EvidenceTools:
    """Plugin `evidence`."""

    @kernel_function(name="show", description="Show a piece of evidence of the session's last answer again, by its id.")
    async def show(
        self, evidence_id: Annotated[str, "such as E2, or all"], run: Annotated[Any, "the run", HIDDEN]
    ) -> str:
        """Put recorded evidence into the report."""
        context = _context(run)
        known = _evidence(context)
        if evidence_id.lower() == ALL:
            context.shown.extend(known.values())
            if not known:
                context.unknown.append(Unknown(text="There is no evidence in this session yet."))
            return json.dumps({"found": bool(known), "known": list(known)})
        if evidence_id not in known:
            there = ", ".join(known) or "none yet"
            context.unknown.append(
                Unknown(text=f"There is no evidence {evidence_id} in this session; there is: {there}.")
            )
            return json.dumps({"found": False, "known": list(known)})
        context.shown.append(known[evidence_id])
        return json.dumps({"found": True, "evidence": known[evidence_id]})


def _context(run: object) -> RunContext:
    if not isinstance(run, RunContext):
        raise ToolError("this tool is called by the turn only")
    return run


def _evidence(context: RunContext) -> dict[str, dict[str, object]]:
    items = (context.previous or {}).get("evidence")
    if not isinstance(items, list):
        return {}
    return {str(item["id"]): item for item in items if isinstance(item, dict)}


def _resolve(text: str, context: RunContext) -> str | None:
    if text in context.offers:
        return text
    if not text.lstrip().startswith("{"):
        raise ToolError(f"no claim {text!r} was offered; offered are: {', '.join(context.offers) or 'none'}")
    offer = context.offer(_free_claim(text))
    return offer.ref if offer is not None else None


def _free_claim(text: str) -> Statement:
    """A claim that was not offered: code words it from its check, so that no unchecked word gets in."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ToolError(f"a claim must be a reference or JSON text: {error}") from error
    match value:
        case {"evidence": [*evidence], "check": str(check)} if evidence and all(isinstance(e, str) for e in evidence):
            shows = [item for item in value.get("show", []) if isinstance(item, str)]
        case _:
            raise ToolError(f'a claim needs {{"evidence": [ids], "check": CEL}}; got {text[:200]!r}')
    first = str(evidence[0])
    shown = "".join(f"; {item} = {{{item}}}" for item in shows)
    return Statement(
        kind=StatementKind.SHOWN,
        template=f"on {first}: {_literal(check)}{shown}",
        check=check,
        evidence=tuple(evidence),
        frame=Frame(values={}, steps=_frames(evidence), current=first),
    )


def _frames(evidence: list[str]) -> tuple[StepFrame, ...]:
    """Other evidence first, as `steps.<id>`, then the cited one, whose rows are `rows`."""
    order = [*evidence[1:], evidence[0]]
    return tuple(StepFrame(step=item, evidence=item, status="done") for item in order)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
