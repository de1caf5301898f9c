"""Reads plain requests about one order: where it is, ship it, cancel it, send it elsewhere, it never came.

A message is taken only as a whole: a form, an order that is theirs, and nothing else but courtesy. Everything that is
longer or finer is for `agents.shipment.requests`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.shipment.addresses.reading import parse_address
from agents.shipment.requests.wanted import (
    Asked,
    Cancel,
    CancelShipment,
    ModifyAddress,
    NotUnderstood,
    ReportDamaged,
    ReportLost,
    Ship,
    Track,
    Understood,
)
from orchestrator.core.orders.order import Customer, Order

_LONGEST = 300
_WISH = r"i(?: would|['\u2019]d)? (?:like|want|wish|need) (?:you )?to"
_POLITE = re.compile(
    rf"^(?:(?:hi|hello|hey|please|ok|okay|and|so|now|then|(?:can|could|would|will) you(?: please)?|{_WISH}"
    r"|let me|tell me|show me)\b[\s,!.]*)+",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:[\s,!.?]*\b(?:please|thanks|thank you|now|today|asap|at the moment|right now))*[\s!.?]*$", re.IGNORECASE
)
_REF = (
    r"(?:(?:my|the|this|our)\s)?(?:(?:latest|last|recent|most recent|whole)\s)?"
    r"(?:(?:parcel|package|shipment|delivery|items?) (?:of|for|from|in) (?:(?:my|the|this)\s)?)?"
    r"(?P<noun>order|parcel|package|shipment|delivery|it)?\s?(?:number|no\.?|nr\.?)?\s?(?:#\s?)?"
    r"(?P<id>[A-Za-z]{0,3}\d{2,12})?"
)
_NEED = (
    r"(?:i (?:no longer|don['\u2019]t|do not) (?:need|want) (?:it|them|that)(?: any ?more)?"
    r"|(?:it is |it['\u2019]s )?no longer needed)"
)
_MISTAKE = (
    r"(?:(?:i (?:have )?|it was )?(?:ordered|placed|bought)(?: it| this)? by (?:mistake|accident)"
    r"|(?:it was )?(?:a|my) mistake)"
)
_CAME = r"(?:did not|didn['\u2019]t|has not|hasn['\u2019]t|have not|never) (?:arrive|arrived|come|came|reached me)"
_WHERE = (
    r"(?:where(?: is|['\u2019]s| are)|track(?: and trace)?|follow|(?:the )?status of"
    r"|what(?: is|['\u2019]s) the (?:status|tracking number) (?:of|for)|when (?:will|does|is|do))"
)
_COMES = r"(?: (?:now|arrive|arriving|come|coming|be delivered|be here|get here))?"
_GONE = r"(?:been )?(?:shipped|sent|left|dispatched|on its way|delivered)(?: yet| already| out)?"
_WHY = rf"(?:[\s,.;:-]*(?:because|as|since)?[\s,]*(?:(?P<need>{_NEED})|(?P<mistake>{_MISTAKE})))?"
_TO = r"to (?P<address>.{8,200}?)"
_Make = Callable[[Order, "re.Match[str]", Customer], Understood | NotUnderstood | None]


@dataclass(frozen=True, slots=True)
class _Form:
    """How a request is said; `fits` tells which orders it may be about where it names none."""

    said: re.Pattern[str]
    make: _Make
    fits: Callable[[Order], bool]


def _any(_order: Order) -> bool:
    return True


def _pending(order: Order) -> bool:
    return order.is_pending


def _under_way(order: Order) -> bool:
    return bool(order.fulfillments) and order.status == "processed"


def _open(order: Order) -> bool:
    return order.is_pending or order.status == "processed"


def _track(order: Order, _found: "re.Match[str]", _customer: Customer) -> Understood:
    if order.fulfillments:
        return Understood(wanted=(Track(order_id=order.id),))
    return Understood(questions=(Asked(text="how it stands", order_id=order.id),))


def _tell(order: Order, _found: "re.Match[str]", _customer: Customer) -> Understood:
    return Understood(questions=(Asked(text="how it stands", order_id=order.id),))


def _ship(order: Order, found: "re.Match[str]", _customer: Customer) -> Understood:
    return Understood(wanted=(Ship(order_id=order.id, wishes=("express",) if found["fast"] else ()),))


def _cancel(order: Order, found: "re.Match[str]", _customer: Customer) -> Understood:
    reason = "no longer needed" if found["need"] else "ordered by mistake" if found["mistake"] else ""
    return Understood(wanted=(Cancel(order_id=order.id, reason=reason),))


def _void(order: Order, _found: "re.Match[str]", _customer: Customer) -> Understood:
    return Understood(wanted=(CancelShipment(order_id=order.id),))


def _elsewhere(order: Order, found: "re.Match[str]", customer: Customer) -> Understood | NotUnderstood | None:
    text = found["address"].strip(" ,.")
    address = parse_address(text, order.address.country_code or customer.address.country_code)
    if address is None:
        return NotUnderstood(
            missing="address",
            reason=f"the address {text!r:.120} cannot be read",
            question="What is the whole address: street, city, region and postcode?",
        )
    return Understood(wanted=(ModifyAddress(order_id=order.id, address=address),))


def _lost(order: Order, _found: "re.Match[str]", _customer: Customer) -> Understood:
    return Understood(wanted=(ReportLost(order_id=order.id),))


def _damaged(order: Order, _found: "re.Match[str]", _customer: Customer) -> Understood:
    return Understood(wanted=(ReportDamaged(order_id=order.id),))


def _form(said: str, make: _Make, fits: Callable[[Order], bool] = _any) -> _Form:
    return _Form(re.compile(said.replace("REF", _REF), re.IGNORECASE), make, fits)


_FORMS = (
    _form(rf"{_WHERE} REF{_COMES}", _track, _open),
    _form(rf"(?:has|is|was) REF {_GONE}", _track, _open),
    _form(r"(?:how is|about|show|what is in|what['\u2019]s in|how does) REF(?: stand| doing)?", _tell, _open),
    _form(r"(?:ship|dispatch|send out) REF(?P<fast> (?:by |via )?express| as fast as possible)?", _ship, _pending),
    _form(r"(?:cancel|void) (?:the )?(?:shipment|label)(?: (?:of|for))? REF", _void, _open),
    _form(rf"cancel REF{_WHY}", _cancel, _pending),
    _form(rf"(?:send|ship|deliver|redirect) REF {_TO}(?: instead)?", _elsewhere, _pending),
    _form(rf"change the (?:delivery |shipping )?address (?:of|for|on) REF {_TO}", _elsewhere, _pending),
    _form(rf"REF {_CAME}(?: yet)?", _lost, _any),
    _form(r"REF (?:is|was|got) lost", _lost, _under_way),
    _form(r"REF (?:arrived|is|was|came) (?:damaged|broken)", _damaged, _any),
)
"""The first that fits a whole message is taken."""


def read_direct(text: str, *, customer: Customer, orders: Sequence[Order]) -> Understood | NotUnderstood | None:
    """What a plain message wants; None where it is none. A question where it may be about several orders."""
    plain = _THANKS.sub("", _POLITE.sub("", " ".join(text.split())[: _LONGEST + 1]))
    if not plain or len(plain) > _LONGEST:
        return None
    for form in _FORMS:
        found = form.said.fullmatch(plain)
        if found is not None and (found["id"] or found["noun"]):
            return _about(form, found, customer=customer, orders=orders)
    return None


def _about(
    form: _Form, found: "re.Match[str]", *, customer: Customer, orders: Sequence[Order]
) -> Understood | NotUnderstood | None:
    named = found["id"]
    meant = (
        [one for one in orders if _bare(one.id) == _bare(named)] if named else [one for one in orders if form.fits(one)]
    )
    if len(meant) == 1:
        return form.make(meant[0], found, customer)
    if named:
        return NotUnderstood(missing="order", reason=f"none of their orders is {named}", question=_which(orders))
    return NotUnderstood(
        missing="order",
        reason="which order is meant is not said",
        question=_which(meant or orders),
        choices=tuple(one.id for one in meant or orders),
    )


def _which(orders: Sequence[Order]) -> str:
    known = "; ".join(f"{one.id} ({one.status}: {', '.join(item.name for item in one.items)})" for one in orders)
    return f"Which order do you mean? You have {known}." if known else "You have no orders here."


def _bare(order_id: str) -> str:
    """An id without its leading sign and letter, as people leave them out."""
    return re.sub(r"^#?\s?[A-Za-z]{0,3}", "", order_id.strip())
