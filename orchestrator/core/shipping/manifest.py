"""A manifest: what is handed to one carrier on one day, as one document that is printed again unchanged."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from orchestrator.core.report import Json

_GRAMS = {"KG": Decimal(1000), "G": Decimal(1), "LB": Decimal("453.59237"), "OZ": Decimal("28.349523125")}
"""Of one unit: the avoirdupois pound is 0.45359237 kg exactly (NIST Handbook 44, appendix C), an ounce a 16th of it."""


def manifest_document(
    shipments: Sequence[Json], *, number: int, carrier: str, bought_on: str, made_at: str, made_by: str
) -> Json:
    """The manifest of these shipments' documents; what a courier counts, and what the shop is charged."""
    lines = [_line(shipment) for shipment in shipments]
    return {
        "id": f"M-{number}",
        "carrier": carrier,
        "bought_until": bought_on,
        "made_at": made_at,
        "made_by": made_by,
        "shipments": lines,
        "totals": {
            "shipments": len(lines),
            "parcels": sum(int(str(line["parcels"])) for line in lines),
            "weight_kg": float(sum((Decimal(str(line["weight_kg"])) for line in lines), Decimal(0))),
            "amounts": _amounts(lines),
        },
    }


def _line(shipment: Json) -> Json:
    parcels, to, rate = _list(shipment["parcels"]), _mapping(shipment["ship_to"]), _mapping(shipment["rate"])
    weight = sum((_grams(parcel) for parcel in parcels), Decimal(0)) / 1000
    return {
        "id": shipment["id"],
        "order_id": shipment["order_id"],
        "reference": shipment["reference"],
        "service": shipment["service"],
        "tracking_numbers": list(_list(shipment["tracking_numbers"])),
        "parcels": len(parcels),
        "weight_kg": float(round(weight, 3)),
        "name": to.get("person_name") or to.get("company_name") or "",
        "city": to.get("city", ""),
        "postal_code": to.get("postal_code", ""),
        "country_code": to.get("country_code", ""),
        "amount": rate.get("amount"),
        "currency": rate.get("currency"),
    }


def _amounts(lines: Sequence[Json]) -> Json:
    """What it costs by currency."""
    found: dict[str, Decimal] = {}
    for line in lines:
        currency = str(line["currency"] or "")
        found[currency] = found.get(currency, Decimal(0)) + Decimal(str(line["amount"] or 0))
    return {currency: float(amount) for currency, amount in sorted(found.items())}


def _grams(parcel: object) -> Decimal:
    fields = _mapping(parcel)
    return Decimal(str(fields.get("weight") or 0)) * _GRAMS.get(str(fields.get("weight_unit")), Decimal(0))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
