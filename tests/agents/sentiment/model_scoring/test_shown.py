"""What a model is shown, and where its quotes stand in the text as given."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from agents.sentiment.model_scoring.shown import LONGEST_TURN, ShownTurn, show
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn


class Span(NamedTuple):
    """A span of personal data."""

    kind: str
    start: int
    end: int


def shown(text: str, *spans: Span) -> ShownTurn:
    """One customer's turn as it is shown."""
    return show(Conversation("c1", (Turn(Speaker.CUSTOMER, text),)), lambda *_: spans)[0]


def test_personal_data_are_taken_out() -> None:
    """A model sees the kind in brackets in place of what was there."""
    assert shown("Mail me at ann@example.com today", Span("email", 11, 26)).text == "Mail me at [email] today"


def test_a_quote_is_found_in_the_text_as_given() -> None:
    """Offsets count the text as given, also behind what was taken out."""
    text = "Mail me at ann@example.com, this is ridiculous"
    start, end = shown(text, Span("email", 11, 26)).locate("this is ridiculous") or (0, 0)
    assert text[start:end] == "this is ridiculous"


def test_a_quote_over_what_was_taken_out_spans_all_of_it() -> None:
    """A quote that holds a mark stands for the words around what it hides."""
    text = "Mail me at ann@example.com, please"
    start, end = shown(text, Span("email", 11, 26)).locate("at [email], please") or (0, 0)
    assert text[start:end] == "at ann@example.com, please"


def test_a_quote_of_nothing_but_a_mark_is_none() -> None:
    """What code put there is no evidence."""
    assert shown("Mail ann@example.com", Span("email", 5, 20)).locate("[email]") is None


def test_a_quote_may_differ_in_spaces_quotation_marks_and_capitals() -> None:
    """Models write them anew."""
    text = "I don\u2019t\n understand WHY"
    start, end = shown(text).locate("I don't understand why") or (0, 0)
    assert text[start:end] == text


def test_words_that_nobody_said_are_not_found() -> None:
    """A quote that is not there has no place."""
    assert shown("I am fine").locate("I am furious") is None


def test_an_empty_quote_is_none() -> None:
    """Nothing is no evidence."""
    assert shown("I am fine").locate("  ") is None


def test_the_middle_of_a_huge_turn_is_left_out() -> None:
    """Its beginning and end are shown, and its end is found at its place."""
    text = "a" * LONGEST_TURN + "the end"
    turn = shown(text)
    assert (len(turn.text) < LONGEST_TURN + 20, turn.locate("the end")) == (True, (LONGEST_TURN, LONGEST_TURN + 7))


@given(st.text(min_size=1, max_size=40), st.data())
def test_every_piece_of_a_text_is_found_where_it_says_the_same(text: str, data: st.DataObject) -> None:
    """Whatever is quoted exactly is found, and says what was quoted."""
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))].strip()
    place = shown(text).locate(quote)
    assert place is None if not quote else place is not None and text[slice(*place)] == quote
