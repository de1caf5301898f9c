"""Orders as tools: serve what a customer's message wants, and take their yes or no to exactly what was shown."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from semantic_kernel.functions import kernel_function

from agents.shipment.conversation.outcomes import is_done, outcome_text
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
_FIND = "workflow:find_customer"
_WHO = ("identity", "customer", "shop")
"""What is remembered of who asks."""


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
        environment: Where actions act, as the policies call it, by whether the shop is the bundled sample.
        live: Whether the workflows are those of Azure.
    """

    def __init__(
        self,
        *,
        procedures: Callable[[], Mapping[str, Procedure]],
        works: "Works",
        consent: Callable[[], Consenting] | None,
        park: Park | None,
        environment: Callable[[bool], str],
        live: bool = False,
    ) -> None:
        self._procedures = procedures
        self._works = works
        self._consent = consent
        self._park = park
        self._environment = environment
        self._live = live

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
        await self._withdraw(context)
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

    async def _withdraw(self, context: RunContext) -> None:
        """Take back what waited for a yes: something else was said, and nobody else is to approve it any more."""
        waiting = [action for action in proposed_before(context.last) if action.get("consent") is True]
        if self._consent is None or not waiting:
            return
        consent = self._consent()
        for action in waiting:
            name, requester = str(action["id"]), action.get("requester")
            by = str(requester.get("name")) if isinstance(requester, Mapping) else ""
            with suppress(SwitchboardError):  # it may have been decided elsewhere meanwhile
                told = await consent.no(name, by=by)
                if not told.get("declined"):
                    context.notes.append(f"{name} is withdrawn, as something else was said than yes: {_what(action)}")

    def _take(self, served: "Served", context: RunContext) -> list[Json]:
        """Put what was found into the turn; the claims that it may submit."""
        offers = [offer for one in served.statements if (offer := context.offer(one)) is not None]
        for action in served.actions:
            context.propose({**action, "environment": self._environment(served.sample)})
        sample = _is_sample(context)
        if sample is not None:  # the shop has answered: the turn rests on its data, whatever the logs are
            if sample and context.source != "sample":
                context.notes.append(SAMPLE_SHOP)
            context.source = "sample" if sample else "live" if self._live else "files"
            context.values["shop"] = context.source
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
        proposed = proposed_before(context.last)
        if said is None or not proposed:
            raise ToolError("the message is no yes or no to a proposal: serve it instead")
        return await self._decide(context, said, proposed)

    async def _decide(self, context: RunContext, said: Consent, actions: Sequence[Mapping[str, object]]) -> str:
        """Take the yes or no to these; said again it changes nothing, and is told again."""
        context.source = str(context.remembered.get("shop") or context.source)
        if not actions:
            context.unknown.append(Unknown(text=NOTHING_WAITS))
            return json.dumps({"said": said.value, "claims": []})
        if self._consent is None:
            raise ToolError("no store is open here, so that nothing can be approved")
        consent = self._consent()
        context.values.update({name: context.remembered[name] for name in _WHO if name in context.remembered})
        claims: list[Json] = []
        stopped: dict[object, str] = {}
        for action in actions:
            order, name = _argument(action, "order_id"), str(action["id"])
            if said is Consent.YES and order in stopped:
                text = f"{name} is not begun: it was to follow {stopped[order]}, which is not done"
                context.unknown.append(Unknown(text=text))
                continue
            told = await self._confirmed(context, action, said, consent, claims)
            if order is not None and (told is None or not is_done(told)):
                stopped[order] = name
            if told is not None and is_done(told):
                _keep_postal_code(context, action)
        context.values["decided"] = [_decided(action) for action in actions]
        return json.dumps({"said": said.value, "claims": claims})

    async def _confirmed(
        self,
        context: RunContext,
        action: Mapping[str, object],
        said: Consent,
        consent: Consenting,
        claims: list[Json],
    ) -> Json | None:
        """How the action stands after it, with the claim that says so; None where nothing could be decided."""
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
        claims += [{"ref": offer.ref, "text": offer.claim.text}] if offer else []
        return told


def _is_sample(context: RunContext) -> bool | None:
    """Whether the shop that answered is the bundled sample; None where none has answered."""
    answers = (item for item in context.recorder.recorded().values() if item.evidence.source == _FIND)
    tables = (item.table for item in answers if item.table is not None and item.table.rows)
    return next((table.records()[0].get("sample") is True for table in tables), None)


def _decided(action: Mapping[str, object]) -> Json:
    """What of an action is remembered, so that a second yes is told the same."""
    kept = {name: action.get(name) for name in ("id", "fingerprint", "requester", "because")}
    return {**kept, "arguments": {"order_id": _argument(action, "order_id")}}


def _argument(action: Mapping[str, object], name: str) -> object:
    arguments = action.get("arguments")
    return arguments.get(name) if isinstance(arguments, Mapping) else None


def _keep_postal_code(context: RunContext, action: Mapping[str, object]) -> None:
    """Know who is known by name and postcode by their new one, where that is what was changed."""
    identity, address = context.values.get("identity"), _argument(action, "address")
    if action.get("workflow") != "update_customer" or not isinstance(address, Mapping):
        return
    if isinstance(identity, Mapping) and "postal_code" in identity:
        context.values["identity"] = {**identity, "postal_code": address.get("postal_code")}


def proposed_before(last: Mapping[str, object] | None) -> list[Mapping[str, object]]:
    """What the last report, in any of its turns, proposed to its requester: nobody is asked about earlier ones."""
    whole = last or {}
    return [
        action
        for report in _each(whole.get("turns")) or [whole]
        for action in _each(report.get("actions"))
        if action.get("id") and isinstance(action.get("requester"), Mapping)
    ]


def _each(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _decided_before(remembered: Mapping[str, object]) -> list[Mapping[str, object]]:
    """What the requester decided on in the message before."""
    return _each(remembered.get("decided"))


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
