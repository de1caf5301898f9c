"""Reads folders of compliance rules (format: docs/compliance.md)."""

from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.core.conversations.compliance import ComplianceRule, RuleKind, Severity
from orchestrator.core.conversations.conditions import Says
from orchestrator.core.errors import GuideError, InputError, Place
from playbooks.conversation_conditions import read_condition, read_says
from playbooks.problems import Problem, error, warning
from playbooks.said_phrases import SaidLists
from playbooks.scorecard import read_id, read_text
from playbooks.yaml_values import YamlValue, read_yaml

FOLDER = Path(__file__).with_name("compliance")
_FILE = ("phrases", "rules")
_KINDS = tuple(kind.value for kind in RuleKind)
_RULE = ("id", "title", "severity", "applies", *_KINDS)
_AUTHENTICATE = ("checks", "before")
_NEVER_SAY = ("says", "by", "unless", "after")
_DISCLOSES = ("says", "by", "unless")
_CHECKS = ("says", "by", "unless", "within")


@dataclass(slots=True)
class _Read:
    """What the files say; `unused` are the lists of a file that none of its rules names."""

    rules: list[ComplianceRule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    unused: dict[str, Place] = field(default_factory=dict)


def load_rules(folder: Path = FOLDER) -> tuple[ComplianceRule, ...]:
    """The rules of a folder's `*.yaml` files (or of one file), in the order of their names and lines.

    Raises:
        InputError: There is no such file, or it cannot be read.
        GuideError: The first fault, with file and line.
    """
    read = _read_files(folder)
    if read.problems:
        raise GuideError(read.problems[0].message, place=read.problems[0].place)
    return tuple(read.rules)


def lint_rules(folder: Path = FOLDER) -> tuple[Problem, ...]:
    """All faults and doubts of a folder's rules, by file and line; InputError where there are none."""
    read = _read_files(folder)
    doubts = (
        warning(place, f"no rule names the list {name!r}; leave it out")
        for name, place in read.unused.items()
        if not read.problems
    )
    found = dict.fromkeys([*read.problems, *doubts])
    return tuple(sorted(found, key=lambda problem: (problem.place.file, problem.place.line or 0)))


def _read_files(folder: Path) -> _Read:
    files = [folder] if folder.is_file() else sorted(folder.glob("*.yaml"))
    if not files:
        raise InputError(f"{str(folder)!r} holds no compliance rules: put files such as support.yaml there")
    read = _Read()
    for file in files:
        try:
            root = read_yaml(read_text(file), place=Place(str(file), 1))
            entries = root.mapping(known=_FILE, required=("rules",))
            _read_rules(read, entries["rules"], entries.get("phrases"))
        except GuideError as fault:
            read.problems.append(error(fault.place, fault.problem))
    return read


def _read_rules(read: _Read, value: YamlValue, phrases: YamlValue | None) -> None:
    """Each rule by itself, so that one fault hides no other."""
    if not isinstance(value.value, tuple):
        raise value.error("expected a list; write `- id: ...` below it")
    unused = dict(SaidLists("", phrases).unused())
    for item in value.value:
        try:
            entries = item.mapping(known=_RULE, required=("id", "title", "severity"))
            name = read_id(entries["id"])
            if name in read.places:
                raise entries["id"].error(
                    f"the rule {name!r} is there twice, first at {read.places[name]}; choose another id"
                )
            read.places[name] = entries["id"].place
            lists = SaidLists(f"compliance:{name}", phrases)
            read.rules.append(_rule(name, entries, lists))
            unused = {key: place for key, place in unused.items() if key in lists.unused()}
        except GuideError as fault:
            read.problems.append(error(fault.place, fault.problem))
    read.unused |= {key: unused_value.place for key, unused_value in unused.items()}


def _rule(name: str, entries: dict[str, YamlValue], lists: SaidLists) -> ComplianceRule:
    kinds = [kind for kind in _KINDS if kind in entries]
    if len(kinds) != 1:
        raise entries["id"].error(f"a rule has one of {', '.join(_KINDS)}, found {' and '.join(kinds) or 'none'}")
    kind = RuleKind(kinds[0])
    says, checks = _sayings(kind, entries[kinds[0]], lists)
    applies = read_condition(entries["applies"], lists) if "applies" in entries else None
    return ComplianceRule(
        id=name,
        title=entries["title"].text(),
        kind=kind,
        severity=Severity(entries["severity"].choice([one.value for one in Severity])),
        says=says,
        checks=checks,
        applies=applies,
        phrases=lists.used(),
    )


def _sayings(kind: RuleKind, value: YamlValue, lists: SaidLists) -> tuple[Says, tuple[Says, ...]]:
    """What must, must not, or may only after a check be said; and the checks."""
    match kind:
        case RuleKind.MUST_SAY:
            return read_says(value, lists), ()
        case RuleKind.MUST_NEVER_SAY:
            return read_says(value, lists, known=_NEVER_SAY), ()
        case RuleKind.AUTHENTICATE:
            parts = value.mapping(known=_AUTHENTICATE, required=_AUTHENTICATE)
            checks = parts["checks"]
            each = checks.value if isinstance(checks.value, tuple) else (checks,)
            return (
                read_says(parts["before"], lists, known=_DISCLOSES),
                tuple(read_says(one, lists, known=_CHECKS) for one in each),
            )
