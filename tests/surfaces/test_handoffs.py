import json
from typing import Any

import pytest

Run = Any


def test_the_list_shows_who_has_what(run: Run):
    """One line each, what is overdue marked, nothing that a terminal would act on."""
    found = run("handoffs", "list")
    assert (found.code, found.err) == (0, "")
    lines = found.out.splitlines()
    assert lines[1].split()[:7] == ["H-3", "urgent", "open", "2026-11-22", "11:16", "overdue", "team-buy"]
    assert "claimed by local:bob" in found.out
    assert "\x1b" not in found.out


def test_an_empty_list_says_so(run: Run):
    """In words."""
    assert run("handoffs", "list", "--state", "resolved").out == "Nothing waits for a person.\n"


def test_a_limit_tells_that_there_are_more(run: Run):
    """In the text and in the document."""
    assert "There are more" in run("handoffs", "list", "--limit", "1").out
    document = json.loads(run("handoffs", "list", "--limit", "1", "--json").out)
    assert ([item["id"] for item in document["items"]], document["more"]) == (["H-3"], True)


def test_an_item_is_shown_with_its_facts_and_sources(run: Run):
    """What is asked, what is known and from where, whose it is, what became of it."""
    page = run("handoffs", "show", "H-3").out
    for words in (
        "H-3  Unknown outcome of restart_service red",
        "? Was cart restarted?",
        "18 % of requests failed  [r7k2m9 E1 E2]",
        "owner       team-buy",
        "escalation  buy on call, +1-555-0102",
        "2026-11-22 10:55  released by local:alice: my shift ends",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["claim", "H-3"], "claimed by local:alice"),
        (["release", "H-3", "--note", "my shift ends"], "released by local:alice: my shift ends"),
        (["resolve", "H-3", "--note", "it was"], "resolved by local:alice: it was"),
    ],
)
def test_an_item_is_changed(run: Run, argv: list[str], words: str):
    """And shown as it stands then."""
    found = run("handoffs", *argv)
    assert found.code == 0
    assert words in found.out


def test_what_another_has_is_refused(run: Run):
    """With who has it, and exit code 2."""
    found = run("handoffs", "claim", "H-4")
    assert (found.code, found.out, found.err) == (2, "", "switchboard: H-4 is taken by local:bob\n")


@pytest.mark.parametrize(
    "argv", [["show", "H-9"], ["resolve", "H-3"], ["list", "--limit", "0"], ["list", "--state", "x"]]
)
def test_bad_input_is_told(run: Run, argv: list[str]):
    """An item that is not there, a note that is missing, an option that is none."""
    found = run("handoffs", *argv)
    assert (found.code, bool(found.err)) == (2, True)


def test_policies_are_checked(run: Run):
    """A doubt is none of the exit code's, a fault is."""
    fine, broken = run("policies", "check"), run("policies", "check", "broken")
    assert (fine.code, broken.code) == (0, 1)
    assert fine.out.splitlines() == [
        "policies/p.yaml:3: rules[0].id: warning: nobody may approve red",
        "2 rules in policies: 0 errors, 1 warnings",
    ]
    assert "broken/p.yaml:3: rules[0].id: error: there is no role 'on_cal'" in broken.out


def test_a_policy_is_explained(run: Run):
    """The decision, the rule, who may, and why."""
    page = run("policies", "explain", "--action", "restart_service", "--reach", "3", "--unit", "pods").out
    for words in (
        "restart_service in sample  NEEDS APPROVAL",
        "rule         fixes  policies/p.yaml:3",
        "touches      3 pods",
        "who may      on_call: local:alice",
        "waits for    30 min",
        "the mode is review",
        "you          local:alice may approve",
    ):
        assert words in page


def test_what_is_forbidden_is_said_first(run: Run):
    """Without lines about approvals that nobody can give."""
    page = run("policies", "explain", "--action", "drain_zone").out
    assert "drain_zone in sample  FORBIDDEN" in page
    assert "who may" not in page
    assert "touches  unknown" in page


@pytest.mark.parametrize("argv", [[], ["A-7", "--action", "drain_zone"]])
def test_an_explanation_is_of_one_action(run: Run, argv: list[str]):
    """Either of a proposed one or of a name."""
    found = run("policies", "explain", *argv)
    assert found.code == 2
    assert "--action" in found.err
