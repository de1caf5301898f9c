"""Tests of the data of shipping and of its parsers: boxes, customs territories, restricted goods, ways of services."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError, InputError
from playbooks.shipping.boxes import load_boxes, parse_boxes
from playbooks.shipping.customs import load_customs_map, parse_customs_map
from playbooks.shipping.delivery_services import load_service_ways, parse_service_ways
from playbooks.shipping.restricted import Outcome, load_restricted, parse_restricted

PAGE = Path(__file__).parents[3] / "docs/shipping-validation.md"
BOX = "boxes:\n- {id: a, inner_mm: [1, 3, 2], outer_mm: [4, 3, 2], tare_g: 0, max_g: 9}\n"
REST = "fill_percent: 80\nown_box: {max_g: 1, length_mm: 1, girth_mm: 1}\n"
TERRITORY = "sources: {s: here}\nterritories:\n- {id: a, title: A, source: s, places: [{country: US}]}\n"
GOODS = "sources: {s: here}\ngoods:\n- id: a\n  title: A\n"
RULE = "  rules: [{outcome: allow, why: w, source: s}]\n"


def test_shipped_data_is_sound():
    """Every file that ships is read, and every entry of it is of use."""
    boxes = load_boxes()
    assert [size.volume for size in boxes.sizes] == sorted(size.volume for size in boxes.sizes)
    customs = load_customs_map()
    assert customs.incoterm == "DAP"
    assert len({one.id for one in customs.territories}) == len(customs.territories)
    restricted = load_restricted()
    assert {rule.outcome for one in restricted.goods for rule in one.rules} == set(Outcome)
    assert all(rule.source and rule.why for one in restricted.goods for rule in one.rules)
    ways = load_service_ways()
    assert ways.by_ground("ups", "ups_ground") is True
    assert ways.by_ground("ups", "ups_2nd_day_air") is False
    assert ways.by_ground("ups", "balloon") is None


def test_sides_are_sorted():
    """Sides may stand in any order."""
    (size,) = parse_boxes(BOX + REST, file="boxes.yaml").sizes
    assert (size.inner_mm, size.outer_mm) == ((3, 2, 1), (4, 3, 2))


@pytest.mark.parametrize(
    ("parse", "text", "place", "words"),
    [
        (parse_boxes, BOX + "fill_percent: 120\n" + REST.partition("\n")[2], "f.yaml:3: fill_percent", "percentage"),
        (parse_boxes, BOX + BOX.partition("\n")[2] + REST, "f.yaml:3", "stands twice"),
        (parse_boxes, BOX.replace("[1, 3, 2]", "[1, 3]") + REST, "f.yaml:2", "2 sides"),
        (parse_boxes, BOX.replace("[1, 3, 2]", "[9, 3, 2]") + REST, "f.yaml:2", "larger inside"),
        (parse_boxes, BOX.replace("max_g: 9", "max_g: 0") + REST, "f.yaml:2", "whole number from 1"),
        (parse_boxes, BOX, "f.yaml:1", "'fill_percent' is missing"),
        (parse_customs_map, TERRITORY.replace("US", "usa") + "between: []\n", "f.yaml:3", "two capital letters"),
        (parse_customs_map, TERRITORY.replace("source: s", "source: x") + "between: []\n", "f.yaml:3",
         "'x' is not one of"),
        (parse_customs_map, TERRITORY.replace("country: US", 'country: US, postcodes: "("') + "between: []\n",
         "f.yaml:3",
         "no regular expression"),
        (parse_customs_map, TERRITORY + TERRITORY.partition("territories:\n")[2] + "between: []\n", "f.yaml:4",
         "stands twice"),
        (parse_customs_map, TERRITORY + "between:\n- {territories: [a, a], declaration: none, why: w, source: s}\n",
         "f.yaml:5", "two different"),
        (parse_customs_map, "incoterm: XXX\n" + TERRITORY + "between: []\n", "f.yaml:1: incoterm",
         "'XXX' is not one of"),
        (parse_restricted, GOODS + RULE, "f.yaml:3", "nothing would match"),
        (parse_restricted, GOODS + '  hs: ["x"]\n' + RULE, "f.yaml:5", "first digits"),
        (parse_restricted, GOODS + "  words: [a]\n  rules: [{outcome: allow, why: w, source: s, border: true}]\n",
         "f.yaml:6", "last rule must fit everything"),
        (parse_restricted, GOODS + "  words: [a]\n  rules: [{outcome: maybe, why: w, source: s}]\n", "f.yaml:6",
         "'maybe' is not one of"),
        (parse_restricted, GOODS + "  words: [a]\n  rules: [{outcome: allow, why: w, source: s, to: [usa]}]\n",
         "f.yaml:6", "a country such as US"),
        (parse_restricted, GOODS + "  hazards: [x]\n" + RULE + "- id: b\n  title: B\n  hazards: [X]\n" + RULE,
         "f.yaml:7", "belongs to 'a' too"),
        (parse_service_ways, "ground: [{carrier: a, services: [b]}]\nair: [{carrier: a, services: [b]}]\n",
         "f.yaml:2: air", "stands under both"),
    ],
)  # fmt: skip
def test_wrong_data_is_refused_with_its_place(parse: Callable[..., object], text: str, place: str, words: str):
    """A slip in a file is told with line and field before anything is shipped by it."""
    with pytest.raises(GuideError, match=words) as caught:
        parse(text, file="f.yaml")
    assert str(caught.value).startswith(place)


def test_missing_file_is_told(tmp_path: Path):
    """A file that is not there, or is no text, is named."""
    with pytest.raises(InputError, match="cannot be read"):
        load_boxes(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"boxes: \xff")
    with pytest.raises(GuideError, match="not UTF-8"):
        load_restricted(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("name", "parse"),
    [
        ("boxes", parse_boxes),
        ("customs", parse_customs_map),
        ("restricted", parse_restricted),
        ("services", parse_service_ways),
    ],
)
def test_examples_of_the_page_are_read(name: str, parse: Callable[..., object]):
    """Each form that docs/shipping-validation.md shows is one that the parser reads."""
    (text,) = re.findall(rf"```yaml {name}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert parse(text, file="page")


def test_page_names_every_note_and_outcome():
    """What the schema and the list can say stands in the page."""
    page = PAGE.read_text(encoding="utf-8")
    schema = json.loads((PAGE.parent / "schemas/address-validation.json").read_text(encoding="utf-8"))
    codes = schema["properties"]["notes"]["items"]["properties"]["code"]["enum"]
    assert [word for word in (*codes, *Outcome) if f"`{word}`" not in page] == []
