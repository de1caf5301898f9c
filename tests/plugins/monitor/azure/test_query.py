"""KQL texts made ready for the service."""

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from plugins.monitor.azure.query import final_sort, read_question
from plugins.monitor.embedded.tokens import tokenize


@pytest.mark.parametrize(
    ("kql", "plain"),
    [
        ("T", "T"),
        ("T;", "T"),
        ("let a = 1; T | where x == a ;\n", "let a = 1; T | where x == a"),
        ("T | render timechart", "T"),
        ("T\n| summarize n = count()\n| render barchart with (title = 'a|b')\n", "T\n| summarize n = count()"),
        ("T | where a == ';' // ; | render x", "T | where a == ';' // ; | render x"),
        ("union (T | render x), U", "union (T | render x), U"),
    ],
)
def test_an_operator_can_follow(kql: str, plain: str):
    """Without a render or a semicolon at the end, on a line of its own."""
    question = read_question(kql)
    assert question.bounded(7) == f"{plain}\n| take 7"
    assert question.described == f"{plain}\n| getschema"


def test_parameters_stand_on_the_first_line():
    """So that lines count from the query's own first line."""
    question = read_question("\nT\n| where a == p_a", [QueryParameter("p_a", ColumnType.STRING, "x\ny")])
    assert question.text == 'let p_a = "x\\ny"; \nT\n| where a == p_a'
    assert (question.lines, question.references.tables) == (3, frozenset({"T"}))


@pytest.mark.parametrize(
    ("kql", "keys"),
    [
        ("T", None),
        ("T | sort by a", ("a",)),
        ("T | order by a desc nulls last, b asc", ("a", "b")),
        ("T | top 5 by n desc", ("n",)),
        ("T | sort by a | where b | take 3 | project-away c", ("a",)),
        ("T | sort by a | project a, b", ()),
        ("T | sort by a | extend a = 1", ()),
        ("T | sort by bin(a, 1h), b", ()),
        ("T | sort by a | summarize count()", None),
        ("T | sort by a | join U on a", None),
        ("T | join (U | sort by b) on b", None),
        ("let u = T | sort by a; u | where b", None),
        ("T | sort by a // | count", ("a",)),
    ],
)
def test_the_sort_that_rows_end_up_in(kql: str, keys: tuple[str, ...] | None):
    """Empty where the columns cannot be told, None where nothing sorts."""
    assert final_sort(tokenize(kql)) == keys


@pytest.mark.parametrize(
    ("kql", "message"),
    [
        (".drop table T", r"line 1: control command '\.drop' is refused"),
        ("// note\n\n.set T <| U", r"line 3: control command '\.set' is refused"),
        (".", r"control command '\.' is refused"),
        ("T\n| where x in (externaldata(a: string)['https://example.test'])", "line 2: 'externaldata' reads data from"),
        ("workspace('x').T", "line 1: 'workspace' names a place"),
        ("set notruncation;\nT", "line 1: a 'set' statement is refused: use let"),
        ("let a = 1;\nset x; T", "line 2: a 'set' statement"),
        ("T;\nU", "line 2: several queries are refused"),
        ("  // nothing", "the query is empty"),
    ],
)
def test_what_is_refused_is_named_with_its_line(kql: str, message: str):
    """Before anything is sent."""
    with pytest.raises(QueryError, match=message):
        read_question(kql)


@pytest.mark.parametrize(
    "kql", ["T | where app == 'x'", "T | project resource, set = 1", "T | where a has 'workspace('"]
)
def test_columns_of_such_names_are_fine(kql: str):
    """Only calls reach elsewhere."""
    assert read_question(kql).kql == kql
