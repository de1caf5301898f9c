"""What `doctor` says of the whole program."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.shipping.conversing import SHIPPED
from orchestrator.surfaces.application import Options

Run = Callable[..., Any]
PARTS = [
    *("python", "packages", "rooms", "settings", "state", "worker", "guides", "policies", "procedures"),
    *("identity", "logs", "resources", "search", "model", "workflows", "telemetry"),
]
OFF = ("worker", "identity", "resources", "search", "telemetry")


def findings(ended: Any) -> dict[str, dict[str, str]]:
    """The findings by part."""
    return {item["part"]: item for item in json.loads(ended.out)["findings"]}


def test_all_is_well(run: Run, options: Options) -> None:
    """A line per part, in the order in which a run needs them, and exit code 0."""
    ended = run("doctor", "--logs", options.logs[0], "--guides", str(options.guides), "--json")
    assert (ended.code, list(findings(ended))) == (0, PARTS)
    states = {part: item["state"] for part, item in findings(ended).items()}
    assert states == {part: "off" if part in OFF else "ok" for part in PARTS}
    assert "1 tables, 180 rows, newest 2026-05-04 10:59 UTC" in findings(ended)["logs"]["detail"]
    assert [line.split()[0] for line in run("doctor", "--logs", options.logs[0]).out.splitlines() if line[0] != " "][
        1:
    ] == PARTS


@pytest.mark.parametrize(
    "wrong",
    [
        ("LOGS", "/no/such/folder", "logs", "/no/such/folder"),
        ("LOGS", '["', "settings", "SWITCHBOARD_LOGS"),
        ("GUIDES", "/no/such/folder", "guides", "/no/such/folder"),
        ("STATE", "/dev/null/state", "state", "/dev/null/state"),
        ("POLICIES", "/no/such/folder", "policies", "/no/such/folder"),
        ("PROCEDURES", "/no/such/folder", "procedures", "/no/such/folder"),
        ("STAET", "x", "settings", "SWITCHBOARD_STATE"),  # a slip, not a path that is used
        ("MODEL_BASE_URL", "http://user:hidden@model.example/v1", "model", "SWITCHBOARD_MODEL_NAME"),
        ("WORKSPACE", "1111", "logs", "customerId"),
        ("OTLP_ENDPOINT", "http://127.0.0.1:9", "telemetry", "127.0.0.1:9 cannot be reached"),
        ("APPINSIGHTS_CONNECTION_STRING", "hidden", "telemetry", "no connection string"),
    ],
)
def test_what_is_wrong_is_named_with_its_mend(
    run: Run, options: Options, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str, str, str]
) -> None:
    """Exit code 1, and no secret."""
    name, value, part, said = wrong
    if name not in {"LOGS", "WORKSPACE"}:
        monkeypatch.setenv("SWITCHBOARD_LOGS", options.logs[0])
    monkeypatch.setenv(f"SWITCHBOARD_{name}", value)
    ended = run("doctor", "--json")
    found = findings(ended)[part]
    assert (ended.code, found["state"]) == (1, "wrong")
    assert said in f"{found['detail']} {found['mend']}"
    assert "hidden" not in ended.out


def test_a_procedure_that_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With where the built-in one stands: without it, what it is for cannot be done."""
    for file in SHIPPED.glob("*.yaml"):
        if file.stem != "ship_order":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("SWITCHBOARD_PROCEDURES", str(tmp_path))
    found = findings(run("doctor", "--json"))["procedures"]
    assert (found["state"], "without ship_order" in found["detail"]) == ("wrong", True)
    assert str(SHIPPED) in found["mend"]


def test_the_state_folder_is_not_needed_to_judge_guides(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only what is wrong is said to be wrong: the sample cannot be made, the guides can be read."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SWITCHBOARD_STATE", str(tmp_path / "file" / "state"))
    found = findings(run("doctor", "--json"))
    assert [part for part in PARTS if found[part]["state"] == "wrong"] == ["state", "logs"]
