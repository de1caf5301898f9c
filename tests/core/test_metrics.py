"""Metrics queries: their words, their columns, and back from what was recorded."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import StoreError
from orchestrator.core.metrics import Aggregation, MetricsQuery, interval_text, metrics_columns
from orchestrator.core.metrics_record import metrics_parameters, read_metrics_query
from orchestrator.core.stored import read_parameters
from orchestrator.core.table import json_value
from orchestrator.core.window import Window

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
TEXT = st.text(max_size=20)
QUERIES = st.builds(
    MetricsQuery,
    resources=st.lists(TEXT, max_size=3).map(tuple),
    namespace=TEXT,
    names=st.lists(TEXT, max_size=3).map(tuple),
    aggregations=st.lists(st.sampled_from(Aggregation), max_size=3).map(tuple),
    window=st.just(Window(START, START + timedelta(minutes=7))),
    interval=st.none() | st.integers(1, 1_440).map(lambda minutes: timedelta(minutes=minutes)),
    split_by=st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=2).map(tuple)), max_size=2).map(tuple),
)


@given(QUERIES)
def test_what_is_recorded_can_be_asked_again(query: MetricsQuery):
    """By way of JSON, as the journal keeps it."""
    document = {item.name: {"type": item.type.value, "value": json_value(item.value)}
                for item in metrics_parameters(query)}  # fmt: skip
    assert read_metrics_query(read_parameters(json.loads(json.dumps(document)))) == query


@pytest.mark.parametrize("name", ["resource", "aggregation", "split_by", "from", "interval"])
def test_a_record_of_another_shape_is_refused(name: str):
    """With StoreError, whatever is wrong with it."""
    query = MetricsQuery(resources=("r",), namespace="n", names=("m",), aggregations=(Aggregation.TOTAL,),
                         window=Window(START, START + timedelta(hours=1)))  # fmt: skip
    others = [item for item in metrics_parameters(query) if item.name != name]
    broken = next(item for item in metrics_parameters(query) if item.name == name)
    wrong = type(broken)(broken.name, broken.type, "no such thing")
    with pytest.raises(StoreError):
        read_metrics_query([*others, wrong])


@pytest.mark.parametrize(
    ("interval", "text"),
    [(timedelta(minutes=1), "PT1M"), (timedelta(minutes=90), "PT1H30M"), (timedelta(days=1), "P1D")],
)
def test_intervals_as_azure_writes_them(interval: timedelta, text: str):
    """ISO 8601 durations."""
    assert interval_text(interval) == text


def test_columns_have_a_fixed_order():
    """However the aggregations were asked for."""
    asked = (Aggregation.COUNT, Aggregation.AVERAGE)
    names = [column.name for column in metrics_columns(asked, ("Zone",))]
    assert names == ["TimeGenerated", "Resource", "Metric", "Zone", "Average", "Count"]


def test_the_query_in_words():
    """What is not asked for is left out."""
    query = MetricsQuery(resources=("/subscriptions/s",), namespace="N/x", names=("a", "b"),
                         aggregations=(Aggregation.TOTAL,), window=Window(START, START + timedelta(hours=1)),
                         interval=timedelta(minutes=5), split_by=(("Zone", ("1",)), ("Host", ())))  # fmt: skip
    assert query.text().splitlines() == [
        "namespace: N/x",
        "names: a, b",
        "aggregation: total",
        "interval: PT5M",
        "split_by: Zone in ['1']; Host",
    ]
    assert query.asked() == "/subscriptions/s from 2026-03-01T10:00:00Z to 2026-03-01T11:00:00Z"
