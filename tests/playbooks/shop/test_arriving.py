"""An order is delivered once everything of it has arrived, and not before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hosted_shop import HostedShop, open_shop

from orchestrator.core.workflows import Done, action_key

PARCELS = [{"weight": 1.0, "weight_unit": "KG", "length": 30, "width": 20, "height": 10, "dimension_unit": "CM"}]


async def _ship(shop: HostedShop, order_id: str) -> Mapping[str, Any]:
    """Buy the cheapest shipment of an order."""
    found = await shop.ask("analyse_order", order_id=order_id)
    ends = {"ship_from": found["ship_from"], "ship_to": found["order"]["address"]}
    rate = (await shop.ask("quote_shipment", parcels=PARCELS, **ends))["rates"][0]
    body = {
        **ends,
        "order_id": order_id,
        "reference": order_id,
        "is_return": False,
        "parcels": PARCELS,
        "carrier": rate["carrier"],
        "service": rate["service"],
        "rate": {"amount": rate["amount"], "currency": rate["currency"]},
        "label_format": "ZPL",
    }
    made = await shop.change("create_shipment", **body, key=action_key("create_shipment", order_id.removeprefix("#")))
    assert isinstance(made, Done), made
    assert isinstance(made.body, Mapping)
    return made.body


async def test_delivered_when_it_arrived(tmp_path: Path):
    """Some day each of these parcels arrives or is known not to; the order says what its carrier says, never more."""
    async with open_shop(tmp_path) as shop:
        orders = [f"#{number}" for number in (1013, 1014, 1015, 1016, 1017, 1018, 1019)]
        for order_id in orders:
            await _ship(shop, order_id)
            assert (await shop.ask("analyse_order", order_id=order_id))["order"]["status"] == "processed"
        arrived = set()
        for _ in range(20):
            shop.clock.advance(days=1)
            for order_id in orders:
                found = await shop.ask("analyse_order", order_id=order_id)
                told = {one["status"] for one in found["shipments"]}
                assert (found["order"]["status"] == "delivered") == (told == {"delivered"})
                arrived |= {order_id} if told == {"delivered"} else set()
        assert arrived


async def test_taken_over_once(tmp_path: Path):
    """Reading again changes nothing more, and then it can be returned."""
    async with open_shop(tmp_path) as shop:
        await _ship(shop, "#1014")
        shop.clock.advance(days=20)
        first, second = [await shop.ask("analyse_order", order_id="#1014") for _ in range(2)]
        assert first["order"]["version"] == second["order"]["version"]
        assert first["order"]["status"] == "delivered"
        item = first["order"]["items"][0]
        body = {
            "order_id": "#1014",
            "operation": "return",
            "item_ids": [item["item_id"]],
            "payment_method_id": first["order"]["payments"][0]["payment_method_id"],
        }
        done = await shop.change("update_order", **body, key=action_key("update_order", "1014.return"))
        assert isinstance(done, Done), done
