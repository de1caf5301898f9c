"""Orders as tools: serve what a customer's message wants, and take their yes or no to exactly what was shown."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from semantic_kernel.functions import kernel_function

from agents.shipment.conversation.outcomes import outcome_text
from orchestrator.core.claims import DONE, Frame, StepFrame
from orchestrator.core.consent import Consent, read_consent
from orchestrator.core.document_table import document_table
from orchestrator.core.errors import SwitchboardError, ToolError
from orchestrator.core.handoffs import Fact, ItemKind, Parked
from orchestrator.core.report import Json, Statement, StatementKind, Unknown
from orchestrator.core.runs import RunContext
from orchestrator.core.table import iso_utc
from playbooks.procedure import Procedure

if TYPE_CHECKING:
    from agents.shipment.conversation.serving import Served
    from agents.shipment.procedure.following import Works

HIDDEN = {"include_in_function_choices": False}
NOTHING_WAITS = "Nothing waits for your yes or no. What can I do for you?"
SAMPLE_SHOP = (
    "the shop is the bundled sample, as no orders of yours are here: switchboard shipments import FILE, or configure "
    "the workflows"
)
_TITLE = 120


class Consenting(Protocol):
    """Takes the yes or no of who asked."""

    async def yes(self, action_id: str, *, by: str, fingerprint: str) -> Json:
        """Approve and do exactly what was shown; how it stands then."""
        ...

    async def no(self, action_id: str, *, by: str) -> Json:
        """Withdraw it."""
        ...


Park = Callable[[Parked], str]
"""Gives something to a person; the item's id."""


class OrderTools:
    """Plugin `orders`.

    Args:
        procedures: By id.
        works: What code works out for them.
        consent: Takes a yes or no; None where no store is open, so that nothing can be done.
        park: Gives a request to a person; None where no list is kept.
    """

    def __init__(
        self,
        *,
        procedures: Callable[[], Mapping[str, Procedure]],
        works: "Works",
        consent: Callable[[], Consenting] | None,
        park: Park | None,
    ) -> None:
        self._procedures = procedures
        self._works = works
        self._consent = consent
        self._park = park

    @kernel_function(
        name="serve",
        description=(
            "Serve the customer's message about their orders: who they are, what they want, which orders and items it "
            "is about; propose it with exact arguments and price, ask what is missing, or give it to a person. Reads "
            "the message itself and takes no argument."
        ),
    )
    async def serve(self, run: Annotated[Any, "the run", HIDDEN]) -> str:
        """Serve what the run was asked."""
        context = _context(run)
        from agents.shipment.conversation.recorded import RecordedReading  # noqa: PLC0415  # only where somebody asks
        from agents.shipment.conversation.serving import Serving  # noqa: PLC0415

        said = read_consent(context.asked)
        if said is not None and "request" not in context.remembered:
            return await self._decide(context, said, _decided_before(context.remembered))
        serving = Serving(
            procedures=self._procedures(),
            works=self._works,
            reading=RecordedReading(context.recorder),
            now=iso_utc(context.recorder.clock().astimezone(UTC)),
        )
        served = await serving.serve(context.asked, context.remembered, whole=context.whole)
        claims = self._take(served, context)
        item = await self._hand_over(served, context, claims) if served.hand_over else ""
        return json.dumps(
            {
                "claims": claims,
                "proposed": len(served.actions),
                "questions": [question.text for question in served.questions],
                "handed_over": item or None,
                "reason": served.hand_over or None,
            }
        )

    def _take(self, served: "Served", context: RunContext) -> list[Json]:
        """Put what was found into the turn; the claims that it may submit."""
        offers = [offer for one in served.statements if (offer := context.offer(one)) is not None]
        for action in served.actions:
            context.propose(action)
        if served.sample and context.source != "sample":
            context.notes.append(SAMPLE_SHOP)
        context.questions.extend(served.questions)
        context.values.update(served.values)
        return [{"ref": offer.ref, "text": offer.claim.text} for offer in offers]

    async def _hand_over(self, served: "Served", context: RunContext, claims: list[Json]) -> str:
        """Give the message to a person, with what is known; that it was given is a claim, too."""
        if self._park is None:
            context.unknown.append(
                Unknown(text="A person must take this, and no list is kept here.", reason=served.hand_over)
            )
            return ""
        item = self._park(
            Parked(
                kind=ItemKind.CUSTOMER_REQUEST,
                cause=f"run:{context.run}:request",
                title=" ".join(context.asked.split())[:_TITLE],
                question=served.hand_over,
                opened_at=context.recorder.clock(),
                facts=tuple(_facts(context)),
                run=context.run,
            )
        )
        recorder = context.recorder
        document: Json = {"item": item, "reason": served.hand_over}
        recorded = await recorder.note(
            recorder.reserve(), key=item, table=document_table(document), source="handoffs", purpose="who takes it"
        )
        offer = context.offer(
            _statement(
                "I have given this to a person, {row.item}: {row.reason}", "row.item != ''", recorded.evidence.id
            )
        )
        claims += [{"ref": offer.ref, "text": offer.claim.text}] if offer else []
        context.next.append(f"a person takes it: switchboard handoffs show {item}")
        return item

    @kernel_function(
        name="confirm",
        description=(
            "Take the customer's own yes or no to what the last answer proposed, as their whole message says it. Reads "
            "the message itself and takes no argument."
        ),
    )
    async def confirm(self, run: Annotated[Any, "the run", HIDDEN]) -> str:
        """Approve and do, or withdraw, what the last report proposed to this requester."""
        context = _context(run)
        said = read_consent(context.asked)
        proposed = proposed_before(context.previous)
        if said is None or not proposed:
            raise ToolError("the message is no yes or no to a proposal: serve it instead")
        return await self._decide(context, said, proposed)

    async def _decide(self, context: RunContext, said: Consent, actions: Sequence[Mapping[str, object]]) -> str:
        """Take the yes or no to these; said again it changes nothing, and is told again."""
        if not actions:
            context.unknown.append(Unknown(text=NOTHING_WAITS))
            return json.dumps({"said": said.value, "claims": []})
        if self._consent is None:
            raise ToolError("no store is open here, so that nothing can be approved")
        consent = self._consent()
        claims = [await self._confirmed(context, action, said, consent) for action in actions]
        kept = ("id", "fingerprint", "requester", "because")
        context.values["decided"] = [{name: action.get(name) for name in kept} for action in actions]
        if "identity" in context.remembered:
            context.values["identity"] = context.remembered["identity"]
        return json.dumps({"said": said.value, "claims": [claim for claim in claims if claim is not None]})

    async def _confirmed(
        self, context: RunContext, action: Mapping[str, object], said: Consent, consent: Consenting
    ) -> Json | None:
        name = str(action["id"])
        requester = action.get("requester")
        by = str(requester.get("name")) if isinstance(requester, Mapping) else ""
        try:
            told = (
                await consent.yes(name, by=by, fingerprint=str(action.get("fingerprint")))
                if said is Consent.YES
                else await consent.no(name, by=by)
            )
        except SwitchboardError as error:
            context.unknown.append(Unknown(text=f"{name} could not be decided: {error.message}"))
            return None
        recorder = context.recorder
        document = {**told, "said": outcome_text(told), "what": _what(action)}
        recorded = await recorder.note(
            recorder.reserve(), key=name, table=document_table(document), source="ledger", purpose="what became of it"
        )
        offer = context.offer(
            _statement("{row.id}: {row.said}", "row.stage != '' && row.said != ''", recorded.evidence.id)
        )
        if told.get("declined") and told.get("waits"):
            context.next.append(f"a person decides: switchboard approvals show {name}")
        return {"ref": offer.ref, "text": offer.claim.text} if offer else None


def proposed_before(previous: Mapping[str, object] | None) -> list[Mapping[str, object]]:
    """What the last report proposed to its requester and still waited for their yes."""
    actions = previous.get("actions") if previous else None
    if not isinstance(actions, list):
        return []
    return [
        action
        for action in actions
        if isinstance(action, Mapping) and action.get("id") and isinstance(action.get("requester"), Mapping)
    ]


def _decided_before(remembered: Mapping[str, object]) -> list[Mapping[str, object]]:
    """What the requester decided on in the message before."""
    found = remembered.get("decided")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _what(action: Mapping[str, object]) -> str:
    because = action.get("because")
    return str(because.get("text")) if isinstance(because, Mapping) else str(action.get("workflow"))


def _statement(template: str, check: str, evidence: str) -> Statement:
    frame = Frame(values={}, steps=(StepFrame(step="kept", evidence=evidence, status=DONE),), current="kept")
    return Statement(kind=StatementKind.SHOWN, template=template, check=check, evidence=(evidence,), frame=frame)


def _facts(context: RunContext) -> list[Fact]:
    return [
        Fact(text=offer.claim.text, source=f"run {context.run}", evidence=offer.claim.evidence)
        for offer in context.offers.values()
    ]


def _context(run: object) -> RunContext:
    if not isinstance(run, RunContext):
        raise ToolError("this tool is called by the turn only")
    return run
