"""Values of results."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from orchestrator.core.table import ColumnType, Value
from plugins.monitor.embedded.results import table_value, value_bytes


@pytest.mark.parametrize(
    ("raw", "kind", "expected"),
    [
        (None, ColumnType.STRING, ""),
        (None, ColumnType.LONG, None),
        (float("inf"), ColumnType.REAL, None),
        (Decimal("1.5"), ColumnType.DECIMAL, 1.5),
        (UUID(int=10), ColumnType.GUID, "00000000-0000-0000-0000-00000000000a"),
        (datetime(2024, 1, 1), ColumnType.DATETIME, datetime(2024, 1, 1, tzinfo=UTC)),  # noqa: DTZ001  # naive is UTC
        (date(2024, 1, 1), ColumnType.DATETIME, datetime(2024, 1, 1, tzinfo=UTC)),
        (time(1, 2, 3), ColumnType.TIMESPAN, timedelta(hours=1, minutes=2, seconds=3)),
        (b"\xff", ColumnType.STRING, "\ufffd"),
        ('{"a": [1, NaN]}', ColumnType.DYNAMIC, {"a": [1, None]}),
        ("null", ColumnType.DYNAMIC, None),
        ("no json", ColumnType.DYNAMIC, "no json"),
        ({"k": (1, None)}, ColumnType.DYNAMIC, {"k": [1, None]}),
    ],
)
def test_values(raw: object, kind: ColumnType, expected: Value):
    """As the port wants them."""
    assert table_value(raw, kind) == expected


def test_lists_of_json_are_decoded_element_by_element():
    """The engine gives each element as text."""
    assert table_value(['{"a": 1}', "2"], ColumnType.DYNAMIC, duckdb_type="JSON[]") == [{"a": 1}, 2]


def test_lists_of_text_are_not_decoded():
    """A list of strings that look like JSON stays one of strings."""
    assert table_value(["1", "null"], ColumnType.DYNAMIC, duckdb_type="VARCHAR[]") == ["1", "null"]


def test_sizes_grow_with_content():
    """Rough, but of the right order."""
    assert value_bytes("x" * 1000) > 1000
    assert value_bytes([{"k": "x" * 1000}]) > 1000
    assert value_bytes(None) < 100
