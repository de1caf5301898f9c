"""The names that a guide's expressions and queries use: each must be known where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.cel.tree import Index, Literal, Name, Node, Select, free_names, walk
from orchestrator.core.rendering import placeholders
from playbooks.guide import Branch, BranchKind, Mitigation, Step
from playbooks.queries import words_of
from playbooks.yaml_values import YamlValue, nearest_names

TYPE_NAMES = frozenset({"int", "uint", "double", "string", "bool", "list", "map", "null_type", "type"})
_RECORD = ("status", "rows", "out")


@dataclass(frozen=True, slots=True)
class Used:
    """An expression with its place; `outs` are the names that `out` holds there."""

    expression: str
    value: YamlValue
    outs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a step's expressions may use: parameters, and the outputs of its ancestors."""

    parameters: frozenset[str]
    ancestors: Mapping[str, frozenset[str]]
    steps: frozenset[str]


def output_names(step: Step) -> frozenset[str]:
    """Every output that the step may yield, by itself or in a branch."""
    return frozenset(step.out).union(*(branch.out for branch in step.branches))


def step_expressions(step: Step, block: YamlValue) -> Iterator[Used]:
    """Every expression of a step, placeholders included, with the value of its block that holds it."""
    entries = block.mapping()
    yield from _outputs(step.out, entries.get("out"), frozenset())
    outs = frozenset(step.out)
    for key in ("ask", "run", "arguments"):
        if key in entries:
            yield from _templates(entries[key], outs)
    for branch, item in zip(step.branches, entries["branches"].items(), strict=True):
        yield from branch_expressions(branch, item, outs)


def metrics_expressions(value: YamlValue | None) -> Iterator[Used]:
    """Every expression of a `metrics` block; what it asks for cannot hang on the step's own outputs."""
    entries = value.mapping() if value is not None else {}
    for key in ("resource", "from", "to", "split_by"):
        if key in entries:
            yield from _templates(entries[key], frozenset())


def branch_expressions(branch: Branch, item: YamlValue, outs: frozenset[str]) -> Iterator[Used]:
    """Every expression of a branch."""
    entries = item.mapping()
    if branch.when is not None:
        yield Used(branch.when, entries["when"], outs)
    yield from _outputs(branch.out, entries.get("out"), outs)
    outs |= frozenset(branch.out)
    said = entries[branch.kind.value]
    if branch.kind is not BranchKind.CONCLUDE or branch.conclusion is None:
        yield from _templates(said, outs)
        return
    concluded = said.mapping()
    yield from _templates(concluded["object"], outs)
    yield from _templates(concluded["summary"], outs)
    listed = concluded["mitigations"].items() if branch.conclusion.mitigations else ()
    for mitigation, value in zip(branch.conclusion.mitigations, listed, strict=True):
        yield from _mitigation_expressions(mitigation, value, outs)


def check_references(used: Used, names: Names) -> None:
    """GuideError where an expression names what is not known at its place."""
    tree = parse_expression(used.expression)
    known = {"rows", "row", "out", "window", "steps"} | names.parameters
    for name in sorted(free_names(tree) - known - TYPE_NAMES):
        raise used.value.error(f"expression {used.expression!r}: unknown name {name!r}{nearest_names(name, known)}")
    for path in _paths(tree):
        _check_path(path, used, names)


def check_query_outputs(step: Step, block: YamlValue, outputs: Mapping[str, str], names: Names) -> None:
    """GuideError where a query uses the output of a step that is no ancestor; `outputs` maps parameter to step."""
    for name in sorted(words_of(step.query)):
        owner = outputs.get(name)
        if owner is not None and owner not in names.ancestors:
            raise block.error(f"the query uses {name!r}, but step {owner!r} does not lead to {step.id!r}")


def _outputs(outputs: Mapping[str, str], value: YamlValue | None, before: frozenset[str]) -> Iterator[Used]:
    entries = value.mapping() if value is not None and outputs else {}
    for name, expression in outputs.items():
        yield Used(expression, entries[name], before)
        before |= {name}


def _templates(value: YamlValue, outs: frozenset[str]) -> Iterator[Used]:
    match value.value:
        case str():
            for expression in placeholders(value.value):
                yield Used(expression, value, outs)
        case tuple():
            for item in value.value:
                yield from _templates(item, outs)
        case dict():
            for item in value.value.values():
                yield from _templates(item, outs)
        case _:
            return


def _mitigation_expressions(mitigation: Mitigation, value: YamlValue, outs: frozenset[str]) -> Iterator[Used]:
    entries = value.mapping()
    for key in ("arguments", "by_hand", "undo"):
        if key in entries:
            yield from _templates(entries[key], outs)
    if mitigation.blast_radius:
        yield Used(mitigation.blast_radius, entries["blast_radius"].mapping()["value"], outs)


def _paths(node: Node) -> Iterator[tuple[str, ...]]:
    """The dotted paths of the tree, from their root variable, longest first and their beginnings too."""
    for part in walk(node):
        path: list[str] = []
        while isinstance(part, Select | Index):
            if isinstance(part, Index):
                constant = isinstance(part.index, Literal) and part.index.type == "string"
                path.append(part.index.text.strip("'\"") if constant and isinstance(part.index, Literal) else "[]")
                part = part.operand  # noqa: PLW2901 - walks down the path
            else:
                path.append(part.field)
                part = part.operand  # noqa: PLW2901 - same
        if isinstance(part, Name) and path:
            yield (part.name, *reversed(path))


def _check_path(path: tuple[str, ...], used: Used, names: Names) -> None:
    match path:
        case ("out", name, *_) if name not in used.outs:
            raise used.value.error(
                f"expression {used.expression!r}: no output {name!r}{nearest_names(name, used.outs)}"
            )
        case ("window", name, *_) if name not in {"from", "to"}:
            raise used.value.error(f"expression {used.expression!r}: window has `from` and `to`, not {name!r}")
        case ("steps", step, *rest):
            _check_step_path(step, tuple(rest), used, names)
        case _:
            return


def _check_step_path(step: str, rest: tuple[str, ...], used: Used, names: Names) -> None:
    start = f"expression {used.expression!r}: "
    if step not in names.steps:
        raise used.value.error(f"{start}unknown step {step!r}{nearest_names(step, names.steps)}")
    if step not in names.ancestors:
        raise used.value.error(f"{start}step {step!r} does not lead to this one; name this one in its `next`")
    if rest and rest[0] not in _RECORD:
        raise used.value.error(f"{start}a step has {', '.join(_RECORD)}, not {rest[0]!r}")
    if len(rest) > 1 and rest[0] == "out" and rest[1] not in names.ancestors[step]:
        known = names.ancestors[step]
        raise used.value.error(f"{start}step {step!r} has no output {rest[1]!r}{nearest_names(rest[1], known)}")
