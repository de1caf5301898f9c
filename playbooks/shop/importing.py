"""Takes orders of a CSV file into the shop behind the workflow host: a row for each line of an order.

An order is taken whole or not at all, the rest of the file goes on, and the same file taken again changes nothing.
"""

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from orchestrator.core.errors import InputError
from orchestrator.core.orders.order import Customer, Order, OrderItem, Variant
from playbooks.shop.customers import folded, save_customer
from playbooks.shop.import_columns import Columns, columns_of
from playbooks.shop.import_rows import BadRowError, ReadOrder, Row, read_order_rows
from playbooks.shop.orders import add_order, bare_id, read_order
from playbooks.shop.products import add_variant, read_variant
from playbooks.shop.shipments import prepare_carriers, sent_of_order
from playbooks.shop.tables import is_sample, prepare, remove_sample, rows_of, written

Numbered = tuple[int, Row]
ROWS_APART = "import_rows_apart"
"""The hold of an order whose rows do not stand together in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Rows that were not taken: their first line in the file, the order that they are of, and why."""

    line: int
    order_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file.

    Attributes:
        orders: How many orders are new or have a new version.
        unchanged: How many are as they were at an earlier import.
        rejected: What was not taken.
        ignored: Headers that mean nothing here.
    """

    orders: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    ignored: tuple[str, ...] = ()


def import_orders(connection: sqlite3.Connection, lines: Iterable[str], *, name: str) -> Imported:
    """Take the orders of a file within the caller's transaction; the first one taken puts the sample shop out.

    Args:
        connection: The host's file.
        lines: Of the file, read one after another; an order's rows stand together.
        name: The file's, for messages.
    """
    prepare(connection, sample=False)
    prepare_carriers(connection)
    reader = csv.reader(_decoded(lines), strict=True)
    columns = columns_of(_headers(reader, name=name), name=name)
    outcomes = {True: 0, False: 0}
    rejected: list[Rejected] = []
    seen: dict[str, bool] = {}
    for group in _orders(reader, columns):
        found = group if isinstance(group, Rejected) else _one(connection, group, seen)
        if isinstance(found, Rejected):
            rejected.append(found)
        else:
            outcomes[found] += 1
    return Imported(orders=outcomes[True], unchanged=outcomes[False], rejected=tuple(rejected), ignored=columns.ignored)


def _one(connection: sqlite3.Connection, group: list[Numbered], seen: dict[str, bool]) -> Rejected | bool:
    """Take an order: whether it is new or changed, or why not; `seen` tells which came before, and were taken."""
    line, order_id = group[0][0], group[0][1]["order_id"]
    bare = bare_id(order_id)
    if bare in seen:
        if seen[bare]:
            _hold(connection, order_id)
        reason = "other rows of the order came before: it is held until they stand together and are imported again"
        return Rejected(line=line, order_id=order_id, reason=reason)
    seen[bare] = False
    try:
        fresh = _take(connection, read_order_rows(group), line=line)
    except BadRowError as error:
        return Rejected(line=error.line, order_id=order_id, reason=error.reason)
    seen[bare] = True
    return fresh


def _decoded(lines: Iterable[str]) -> Iterator[str]:
    """The lines, without a byte order mark in front of the first."""
    for number, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if number == 0 else line


def _headers(reader: Iterator[list[str]], *, name: str) -> list[str]:
    try:
        return next(reader)
    except StopIteration:
        raise InputError(f"{name} is empty: give a header line and a row for each line of an order") from None
    except csv.Error as error:
        raise InputError(f"{name}, line 1: it is no CSV: {error}; separate the columns by commas") from None


def _orders(reader: "csv._reader", columns: Columns) -> Iterator[list[Numbered] | Rejected]:  # type: ignore[name-defined]
    """The rows of one order after another; one beside a row that is no CSV is refused, as that may be of it."""
    group: list[Numbered] = []
    beside, before = 0, 0
    for found in _rows(reader, columns):
        if isinstance(found, Rejected):
            yield found
            beside, before = (found.line if group else 0), found.line
            continue
        if not group and not found[1]["order_id"]:
            yield Rejected(line=found[0], order_id="", reason="order_id is empty: give it in an order's first row")
            continue
        if group and found[1]["order_id"] not in {"", group[0][1]["order_id"]}:
            yield _whole(group, beside=beside)
            group, beside = [], 0
        beside, before = (before or beside), 0
        group.append(found)
    if group:
        yield _whole(group, beside=beside)


def _whole(group: list[Numbered], *, beside: int) -> list[Numbered] | Rejected:
    if not beside:
        return group
    line, row = group[0]
    reason = f"line {beside} beside its rows is no CSV, and may be of this order: correct that"
    return Rejected(line=line, order_id=row["order_id"], reason=reason)


def _rows(reader: "csv._reader", columns: Columns) -> Iterator[Numbered | Rejected]:  # type: ignore[name-defined]
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            read = "the row is" if reader.line_num <= line else f"the lines up to {reader.line_num} are"
            yield Rejected(line=line, order_id="", reason=f"{read} no CSV: {error}; correct the quotes")
            continue
        if any(cell.strip() for cell in cells):
            yield line, columns.row(cells)


def _take(connection: sqlite3.Connection, told: ReadOrder, *, line: int) -> bool:
    """Write an order where it is new or changed; False where it is as before."""
    if is_sample(connection):
        remove_sample(connection)
    print_sha256 = _fingerprint(told)
    before = _before(connection, told.order.id, line=line)
    if before is not None and before.sha256 == print_sha256:
        return False
    if before is not None:
        _check_replaceable(connection, before, line=line)
    version = 1 if before is None else before.order.version + 1
    customer = _customer(connection, told.customer, line=line)
    for item in told.order.items:
        _keep_article(connection, item)
    order = replace(told.order, customer_id=customer.id, version=version)
    position = _position(connection, customer, order.id)
    add_order(connection, order, position=position, imported_sha256=print_sha256)
    return True


def _hold(connection: sqlite3.Connection, order_id: str) -> None:
    """Keep an order from shipping of which rows came apart from the others; a mended file lets it go."""
    found = read_order(connection, order_id)
    if found is not None and ROWS_APART not in found.holds:
        holds = written((*found.holds, ROWS_APART))
        connection.execute("UPDATE shop_orders SET holds = ? WHERE id = ?", (holds, found.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """An order that is there, with what its last import left."""

    order: Order
    sha256: str | None
    version: int | None


def _before(connection: sqlite3.Connection, order_id: str, *, line: int) -> _Before | None:
    rows = rows_of(
        connection, "SELECT id, imported_sha256, imported_version FROM shop_orders WHERE bare = ?", bare_id(order_id)
    )
    if not rows:
        return None
    if [row["id"] for row in rows] != [order_id]:
        raise BadRowError(line, f"order {order_id!r} is there as {rows[0]['id']!r}: write it so")
    order = read_order(connection, order_id)
    if order is None:
        return None
    return _Before(order=order, sha256=rows[0]["imported_sha256"], version=rows[0]["imported_version"])


def _check_replaceable(connection: sqlite3.Connection, before: _Before, *, line: int) -> None:
    order = before.order
    if order.fulfillments or sent_of_order(connection, order.id):
        raise BadRowError(
            line, f"order {order.id!r} has a shipment here, and the file tells it otherwise: see to it by hand"
        )
    if order.version != before.version:
        raise BadRowError(
            line,
            f"order {order.id!r} was changed here since its import, and the file tells it otherwise: see to it by hand",
        )


def _customer(connection: sqlite3.Connection, told: Customer, *, line: int) -> Customer:
    """The customer on file, else the one whom the order tells of."""
    rows = rows_of(
        connection,
        "SELECT id, known_email FROM shop_customers WHERE id = ? OR (known_email = ? AND ? = ?)",
        *(told.id, folded(told.email), told.id, folded(told.email)),
    )
    if not rows:
        save_customer(connection, told)
        return told
    if len(rows) > 1 or rows[0]["known_email"] != folded(told.email):
        raise BadRowError(
            line, f"customer {told.id!r} has another mail on file than {told.email!r}: correct one of them"
        )
    return replace(told, id=rows[0]["id"])


def _position(connection: sqlite3.Connection, customer: Customer, order_id: str) -> int:
    """Where the customer's list has the order: where it had it, else at its end."""
    row = connection.execute("SELECT position FROM shop_orders WHERE id = ?", (order_id,)).fetchone()
    if row is not None:
        return int(row[0])
    last = connection.execute("SELECT max(position) FROM shop_orders WHERE customer_id = ?", (customer.id,)).fetchone()
    return 0 if last[0] is None else int(last[0]) + 1


def _keep_article(connection: sqlite3.Connection, item: OrderItem) -> None:
    """Make an article known that an order has and the shop does not; it can be had, and is not counted."""
    if read_variant(connection, item.item_id) is not None:
        return
    article = Variant(
        item_id=item.item_id,
        product_id=item.product_id,
        name=item.name,
        options=item.options,
        price=item.price,
        available=True,
        goods=item.goods,
    )
    add_variant(connection, article)


def _fingerprint(told: ReadOrder) -> str:
    document = {"order": told.order.document(), "customer": told.customer.document()}
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
