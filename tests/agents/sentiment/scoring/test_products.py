"""Tests of finding the product that a conversation is about."""

import pytest

from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.products import ProductFound, ProductTable, phrase_of
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import Evidence, ReasonCode, Skipped
from orchestrator.core.conversations.products import Product

PRODUCTS = ProductTable((
    Product(id="mug", title="Mug"),
    Product(id="enamel_mug", title="Enamel Mug", skus=("611101",)),
    Product(id="t_shirt", title="T-shirt", aliases=("tee",)),
))  # fmt: skip
TABLE = PhraseTable(PRODUCTS.phrases)
SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER}


def found(*lines: str, **metadata: object) -> ProductFound:
    """The product of a conversation of lines."""
    turns = tuple(Turn(SPEAKERS[line[0]], line[3:]) for line in lines)
    return PRODUCTS.find(Reading(Conversation("c", turns, metadata=metadata), TABLE))


@pytest.mark.parametrize(
    ("lines", "product"),
    [
        (("C: My MUGS are broken.",), "mug"),
        (("C: The enamel mug is chipped.",), "enamel_mug"),
        (("C: It is number 611101.",), "enamel_mug"),
        (("C: My t shirt shrank.",), "t_shirt"),
        (("C: My tshirts shrank.",), "t_shirt"),
        (("C: I want to change the tee for a mug.",), "t_shirt"),
        (("A: Is it the mug? We have the mug.", "C: No, the tee."), "t_shirt"),
        (("C: Where is my order?",), None),
    ],
)
def test_names_are_found_as_people_write_them(lines: tuple[str, ...], product: str | None):
    """In any case, plural, with and without hyphens; the longest counts, and the customer's words count most."""
    assert product == found(*lines).product


def test_a_product_cites_its_words():
    """The customer's name for it."""
    assert (Evidence("product", 0, 3, 13),) == found("C: My enamel mug broke.").evidence


def test_the_sources_own_fields_count():
    """By id or number, in any case, alone or in a list."""
    assert [found(sku="611101").product, found(products=["T_SHIRT", 5]).product] == ["enamel_mug", "t_shirt"]


def test_two_alike_are_none():
    """It says so; likewise where nothing is named, or no list is configured."""
    assert [
        one.skipped[0].reason_code
        for one in (
            found(products=["mug", "t_shirt"]),
            found("C: hello"),
            ProductTable(()).find(Reading(Conversation("c", ()), TABLE)),
        )
    ] == [ReasonCode.AMBIGUOUS, ReasonCode.NO_EVIDENCE, ReasonCode.NOT_CONFIGURED]
    assert (Skipped("product", ReasonCode.NO_EVIDENCE),) == found("C: hello").skipped


@pytest.mark.parametrize(
    ("name", "phrase"),
    [("Lamp (2nd gen)", "lamp ~ 2nd (gen|gens)"), ("(~)", ""), ("Glass", "(glass|glasses)"), ("A|B", "a ~ (b|bs)")],
)
def test_a_phrase_has_no_marks_of_its_own(name: str, phrase: str):
    """What stands for a choice or a gap in phrases cannot be part of a name."""
    assert phrase == phrase_of(name)
