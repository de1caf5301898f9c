"""Tests of holding conversations against the compliance rules that ship."""

import pytest

from agents.sentiment.scoring.compliance import RuleChecker
from agents.sentiment.scoring.conditions import Facts
from agents.sentiment.scoring.conduct_phrases import conduct_phrases
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.compliance import ComplianceResult
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import ReasonCode, Skipped
from playbooks.compliance_rules import load_rules

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER}
CHECKER = RuleChecker(load_rules())
TABLE = PhraseTable([*conduct_phrases(), *CHECKER.phrases()])
DISCLOSED = "A: Your account balance is 20 pounds."


def check(*lines: str, channel: str | None = "chat") -> ComplianceResult:
    """A conversation of lines such as `A: hello`, held against all rules."""
    turns = tuple(Turn(SPEAKERS[line[0]], line[3:]) for line in lines)
    return CHECKER.check(Reading(Conversation("c", turns), TABLE), Facts({"channel": channel}, {}, {}))


@pytest.mark.parametrize(
    ("rule", "line", "kept"),
    [
        ("no_guarantees", "I guarantee that it arrives.", False),
        ("no_guarantees", "I cannot guarantee that it arrives.", True),
        ("no_legal_advice", "You should sue them.", False),
        ("no_medical_advice", "Stop taking the pills.", False),
        ("no_blame", "That is your own fault.", False),
        ("no_blame", "This is not your fault at all.", True),
        ("no_contempt", "That's your problem.", False),
        ("no_full_card_number", "Please send me your full card number.", False),
        ("no_full_card_number", "What are the last four digits of your card?", True),
        ("no_passwords", "Can you tell me your password?", False),
        ("no_passwords", "Never share your password with anybody.", True),
    ],
)
def test_what_must_never_be_said(rule: str, line: str, kept: bool):  # noqa: FBT001 - drawn
    """A breach quotes its words; what only sounds like one is none."""
    result = next(one for one in check("C: Hello", f"A: {line}").rules if one.rule == rule)
    assert (kept, not kept) == (result.kept, bool(result.evidence))


@pytest.mark.parametrize(
    ("lines", "kept", "quoted"),
    [
        (("A: Hi", "C: Hello"), None, []),
        ((DISCLOSED,), False, ["Your account balance is"]),
        (("A: What is your date of birth?", DISCLOSED), False, ["Your account balance is"]),
        (("A: What is your date of birth?", "C: 1 May", DISCLOSED), True, ["What is your date of birth",
                                                                           "Your account balance is"]),
        (("C: My account number is 7.", DISCLOSED), True, ["My account number is", "Your account balance is"]),
        ((DISCLOSED, "A: What is your date of birth?", "C: 1 May", DISCLOSED), False, ["Your account balance is"]),
    ],
)  # fmt: skip
def test_who_it_is_comes_before_what_is_disclosed(lines: tuple[str, ...], kept: bool | None, quoted: list[str]):  # noqa: FBT001 - drawn
    """A question counts once the customer has spoken after it; each disclosure before that is a breach."""
    result = next(one for one in check(*lines).rules if one.rule == "identify_before_disclosing")
    found = [lines[one.turn][3:][one.start : one.end] for one in result.evidence]
    assert (kept, quoted) == (result.kept, found)


@pytest.mark.parametrize(
    ("channel", "line", "kept", "reason"),
    [
        ("voice", "Hello. This call is recorded.", True, None),
        ("Voice", "Hello.", False, None),
        ("chat", "Hello.", None, ReasonCode.NOT_APPLICABLE),
        (None, "Hello.", None, ReasonCode.NO_EVIDENCE),
    ],
)
def test_a_rule_applies_where_it_says(channel: str | None, line: str, kept: bool | None, reason: ReasonCode | None):  # noqa: FBT001 - drawn
    """Kept, broken without any words, not applicable, or not to be told: the reason says which."""
    result = check(f"A: {line}", channel=channel)
    rule = next(one for one in result.rules if one.rule == "recording_notice")
    reasons = [one.reason_code for one in result.skipped if one.feature == "compliance.recording_notice"]
    assert (kept, [] if reason is None else [reason]) == (rule.kept, reasons)


def test_what_must_be_said_after_something_else():
    """A complaint asks for its path; said before, it is no answer to it."""
    kept = [
        next(one.kept for one in check(*lines).rules if one.rule == "complaint_path")
        for lines in (
            ("C: I want to file a complaint", "A: I will log your complaint."),
            ("A: I will log your complaint.", "C: I want to file a complaint"),
            ("C: Hello", "A: I will log your complaint."),
        )
    ]
    assert kept == [True, False, None]


def test_without_an_agent_nothing_is_kept_or_broken():
    """Every rule is skipped with that reason."""
    result = check("C: Hello?")
    assert {None} == {one.kept for one in result.rules}
    assert Skipped("compliance.no_passwords", ReasonCode.NO_AGENT_TURNS) in result.skipped
