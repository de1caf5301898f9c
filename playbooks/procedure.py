"""Reads procedures: what is read, checked and worked out before something is proposed, as YAML that people change.

A step either reads (`read`: a reading workflow's answer, in scope under the step's name), works something out (`work`:
code by its name), or checks (`check`: a CEL expression that must be true). Where a check is not true, its outcome ends
the procedure: `refuse` with the reason, `ask` the requester, or give it to a `person`. Format: docs/procedures.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.cel.tree import free_names
from orchestrator.core.errors import ExpressionError, GuideError, InputError, Place
from orchestrator.core.rendering import placeholders
from playbooks.yaml_values import YamlValue, nearest_names, read_yaml

Ending: TypeAlias = Literal["refuse", "ask", "person"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
WANTED = "wanted"
EACH = "each"
NOW = "now"
_WISH = re.compile(rf"\b{WANTED}\.([A-Za-z_][A-Za-z0-9_]*)")
_TOP = ("id", "title", "given", "needs", "takes", "steps", "propose", "answer")
_VERSION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a procedure ends where a check is not true; `text` is a template."""

    ending: Ending
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Ask a reading workflow; its answer is in scope under `id`.

    Attributes:
        each: CEL that gives a list: it is asked once for each value, which the body calls `each`, and `id.answers` are
            the answers in their order.
    """

    id: str
    workflow: str
    body: Mapping[str, object]
    purpose: str
    when: str | None = None
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work something out by code; what it gives is in scope under `id`."""

    id: str
    work: str
    arguments: Mapping[str, object]
    purpose: str
    when: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What must be true.

    Attributes:
        expect: CEL over what is in scope.
        shows: What it shows where it is true, to be said; empty where nothing need be said.
        when: Checked only where this is true.
    """

    id: str
    expect: str
    outcome: Outcome
    shows: str = ""
    when: str | None = None


Step: TypeAlias = Read | Work | Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """What is proposed at the end.

    Attributes:
        workflow: What acts.
        subject: What it acts on: part of the key, so that one fact is acted on once.
        arguments: Filled from the scope; a text that is one `{expr}` keeps its type, and null is left out.
        amount: CEL: what it costs the requester, in `currency`; what a policy's limits are held against.
        says: Exactly what will be done, as templates.
        once_until: It is done once on its subject until this workflow takes it back.
    """

    workflow: str
    subject: str
    arguments: Mapping[str, object]
    amount: str
    currency: str
    says: tuple[str, ...]
    once_until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One procedure.

    Attributes:
        given: What is read before it begins and is in scope, such as `customer`, who was identified.
        needs: What must be wanted, by name, and the question where it is missing.
        takes: What may be wanted besides; null where it is not.
        propose: None where it only answers.
        answer: What is said at the end of one that only answers.
        version: Of its text.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    given: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    propose: Proposing | None = None
    answer: tuple[str, ...] = ()
    path: str = ""
    version: str = ""


def load_procedures(folder: Path) -> dict[str, Procedure]:
    """The procedures of a folder by id; GuideError with file, line and field, InputError where there are none."""
    found = [load_procedure(path) for path in sorted(folder.glob("*.yaml"))]
    if not found:
        raise InputError(f"{str(folder)!r} holds no procedure: put files such as ship_order.yaml there")
    return {procedure.id: procedure for procedure in found}


def load_procedure(path: Path) -> Procedure:
    """One procedure of a file that is named like it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); make it readable UTF-8 text") from None
    procedure = read_procedure(text, path=str(path))
    if procedure.id != path.stem:
        raise GuideError(f"the id {procedure.id!r} is not the file's name: make them one", place=Place(str(path)))
    return procedure


def read_procedure(text: str, *, path: str) -> Procedure:
    """A procedure of a text."""
    entries = read_yaml(text, place=Place(path)).mapping(known=_TOP, required=("id", "title", "steps"))
    needs = {name: item.text() for name, item in entries["needs"].mapping().items()} if "needs" in entries else {}
    given = entries["given"].texts() if "given" in entries else ()
    takes = entries["takes"].texts() if "takes" in entries else ()
    # what may be wanted stands in the scope by its whole name, so that a slip is found where it was made
    scope = {WANTED, *given, *(f"{WANTED}.{name}" for name in (NOW, *needs, *takes))}
    steps: list[Step] = []
    for item in entries["steps"].items():
        step = _step(item, scope)
        steps.append(step)
        if not isinstance(step, Check):
            if step.id in scope:
                raise item.error(f"the name {step.id!r} is taken: choose another")
            scope.add(step.id)
    return Procedure(
        id=entries["id"].text(),
        title=entries["title"].text(),
        given=given,
        needs=needs,
        takes=takes,
        steps=tuple(steps),
        propose=_proposing(entries["propose"], scope) if "propose" in entries else None,
        answer=tuple(_template(item, scope) for item in entries["answer"].items()) if "answer" in entries else (),
        path=path,
        version=sha256(text.encode()).hexdigest()[:_VERSION],
    )


def _step(item: YamlValue, scope: set[str]) -> Step:
    names = item.mapping()
    kinds = [kind for kind in ("read", "work", "check") if kind in names]
    if len(kinds) != 1:
        raise item.error("a step has exactly one of read, work and check")
    match kinds[0]:
        case "read":
            known = ("read", "workflow", "body", "purpose", "when", EACH)
            entries = item.mapping(known=known, required=("workflow", "body"))
            each = _expression(entries[EACH], scope) if EACH in entries else None
            return Read(
                id=entries["read"].text(),
                workflow=entries["workflow"].text(),
                body=_filled(entries["body"], scope | {EACH} if each else scope),
                each=each,
                purpose=entries["purpose"].text() if "purpose" in entries else "",
                when=_when(entries, scope),
            )
        case "work":
            entries = item.mapping(known=("work", "by", "with", "purpose", "when"), required=("by", "with"))
            return Work(
                id=entries["work"].text(),
                work=entries["by"].text(),
                arguments=_filled(entries["with"], scope),
                purpose=entries["purpose"].text() if "purpose" in entries else "",
                when=_when(entries, scope),
            )
        case _:
            return _check(item, scope)


def _check(item: YamlValue, scope: set[str]) -> Check:
    entries = item.mapping(known=("check", "expect", "shows", "when", *ENDINGS), required=("expect",))
    endings = [ending for ending in ENDINGS if ending in entries]
    if len(endings) != 1:
        raise item.error(f"a check has exactly one of {', '.join(ENDINGS)}")
    return Check(
        id=entries["check"].text(),
        expect=_expression(entries["expect"], scope),
        outcome=Outcome(ending=endings[0], text=_template(entries[endings[0]], scope)),
        shows=_template(entries["shows"], scope) if "shows" in entries else "",
        when=_when(entries, scope),
    )


def _proposing(item: YamlValue, scope: set[str]) -> Proposing:
    known = ("workflow", "subject", "arguments", "amount", "currency", "says", "once_until")
    entries = item.mapping(known=known, required=known[:-1])
    return Proposing(
        workflow=entries["workflow"].text(),
        subject=_template(entries["subject"], scope),
        arguments=_filled(entries["arguments"], scope),
        amount=_expression(entries["amount"], scope),
        currency=_expression(entries["currency"], scope),
        says=tuple(_template(one, scope) for one in entries["says"].items()),
        once_until=entries["once_until"].text() if "once_until" in entries else None,
    )


def _when(entries: Mapping[str, YamlValue], scope: set[str]) -> str | None:
    return _expression(entries["when"], scope) if "when" in entries else None


def _expression(item: YamlValue, scope: set[str]) -> str:
    text = item.text()
    _known(item, text, scope)
    return text


def _template(item: YamlValue, scope: set[str]) -> str:
    text = item.text()
    try:
        for expression in placeholders(text):
            _known(item, expression, scope)
    except ExpressionError as error:
        raise item.error(error.message) from None
    return text


def _filled(item: YamlValue, scope: set[str]) -> dict[str, object]:
    """A mapping of templates at any depth."""
    return {name: _any(value, scope) for name, value in item.mapping().items()}


def _any(item: YamlValue, scope: set[str]) -> object:
    match item.value:
        case dict():
            return _filled(item, scope)
        case tuple():
            return [_any(one, scope) for one in item.value]
        case str():
            return _template(item, scope)
        case _:
            return item.value


def _known(item: YamlValue, expression: str, scope: set[str]) -> None:
    """GuideError for an expression that is none, or that reads what no step before gave."""
    try:
        names = free_names(parse_expression(expression))
    except ExpressionError as error:
        raise item.error(error.message) from None
    wishes = (f"{WANTED}.{name}" for name in _WISH.findall(expression))
    for name in (*sorted(names), *wishes):
        if name not in scope:
            raise item.error(f"nothing is named {name!r} here{nearest_names(name, scope)}")
