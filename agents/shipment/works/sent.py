"""What has left of an order, where it is, and what comes back of it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from agents.shipment.works.money import item_name
from orchestrator.core.documents import decimal_of
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import read_address


def live_shipments(found: Json) -> Json:
    """The shipments to the customer that were not voided, or the one of a tracking number: `shipments`, `shown`."""
    number = str(found.get("tracking_number") or "")
    live = [
        one
        for one in _mappings(found.get("shipments"))
        if one.get("voided") is not True and (not number or number in _texts(one.get("tracking_numbers")))
    ]
    shown = "; ".join(f"{one.get('number')} ({', '.join(_texts(one.get('tracking_numbers')))})" for one in live)
    return {"shipments": [dict(one) for one in live], "shown": shown}


def sent_numbers(found: Json) -> Json:
    """The tracking numbers of an order, each once: `numbers`."""
    order = found.get("order")
    fulfilled = _mappings(order.get("fulfillments")) if isinstance(order, Mapping) else []
    shipped = [one for one in _mappings(found.get("shipments")) if one.get("voided") is not True]
    numbers = [number for one in (*fulfilled, *shipped) for number in _texts(one.get("tracking_numbers"))]
    voided = {
        number
        for one in _mappings(found.get("shipments"))
        if one.get("voided") is True
        for number in _texts(one.get("tracking_numbers"))
    }
    return {"numbers": [number for number in dict.fromkeys(numbers) if number not in voided]}


def order_facts(found: Json) -> Json:
    """What a customer asks of an order: `items`, `total`, `address` and `sent`, in words."""
    order = found.get("order")
    document = order if isinstance(order, Mapping) else {}
    items = _mappings(document.get("items"))
    numbers = _texts(sent_numbers(found)["numbers"])
    total = sum((decimal_of(item.get("price"), "price") * _quantity(item) for item in items), Decimal(0))
    return {
        "items": "; ".join(map(_priced, items)) or "no items",
        "total": float(total),
        "address": str(read_address(document.get("address") or {})),
        "sent": f"tracking number {', '.join(numbers)}" if numbers else "nothing of it has left",
    }


def latest_news(found: Json) -> Json:
    """Where each parcel is, by the newest event of its carrier: `shown`."""
    numbers, answers = _texts(found.get("numbers")), _mappings(found.get("answers"))
    told = [_news(number, answer) for number, answer in zip(numbers, answers, strict=False)]
    return {"shown": "; ".join(told) or "nothing has left"}


def goods_coming_back(found: Json) -> Json:
    """The items of an order whose return or exchange was asked for: `items`; all where it does not say which."""
    order = found.get("order")
    if not isinstance(order, Mapping):
        return {"items": []}
    details = order.get("details")
    noted = details if isinstance(details, Mapping) else {}
    ids = _texts(noted.get("return_items")) or _texts(noted.get("exchange_items"))
    items = _mappings(order.get("items"))
    back: list[Json] = []
    for item_id in ids:
        item = next((one for one in items if one.get("item_id") == item_id), None)
        if item is not None:
            back.append({**item, "quantity": 1})
    return {"items": back or [dict(item) for item in items]}


def _news(number: str, answer: Mapping[str, object]) -> str:
    if answer.get("found") is not True:
        return f"{number}: its carrier does not know it"
    events = _mappings(answer.get("events"))
    if not events:
        return f"{number}: {answer.get('carrier')} has told nothing yet"
    last = max(events, key=lambda event: str(event.get("occurred_at")))
    place = f", {last['location']}" if last.get("location") else ""
    expected = f"; expected {answer['estimated_at']}" if answer.get("estimated_at") else ""
    status = str(last.get("status")).replace("_", " ")
    return f"{number}: {status} at {last.get('occurred_at')}{place}{expected}"


def _priced(item: Mapping[str, object]) -> str:
    """An article with its pieces, where there are several, and the price of one."""
    count = _quantity(item)
    pieces = f"{count} x " if count > 1 else ""
    return f"{pieces}{item_name(item)} {decimal_of(item.get('price'), 'price'):,.2f}"


def _quantity(item: Mapping[str, object]) -> int:
    quantity = item.get("quantity", 1)
    return quantity if isinstance(quantity, int) else 1


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else []


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, Sequence) else []
