import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("fake_application.py")
pty = pytest.importorskip("pty")


def watch(*argv: str, code: int = 0, **env: str) -> str:
    """Everything that a terminal of 80 columns gets to see."""
    outer, inner = pty.openpty()
    process = subprocess.Popen(  # our own program
        [sys.executable, str(PROGRAM), *argv],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **env},
    )
    os.close(inner)
    seen = b""
    with contextlib.suppress(OSError):  # how Linux tells that the other end has closed
        while piece := os.read(outer, 65_536):
            seen += piece
    os.close(outer)
    assert process.wait(timeout=60) == code
    return seen.decode()


def test_terminal_sees_steps_live_and_in_colour():
    """The display is redrawn while it runs; its last picture stands above the answer."""
    seen = watch("ask", "checkout is slow")
    assert "\x1b[2K" in seen
    assert re.search(r"\x1b\[[0-9;]*31m", seen)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert plain.rindex("Which dependencies fail?") < plain.index("CAUSE FOUND")


def test_picture_of_several_subjects_does_not_stand():
    """The page lists the steps of each subject itself, so nothing is said twice in the end."""
    seen = watch("ask", "two subjects", NO_COLOR="1", code=3)
    last = seen[seen.rindex("\x1b[2K") :]
    assert last.count("SAMPLE DATA") == 1
    assert last.count("Which dependencies fail?") == 1


def test_no_color_is_honoured():
    """Lines are redrawn, but no colour or weight is set."""
    seen = watch("ask", "checkout is slow", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", seen)
    assert "CAUSE FOUND" in seen


def test_dumb_terminal_gets_plain_ascii():
    """No escape sequence at all, and every step is still listed."""
    seen = watch("ask", "checkout is slow", TERM="dumb")
    assert ("\x1b" in seen, seen.isascii()) == (False, True)
    assert "Which dependencies fail?" in seen


def test_json_on_a_terminal_is_safe():
    """The document is not coloured, and hostile cells stay escaped."""
    seen = watch("runs", "show", "hostile", "--json")
    assert "\x1b" not in seen
    assert "\\u202e" in seen


def test_interrupt_stops_the_run_and_not_the_chat(tmp_path: Path):
    """Ctrl-C during a run is answered, and the next message too."""
    chat = subprocess.Popen(  # our own program
        [sys.executable, str(PROGRAM), "chat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "FAKE_STATE": str(tmp_path), "FAKE_PAUSE_S": "20"},
    )
    assert chat.stdin
    chat.stdin.write(b"checkout is slow\n")
    chat.stdin.flush()
    for _ in range(600):
        if (tmp_path / "running").exists():
            break
        time.sleep(0.05)
    chat.send_signal(signal.SIGINT)
    out, err = chat.communicate(b"show me E1\nmodel\n", timeout=60)
    assert (chat.returncode, out) == (0, b"")
    assert err.decode().splitlines() == [
        "Stopped. Ask on, or /quit.",
        "there is no evidence 'E1': ask something first",
        "the chat service answered 503: try again later",
    ]
