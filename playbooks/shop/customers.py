"""Customers in the shop's tables, and who a stranger proves to be by what they know."""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orchestrator.core.orders.order import Customer, PaymentKind, PaymentMethod
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address, read_address
from playbooks.shop.tables import decoded, rows_of, written

_US_LONG = 9
_US_SHORT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whom the facts lead to; a customer only where it is exactly one.

    Attributes:
        verified_by: `email`, `name_and_postal_code`, `id_and_postal_code`, `id_and_email`; empty where nobody is.
    """

    matches: int
    customer: Customer | None = None
    verified_by: str = ""

    def document(self) -> Json:
        """As JSON; null for what there is not."""
        return {
            "found": self.customer is not None,
            "matches": self.matches,
            "customer": self.customer.document() if self.customer else None,
            "verified_by": self.verified_by or None,
        }


def find_customer(connection: sqlite3.Connection, facts: Mapping[str, object]) -> Found:
    """The customer whom all the facts fit, if they are enough: a mail, a name with a postal code, an id with either.

    Capitals, accents and the signs within a postal code do not matter. An id or a name alone verifies nobody, and does
    not even tell whether there is such a customer.
    """
    given = {name: _known(name, str(value)) for name, value in facts.items() if name in _COLUMNS and str(value).strip()}
    if not all(given.values()):  # such as a postal code of dashes: it would fit whoever has none
        return Found(matches=0)
    by = _verified_by(given)
    if not by:
        return Found(matches=0)
    where = " AND ".join(f"{_COLUMNS[name]} = ?" for name in given)
    rows = rows_of(connection, f"SELECT * FROM shop_customers WHERE {where} ORDER BY position, id", *given.values())  # noqa: S608  # columns named above
    if len(rows) != 1:
        return Found(matches=len(rows))
    return Found(matches=1, customer=_customer(connection, rows[0]), verified_by=by)


_COLUMNS = {
    "customer_id": "id",
    "email": "known_email",
    "first_name": "known_first",
    "last_name": "known_last",
    "postal_code": "known_postal",
}


def _verified_by(given: Mapping[str, str]) -> str:
    if "customer_id" in given:
        return "id_and_email" if "email" in given else "id_and_postal_code" if "postal_code" in given else ""
    if "email" in given:
        return "email"
    return "name_and_postal_code" if {"first_name", "last_name", "postal_code"} <= given.keys() else ""


def _known(name: str, value: str) -> str:
    match name:
        case "customer_id":
            return value.strip()
        case "postal_code":
            return postal_key(value)
        case _:
            return folded(value)


def folded(text: str) -> str:
    """A text for comparison: no accents, no capitals, single spaces."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(plain.casefold().split())


def postal_key(code: str) -> str:
    """A postal code for comparison: letters and digits; of a ZIP+4 the ZIP, which is what people know by heart."""
    kept = re.sub(r"[^0-9a-z]", "", folded(code))
    return kept[:_US_SHORT] if len(kept) == _US_LONG and kept.isdecimal() else kept


def read_customer_row(connection: sqlite3.Connection, customer_id: str) -> Customer | None:
    """The customer of an id; nobody is verified by that."""
    rows = rows_of(connection, "SELECT * FROM shop_customers WHERE id = ?", customer_id)
    return _customer(connection, rows[0]) if rows else None


def save_customer(
    connection: sqlite3.Connection, customer: Customer, *, position: int = 0, sample: bool = False
) -> None:
    """Write a customer with the payment methods, in place of the row of that id; `orders` follow from the orders."""
    connection.execute(
        "REPLACE INTO shop_customers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(
                customer.id,
                position,
                customer.first_name,
                customer.last_name,
                customer.email,
                written(customer.address),
            ),
            *(folded(customer.email), folded(customer.first_name), folded(customer.last_name)),
            *(postal_key(customer.address.postal_code), int(sample)),
        ),
    )
    connection.execute("DELETE FROM shop_payment_methods WHERE customer_id = ?", (customer.id,))
    connection.executemany(
        "INSERT INTO shop_payment_methods VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (customer.id, one.id, place, one.kind.value, one.brand, one.last_four, _text(one.balance))
            for place, one in enumerate(customer.payment_methods)
        ],
    )


def save_customer_address(connection: sqlite3.Connection, customer_id: str, address: Address) -> None:
    """Give a customer another address."""
    connection.execute(
        "UPDATE shop_customers SET address = ?, known_postal = ? WHERE id = ?",
        (written(address), postal_key(address.postal_code), customer_id),
    )


def save_balances(connection: sqlite3.Connection, customer_id: str, balances: Mapping[str, Decimal]) -> None:
    """Set the balances of a customer's gift cards, by the cards' ids."""
    connection.executemany(
        "UPDATE shop_payment_methods SET balance = ? WHERE customer_id = ? AND id = ?",
        [(str(balance), customer_id, method) for method, balance in balances.items()],
    )


def _customer(connection: sqlite3.Connection, row: Mapping[str, Any]) -> Customer:
    methods = rows_of(
        connection, "SELECT * FROM shop_payment_methods WHERE customer_id = ? ORDER BY position", row["id"]
    )
    orders = rows_of(connection, "SELECT id FROM shop_orders WHERE customer_id = ? ORDER BY position, id", row["id"])
    return Customer(
        id=row["id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=row["email"],
        address=read_address(decoded(row["address"])),
        payment_methods=tuple(_method(one) for one in methods),
        orders=tuple(one["id"] for one in orders),
    )


def _method(row: Mapping[str, Any]) -> PaymentMethod:
    balance = row["balance"]
    return PaymentMethod(
        id=row["id"],
        kind=PaymentKind(row["kind"]),
        brand=row["brand"],
        last_four=row["last_four"],
        balance=None if balance is None else Decimal(balance),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
