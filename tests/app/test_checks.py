"""`guides check` on files: every query against the columns that are there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.live_checks import check_guides
from orchestrator.app.resource_source import metrics_audience
from orchestrator.core.errors import InputError, SettingsError
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

Run = Callable[..., Any]


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    """The file with texts replaced."""
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


def check(run: Run, options: Options, *argv: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the document, on the folder's files."""
    ended = run("guides", "check", *argv, "--logs", options.logs[0], "--json")
    return ended.code, json.loads(ended.out)


def states(document: dict[str, Any]) -> dict[str, str]:
    """The state of each step."""
    return {step["step"]: step["state"] for guide in document["guides"] for step in guide["steps"]}


def test_a_sound_guide_fits_the_files(run: Run, options: Options, guide: Path) -> None:
    """Every query is described, and nothing is wrong."""
    code, document = check(run, options, str(guide))
    assert (code, document["source"], states(document)) == (0, "files", {"targets": "ok"})


def test_a_column_that_was_renamed_is_found(run: Run, options: Options, guide: Path) -> None:
    """Lint knows the declared columns only; the check sees the data's, and names the nearest."""
    logs = Path(options.logs[0]) / "AppDependencies.csv"
    changed(logs, ("Target", "TargetName"))
    changed(guide, ("Target: string, ", ""))
    code, document = check(run, options, str(guide))
    (problem_,) = document["guides"][0]["problems"]
    assert (code, states(document)) == (1, {"targets": "wrong"})
    assert "did you mean 'TargetName'" in problem_["message"] or "no column 'Target'" in problem_["message"]
    assert problem_["file"] == str(guide)
    line = guide.read_text().splitlines()[problem_["line"] - 1]
    assert "Target" in line


def test_an_expression_on_what_really_comes_back(run: Run, options: Options, guide: Path) -> None:
    """A step is wrong too where only its branches are."""
    changed(guide, ("row.share > 0.2", "row.shares > 0.2"))
    code, document = check(run, options, str(guide))
    assert (code, document["wrong"]) == (1, 1)
    assert "shares" in document["guides"][0]["problems"][0]["message"]


def test_files_without_an_inventory_skip_its_steps(run: Run, options: Options, wide: Path) -> None:
    """What is not configured is no fault of the guide."""
    code, document = check(run, options, str(wide))
    assert (code, states(document)) == (0, {"targets": "ok", "inventory": "skipped", "busy": "skipped"})
    reasons = [step["reason"] for step in document["guides"][0]["steps"][1:]]
    assert "no Azure Resource Graph is configured" in reasons[0]
    assert "--param NAME=ID" in reasons[1]


def test_a_guide_that_cannot_be_read_is_told(run: Run, options: Options, guide: Path) -> None:
    """With its place; exit code 1 as for lint."""
    changed(guide, ("branches:\n", "branchs:\n"))
    code, document = check(run, options, str(guide))
    assert (code, document["guides"][0]["guide"], len(document["guides"][0]["problems"])) == (1, None, 1)


def test_bad_input_ends_with_2(run: Run, options: Options, guide: Path) -> None:
    """No workspace for --live, no such file, no such parameter."""
    for argv, said in (
        (["--live", "--logs", options.logs[0]], "--live asks a workspace"),
        (["nowhere.md", "--logs", options.logs[0]], "no such guide"),
        ([str(guide), "--logs", options.logs[0], "--param", "p_servce=x"], "did you mean 'p_service'"),
    ):
        ended = run("guides", "check", *argv)
        assert (ended.code, said in ended.err) == (2, True), ended.err


def test_a_run_reads_the_inventory_and_the_metrics_of_the_same_files(run: Run, options: Options, wide: Path) -> None:
    """Each is evidence of its own source, and `guides run` needs nothing but the files."""
    folder, database = Path(options.logs[0]), "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a"
    (folder / "Resources.jsonl").write_text(json.dumps({"id": database, "name": "pay", "location": "north"}) + "\n")
    minutes = "".join(f"2026-05-04T10:{n:02d}:00Z,{database.upper()},cpu_percent,{n},1\n" for n in range(60))
    (folder / "AzureMetrics.csv").write_text(f"TimeGenerated,ResourceId,MetricName,Total,Count\n{minutes}")
    given = ("--param", "p_service=pay", "--param", f"p_database={database}", "--now", "2026-05-04T11:00:00Z")
    ended = run(
        "guides", "run", "failing_target", "--guides", str(wide.parent), "--logs", str(folder), *given, "--json"
    )
    document = json.loads(ended.out)
    assert (ended.code, document["verdict"]["cause"]) == (0, "target_down")
    sources = {item["step"]: (item["source"], item["row_count"]) for item in document["evidence"]}
    assert sources["inventory"] == ("resource_graph:files", 1)
    assert sources["busy"] == ("metrics:files", 60)


async def test_files_do_not_count_as_live(options: Options, guide: Path) -> None:
    """Nor do parameters that no guide has."""
    with pytest.raises(SettingsError, match="--live asks a workspace"):
        await check_guides([guide], options=options, settings=Settings(), live=True)
    wrong = Options(logs=options.logs, parameters={"p_x": "1"})
    with pytest.raises(InputError, match="no guide has a parameter"):
        await check_guides([guide], options=wrong, settings=Settings(), live=False)


@pytest.mark.parametrize(
    ("endpoint", "audience"),
    [
        ("https://{region}.metrics.monitor.azure.com", "https://metrics.monitor.azure.com"),
        ("https://westeurope.metrics.monitor.azure.com/", "https://metrics.monitor.azure.com"),
        ("https://usgovvirginia.metrics.monitor.azure.us", "https://metrics.monitor.azure.us"),
        ("https://proxy.example", "https://proxy.example"),
    ],
)
def test_tokens_are_for_the_cloud_of_the_endpoint(endpoint: str, audience: str) -> None:
    """The region is no part of whom a token is for."""
    assert metrics_audience(endpoint) == audience
