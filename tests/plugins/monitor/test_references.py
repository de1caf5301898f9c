"""The tables that a text reads, found without a schema."""

import pytest

from plugins.monitor.references import References, read_references


@pytest.mark.parametrize(
    ("kql", "tables"),
    [
        ("T1 | where Success", "T1"),
        ("T1", "T1"),
        ("print now()", ""),
        ("range i from 1 to 3 step 1", ""),
        ("datatable(a: long)[1] | count", ""),
        ("let x = T1 | take 1; x | join kind=inner (T2 | take 1) on A, B | where (Success) and n in (T9)", "T1 T2"),
        ("union withsource=N isfuzzy=true T1, (T2 | where a) | count", "T1 T2"),
        ("search in (T1, T2) 'x' | count", "T1 T2"),
        ("let f = (a: string) { T1 | where x == a }; f('q')", "T1"),
        ("T1 | lookup kind=leftouter T2 on k", "T1 T2"),
        ("T1 | join hint.strategy=shuffle T2 on $left.a == $right.b | union T4", "T1 T2 T4"),
        ("let a = 5; let b = toscalar(T1 | count); T2 | where x > b and y in ((T3 | project z))", "T1 T2 T3"),
        ("['My T'] | count", "My T"),
        ("table('T1') | count", "T1"),
        ("T1 | extend a = case(x == 1, 'a', y) | where p_s == b and c in (p_l)", "T1"),
        ("let l = dynamic([1]); let t = T1; t | where a in (l)", "T1"),
        ("T1\n// T0\n| where a has 'T8 | T9'", "T1"),
        ("T1 | mv-expand x to typeof(string) | summarize make_set(a, 5) by b", "T1"),
        ("p_s", ""),
    ],
)
def test_tables_are_found_where_they_may_stand(kql: str, tables: str):
    """Names that a let binds, parameters and columns are none."""
    expected = References(tables=frozenset(tables.split("/") if tables == "My T" else tables.split()))
    assert read_references(kql, bound=["p_s", "p_l"]) == expected


@pytest.mark.parametrize("kql", ["union *", "search 'x'", "find where a == 1", "StoredFunction() | count"])
def test_some_texts_may_read_any_table(kql: str):
    """Searches, and functions that are stored in a workspace."""
    assert read_references(kql).everything


def test_patterns_of_a_union_are_kept():
    """As they are written."""
    found = read_references("union App*, T1 | count")
    assert (found.patterns, found.tables) == (frozenset({"App*"}), frozenset({"T1"}))
