"""The branches of a step: what they say, conclude and propose."""

from collections.abc import Mapping

from orchestrator.core.errors import InputError
from playbooks.guide import Branch, BranchKind, Conclusion, Confidence, Mitigation, Verify
from playbooks.literals import parse_timespan
from playbooks.names import SNAKE_CASE, read_id
from playbooks.texts import read_arguments, read_expression, read_template
from playbooks.yaml_values import YamlValue

_KINDS = tuple(kind.value for kind in BranchKind)
_MITIGATION_KEYS = ("action", "arguments", "by_hand", "blast_radius", "verify", "undo")
_CONCLUDE_KEYS = ("cause", "object", "summary", "confidence")


def read_branches(value: YamlValue) -> tuple[Branch, ...]:
    """The branches in order; `otherwise` may only be the last."""
    items = value.items()
    if not items:
        raise value.error("a step needs at least one branch")
    branches = tuple(_branch(item) for item in items)
    for branch, item in zip(branches[:-1], items[:-1], strict=True):
        if branch.when is None:
            raise item.error("`otherwise` must be the last branch: those after it are never reached")
    return branches


def read_outputs(value: YamlValue | None) -> Mapping[str, str]:
    """Named expressions, in the file's order."""
    if value is None or value.value is None:
        return {}
    for name, item in value.mapping().items():
        if not SNAKE_CASE.fullmatch(name):
            raise item.error(f"the output name {name!r} is not snake_case")
    return {name: read_expression(item) for name, item in value.mapping().items()}


def _branch(item: YamlValue) -> Branch:
    entries = item.mapping(known=("when", "otherwise", "out", "next", *_KINDS))
    kinds = [key for key in _KINDS if key in entries]
    if len(kinds) != 1:
        found = f"found {', '.join(kinds)}" if kinds else "found none"
        raise item.error(f"a branch needs exactly one of {', '.join(_KINDS)}; {found}")
    kind = BranchKind(kinds[0])
    conclusion = _conclusion(entries[kind.value]) if kind is BranchKind.CONCLUDE else None
    return Branch(
        kind=kind,
        when=_condition(item, entries),
        text=conclusion.summary if conclusion else read_template(entries[kind.value]),
        conclusion=conclusion,
        out=read_outputs(entries.get("out")),
        next=_next(entries.get("next")),
        line=item.line,
    )


def _condition(item: YamlValue, entries: Mapping[str, YamlValue]) -> str | None:
    if ("when" in entries) == ("otherwise" in entries):
        raise item.error("a branch needs exactly one of `when: <condition>` and `otherwise: true`")
    if "when" in entries:
        return read_expression(entries["when"])
    if entries["otherwise"].value is not True:
        raise entries["otherwise"].wrong("`otherwise: true`")
    return None


def _next(value: YamlValue | None) -> tuple[str, ...]:
    if value is None or value.value is None:
        return ()
    names: list[str] = []
    for item in value.items():
        name = item.text()
        if name in names:
            raise item.error(f"the step {name!r} is named twice")
        names.append(name)
    return tuple(names)


def _conclusion(value: YamlValue) -> Conclusion:
    entries = value.mapping(known=(*_CONCLUDE_KEYS, "mitigations"), required=_CONCLUDE_KEYS)
    listed = entries.get("mitigations")
    mitigations = listed.items() if listed is not None and listed.value is not None else ()
    return Conclusion(
        cause=read_id(entries["cause"]),
        object=read_template(entries["object"]),
        summary=read_template(entries["summary"]),
        confidence=Confidence(entries["confidence"].choice([level.value for level in Confidence])),
        mitigations=tuple(_mitigation(item) for item in mitigations),
    )


def _mitigation(value: YamlValue) -> Mitigation:
    entries = value.mapping(known=_MITIGATION_KEYS, required=("action",))
    radius = (
        entries["blast_radius"].mapping(known=("value", "unit"), required=("value",))
        if ("blast_radius" in entries)
        else {}
    )
    undo = entries["undo"].mapping(known=("action", "arguments"), required=("action",)) if "undo" in entries else {}
    return Mitigation(
        action=entries["action"].text(),
        arguments=read_arguments(entries.get("arguments")),
        by_hand=read_template(entries["by_hand"]) if "by_hand" in entries else "",
        blast_radius=read_expression(radius["value"]) if "value" in radius else "",
        blast_unit=radius["unit"].text() if "unit" in radius else "",
        verify=_verify(entries["verify"]) if "verify" in entries else None,
        undo_action=undo["action"].text() if "action" in undo else None,
        undo_arguments=read_arguments(undo.get("arguments")),
        line=value.line,
    )


def _verify(value: YamlValue) -> Verify:
    entries = value.mapping(known=("kql", "step", "window_after", "wait", "expect"), required=("expect",))
    if ("kql" in entries) == ("step" in entries):
        raise value.error("verify needs exactly one of `kql` and `step`")
    return Verify(
        kql=entries["kql"].text() if "kql" in entries else None,
        step=entries["step"].text() if "step" in entries else None,
        window_after=_length(entries.get("window_after")),
        wait=_length(entries.get("wait")),
        expect=read_expression(entries["expect"]),
    )


def _length(value: YamlValue | None) -> str:
    """A length of time, as written once it is known to be one."""
    if value is None:
        return ""
    try:
        positive = parse_timespan(value.text()).total_seconds() >= 0
    except InputError as error:
        raise value.error(error.message) from error
    if not positive:
        raise value.error(f"{value.text()!r} is negative")
    return value.text()
