"""Columns that cannot be dynamic are told without asking; where that is unsure, the engine is asked."""

import pytest
from duckdb_kql.lower import lower

from plugins.monitor.embedded.plain_columns import base_columns, surely_plain

BASE = base_columns([("Name", False), ("Count", False), ("Bag", True)])


def plain(kql: str, name: str) -> bool:
    """Whether a column of the query is surely plain."""
    return surely_plain([name], [lower(kql, {}, {}, None, {})], base=BASE)


@pytest.mark.parametrize(
    ("kql", "name"),
    [
        ("T", "Name"),
        ("T | extend x = tolower(Name)", "x"),
        ("T | extend x = iff(Count > 1, Name, 'none')", "x"),
        ("T | summarize n = count() by Name", "n"),
        ("T | extend Name = tolower(Name)", "Name"),
        ("T | extend x = tostring(Bag.a)", "x"),
        ("T | extend x = Count > 1", "x"),
    ],
)
def test_what_is_surely_plain(kql: str, name: str) -> None:
    """Columns of the tables, scalars, and choices among them."""
    assert plain(kql, name)


@pytest.mark.parametrize(
    ("kql", "name"),
    [
        ("T", "Bag"),
        ("T", "Unheard"),
        ("T | extend x = parse_json(Name)", "x"),
        ("T | extend x = Bag.a", "x"),
        ("T | extend x = iff(Count > 1, Bag, dynamic([]))", "x"),
        ("T | summarize x = make_list(Name) by Count", "x"),
        ("T | extend Bag = tostring(Bag)", "Bag"),
        ("T | project-rename Label = Name", "Label"),
        ("T | mv-expand Name", "Name"),
        ("let L = T | extend x = parse_json(Name); L | extend y = x", "y"),
    ],
)
def test_what_must_be_asked(kql: str, name: str) -> None:
    """Dynamic values, what may be, and what is not known."""
    assert not plain(kql, name)
