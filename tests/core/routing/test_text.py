"""Words as the router compares them."""

import pytest

from orchestrator.core.routing.text import Speller, normalise, one_slip, stem, words_of


@pytest.mark.parametrize(
    "forms",
    [
        ("cancel", "cancels", "cancelled", "cancelling", "canceled"),
        ("ship", "ships", "shipped", "shipping"),
        ("delivery", "deliveries"),
        ("change", "changes", "changed", "changing"),
        ("address", "addresses", "addressed"),
        ("box", "boxes"),
        ("reply", "replied", "replies"),
        ("install", "installs", "installed", "installing"),
        ("fail", "fails", "failed", "failing"),
        ("add", "adds", "added", "adding"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]):
    """Every form of a word has one stem."""
    assert {stem(form) for form in forms} == {stem(forms[0])}


def test_short_words_and_us_endings_keep_their_s():
    """`status` and `is` are no plurals."""
    assert [stem("status"), stem("is"), stem("bus")] == ["status", "is", "bus"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("it isn't", ["it", "is", "not"]),
        ("I can\u2019t", ["i", "can", "not"]),
        ("won't", ["will", "not"]),
        ("dont", ["do", "not"]),
        ("where's it", ["where", "is", "it"]),
        ("wanna", ["want", "to"]),
        ("o'clock", ["oclock"]),
    ],
)
def test_contractions_are_opened(text: str, words: list[str]):
    """A contraction yields its two words."""
    assert [word.text for word in words_of(text)] == words


def test_words_know_where_they_stand():
    """Offsets point into the text, also for a contraction."""
    text = "so it isn't up"
    assert [text[word.start : word.end] for word in words_of(text)] == ["so", "it", "isn't", "isn't", "up"]


def test_full_width_text_reads_as_plain():
    """NFKC turns full-width digits into digits."""
    assert normalise("\uff15\uff10\uff12") == "502"


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("order", "order", True),
        ("order", "oder", True),
        ("order", "orrder", True),
        ("order", "oredr", True),
        ("order", "orter", True),
        ("order", "border", True),
        ("order", "odrer", True),
        ("order", "orders!!", False),
        ("order", "drore", False),
        ("", "a", True),
    ],
)
def test_one_slip(left: str, right: str, near: bool):  # noqa: FBT001
    """One insertion, deletion, substitution or swap is one slip; two are not."""
    assert one_slip(left, right) is near
    assert one_slip(right, left) is near


def test_a_misspelt_word_gets_the_stem_of_its_only_neighbour():
    """`purchse` reads as `purchase`; its text stays as written."""
    (word,) = words_of("purchse")
    mended = Speller(["purchase", "cancel"], []).mend(word)
    assert (mended.text, mended.stem) == ("purchse", stem("purchase"))


@pytest.mark.parametrize("text", ["sever", "odd", "pods2", "banana"])
def test_plain_short_and_unknown_words_are_left_alone(text: str):
    """A plain word, a short one, one with digits and one without neighbours are not mended."""
    (word,) = words_of(text)
    assert Speller(["server", "old", "pods"], ["sever"]).mend(word) == word


def test_a_word_between_two_neighbours_is_left_alone():
    """Two candidates of different stems are no answer."""
    (word,) = words_of("packe")
    assert Speller(["packet", "packer"], []).mend(word).stem == stem("packe")
