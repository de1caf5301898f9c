"""Chooses one of the rates that carriers quote by what is wanted, and says why, and why not the others."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from agents.shipment.sending.zones import arrival_day, arrival_words
from orchestrator.core.documents import needed_text, optional_text, read_fields, texts_of
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.planning import SIGNATURES, Wishes
from orchestrator.core.shipping.shipment import Rate
from playbooks.shipping.delivery_services import ServiceWays

_NEVER = datetime.max.replace(tzinfo=UTC)
_MANY_DAYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedService:
    """A service that a carrier does not offer for this shipment, and why."""

    carrier: str
    service: str
    code: str
    reason: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A rate that was not chosen, and why; `fits` tells a dearer or slower one from one that would not do."""

    rate: Rate
    why: str
    fits: bool

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One rate, with the reason in words; `promise` says until when it arrives."""

    rate: Rate
    why: str
    promise: str
    passed_over: tuple[PassedOver, ...] = ()
    refused: tuple[RefusedService, ...] = ()
    kind: Literal["chosen"] = "chosen"

    @property
    def others(self) -> tuple[Rate, ...]:
        """The other rates that would do, best first."""
        return tuple(one.rate for one in self.passed_over if one.fits)

    def document(self) -> Json:
        """As JSON, with the fields that both answers have."""
        return {
            "rate": self.rate.document(),
            "why": self.why,
            "promise": self.promise,
            "passed_over": [one.document() for one in self.passed_over],
            "refused": [one.document() for one in self.refused],
            "reasons_shown": "",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NoChoice:
    """No rate does, with the reason for each."""

    passed_over: tuple[PassedOver, ...] = ()
    refused: tuple[RefusedService, ...] = ()
    kind: Literal["no_choice"] = "no_choice"

    @property
    def shown(self) -> str:
        """Every reason, in words."""
        reasons = [f"{_name(one.rate)}: {one.why}" for one in self.passed_over]
        reasons += [f"{one.carrier} {one.service}: {one.reason}" for one in self.refused]
        return "; ".join(reasons) or "no carrier offered a rate"

    def document(self) -> Json:
        """As JSON, with the fields that both answers have."""
        return {
            "rate": None,
            "why": "",
            "promise": "",
            "passed_over": [one.document() for one in self.passed_over],
            "refused": [one.document() for one in self.refused],
            "reasons_shown": self.shown,
        }


Choice: TypeAlias = Chosen | NoChoice


def choose(
    rates: Sequence[Rate],
    *,
    wishes: Wishes,
    ship_to: Address,
    ways: ServiceWays,
    refused: Sequence[RefusedService] = (),
    ground_only: bool = False,
    currency: str = "",
) -> Choice:
    """The cheapest rate that does, or the fastest where that is wished; the order in which rates come never matters.

    Ties go to the earlier promise, then fewer days, then by carrier and service. `currency` is the order's: prices in
    another are never compared with it; where it is empty, all rates must have one currency.
    """
    money = currency or _only_currency(rates)
    forbidden = {(one.carrier, one.service) for one in refused}
    ordered = sorted(rates, key=_fastest if wishes.fastest else _cheapest)
    troubles = [
        _trouble(rate, wishes, ship_to=ship_to, ways=ways, forbidden=forbidden, ground_only=ground_only, money=money)
        for rate in ordered
    ]
    fitting = [rate for rate, trouble in zip(ordered, troubles, strict=True) if not trouble]
    unfit = [
        PassedOver(rate=rate, why=trouble, fits=False)
        for rate, trouble in zip(ordered, troubles, strict=True)
        if trouble
    ]
    if not fitting:
        return NoChoice(passed_over=tuple(unfit), refused=tuple(refused))
    best, *rest = fitting
    also = [PassedOver(rate=rate, why=_why_second(rate, best, fastest=wishes.fastest), fits=True) for rate in rest]
    return Chosen(
        rate=best,
        why=_why(best, len(fitting), wishes=wishes),
        promise=_promise(best, ship_to),
        passed_over=(*also, *unfit),
        refused=tuple(refused),
    )


def stronger_signature(*asked: str) -> str:
    """The strictest of several wishes for a signature; empty counts as none."""
    known = [one for one in asked if one in SIGNATURES]
    return max(known, key=SIGNATURES.index, default="none")


def read_refused(document: object) -> RefusedService:
    """A refusal of `quote_shipment` from JSON; ValueError names what is wrong."""
    found = read_fields(document, RefusedService, what="a refused service")
    return RefusedService(
        carrier=needed_text(found.get("carrier"), "carrier"),
        service=optional_text(found.get("service"), "service"),
        code=optional_text(found.get("code"), "code"),
        reason=needed_text(found.get("reason"), "reason"),
    )


def _trouble(
    rate: Rate,
    wishes: Wishes,
    *,
    ship_to: Address,
    ways: ServiceWays,
    forbidden: set[tuple[str, str]],
    ground_only: bool,
    money: str,
) -> str:
    """Why a rate does not do; empty where it does."""
    return (
        _not_offered(rate, forbidden, money)
        or (_not_by_ground(rate, ways) if ground_only else "")
        or _not_wished(rate, wishes)
        or _too_late(rate, wishes, ship_to)
    )


def _not_offered(rate: Rate, forbidden: set[tuple[str, str]], money: str) -> str:
    if (rate.carrier, rate.service) in forbidden:
        return "the carrier refuses this shipment"
    if not rate.amount.is_finite() or rate.amount < 0:
        return f"{rate.amount} is no price"
    if rate.currency != money:
        return f"its price is in {rate.currency}, which is not compared with {money or 'prices in other currencies'}"
    return ""


def _not_by_ground(rate: Rate, ways: ServiceWays) -> str:
    match ways.by_ground(rate.carrier, rate.service):
        case True:
            return ""
        case False:
            return "it goes by air, and the goods may not"
        case None:
            return "it is not known to stay on the ground, and the goods must"


def _not_wished(rate: Rate, wishes: Wishes) -> str:
    if wishes.service and not _words(wishes.service) <= _words(f"{rate.carrier} {rate.service}"):
        return f"it is not {wishes.service!r}, which is wished"
    if wishes.max_price is not None and rate.amount > wishes.max_price:
        return f"{rate.amount:,.2f} {rate.currency} is more than {wishes.max_price:,.2f}"
    return ""


def _too_late(rate: Rate, wishes: Wishes, ship_to: Address) -> str:
    if wishes.deliver_by is None:
        return ""
    if rate.promised_at is None:
        return f"it promises no day, and it must arrive by {wishes.deliver_by}"
    day = arrival_day(rate.promised_at, ship_to)
    return f"it arrives by {day}, after {wishes.deliver_by}" if day > wishes.deliver_by else ""


def _cheapest(rate: Rate) -> tuple[object, ...]:
    return (rate.amount.is_nan(), 0 if rate.amount.is_nan() else rate.amount, *_time(rate), *_names(rate))


def _fastest(rate: Rate) -> tuple[object, ...]:
    price = 0 if rate.amount.is_nan() else rate.amount
    return (rate.amount.is_nan(), *_time(rate), price, *_names(rate))


def _time(rate: Rate) -> tuple[datetime, int]:
    return rate.promised_at or _NEVER, _MANY_DAYS if rate.transit_days is None else rate.transit_days


def _names(rate: Rate) -> tuple[str, ...]:
    return rate.carrier, rate.service, rate.currency, repr(rate.extra_charges)


def _only_currency(rates: Iterable[Rate]) -> str:
    found = {rate.currency for rate in rates}
    return found.pop() if len(found) == 1 else ""


def _why(best: Rate, count: int, *, wishes: Wishes) -> str:
    price = f"{best.amount:,.2f} {best.currency}"
    if count == 1:
        return f"{_name(best)} for {price} is the only service that does"
    kind = "fastest" if wishes.fastest else "cheapest"
    return f"{_name(best)} for {price} is the {kind} of {count} services that do"


def _why_second(rate: Rate, best: Rate, *, fastest: bool) -> str:
    """By what it lost, in the order in which it is compared."""
    dearer = f"{rate.amount - best.amount:,.2f} {rate.currency} dearer" if rate.amount > best.amount else ""
    later = "it arrives later" if rate.promised_at is not None else "it promises no day"
    slower = later if _time(rate) > _time(best) else ""
    reasons = (slower, dearer) if fastest else (dearer, slower)
    return next(filter(None, reasons), "it is as good, and comes after it by name")


def _promise(rate: Rate, ship_to: Address) -> str:
    if rate.promised_at is not None:
        return f"promised by {arrival_words(rate.promised_at, ship_to)}"
    if rate.transit_days is not None:
        return f"about {rate.transit_days} working day{'s' if rate.transit_days != 1 else ''}, not promised"
    return "without a promised day"


def _name(rate: Rate) -> str:
    return f"{rate.carrier} {rate.service}"


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.casefold()))
