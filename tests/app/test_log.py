"""The program's own log."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from pydantic import SecretStr

from orchestrator.app.log import LIBRARIES, configure_logging, quiet_libraries, run_logged, secrets_of, write_failure
from orchestrator.app.logfile import LogFile
from orchestrator.core.events import RunStarted
from orchestrator.settings import Settings, WorkflowSetting

SIGNED = "https://prod-03.logic.azure.com/workflows/a/triggers/manual/paths/invoke?sp=run&sig=Zk3Zk3Zk3_x"
HEX = "0123456789abcdef0123456789abcdef"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpM"


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """The process's logging as it was."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, LIBRARIES))}
    yield
    root.handlers[:] = handlers
    for logger, level in levels.items():
        logger.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def entries(stream: io.StringIO) -> list[dict[str, Any]]:
    """The JSON lines that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def refuse() -> None:
    """Fail with secrets in the arguments."""
    raise OSError(5, f"cannot call {SIGNED}", {"api-key": HEX})


def chained() -> None:
    """Fail with secrets in an error, in its cause and in its arguments."""
    try:
        refuse()
    except OSError as error:
        raise RuntimeError("cannot open AccountKey=abcdefgh1234;x", f"Bearer {JWT}") from error


def test_a_failure_is_written_with_its_traceback_and_without_secrets(tmp_path: Path) -> None:
    """One JSON line holds the run, the traceback with the cause, and no secret."""
    with pytest.raises(RuntimeError) as caught:
        chained()
    path = write_failure(tmp_path / "state", caught.value, run="r-1")
    text = path.read_text(encoding="utf-8")
    entry = json.loads(text)
    assert entry["run"] == "r-1"
    assert entry["exception"].count("Traceback") == 2
    assert not [secret for secret in ("abcdefgh1234", "Zk3Zk3", HEX, JWT) if secret in text]


def test_an_entry_is_a_json_line_with_level_time_and_ids() -> None:
    """Off a terminal: one JSON document a line; the time is ISO 8601 in UTC."""
    stream = io.StringIO()
    configure_logging(stream=stream, level="info")
    structlog.get_logger("orchestrator.app").info("opened %s", "it", count=2)
    (entry,) = entries(stream)
    assert (entry["event"], entry["level"], entry["logger"], entry["count"]) == (
        "opened it",
        "info",
        "orchestrator.app",
        2,
    )
    assert datetime.fromisoformat(entry["timestamp"]).tzinfo == UTC


def test_a_terminal_gets_a_line_for_people() -> None:
    """On a terminal: no JSON; control characters of foreign text do not reach it."""
    stream = Screen()
    configure_logging(stream=stream)
    logging.getLogger("httpx").warning("odd \x1b]0;title\x07 name")
    assert "odd  name" in stream.getvalue()
    assert "{" not in stream.getvalue()
    assert "\x1b]" not in stream.getvalue()


@pytest.mark.parametrize(
    "name", ["semantic_kernel.functions", "openai", "httpx", "httpcore", "azure.core", "uvicorn.error", "asyncio"]
)
def test_a_warning_of_a_library_comes_out_structured_and_redacted(name: str) -> None:
    """The same form as our own entries; arguments of the message are redacted too."""
    stream = io.StringIO()
    configure_logging(stream=stream)
    logging.getLogger(name).warning("call of %s with %s failed", SIGNED, {"api-key": HEX})
    (entry,) = entries(stream)
    assert (entry["level"], entry["logger"]) == ("warning", name)
    assert "Zk3Zk3" not in stream.getvalue()
    assert HEX not in stream.getvalue()


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_nothing_below_the_level_is_written(level: str) -> None:
    """Our own entries from the level on; libraries' from WARNING on, even where their loggers were opened wide."""
    stream = io.StringIO()
    configure_logging(stream=stream, level=level)
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    for name in ("orchestrator.x", "httpx"):
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger(name).log(number, "said")
    levels = ["debug", "info", "warning", "error"]
    expected = [("orchestrator.x", item) for item in levels[levels.index(level) :]]
    expected += [("httpx", item) for item in levels[max(levels.index(level), 2) :]]
    assert [(entry["logger"], entry["level"]) for entry in entries(stream)] == expected


def test_what_a_server_set_up_for_itself_is_undone() -> None:
    """A level, a handler and a cut road of a logger below a library's."""
    loud = io.StringIO()
    server = logging.getLogger("uvicorn.error")
    server.addHandler(logging.StreamHandler(loud))
    server.setLevel(logging.CRITICAL)
    server.propagate = False
    stream = io.StringIO()
    configure_logging(stream=stream)
    server.warning("said")
    assert [entry["event"] for entry in entries(stream)] == ["said"]
    assert loud.getvalue() == ""


async def test_the_address_of_a_call_is_not_logged_at_any_level() -> None:
    """`httpx` and `azure.core` print each request with its address at INFO; neither gets through at debug."""
    from azure.core.pipeline.policies import HttpLoggingPolicy  # noqa: PLC0415  # only this test needs it
    from azure.core.rest import HttpRequest  # noqa: PLC0415

    stream = io.StringIO()
    configure_logging(stream=stream, level="debug")
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.post(SIGNED, headers={"api-key": HEX})
    policy = HttpLoggingPolicy(logging_enable=True)
    policy.logger.setLevel(logging.DEBUG)
    policy.on_request(_pipeline_request(HttpRequest("POST", SIGNED, headers={"api-key": HEX})))
    assert stream.getvalue() == ""


def _pipeline_request(request: Any) -> Any:
    from azure.core.pipeline import PipelineContext, PipelineRequest  # noqa: PLC0415

    return PipelineRequest(request, PipelineContext(None))


def test_an_exception_is_redacted_with_causes_and_arguments() -> None:
    """Of our loggers and of libraries'."""
    stream = io.StringIO()
    configure_logging(stream=stream)
    try:
        chained()
    except RuntimeError as error:
        structlog.get_logger("orchestrator.x").exception("failed", error=error)
        logging.getLogger("azure.core").exception("failed: %s", "api-key: " + HEX)
    ours, theirs = entries(stream)
    assert ours["exception"].count("Traceback") == theirs["exception"].count("Traceback") == 2
    assert not [secret for secret in ("abcdefgh1234", "Zk3Zk3", HEX, JWT) if secret in stream.getvalue()]


def test_values_of_any_kind_are_redacted() -> None:
    """Bytes, nested lists, keys, fields named as secrets, and settings' own secret values."""
    stream = io.StringIO()
    configure_logging(stream=stream)
    structlog.get_logger("orchestrator.x").warning(
        "seen",
        raw=f"Cookie: sid={HEX}".encode(),
        nested=[{"deep": ({"client_secret": HEX}, f"password={HEX}")}],
        authorization=f"Bearer {HEX}",
        key=SecretStr(HEX),
        **{f"api-key: {HEX}": 1},
    )
    (entry,) = entries(stream)
    assert HEX not in stream.getvalue()
    assert entry["key"] == "SecretStr('**********')"
    assert entry["nested"] == [{"deep": [{"client_secret": "[redacted key]"}, "password=[redacted key]"]}]


def test_a_known_secret_is_taken_out_wherever_it_stands() -> None:
    """A key without a shape, held by the settings, also as a part of an address."""
    settings = Settings(
        model_api_key=SecretStr("plain words!"), workflows={"w": WorkflowSetting(url=SecretStr(SIGNED))}
    )
    stream = io.StringIO()
    configure_logging(stream=stream, known=secrets_of(settings))
    logging.getLogger("openai").error("Incorrect key provided: plain words! (plain%20words%21)")
    (entry,) = entries(stream)
    assert entry["event"] == "Incorrect key provided: [redacted key] ([redacted key])"
    assert SIGNED in secrets_of(settings)


def test_an_entry_that_cannot_be_formatted_does_not_print_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    """Logging's own hook would print message and arguments to stderr."""
    stream = io.StringIO()
    logging.getLogger().handlers.clear()  # the test runner's own would raise
    configure_logging(stream=stream)
    logging.getLogger("openai").warning("%d calls", f"api-key: {HEX}")
    (entry,) = entries(stream)
    assert entry["event"] == "an entry could not be formatted"
    assert HEX not in stream.getvalue() + "".join(capsys.readouterr())


def test_a_plain_handler_is_replaced() -> None:
    """What `basicConfig` left would print what ours redact."""
    loud = io.StringIO()
    logging.getLogger().addHandler(logging.StreamHandler(loud))
    stream = io.StringIO()
    configure_logging(stream=stream)
    configure_logging(stream=stream)
    logging.getLogger("httpx").warning("once")
    assert len(entries(stream)) == 1
    assert loud.getvalue() == ""


async def test_a_run_binds_its_ids_in_its_own_tasks_only() -> None:
    """Two runs at once: each entry has its own run, also from a task that the run started; after it, none."""
    stream = io.StringIO()
    configure_logging(stream=stream)
    log = structlog.get_logger("orchestrator.x")

    async def step(name: str) -> None:
        await asyncio.sleep(0)
        log.warning(name)

    async def run(name: str) -> None:
        with run_logged() as heard:
            now = datetime.now(UTC)
            heard(RunStarted(run=name, session="s", message="", source="files", at=now, now=now, inputs={}))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(step(name))
        log.warning("after")

    await asyncio.gather(run("r1"), run("r2"))
    found = [(entry["event"], entry.get("run"), entry.get("session")) for entry in entries(stream)]
    assert sorted(found, key=str) == [("after", None, None)] * 2 + [("r1", "r1", "s"), ("r2", "r2", "s")]


def test_before_logging_is_configured_libraries_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """And quieting them does not undo a configuration."""
    quiet_libraries()
    logging.getLogger("semantic_kernel").error("a message of a customer")
    assert "".join(capsys.readouterr()) == ""
    stream = io.StringIO()
    configure_logging(stream=stream)
    quiet_libraries()
    logging.getLogger("semantic_kernel").error("said")
    assert [entry["event"] for entry in entries(stream)] == ["said"]


def test_the_file_is_bounded(tmp_path: Path) -> None:
    """The newest lines are kept, in two parts of at most the limit, and only their owner may read them."""
    file = LogFile(tmp_path / "a.log", limit=1_000)
    for number in range(200):
        file.append(f"line {number:04d}\nwith a break")
    parts = [tmp_path / "a.log.1", tmp_path / "a.log"]
    lines = [line for part in parts for line in part.read_text().splitlines()]
    assert max(part.stat().st_size for part in parts) <= 1_000
    assert lines == [f"line {number:04d} with a break" for number in range(200 - len(lines), 200)]
    assert (tmp_path / "a.log").stat().st_mode & 0o077 == 0


WRITER = """
import sys
from pathlib import Path
from orchestrator.app.logfile import LogFile
file = LogFile(Path(sys.argv[1]), limit=40_000)
for number in range(300):
    file.append(f"{sys.argv[2]} {number:04d} " + sys.argv[2] * 150)
"""


def test_lines_of_several_processes_do_not_mix(tmp_path: Path) -> None:
    """Three writers rotate a small file under each other: every line is whole, and the last of each order is kept."""
    path = tmp_path / "a.log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    lines = [line for part in (tmp_path / "a.log.1", path) for line in part.read_text().splitlines()]
    assert [line for line in lines if line != f"{line[0]} {line[2:6]} {line[0] * 150}"] == []
    for name in "abc":
        numbers = [int(line[2:6]) for line in lines if line[0] == name]
        assert numbers == sorted(set(numbers))
    assert max(int(line[2:6]) for line in lines) == 299


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """An entry is lost, and nothing is raised or printed."""
    (tmp_path / "file").write_text("")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        configure_logging(file=tmp_path / "file" / "a.log")
        logging.getLogger("httpx").error("lost")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
