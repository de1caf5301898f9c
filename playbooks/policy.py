"""Reads a folder of policies: who may approve what, by roles that are named in the same folder."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.core.errors import GuideError, InputError, Place
from orchestrator.core.policy import EXPIRES_AFTER, Freeze, Mode, Policy, Rule, Scope
from orchestrator.core.reach import ANY, Limits, limits
from playbooks.policy_times import read_dates, read_hours, read_length, read_zone
from playbooks.problems import Level, Problem, error
from playbooks.yaml_values import YamlValue, nearest_names, read_yaml

_FILE = ("roles", "rules", "freezes", "time_zone")
_SCOPE = ("actions", "environments", "services")
FIELDS = (
    "id",
    "note",
    *_SCOPE,
    "hours",
    "mode",
    "approvers",
    "approvals",
    "two_above",
    "limits",
    "autonomous_up_to",
    "consent",
    "consent_up_to",
    "expires_after",
    "break_glass",
)
_FREEZE = ("id", "note", *_SCOPE, "dates", "not_for", "except", "approvals")
_MODES = (Mode.REVIEW.value, Mode.AUTONOMOUS.value)
_ID = re.compile(r"[a-z][a-z0-9_]*")
_MOST_PERSONS = 5
_UTC = "UTC"


@dataclass(slots=True)
class _Read:
    """What the files of a folder say, with the places of what is looked at again."""

    rules: list[Rule] = field(default_factory=list)
    freezes: list[Freeze] = field(default_factory=list)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    named: list[YamlValue] = field(default_factory=list)
    ids: dict[str, Place] = field(default_factory=dict)


def load_policy(folder: Path) -> Policy:
    """The policy of a folder's `*.yaml` files, in the order of their names; GuideError at the first fault."""
    policy, problems = read_policy(folder)
    first = next((problem for problem in problems if problem.level is Level.ERROR), None)
    if first is not None:
        raise GuideError(first.message, place=first.place)
    return policy


def read_policy(folder: Path) -> tuple[Policy, tuple[Problem, ...]]:
    """What can be read of a folder, and every fault in it.

    Raises:
        InputError: The folder cannot be read, or holds no `*.yaml` file: no policy at all is no policy that says no.
    """
    files = _files(folder)
    read = _Read()
    digest = hashlib.sha256()
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(f"{file}: cannot be read ({fault}); make it readable UTF-8 text") from fault
        digest.update(f"{file.name}\n{text}\n".encode())
        _read_file(read, text, file=str(file))
    read.problems += _unknown_roles(read)
    policy = Policy(
        rules=tuple(read.rules),
        freezes=tuple(read.freezes),
        roles=read.roles,
        source=str(folder),
        version=digest.hexdigest()[:12],
    )
    return policy, tuple(read.problems)


def _files(folder: Path) -> Sequence[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    except OSError as fault:
        raise InputError(
            f"the folder of policies {str(folder)!r} cannot be read ({fault.strerror}); "
            "set SWITCHBOARD_POLICIES to a folder, or unset it for the built-in ones"
        ) from fault
    if not found:
        raise InputError(
            f"the folder of policies {str(folder)!r} holds no *.yaml file: put one there, or unset "
            "SWITCHBOARD_POLICIES for the built-in ones"
        )
    return found


def _read_file(read: _Read, text: str, *, file: str) -> None:
    """Each rule, freeze and role by itself, so that one fault hides no other."""
    try:
        root = read_yaml(text, place=Place(file, 1))
        entries = root.mapping(known=_FILE) if root.value is not None else {}
        zone = read_zone(entries["time_zone"]) if "time_zone" in entries else _UTC
    except GuideError as fault:
        read.problems.append(error(fault.place, fault.problem))
        return
    for value in _each(read, entries.get("rules")):
        with _noting(read):
            read.rules.append(_rule(read, value, zone=zone))
    for value in _each(read, entries.get("freezes")):
        with _noting(read):
            read.freezes.append(_freeze(read, value, zone=zone))
    if "roles" in entries:
        with _noting(read):
            _roles(read, entries["roles"])


class _noting:  # noqa: N801  # a context manager reads as a verb
    """Keeps the GuideError that leaves the block as a problem."""

    def __init__(self, read: _Read) -> None:
        self._read = read

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, fault: BaseException | None, _trace: object) -> bool:
        if not isinstance(fault, GuideError):
            return False
        self._read.problems.append(error(fault.place, fault.problem))
        return True


def _each(read: _Read, value: YamlValue | None) -> Iterable[YamlValue]:
    if value is None:
        return ()
    if isinstance(value.value, tuple):
        return value.items()
    read.problems.append(error(value.place, "expected a list; write `- id: ...` below it"))
    return ()


def _roles(read: _Read, value: YamlValue) -> None:
    for name, members in value.mapping().items():
        if not _ID.fullmatch(name):
            raise members.error(f"the role {name!r} is not snake_case: use small letters, digits and underscores")
        if name in read.roles:
            raise members.error(f"the role {name!r} is there twice; keep one")
        read.roles[name] = members.texts() if members.value is not None else ()


def _rule(read: _Read, value: YamlValue, *, zone: str) -> Rule:
    entries = value.mapping(known=FIELDS, required=("id", "approvers"))
    _refuse_useless(entries)
    break_glass = _break_glass(entries["break_glass"]) if "break_glass" in entries else ()
    read.named += [*entries["approvers"].items(), *break_glass]
    return Rule(
        id=_id(read, entries["id"]),
        place=entries["id"].place,
        scope=_scope(entries, zone=zone),
        approvers=entries["approvers"].texts(),
        mode=Mode(entries["mode"].choice(_MODES)) if "mode" in entries else Mode.REVIEW,
        approvals=_persons(entries["approvals"]) if "approvals" in entries else 1,
        two_above=_limits(entries.get("two_above")),
        limits=_limits(entries.get("limits")),
        autonomous_up_to=_limits(entries.get("autonomous_up_to")),
        consent="consent" in entries and entries["consent"].choice(("requester", "none")) == "requester",
        consent_up_to=_limits(entries.get("consent_up_to")),
        expires_after=read_length(entries["expires_after"]) if "expires_after" in entries else EXPIRES_AFTER,
        break_glass=tuple(item.text() for item in break_glass),
    )


def _refuse_useless(entries: dict[str, YamlValue]) -> None:
    """A limit of what the rule does not allow is a slip."""
    mode = entries["mode"].plain() if "mode" in entries else None
    if "autonomous_up_to" in entries and mode != Mode.AUTONOMOUS.value:
        raise entries["autonomous_up_to"].error("it is of no use without `mode: autonomous`; add that or leave it out")
    if "consent_up_to" in entries and ("consent" not in entries or entries["consent"].plain() != "requester"):
        raise entries["consent_up_to"].error("it is of no use without `consent: requester`; add that or leave it out")


def _freeze(read: _Read, value: YamlValue, *, zone: str) -> Freeze:
    entries = value.mapping(known=_FREEZE, required=("id", "dates"))
    return Freeze(
        id=_id(read, entries["id"]),
        place=entries["id"].place,
        scope=_scope(entries, zone=zone),
        dates=tuple(read_dates(item, zone=zone) for item in _listed(entries["dates"])),
        not_for=entries["not_for"].texts() if "not_for" in entries else (),
        excepted=entries["except"].texts() if "except" in entries else (),
        approvals=_persons(entries["approvals"]) if "approvals" in entries else 2,
    )


def _listed(value: YamlValue) -> Sequence[YamlValue]:
    """The items; one span of dates alone counts as a list."""
    return value.items() if isinstance(value.value, tuple) else (value,)


def _scope(entries: dict[str, YamlValue], *, zone: str) -> Scope:
    patterns = {name: _patterns(entries[name]) for name in _SCOPE if name in entries}
    return Scope(**patterns, hours=read_hours(entries["hours"], zone=zone) if "hours" in entries else None)


def _patterns(value: YamlValue) -> tuple[str, ...]:
    found = value.texts()
    if not found:
        raise value.error("the list is empty and fits nothing; write names or patterns, or leave it out for all")
    return found


def _id(read: _Read, value: YamlValue) -> str:
    name = value.text()
    if not _ID.fullmatch(name):
        raise value.error(f"the id {name!r} is not snake_case: use small letters, digits and underscores")
    if name in read.ids:
        raise value.error(f"the id {name!r} is there twice, first at {read.ids[name]}; choose another")
    read.ids[name] = value.place
    return name


def _persons(value: YamlValue) -> int:
    found = value.number()
    if found not in range(1, _MOST_PERSONS + 1):
        raise value.error(f"{found:g} persons cannot be asked for; write a whole number from 1 to {_MOST_PERSONS}")
    return int(found)


def _limits(value: YamlValue | None) -> Limits | None:
    """`{requests: 1000, services: 3, "*": 1}`, each 0 or more."""
    if value is None:
        return None
    most: dict[str, float] = {}
    for unit, item in value.mapping().items():
        most[unit] = item.number()
        if not most[unit] >= 0:
            raise item.error(f"{most[unit]:g} is no limit; write 0 or more")
        if unit != ANY and not re.fullmatch(r"[^\W_]+", unit):
            raise item.error(f"the unit {unit!r} is no single word; write what is counted, such as requests, or '*'")
    if not most:
        raise value.error('a limit of nothing; write what is counted, such as requests: 1000, or "*": 10')
    return limits(most)


def _break_glass(value: YamlValue) -> tuple[YamlValue, ...]:
    return value.mapping(known=("roles",), required=("roles",))["roles"].items()


def _unknown_roles(read: _Read) -> Iterator[Problem]:
    for item in read.named:
        if item.text() not in read.roles:
            yield error(item.place, f"there is no role {item.text()!r}{nearest_names(item.text(), read.roles)}")
