"""The program's own log."""

import json
from pathlib import Path

import pytest

from orchestrator.app.log import write_failure


def int_of_secret() -> None:
    """Fail with a secret in the message."""
    raise RuntimeError("cannot open AccountKey=abcdefgh1234;x")


def test_a_failure_is_written_with_its_traceback_and_without_secrets(tmp_path: Path) -> None:
    """One JSON line holds the run, the traceback and no key."""
    with pytest.raises(RuntimeError) as caught:
        int_of_secret()
    path = write_failure(tmp_path / "state", caught.value, run="r-1")
    entry = json.loads(path.read_text(encoding="utf-8"))
    assert entry["run"] == "r-1"
    assert "Traceback" in entry["exception"]
    assert "abcdefgh1234" not in path.read_text(encoding="utf-8")
