"""Tests of reading compliance rules."""

from pathlib import Path

import pytest

from orchestrator.core.conversations.compliance import ComplianceRule, RuleKind, Severity
from orchestrator.core.conversations.conditions import By, Feature, Phrases, Says
from orchestrator.core.errors import GuideError, InputError
from playbooks.compliance_rules import FOLDER, lint_rules, load_rules

TEXT = """\
phrases:
  notice: [is recorded]
  balance: [your balance]
rules:
  - id: notice
    title: Said.
    severity: high
    applies: {feature: {name: channel, is: voice}}
    must_say: {says: notice, within: {first_turns: 3}}
  - id: never
    title: Not said.
    severity: low
    must_never_say: {says: conduct.blame, unless: conduct.not_blame}
  - id: first
    title: Checked.
    severity: critical
    authenticate:
      checks: {says: conduct.identify}
      before: {says: balance}
"""


def written(folder: Path, text: str = TEXT, name: str = "rules.yaml") -> Path:
    """A folder with those rules."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_field_is_read(tmp_path: Path):
    """Each rule has its own labels for the lists it names, and no others."""
    expected = (
        ComplianceRule(
            id="notice",
            title="Said.",
            kind=RuleKind.MUST_SAY,
            severity=Severity.HIGH,
            says=Says(lists=("compliance:notice.notice",), first_turns=3),
            applies=Feature(name="channel", values=("voice",)),
            phrases=(Phrases(label="compliance:notice.notice", phrases=("is recorded",)),),
        ),
        ComplianceRule(
            id="never",
            title="Not said.",
            kind=RuleKind.MUST_NEVER_SAY,
            severity=Severity.LOW,
            says=Says(lists=("conduct:blame",), unless=("conduct:not_blame",)),
        ),
        ComplianceRule(
            id="first",
            title="Checked.",
            kind=RuleKind.AUTHENTICATE,
            severity=Severity.CRITICAL,
            says=Says(lists=("compliance:first.balance",)),
            checks=(Says(lists=("conduct:identify",), by=By.AGENT),),
            phrases=(Phrases(label="compliance:first.balance", phrases=("your balance",)),),
        ),
    )
    assert expected == load_rules(written(tmp_path))
    assert expected == load_rules(written(tmp_path) / "rules.yaml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: low", "severity: tiny", r"rules.yaml:12: .*'tiny' is not one of low, medium, high, critical"),
        ("id: never", "id: notice", "the rule 'notice' is there twice, first at .*rules.yaml:5"),
        ("id: never", "id: Never", "is not snake_case"),
        ("must_never_say:", "must_not_say:", "unknown key 'must_not_say'; did you mean 'must_say' or 'must_never_say'"),
        ("    must_say: {says: notice, within: {first_turns: 3}}\n", "", "a rule has one of .*, found none"),
        ("      before: {says: balance}\n", "", "the key 'before' is missing"),
        ("[is recorded]", "[]", "phrases.notice: the list is empty"),
        ("unless: conduct.not_blame", "within: {first_turns: 1}", "unknown key 'within'"),
        ("rules:", "rulez:", "unknown key 'rulez'"),
        ("  - id: notice\n    title: Said.\n", "  id: notice\n  more:\n    title: Said.\n", "bad YAML|expected a list"),
    ],
)
def test_a_fault_names_its_place_and_mend(tmp_path: Path, old: str, new: str, message: str):
    """File, line and field, and what to write."""
    assert old in TEXT
    with pytest.raises(GuideError, match=message):
        load_rules(written(tmp_path, TEXT.replace(old, new, 1)))


def test_ids_are_one_over_all_files(tmp_path: Path):
    """The same rule in two files is a fault of the second."""
    written(tmp_path)
    with pytest.raises(GuideError, match=r"second.yaml:5: .*the rule 'notice' is there twice"):
        load_rules(written(tmp_path, name="second.yaml"))


def test_lint_finds_every_fault_and_doubt(tmp_path: Path):
    """Each fault once, also where a list is named by several rules; a list that nothing names."""
    assert [
        one.message
        for one in lint_rules(written(tmp_path, TEXT.replace("phrases:\n", "phrases:\n  idle: [so it is]\n")))
    ] == ["no rule names the list 'idle'; leave it out"]
    faults = lint_rules(
        written(tmp_path, TEXT.replace("id: first", "id: 1st").replace("severity: low", "severity: no"))
    )
    assert [one.place.line for one in faults] == [12, 14]


def test_a_folder_without_rules_is_refused(tmp_path: Path):
    """No rules at all are not rules that are kept."""
    with pytest.raises(InputError, match="holds no compliance rules"):
        load_rules(tmp_path)


def test_shipped_rules_have_no_faults():
    """No faults and no doubts, ten rules."""
    assert (lint_rules(), len(load_rules(FOLDER))) == ((), 10)
