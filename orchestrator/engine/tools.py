"""The tools that every specialist has: end the turn with a report, and show evidence again."""

import json
import re
from typing import Annotated, Any

from semantic_kernel.functions import kernel_function

from orchestrator.core.errors import ToolError
from orchestrator.core.reading import reading
from orchestrator.core.report import Unknown
from orchestrator.core.runs import Passing, RunContext, Submission
from orchestrator.engine.free_claims import resolve_claims

MAX_HOPS = 3
MAX_HYPOTHESES = 10
ALL = "all"
_EVIDENCE_ID = re.compile(r"E[0-9]{1,6}")
HIDDEN = {"include_in_function_choices": False}


class ReportTools:
    """Plugin `report`."""

    @kernel_function(
        name="submit",
        description=(
            "End the turn. Each claim is the reference of a claim that a tool offered (such as C1), or JSON text "
            '{"evidence": ["E1"], "check": "rows[0].n > 400", "show": ["rows[0].n"]}: the check is CEL over the rows '
            "of the cited evidence (the first cited is rows, another is steps.E2.rows), what is shown is a place in "
            "them, and code words the claim. Every part of a check must read the rows, and name only texts that stand "
            "in them. Your own words go to hypotheses. Put a question only if a person must answer it."
        ),
    )
    async def submit(
        self,
        claims: Annotated[list[str], "references of offered claims, or claims as JSON text"],
        hypotheses: Annotated[list[str], "what you suspect but nothing shows"],
        question: Annotated[str, "a question to the person, or empty"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """Resolve the claims and store the submission; the model's own words are cleaned and cut."""
        context = _context(run)
        refs = resolve_claims(claims, context)
        asked = reading(question)
        # what is no question is one more thing that the model thinks
        words = [*hypotheses[:MAX_HYPOTHESES], *([] if asked.endswith("?") else [asked])]
        context.submission = Submission(
            claims=refs,
            hypotheses=tuple(dict.fromkeys(text for word in words if (text := reading(word)))),
            question=asked if asked.endswith("?") else "",
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
            peers = ", ".join(sorted(context.peers))
            raise ToolError(f"there is no other specialist {reading(agent, limit=80)!r}; there are: {peers}")
        if context.hops >= MAX_HOPS:
            raise ToolError(f"this turn was passed on {context.hops} times, its limit: answer it")
        context.passing = Passing(agent, reading(reason))
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
        if not _EVIDENCE_ID.fullmatch(evidence_id):
            raise ToolError("evidence has an id such as E2, or say all")
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
