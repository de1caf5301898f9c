"""Bad input through the whole program: an exit code, and a message that names value, place and mend."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.surfaces.application import Options

Run = Callable[..., Any]
QUESTION = "calls of pay to a dependency fail since 10:20"


@pytest.fixture
def logs(options: Options) -> Path:
    """The folder of logs."""
    return Path(options.logs[0])


@pytest.fixture
def guide(options: Options) -> Path:
    """The one guide."""
    assert options.guides is not None
    return options.guides / "failing_target.md"


@pytest.fixture
def ask(run: Run, logs: Path, guide: Path) -> Run:
    """Ask these logs with this guide; nothing printed is a stack trace."""

    def once(text: str, *flags: str) -> Any:
        ended = run("ask", text, "--logs", str(logs), "--guides", str(guide.parent), *flags)
        assert "Traceback" not in ended.err + ended.out
        return ended

    return once


def changed(path: Path, old: str, new: str) -> None:
    """The file with one text replaced."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def refused(ended: Any, *parts: str) -> None:
    """Exit code 2, nothing on stdout, one message with all of these parts."""
    assert ended.code == 2
    assert ended.out == ""
    assert [part for part in parts if part not in ended.err] == []
    assert "Traceback" not in ended.err


def test_no_such_folder(run: Run, tmp_path: Path) -> None:
    """Named as a flag, and as a setting."""
    refused(run("ask", QUESTION, "--logs", str(tmp_path / "nowhere")), str(tmp_path / "nowhere"), "--logs DIR")


def test_a_folder_in_the_settings_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody passed a flag, so the variable is named too; the sample does not answer in its place."""
    monkeypatch.setenv("SWITCHBOARD_LOGS", str(tmp_path / "nowhere"))
    refused(run("ask", QUESTION), str(tmp_path / "nowhere"), "SWITCHBOARD_LOGS")


def test_an_empty_folder(run: Run, tmp_path: Path) -> None:
    """What could stand there is said."""
    refused(run("ask", QUESTION, "--logs", str(tmp_path)), str(tmp_path), "Parquet, CSV")


def test_a_truncated_gzip(run: Run, logs: Path) -> None:
    """The file is named."""
    whole = gzip.compress((logs / "AppDependencies.csv").read_bytes())
    (logs / "AppDependencies.csv").unlink()
    (logs / "AppDependencies.csv.gz").write_bytes(whole[: len(whole) // 2])
    refused(run("logs", "query", "AppDependencies | count", "--logs", str(logs)), "AppDependencies.csv.gz")


def test_a_broken_row(ask: Run, logs: Path) -> None:
    """The run goes on without it and says so with its line; --strict stops."""
    with (logs / "AppDependencies.csv").open("a") as file:
        file.write("2026-05-04T10:59:30Z,pay,bank\n")
    report = json.loads(ask(QUESTION, "--json").out)
    assert report["verdict"]["cause"] == "target_down"
    assert any("AppDependencies.csv:182" in note and "left out" in note for note in report["notes"])
    refused(ask(QUESTION, "--strict"), "AppDependencies.csv:182", "strict")


def test_two_tables_of_one_name(ask: Run, logs: Path) -> None:
    """Both files are named."""
    (logs / "AppDependencies.jsonl").write_text('{"TimeGenerated": "2026-05-04T10:00:00Z"}\n')
    refused(ask(QUESTION), "'AppDependencies'", "AppDependencies.csv", "AppDependencies.jsonl", "TABLE=FILE")


def test_a_guide_with_a_cycle(ask: Run, guide: Path) -> None:
    """The way round is named, with file and line."""
    changed(
        guide,
        '    healthy: "no target of {p_service} fails: worst {row.Target} with {row.share:.1%}"\n',
        '    healthy: "none"\n    next: [targets]\n',
    )
    refused(ask(QUESTION), str(guide), "targets")


def test_an_unknown_step(ask: Run, guide: Path) -> None:
    """The nearest one stands beside it."""
    changed(guide, 'unknown: "no calls of {p_service}"\n', 'unknown: "no calls"\n    next: [target]\n')
    refused(ask(QUESTION), f"{guide}:", "'target'", "'targets'")


def test_a_condition_of_the_wrong_type(ask: Run, guide: Path) -> None:
    """Found before the run, with the expression."""
    changed(guide, 'when: "row.share > 0.2"', 'when: "row.Target > 0.2"')
    refused(ask(QUESTION), f"{guide}:", "row.Target > 0.2")


def test_a_missing_parameter(ask: Run) -> None:
    """Asked for, with what is known; never guessed."""
    ended = ask("calls to a dependency fail since 10:20", "--json")
    report = json.loads(ended.out)
    assert (ended.code, report["status"]) == (2, "needs_input")
    (question,) = report["questions"]
    assert question["parameter"] == "p_service"
    assert question["choices"] == ["cart", "pay"]


def test_an_unknown_service(ask: Run, logs: Path) -> None:
    """The nearest names stand in the question."""
    changed(logs / "AppDependencies.csv", ",pay,", ",payments,")
    ended = ask("calls of paymnets to a dependency fail since 10:20", "--json")
    report = json.loads(ended.out)
    assert (ended.code, report["status"]) == (2, "needs_input")
    assert "'paymnets'" in report["questions"][0]["text"]
    assert "payments" in report["questions"][0]["text"]


def test_a_table_that_is_not_there(run: Run, ask: Run, logs: Path, guide: Path) -> None:
    """A query by hand is refused with the nearest name; inside a guide the step fails and the run goes on."""
    refused(run("logs", "query", "AppDependency | count", "--logs", str(logs)), "AppDependency", "AppDependencies")
    changed(guide, "```kql\nAppDependencies\n", "```kql\nAppDependency\n")
    ended = ask(QUESTION, "--json")
    report = json.loads(ended.out)
    assert (ended.code, report["status"]) == (0, "answered")
    assert report["verdict"]["status"] == "inconclusive"
    assert report["steps"][0]["status"] == "failed"
    assert "AppDependencies" in report["steps"][0]["reason"]


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_message(ask: Run, text: str) -> None:
    """With an example of what to say."""
    refused(ask(text), "the message is empty", "checkout returns 502")


def test_a_message_of_a_megabyte(ask: Run) -> None:
    """What fits is answered, what does not is refused with the limit."""
    refused(ask("x" * 1_000_001), "1,000,000 characters", "shorten it")
    assert ask(f"{QUESTION} " + "stack frame " * 80_000, "--json").code in {0, 2}


def test_bytes_that_are_no_text(spawn: Run, logs: Path, guide: Path) -> None:
    """A binary file on stdin is a message that nobody understands, not a crash."""
    ended = spawn("ask", "-", "--logs", str(logs), "--guides", str(guide.parent), "--json", stdin=os.urandom(4096))
    assert ended.code in {0, 2}
    assert json.loads(ended.out)["verdict"] in (None, {**(json.loads(ended.out)["verdict"] or {}), "cause": None})
    assert "Traceback" not in ended.err


def test_no_rights(run: Run, ask: Run, logs: Path, guide: Path) -> None:
    """What lies below a folder that nobody may look into is named, be it logs or guides."""
    logs.chmod(0)
    guide.parent.chmod(0)
    try:
        if os.access(logs, os.R_OK):
            pytest.skip("rights do not bind this user")
        for flag in ("--logs", "--guides"):
            for path in (logs / "below", guide.parent / "below", logs):
                refused(run("ask", QUESTION, "--logs", str(logs), flag, str(path)), str(logs.parent))
        assert ask(QUESTION).code == 2
    finally:
        logs.chmod(0o700)
        guide.parent.chmod(0o700)


def test_a_guide_that_is_no_file(ask: Run, logs: Path, guide: Path) -> None:
    """It is named, and what the system says of it."""
    guide.unlink()
    guide.mkdir()
    (guide.parent / "page.md").symlink_to(guide)
    refused(ask(QUESTION), str(guide), "cannot read")
    assert logs.is_dir()


@pytest.mark.parametrize(
    ("flags", "parts"),
    [
        (("--session", "s-none"), ("'s-none'", "--session")),
        (("--param", "p_servce=pay"), ("'p_servce'", "'p_service'")),
        (("--param", "p_from=whenever"), ("p_from", "'whenever'")),
        (("--now", "noon"), ("'noon'", "2026-")),
        (("--tz", "Mars/Base"), ("'Mars/Base'", "Europe/Berlin")),
        (("--agent", "triag"), ("'triag'", "triage")),
    ],
)
def test_flags_that_mean_nothing(ask: Run, flags: tuple[str, ...], parts: tuple[str, ...]) -> None:
    """Each names its value and what to write."""
    refused(ask(QUESTION, *flags), *parts)


def test_what_is_no_workspace_says_how_its_id_is_found(run: Run) -> None:
    """A name is no id."""
    refused(run("ask", QUESTION, "--workspace", "1111"), "--workspace '1111'", "customerId")


def test_a_setting_that_cannot_be_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named, its value is not."""
    monkeypatch.setenv("SWITCHBOARD_LOGS", '["/secret')
    ended = run("ask", QUESTION)
    refused(ended, "SWITCHBOARD_LOGS", "JSON list")
    assert "/secret" not in ended.err
