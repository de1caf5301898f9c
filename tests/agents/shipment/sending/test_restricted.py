"""Tests of what may go where, and how."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.sending.restricted import Assessment, assess
from orchestrator.core.orders.order import Goods, OrderItem
from orchestrator.core.shipping.address import Address
from playbooks.shipping.restricted import Outcome, load_restricted

LIST = load_restricted()
HOME = Address(country_code="US", state_code="TX")


def item(name: str, **goods: str) -> OrderItem:
    """An item with what is known of its goods."""
    return OrderItem(
        item_id=name,
        product_id="p",
        name=name,
        options={},
        price=Decimal(1),
        goods=Goods(**goods),  # type: ignore[arg-type]  # fields of goods
    )


def assessed(one: OrderItem, to: str = "US-NY") -> Assessment:
    """What holds for one item on its way from Texas."""
    country, _, region = to.partition("-")
    return assess([one], ship_from=HOME, ship_to=Address(country_code=country, state_code=region), goods=LIST)


@pytest.mark.parametrize(
    ("one", "to", "outcome"),
    [
        (item("Shirt"), "US-NY", Outcome.ALLOW),
        (item("Cell", hazard="UN3480"), "US-NY", Outcome.GROUND_ONLY),
        (item("Cell", hazard="un 3480"), "CA", Outcome.PERSON),
        (item("Cell", hazard="UN3090"), "US-HI", Outcome.PERSON),
        (item("Phone", hazard="UN3481"), "US-NY", Outcome.ALLOW),
        (item("Headphones", hazard="lithium_battery"), "US-NY", Outcome.GROUND_ONLY),
        (item("Headphones", hazard="lithium_battery"), "CA", Outcome.PERSON),
        (item("Box", hs_code="8507.60"), "US-NY", Outcome.GROUND_ONLY),
        (item("Spray", hazard="aerosol"), "US-NY", Outcome.GROUND_ONLY),
        (item("Spray", hazard="aerosol"), "US-AK", Outcome.REFUSE),
        (item("Fuel", hazard="flammable"), "CA", Outcome.REFUSE),
        (item("Rocket", hazard="fireworks"), "US-NY", Outcome.REFUSE),
        (item("Ice", hazard="dry_ice"), "US-NY", Outcome.GROUND_ONLY),
        (item("Cider", restricted="alcohol"), "US-NY", Outcome.NEEDS_SIGNATURE),
        (item("Cider", restricted="alcohol"), "US-UT", Outcome.REFUSE),
        (item("Cider", restricted="alcohol"), "SA", Outcome.REFUSE),
        (item("Cider", restricted="alcohol"), "CA", Outcome.PERSON),
        (item("Chef's tool", restricted="knife"), "US-NY", Outcome.ALLOW),
        (item("Chef's tool", restricted="knife"), "GB", Outcome.NEEDS_SIGNATURE),
        (item("Leaf", restricted="tobacco"), "US-NY", Outcome.REFUSE),
        (item("Pills", restricted="medicine"), "US-NY", Outcome.PERSON),
        (item("Thing", hazard="class_99"), "US-NY", Outcome.PERSON),
        (item("Thing", restricted="something"), "US-NY", Outcome.PERSON),
    ],
)
def test_rules_decide_by_class_and_destination(one: OrderItem, to: str, outcome: Outcome):
    """The declared class or the HS code decides; a class that no list has is for a person."""
    assert assessed(one, to).outcome == outcome


def test_gravest_outcome_counts_and_all_are_kept():
    """An order of several items is as restricted as its worst, with each reason and what carriers must know."""
    found = assess(
        [item("Cider", restricted="alcohol"), item("Spray", hazard="aerosol"), item("Shirt")],
        ship_from=HOME,
        ship_to=Address(country_code="US", state_code="NY"),
        goods=LIST,
    )
    assert (found.outcome, found.signature, found.ground_only) == (Outcome.GROUND_ONLY, "adult", True)
    assert found.hazards == ("aerosol",)
    assert [(one.item_id, one.goods) for one in found.findings] == [("Cider", "alcohol"), ("Spray", "aerosol")]
    assert all(one.source for one in found.findings)


def test_word_alone_asks_a_person():
    """A name that sounds like something neither refuses nor allows."""
    found = assessed(item("Fireworks display book"))
    assert [(one.outcome, one.by, one.matched) for one in found.findings] == [(Outcome.PERSON, "words", "Fireworks")]
    assert found.hazards == ()


@pytest.mark.parametrize(
    ("name", "goods"),
    [
        ("Laptop sleeve", {"hazard": "not_hazardous"}),
        ("Butter knife", {"restricted": "unrestricted"}),
        ("Swordfish puzzle", {}),
        ("Ginger tea", {}),
    ],
)
def test_words_do_not_ask_twice(name: str, goods: dict[str, str]):
    """Who looked says so in the goods, and a part of a word is no word."""
    assert assessed(item(name, **goods)).outcome == Outcome.ALLOW


def test_declared_class_answers_its_words():
    """A power bank whose class is known raises no question by its name."""
    assert [one.by for one in assessed(item("Power bank", hazard="UN3480")).findings] == ["hazard"]


def test_boxes_and_military_post_are_told_apart():
    """What may go by road to a house may not go where only the post delivers."""
    box = Address(address_line1="PO Box 7", city="Reno", state_code="NV", country_code="US")
    military = Address(address_line1="PSC 3", city="APO", state_code="AE", country_code="US")
    for there in (box, military):
        found = assess([item("Spray", hazard="aerosol")], ship_from=HOME, ship_to=there, goods=LIST)
        assert found.outcome == Outcome.REFUSE


def test_no_border_within_a_market():
    """Between two countries of the EU a thing goes by road as at home."""
    found = assess(
        [item("Spray", hazard="aerosol")],
        ship_from=Address(country_code="DE"),
        ship_to=Address(country_code="FR"),
        goods=LIST,
    )
    assert found.outcome == Outcome.GROUND_ONLY


@given(
    name=st.text(max_size=40), hazard=st.text(max_size=12), restricted=st.text(max_size=12), code=st.text(max_size=12)
)
def test_what_is_not_understood_is_never_allowed(name: str, hazard: str, restricted: str, code: str):
    """Any texts have an answer, and a class that is in no list is never simply allowed."""
    found = assessed(item(name, hazard=hazard, restricted=restricted, hs_code=code))
    assert found.document()["outcome"] == found.outcome.value
    if found.outcome is Outcome.ALLOW:
        assert hazard in {"", "none"} or found.findings or hazard.casefold() == "not_hazardous"
