import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.surfaces.decisions import Approve, Decision, Deny, Wish, read_decision


@pytest.mark.parametrize(
    ("line", "decision"),
    [
        ("approve A-7", Approve("A-7")),
        ("  Approve a-17. ", Approve("A-17")),
        ("I approve A-7!", Approve("A-7")),
        ("deny A-7 because a deploy is under way", Deny("A-7", "a deploy is under way")),
        ("reject A-7: not now", Deny("A-7", "not now")),
        ("deny A-7", Deny("A-7", "")),
        ("deny A-7.", Deny("A-7", "")),
        ("yes, roll it back", Wish()),
        ("yes", Wish()),
        ("ok do it", Wish()),
        ("go ahead", Wish()),
        ("please roll it back", Wish()),
        ("restart it", Wish()),
        ("approve it", Wish()),
        ("approve A-7 and A-8", None),
        ("approve A-0", None),
        ("should I approve A-7?", None),
        ("do not approve A-7", None),
        ("who approved A-7", None),
        ("yes?", None),
        ("no, roll nothing back", None),
        ("okay but why does checkout fail", None),
        ("restart the search", None),
        ("yes " + "x" * 90, None),
        ("", None),
        ("checkout returns 502", None),
    ],
)
def test_only_a_whole_line_of_a_fixed_form_decides(line: str, decision: Decision | None):
    """Everything else is a message, however near it comes."""
    assert read_decision(line) == decision


@given(words=st.text(max_size=60), name=st.from_regex(r"A-[1-9][0-9]{0,3}", fullmatch=True))
def test_no_other_text_approves(words: str, name: str):
    """An approval has no words beside it."""
    found = read_decision(f"{words} approve {name} {words}")
    assert not isinstance(found, Approve) or words.strip(" \t\n.!").casefold() in {"", "i"} or not words.strip()


def test_a_long_line_is_read_at_once():
    """No form takes longer the longer a line is."""
    assert read_decision("yes " * 50_000) is None
    assert read_decision("deny A-7 " + "," * 50_000) is not None
