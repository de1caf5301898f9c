"""Reads lists of products by which conversations are told apart (format: docs/contact-reasons.md)."""

import re
from dataclasses import dataclass
from pathlib import Path

from orchestrator.core.conversations.products import Product
from orchestrator.core.errors import Place
from playbooks.scorecard import read_text
from playbooks.yaml_values import YamlValue, read_yaml

FOLDER = Path(__file__).with_name("products")
_TOP = ("id", "title", "products")
_PRODUCT = ("id", "title", "aliases", "skus")
_ID = re.compile(r"[a-z0-9][a-z0-9_\-]*")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class ProductList:
    """The products of one business."""

    id: str
    title: str
    products: tuple[Product, ...]


def load_products(path: Path) -> ProductList:
    """The products of a file.

    Raises:
        InputError: The file cannot be read.
        GuideError: What is wrong in it, with line and field.
    """
    return parse_products(read_text(path), file=str(path))


def parse_products(text: str, *, file: str) -> ProductList:
    """The products of a YAML text; GuideError with line and field."""
    entries = read_yaml(text, place=Place(file, 1)).mapping(known=_TOP, required=("id", "products"))
    seen: dict[str, str] = {}
    products = tuple(_product(item, seen) for item in entries["products"].items())
    if not products:
        raise entries["products"].error("there is no product; write some, or leave the file out")
    name = _id(entries["id"])
    return ProductList(name, entries["title"].text() if "title" in entries else name, products)


def _product(value: YamlValue, seen: dict[str, str]) -> Product:
    """A product; `seen` holds the names that are taken, in small letters, with whose they are."""
    entries = value.mapping(known=_PRODUCT, required=("id", "title"))
    name = _id(entries["id"])
    if name in seen.values():
        raise entries["id"].error(f"the product {name!r} is there twice; keep one")
    title = _name(entries["title"], name, seen)
    aliases = tuple(_name(item, name, seen) for item in entries["aliases"].items()) if "aliases" in entries else ()
    skus = tuple(_name(item, name, seen) for item in entries["skus"].items()) if "skus" in entries else ()
    return Product(id=name, title=title, aliases=aliases, skus=skus)


def _name(value: YamlValue, product: str, seen: dict[str, str]) -> str:
    """A name that no other product has: a conversation could not be told by it."""
    text = " ".join(value.text().split())
    if not _WORD.search(text):
        raise value.error(f"{text!r} has no letter or digit; write the name as customers do")
    owner = seen.setdefault(text.casefold(), product)
    if owner != product:
        raise value.error(f"{text!r} is a name of the product {owner!r} too; give it to one of them")
    return text


def _id(value: YamlValue) -> str:
    name = value.text()
    if not _ID.fullmatch(name):
        raise value.error(f"the id {name!r} has other signs than small letters, digits, - and _; choose another")
    return name
