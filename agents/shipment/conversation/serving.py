"""Serves one message of a customer: who they are, what they want, and what is proposed to them, all or nothing.

Nothing is proposed unless every part of the message is understood and every procedure that it takes reached its
proposal: what is left over goes to a person as a whole, with what is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.shipment.conversation.direct import read_direct
from agents.shipment.conversation.errands import Errand, ForPerson, errand_of
from agents.shipment.conversation.holdings import Holdings, find_customer, read_holdings
from agents.shipment.conversation.introduction import bare_introduction, without_introduction
from agents.shipment.conversation.proposed import actions_of, entangled
from agents.shipment.procedure.following import CODE, Ended, Followed, Known, Proposal, Reading, Works, follow
from agents.shipment.requests.identity import read_identity
from agents.shipment.requests.understanding import understand
from agents.shipment.requests.wanted import Declined, NotUnderstood, Understood
from orchestrator.core.claims import DONE, Frame, StepFrame
from orchestrator.core.errors import QueryError
from orchestrator.core.orders.order import Customer
from orchestrator.core.report import Json, Question, Statement, StatementKind
from playbooks.procedure import Procedure

WHO = "To look into your orders I must know who you are: what is your e-mail address, or your name and postcode?"
_BY = (
    "customer.verified_by == 'email' ? 'e-mail address' : "
    "customer.verified_by == 'name_and_postal_code' ? 'name and postcode' : 'customer number and a second fact'"
)
SEVERAL = "What you say leads to several customers. Which one are you: what is your own e-mail address?"
ALONE = "Your message is about several things. Please say what is to be done with an order in a message of its own."
HOW = "What can I do for you? Name the order or the article that it is about."
NOBODY = (
    "No customer is found by that. What is your e-mail address as you gave it to the shop, or your name and postcode?"
)


class _SeveralError(Exception):
    """What a message says of who asks leads to several customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a message led to.

    Attributes:
        statements: What is said, as claims over the evidence.
        actions: What is proposed, as a report's `actions`.
        questions: What is asked.
        hand_over: Why a person must take it; empty where nobody must.
        values: What the next message of the conversation is read with.
        sample: Whether the shop that answered is the bundled sample.
    """

    statements: tuple[Statement, ...] = ()
    actions: tuple[Json, ...] = ()
    questions: tuple[Question, ...] = ()
    hand_over: str = ""
    values: Json = field(default_factory=dict)
    sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How messages are served; `now` is ISO 8601 in UTC."""

    procedures: Mapping[str, Procedure]
    works: Works
    reading: Reading
    now: str

    async def serve(self, text: str, remembered: Mapping[str, object], *, whole: str = "") -> Served:
        """Serve a message, with what the conversation remembers: `identity` and the open `request`.

        Where the text is a part of a `whole` message, others read the rest: it may say more of what is wanted here, so
        that nothing is proposed.
        """
        request, now = _whole(text, remembered), _said_now(text, remembered)
        said, before = (identity_bodies(f"{one}\n{whole}") for one in (now, request))
        if not (before or _remembered(remembered)):
            return Served(questions=(Question(text=WHO),), values={"request": request, "asked": text})
        try:
            identified = await self._identified(said, before or _remembered(remembered))
            if identified is None:
                return Served(questions=(Question(text=NOBODY),), values={"request": request, "asked": text})
            customer, known, body = identified
            holdings = await read_holdings(customer, known, reading=self.reading)
        except _SeveralError:
            return Served(questions=(Question(text=SEVERAL),), values={**_identity(remembered), "asked": text})
        except QueryError as error:  # a person has the request then, so that it is open no more
            return Served(hand_over=error.message, values=_identity(remembered))
        if remembered.get("customer") not in (None, customer.id):
            request = now  # what is open is another's
        alone = self._read(now, holdings)
        # a whole wish of its own is no answer to what was asked before
        stands = isinstance(alone, Understood) and bool(alone.wanted or alone.questions)
        found = alone if stands else self._read(request, holdings)
        others = bool(without_introduction(whole.replace(text, "", 1)))
        served = await self._served(found, holdings, others=others)
        open_request = {"request": request, "asked": text} if served.questions and not whole else {}
        return Served(
            statements=(_identified(known), *served.statements),
            actions=served.actions,
            questions=served.questions,
            hand_over=served.hand_over,
            values={"identity": body, "customer": customer.id, **open_request},
            sample=(known.document or {}).get("sample") is True,
        )

    async def _identified(self, said: Sequence[Json], before: Sequence[Json]) -> tuple[Customer, Known, Json] | None:
        """Whom the message itself proves, else what was said before it: one customer, or none.

        Raises:
            _SeveralError: It leads to several customers: of whom one is, the others are only spoken of.
        """
        for bodies in (said, before) if said != before else (before,):
            found = [(*(await find_customer(body, reading=self.reading)), body) for body in bodies]
            known = {one[0].id: (one[0], one[1], one[2]) for one in reversed(found) if one[0] is not None}
            if len(known) > 1:
                raise _SeveralError
            if known:
                return next(iter(known.values()))
        return None

    def _read(self, text: str, holdings: Holdings) -> Understood | NotUnderstood:
        wish = without_introduction(text)
        if not wish:
            return NotUnderstood(missing="action", reason="nothing is wanted", question=HOW)
        customer, orders = holdings.customer, holdings.orders
        direct = read_direct(wish, customer=customer, orders=orders)
        return direct or understand(wish, customer=customer, orders=orders, products=holdings.products)

    async def _served(self, found: Understood | NotUnderstood, holdings: Holdings, *, others: bool) -> Served:
        if isinstance(found, NotUnderstood):
            if found.question:
                return Served(questions=(Question(text=found.question, choices=found.choices),))
            return Served(hand_over=found.reason)
        return await self._errands(found, holdings, others=others)

    async def _errands(self, found: Understood, holdings: Holdings, *, others: bool) -> Served:
        errands = [self._known(errand_of(wanted, holdings), holdings) for wanted in found.wanted]
        errands += [
            self._known(Errand(procedure="tell_order", wanted={"order_id": asked.order_id}), holdings)
            for asked in found.questions
            if asked.order_id
        ]
        persons = [errand.reason for errand in errands if isinstance(errand, ForPerson)]
        # a question changes nothing of what is wanted besides: a person answers it, and the rest goes on
        unanswered = "; ".join(f"not answered: {asked.text}" for asked in found.questions if not asked.order_id)
        followed = [await self._follow(errand, holdings) for errand in errands if isinstance(errand, Errand)]
        told = [await self._declined(one) for one in found.declined]
        # what a proposal would do is said only where it is proposed
        known = (*(statement for one in followed for statement in one.found), *told)
        ended = [one.end for one in followed if isinstance(one.end, Ended)]
        asked = tuple(Question(text=end.text) for end in ended if end.ending == "ask")
        persons += [end.text for end in ended if end.ending == "person"]
        if persons:
            return Served(statements=known, hand_over="; ".join(filter(None, (*persons, unanswered))))
        if asked or ended:
            return Served(statements=known, questions=asked, hand_over=unanswered)
        proposals = [(one, one.end) for one in followed if isinstance(one.end, Proposal)]
        if order := entangled(proposals):
            return Served(statements=known, hand_over=f"several changes of order {order} rest on each other's sums")
        if proposals and others:
            return Served(statements=known, questions=(Question(text=ALONE),))
        statements = (*(statement for one in followed for statement in one.statements), *told)
        return Served(
            statements=statements,
            actions=tuple(actions_of(proposals, requester=f"customer:{holdings.customer.id}")),
            hand_over=unanswered,
        )

    def _known(self, errand: Errand | ForPerson, holdings: Holdings) -> Errand | ForPerson:
        if isinstance(errand, ForPerson):
            return errand
        order_id = errand.wanted.get("order_id")
        # not every procedure asks whose an order is: from the command line the shop's own people follow them
        if order_id and order_id not in {order.id for order in holdings.orders}:
            return ForPerson(reason=f"order {order_id} is not among those of the customer")
        if errand.procedure in self.procedures:
            return errand
        return ForPerson(reason=f"no procedure {errand.procedure!r} is among those of this installation")

    async def _declined(self, declined: Declined) -> Statement:
        """That something cannot be, and why."""
        known = await self.reading.note(
            "declined", declined.document(), source=f"{CODE}:read", purpose="what cannot be"
        )
        return Statement(
            kind=StatementKind.SHOWN,
            template="not possible: {declined.reason}",
            check="declined.reason != ''",
            evidence=(known.evidence,),
            frame=_frame("declined", known),
        )

    async def _follow(self, errand: Errand, holdings: Holdings) -> Followed:
        return await follow(
            self.procedures[errand.procedure],
            errand.wanted,
            reading=self.reading,
            works=self.works,
            now=self.now,
            given={"customer": holdings.identified},
        )


def identity_bodies(text: str) -> list[Json]:
    """What a message says of who asks, as questions to the shop, the surest first."""
    identity = read_identity(text)
    bodies: list[Json] = [{"email": email} for email in identity.emails]
    if identity.postal_code:
        split = (name.partition(" ") for name in identity.names)
        bodies += [
            {"first_name": first, "last_name": last, "postal_code": identity.postal_code}
            for first, _, last in split
            if last
        ]
        if identity.customer_id:
            bodies.append({"customer_id": identity.customer_id, "postal_code": identity.postal_code})
    for name, postal_code in filter(None, map(bare_introduction, text.splitlines())):
        first, _, last = name.partition(" ")
        bodies.append({"first_name": first, "last_name": last, "postal_code": postal_code})
    return bodies


def _identified(known: Known) -> Statement:
    name = "{customer.customer.first_name} {customer.customer.last_name}"
    return Statement(
        kind=StatementKind.SHOWN,
        template=f"{name}, known by {{{_BY}}}",
        check="customer.found && customer.verified_by != null",
        evidence=(known.evidence,),
        frame=_frame("customer", known),
    )


def _frame(step: str, known: Known) -> Frame:
    frame = StepFrame(step=step, evidence=known.evidence, status=DONE)
    return Frame(values={}, steps=(frame,), current=step, named=(step,))


def _whole(text: str, remembered: Mapping[str, object]) -> str:
    """The message with the request that it answers a question about."""
    request = remembered.get("request")
    if not isinstance(request, str) or not request:
        return text
    return f"{request.rstrip(' ?.!')}\n{_said_now(text, remembered)}"


def _said_now(text: str, remembered: Mapping[str, object]) -> str:
    """The message alone, without the message before it, behind which a brief answer to a question is put."""
    asked = remembered.get("asked")
    return (text.removeprefix(asked).strip() or text) if isinstance(asked, str) else text


def _remembered(remembered: Mapping[str, object]) -> list[Json]:
    body = remembered.get("identity")
    return [dict(body)] if isinstance(body, Mapping) and body else []


def _identity(remembered: Mapping[str, object]) -> Json:
    """What the conversation knows of who asks, to be remembered on."""
    return {name: remembered[name] for name in ("identity", "customer") if name in remembered}
