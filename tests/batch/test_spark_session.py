import json
import sys
from pathlib import Path

import jsonschema
import pytest

from orchestrator.app.analysis.spark import _document, analyze_on_spark
from orchestrator.batch.spark.outcome import Counts
from orchestrator.batch.spark.run import SparkEnd
from orchestrator.batch.spark.session import _check_java
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest, ModelRequest

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "analyzed.schema.json"


def request(**options: object) -> AnalysisRequest:
    """A request for Spark."""
    given: dict[str, object] = {"inputs": ("a.jsonl",), "out": Path("scores"), "engine": "spark", **options}
    return AnalysisRequest(**given)  # type: ignore[arg-type]  # as the test names them


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resume": True}, "--resume is for --engine local"),
        ({"processes": 2}, "--processes is for --engine local"),
        ({"report": Path("page.html")}, "--report is for --engine local"),
        ({"model": ModelRequest()}, "--model is for --engine local"),
        ({"redaction": "presidio"}, "--redaction presidio is for --engine local"),
        ({"inputs": ("-",)}, "Spark does not read stdin"),
        ({"out": Path("scores.jsonl")}, "looks like a file: name a folder"),
    ],
)
def test_what_only_one_machine_does_is_refused(options: dict[str, object], message: str) -> None:
    """It is said before Spark is started."""
    with pytest.raises(InputError, match=message):
        analyze_on_spark(request(**options))


def test_the_document_is_that_of_the_schema() -> None:
    """What Spark's batch tells has the fields of every batch, and two more."""
    end = SparkEnd(
        inputs=("chats",), out="scores", rejects=None, counts=Counts(1, 2, 3, 0), seconds=0.5, ignored=("loaded_on",)
    )
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    document = _document(end, Scoring())

    jsonschema.validate(document, schema)
    assert tuple(document[name] for name in ("unchanged", "ignored_columns", "turns_per_second")) == (
        3,
        ["loaded_on"],
        4.0,
    )


def test_pyspark_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra."""
    monkeypatch.setitem(sys.modules, "pyspark", None)

    with pytest.raises(InputError, match=r"needs PySpark, which is not installed .*pip install 'switchboard\[spark\]'"):
        analyze_on_spark(request())


def test_java_that_is_missing_or_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message says which Java was found, and which is needed."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="which holds none: install a JDK 17"):
        _check_java(4)

    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    _check_java(3)
    with pytest.raises(InputError, match="is Java 11, and this PySpark needs 17 or later"):
        _check_java(4)

    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="there is none on the PATH"):
        _check_java(4)
