from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.surfaces.terminal.cleaning import clean, clean_lines

FORBIDDEN = frozenset(
    [chr(code) for code in (*range(10), *range(11, 32), *range(0x7F, 0xA0))]
    + list("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff")
)


def test_escape_sequences_go_with_their_parameters():
    """No part of a colour, a title or a C1 sequence is left."""
    assert clean("\x1b[1;31mred\x1b[0m \x1b]0;title\x07x \x9b2Jy \x1bPq\x1b\\z") == "red x y z"


def test_markup_and_emoji_codes_stay_as_typed():
    """Rich's own markup is text like any other."""
    assert clean("[bold]a[/bold] :smile:") == "[bold]a[/bold] :smile:"


def test_line_breaks_and_indentation_stay_in_lines():
    """A query keeps its form; carriage returns cannot overwrite a line."""
    assert clean_lines("a\r\n  b\rc") == "a\n  b\nc"


def test_lone_surrogates_can_be_encoded():
    """Broken text from a log cannot break the writing of an answer."""
    assert clean("a\ud800b").encode() == "a\ufffdb".encode()


@settings(deadline=None)
@given(st.text() | st.text(alphabet="\x1b\x9b[]0;m\x07\\P ab"))
def test_nothing_that_a_terminal_acts_on_is_left(text: str):
    """For any text."""
    assert FORBIDDEN.isdisjoint(clean_lines(text))
    assert "\n" not in clean(text)
    assert clean(clean(text)) == clean(text)
