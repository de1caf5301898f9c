"""Orders of a file: taken whole, named where they are not, and the same file twice is the same shop."""

import csv
import io
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.core.errors import InputError
from orchestrator.core.orders.order import Fulfillment, Order
from playbooks.shop.customers import find_customer
from playbooks.shop.importing import ROWS_APART, Imported, import_orders
from playbooks.shop.orders import read_order, save_order
from playbooks.shop.products import read_product
from playbooks.shop.tables import is_sample
from playbooks.shop.updating import change_order

FIRST = {
    "order_id": "#501",
    "email": "Mia.Voss@example.com",
    "first_name": "Mia",
    "last_name": "Voss",
    "address1": "12 Canal Street",
    "city": "Albany",
    "region": "NY",
    "postal_code": "12207",
    "country": "us",
    "item_id": "MUG-R",
    "product": "Mug",
    "options": "color=red;size=M",
    "quantity": "2",
    "price": "10.50",
    "currency": "usd",
    "paid": "yes",
    "placed_at": "2026-11-01T10:20:30Z",
    "weight": "0.4 kg",
    "dimensions": "12 x 10 x 10 cm",
    "hs_code": "691200",
    "origin_country": "pt",
}
SECOND = {"order_id": "#501", "item_id": "LAMP", "product": "Lamp", "price": "20"}


def lines_of(*rows: dict[str, str], columns: tuple[str, ...] = tuple(FIRST)) -> list[str]:
    """A file of rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().splitlines(keepends=True)


def take(shop: sqlite3.Connection, *rows: dict[str, str]) -> Imported:
    """Import rows."""
    return import_orders(shop, lines_of(*rows), name="orders.csv")


def order_of(shop: sqlite3.Connection, order_id: str) -> Order:
    """An order that is there."""
    found = read_order(shop, order_id)
    assert found
    return found


def dumped(shop: sqlite3.Connection) -> list[str]:
    """Everything, as statements."""
    return list(shop.iterdump())


def test_an_order_of_two_rows(bare_shop: sqlite3.Connection) -> None:
    """Every column is of its type, and the second row takes what belongs to the order from the first."""
    done = take(bare_shop, FIRST, SECOND)
    document = order_of(bare_shop, "501").document()
    assert done == Imported(orders=1, unchanged=0, rejected=())
    assert document["items"] == [
        {
            "item_id": "MUG-R",
            "product_id": "mug",
            "name": "Mug",
            "options": {"color": "red", "size": "M"},
            "price": 10.5,
            "quantity": 2,
            "goods": {
                "weight_g": 400,
                "length_mm": 120,
                "width_mm": 100,
                "height_mm": 100,
                "hazard": "none",
                "restricted": "",
                "hs_code": "691200",
                "origin_country": "PT",
            },
        },
        {**document["items"][1], "item_id": "LAMP", "quantity": 1, "price": 20.0},  # type: ignore[index]  # a list
    ]
    assert {name: document[name] for name in ("customer_id", "status", "currency", "paid", "placed_at", "version")} == {
        "customer_id": "mia.voss@example.com",
        "status": "pending",
        "currency": "USD",
        "paid": True,
        "placed_at": "2026-11-01T10:20:30Z",
        "version": 1,
    }
    assert document["payments"] == [{"kind": "payment", "amount": 41.0, "payment_method_id": "unknown"}]
    assert document["address"]["country_code"] == "US"  # type: ignore[index]  # an object
    assert find_customer(bare_shop, {"email": "mia.voss@EXAMPLE.com"}).matches == 1
    mug = read_product(bare_shop, "mug")
    assert mug
    assert [(one.item_id, one.stock, one.available) for one in mug.variants] == [("MUG-R", None, True)]


def test_the_first_order_puts_the_sample_out(shop: sqlite3.Connection) -> None:
    """A file without a good order does not."""
    assert take(shop, {**FIRST, "price": "cheap"}).orders == 0
    assert is_sample(shop)
    assert take(shop, FIRST).orders == 1
    assert not is_sample(shop)
    assert read_order(shop, "#1013") is None


def test_the_same_file_twice_changes_nothing(bare_shop: sqlite3.Connection) -> None:
    """Not even what was changed here in between is undone."""
    take(bare_shop, FIRST, SECOND)
    change_order(bare_shop, {"order_id": "501", "operation": "cancel", "reason": "no longer needed"})
    before = dumped(bare_shop)
    assert take(bare_shop, FIRST, SECOND) == Imported(orders=0, unchanged=1, rejected=())
    assert dumped(bare_shop) == before


def test_a_changed_order_has_a_new_version(bare_shop: sqlite3.Connection) -> None:
    """At its place in the customer's list."""
    take(bare_shop, FIRST)
    take(bare_shop, {**FIRST, "order_id": "#502"})
    assert take(bare_shop, {**FIRST, "quantity": "3"}).orders == 1
    found = find_customer(bare_shop, {"email": FIRST["email"]}).customer
    assert (order_of(bare_shop, "501").version, order_of(bare_shop, "501").items[0].quantity) == (2, 3)
    assert found
    assert found.orders == ("#501", "#502")


def test_what_was_shipped_or_changed_here_is_not_overwritten(bare_shop: sqlite3.Connection) -> None:
    """It is told with its line, and stays."""
    take(bare_shop, FIRST, {**FIRST, "order_id": "#502"})
    left = Fulfillment(tracking_numbers=("1Z",), item_ids=("MUG-R",))
    save_order(bare_shop, replace(order_of(bare_shop, "501"), fulfillments=(left,)))
    change_order(bare_shop, {"order_id": "502", "operation": "cancel", "reason": "no longer needed"})
    before = dumped(bare_shop)
    done = take(bare_shop, {**FIRST, "quantity": "3"}, {**FIRST, "order_id": "#502", "quantity": "3"})
    assert [(one.line, one.order_id) for one in done.rejected] == [(2, "#501"), (3, "#502")]
    assert "has a shipment here" in done.rejected[0].reason
    assert "was changed here since its import" in done.rejected[1].reason
    assert dumped(bare_shop) == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": "10,50"}, "price is '10,50': give a number"),
        ({"price": "-1"}, "price is -1: give an amount from 0"),
        ({"price": "NaN"}, "price is 'NaN': give a finite number"),
        ({"price": ""}, "price is empty: give it"),
        ({"quantity": "0"}, "quantity is '0': give a whole number from 1"),
        ({"quantity": "1.5"}, "quantity is '1.5'"),
        ({"quantity": "\u0663"}, "quantity is"),
        ({"item_id": ""}, "item_id is empty"),
        ({"product": " "}, "product is empty"),
        ({"email": "mia"}, "email is 'mia': give a mail address"),
        ({"email": ""}, "email is empty"),
        ({"country": "USA"}, "country is 'USA': give its two letters"),
        ({"currency": "dollars"}, "currency is 'DOLLARS'"),
        ({"paid": "perhaps"}, "paid is 'perhaps': give one of paid"),
        ({"placed_at": "2026-11-01T10:20:30"}, "give its zone"),
        ({"placed_at": "yesterday"}, "placed_at is 'yesterday'"),
        ({"options": "red"}, "options is 'red': give pairs"),
        ({"weight": "0.4"}, "weight is '0.4': give a number with its unit"),
        ({"dimensions": "big"}, "dimensions is 'big'"),
        ({"address1": "x" * 501}, "address1 has 501 characters: give at most 500"),
        ({"last_name": "Vo\x00ss"}, "last_name is 'Vo\\x00ss': it holds control characters"),
    ],
)
def test_a_bad_cell_refuses_its_order_and_no_other(
    bare_shop: sqlite3.Connection, change: dict[str, str], reason: str
) -> None:
    """With its line; the orders around it are taken."""
    rows = ({**FIRST, "order_id": "#1"}, {**FIRST, **change}, SECOND, {**FIRST, "order_id": "#2"})
    done = take(bare_shop, *rows)
    assert (done.orders, [(one.line, one.order_id) for one in done.rejected]) == (2, [(3, "#501")])
    assert reason in done.rejected[0].reason
    assert read_order(bare_shop, "#501") is None


def test_a_bad_later_line_refuses_the_whole_order(bare_shop: sqlite3.Connection) -> None:
    """And is the one that is named; so is one that says something else of the order."""
    done = take(bare_shop, FIRST, {**SECOND, "price": "x"}, {**FIRST, "order_id": "#2"})
    assert (done.orders, [(one.line, one.reason) for one in done.rejected]) == (1, [(3, "price is 'x': give a number")])
    done = take(bare_shop, FIRST, {**SECOND, "email": "other@example.com"})
    assert [one.reason for one in done.rejected] == [
        "email is 'other@example.com', and line 2 of the same order says 'Mia.Voss@example.com'"
    ]
    assert read_order(bare_shop, "#501") is None


def test_rows_that_come_apart_hold_their_order(bare_shop: sqlite3.Connection) -> None:
    """It does not ship until they stand together; importing either file again changes nothing."""
    other = {**FIRST, "order_id": "#502"}
    done = take(bare_shop, FIRST, other, SECOND)
    assert (done.orders, [(one.line, one.order_id) for one in done.rejected]) == (2, [(4, "#501")])
    assert order_of(bare_shop, "501").holds == (ROWS_APART,)
    before = dumped(bare_shop)
    take(bare_shop, FIRST, other, SECOND)
    assert dumped(bare_shop) == before
    assert take(bare_shop, FIRST, SECOND, other).orders == 1
    assert (order_of(bare_shop, "501").holds, len(order_of(bare_shop, "501").items)) == ((), 2)


def test_a_row_that_is_no_csv_refuses_its_neighbours(bare_shop: sqlite3.Connection) -> None:
    """It may be of either order; those further away are taken."""
    lines = lines_of(*({**FIRST, "order_id": f"#{number}"} for number in range(1, 5)))
    lines.insert(3, '#2,"broken" x\n')
    done = import_orders(bare_shop, lines, name="orders.csv")
    assert done.orders == 2
    assert [(one.line, one.order_id) for one in done.rejected] == [(4, ""), (3, "#2"), (5, "#3")]
    assert read_order(bare_shop, "#1")
    assert read_order(bare_shop, "#4")


def test_a_quote_that_is_never_closed_tells_how_far_it_reached(bare_shop: sqlite3.Connection) -> None:
    """Nothing behind it is lost without a word, and the order before it is not taken either."""
    lines = lines_of(*({**FIRST, "order_id": f"#{number}"} for number in range(1, 6)))
    lines[3] = '#3,"open\n'
    done = import_orders(bare_shop, lines, name="orders.csv")
    assert [(one.line, one.order_id) for one in done.rejected] == [(4, ""), (3, "#2")]
    assert done.rejected[0].reason.startswith("the lines up to 6 are no CSV")
    assert (done.orders, read_order(bare_shop, "#4")) == (1, None)


def test_a_cell_without_end_is_no_cell(bare_shop: sqlite3.Connection) -> None:
    """It does not end the import; its row and those beside it are told."""
    rows = [{**FIRST, "order_id": f"#{number}"} for number in range(1, 5)]
    rows[1]["city"] = "x" * 200_000
    done = import_orders(bare_shop, lines_of(*rows), name="orders.csv")
    assert (done.orders, [one.order_id for one in done.rejected]) == (1, ["", "#1", "#3"])


def test_rows_of_no_order_and_empty_rows(bare_shop: sqlite3.Connection) -> None:
    """The first is told, the second is nothing."""
    lines = lines_of(SECOND | {"order_id": ""}, FIRST)
    lines[2:2] = ["\n", ",,,\n"]
    done = import_orders(bare_shop, lines, name="orders.csv")
    assert (done.orders, [(one.line, one.reason) for one in done.rejected]) == (
        1,
        [(2, "order_id is empty: give it in an order's first row")],
    )


def test_rows_apart_of_an_order_that_was_not_taken_hold_nothing(bare_shop: sqlite3.Connection) -> None:
    """What an earlier file told of it stays as it is."""
    take(bare_shop, FIRST)
    done = take(bare_shop, {**FIRST, "price": "x"}, {**FIRST, "order_id": "#2"}, SECOND)
    assert (done.orders, len(done.rejected), order_of(bare_shop, "501").holds) == (1, 2, ())


def test_an_order_is_known_by_one_name_and_a_customer_by_one_mail(bare_shop: sqlite3.Connection) -> None:
    """An id that differs in its sign only, and a customer's id with another mail, are refused."""
    take(bare_shop, {**FIRST, "order_id": "501"})
    assert [one.reason for one in take(bare_shop, FIRST).rejected] == ["order '#501' is there as '501': write it so"]
    columns = (*FIRST, "customer_id")
    named = {**FIRST, "order_id": "#7", "customer_id": "c7", "email": "c7@example.com"}
    import_orders(bare_shop, lines_of(named, columns=columns), name="o")
    wrong = {**named, "order_id": "#8", "email": "c8@example.com"}
    done = import_orders(
        bare_shop, lines_of(wrong, {**FIRST, "order_id": "#9", "email": "c7@example.com"}, columns=columns), name="o"
    )
    assert [(one.order_id, "another mail on file" in one.reason) for one in done.rejected] == [("#8", True)]
    assert order_of(bare_shop, "#9").customer_id == "c7"


def test_an_export_of_shopify_is_understood(bare_shop: sqlite3.Connection) -> None:
    """Its headers, its times, its apostrophes before postal codes, and its names of variants."""
    header = (
        "Name,Email,Financial Status,Fulfillment Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem sku,Shipping Name,Shipping Address1,Shipping City,Shipping Zip,Shipping Province,"
        "Shipping Country,Payment Method,Vendor\n"
    )
    rows = (
        "#77,ana@example.com,paid,unfulfilled,USD,70.00,2026-11-01 10:20:30 -0500,2,Shirt - White / M,27.00,S-W-M,"
        "Ana de la Cruz,1 Main St,Boston,'02116,MA,US,PayPal,Acme\n"
        "#77,ana@example.com,,,,,,1,Cap,10.00,CAP,,,,,,,,\n"
    )
    done = import_orders(bare_shop, ["\ufeff" + header, *rows.splitlines(keepends=True)], name="export.csv")
    order = order_of(bare_shop, "77")
    assert (done.orders, done.rejected, done.ignored) == (1, (), ("Vendor",))
    assert [(one.name, dict(one.options), one.quantity) for one in order.items] == [
        ("Shirt", {"variant": "White / M"}, 2),
        ("Cap", {}, 1),
    ]
    assert order.document()["payments"] == [{"kind": "payment", "amount": 70.0, "payment_method_id": "PayPal"}]
    assert (order.document()["placed_at"], order.address.postal_code) == ("2026-11-01T15:20:30Z", "02116")
    found = find_customer(bare_shop, {"first_name": "Ana de la", "last_name": "Cruz", "postal_code": "02116"})
    assert found.matches == 1


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "orders.csv is empty"),
        (["order_id,email\n"], "line 1: there is no column 'item_id', 'product', 'price'"),
        (["order_id,order_id\n"], "the column 'order_id' comes twice"),
        (["order_id;email;item_id\n"], "there is no column 'order_id'"),
        (['"order_id" x,email\n'], "line 1: it is no CSV"),
    ],
)
def test_a_file_that_is_none(bare_shop: sqlite3.Connection, lines: list[str], problem: str) -> None:
    """Its first line says so."""
    with pytest.raises(InputError) as caught:
        import_orders(bare_shop, lines, name="orders.csv")
    assert problem in caught.value.message


def test_a_file_is_read_line_by_line(bare_shop: sqlite3.Connection) -> None:
    """An order is in the shop before the rows of the one after the next are asked for."""
    seen: list[int] = []

    def lines() -> Iterator[str]:
        for number, line in enumerate(lines_of(*({**FIRST, "order_id": f"#{one}"} for one in range(50)))):
            if number > 3:
                seen.append(bare_shop.execute("SELECT count(*) FROM shop_orders").fetchone()[0])
            yield line

    assert import_orders(bare_shop, lines(), name="o").orders == 50
    assert seen == [*range(2, 49)]


def test_words_of_a_file_are_words_only(bare_shop: sqlite3.Connection) -> None:
    """Statements, formulas and other scripts come back as they were."""
    strange: dict[str, Any] = {
        "first_name": "Robert'); DROP TABLE shop_orders;--",
        "last_name": "=cmd()",
        "city": "\u05ea\u05dc \u05d0\u05d1\u05d9\u05d1 \U0001f3e0",
    }
    assert take(bare_shop, {**FIRST, **strange}).orders == 1
    address = order_of(bare_shop, "501").address
    assert (address.person_name, address.city) == (f"{strange['first_name']} {strange['last_name']}", strange["city"])
