"""Decides whether goods may go somewhere, and how: by the shop's list of restricted goods, without guessing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.shipment.addresses.kinds import is_box, is_military
from orchestrator.core.documents import texts_of
from orchestrator.core.orders.order import OrderItem
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address
from playbooks.shipping.restricted import Outcome, RestrictedGoods, RestrictedList, RestrictionRule, key_of

_UNSAID = frozenset({"", "none"})
NOT_HAZARDOUS = "not_hazardous"
"""A `goods.hazard` that says that somebody looked: words in the name then raise no question of hazard."""
UNRESTRICTED = "unrestricted"
"""The same of `goods.restricted`."""
_ORDER = tuple(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What holds for one item.

    Attributes:
        goods: The id in the list; empty where a class is in no list.
        by: What matched: `hazard`, `restricted`, `hs_code` or `words`.
        matched: The text that matched.
        source: The public source that the rule names.
    """

    item_id: str
    goods: str
    outcome: Outcome
    by: str
    matched: str
    why: str
    source: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What holds for all items together.

    Attributes:
        hazards: The classes that carriers must be told, sorted.
    """

    findings: tuple[Finding, ...] = ()
    hazards: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The gravest of all."""
        return max((one.outcome for one in self.findings), key=_ORDER.index, default=Outcome.ALLOW)

    @property
    def signature(self) -> str:
        """`adult` where only an adult may receive it, else empty."""
        return "adult" if any(one.outcome is Outcome.NEEDS_SIGNATURE for one in self.findings) else ""

    @property
    def ground_only(self) -> bool:
        """Whether nothing of it may fly."""
        return any(one.outcome is Outcome.GROUND_ONLY for one in self.findings)

    @property
    def shown(self) -> str:
        """The reasons of what is not simply allowed, in words."""
        return "; ".join(one.why for one in self.findings if one.outcome is not Outcome.ALLOW)

    def document(self) -> Json:
        """As JSON: `outcome`, `signature`, `ground_only`, `hazards`, `findings` and `reasons_shown`."""
        return {
            "outcome": self.outcome.value,
            "signature": self.signature,
            "ground_only": self.ground_only,
            "hazards": list(self.hazards),
            "findings": [one.document() for one in self.findings],
            "reasons_shown": self.shown,
        }


def assess(items: Sequence[OrderItem], *, ship_from: Address, ship_to: Address, goods: RestrictedList) -> Assessment:
    """What the list says of items that go from one checked address to another."""
    findings: dict[tuple[str, str], Finding] = {}
    hazards: set[str] = set()
    for item in items:
        matched = list(_matches(item, goods))
        for kind, by, text in matched:
            rule = _deciding(kind, ship_from, ship_to, goods)
            if by == "words":
                finding = _look(item, kind, text, rule)
            else:
                finding = _finding(item, kind, by=by, text=text, rule=rule)
                hazards.update(filter(None, (kind.carrier_class,)))
            findings.setdefault((item.item_id, kind.id), finding)
        unknown = _in_no_list(item, matched)
        if unknown is not None:
            findings.setdefault((item.item_id, ""), unknown)
            hazards.update({item.goods.hazard} - _UNSAID)
    return Assessment(findings=tuple(findings.values()), hazards=tuple(sorted(hazards)))


def _matches(item: OrderItem, goods: RestrictedList) -> Iterable[tuple[RestrictedGoods, str, str]]:
    """The kinds that an item is of, each once, by the surest of what matches it."""
    hazard, restricted = key_of(item.goods.hazard), key_of(item.goods.restricted)
    code = "".join(sign for sign in item.goods.hs_code if sign.isdigit())
    declared = {kind.id for kind in goods.goods if hazard in kind.hazards}
    for kind in goods.goods:
        prefix = next((one for one in kind.hs if code.startswith(one)), None)
        word = kind.pattern.search(_text(item)) if kind.pattern is not None else None
        if hazard in kind.hazards:
            yield kind, "hazard", item.goods.hazard
        elif restricted and restricted in kind.restricted:
            yield kind, "restricted", item.goods.restricted
        elif prefix is not None:
            yield kind, "hs_code", item.goods.hs_code
        elif word is not None and not _cleared(item, kind) and not (kind.carrier_class and declared):
            yield kind, "words", word.group()


def _text(item: OrderItem) -> str:
    return " ".join((item.name, *item.options.values()))


def _cleared(item: OrderItem, kind: RestrictedGoods) -> bool:
    """Whether somebody looked at what the words of a kind would ask for."""
    if kind.carrier_class:
        return key_of(item.goods.hazard) == key_of(NOT_HAZARDOUS)
    return key_of(item.goods.restricted) == key_of(UNRESTRICTED)


def _deciding(kind: RestrictedGoods, ship_from: Address, ship_to: Address, goods: RestrictedList) -> RestrictionRule:
    border = goods.border(ship_from.country_code.upper(), ship_to.country_code.upper())
    return next(rule for rule in kind.rules if _fits(rule, ship_from, ship_to, border=border))


def _fits(rule: RestrictionRule, ship_from: Address, ship_to: Address, *, border: bool) -> bool:
    if rule.border is not None and rule.border != border:
        return False
    if rule.box is not None and rule.box != (is_box(ship_to) or is_military(ship_to)):
        return False
    return _lies_in(ship_to, rule.to) and _lies_in(ship_from, rule.origin)


def _lies_in(address: Address, places: frozenset[str]) -> bool:
    """Puerto Rico and other territories count as themselves, and as regions of the US."""
    country, region = address.country_code.upper(), address.state_code.upper()
    return not places or not places.isdisjoint({country, f"{country}-{region}", f"US-{country}"})


def _finding(item: OrderItem, kind: RestrictedGoods, *, by: str, text: str, rule: RestrictionRule) -> Finding:
    return Finding(
        item_id=item.item_id,
        goods=kind.id,
        outcome=rule.outcome,
        by=by,
        matched=text,
        why=f"{item.name} ({kind.title}): {rule.why}",
        source=rule.source,
    )


def _look(item: OrderItem, kind: RestrictedGoods, word: str, rule: RestrictionRule) -> Finding:
    """A word alone: somebody must say whether it is what it sounds like."""
    field = f"goods.hazard {NOT_HAZARDOUS!r}" if kind.carrier_class else f"goods.restricted {UNRESTRICTED!r}"
    return Finding(
        item_id=item.item_id,
        goods=kind.id,
        outcome=Outcome.PERSON,
        by="words",
        matched=word,
        why=f"{item.name}: {word!r} may mean {kind.title}; somebody must say whether it does ({field} says no)",
        source=rule.source,
    )


def _in_no_list(item: OrderItem, matched: Sequence[tuple[RestrictedGoods, str, str]]) -> Finding | None:
    """A class that the list does not have: nobody knows what it asks for."""
    by_field = {by for _, by, _ in matched}
    for name, value, cleared in (
        ("hazard", item.goods.hazard, NOT_HAZARDOUS),
        ("restricted", item.goods.restricted, UNRESTRICTED),
    ):
        if value not in _UNSAID and key_of(value) != key_of(cleared) and name not in by_field:
            return Finding(
                item_id=item.item_id,
                goods="",
                outcome=Outcome.PERSON,
                by=name,
                matched=value,
                why=f"{item.name}: {name} {value!r} is in no list of goods; somebody must say what holds for it",
                source="",
            )
    return None
