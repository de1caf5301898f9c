"""Phrases found in one pass over a turn's words."""

import pytest

from agents.sentiment.scoring.phrases import Hit, PhraseTable


def scan(said: str, *phrases: tuple[str, str]) -> list[Hit]:
    """What a table of these phrases finds in these words."""
    return PhraseTable(phrases).scan(said.split())


@pytest.mark.parametrize(
    ("said", "phrase", "span"),
    [
        ("it is not working", "not working", (2, 3)),
        ("it is not really working", "not [really] working", (2, 4)),
        ("it is not working", "not [really] working", (2, 3)),
        ("it does not work", "(do|does) not work", (1, 3)),
        ("where is my blue parcel", "where ~ parcel", (0, 4)),
        ("still no reply", "still ((no|not a) reply|nothing)", (0, 2)),
        ("refund", "refund", (0, 0)),
    ],
)
def test_a_phrase_is_found_where_it_stands(said: str, phrase: str, span: tuple[int, int]) -> None:
    """With choices, words that may be missing, and gaps."""
    assert scan(said, (phrase, "a")) == [Hit("a", *span)]


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("not", "not working"),
        ("working not", "not working"),
        ("where a b c d parcel", "where ~ parcel"),
        ("where is it ? the parcel", "where ~ parcel"),
        ("not working", "not really working"),
    ],
)
def test_what_only_resembles_a_phrase_is_none(said: str, phrase: str) -> None:
    """A gap holds three words at most, and no end of a sentence."""
    assert scan(said, (phrase, "a")) == []


def test_the_longest_of_a_label_is_found_not_the_shorter_ones() -> None:
    """At one place; another label's shorter phrase is found beside it."""
    found = scan("thank you so much", ("thank you", "thanks"), ("thank you so much", "thanks"), ("thank", "word"))
    assert sorted(found) == [Hit("thanks", 0, 3), Hit("word", 0, 0)]


def test_a_longer_phrase_that_breaks_off_leaves_the_shorter_one() -> None:
    """Its beginning ends a phrase of its own."""
    assert scan("not working at home", ("not working", "a"), ("not working at all", "a")) == [Hit("a", 0, 1)]


def test_labels_may_share_a_phrase() -> None:
    """Each is found."""
    assert sorted(scan("cancel it", ("cancel it", "a"), ("cancel it", "b"))) == [Hit("a", 0, 1), Hit("b", 0, 1)]


def test_phrases_are_found_again_and_again() -> None:
    """In the order of their first words."""
    assert scan("no no no", ("no", "a"), ("no no", "b")) == [
        Hit("a", 0, 0),
        Hit("b", 0, 1),
        Hit("a", 1, 1),
        Hit("b", 1, 2),
        Hit("a", 2, 2),
    ]


@pytest.mark.parametrize("phrase", ["~ parcel", "where ~", "[maybe]"])
def test_a_phrase_needs_a_word_at_both_ends(phrase: str) -> None:
    """Else it would begin everywhere."""
    with pytest.raises(ValueError, match="both its ends"):
        PhraseTable([(phrase, "a")])
