"""The rules of conduct as a file."""

import pytest

from orchestrator.core.errors import GuideError, InputError
from playbooks.shipping.conduct import SHIPPED, load_rules, parse_rules

RULE = "rules:\n  - id: pending_only\n    check: status\n    allowed: [pending]\n    says: Only so.\n"


def test_the_shipped_rules_are_read() -> None:
    """Each with an id of its own and a sentence."""
    rules = load_rules()
    assert len({rule.id for rule in rules}) == len(rules) == 26
    assert all(rule.says.endswith(".") for rule in rules)


def test_a_rule_is_about_all_changes_unless_it_names_some() -> None:
    """No list means all."""
    (rule,) = parse_rules(RULE, file="rules.yaml")
    (narrow,) = parse_rules(RULE.replace("    says", "    actions: [cancel]\n    says"), file="rules.yaml")
    assert [rule.is_about("return"), narrow.is_about("return"), narrow.is_about("cancel")] == [True, False, True]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (RULE.replace("check: status", "check: statis"), "rules.yaml:3"),
        (RULE.replace("    allowed: [pending]\n", ""), "needs the list `allowed`"),
        (RULE.replace("check: status", "check: once"), "leave `allowed` out"),
        (RULE.replace("says", "sayz"), "did you mean 'says'"),
        (RULE + RULE.removeprefix("rules:\n"), "is there twice"),
        ("rules: []\n", "the list is empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(wrong: str, told: str) -> None:
    """File, line, field, and the mend."""
    with pytest.raises(GuideError, match=told.replace("`", "`")):
        parse_rules(wrong, file="rules.yaml")


def test_a_file_that_cannot_be_read_is_named() -> None:
    """No trace reaches a user."""
    with pytest.raises(InputError, match="cannot be read"):
        load_rules(SHIPPED.with_name("nothing.yaml"))
