"""Search as tools: passages of policies and manuals."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from semantic_kernel.functions import kernel_function

from orchestrator.core.claims import Frame, StepFrame
from orchestrator.core.errors import ToolError
from orchestrator.core.ports import Hit, SearchQuery
from orchestrator.core.report import Statement, StatementKind, Unknown
from orchestrator.core.runs import RunContext

HIDDEN = {"include_in_function_choices": False}
KINDS = ("policy", "manual")
PAST = 5  # past incidents that are told
Chooser = Callable[[str], Awaitable[Hit | None]]


class SearchTools:
    """Plugin `search`.

    Args:
        choose: Finds the passage that answers a question, or None below its floor.
    """

    def __init__(self, choose: Chooser) -> None:
        self._choose = choose

    @kernel_function(name="passages", description="Find the passage of a policy or manual that answers a question.")
    async def passages(
        self, question: Annotated[str, "the question, in its own words"], run: Annotated[Any, "the run", HIDDEN]
    ) -> str:
        """Answer with the passage as a claim on the recorded search, or say that there is none."""
        if not isinstance(run, RunContext):
            raise ToolError("this tool is called by the turn only")
        hit = await self._choose(question)
        if hit is None:
            run.unknown.append(Unknown(text="No policy or manual that I know answers this."))
            return json.dumps({"found": False, "claims": []})
        recorded = await run.recorder.search(SearchQuery(text=question, kinds=KINDS, top=10))
        offer = run.offer(_quoted(hit, recorded.evidence_id))
        claims = [{"ref": offer.ref, "text": offer.claim.text}] if offer else []
        return json.dumps({"found": bool(claims), "claims": claims})

    @kernel_function(
        name="incidents", description="Find past incidents like this one: what was asked then, and what the cause was."
    )
    async def incidents(
        self, question: Annotated[str, "what is wrong now"], run: Annotated[Any, "the run", HIDDEN]
    ) -> str:
        """The nearest past incidents, recorded as evidence; a lead, and no claim about this one."""
        if not isinstance(run, RunContext):
            raise ToolError("this tool is called by the turn only")
        recorded = await run.recorder.search(SearchQuery(text=question, kinds=("incident",), top=PAST))
        rows = recorded.table.records() if recorded.table is not None else []
        found = [{name: row[name] for name in ("id", "title", "passage")} for row in rows]
        return json.dumps({"evidence": recorded.evidence_id, "incidents": found})


def _quoted(hit: Hit, evidence: str) -> Statement:
    found = f"rows.filter(r, r.id == {json.dumps(hit.id)})"
    return Statement(
        kind=StatementKind.SHOWN,
        template=f"{{{found}[0].title}}: {{{found}[0].passage}}",
        check=f"size({found}) == 1",
        evidence=(evidence,),
        frame=Frame(values={}, steps=(StepFrame(step="search", evidence=evidence, status="done"),), current="search"),
    )
