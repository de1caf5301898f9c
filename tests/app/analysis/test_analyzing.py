"""`analyze` as a surface calls it, with the real scorer."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orchestrator.app.analysis.analyzing import analyze
from orchestrator.core.batching import BatchProgress
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "analyzed.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Three conversations, one of them in French, and a bad record."""
    said = {
        "a": "Still no parcel, this is the third time, and my card is 4111 1111 1111 1111.",
        "b": "Thanks, that was quick.",
        "c": "Je voudrais un remboursement, la taille n'est pas la bonne, merci de votre aide.",
    }
    lines = [json.dumps({"id": name, "turns": [{"speaker": "customer", "text": text}]}) for name, text in said.items()]
    path = tmp_path / "talks.jsonl"
    path.write_text("\n".join([*lines, '{"id": "d", "mail": "jane@example.com"']), encoding="utf-8")
    return path


def run(talks: Path, watch: Any = lambda _: None, **asked: Any) -> Document:
    """What came of a request, which keeps to its schema."""
    out = asked.pop("out", talks.with_name("scores.jsonl"))
    request = AnalysisRequest(**{"inputs": (str(talks),), "out": out, **asked})
    document = analyze(request, lambda: Settings(_env_file=None), watch=watch)
    VALIDATOR.validate(document)
    return document


def test_a_batch_says_what_came_of_it(talks: Path) -> None:
    """Counts, places and provenance, which each result has too; no personal data in it, nor in the rejected records."""
    seen: list[BatchProgress] = []
    document = run(talks, watch=seen.append)
    written = talks.with_name("scores.jsonl").read_text(encoding="utf-8")
    results = [json.loads(line) for line in written.splitlines()]
    assert (document["conversations"], document["turns"], document["rejected"]) == (3, 3, 1)
    assert [one["id"] for one in results] == ["a", "b", "c"]
    provenance = document["provenance"]
    assert isinstance(provenance, dict)
    assert [{name: one["provenance"][name] for name in provenance} for one in results] == [provenance] * 3
    assert seen[-1].stage == "writing"
    rejects = Path(str(document["rejects"])).read_text(encoding="utf-8")
    assert [text for text in ("4111", "jane@example.com") if text in written + rejects] == []
    assert "[email]" in rejects


def test_a_report_is_made_with_the_result(talks: Path) -> None:
    """In any form of result."""
    report = talks.with_name("report.html")
    document = run(talks, report=report, out=talks.with_name("scores.parquet"))
    assert document["report"] == str(report)
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"inputs": ()}, "give INPUT and --out FILE"),
        ({"out": None}, "give INPUT and --out FILE"),
        ({"out": Path("scores.txt")}, "has no known ending: give one of"),
        ({"columns": {"body": "x"}}, "there is no field 'body'"),
        ({"columns": {"text": "x"}}, "has whole conversations: leave it out"),
        ({"table": "t"}, "give --engine spark"),
        ({"out": Path("x.csv"), "store": True}, "--store needs a result of lines"),
        ({"report": Path()}, "--report '.' is a folder"),
        ({"reasons": "nowhere"}, "--reasons 'nowhere': there is no such file"),
        ({"scorecard": "nowhere"}, "nowhere"),
        ({"compliance": Path("nowhere.yaml")}, "nowhere.yaml"),
        ({"products": Path("nowhere.yaml")}, "nowhere.yaml"),
        ({"calibration": Path("nowhere.json")}, "nowhere.json"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_written(talks: Path, asked: dict[str, Any], message: str) -> None:
    """With the mend."""
    with pytest.raises(InputError, match=message):
        run(talks, **asked)
    assert sorted(path.name for path in talks.parent.iterdir()) == ["talks.jsonl"]
