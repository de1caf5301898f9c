import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

Run = Any
PROGRAM = Path(__file__).with_name("fake_application.py")
HEAVY = ("semantic_kernel", "duckdb", "prompt_toolkit", "numpy", "httpx", "azure", "cel", "ruamel")


def test_help_imports_nothing_heavy():
    """What makes `--help` slow is imported inside the commands that need it."""
    code = (
        "import contextlib, sys\n"
        "from orchestrator.surfaces.cli import run_cli\n"
        "run_cli(None, ['ask', '--help'])\n"
        "print([name for name in sys.argv[1:] if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert "Usage: switchboard ask" in done.stdout


def test_piped_answer_is_plain(spawn: Run):
    """No escape sequence and no redrawing when nobody watches, whatever TERM says."""
    ended = spawn("ask", "checkout returns 502", env={"TERM": "xterm-256color", "FORCE_COLOR": "1"})
    assert (ended.code, "\x1b" in ended.out, ended.err) == (0, False, "")
    assert ended.out.startswith("SAMPLE DATA")
    assert ended.out.index("Window") < ended.out.index("Steps") < ended.out.index("CAUSE FOUND")


def test_message_from_stdin(spawn: Run):
    """A single dash reads an alert's text, and bytes that are not UTF-8 do not stop it."""
    ended = spawn("ask", "-", "--json", stdin='{"alert": "healthy"}')
    assert json.loads(ended.out)["asked"] == '{"alert": "healthy"}'
    assert spawn("ask", "-", stdin="").code == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_other_encodings_get_ascii(spawn: Run, encoding: str):
    """Marks and texts that the terminal cannot show are replaced, never an error."""
    ended = spawn("ask", "hostile", env={"PYTHONIOENCODING": encoding})
    assert (ended.code, ended.out.isascii(), ended.err) == (0, True, "")
    document = spawn("ask", "hostile", "--json", env={"PYTHONIOENCODING": encoding})
    assert (document.out.isascii(), json.loads(document.out)["status"]) == (True, "answered")


def test_reader_that_leaves_early_sees_no_trace():
    """`switchboard ask ... | head -1` ends quietly."""
    program = subprocess.Popen(  # our own program
        [sys.executable, str(PROGRAM), "ask", "hostile"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout
    program.stdout.close()
    assert program.communicate()[1] == b""


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a POSIX shell")
@pytest.mark.parametrize(("typed", "code"), [("chat <&-", 0), ("ask - <&-", 2), ("ask x >&-", 0), ("ask '' 2>&-", 2)])
def test_closed_streams_are_empty_ones(typed: str, code: int):
    """A service manager may start the program without stdin or stdout."""
    script = f'"{sys.executable}" "{PROGRAM}" {typed}'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=False)  # our own program
    assert (done.returncode, b"went wrong" in done.stderr) == (code, False)


def test_chat_reads_lines_without_a_terminal(spawn: Run, tmp_path: Path):
    """Each line is a message; a follow-up shows evidence; errors are said and the chat goes on."""
    log = tmp_path / "switchboard.log"
    lines = [
        "checkout returns 502",
        "show me E3",
        "/evidence e2",
        "/evidence E9",
        "/hepl",
        "model",
        "crash",
        "/runs",
        "healthy",
    ]
    ended = spawn("chat", stdin="\n".join([*lines, ""]))
    assert (ended.code, "\x1b" in ended.out) == (0, False)
    for said in ("CAUSE FOUND", "Evidence  E3  step operations", "Evidence  E2  step deploys", "r7k2m8", "HEALTHY"):
        assert said in ended.out
    assert ended.err.splitlines() == [
        "there is no evidence 'E9': the last answer has E1, E2, E3, E4",
        "there is no command '/hepl': did you mean /help?",
        "the chat service answered 503: try again later",
        f"switchboard: something went wrong in run r7k2m9 (ZeroDivisionError); the log is {str(log)!r}",
    ]


def test_chat_begins_anew_and_leaves(spawn: Run):
    """/new forgets the last answer, /quit ends before the next line."""
    ended = spawn("chat", stdin="healthy\n/new\n/evidence E1\n/quit\nfailed\n")
    assert (ended.code, "FAILED" in ended.out) == (0, False)
    assert "ask something first" in ended.err


def test_chat_help_lists_every_command(spawn: Run):
    """As the manual does."""
    ended = spawn("chat", stdin="/help\n")
    assert all(name in ended.out for name in ("/help", "/evidence", "/runs", "/new", "/quit"))
