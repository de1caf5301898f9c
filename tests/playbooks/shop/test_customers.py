"""Who a stranger proves to be."""

import sqlite3
from dataclasses import replace

import pytest

from orchestrator.core.shipping.address import Address
from playbooks.shop.customers import (
    find_customer,
    folded,
    postal_key,
    read_customer_row,
    save_customer,
    save_customer_address,
)

JONAH = "jonah_whitfield_1004"


@pytest.mark.parametrize(
    ("facts", "verified_by"),
    [
        ({"email": "jonah.whitfield@example.com"}, "email"),
        ({"email": " JONAH.Whitfield@EXAMPLE.com "}, "email"),
        ({"first_name": "Jonah", "last_name": "Whitfield", "postal_code": "80202"}, "name_and_postal_code"),
        ({"first_name": "jon\u00e1h", "last_name": "WHITFIELD ", "postal_code": "80202-1234"}, "name_and_postal_code"),
        ({"customer_id": JONAH, "postal_code": "80202"}, "id_and_postal_code"),
        ({"customer_id": JONAH, "email": "jonah.whitfield@example.com"}, "id_and_email"),
        ({"email": "jonah.whitfield@example.com", "first_name": "Jonah", "postal_code": "80202"}, "email"),
    ],
)
def test_enough_facts_prove_a_customer(shop: sqlite3.Connection, facts: dict[str, str], verified_by: str) -> None:
    """Capitals, accents, and the end of a ZIP+4 do not matter."""
    found = find_customer(shop, facts)
    assert (found.matches, found.customer and found.customer.id, found.verified_by) == (1, JONAH, verified_by)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"customer_id": JONAH},
        {"customer_id": JONAH, "first_name": "Jonah", "last_name": "Whitfield"},
        {"first_name": "Jonah", "last_name": "Whitfield"},
        {"last_name": "Whitfield", "postal_code": "80202"},
        {"postal_code": "80202"},
        {"email": "  "},
        {"customer_id": JONAH, "postal_code": "10003"},
        {"email": "jonah.whitfield@example.com", "postal_code": "10003"},
        {"email": "jonah.whitfield@example.com' OR '1'='1"},
        {"email": "%"},
    ],
)
def test_too_few_or_wrong_facts_prove_nobody(shop: sqlite3.Connection, facts: dict[str, str]) -> None:
    """An id or a name alone does not even tell whether there is such a customer, and one wrong fact spoils all."""
    document = find_customer(shop, facts).document()
    assert document == {"found": False, "matches": 0, "customer": None, "verified_by": None}


def test_two_of_one_name_and_place_are_nobody(shop: sqlite3.Connection) -> None:
    """Their number is told, neither of them is."""
    jonah = read_customer_row(shop, JONAH)
    assert jonah
    save_customer(shop, replace(jonah, id="another", email="j@example.com"))
    found = find_customer(shop, {"first_name": "Jonah", "last_name": "Whitfield", "postal_code": "80202"})
    assert found.document() == {"found": False, "matches": 2, "customer": None, "verified_by": None}


def test_a_customer_comes_back_as_saved(shop: sqlite3.Connection) -> None:
    """With methods and balances; the orders are those in the orders' table."""
    jonah = read_customer_row(shop, JONAH)
    assert jonah
    changed = replace(jonah, last_name="W\u00f6rner", address=replace(jonah.address, city="Boulder"))
    save_customer(shop, changed)
    assert read_customer_row(shop, JONAH) == changed
    assert jonah.orders == ("#1006", "#1016", "#1030", "#1038")


def test_a_new_address_changes_what_proves(shop: sqlite3.Connection) -> None:
    """The new postal code does, the old one does not."""
    save_customer_address(shop, JONAH, Address(address_line1="1 Elm", city="Reno", postal_code="89501"))
    names = {"first_name": "Jonah", "last_name": "Whitfield"}
    assert find_customer(shop, {**names, "postal_code": "89501"}).matches == 1
    assert find_customer(shop, {**names, "postal_code": "80202"}).matches == 0


@pytest.mark.parametrize(
    ("code", "key"), [("m5v 2t6", "m5v2t6"), ("80202-1234", "80202"), ("150-0001", "1500001"), ("N1 9GU", "n19gu")]
)
def test_postal_codes_are_compared_by_their_letters_and_digits(code: str, key: str) -> None:
    """Of a ZIP+4 by the ZIP."""
    assert postal_key(code) == key


def test_names_are_compared_without_accents_and_capitals() -> None:
    """Single spaces, too."""
    assert folded("  Ren\u00c9e   d'\u00c9tang ") == "renee d'etang"


@pytest.mark.parametrize(
    "facts",
    [
        {"email": "\u0301"},
        {"first_name": "Zed", "last_name": "Quo", "postal_code": "--"},
        {"customer_id": "zed_quo_1", "email": "\u0301"},
        {"customer_id": "zed_quo_1", "postal_code": "-"},
    ],
)
def test_a_fact_of_signs_only(shop: sqlite3.Connection, facts: dict[str, str]) -> None:
    """Nothing is left of it to compare, and it does not fit a customer of whom nothing of the kind is known."""
    known = read_customer_row(shop, "amara_osei_1003")
    assert known is not None
    nowhere = replace(known.address, postal_code="")
    save_customer(
        shop,
        replace(known, id="zed_quo_1", first_name="Zed", last_name="Quo", email="", address=nowhere),
    )
    assert find_customer(shop, facts).document()["found"] is False
