import io
import json
import sys
from typing import Any

import pytest

from orchestrator.surfaces.cli import run_cli
from orchestrator.surfaces.terminal.cleaning import clean_lines

Run = Any


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def answer(application: Any, monkeypatch: pytest.MonkeyPatch):
    """Run one command at a terminal where somebody types that line; exit code and what was shown."""

    def once(line: str, *argv: str) -> tuple[int, str]:
        screen = Terminal()
        monkeypatch.setattr(sys, "stdin", Terminal(f"{line}\n"))
        monkeypatch.setattr(sys, "stdout", screen)
        return run_cli(application, argv), screen.getvalue()

    return once


def words(text: str) -> str:
    """The text with single blanks, however it was wrapped."""
    return " ".join(text.split())


def test_the_list_tells_what_waits(run: Run):
    """Its age, until when, what, how far it reaches and who may; nothing that a terminal would act on."""
    found = run("approvals", "list")
    assert found.code == 0
    for part in (
        'A-7 waiting rollback_deployment service="checkout", version="v41" touches 4 instances of the new version',
        "2 min old; expires in 28 min; may approve: you, on_call",
        "A-9 unknown",
    ):
        assert part in words(found.out)
    assert "A-5" not in found.out
    assert "A-5" in run("approvals", "list", "--all").out
    assert json.loads(run("approvals", "list", "--limit", "1", "--json").out)["more"] is True


def test_an_action_is_shown_with_all_that_decides(run: Run):
    """Exact arguments, the command by hand, reach, verification, undo, guide, evidence, rule and history."""
    page = run("approvals", "show", "A-7").out
    for part in (
        "Proposed action A-7 rollback_deployment in sample WAITING",
        'service "checkout"',
        'version "v41"',
        "by hand kubectl rollout undo deployment/checkout",
        "touches 4 instances of the new version are replaced",
        "verified by wait 5m, ask step impact, over the 15m after it, expect row.share <= 0.01",
        "undone by deploy_version service=checkout, version=v42",
        "an approval is not the action",
        "guide deploy_regression version 9f3c2a71d0be",
        "18 % of requests fail since v42 red [E1, E2]",
        "asked by local:alice (not authenticated)",
        "expires 2026-11-22 11:16 UTC",
        "rule fixes policies/p.yaml:3",
        "who may on_call: local:alice, local:bob",
        "break glass lead",
        "2026-11-22 10:46 Proposed by the guide.",
    ):
        assert part in words(page)
    assert "\x1b" not in page


def test_what_can_be_found_out_is_looked_for(run: Run):
    """Whoever looks at an action verifies it, where nobody has."""
    found = run("approvals", "show", "A-6")
    assert (found.code, found.err) == (0, "looking whether it helped\n")
    assert "A-6 rollback_deployment in sample VERIFIED" in words(found.out)
    assert "result" not in json.loads(run("approvals", "show", "A-6", "--json").out)


def test_a_yes_at_the_terminal_approves(answer: Any, application: Any):
    """After exactly what would be done was shown."""
    code, shown = answer("y", "approvals", "approve", "A-7")
    assert (code, application.decided) == (0, [("approve", "A-7", None, "cli")])
    plain = words(clean_lines(shown))
    assert plain.index("Proposed action A-7") < plain.index("Approve exactly this? [y/N]") < plain.index("DONE")
    for part in ("A-7 DONE done once", "outcome 4 instances replaced", "verification holds", "undo deploy_version"):
        assert part in plain


@pytest.mark.parametrize("line", ["n", "", "no"])
def test_anything_else_approves_nothing(answer: Any, application: Any, line: str):
    """It goes on waiting."""
    code, _ = answer(line, "approvals", "approve", "A-7")
    assert (code, application.decided) == (3, [])


def test_without_a_terminal_a_yes_is_needed(run: Run, application: Any):
    """Said with the mend; nothing is approved."""
    found = run("approvals", "approve", "A-7")
    assert (found.code, application.decided) == (2, [])
    assert "switchboard approvals show A-7" in found.err
    assert "--yes" in found.err
    assert run("approvals", "approve", "A-7", "--json").code == 2


def test_progress_goes_to_stderr(run: Run):
    """So that the document stays one."""
    found = run("approvals", "approve", "A-7", "--yes", "--json")
    assert (found.code, found.err) == (0, "calling roll_back_deploy\n")
    assert json.loads(found.out)["result"]["status"] == "done"


def test_approving_twice_says_the_same(run: Run):
    """And asks nothing: it is done already."""
    first = run("approvals", "approve", "A-7", "--yes").out
    assert run("approvals", "approve", "A-7").out == first


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["approve", "A-8", "--yes"], 3, "A-8 WAITING one of two persons has approved"),
        (["approve", "A-9", "--yes"], 3, "A-9 UNKNOWN the reply was lost next settle A-9"),
        (["deny", "A-7", "--reason", "not now"], 0, "A-7 DONE denied: not now"),
        (["deny", "A-5", "--reason", "late"], 2, "A-5 was done"),
        (["review", "A-5", "--note", "it was right"], 0, "reviewed: it was right"),
        (["settle", "A-9"], 3, "A-9 UNKNOWN found None"),
        (["settle", "A-9", "--done", "--note", "I looked"], 0, "found done"),
        (["settle", "A-9", "--not-done", "--note", "I looked"], 0, "found absent"),
        (["settle", "A-9", "--done"], 2, "need a --note"),
        (["approve", "A-1", "--yes"], 2, "there is no action 'A-1'; the nearest are A-7, A-8"),
        (["approve", "A-7", "--yes", "--break-glass", " "], 2, "--break-glass needs a reason"),
    ],
)
def test_the_exit_code_tells_what_came_of_it(run: Run, argv: list[str], code: int, said: str):
    """0 done, 3 waiting, 2 refused or bad input."""
    found = run("approvals", *argv)
    assert found.code == code
    assert said in words(found.out + found.err)


def test_broken_glass_is_said_before_the_yes(answer: Any, application: Any):
    """With the reason recorded."""
    _, shown = answer("y", "approvals", "approve", "A-7", "--break-glass", "nobody answers")
    assert "alone, behind broken glass, to be reviewed?" in words(shown)
    assert application.decided == [("approve", "A-7", "nobody answers", "cli")]


def test_who_has_approved_is_asked_before_the_glass_breaks(answer: Any, application: Any):
    """A first yes was not one to this."""
    application.hidden = True
    code, shown = answer("n", "approvals", "approve", "A-7", "--break-glass", "nobody answers")
    assert (code, application.decided) == (3, [])
    assert "behind broken glass" in words(shown)


def test_what_became_forbidden_says_so(run: Run, application: Any):
    """It waits on, and nobody may."""
    application.forbidden = True
    assert "may approve: nobody, it is forbidden now" in words(run("approvals", "list").out)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("approve A-7", "switchboard approvals approve A-7"),
        ("deny A-7 because no", "switchboard approvals deny A-7 --reason TEXT"),
    ],
)
def test_a_message_of_ask_approves_nothing(run: Run, application: Any, message: str, said: str):
    """It says which command does."""
    found = run("ask", message)
    assert (found.code, application.decided, application.asked) == (2, [], [])
    assert said in found.err


def test_a_report_says_how_to_approve_what_waits(application: Any, run: Run):
    """And of what does not wait where to look."""
    shown = {"action": "rollback_deployment", "arguments": {"service": "checkout"}, "status": "proposed"}
    waits = {**shown, "id": "A-7", "state": "waiting", "approve": "switchboard approvals approve A-7"}
    application.proposed = [waits, {**shown, "id": "A-8", "state": "forbidden", "tainted": True}, shown]
    page = words(run("ask", "checkout is slow").out)
    assert "1. A-7 rollback_deployment service=checkout" in page
    assert "approve switchboard approvals approve A-7" in page
    assert "now forbidden; switchboard approvals show A-8" in page
    assert page.count("switchboard approvals") == 2
    assert "taint free text had a hand in it: a person looks at it in every mode" in page
    assert "Proposals: nothing was done." in page


def test_a_report_does_not_say_that_nothing_was_done_where_something_was(application: Any, run: Run):
    """An action that passed without a person is told as it stands."""
    done = {"id": "A-7", "action": "notify", "arguments": {}, "status": "proposed", "state": "verified"}
    application.proposed = [done]
    page = words(run("ask", "checkout is slow").out)
    assert "now verified; switchboard approvals show A-7" in page
    assert "nothing was done" not in page
