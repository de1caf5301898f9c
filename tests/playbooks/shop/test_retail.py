"""A public retail document goes into the shop and comes back, with what was changed and nothing else."""

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from playbooks.shop.answers import customer_answer
from playbooks.shop.orders import read_order
from playbooks.shop.retail import dump_retail, load_retail
from playbooks.shop.tables import is_sample, prepare
from playbooks.shop.updating import change_customer, change_order

PUBLIC = Path(__file__).parents[4] / "shared" / "data" / "orders" / "retail_db.json"


def _address(**more: str) -> dict[str, str]:
    return {
        "address1": "1 A St",
        "address2": "",
        "city": "Reno",
        "state": "NV",
        "zip": "89501",
        "country": "USA",
        **more,
    }


def _item(item_id: str, price: float, **more: Any) -> dict[str, Any]:
    return {
        "name": "Cup",
        "product_id": "p1",
        "item_id": item_id,
        "price": price,
        "options": {"color": item_id},
        **more,
    }


def _order(order_id: str, status: str, *item_ids: str, **more: Any) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "user_id": "u1",
        "address": _address(),
        "items": [_item(one, 10.5, gift=True) for one in item_ids],
        "status": status,
        "fulfillments": [],
        "payment_history": [
            {"transaction_type": "payment", "amount": 10.5 * len(item_ids), "payment_method_id": "card", "note": "kept"}
        ],
        **more,
    }


DOCUMENT: dict[str, Any] = {
    "products": {
        "p1": {
            "name": "Cup",
            "product_id": "p1",
            "maker": "kept",
            "variants": {
                one: {"item_id": one, "options": {"color": one}, "available": one != "gone", "price": price}
                for one, price in (("red", 10.5), ("blue", 12.3), ("green", 8), ("gone", 9.0))
            },
        }
    },
    "users": {
        "u1": {
            "user_id": "u1",
            "name": {"first_name": "Ana", "last_name": "Diaz"},
            "address": _address(),
            "email": "ana@example.com",
            "since": 2019,
            "payment_methods": {
                "card": {"source": "credit_card", "id": "card", "brand": "visa", "last_four": "0001"},
                "gift": {"source": "gift_card", "id": "gift", "balance": 50, "color": "kept"},
            },
            "orders": ["#W2", "#W1", "#W3", "#W4", "#W5"],
        }
    },
    "orders": {
        "#W1": _order("#W1", "pending", "red", "red", "blue"),
        "#W2": _order("#W2", "delivered", "red", "blue", channel="kept"),
        "#W3": _order("#W3", "pending (item modified)", "red"),
        "#W4": _order("#W4", "exchange requested", "red", exchange_items=["red"], exchange_price_difference=-2.5),
        "#W5": _order("#W5", "delivered", "red", fulfillments=[{"tracking_id": ["1"], "item_ids": ["red"], "by": "x"}]),
    },
    "made": "kept",
}


@pytest.fixture
def retail(bare_shop: sqlite3.Connection) -> sqlite3.Connection:
    """The small document, loaded."""
    load_retail(bare_shop, DOCUMENT)
    return bare_shop


def changed(shop: sqlite3.Connection, document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """What is otherwise than before: the new values by path."""
    before, now = _flat(document), _flat(dump_retail(shop))
    assert before.keys() <= now.keys()
    return {path: value for path, value in now.items() if path not in before or before[path] != value}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not pairs and not (isinstance(value, dict | list) and value):
        return {path: value} if not isinstance(value, dict | list) else {}
    return {key: one for name, item in pairs for key, one in _flat(item, f"{path}/{name}".lstrip("/")).items()}


def test_a_document_comes_back_as_it_went_in(retail: sqlite3.Connection) -> None:
    """Unknown fields, whole numbers, and the order in lists."""
    assert json.dumps(dump_retail(retail), sort_keys=True) == json.dumps(DOCUMENT, sort_keys=True)


def test_the_public_shop_comes_back_as_it_went_in(bare_shop: sqlite3.Connection) -> None:
    """All its products, users and orders."""
    if not PUBLIC.is_file():
        pytest.skip(f"{PUBLIC} is not there: the public retail data are needed for this")
    document = json.loads(PUBLIC.read_text(encoding="utf-8"))
    load_retail(bare_shop, document)
    assert json.dumps(dump_retail(bare_shop), sort_keys=True) == json.dumps(document, sort_keys=True)


def test_a_document_takes_the_place_of_the_sample_and_of_an_earlier_one() -> None:
    """Nothing of either is left."""
    shop = sqlite3.connect(":memory:", isolation_level=None)
    prepare(shop)
    load_retail(shop, DOCUMENT)
    change_order(shop, {"order_id": "W1", "operation": "cancel", "reason": "no longer needed"})
    assert not is_sample(shop)
    assert customer_answer(shop, {"email": "ines.calloway@example.com"})["matches"] == 0
    load_retail(shop, DOCUMENT)
    assert dump_retail(shop) == DOCUMENT
    assert (
        customer_answer(shop, {"email": "ANA@example.com"})["customer"]["orders"] == DOCUMENT["users"]["u1"]["orders"]
    )  # type: ignore[index]  # an object
    shop.close()


def test_a_cancellation(retail: sqlite3.Connection) -> None:
    """Its reason, status and refund."""
    change_order(retail, {"order_id": "W1", "operation": "cancel", "reason": "no longer needed"})
    assert changed(retail) == {
        "orders/#W1/status": "cancelled",
        "orders/#W1/cancel_reason": "no longer needed",
        "orders/#W1/payment_history/1/transaction_type": "refund",
        "orders/#W1/payment_history/1/amount": 31.5,
        "orders/#W1/payment_history/1/payment_method_id": "card",
    }


def test_changed_items(retail: sqlite3.Connection) -> None:
    """Each line at its place with the price and options of its new article, what else stood in it kept."""
    body = {"item_ids": ["red", "blue"], "new_item_ids": ["blue", "green"], "payment_method_id": "gift"}
    change_order(retail, {"order_id": "W1", "operation": "modify_items", **body})
    assert changed(retail) == {
        "orders/#W1/status": "pending (item modified)",
        "orders/#W1/items/0/item_id": "blue",
        "orders/#W1/items/0/price": 12.3,
        "orders/#W1/items/0/options/color": "blue",
        "orders/#W1/items/2/item_id": "green",
        "orders/#W1/items/2/price": 8,
        "orders/#W1/items/2/options/color": "green",
        "orders/#W1/payment_history/1/transaction_type": "refund",
        "orders/#W1/payment_history/1/amount": 0.7,
        "orders/#W1/payment_history/1/payment_method_id": "gift",
        "users/u1/payment_methods/gift/balance": 50.7,
    }
    assert dump_retail(retail)["orders"]["#W1"]["items"][0]["gift"] is True


def test_another_payment_and_another_address(retail: sqlite3.Connection) -> None:
    """Of an order whose items were changed, too."""
    change_order(retail, {"order_id": "W3", "operation": "modify_payment", "payment_method_id": "gift"})
    place = {
        "address_line1": "2 B St",
        "city": "Reno",
        "state_code": "NV",
        "postal_code": "89502",
        "country_code": "US",
    }
    change_order(retail, {"order_id": "W3", "operation": "modify_address", "address": place})
    change_customer(retail, {"customer_id": "u1", "address": {**place, "address_line2": "5"}})
    history = "orders/#W3/payment_history"
    assert changed(retail) == {
        f"{history}/1/transaction_type": "payment",
        f"{history}/1/amount": 10.5,
        f"{history}/1/payment_method_id": "gift",
        f"{history}/2/transaction_type": "refund",
        f"{history}/2/amount": 10.5,
        f"{history}/2/payment_method_id": "card",
        "users/u1/payment_methods/gift/balance": 39.5,
        "orders/#W3/address/address1": "2 B St",
        "orders/#W3/address/zip": "89502",
        "users/u1/address/address1": "2 B St",
        "users/u1/address/address2": "5",
        "users/u1/address/zip": "89502",
    }


def test_a_return_and_an_exchange(retail: sqlite3.Connection) -> None:
    """What is asked for is noted in order, and nothing else moves."""
    change_order(retail, {"order_id": "W5", "operation": "return", "item_ids": ["red"], "payment_method_id": "gift"})
    body = {"item_ids": ["red", "blue"], "new_item_ids": ["green", "red"], "payment_method_id": "card"}
    change_order(retail, {"order_id": "W2", "operation": "exchange", **body})
    assert changed(retail) == {
        "orders/#W5/status": "return requested",
        "orders/#W5/return_items/0": "red",
        "orders/#W5/return_payment_method_id": "gift",
        "orders/#W2/status": "exchange requested",
        "orders/#W2/exchange_items/0": "blue",
        "orders/#W2/exchange_items/1": "red",
        "orders/#W2/exchange_new_items/0": "green",
        "orders/#W2/exchange_new_items/1": "red",
        "orders/#W2/exchange_payment_method_id": "card",
        "orders/#W2/exchange_price_difference": -2.5,
    }


def test_amounts_do_not_drift(retail: sqlite3.Connection) -> None:
    """Sums that binary fractions get wrong are exact."""
    document = copy.deepcopy(DOCUMENT)
    document["users"]["u1"]["payment_methods"]["gift"]["balance"] = 0.1
    document["orders"]["#W1"]["payment_history"][0].update(amount=0.2, payment_method_id="gift")
    load_retail(retail, document)
    change_order(retail, {"order_id": "W1", "operation": "cancel", "reason": "ordered by mistake"})
    assert dump_retail(retail)["users"]["u1"]["payment_methods"]["gift"]["balance"] == 0.3


def test_such_an_order_says_little_about_itself(retail: sqlite3.Connection) -> None:
    """Not whether it is paid, nor when it was placed."""
    order = read_order(retail, "W3")
    assert order
    assert (order.status, order.paid, order.placed_at, order.address.country_code) == (
        "pending (items modified)",
        None,
        None,
        "US",
    )


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({}, "products is None"),
        ({**DOCUMENT, "orders": []}, r"orders is \[\]"),
        ({**DOCUMENT, "orders": {"x": {"status": "pending"}}}, "order_id is empty"),
        ({**DOCUMENT, "orders": {"x": {"order_id": "x", "status": "pending", "items": [1]}}}, "an item is 1"),
        ({**DOCUMENT, "products": {"p": {"product_id": "p", "variants": {"v": {"item_id": "v"}}}}}, "price is None"),
    ],
)
def test_what_is_no_such_document_is_named(
    bare_shop: sqlite3.Connection, document: dict[str, Any], problem: str
) -> None:
    """Before anything is lost: who loads it undoes the transaction."""
    with pytest.raises(ValueError, match=problem):
        load_retail(bare_shop, document)
