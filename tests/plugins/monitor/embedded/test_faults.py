"""Every error of the engine and of the translator has a translation of its own."""

import inspect

import duckdb
import duckdb_kql.errors
import pytest
from duckdb_kql import KqlError, KqlSchemaError, KqlScriptError, KqlSyntaxError, KqlUnsupportedError
from duckdb_kql.errors import SourceSpan

from orchestrator.core.errors import QueryError
from plugins.monitor.embedded.faults import ENGINE_FAULTS, engine_fault, kql_fault

ENGINE_ERRORS = [error for _, error in inspect.getmembers(duckdb, inspect.isclass) if issubclass(error, duckdb.Error)]
KQL_ERRORS = [
    error for _, error in inspect.getmembers(duckdb_kql.errors, inspect.isclass) if issubclass(error, KqlError)
]


@pytest.mark.parametrize("error", ENGINE_ERRORS)
def test_every_engine_error_is_translated(error: type[duckdb.Error]):
    """Each class is in the table, and no text about SQL shows."""
    fault = engine_fault(error("Binder Error: something\n\nLINE 1: SELECT"), memory_mb=64)
    assert isinstance(fault, QueryError)
    assert "LINE 1" not in fault.message
    assert "Binder Error" not in fault.message
    assert error in ENGINE_FAULTS


def test_the_table_goes_from_special_to_general():
    """A parent before its child would hide it."""
    kinds = list(ENGINE_FAULTS)
    assert [
        (first, later) for place, first in enumerate(kinds) for later in kinds[place + 1 :] if issubclass(later, first)
    ] == []


def test_all_errors_of_the_translator_are_known():
    """A new class in the library shows here."""
    assert {KqlError, KqlSyntaxError, KqlUnsupportedError, KqlSchemaError, KqlScriptError} == set(KQL_ERRORS)


@pytest.mark.parametrize(
    ("error", "message", "line"),
    [
        (KqlUnsupportedError("MakeSeriesOperator", SourceSpan(3, 2)), "line 3: operator 'make-series' is not", 3),
        (KqlUnsupportedError("function:foo", None, "no mapping in this wave"), "line 7: function 'foo' is not", 7),
        (KqlUnsupportedError("MvapplyOperator"), "operator 'mv-apply'", 7),
        (KqlSchemaError("T", "why"), "line 7: 'T' cannot be resolved: why", 7),
        (KqlSyntaxError("could not parse KQL at 2:4: no"), "line 2: not valid KQL", 2),
        (KqlScriptError("x", 1, 4, "s"), "several statements", 4),
        (KqlError("else"), "cannot be translated: else", None),
    ],
)
def test_translator_errors_name_construct_and_line(error: KqlError, message: str, line: int | None):
    """The construct in KQL's words, and where it stands."""
    fault = kql_fault(error, line_of=lambda _: 7)
    assert message in fault.message
    assert fault.line == line


def test_missing_column_names_the_nearest():
    """Candidates of the engine become suggestions."""
    error = duckdb.BinderException(
        'Binder Error: Referenced column "nam" not found in FROM clause!\nCandidate bindings: "name", "x"'
    )
    fault = engine_fault(error, memory_mb=1)
    assert fault.nearest == ("name",)
