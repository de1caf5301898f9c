"""Routing data from YAML, and what is said when it is wrong."""

import shutil
from pathlib import Path

import pytest

from orchestrator.core.errors import InputError
from orchestrator.core.routing.router import Router
from playbooks.routing.loader import SHIPPED, load_routing_table

WORDS = "concepts:\n  order: order, parcel\n  cancel: cancel\npatterns:\n  code: '5\\d\\d'\n"
CARD = "agent: shipment\noffer: an order\ncues:\n  cancel + order: 4\n"
TOPICS = "topics:\n  weather:\n    offer: the weather\n    words: rain, snow\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small, correct folder of routing data."""
    (tmp_path / "specialists").mkdir()
    (tmp_path / "words.yaml").write_text(WORDS, encoding="utf-8")
    (tmp_path / "elsewhere.yaml").write_text(TOPICS, encoding="utf-8")
    (tmp_path / "specialists" / "shipment.yaml").write_text(CARD, encoding="utf-8")
    return tmp_path


def test_shipped_specialists():
    """The four specialists are there, each with cues, examples and payloads."""
    cards = load_routing_table().specialists()
    assert [card.name for card in cards] == ["handoff", "sentiment", "shipment", "triage"]
    assert [card.name for card in cards if not (card.cues and card.examples and card.payloads)] == []


def test_a_small_folder(folder: Path):
    """Cues, words of a topic, and defaults are read."""
    table = load_routing_table(folder)
    assert [(card.name, card.handled) for card in table.cards] == [("shipment", True), ("weather", False)]
    (cue,) = table.cards[0].cues
    assert (cue.chains, cue.unless, cue.weight) == ((("cancel",), ("order",)), (), 4.0)
    assert table.concepts["weather.words"] == ("rain", "snow")


def test_the_notation_of_cues(folder: Path):
    """`>` chains, `+` joins, `-` excludes."""
    card = CARD + "  cancel > order + code - order: 2.5\n"
    (folder / "specialists" / "shipment.yaml").write_text(card, encoding="utf-8")
    cue = load_routing_table(folder).cards[0].cues[1]
    assert (cue.chains, cue.unless) == ((("cancel", "order"), ("code",)), ("order",))


def test_a_fifth_specialist_is_one_more_file(tmp_path: Path):
    """A file with an offer, some words and an example routes, and is offered in questions."""
    copy = tmp_path / "routing"
    shutil.copytree(SHIPPED, copy)
    (copy / "specialists" / "billing.yaml").write_text(
        "agent: billing\noffer: a subscription\nwords: my subscription plan, seat licences\n"
        "examples: |\n  why did my plan get more expensive\n",
        encoding="utf-8",
    )
    router = Router(load_routing_table(copy))
    assert router.route("how many seat licences do we have").agents == ("billing",)
    assert router.route("Why did my plan get more expensive?").agents == ("billing",)
    assert "a subscription" in (router.route("hm").question or "")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "specialists/shipment.yaml",
            CARD + "  cancl: 2\n",
            r"shipment.yaml:5: cues.cancl: no concept 'cancl'; nearest: cancel",
        ),
        (
            "specialists/shipment.yaml",
            CARD + "  cancel: much\n",
            r"shipment.yaml:5: cues.cancel: expected a number, got 'much'",
        ),
        (
            "specialists/shipment.yaml",
            CARD + "weight: 2\n",
            r"shipment.yaml:5: weight: unknown field 'weight'; use agent, ",
        ),
        ("specialists/shipment.yaml", "agent: shipment\n", r"offer: expected a text, got None"),
        ("specialists/shipment.yaml", CARD + "concepts:\n  order: x\n", r"concept 'order' exists already"),
        ("specialists/shipment.yaml", CARD + "payloads:\n  - name: x\n", r"name the keys it has"),
        (
            "specialists/shipment.yaml",
            CARD + "payloads: 3\n",
            r"shipment.yaml:5: payloads: expected a list or a mapping",
        ),
        ("specialists/shipment.yaml", "agent: weather\noffer: x\n", r"'weather' is there twice"),
        ("specialists/shipment.yaml", "agent: [a\n", r"shipment.yaml:\d+: .*correct the YAML"),
        ("specialists/shipment.yaml", "- a\n", r"expected a mapping with agent"),
        ("words.yaml", WORDS.replace("5\\d\\d", "5("), r"words.yaml:5: patterns.code: '5\(' is no reg"),
        ("words.yaml", WORDS + "thresholds: {flor: 1}\n", r"no threshold 'flor'; use floor, "),
        ("words.yaml", WORDS + "followups: order, zap\n", r"no concept 'zap'"),
        ("words.yaml", WORDS + "masks: {a: b}\n", r"words.yaml:6: masks: expected a text or a list of texts"),
        ("words.yaml", "concepts: order\n", r"words.yaml:1: concepts: expected a mapping, got 'order'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(folder: Path, file: str, text: str, message: str):
    """Errors name the file, the line where there is one, the field, the value and the mend."""
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_routing_table(folder)


def test_a_missing_file_is_named(folder: Path):
    """The error says which file is needed."""
    (folder / "elsewhere.yaml").unlink()
    with pytest.raises(InputError, match=r"elsewhere.yaml: cannot be read"):
        load_routing_table(folder)


def test_a_folder_without_specialists_is_refused(folder: Path):
    """The error says where to add one."""
    (folder / "specialists" / "shipment.yaml").unlink()
    with pytest.raises(InputError, match="add one file per specialist"):
        load_routing_table(folder)
