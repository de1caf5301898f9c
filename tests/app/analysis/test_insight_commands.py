"""`switchboard insights` and `analyze --store`, with the real store."""

import json
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from scored import result

from orchestrator.app.application import App
from orchestrator.surfaces.cli import run_cli

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
PRIVATE = "ann.smith@example.com"


def run(capsys: pytest.CaptureFixture[str], *arguments: str, schema: str, code: int = 0) -> Any:
    """The document that a command prints, held against its schema."""
    assert run_cli(App(), [*arguments, "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8")))
    return document


def test_results_are_imported_once_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no result is told with its line; the second time nothing is new."""
    file = tmp_path / "scores.jsonl"
    lines = [json.dumps(result(1)), "{}", json.dumps(result(2, queue="billing", started_at=None)), "broken"]
    file.write_text("\n".join(lines), encoding="utf-8")
    first = run(capsys, "insights", "import", str(file), schema="stored", code=1)
    assert (first["new"], first["left_out"]) == (2, 2)
    assert first["problems"][0] == "line 2: it has no id"
    assert run(capsys, "insights", "import", str(file), schema="stored", code=1)["same"] == 2
    held = run(capsys, "insights", "show", schema="insights")
    assert (held["conversations"], held["first"]) == (2, "2026-06-03T10:00:00Z")
    assert held["names"]["queue"] == {"billing": 1, "delivery": 1}
    assert run_cli(App(), ["insights", "import", str(tmp_path / "none.jsonl")]) == 2


def test_a_batch_is_kept_without_personal_data(tmp_path: Path, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it is scored; a form that cannot be kept is refused before anything is read."""
    talk = {"id": "t-1", "turns": [{"speaker": "customer", "text": f"Terrible, still nothing at {PRIVATE}!"}]}
    file, out = tmp_path / "talks.jsonl", tmp_path / "scores.jsonl"
    file.write_text(json.dumps(talk), encoding="utf-8")
    assert run_cli(App(), ["analyze", str(file), "--out", str(tmp_path / "scores.csv"), "--store"]) == 2
    assert "--store needs" in capsys.readouterr().err
    document = run(capsys, "analyze", str(file), "--out", str(out), "--store", "--processes", "1", schema="analyzed")
    jsonschema.validate(document["stored"], json.loads((SCHEMAS / "stored.schema.json").read_text(encoding="utf-8")))
    assert document["stored"]["new"] == 1
    kept = duckdb.read_parquet(str(state / "insights" / "*.parquet")).fetchall()
    assert "Terrible" in str(kept)
    assert PRIVATE not in str(kept)
