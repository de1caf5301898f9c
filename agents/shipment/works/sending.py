"""What is worked out before something is sent: the address, the boxes, the border, what may go, and the service."""

from datetime import date
from functools import cache

from agents.shipment.addresses.validating import validate_address as check_address
from agents.shipment.sending.choosing import Chosen, read_refused, stronger_signature
from agents.shipment.sending.choosing import choose as choose_rate
from agents.shipment.sending.customs import declare
from agents.shipment.sending.parcels import pack as pack_items
from agents.shipment.sending.restricted import assess
from orchestrator.core.documents import decimal_of, list_of
from orchestrator.core.orders.order import OrderItem
from orchestrator.core.orders.reading import read_item
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import read_address
from orchestrator.core.shipping.planning import Wishes
from orchestrator.core.shipping.reading import read_rate
from playbooks.shipping.boxes import Boxes, load_boxes
from playbooks.shipping.customs import CustomsMap, load_customs_map
from playbooks.shipping.delivery_services import ServiceWays, load_service_ways
from playbooks.shipping.restricted import RestrictedList, load_restricted

ON_FILE = "it is on file"
_TOLD = frozenset({"ground_only", "needs_signature"})


def validate_address(found: Json) -> Json:
    """Whether an address can be delivered to: the check's document, with what of it is shown.

    Takes `ordered`, `wished` (in its place, where there is one) and `on_file` (true: the shop has it, and it is taken
    as it is). `address` is the one to use; `shown`, `note`, `differences_shown`, `reasons_shown` and
    `candidates_shown` are words, `choices` the candidates as texts, `notices` what a requester should know.
    """
    address = read_address(found.get("wished") or found.get("ordered") or {})
    if found.get("on_file") is True:
        return _document("valid", address=address.document(), shown=str(address), differences=[ON_FILE])
    result = check_address(address)
    document = result.document()
    used = read_address(document["address"]) if document["address"] else address
    return _document(
        str(document["result"]),
        address=used.document(),
        shown=str(used),
        differences=[
            f"{one['field']} {one['before']!r} became {one['after']!r}: {one['why']}"
            for one in _each(document, "differences")
        ],
        reasons=[str(one["reason"]) for one in _each(document, "reasons")] or [str(getattr(result, "reason", ""))],
        candidates=[str(read_address(one)) for one in _each(document, "candidates")],
        notes=[str(one["text"]) for one in _each(document, "notes")],
    )


def _document(
    result: str,
    *,
    address: Json,
    shown: str,
    differences: list[str],
    reasons: list[str] | None = None,
    candidates: list[str] | None = None,
    notes: list[str] | None = None,
) -> Json:
    return {
        "result": result,
        "address": address,
        "shown": shown,
        "differences_shown": "; ".join(differences) or "as given",
        "note": f" (corrected: {'; '.join(differences)})" if result == "corrected" else "",
        "reasons_shown": "; ".join(filter(None, reasons or [])),
        "candidates_shown": " or ".join(candidates or []),
        "choices": list(candidates or []),
        "notices": [*differences, *(notes or [])] if result == "corrected" else list(notes or []),
    }


def pack(found: Json) -> Json:
    """What goes into which box: `parcels`, `boxes`, `missing` (texts) and `shown`."""
    document = pack_items(_items(found.get("items")), _boxes()).document()
    return {**document, "missing": [str(one["text"]) for one in _each(document, "missing")]}


def customs(found: Json) -> Json:
    """What a border is told: `customs` (null where it asks for nothing), `missing` (texts), `why`."""
    result = declare(
        _items(found.get("items")),
        ship_from=read_address(found.get("ship_from") or {}),
        ship_to=read_address(found.get("ship_to") or {}),
        currency=str(found.get("currency") or ""),
        places=_places(),
        incoterm=str(found.get("incoterm") or ""),
    )
    document = result.document()
    return {**document, "missing": [str(one["text"]) for one in _each(document, "missing")]}


@cache
def _boxes() -> Boxes:
    return load_boxes()


@cache
def _places() -> CustomsMap:
    return load_customs_map()


def _items(value: object) -> tuple[OrderItem, ...]:
    return tuple(read_item(one) for one in value) if isinstance(value, list | tuple) else ()


def _each(document: Json, name: str) -> list[Json]:
    found = document.get(name)
    return [dict(one) for one in found if isinstance(one, dict)] if isinstance(found, list | tuple) else []


def restrictions(found: Json) -> Json:
    """What may go from here to there, and how; `signature` is the strictest of what goods and requester ask for."""
    result = assess(
        _items(found.get("items")),
        ship_from=read_address(found.get("ship_from") or {}),
        ship_to=read_address(found.get("ship_to") or {}),
        goods=_restricted(),
    )
    document = result.document()
    wished = str(found.get("signature") or "")
    notices = [one.why for one in result.findings if one.outcome.value in _TOLD]
    return {**document, "signature": stronger_signature(result.signature, wished), "notices": notices}


def choose(found: Json) -> Json:
    """The rate that fits what is wished: `rate` (null where none does), `why`, `promise`, `others`, `reasons_shown`."""
    result = choose_rate(
        list_of(found.get("rates"), "rates", read_rate),
        wishes=_wishes(found.get("wishes")),
        ship_to=read_address(found.get("ship_to") or {}),
        ways=_ways(),
        refused=list_of(found.get("refused"), "refused", read_refused),
        ground_only=found.get("ground_only") is True,
        currency=str(found.get("currency") or ""),
    )
    others = [rate.document() for rate in result.others] if isinstance(result, Chosen) else []
    return {**result.document(), "others": others}


def _wishes(value: object) -> Wishes:
    wanted = value if isinstance(value, dict) else {}
    price, day, insurance = (wanted.get(name) for name in ("max_price", "deliver_by", "insurance"))
    return Wishes(
        service=str(wanted.get("service") or ""),
        deliver_by=date.fromisoformat(str(day)) if day else None,
        fastest=wanted.get("fastest") is True,
        max_price=None if price is None else decimal_of(price, "max_price"),
        signature=str(wanted.get("signature") or ""),
        insurance=None if insurance is None else decimal_of(insurance, "insurance"),
    )


@cache
def _restricted() -> RestrictedList:
    return load_restricted()


@cache
def _ways() -> ServiceWays:
    return load_service_ways()
