"""Parameters of a Resource Graph query: which words are one, and what stands in their place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from plugins.monitor.embedded.tokens import Kind, tokenize
from plugins.monitor.graph_query import fill, tables_in


def filled(kql: str, kind: ColumnType, value: Any) -> str:
    """The query with the parameter `p_x`."""
    return fill(kql, [QueryParameter("p_x", kind, value)])


@pytest.mark.parametrize(
    ("kql", "expected"),
    [
        ("Resources | where name == p_x", 'Resources | where name == "v"'),
        ("Resources // p_x", "Resources // p_x"),
        ("Resources | where name == 'p_x' or name == \"p_x\"", "Resources | where name == 'p_x' or name == \"p_x\""),
        ("Resources | where properties.p_x == 1", "Resources | where properties.p_x == 1"),
        ("Resources | extend y = p_x", 'Resources | extend y = "v"'),
        ("Resources | where p_x == name", 'Resources | where "v" == name'),
        ("Resources | where p_xy == p_x_", "Resources | where p_xy == p_x_"),
        (
            "Resources | where tags['p_x'] == strcat(p_x, 'p_x')",
            "Resources | where tags['p_x'] == strcat(\"v\", 'p_x')",
        ),
        ("Resources\n|  where\tname==p_x\n", 'Resources\n|  where\tname=="v"\n'),
    ],
)
def test_only_a_name_of_its_own_is_a_parameter(kql: str, expected: str) -> None:
    """Not in strings, comments and paths; everything else stays as it was written."""
    assert filled(kql, ColumnType.STRING, "v") == expected


@pytest.mark.parametrize(
    ("kind", "value", "literal"),
    [
        (ColumnType.LONG, -5, "long(-5)"),
        (ColumnType.REAL, 0.5, "real(0.5)"),
        (ColumnType.BOOL, False, "bool(false)"),
        (ColumnType.DATETIME, datetime(2026, 3, 1, tzinfo=UTC), "datetime(2026-03-01T00:00:00Z)"),
        (ColumnType.TIMESPAN, timedelta(hours=1), "time(01:00:00)"),
        (ColumnType.DYNAMIC, ["a", 'b"'], 'dynamic(["a", "b\\""])'),
        (ColumnType.STRING, None, '""'),
    ],
)
def test_literals_by_type(kind: ColumnType, value: Any, literal: str) -> None:
    """Each type has its own."""
    assert filled("T | where x == p_x", kind, value) == f"T | where x == {literal}"


@pytest.mark.parametrize("operator", ["in", "in~", "!in", "!in~", "has_any", "has_all", "IN"])
def test_a_list_in_parentheses_becomes_its_items(operator: str) -> None:
    """So that it is written as people write it for Resource Graph."""
    query = filled(f"Resources | where name {operator} ( p_x )", ColumnType.DYNAMIC, ["a", "b"])
    assert query == f'Resources | where name {operator} ( "a", "b" )'


@pytest.mark.parametrize(
    "kql", ["T | where x in (p_x, 'c')", "T | where f(p_x)", "T | mv-expand y = p_x", "T | where p_x has 'a'"]
)
def test_a_list_elsewhere_is_one_value(kql: str) -> None:
    """It is `dynamic`."""
    assert 'dynamic(["a"])' in filled(kql, ColumnType.DYNAMIC, ["a"])


@pytest.mark.parametrize(
    "kql", ["let a = 1; Resources", "Resources | take 1; LET b = 2;", "Resources | extend p_x = 1"]
)
def test_what_the_service_lacks_is_refused(kql: str) -> None:
    """Here, with its line, and not as the service's riddle."""
    with pytest.raises(QueryError, match="line 1"):
        filled(kql, ColumnType.STRING, "v")


def test_a_value_that_is_not_of_its_type_is_refused() -> None:
    """Nothing is guessed."""
    with pytest.raises(QueryError, match="p_x"):
        filled("T | where x == p_x", ColumnType.LONG, "1; drop")
    with pytest.raises(QueryError, match="no value can be compared"):
        filled("T | where x in (p_x)", ColumnType.DYNAMIC, [["a"]])


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))))
def test_no_text_leaves_its_literal(text: str) -> None:
    """Whatever a value holds, the filled query has the same tokens, with one string in the parameter's place."""
    before = tokenize("T | where x == p_x | take 1")
    after = tokenize(filled("T | where x == p_x | take 1", ColumnType.STRING, text))
    assert [t.text for t in before if t.text != "p_x"] == [t.text for t in after if t.kind is not Kind.STRING]
    assert [t.value for t in after if t.kind is Kind.STRING] == [text]


def test_tables_that_a_query_names() -> None:
    """Resource Graph's own, once each."""
    kql = "Resources | join (ResourceContainers | where 'HealthResources' == 'x') on id | union Resources, Mine"
    assert tables_in(kql) == ("Resources", "ResourceContainers")
