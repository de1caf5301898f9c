"""Only columns that Azure Monitor really has are written."""

import pytest

from playbooks.samples.tables import TABLES, performance_bucket
from plugins.monitor.azure_schema import azure_tables


@pytest.mark.parametrize("table", TABLES)
def test_columns_and_types_are_azures(table: str):
    """Each column stands in the shipped schema with the same type; guids come as text."""
    real = {name: kind.value for name, kind in azure_tables()[table].items()}
    ours = {field.name: field.type for field in TABLES[table]}
    assert {name: real.get(name) for name in ours} == ours


@pytest.mark.parametrize(("duration_ms", "bucket"), [(0.0, "<250ms"), (250.0, "250ms-500ms"), (999_999.0, "2min-5min")])
def test_buckets_are_named_as_application_insights_names_them(duration_ms: float, bucket: str):
    """The lower bound belongs to the bucket."""
    assert performance_bucket(duration_ms) == bucket
