from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import InputError
from orchestrator.core.table import ColumnType
from playbooks.guide import ParameterType
from playbooks.literals import RelativeTime, parse_literal, parse_relative, parse_time, parse_timespan

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (ColumnType.BOOL, "Yes", True),
        (ColumnType.BOOL, "No, nobody changed it", False),
        (ColumnType.BOOL, "yes. At noon", True),
        (ColumnType.INT, "1,500", 1500),
        (ColumnType.LONG, 7.0, 7),
        (ColumnType.REAL, "12.5%", 0.125),
        (ColumnType.REAL, 3, 3.0),
        (ColumnType.STRING, 42, "42"),
        (ColumnType.GUID, "6F1C2B9E3D4A4C5B8E7F0A1B2C3D4E5F", "6f1c2b9e-3d4a-4c5b-8e7f-0a1b2c3d4e5f"),
        (ColumnType.DATETIME, "2026-03-01T10:20:00Z", datetime(2026, 3, 1, 10, 20, tzinfo=UTC)),
        (ColumnType.DATETIME, "2026-03-01 11:20", datetime(2026, 3, 1, 10, 20, tzinfo=UTC)),
        (ColumnType.TIMESPAN, "1h30m", timedelta(minutes=90)),
        (ColumnType.DYNAMIC, '{"a": [1]}', {"a": [1]}),
    ],
)
def test_reads_by_type(kind: ColumnType, raw: object, expected: object):
    """Texts of alerts and people become typed values; a naive time is the user's."""
    assert expected == parse_literal(raw, ParameterType(kind), tz=BERLIN)


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        (ColumnType.BOOL, "maybe", "'maybe' is not true or false; answer yes or no"),
        (ColumnType.BOOL, "no idea", "'no idea' is not true or false; answer yes or no"),
        (ColumnType.INT, "1.5", "'1.5' is not a whole number"),
        (ColumnType.INT, True, "True is not a whole number"),
        (ColumnType.LONG, "9223372036854775808", "does not fit into 64 bits"),
        (ColumnType.REAL, "nan", "not a finite number"),
        (ColumnType.REAL, "x", "'x' is not a number"),
        (ColumnType.STRING, {"a": 1}, "is not a text"),
        (ColumnType.GUID, "x", "is not a GUID"),
        (ColumnType.DATETIME, "yesterdays", "write it as 2026-03-01T10:20:00Z"),
        (ColumnType.DATETIME, "0001-01-01T00:00:00+14:00", "outside of the calendar"),
        (ColumnType.TIMESPAN, "soon", "write 90s, 5m, 1h30m"),
        (ColumnType.TIMESPAN, "99999999999d", "too long"),
        (ColumnType.DYNAMIC, "{", "is not JSON"),
        (ColumnType.STRING, None, "nothing is given"),
    ],
)
def test_refuses_by_type(kind: ColumnType, raw: object, message: str):
    """What is no value of the type is named, with the mend."""
    with pytest.raises(InputError) as caught:
        parse_literal(raw, ParameterType(kind), tz=BERLIN)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("raw", "expected"), [("a, b", ["a", "b"]), ('["a, b"]', ["a, b"]), (["a"], ["a"]), ("a", ["a"]), (5, ["5"])]
)
def test_reads_lists(raw: object, expected: list[str]):
    """A list is JSON, or texts with commas."""
    assert expected == parse_literal(raw, ParameterType(ColumnType.STRING, is_list=True))


@pytest.mark.parametrize("raw", ["[1", '{"a": 1}]', "[}"])
def test_refuses_broken_lists(raw: str):
    """A list that is no JSON is refused, or is one text."""
    if raw.startswith("["):
        with pytest.raises(InputError, match="not a JSON list"):
            parse_literal(raw, ParameterType(ColumnType.STRING, is_list=True))
    else:
        assert parse_literal(raw, ParameterType(ColumnType.STRING, is_list=True)) == [raw]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("now", RelativeTime("now", timedelta())),
        ("now-1h", RelativeTime("now", timedelta(hours=-1))),
        ("p_from + 30m", RelativeTime("p_from", timedelta(minutes=30))),
        ("2026-03-01", None),
        (5, None),
    ],
)
def test_reads_relative_times(raw: object, expected: RelativeTime | None):
    """A time that hangs on now or on a parameter."""
    assert expected == parse_relative(raw)


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_timespans_in_kusto_text(value: timedelta):
    """Kusto's text of a timespan reads back to the second."""
    whole = timedelta(seconds=int(value.total_seconds()))
    hours, rest = divmod(whole.seconds, 3600)
    text = f"{whole.days}.{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    assert whole == parse_timespan(text)
    assert -whole == parse_timespan("-" + text)


@given(st.datetimes(timezones=st.sampled_from([UTC, BERLIN])).filter(lambda t: 2 < t.year < 9998))
def test_times_read_back(value: datetime):
    """An ISO time is the same instant."""
    assert value.astimezone(UTC) == parse_time(value.isoformat())
