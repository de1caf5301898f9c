from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError
from playbooks.shipping.words import load_words, parse_words

SHIPPED = Path(__file__).parents[3] / "playbooks" / "shipping" / "words.yaml"


def test_shipped_words() -> None:
    """The shipped words are read, and a synonym is a synonym."""
    words = load_words()
    assert words.values["soft cover"] == ("softcover",)
    assert words.cities["nyc"] == "new york"


def test_longest_phrase_first() -> None:
    """Of phrases that begin alike, the longest is tried first."""
    lengths = [len(one) for one in load_words().phrases["conditions_confirm"]]
    assert sorted(lengths, reverse=True) == lengths


def test_every_phrase_is_read_somewhere() -> None:
    """A list of phrases that nothing reads would only seem to be understood."""
    folder = Path(__file__).parents[3] / "agents" / "shipment" / "requests"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    words = load_words()
    assert [name for name in (*words.phrases, *words.vocabularies) if f'"{name}"' not in code] == []


def test_pattern_with_danger() -> None:
    """A word of any kind in a pattern is none that may be a wish."""
    words = load_words()
    story = next(one for one in words.story if one.match("it leaks "))
    assert None is story.match("it should ")


BAD = (
    ("verbs:", "werbs:", "werbs"),
    ("bigger: {up:", "bigger: {sideways:", "sideways"),
    ('- "wish to"', '- "wish (to"', "not a pattern"),
    ("danger: [", "danger: [[1], ", "a text"),
)


@pytest.mark.parametrize(("good", "bad", "named"), BAD)
def test_bad_files(good: str, bad: str, named: str) -> None:
    """What is wrong in a file is named with its line."""
    text = SHIPPED.read_text(encoding="utf-8").replace(good, bad, 1)
    with pytest.raises(GuideError, match=named) as failed:
        parse_words(text, file="words.yaml")
    assert "words.yaml:" in str(failed.value)


def test_missing_file(tmp_path: Path) -> None:
    """A file that cannot be read is named."""
    with pytest.raises(GuideError, match=r"none\.yaml"):
        load_words(tmp_path / "none.yaml")
