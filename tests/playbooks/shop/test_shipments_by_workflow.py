"""Shipments through the host: bought once, taken back, found again, and what is refused."""

import asyncio
import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hosted_shop import HostedShop, open_shop

from orchestrator.core.workflows import Absent, Done, Refused, action_key
from playbooks.shop.following import shipments_of
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.schema import body_problems

PARCELS = [{"weight": 2.5, "weight_unit": "KG", "length": 30, "width": 20, "height": 15, "dimension_unit": "CM"}]
CUSTOMS = {
    "incoterm": "DAP",
    "commodities": [
        {"title": "kettle", "quantity": 2, "hs_code": "851610", "origin_country": "US", "value": 80, "currency": "USD"}
    ],
}


async def _wanted(shop: HostedShop, order_id: str, *, service: str = "", **more: Any) -> dict[str, Any]:
    """The body of create_shipment for an order at today's price, the cheapest service unless one is named."""
    found = await shop.ask("analyse_order", order_id=order_id)
    ends = [found["ship_from"], found["order"]["address"]]
    ship_from, ship_to = reversed(ends) if more.get("is_return") else ends
    about = {name: more[name] for name in ("insurance", "signature", "is_return") if name in more}
    quoted = await shop.ask("quote_shipment", ship_from=ship_from, ship_to=ship_to, parcels=PARCELS, **about)
    rate = next(rate for rate in quoted["rates"] if service in {"", rate["service"]})
    return {
        "order_id": order_id,
        "reference": f"{order_id}-1",
        "ship_from": ship_from,
        "ship_to": ship_to,
        "is_return": False,
        "parcels": PARCELS,
        "carrier": rate["carrier"],
        "service": rate["service"],
        "rate": {"amount": rate["amount"], "currency": rate["currency"]},
        "label_format": "ZPL",
        **more,
    }


async def _order(shop: HostedShop, order_id: str) -> tuple[dict[str, Any], dict[str, int]]:
    found = await shop.ask("analyse_order", order_id=order_id)
    return found["order"], {one["item_id"]: one["stock"] for one in found["stock"]}


def _bought(shop: HostedShop) -> int:
    return shop.store.look(lambda connection: connection.execute("SELECT count(*) FROM shop_shipments").fetchone()[0])


async def test_from_order_to_label(tmp_path: Path) -> None:
    """Order, stock, fulfillment and label change together, and the lookup gives the very same answer."""
    key = action_key("create_shipment", "#1013")
    async with open_shop(tmp_path) as shop:
        before, stock = await _order(shop, "#1013")
        done = await shop.change(
            "create_shipment", key=key, **await _wanted(shop, "#1013", order_version=before["version"])
        )
        after, left = await _order(shop, "#1013")
        found = await shop.read(key)
        assert isinstance(done, Done)
        assert isinstance(found, Done)
        assert body_problems(shop.specs["create_shipment"].response or {}, done.body) == ()
        assert done.body == found.body
        body: Any = done.body
        label = base64.b64decode(body["label"]["content_base64"])
        assert (hashlib.sha256(label).hexdigest(), len(label)) == (body["label"]["sha256"], body["label"]["size"])
        assert (before["status"], after["status"]) == ("pending", "processed")
        assert after["version"] == before["version"] + 1
        assert after["fulfillments"] == [
            {
                "tracking_numbers": body["tracking_numbers"],
                "item_ids": ["610101", "610901", "610901"],
                "shipment": body["number"],
            }
        ]
        assert {item: stock[item] - left[item] for item in stock} == {"610101": 1, "610901": 2}


async def test_taken_back_it_is_as_it_was(tmp_path: Path) -> None:
    """A label is given back before the pickup: the order is pending, the pieces are on the shelf, it ships again."""
    key, void, again = (
        action_key(*one)
        for one in (("create_shipment", "#1020"), ("void_shipment", "#1020"), ("create_shipment", "1020b"))
    )
    async with open_shop(tmp_path) as shop:
        before, stock = await _order(shop, "#1020")
        wanted = await _wanted(shop, "#1020")
        first: Any = await shop.change("create_shipment", key=key, **wanted)
        number = first.body["tracking_numbers"][0]
        fields = {"order_id": "1020", "tracking_number": number, "reason": "wrong box"}
        done = await shop.change("void_shipment", key=void, **fields)
        found = await shop.read(void)
        after, left = await _order(shop, "#1020")
        tracked = await shop.ask("track_shipment", tracking_number=number)
        assert isinstance(done, Done)
        assert isinstance(found, Done)
        assert done.body == found.body
        assert body_problems(shop.specs["void_shipment"].response or {}, done.body) == ()
        assert (after["status"], after["fulfillments"], left) == (before["status"], [], stock)
        assert [one["status"] for one in tracked["events"]] == ["pending", "cancelled"]
        second = await shop.change("create_shipment", key=again, **wanted)
        other = await shop.change("void_shipment", key=action_key("void_shipment", "other"), **fields)
        assert isinstance(second, Done)
        assert isinstance(other, Refused)
        assert other.code == "ShipmentNotFound"
        assert (await shop.read(key)).body == first.body  # type: ignore[union-attr]  # compared with what was done


async def test_a_key_buys_once(tmp_path: Path) -> None:
    """Again it gives the first answer, with another payload it is refused, and another key finds the order shipped."""
    key = action_key("create_shipment", "#1014")
    async with open_shop(tmp_path) as shop:
        wanted = await _wanted(shop, "#1014")
        first = await shop.change("create_shipment", key=key, **wanted)
        again = await shop.change("create_shipment", key=key, **wanted)
        other = await shop.connect().call("create_shipment", {"key": key, **wanted, "reference": "another"}, key=key)
        second = await shop.change("create_shipment", key=action_key("create_shipment", "#1014", epoch=2), **wanted)
        assert isinstance(first, Done)
        assert isinstance(again, Done)
        assert first.body == again.body
        assert isinstance(other, Refused)
        assert (other.status, other.code) == (422, "IdempotencyKeyReused")
        assert isinstance(second, Refused)
        assert (second.status, second.code) == (409, "OrderShipped")
        assert _bought(shop) == 1


FAULTS = (
    Fault(kind=FaultKind.LOST_REPLY),
    Fault(kind=FaultKind.LOST_REPLY, after_work=False),
    Fault(kind=FaultKind.LATE_REPLY),
    Fault(kind=FaultKind.ERROR, after_work=True),
    Fault(kind=FaultKind.DUPLICATE),
    Fault(kind=FaultKind.RESUBMIT),
    Fault(kind=FaultKind.LATE_DELIVERY, seconds=0.05),
    Fault(kind=FaultKind.CRASH),
    Fault(kind=FaultKind.CRASH, after_work=True),
    Fault(kind=FaultKind.INNER, after_work=True, times=2),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.after_work}")
async def test_through_a_fault_it_is_bought_once(tmp_path: Path, fault: Fault) -> None:
    """Who reads before calling again ends with one shipment and its label, whatever was lost."""
    key = action_key("create_shipment", "#1015")
    async with open_shop(tmp_path) as calm:
        wanted = await _wanted(calm, "#1015")
    async with open_shop(tmp_path, faults=[fault]) as shop:
        outcome: Any = await shop.change("create_shipment", key=key, **wanted)
        for _ in range(100):
            if isinstance(outcome, Done):
                break
            outcome = await shop.read(key)
            if isinstance(outcome, Absent):
                outcome = await shop.change("create_shipment", key=key, **wanted)
            await shop.clock.sleep(1)
        await shop.ended("create_shipment", key)
        assert isinstance(outcome, Done)
        found: Any = await shop.read(key)
        assert found.body["label"]["sha256"] == outcome.body["label"]["sha256"]  # type: ignore[index]  # an object
        assert _bought(shop) == 1


async def test_many_windows_ship_an_order_once(tmp_path: Path) -> None:
    """Of eight decisions at the same moment, in two processes' stores, one buys, and the others hear that it did."""
    async with open_shop(tmp_path) as one, open_shop(tmp_path) as other:
        wanted = await _wanted(one, "#1016")
        keys = [action_key("create_shipment", "#1016", epoch=epoch) for epoch in range(1, 9)]
        outcomes = await asyncio.gather(
            *(
                (one, other)[at % 2].connect().call("create_shipment", {"key": key, **wanted}, key=key)
                for at, key in enumerate(keys)
            )
        )
        refused = [outcome.code for outcome in outcomes if isinstance(outcome, Refused)]
        assert sum(isinstance(outcome, Done) for outcome in outcomes) == 1
        assert refused == ["OrderShipped"] * 7
        assert _bought(one) == 1


async def test_an_orders_shipments_tell_where_they_are(tmp_path: Path) -> None:
    """By the carrier's schedule up to the time that is asked about, and cancelled where the label was given back."""
    async with open_shop(tmp_path) as shop:
        bought: Any = await shop.change(
            "create_shipment", key=action_key("create_shipment", "#1014"), **await _wanted(shop, "#1014")
        )
        about = {"order_id": "#1014", "tracking_number": bought.body["tracking_numbers"][0], "reason": "x"}

        def told(**later: float) -> dict[str, Any]:
            at = shop.clock.at + timedelta(**later)
            (found,) = shop.store.look(lambda connection: shipments_of(connection, "#1014", now=at))
            return dict(found)

        first, on_the_way = told(), told(days=1)
        await shop.change("void_shipment", key=action_key("void_shipment", "#1014"), **about)
        assert (first["status"], first["number"], first["voided"]) == ("pending", bought.body["number"], False)
        assert on_the_way["status"] in {"picked_up", "in_transit"}
        assert (told(days=1)["status"], told()["voided"]) == ("cancelled", True)


async def test_an_unknown_key_is_absent(tmp_path: Path) -> None:
    """The lookup tells so, and only then it may be called again."""
    async with open_shop(tmp_path) as shop:
        assert await shop.ask("find_shipment", key="create_shipment:x:1") == {"state": "absent", "result": None}


@pytest.mark.parametrize(
    ("order_id", "more", "code"),
    [
        ("#9999", {}, "OrderNotFound"),
        ("#1008", {}, "OrderNotShippable"),
        ("#1012", {}, "OrderNotShippable"),
        ("#1034", {}, "OrderNotShippable"),
        ("#1035", {}, "OrderNotShippable"),
        ("#1021", {"customs": None}, "OrderNotShippable"),
        ("#1001", {}, "OrderShipped"),
        ("#1010", {}, "OrderShipped"),
        ("#1016", {"order_version": 99}, "OrderChanged"),
        ("#1016", {"rate": {"amount": 1.5, "currency": "USD"}}, "RateChanged"),
        ("#1016", {"service": "gone"}, "RateChanged"),
        ("#1016", {"parcels": [{**PARCELS[0], "items": ["610101"]}]}, "OrderNotShippable"),
        ("#1016", {"is_return": True}, "OrderNotShippable"),
    ],
)
async def test_what_is_refused(tmp_path: Path, order_id: str, more: dict[str, Any], code: str) -> None:
    """Each condition has its code, and nothing is changed."""
    key = action_key("create_shipment", "x")
    async with open_shop(tmp_path) as shop:
        known = order_id if order_id != "#9999" else "#1016"
        body = {**await _wanted(shop, known), "order_id": order_id, **more}
        before = (await shop.ask("analyse_order", order_id=known))["order"]
        outcome = await shop.change("create_shipment", key=key, **body)
        assert isinstance(outcome, Refused)
        assert (outcome.status, outcome.code, outcome.by) == (409, code, "workflow")
        assert _bought(shop) == 0
        assert (await shop.ask("analyse_order", order_id=known))["order"] == before


async def test_what_is_not_on_hand_is_not_sold(tmp_path: Path) -> None:
    """The last piece goes to one order, and the other is refused."""
    async with open_shop(tmp_path) as shop:
        wanted = await _wanted(shop, "#1016")
        shop.store.look(lambda connection: connection.execute("UPDATE shop_variants SET stock = 0"))
        outcome = await shop.change("create_shipment", key=action_key("create_shipment", "x"), **wanted)
        assert isinstance(outcome, Refused)
        assert (outcome.code, _bought(shop)) == ("NoStock", 0)


async def test_across_a_border(tmp_path: Path) -> None:
    """With a customs declaration a parcel goes abroad under an S10 number."""
    async with open_shop(tmp_path) as shop:
        wanted = await _wanted(shop, "#1022", customs=CUSTOMS)
        done: Any = await shop.change("create_shipment", key=action_key("create_shipment", "#1022"), **wanted)
        assert isinstance(done, Done)
        assert (done.body["service"], done.body["tracking_numbers"][0][:2]) == ("union_international", "CP")


async def test_a_return_leaves_order_and_stock_as_they_are(tmp_path: Path) -> None:
    """It goes from the customer to the shop, may follow the first shipment, and is told of as what it is."""
    async with open_shop(tmp_path) as shop:
        before, stock = await _order(shop, "#1001")
        wanted = await _wanted(shop, "#1001", is_return=True, label_format="PDF")
        done: Any = await shop.change("create_shipment", key=action_key("create_shipment", "#1001"), **wanted)
        assert isinstance(done, Done)
        assert await _order(shop, "#1001") == (before, stock)
        again = await shop.change("create_shipment", key=action_key("create_shipment", "again"), **wanted)
        assert isinstance(again, Refused)
        assert again.code == "OrderShipped"
        (told,) = (await shop.ask("analyse_order", order_id="#1001"))["shipments"]
        assert (told["number"], told["is_return"], told["voided"]) == (done.body["number"], True, False)


async def test_a_test_label_changes_nothing(tmp_path: Path) -> None:
    """The order can still be shipped, the parcel never moves, and after its time it cannot be given back."""
    async with open_shop(tmp_path) as shop:
        before = await _order(shop, "#1017")
        wanted = await _wanted(shop, "#1017")
        key = action_key("create_shipment", "#1017")
        done: Any = await shop.change("create_shipment", key=key, **wanted, test_mode=True)
        assert done.body["test_mode"] is True
        assert await _order(shop, "#1017") == before
        number = done.body["tracking_numbers"][0]
        real = await shop.change("create_shipment", key=action_key("create_shipment", "b"), **wanted)
        assert isinstance(real, Done)
        shop.clock.advance(days=40)
        tracked = await shop.ask("track_shipment", tracking_number=number)
        assert [one["status"] for one in tracked["events"]] == ["pending"]
        late = await shop.change(
            "void_shipment",
            key=action_key("void_shipment", "x"),
            order_id="#1017",
            tracking_number=number,
            reason="late",
        )
        assert isinstance(late, Refused)
        assert late.code == "VoidDeadlinePassed"


async def test_what_the_carrier_has_is_not_given_back(tmp_path: Path) -> None:
    """After the pickup a label is used, and another order's number is unknown to an order."""
    async with open_shop(tmp_path) as shop:
        done: Any = await shop.change(
            "create_shipment", key=action_key("create_shipment", "#1018"), **await _wanted(shop, "#1018")
        )
        number = done.body["tracking_numbers"][0]
        about = {"tracking_number": number, "reason": "x"}
        other = await shop.change("void_shipment", key=action_key("void_shipment", "a"), order_id="#1019", **about)
        shop.clock.advance(days=2)
        late = await shop.change("void_shipment", key=action_key("void_shipment", "b"), order_id="#1018", **about)
        assert isinstance(other, Refused)
        assert isinstance(late, Refused)
        assert (other.code, late.code) == ("ShipmentNotFound", "AlreadyPickedUp")


async def test_a_parcel_is_followed_to_its_end(tmp_path: Path) -> None:
    """Each look tells what the one before told and more, nothing later than now, and an end after some weeks."""
    async with open_shop(tmp_path) as shop:
        done: Any = await shop.change(
            "create_shipment",
            key=action_key("create_shipment", "#1019"),
            **await _wanted(shop, "#1019", signature="adult"),
        )
        number = done.body["tracking_numbers"][0]
        seen: list[dict[str, Any]] = []
        for _ in range(40):
            told = await shop.ask("track_shipment", tracking_number=f" {number.lower()} ")
            assert body_problems(shop.specs["track_shipment"].response or {}, told) == ()
            assert told["events"][: len(seen)] == seen
            assert all(one["occurred_at"] <= f"{shop.clock.at:%Y-%m-%dT%H:%M:%S}Z" for one in told["events"])
            seen = told["events"]
            shop.clock.advance(hours=12)
        assert seen[0]["status"] == "pending"
        assert seen[1]["status"] == "picked_up"
        assert seen[-1]["status"] in {"delivered", "return_to_sender", "unknown"}
        wrong = await shop.ask("track_shipment", tracking_number=number, carrier="nobody")
        gone = await shop.ask("track_shipment", tracking_number="1Z999AA10123456784")
        assert [one["found"] for one in (told, wrong, gone)] == [True, False, False]


async def test_what_a_quote_tells(tmp_path: Path) -> None:
    """Rates from the cheapest, each within the schema, and a reason for every service that is not offered."""
    async with open_shop(tmp_path) as shop:
        found = await shop.ask("analyse_order", order_id="#1013")
        told = await shop.ask(
            "quote_shipment",
            ship_from=found["ship_from"],
            ship_to=found["order"]["address"],
            parcels=PARCELS,
            hazards=["lithium_battery"],
            ship_at="2026-11-24T09:00:00-06:00",
        )
        amounts = [rate["amount"] for rate in told["rates"]]
        assert body_problems(shop.specs["quote_shipment"].response or {}, told) == ()
        assert amounts == sorted(amounts)
        assert {one["service"]: one["code"] for one in told["refused"]} == {
            "overland_two_day": "Hazard",
            "swiftair_overnight": "Hazard",
            "swiftair_worldwide": "NotServed",
            "union_international": "NotServed",
        }
        assert {rate["service"] for rate in told["rates"]} == {"overland_ground", "union_ground", "union_priority"}


async def test_a_body_that_the_schema_lets_through_and_no_value_can_hold(tmp_path: Path) -> None:
    """A time without a zone is refused with 400, and nothing is bought."""
    async with open_shop(tmp_path) as shop:
        found = await shop.ask("analyse_order", order_id="#1013")
        ends = {"ship_from": found["ship_from"], "ship_to": found["order"]["address"], "parcels": PARCELS}
        outcome = await shop.client.call(
            "quote_shipment", {**ends, "ship_at": "2026-11-24T09:00:00"}, key="quote_shipment:x:1"
        )
        assert isinstance(outcome, Refused)
        assert (outcome.status, outcome.code) == (400, "BadRequest")
        assert "give its zone" in outcome.message
