"""A step of a guide from its section: heading, prose, query and `yaml step` block."""

import re
from dataclasses import dataclass

from orchestrator.core.errors import GuideError, Place
from orchestrator.core.table import ColumnType
from playbooks.asked_metrics import read_metrics
from playbooks.branches import read_branches, read_outputs
from playbooks.guide import Ask, ParameterType, Step, SubGuide
from playbooks.markdown import Block, Section
from playbooks.names import SNAKE_CASE, read_id, read_type
from playbooks.texts import read_arguments, read_template
from playbooks.yaml_values import YamlValue, read_yaml

STEP_INFO = "yaml step"
_KEYS = ("timeout_s", "out", "branches", "ask", "run", "arguments")
_QUERIES = {"kql": "kql", "kusto": "kql", "resource_graph": "resource_graph", "metrics": "metrics"}
"""What a fenced block asks, by the first word behind its fence."""
_MAX_TIMEOUT_S = 3_600.0


@dataclass(frozen=True, slots=True)
class ReadStep:
    """A step with the values of its blocks, for checks that need their places."""

    step: Step
    block: YamlValue
    metrics: YamlValue | None = None


def read_step(section: Section, *, file: str) -> ReadStep:
    """The step that a section with an id holds."""
    place = Place(file, section.line, f"steps.{section.id}")
    if not section.id or not SNAKE_CASE.fullmatch(section.id):
        raise GuideError(f"the step id {section.id!r} is not snake_case; write {{#like_this}}", place=place)
    block = read_yaml(
        _step_block(section, place).text, place=Place(file, _step_block(section, place).line, place.field)
    )
    if block.value is None:
        raise block.error("the `yaml step` block is empty; it needs `branches`")
    query = _query(section, place)
    metrics = _metrics_values(query[1], place) if query and query[0] == "metrics" else None
    return ReadStep(_step(section, query, block, metrics), block, metrics)


def refuse_orphans(section: Section, *, file: str) -> None:
    """A section without id may hold no step block."""
    for block in section.blocks:
        if _is_step(block):
            heading = f"the heading {section.title!r} has no id" if section.title else "there is no heading above it"
            raise GuideError(
                f"a step needs an id, and {heading}; write `## Title {{#step_id}}`", place=Place(file, block.line - 1)
            )


def _is_step(block: Block) -> bool:
    return block.info.lower() in {STEP_INFO, "yml step"}


def _step_block(section: Section, place: Place) -> Block:
    blocks = [block for block in section.blocks if _is_step(block)]
    if len(blocks) == 1:
        return blocks[0]
    if blocks:
        raise GuideError(
            f"step {section.id!r} has {len(blocks)} `yaml step` blocks, expected one",
            place=Place(place.file, blocks[1].line - 1, place.field),
        )
    near = next((block for block in section.blocks if re.match(r"ya?ml|step", block.info.lower())), None)
    hint = f"; the block {near.info!r} in line {near.line - 1} may be meant: write ```yaml step" if near else ""
    raise GuideError(f"step {section.id!r} has no `yaml step` block{hint}", place=place)


def _query(section: Section, place: Place) -> tuple[str, Block] | None:
    """The block that asks, and what: kql, resource_graph or metrics."""
    words = [(_QUERIES.get(block.info.lower().split(" ")[0]), block) for block in section.blocks]
    blocks = [(kind, block) for kind, block in words if kind is not None]
    if not blocks:
        return None
    if len(blocks) > 1:
        kinds = " and ".join(dict.fromkeys(kind for kind, _ in blocks))
        raise GuideError(
            f"step {section.id!r} has {len(blocks)} {kinds} blocks, expected at most one: make a step of each",
            place=Place(place.file, blocks[1][1].line - 1, place.field),
        )
    kind, block = blocks[0]
    if not block.text.strip():
        raise GuideError(f"the {kind} block is empty", place=Place(place.file, block.line - 1, place.field))
    return kind, block


def _metrics_values(block: Block, place: Place) -> YamlValue:
    return read_yaml(block.text, place=Place(place.file, block.line, f"{place.field}.metrics"))


def _step(section: Section, query: tuple[str, Block] | None, block: YamlValue, metrics: YamlValue | None) -> Step:
    entries = block.mapping(known=(*_KEYS, "metrics", "resource_graph"), required=("branches",))
    for key in ("metrics", "resource_graph"):
        if key in entries:
            raise entries[key].error(f"{key!r} is a fenced block of its own, above this one: write ```{key}")
    kind, asked = query or ("", None)
    kinds = [*([f"a {kind} block"] if kind else []), *(key for key in ("ask", "run") if key in entries)]
    if len(kinds) > 1:
        raise block.error(f"a step has at most one block that asks, or ask, or run; found {' and '.join(kinds)}")
    if "arguments" in entries and "run" not in entries:
        raise entries["arguments"].error("`arguments` belongs to `run`")
    text = asked.text.rstrip("\n") if asked else None
    return Step(
        id=str(section.id),
        title=section.title,
        prose=section.prose,
        branches=read_branches(entries["branches"]),
        kql=text if kind == "kql" else None,
        resource_graph=text if kind == "resource_graph" else None,
        query_line=asked.line if asked else 0,
        metrics=read_metrics(metrics) if metrics else None,
        ask=_ask(entries["ask"]) if "ask" in entries else None,
        run=_run(entries["run"], entries.get("arguments")) if "run" in entries else None,
        timeout_s=_timeout(entries["timeout_s"]) if "timeout_s" in entries else 30.0,
        out=read_outputs(entries.get("out")),
        line=section.line,
    )


def _timeout(value: YamlValue) -> float:
    seconds = value.number()
    if not 0 < seconds <= _MAX_TIMEOUT_S:
        raise value.error(f"{seconds!r} is out of range; write seconds above 0, at most {_MAX_TIMEOUT_S:g}")
    return seconds


def _ask(value: YamlValue) -> Ask:
    if isinstance(value.value, str):
        return Ask(question=read_template(value), type=ParameterType(ColumnType.STRING))
    entries = value.mapping(known=("question", "type"), required=("question",))
    kind = read_type(entries["type"]) if "type" in entries else ParameterType(ColumnType.STRING)
    return Ask(question=read_template(entries["question"]), type=kind)


def _run(value: YamlValue, arguments: YamlValue | None) -> SubGuide:
    if not isinstance(value.value, dict):
        return SubGuide(guide=read_id(value), arguments=read_arguments(arguments))
    entries = value.mapping(known=("guide", "arguments"), required=("guide",))
    if arguments is not None and "arguments" in entries:
        raise arguments.error("`arguments` stands twice")
    return SubGuide(guide=read_id(entries["guide"]), arguments=read_arguments(entries.get("arguments", arguments)))
