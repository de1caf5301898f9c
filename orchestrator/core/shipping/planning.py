"""What a shipment is planned from, and what becomes of the plan: exactly one thing to be done, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeAlias

from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.documents import texts_of
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Rate

LABEL_FORMATS = ("PDF", "ZPL", "PNG")
SIGNATURES = ("none", "any", "adult")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the requester wants of a shipment; what is empty or None is left to the shop's rules.

    Attributes:
        service: A service by name or code, as a rate calls it.
        deliver_by: The last day on which it may arrive, where it goes to.
        fastest: Whether the earliest promise counts before the price.
        max_price: The most that it may cost, in the currency of the rate.
        signature: `none`, `any` or `adult`; empty is what the goods ask for.
        insurance: The value to insure, in the currency of the rate.
        ship_to: Another place than the order's.
        label_format: PDF, ZPL or PNG.
        is_return: Whether it goes from the customer to the shop.
        test_mode: Whether the label is to be worth nothing.
    """

    service: str = ""
    deliver_by: date | None = None
    fastest: bool = False
    max_price: Decimal | None = None
    signature: str = ""
    insurance: Decimal | None = None
    ship_to: Address | None = None
    label_format: str = "PDF"
    is_return: bool = False
    test_mode: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One shipment that may be bought, once somebody says yes to exactly this.

    Attributes:
        request: What is to be done, with its exact arguments; `radius` holds the price.
        summary: What will be done, in lines for people, rendered by code.
        rate: What was chosen; its amount is the price.
        notices: What the requester should know besides, such as how an address was corrected.
        others: Other rates that would do, cheapest first.
    """

    request: ActionRequest
    summary: tuple[str, ...]
    rate: Rate
    notices: tuple[str, ...] = ()
    others: tuple[Rate, ...] = ()

    @property
    def price(self) -> Decimal:
        """What it costs in all."""
        return self.rate.amount

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.rate.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it may not be shipped: a code such as `OrderShipped`, and a sentence."""

    code: str
    text: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What must be known first: a field's name, a sentence, and what it may be where that is a short list."""

    name: str
    text: str
    choices: tuple[str, ...] = ()

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlanned:
    """No shipment can be planned: it may not be, or something must be asked first. One of both is not empty.

    Attributes:
        reasons: Why it may not be; where there are any, the questions do not matter.
        questions: What is missing.
        notices: As of `Planned`.
    """

    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether an answer would help."""
        return not self.reasons


Plan: TypeAlias = Planned | NotPlanned


class Planner(Protocol):
    """Plans a shipment of an order; it reads, and changes nothing."""

    async def __call__(self, order_id: str, wishes: Wishes, *, requested_by: str, authenticated: bool) -> Plan:
        """The plan; `requested_by` is such as `local:ann`. SwitchboardError where a system cannot be read."""
        ...


def plan_document(plan: Plan) -> Json:
    """A plan as JSON, as `shipments create --json` shows it before anything is done."""
    match plan:
        case Planned():
            return {
                "status": "planned",
                "summary": list(plan.summary),
                "notices": list(plan.notices),
                "rate": plan.rate.document(),
                "others": [rate.document() for rate in plan.others],
                "workflow": plan.request.workflow,
                "arguments": {name: _in_order(value) for name, value in plan.request.arguments.items()},
            }
        case NotPlanned():
            return {
                "status": "needs_input" if plan.missing else "refused",
                "reasons": [reason.document() for reason in plan.reasons],
                "questions": [question.document() for question in plan.questions],
                "notices": list(plan.notices),
            }


def _in_order(value: object) -> object:
    """The same names in the same order each time: those of a worked-out value come in any."""
    match value:
        case Mapping():
            return {name: _in_order(value[name]) for name in sorted(value)}
        case list() | tuple():
            return [_in_order(item) for item in value]
        case _:
            return value
