"""docs/orders.md says what the shop does: its columns, its codes, its operations."""

import re
from pathlib import Path

from playbooks.shop.import_columns import LINE_COLUMNS, NEEDED, ORDER_COLUMNS
from playbooks.shop.importing import ROWS_APART
from playbooks.workflow import load_spec

ROOT = Path(__file__).parents[3]
DOC = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
SHOP = ROOT / "playbooks" / "shop"
_CHANGING = ("order_changes", "pieces", "updating")


def test_every_column_is_told() -> None:
    """All but the one that only other exports have; those that are needed are said to be."""
    part = DOC.split("## Importing orders", 1)[1].split("## ", 1)[0]
    named = set(re.findall(r"`(\w+)`", part))
    assert {*ORDER_COLUMNS, *LINE_COLUMNS} - named == {"cancelled_at"}
    needed = {name for row in part.splitlines() if "needed" in row for name in re.findall(r"`(\w+)`", row)}
    assert set(NEEDED) <= needed
    assert ROWS_APART in part


def test_every_code_is_told_and_no_other() -> None:
    """Those of the source, with their status."""
    source = "".join((SHOP / f"{name}.py").read_text(encoding="utf-8") for name in _CHANGING)
    raised = set(re.findall(r'NotPossibleError\(\s*"(\w+)"', source))
    part = DOC.split("## Changing an order", 1)[1].split("## ", 1)[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (\d+) \|", part, re.MULTILINE)
    assert {code for names, _ in rows for code in re.findall(r"\w+", names)} == raised
    wrong_requests = {code for names, status in rows if status == "400" for code in re.findall(r"\w+", names)}
    assert wrong_requests == set(re.findall(r'NotPossibleError\(\s*"(\w+)"[^)]*status=400', source))


def test_the_same_codes_are_those_of_the_procedures() -> None:
    """The shop on Azure refuses by the same words."""
    source = "".join((SHOP / f"{name}.py").read_text(encoding="utf-8") for name in _CHANGING)
    raised = set(re.findall(r'NotPossibleError\(\s*"(\w+)"', source))
    procedures = (ROOT / "docs" / "deploy" / "sql" / "3_shop_changing.sql").read_text(encoding="utf-8")
    refused = set(re.findall(r"@code = N'(\w+)'", procedures))
    assert refused == {*raised, "IdempotencyKeyReused"}


def test_every_operation_is_told() -> None:
    """Those of the schema."""
    spec = load_spec(ROOT / "playbooks" / "workflows" / "update_order" / "schema.json")
    operations = spec.request["properties"]["operation"]["enum"]  # type: ignore[index]  # a schema
    assert [name for name in operations if f"| `{name}` |" not in DOC] == []
