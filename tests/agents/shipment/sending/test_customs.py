"""Tests of when a declaration is needed, and of what it lacks."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.shipment.sending.customs import Declared, NotDeclared, NotNeeded, border, check_customs, declare, hs_digits
from orchestrator.core.orders.order import Goods, OrderItem
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Commodity, Customs
from playbooks.shipping.customs import Declaration, load_customs_map

MAP = load_customs_map()
SHIRT = OrderItem(
    item_id="7",
    product_id="p",
    name="Cotton shirt",
    options={},
    price=Decimal("19.90"),
    quantity=2,
    goods=Goods(weight_g=200, hs_code="6109.10", origin_country="PT"),
)


def place(text: str) -> Address:
    """`ES 35001`, `US-AE`, `GB`: country, region, postcode."""
    country, _, postcode = text.partition(" ")
    country, _, region = country.partition("-")
    return Address(country_code=country, state_code=region, postal_code=postcode)


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("US-TX", "US-NY", Declaration.NONE),
        ("US-TX", "PR", Declaration.NONE),
        ("US-TX", "US-PR", Declaration.NONE),
        ("US-TX", "US-GU", Declaration.NEEDED),
        ("US-GU", "US-AS", Declaration.NEEDED),
        ("US-GU", "GU", Declaration.NONE),
        ("US-TX", "US-AE", Declaration.NEEDED),
        ("US-TX", "CA", Declaration.NEEDED),
        ("DE 10115", "FR 75001", Declaration.NONE),
        ("DE 10115", "MC", Declaration.NONE),
        ("DE 10115", "CH", Declaration.NEEDED),
        ("LI", "CH", Declaration.NONE),
        ("ES 28001", "ES 35001", Declaration.NEEDED),
        ("ES 35001", "ES 38001", Declaration.NONE),
        ("ES 28001", "ES 51001", Declaration.NEEDED),
        ("DE 10115", "DE 27498", Declaration.NEEDED),
        ("DE 10115", "FI 22100", Declaration.NEEDED),
        ("FR 75001", "RE", Declaration.NEEDED),
        ("FR 97400", "RE", Declaration.NONE),
        ("FR 97150", "FR 97100", Declaration.NEEDED),
        ("GB SW1A 1AA", "DE 10115", Declaration.NEEDED),
        ("GB SW1A 1AA", "IM", Declaration.NONE),
        ("GB SW1A 1AA", "JE", Declaration.NEEDED),
        ("GB BT1 1AA", "IE", Declaration.NONE),
        ("GB SW1A 1AA", "GB BT1 1AA", Declaration.ASK),
    ],
)
def test_borders_follow_the_customs_map(here: str, there: str, expected: Declaration):
    """Unions have none inside, their exceptions have one, and it is the same both ways."""
    assert border(place(here), place(there), MAP).declaration == expected
    assert border(place(there), place(here), MAP).declaration == expected


def test_declaration_is_made_of_what_is_known():
    """Equal items become one line; the shop's own incoterm counts where none is given."""
    result = declare([SHIRT, SHIRT], ship_from=place("US-TX"), ship_to=place("CA"), currency="USD", places=MAP)
    assert isinstance(result, Declared)
    assert result.customs == Customs(
        incoterm="DAP",
        commodities=(
            Commodity(
                title="Cotton shirt",
                quantity=4,
                hs_code="610910",
                origin_country="PT",
                value=Decimal("79.60"),
                currency="USD",
                weight_g=800,
            ),
        ),
    )
    assert check_customs(result.customs) == ()


def test_duty_is_the_senders_with_ddp():
    """Who pays follows the incoterm."""
    result = declare([SHIRT], ship_from=place("US-TX"), ship_to=place("CA"), currency="USD", places=MAP, incoterm="ddp")
    assert isinstance(result, Declared)
    assert (result.customs.incoterm, result.customs.duty_paid_by) == ("DDP", "sender")


def test_missing_fields_are_named_for_each_item():
    """Nothing is guessed: each field of each item that customs asks for has its own entry."""
    bare = replace(
        SHIRT, item_id="8", name="gift", price=Decimal(0), goods=Goods(hs_code="61", origin_country="Portugal")
    )
    result = declare(
        [SHIRT, bare],
        ship_from=place("US-TX"),
        ship_to=place("CA"),
        currency="dollars",
        places=replace(MAP, incoterm=""),
    )
    assert isinstance(result, NotDeclared)
    assert [(one.item, one.field) for one in result.missing] == [
        ("", "incoterm"),
        ("", "currency"),
        ("8", "hs_code"),
        ("8", "origin_country"),
        ("8", "weight_g"),
        ("8", "title"),
        ("8", "value"),
    ]
    assert result.document()["customs"] is None


def test_answers_have_one_form():
    """Each answer has the same fields, and what is missing has its item."""
    ways = {"ship_from": place("US-TX"), "currency": "USD", "places": MAP}
    answers = [
        declare([SHIRT], ship_to=place("US-NY"), **ways),  # type: ignore[arg-type]  # as declared above
        declare([SHIRT], ship_to=place("CA"), **ways),  # type: ignore[arg-type]  # same
        declare([replace(SHIRT, quantity=0)], ship_to=place("CA"), **ways),  # type: ignore[arg-type]  # same
    ]
    documents = [answer.document() for answer in answers]
    assert [document["result"] for document in documents] == ["not_needed", "declared", "not_declared"]
    assert {tuple(document) for document in documents} == {("result", "why", "customs", "missing")}
    assert [one.field for one in getattr(answers[2], "missing", ())] == ["value", "quantity"]


def test_no_declaration_within_a_union():
    """Nothing is asked for where nothing is needed."""
    result = declare(
        [replace(SHIRT, goods=Goods())], ship_from=place("DE"), ship_to=place("FR"), currency="", places=MAP
    )
    assert result == NotNeeded(why="both are in the EU")


def test_northern_ireland_asks_a_person():
    """Whether goods from Great Britain need one depends on an authorisation."""
    result = declare([SHIRT], ship_from=place("GB SW1A 1AA"), ship_to=place("GB BT1 1AA"), currency="GBP", places=MAP)
    assert isinstance(result, NotDeclared)
    assert [one.field for one in result.missing] == ["declaration"]


def test_written_declaration_is_checked():
    """A declaration that came from outside is held against the same needs."""
    line = Commodity(
        title="Cotton shirt", quantity=1, hs_code="", origin_country="PT", value=Decimal(0), currency="USD"
    )
    found = check_customs(Customs(incoterm="XYZ", commodities=(line,)))
    assert [one.field for one in found] == ["incoterm", "hs_code", "weight_g", "value"]
    assert [one.field for one in check_customs(Customs(incoterm="DAP", commodities=()))] == ["commodities"]


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("6109.10", "610910"), ("6109 10 00", "61091000"), ("6109100010", "6109100010"), ("61091", None), ("", None),
        ("770110", None), ("999999", None), ("61O910", None), ("٦١٠٩١٠", None),
    ],
)  # fmt: skip
def test_hs_codes_have_six_digits_or_more(code: str, digits: str | None):
    """Dots and spaces are how people write them; chapters that do not exist are refused."""
    assert hs_digits(code) == digits
