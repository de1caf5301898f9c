"""Orders in the tables: found by what people call them, read as written, with their stock."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.core.orders.order import Fulfillment
from orchestrator.core.orders.reading import read_order as order_of
from playbooks.shop.answers import customer_answer, order_answer, product_answer
from playbooks.shop.orders import add_order, find_order_id, read_order, save_order
from playbooks.shop.products import free_reservations, read_product, read_variant, reserve, take_stock

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("said", ["#1013", "1013", " # 1013 ", "W1013", "#w1013"])
def test_an_order_is_found_by_what_people_call_it(shop: sqlite3.Connection, said: str) -> None:
    """With the sign in front or not, and a W where there is none."""
    assert find_order_id(shop, said) == "#1013"


@pytest.mark.parametrize("said", ["", "#", "W", "9999", "101", "#1013; DROP TABLE shop_orders", "%"])
def test_what_is_no_order_is_not_found(shop: sqlite3.Connection, said: str) -> None:
    """Parts of an id neither."""
    assert find_order_id(shop, said) is None


def test_the_nearest_of_two_ids_is_meant(shop: sqlite3.Connection) -> None:
    """One that is named exactly is it; a number that only several others have is none."""
    order = read_order(shop, "#1013")
    assert order
    add_order(shop, replace(order, id="#W1013"))
    assert [find_order_id(shop, one) for one in ("1013", "W1013", "#W1013")] == ["#1013", "#W1013", "#W1013"]
    add_order(shop, replace(order, id="1013"))
    assert [find_order_id(shop, one) for one in ("#1013", "1013", "# 1013")] == ["#1013", "1013", None]


def test_a_changed_order_has_the_next_version(shop: sqlite3.Connection) -> None:
    """And comes back as it was written, with each of its parts."""
    order = read_order(shop, "#1013")
    assert order
    left = Fulfillment(tracking_numbers=("1Z",), item_ids=("610101",), shipment="7")
    changed = replace(order, status="processed", fulfillments=(left,), holds=("x",), details={"note": ["a", 1]})
    saved = save_order(shop, changed)
    assert saved == replace(changed, version=2)
    assert read_order(shop, "#1013") == saved


def test_an_order_told_as_a_document_is_the_same(shop: sqlite3.Connection) -> None:
    """What the workflow answers reads as the value again."""
    answer = order_answer(shop, "1007", now=NOW)
    assert answer["sample"] is True
    assert order_of(answer["order"]).document() == answer["order"]
    assert answer["shipments"] == []
    assert answer["ship_from"]["city"] == "Portland"  # type: ignore[index]  # an object


def test_what_is_not_there_is_told_so(shop: sqlite3.Connection) -> None:
    """An answer, not a failure."""
    assert order_answer(shop, "#7", now=NOW)["order"] is None
    assert product_answer(shop, "7") == {"found": False, "product": None, "sample": True}
    assert customer_answer(shop, {"email": "x@example.com"})["matches"] == 0


def test_stock_counts_what_others_have_not_set_aside(shop: sqlite3.Connection) -> None:
    """An order may use its own pieces; others, and who buys now, may not."""
    reserve(shop, "#1017", {"610104": 2})
    own, other = read_variant(shop, "610104", order_id="#1017"), read_variant(shop, "610104", order_id="#1013")
    product = read_product(shop, "500101")
    assert product
    listed = product.variant("610104")
    assert own
    assert other
    assert listed
    assert (own.stock, other.stock, listed.stock) == (3, 1, 1)
    free_reservations(shop, "#1017")
    take_stock(shop, {"610104": 3, "611201": 5})
    assert [read_variant(shop, one) and read_variant(shop, one).stock for one in ("610104", "611201")] == [0, None]  # type: ignore[union-attr]  # it is there
    gone = read_variant(shop, "610104")
    assert gone
    assert not gone.available


def test_more_cannot_be_freed_than_was_set_aside(shop: sqlite3.Connection) -> None:
    """Freeing too much sets nothing aside the other way."""
    reserve(shop, "#1013", {"610101": -3})
    reserve(shop, "#1013", {"610102": 2})
    reserve(shop, "#1013", {"610102": -5})
    assert shop.execute("SELECT count(*) FROM shop_reservations").fetchone() == (0,)


@pytest.mark.parametrize(
    ("order_id", "stock"),
    [
        ("#1013", [("610101", True, 14), ("610901", True, 60)]),
        ("#1036", [("610103", False, 0)]),
        ("#1037", [("610903", False, 0), ("611201", True, None)]),
    ],
)
def test_an_order_tells_whether_its_pieces_are_there(
    shop: sqlite3.Connection, order_id: str, stock: list[tuple[str, bool, int | None]]
) -> None:
    """For each of its articles, counted or not."""
    told = order_answer(shop, order_id, now=NOW)["stock"]
    assert [(one["item_id"], one["available"], one["stock"]) for one in told] == stock  # type: ignore[attr-defined]  # a list
