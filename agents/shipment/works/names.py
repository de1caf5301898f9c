"""The works by the names that procedures use; those that load libraries load them when they are called."""

from collections.abc import Callable, Mapping

from agents.shipment.works.money import compare_items, payment, refunds_of_order, returned_items
from agents.shipment.works.sent import goods_coming_back, latest_news, live_shipments, order_facts, sent_numbers
from orchestrator.core.report import Json


def _validate_address(found: Json) -> Json:
    from agents.shipment.works.sending import validate_address  # noqa: PLC0415  # loads the addresses of the world

    return validate_address(found)


def _pack(found: Json) -> Json:
    from agents.shipment.works.sending import pack  # noqa: PLC0415

    return pack(found)


def _customs(found: Json) -> Json:
    from agents.shipment.works.sending import customs  # noqa: PLC0415

    return customs(found)


def _restrictions(found: Json) -> Json:
    from agents.shipment.works.sending import restrictions  # noqa: PLC0415

    return restrictions(found)


def _choose(found: Json) -> Json:
    from agents.shipment.works.sending import choose  # noqa: PLC0415

    return choose(found)


WORKS: Mapping[str, Callable[[Json], Json]] = {
    "payment": payment,
    "refunds_of_order": refunds_of_order,
    "returned_items": returned_items,
    "compare_items": compare_items,
    "live_shipments": live_shipments,
    "sent_numbers": sent_numbers,
    "latest_news": latest_news,
    "goods_coming_back": goods_coming_back,
    "order_facts": order_facts,
    "validate_address": _validate_address,
    "pack": _pack,
    "customs": _customs,
    "restrictions": _restrictions,
    "choose": _choose,
}
