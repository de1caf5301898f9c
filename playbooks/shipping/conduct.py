"""Reads the rules that whoever serves a customer keeps to (`playbooks/shipping/rules.yaml`)."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from orchestrator.core.errors import InputError, Place
from playbooks.yaml_values import YamlValue, read_yaml

SHIPPED = Path(str(files("playbooks"))) / "shipping" / "rules.yaml"
PLAIN = (
    "authenticated",
    "one_customer",
    "own",
    "one_call",
    "read",
    "proposed",
    "agreed",
    "once",
    "items",
    "pairs",
    "product",
    "available",
    "other_article",
    "method",
    "other_method",
    "balance",
    "handed_over",
    "scope",
    "invented",
)
COMPARING = ("proof", "known", "status", "reason", "refund")
"""Checks that compare with what is `allowed`."""
CHECKS = (*PLAIN, *COMPARING)
_FIELDS = ("id", "check", "actions", "allowed", "says")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        check: How it is tried, one of `CHECKS`.
        actions: The changes that it is about; empty means all.
        allowed: What the check compares with.
        says: The rule in a sentence.
    """

    id: str
    check: str
    says: str
    actions: frozenset[str] = frozenset()
    allowed: tuple[str, ...] = ()

    def is_about(self, action: str) -> bool:
        """Whether it is about a change of that name."""
        return not self.actions or action in self.actions


def load_rules(path: Path = SHIPPED) -> tuple[Rule, ...]:
    """The rules of a file in its order; GuideError names file, line and field of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read ({fault}); make it readable UTF-8 text") from fault
    return parse_rules(text, file=str(path))


def parse_rules(text: str, *, file: str) -> tuple[Rule, ...]:
    """The rules of a text; GuideError names what is wrong."""
    root = read_yaml(text, place=Place(file, 1)).mapping(known=("rules",), required=("rules",))
    rules: list[Rule] = []
    for value in root["rules"].items():
        rule = _rule(value)
        if rule.id in {earlier.id for earlier in rules}:
            raise value.error(f"the rule {rule.id!r} is there twice; keep one, or give it another id")
        rules.append(rule)
    if not rules:
        raise root["rules"].error("the list is empty: without rules everything would pass; write one")
    return tuple(rules)


def _rule(value: YamlValue) -> Rule:
    entries = value.mapping(known=_FIELDS, required=("id", "check", "says"))
    check = entries["check"].choice(CHECKS)
    if (check in COMPARING) != ("allowed" in entries):
        wanted = "needs the list `allowed`" if check in COMPARING else "compares with nothing: leave `allowed` out"
        raise value.error(f"the check {check!r} {wanted}")
    return Rule(
        id=entries["id"].text(),
        check=check,
        says=entries["says"].text(),
        actions=frozenset(entries["actions"].texts()) if "actions" in entries else frozenset(),
        allowed=entries["allowed"].texts() if "allowed" in entries else (),
    )
