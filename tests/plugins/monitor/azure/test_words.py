"""Pure pieces of the Azure backend: refusals, retries, catalogs, schemas."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.ports import TableSchema
from orchestrator.core.table import Column, ColumnType
from plugins.monitor.azure.catalog import LOOK_BACKS, CatalogTable, newest_query, read_catalog
from plugins.monitor.azure.faults import Fault, Trouble
from plugins.monitor.azure.query import read_question
from plugins.monitor.azure.refusals import names_unknown, refusal
from plugins.monitor.azure.retry import RETRIES, Retry, pause_s
from plugins.monitor.azure.schemas import join_schemas

KNOWN = {"AppRequests": ["Name", "Success"], "AppTraces": ["Message", "Named"]}


def refused(message: str, code: str = "SEM0100", **more: Any) -> Trouble:
    """A refusal with this innermost error."""
    return Trouble(
        kind=Fault.REFUSED, details=({"code": "BadArgumentError"}, {"code": code, "message": message, **more})
    )


@pytest.mark.parametrize(
    ("kql", "trouble", "message", "line", "nearest"),
    [
        (
            "AppRequest\n| count",
            refused("'count' operator: Failed to resolve table or column expression named 'AppRequest'"),
            "line 1: no table 'AppRequest' in the workspace; did you mean 'AppRequests' or 'AppTraces'?",
            1,
            ("AppRequests", "AppTraces"),
        ),
        (
            "AppRequests\n| where Success\n| summarize n = sum(Nam) by Success",
            refused("'summarize' operator: Failed to resolve scalar expression named 'Nam'"),
            "line 3: no column 'Nam' here; did you mean 'Name'?",
            3,
            ("Name",),
        ),
        (
            "AppRequests\n| extend Nam = 1\n| where Nam == 1 and Nane == 2",
            refused("'where' operator: Failed to resolve column or scalar expression named 'Nane'"),
            "line 3: no column 'Nane' here; did you mean 'Name'?",
            3,
            ("Name",),
        ),
        (
            "AppRequests\n| where Success ==",
            refused("Syntax error: [line:position=2:17]: incomplete", code="SYN0001"),
            "line 2, column 18: not valid KQL: Syntax error: incomplete (SYN0001)",
            2,
            (),
        ),
        (
            "AppRequests | whre x",
            refused("Query could not be parsed at 'x' on line [1,19]", code="SYN0002", line=1, pos=19, token="x"),
            "line 1, column 20: not valid KQL at 'x': Query could not be parsed at 'x' (SYN0002)",
            1,
            (),
        ),
        (
            "AppRequests\n| extend a = foo(1)",
            refused("Unknown function: 'foo'.", code="SEM0260"),
            "line 2: the service refuses the query: Unknown function: 'foo' (SEM0260)",
            2,
            (),
        ),
        ("AppRequests", Trouble(kind=Fault.REFUSED), "the service refuses the query", None, ()),
    ],
)
def test_refusals_in_our_words(kql: str, trouble: Trouble, message: str, line: int | None, nearest: tuple[str, ...]):
    """With line, column and nearest names as far as they can be told."""
    error = refusal(trouble, read_question(kql), KNOWN)
    assert (error.message, error.line, error.nearest) == (message, line, nearest)


def test_names_are_asked_for_where_one_is_unknown():
    """Metadata is not fetched for other refusals."""
    assert names_unknown(refused("'where' operator: Failed to resolve scalar expression named 'a'"))
    assert not names_unknown(refused("Unknown function: 'foo'.", code="SEM0260"))


@pytest.mark.parametrize(
    ("kind", "told", "tried", "expected"),
    [
        (Fault.THROTTLED, None, 0, 5.0),
        (Fault.THROTTLED, None, 3, 40.0),
        (Fault.THROTTLED, None, 4, None),
        (Fault.THROTTLED, 60.0, 0, 60.0),
        (Fault.THROTTLED, 61.0, 0, None),
        (Fault.BUSY, None, 0, 2.0),
        (Fault.BUSY, 1.0, 1, None),
        (Fault.RESET, None, 0, 0.2),
        (Fault.RESET, None, 1, None),
        (Fault.TIMED_OUT, None, 0, None),
        (Fault.SIGN_IN, None, 0, None),
        (Fault.REFUSED, 1.0, 0, None),
    ],
)
def test_pauses_before_another_try(kind: Fault, told: float | None, tried: int, expected: float | None):
    """As the service asks, within bounds; what costs is not repeated."""
    assert pause_s(Trouble(kind=kind, retry_after_s=told), tried) == expected


def test_rules_of_retries_can_be_others():
    """They are data."""
    rules = {Fault.TIMED_OUT: Retry(times=1, wait_s=1.0)}
    assert pause_s(Trouble(kind=Fault.TIMED_OUT), 0, rules) == 1.0
    assert Fault.TIMED_OUT not in RETRIES


def test_catalog_of_a_metadata_document():
    """Tables that hold nothing are left out; what has not the expected form is passed over."""
    columns = [{"name": "TimeGenerated", "type": "datetime"}, {"name": "at", "type": "datetime"}]
    document = {
        "tables": [
            {"name": "A", "timespanColumn": "at", "columns": columns},
            {"name": "B", "hasData": True, "columns": columns},
            {"name": "C", "hasData": False, "columns": columns},
            {"name": "D", "timespanColumn": "gone", "columns": [{"name": "x", "type": "string"}]},
            {"name": None},
            "text",
        ],
        "workspaces": [{"id": "1"}, {"resourceId": "/subscriptions/s"}],
    }
    catalog = read_catalog(document)
    assert {name: table.time for name, table in catalog.tables.items()} == {"A": "at", "B": "TimeGenerated", "D": None}
    assert catalog.resource == "/subscriptions/s"
    assert read_catalog({"tables": "none"}) == read_catalog({})


def test_newest_rows_are_asked_of_each_table_by_its_own_time():
    """Names that are no identifiers are quoted."""
    columns = (Column("t", ColumnType.DATETIME),)
    tables = [CatalogTable(name=name, columns=columns, time="t") for name in ("T", "a-b")]
    assert newest_query(tables) == (
        "union (T | summarize newest = max(t) | extend name = 'T'), "
        "(['a-b'] | summarize newest = max(t) | extend name = 'a-b') | project name, newest"
    )
    assert list(LOOK_BACKS) == [timedelta(days=1), timedelta(days=30), None]


def test_a_table_of_two_workspaces_has_the_columns_of_both():
    """And the newer of their times."""
    a, b, c = (Column(name, ColumnType.STRING) for name in "abc")
    old, new = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    joined = join_schemas(
        [
            {"T": TableSchema(name="T", columns=(a, b), newest=old, source="x")},
            {
                "T": TableSchema(name="T", columns=(b, c), newest=new, source="y"),
                "S": TableSchema(name="S", columns=()),
            },
        ]
    )
    assert list(joined) == ["S", "T"]
    assert (joined["T"].columns, joined["T"].newest, joined["T"].source) == ((a, b, c), new, "x, y")


def test_live_logs_do_not_load_the_embedded_engine():
    """Nor does the embedded engine load the Azure clients."""
    code = "import sys; import plugins.monitor.{}; print(sorted({{'duckdb', 'azure.core'}} & set(sys.modules)))"
    loaded = [
        subprocess.run([sys.executable, "-c", code.format(name)], capture_output=True, text=True, check=True).stdout
        for name in ("azure.logs", "embedded.duckdb")
    ]
    assert loaded == ["['azure.core']\n", "['duckdb']\n"]
