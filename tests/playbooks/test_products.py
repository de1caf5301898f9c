"""Tests of reading lists of products."""

import pytest

from orchestrator.core.conversations.products import Product
from orchestrator.core.errors import GuideError
from playbooks.products import FOLDER, load_products, parse_products

TEXT = """\
id: shop
products:
  - {id: mug, title: Mug, aliases: [Cup], skus: ["00123"]}
  - id: lamp
    title: Desk  Lamp
"""


def test_a_list_is_read():
    """With what is not there left empty."""
    assert (
        Product(id="mug", title="Mug", aliases=("Cup",), skus=("00123",)),
        Product(id="lamp", title="Desk Lamp"),
    ) == parse_products(TEXT, file="p.yaml").products


def test_the_shipped_list_is_without_faults():
    """It holds the products of the samples."""
    assert ((read := load_products(FOLDER / "retail.yaml")).id, len(read.products)) == ("retail", 8)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("id: lamp", "id: mug", 4, "the product 'mug' is there twice"),
        ("id: lamp", "id: Desk lamp", 4, "other signs"),
        ("Desk  Lamp", "CUP", 5, "'CUP' is a name of the product 'mug' too"),
        ("Desk  Lamp", "'--'", 5, "no letter or digit"),
        ("    title: Desk  Lamp\n", "    titel: Lamp\n", 5, "titel"),
        (TEXT[TEXT.index("\n  - {") :], " []", 2, "there is no product"),
    ],
)
def test_faults_have_a_line(old: str, new: str, line: int, problem: str):
    """And say what to do."""
    with pytest.raises(GuideError) as caught:
        parse_products(TEXT.replace(old, new), file="p.yaml")
    assert line == caught.value.place.line
    assert problem in str(caught.value)
