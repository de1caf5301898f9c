"""Tests of query text as data."""

from azure_search_language import parse_simple
from hypothesis import given
from hypothesis import strategies as st

from plugins.search.azure.simple_syntax import plain_text

NASTY = st.text(alphabet=st.one_of(st.sampled_from("+|-\"*()'~\\ \t\nab"), st.characters()), max_size=40)


@given(NASTY)
def test_nothing_is_an_operator(text: str):
    """A parser of the syntax reads the same words back, and no operator."""
    clauses = parse_simple(plain_text(text))
    assert [clause.text for clause in clauses] == text.split()
    assert not any(clause.phrase or clause.prefix or clause.prohibited or clause.required for clause in clauses)


def test_the_parser_knows_operators():
    """Unescaped, the same parser takes them for what they are."""
    minus, plus, star, phrase = parse_simple('-a +b c* "d e"')
    assert (minus.prohibited, plus.required, star.prefix, phrase.phrase) == (True, True, True, True)
