"""Tests of OData filters: no value leaves its literal."""

from azure_search_language import parse_filter
from hypothesis import given
from hypothesis import strategies as st

from plugins.search.azure.odata import any_of, conditions, literal, pair, unpair

# Biased to what has a meaning in OData.
NASTY = st.text(alphabet=st.one_of(st.sampled_from("'\"|;,\t\x1f\x1e\x1d=()/:%\\ ae"), st.characters()), max_size=20)


@given(value=NASTY)
def test_a_literal_ends_where_it_ends(value: str):
    """A parser reads one string back, the same, and then the text is at its end."""
    predicate, _ = parse_filter(f"f eq {literal(value)}")
    assert predicate({"f": value})
    assert not predicate({"f": value + "x"})


@given(name=NASTY, values=st.lists(NASTY, min_size=1, max_size=6), other=NASTY, held=NASTY)
def test_a_filter_holds_exactly_for_its_values(name: str, values: list[str], other: str, held: str):
    """Whatever the values are: those match, no other does, and no other filter's name does."""
    predicate, fields = parse_filter(any_of(name, values))
    assert fields == {"filters"}
    assert all(predicate({"filters": [pair(name, value)]}) for value in values)
    assert predicate({"filters": [pair(name, held)]}) == (held in values)
    assert predicate({"filters": [pair(other, values[0])]}) == (other == name)
    assert not predicate({"filters": []})


def test_half_a_character_in_a_name_stays_itself():
    """JSON may hold a lone surrogate."""
    assert unpair(pair("\ud800", "v")) == ("\ud800", "v")


@given(st.lists(st.tuples(NASTY, st.lists(NASTY, min_size=1, max_size=3).map(tuple)), min_size=1, max_size=4))
def test_several_filters_must_all_hold(where: list[tuple[str, tuple[str, ...]]]):
    """One that holds each is found; without the last one's values it is not."""
    text = conditions(where)
    assert text is not None
    predicate, _ = parse_filter(text)
    every = {pair(name, values[0]) for name, values in where}
    assert predicate({"filters": sorted(every)})
    last = {pair(where[-1][0], value) for value in where[-1][1]}
    assert not predicate({"filters": sorted(every - last)})


def test_many_values_are_one_clause():
    """Thousands of values stay below the limit on clauses."""
    text = any_of("alert", (f"name{number}" for number in range(5_000)))
    assert (text.count(" eq "), text.count("search.in")) == (0, 1)


def test_every_delimiter_is_taken():
    """Values that hold every delimiter are compared one by one."""
    text = any_of("f", ["a|b;c,d\te\x1ff\x1eg\x1dh", "plain"])
    assert (text.count(" eq "), "search.in" in text) == (2, False)


def test_no_filter():
    """Without an entry there is none."""
    assert conditions([]) is None
