"""KQL's tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import QueryError
from plugins.monitor.embedded.tokens import Kind, tokenize


def test_tokens_are_the_text_with_lines():
    """Nothing is lost, and each knows its line."""
    kql = "T // a 'comment\n| where ['my col'] !has \"x\" and d between (1 .. 2)\n| project-away a*\n"
    tokens = tokenize(kql)
    assert "".join(token.text for token in tokens) == kql
    assert [(token.text, token.line) for token in tokens if token.text in {"!has", "..", "project-away"}] == [
        ("!has", 2),
        ("..", 2),
        ("project-away", 3),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\tb"', "a\tb"),
        (r"'it\'s'", "it's"),
        ("@'a\\d''b'", "a\\d'b"),
        ('h"secret"', "secret"),
        ("h@'a'", "a"),
        ("```a\n'b'```", "a\n'b'"),
        ("~~~x~~~", "x"),
        (r'"\u00e9\x41\U0001F600"', "éA😀"),
    ],
)
def test_string_literals_are_decoded(text: str, value: str):
    """All forms of literals."""
    (token,) = tokenize(text)
    assert (token.kind, token.value) == (Kind.STRING, value)


def test_a_dynamic_literal_is_one_token():
    """JSON inside is not KQL; parentheses in its strings do not count."""
    tokens = tokenize('print dynamic ({"a": ")\\u00e9"}) , 1')
    assert [token.text for token in tokens if token.kind is Kind.RAW] == ['dynamic ({"a": ")\\u00e9"})']


@pytest.mark.parametrize("text", ["'open", '"open\n"', "dynamic([1", r'"\q"', r'"\UFFFFFFFF"'])
def test_what_is_no_kql_is_refused(text: str):
    """With the line."""
    with pytest.raises(QueryError, match="line 1"):
        tokenize(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str):
    """Nothing else is raised, and nothing is lost."""
    try:
        tokens = tokenize(text)
    except QueryError:
        return
    assert "".join(token.text for token in tokens) == text
