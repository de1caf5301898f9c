"""What became of an action that a requester decided on, in a sentence for them."""

from collections.abc import Mapping, Sequence

from orchestrator.core.documents import decimal_of
from orchestrator.core.report import Json

_DONE = frozenset({"done", "verified", "unverified", "untold"})
_OPEN = frozenset({"claimed", "accepted", "unknown"})


def outcome_text(told: Json) -> str:
    """The sentence; `told` is how the action stands: `stage`, `standing`, `declined`, `owner`, `workflow`, `answer`."""
    stage, declined = str(told.get("stage")), str(told.get("declined") or "")
    if stage in _DONE:
        return f"done: {_done(str(told.get('workflow')), _mapping(told.get('answer')))}"
    if declined:
        return f"not done: {declined}"
    if stage in _OPEN:
        owner = told.get("owner")
        return f"it is not known yet whether it was done; it is not done twice, and {owner or 'a person'} looks at it"
    return f"not done: {told.get('standing')}"


def is_done(told: Json) -> bool:
    """Whether the action was done."""
    return told.get("stage") in _DONE


def _done(workflow: str, answer: Mapping[str, object]) -> str:
    match workflow:
        case "create_shipment":
            numbers = ", ".join(_texts(answer.get("tracking_numbers")))
            rate = _mapping(answer.get("rate"))
            price = f"{_money(rate.get('amount'))} {rate.get('currency')}"
            return (
                f"shipment {answer.get('number')} of order {answer.get('order_id')}, tracking number {numbers}, {price}"
            )
        case "void_shipment":
            return f"shipment {answer.get('tracking_number')} is cancelled; refund {answer.get('refund_status')}"
        case "update_order":
            money = [*_amounts("refund", answer.get("refunds")), *_amounts("charge", answer.get("charges"))]
            moved = f"; {', '.join(money)}" if money else ""
            return f"{_changed(answer)}{moved}"
        case "update_customer":
            return "your default address is changed"
        case _:
            return workflow


def _changed(answer: Mapping[str, object]) -> str:
    """What is other than before; the status is not, after some operations."""
    order = answer.get("order_id")
    match answer.get("operation"):
        case "modify_address":
            return f"order {order} goes to the new address"
        case "modify_payment":
            return f"order {order} is paid the new way"
        case "modify_items":
            return f"the items of order {order} are changed"
        case _:
            return f"order {order} is now {answer.get('status')}"


def _amounts(kind: str, entries: object) -> list[str]:
    found = [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, Sequence) else []
    return [f"{kind} {_money(one.get('amount'))} ({one.get('payment_method_id')})" for one in found]


def _money(amount: object) -> str:
    return f"{decimal_of(amount, 'amount'):,.2f}" if isinstance(amount, int | float | str) else "an unknown amount"


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
