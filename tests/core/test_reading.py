"""A model's words are shown without secrets and without what steers a screen."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.reading import LineRedactor, reading, visible_lines
from orchestrator.core.redaction import redact

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"
PARTS = [
    "the pool is full ",
    "\n",
    "password=hunter2-and-more",
    'secret: "two words here"',
    "Authorization: Bearer abcdefgh1234567890XYZ",
    "-----BEGIN ",
    PEM,
    "\n\n",
    "sig=abcDEF123%3D&x=1",
]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb\x07", "a [31mb"),
        ("one\r\n\n## Claims\n- two", "one ## Claims - two"),
        ("\u202eback\u202c", "back"),
        ("zero\u200bwidth", "zero width"),
        ("password=hunter2-x", "password=[redacted key]"),
        ("x" * 600, "x" * 499 + "…"),
        ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
        ("\ud800", ""),
    ],
)
def test_words_are_one_clean_line(text: str, shown: str) -> None:
    """Cut, redacted, and of visible characters only."""
    assert reading(text) == shown


def test_lines_stay_lines() -> None:
    """Where a text is shown as it streams in."""
    assert visible_lines("a\x1b\nb") == "a \nb"


@given(st.lists(st.sampled_from(PARTS), max_size=8), st.lists(st.integers(1, 400), max_size=30))
def test_pieces_are_redacted_as_the_whole(parts: list[str], cuts: list[int]) -> None:
    """Wherever the pieces are cut; and nothing is told before it can be redacted."""
    text = "".join(parts)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    lines = LineRedactor()
    told = [lines.feed(text[start:end]) for start, end in pairwise(places)]
    whole = redact(text)
    assert "".join([*told, lines.finish()]) == whole
    for secret in ("hunter2", "two words", "abcdefgh1234", "MIIEow", "abcDEF123"):
        assert secret in whole or not any(secret in piece for piece in told)
