"""The tables are made once, filled with the sample once, and freed of it without loss."""

import sqlite3
from dataclasses import replace

from playbooks.shop.customers import read_customer_row, save_customer
from playbooks.shop.orders import add_order, read_order
from playbooks.shop.products import read_product, reserve
from playbooks.shop.tables import decoded, is_sample, prepare, read_fact, remove_sample


def dumped(connection: sqlite3.Connection) -> list[str]:
    """Everything in the file, as statements."""
    return list(connection.iterdump())


def test_preparing_again_changes_nothing(shop: sqlite3.Connection) -> None:
    """Neither with nor without the sample."""
    before = dumped(shop)
    prepare(shop)
    prepare(shop, sample=False)
    assert dumped(shop) == before


def test_two_new_shops_are_the_same() -> None:
    """The sample holds nothing of chance or of the day."""
    shops = [sqlite3.connect(":memory:") for _ in range(2)]
    for one in shops:
        prepare(one)
    assert dumped(shops[0]) == dumped(shops[1])
    for one in shops:
        one.close()


def test_making_the_tables_is_undone_with_its_transaction() -> None:
    """A failure within the first use leaves no half of a shop."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    prepare(connection)
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_no_column_holds_a_binary_fraction(shop: sqlite3.Connection) -> None:
    """Money is text, and nothing else has a fraction."""
    tables = [row[0] for row in shop.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kinds = {kind for table in tables for row in shop.execute(f"SELECT * FROM {table}") for kind in map(type, row)}  # noqa: S608  # names of tables
    assert len(tables) > 8
    assert float not in kinds


def test_the_sample_goes_and_own_rows_stay(shop: sqlite3.Connection) -> None:
    """Its changed orders and what was set aside for them go, too."""
    customer = read_customer_row(shop, "ines_calloway_1001")
    order = read_order(shop, "#1013")
    assert customer
    assert order
    save_customer(shop, replace(customer, id="own", email="own@example.com"))
    add_order(shop, replace(order, id="#9000", customer_id="own"))
    reserve(shop, "#1013", {"610101": 1})
    reserve(shop, "#9000", {"610101": 1})
    assert is_sample(shop)
    remove_sample(shop)
    assert not is_sample(shop)
    assert read_fact(shop, "ship_from") is None
    assert read_order(shop, "#1013") is None
    assert read_customer_row(shop, "ines_calloway_1001") is None
    assert read_product(shop, "500101") is None
    assert read_order(shop, "#9000") == replace(order, id="#9000", customer_id="own")
    assert shop.execute("SELECT DISTINCT order_id FROM shop_reservations").fetchall() == [("#9000",)]


def test_a_decoded_number_is_exact() -> None:
    """A number with a point comes back as it was written."""
    assert str(decoded('{"a": 12.10}')["a"]) == "12.10"
