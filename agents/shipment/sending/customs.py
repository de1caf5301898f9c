"""Whether a border lies between two addresses, what it must be told, and what of that is missing for each item."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from agents.shipment.sending.missing import Missing
from orchestrator.core.orders.order import OrderItem
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Commodity, Customs
from playbooks.shipping.customs import INCOTERMS, CustomsMap, Declaration

_DUTY_PAID_BY_SENDER = "DDP"
_HS_CODE = re.compile(r"(?!00|77|98|99)\d{6}(?:\d{2}|\d{4}|\d{6})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SHORTEST_TITLE = 3
_VAGUE = frozenset(
    {"goods", "gift", "gifts", "sample", "samples", "item", "items", "parts", "stuff", "merchandise", "other"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Whether a declaration is needed, and why."""

    declaration: Declaration
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNeeded:
    """No declaration is needed."""

    why: str
    kind: Literal["not_needed"] = "not_needed"

    def document(self) -> Json:
        """As JSON, with the fields that all answers have."""
        return _document(self.kind, why=self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The declaration, whole."""

    customs: Customs
    why: str
    kind: Literal["declared"] = "declared"

    def document(self) -> Json:
        """As JSON, with the fields that all answers have."""
        return _document(self.kind, why=self.why, customs=self.customs)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDeclared:
    """What must be known first; nothing of it is guessed."""

    missing: tuple[Missing, ...]
    why: str
    kind: Literal["not_declared"] = "not_declared"

    def document(self) -> Json:
        """As JSON, with the fields that all answers have."""
        return _document(self.kind, why=self.why, missing=self.missing)


CustomsResult: TypeAlias = NotNeeded | Declared | NotDeclared


def border(ship_from: Address, ship_to: Address, places: CustomsMap) -> Border:
    """Whether a declaration is needed between two addresses, which are checked ones."""
    (here, here_title), (there, there_title) = places.territory(ship_from), places.territory(ship_to)
    if here == there:
        return Border(declaration=Declaration.NONE, why=f"both are in {here_title}")
    for one in places.between:
        if one.territories == {here, there}:
            return Border(declaration=one.declaration, why=one.why)
    return Border(declaration=Declaration.NEEDED, why=f"it goes from {here_title} to {there_title}")


def declare(
    items: Sequence[OrderItem],
    *,
    ship_from: Address,
    ship_to: Address,
    currency: str,
    places: CustomsMap,
    incoterm: str = "",
    content_type: str = "merchandise",
) -> CustomsResult:
    """The declaration of an order's items, as far as one is needed.

    `incoterm` is who pays duty (see `INCOTERMS`); empty is the shop's own of `customs.yaml`, and where that has none it
    is asked for. Equal items become one line.
    """
    found = border(ship_from, ship_to, places)
    if found.declaration is Declaration.NONE:
        return NotNeeded(why=found.why)
    term = (incoterm or places.incoterm).strip().upper()
    missing = [*_missing_of_shipment(term, currency), *_missing_of_items(items)]
    if found.declaration is Declaration.ASK:
        missing.insert(0, Missing(field="declaration", item="", text=f"whether a declaration is needed: {found.why}"))
    if missing:
        return NotDeclared(missing=tuple(missing), why=found.why)
    customs = Customs(
        incoterm=term,
        commodities=tuple(_commodities(items, currency)),
        content_type=content_type,
        duty_paid_by="sender" if term == _DUTY_PAID_BY_SENDER else "recipient",
    )
    return Declared(customs=customs, why=found.why)


def check_customs(customs: Customs) -> tuple[Missing, ...]:
    """What a declaration that somebody else wrote lacks."""
    found = list(_missing_of_term(customs.incoterm))
    if not customs.commodities:
        found.append(Missing(field="commodities", item="", text="customs: name what is in the parcels"))
    for one in customs.commodities:
        found += _missing_of_line(
            one.title, one.title, hs_code=one.hs_code, origin=one.origin_country, weight_g=one.weight_g
        )
        if one.value <= 0:
            found.append(_no_value(one.title, one.title))
        if not _CURRENCY.fullmatch(one.currency):
            text = f"{one.title}: the currency {one.currency!r} is no ISO 4217 code such as USD"
            found.append(Missing(field="currency", item=one.title, text=text))
    return tuple(found)


def hs_digits(code: str) -> str | None:
    """The digits of a code of the Harmonized System, six or more; None where it cannot be one."""
    digits = re.sub(r"[\s.]", "", code)
    return digits if digits.isascii() and _HS_CODE.fullmatch(digits) else None


def _missing_of_shipment(incoterm: str, currency: str) -> Iterable[Missing]:
    yield from _missing_of_term(incoterm)
    if not _CURRENCY.fullmatch(currency):
        text = f"customs: the currency {currency!r} is no ISO 4217 code such as USD"
        yield Missing(field="currency", item="", text=text)


def _missing_of_term(incoterm: str) -> Iterable[Missing]:
    if incoterm.strip().upper() not in INCOTERMS:
        what = f"{incoterm!r} is no incoterm" if incoterm else "who pays duty is not known"
        yield Missing(field="incoterm", item="", text=f"customs: {what}; give one such as DAP or DDP")


def _missing_of_items(items: Sequence[OrderItem]) -> Iterable[Missing]:
    for item in items:
        goods = item.goods
        yield from _missing_of_line(
            item.item_id, item.name, hs_code=goods.hs_code, origin=goods.origin_country, weight_g=goods.weight_g
        )
        if item.price * item.quantity <= 0:
            yield _no_value(item.item_id, item.name)
        if item.quantity < 1:
            text = f"{item.name}: its quantity is {item.quantity}; give one above zero"
            yield Missing(field="quantity", item=item.item_id, text=text)


def _missing_of_line(item_id: str, title: str, *, hs_code: str, origin: str, weight_g: int | None) -> Iterable[Missing]:
    if hs_digits(hs_code) is None:
        what = f"{hs_code!r} is no HS code" if hs_code else "its HS code is not known"
        yield Missing(field="hs_code", item=item_id, text=f"{title}: {what}; give six digits or more")
    if not _COUNTRY.fullmatch(origin):
        what = f"{origin!r} is no country of origin" if origin else "its country of origin is not known"
        yield Missing(field="origin_country", item=item_id, text=f"{title}: {what}; give a code such as DE")
    if weight_g is None or weight_g <= 0:
        yield Missing(field="weight_g", item=item_id, text=f"{title}: its weight in grams is not known")
    if len(title.strip()) < _SHORTEST_TITLE or title.strip().casefold() in _VAGUE:
        yield Missing(field="title", item=item_id, text=f"{title!r} says too little for customs: say what it is")


def _no_value(item_id: str, title: str) -> Missing:
    return Missing(field="value", item=item_id, text=f"{title}: its value is not above zero; give what it is worth")


def _commodities(items: Sequence[OrderItem], currency: str) -> Iterable[Commodity]:
    """A line for each article and price, in the order's order, with the pieces of equal lines together."""
    lines: dict[tuple[object, ...], Commodity] = {}
    for item in items:
        goods, key = item.goods, (item.item_id, item.price)
        line = Commodity(
            title=item.name,
            quantity=item.quantity,
            hs_code=hs_digits(goods.hs_code) or "",
            origin_country=goods.origin_country,
            value=item.price * item.quantity,
            currency=currency,
            weight_g=(goods.weight_g or 0) * item.quantity,
        )
        known = lines.get(key)
        if known is not None:
            line = replace(
                line,
                quantity=known.quantity + line.quantity,
                value=known.value + line.value,
                weight_g=(known.weight_g or 0) + (line.weight_g or 0),
            )
        lines[key] = line
    return lines.values()


def _document(kind: str, *, why: str, customs: Customs | None = None, missing: tuple[Missing, ...] = ()) -> Json:
    return {
        "result": kind,
        "why": why,
        "customs": None if customs is None else customs.document(),
        "missing": [one.document() for one in missing],
    }
