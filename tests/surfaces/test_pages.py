import json
import re
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.surfaces.terminal.post import MOST_LINES, post_text
from orchestrator.surfaces.terminal.report import report_text
from orchestrator.surfaces.terminal.screen import ASCII, Screen

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    """A module that stands beside this one."""
    spec = util.spec_from_file_location(f"pages_{name}", HERE / f"{name}.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GOLDENS = load("goldens")
REPORTS = load("reports")
PAGES = dict(GOLDENS.pages())
ESCAPES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_as_committed(name: str):
    """Written anew by `python tests/surfaces/goldens.py`."""
    assert (HERE / "golden" / name).read_text(encoding="utf-8") == PAGES[name]


def test_no_page_is_committed_without_a_report():
    """A golden file that nothing makes is a leftover."""
    assert sorted(path.name for path in (HERE / "golden").iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("name", sorted(REPORTS.ALL))
def test_plain_pages_hold_no_control_characters(name: str):
    """Piped output can be read by anything."""
    assert not ESCAPES.search(report_text(REPORTS.ALL[name](), Screen(width=80)))


@pytest.mark.parametrize("name", sorted(REPORTS.ALL))
def test_colour_adds_nothing_but_colour(name: str):
    """Without its colours a coloured page is the plain one."""
    report = REPORTS.ALL[name]()
    colored = report_text(report, Screen(width=80, color=True))
    stripped = "".join(f"{line.rstrip()}\n" for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines())
    assert "\x1b[" in colored
    assert report_text(report, Screen(width=80)) == stripped


def test_colour_marks_what_matters_and_nothing_around_it():
    """The mark's green ends with the mark, the title is dim, what a step says is not."""
    page = report_text(REPORTS.cause_found(), Screen(width=80, color=True))
    line = next(line for line in page.splitlines() if "How many requests fail?" in line)
    assert line.startswith("  \x1b[32m✓\x1b[0m \x1b[2mHow many requests fail?\x1b[0m")
    assert "\x1b[1m18.2% of" in line


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", sorted(set(REPORTS.ALL) - {"hostile"}))
def test_lines_fit_the_terminal(name: str, width: int):
    """Only a command to copy may be longer than the terminal is wide."""
    lines = report_text(REPORTS.ALL[name](), Screen(width=width)).splitlines()
    assert [line for line in lines if len(line) > width and "by hand" not in line] == []


def test_ascii_page_is_ascii():
    """Also where the report is not."""
    assert report_text(REPORTS.hostile(), Screen(width=80, marks=ASCII)).isascii()


def test_four_good_answers_are_worded_differently():
    """Healthy, no data, not covered and I don't know cannot be mistaken for each other."""
    words = {
        name: next(line for line in PAGES[f"{name}.txt"].splitlines() if line.startswith("●"))
        for name in ("healthy", "no_data", "not_covered", "inconclusive")
    }
    assert words == {
        "healthy": "● HEALTHY",
        "no_data": "● NO DATA",
        "not_covered": "● NOT COVERED",
        "inconclusive": "● I DON'T KNOW",
    }


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (
            {"calls": 3, "input_tokens": 4000, "output_tokens": 210, "cost": 0.0312},
            "3 calls, 4,210 tokens, cost 0.0312",
        ),
        ({"calls": 1, "input_tokens": 7, "output_tokens": 1, "estimated": True}, "1 call, about 8 tokens"),
    ],
)
def test_what_a_model_used_stands_at_the_end(usage: dict[str, object], said: str):
    """Only where one spoke."""
    report = {"run": "20260101-00000000", "usage": {"model": "gpt-x", "cost": None, "estimated": False, **usage}}
    assert report_text(report, Screen()).rstrip().endswith(f"gpt-x: {said}")
    assert "gpt-x" not in report_text({**report, "usage": {"model": "gpt-x", "calls": 0}}, Screen())


def test_next_does_not_repeat_an_action():
    """The guide's own list of next steps names each mitigation once more; the page does not."""
    assert PAGES["cause_found.txt"].count("az webapp deployment slot swap") == 1


@pytest.mark.parametrize("name", sorted(REPORTS.ALL))
def test_post_has_at_most_ten_lines(name: str):
    """For each kind of report."""
    lines = post_text(REPORTS.ALL[name]()).splitlines()
    assert 1 <= len(lines) <= MOST_LINES
    assert all(": " in line for line in lines)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(REPORTS.cause_found())), JSON))
def test_any_document_makes_a_page_and_a_post(changed: dict[str, object]):
    """Whatever stands in a report, it can be shown, and the post stays short and safe."""
    report = {**REPORTS.cause_found(), **changed}
    post = post_text(report)
    assert len(post.split("\n")) <= MOST_LINES
    assert not ESCAPES.search(post)
    assert not ESCAPES.search(report_text(report, Screen(width=72)))
    assert json.dumps(changed) is not None
