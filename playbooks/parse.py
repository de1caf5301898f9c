"""From a guide's Markdown to a checked `Guide`; every fault names file, line, field and mend."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.core.errors import GuideError, Place
from playbooks.front_matter import FrontMatter, read_front_matter
from playbooks.graph import find_ancestors, find_cycle
from playbooks.guide import Guide
from playbooks.markdown import has_front_matter, normalize_text, read_document
from playbooks.references import (
    Names,
    Used,
    check_query_outputs,
    check_references,
    metrics_expressions,
    output_names,
    step_expressions,
)
from playbooks.steps import ReadStep, read_step, refuse_orphans
from playbooks.yaml_values import nearest_names, read_yaml

MAX_BYTES = 1_000_000
MAX_STEPS = 500
_VERSION_LENGTH = 12


def parse_guide(text: str, *, path: str) -> Guide:
    """Parse and check one guide; `path` is what messages name."""
    if len(text) > MAX_BYTES:
        raise GuideError(f"{len(text):,d} characters, a guide has at most {MAX_BYTES:,d}: split it", place=Place(path))
    text = normalize_text(text)
    document = read_document(text, file=path)
    front = read_front_matter(read_yaml(document.front_matter, place=Place(path, document.front_matter_line)))
    read: list[ReadStep] = []
    for section in document.sections:
        if section.id is None:
            refuse_orphans(section, file=path)
        else:
            read.append(read_step(section, file=path))
    if not read:
        raise GuideError("the guide has no step; write a heading `## Title {#step_id}`", place=Place(path))
    start = front.start or (read[0].step.id,)
    _check_graph(read, front, start, file=path)
    _check_names(read, front)
    return Guide(
        id=front.id,
        title=front.title,
        owner=front.owner,
        reviewed=front.reviewed,
        applies_to=front.applies_to,
        start=start,
        tables=front.tables,
        parameters=front.parameters,
        steps=tuple(item.step for item in read),
        version=version_of(text),
        path=path,
        text=text,
        coverage=front.coverage,
        impact=front.impact,
    )


def version_of(text: str) -> str:
    """The version of a guide: a hash of its text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_VERSION_LENGTH]


def load_guide(path: Path) -> Guide:
    """Read and parse one file."""
    return parse_guide(read_text(path), path=str(path))


def load_guides(folder: Path) -> tuple[Guide, ...]:
    """Every guide under a folder, by path: Markdown files with front matter; README.md is skipped."""
    if not folder.is_dir():
        raise GuideError("no such folder of guides; give one with --guides DIR", place=Place(str(folder)))
    guides: dict[str, Guide] = {}
    for path in sorted(folder.rglob("*.md")):
        if path.name.lower() == "readme.md":
            continue
        text = read_text(path)
        if not has_front_matter(text):
            continue
        guide = parse_guide(text, path=str(path))
        if guide.id in guides:
            place = Place(str(path), 2, "id")
            raise GuideError(f"the id {guide.id!r} is taken by {guides[guide.id].path}; rename one", place=place)
        guides[guide.id] = guide
    return tuple(guides.values())


def read_text(path: Path) -> str:
    """A UTF-8 file of bounded size; GuideError where it is not one."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GuideError(f"the file is larger than {MAX_BYTES:,d} bytes: split it", place=Place(str(path)))
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise GuideError("the file is not UTF-8 text; save it as UTF-8", place=Place(str(path), line)) from error
    except OSError as error:
        raise GuideError(f"cannot read the file: {error.strerror}", place=Place(str(path))) from error


def _check_graph(read: Sequence[ReadStep], front: FrontMatter, start: Sequence[str], *, file: str) -> None:
    lines: dict[str, int] = {}
    for item in read:
        place = Place(file, item.step.line, f"steps.{item.step.id}")
        if item.step.id in lines:
            raise GuideError(f"the step id {item.step.id!r} is taken in line {lines[item.step.id]}", place=place)
        lines[item.step.id] = item.step.line
    if len(lines) > MAX_STEPS:
        raise GuideError(f"{len(lines)} steps, more than {MAX_STEPS}: split the guide", place=Place(file))
    for name in start:
        if name not in lines:
            raise front.places["start"].error(f"unknown step {name!r}{nearest_names(name, lines)}")
    for item in read:
        _check_edges(item, lines)
    _refuse_circles(read, lines, start, file=file)


def _refuse_circles(read: Sequence[ReadStep], lines: Mapping[str, int], start: Sequence[str], *, file: str) -> None:
    cycle = find_cycle([item.step for item in read])
    if cycle:
        place = Place(file, lines[cycle[0]], f"steps.{cycle[0]}")
        raise GuideError(f"the steps go in a circle: {' -> '.join(cycle)}; take one `next` out", place=place)
    for item in read:
        for name in item.step.next_steps():
            if name in start:
                place = Place(file, item.step.line, f"steps.{item.step.id}")
                raise GuideError(f"`next` names {name!r}, a start step; take one of the two out", place=place)


def _check_edges(item: ReadStep, lines: Mapping[str, int]) -> None:
    branches = item.block.mapping()["branches"].items()
    for branch, value in zip(item.step.branches, branches, strict=True):
        for name in branch.next:
            place = value.mapping()["next"]
            if name not in lines:
                raise place.error(f"unknown step {name!r}{nearest_names(name, lines)}")
        for mitigation in branch.conclusion.mitigations if branch.conclusion else ():
            step = mitigation.verify.step if mitigation.verify else None
            if step is not None and step not in lines:
                message = f"line {mitigation.line}: verify names the unknown step {step!r}{nearest_names(step, lines)}"
                raise value.error(message)


def _check_names(read: Sequence[ReadStep], front: FrontMatter) -> None:
    """References of expressions and queries, and the parameters that outputs become."""
    steps = [item.step for item in read]
    ancestors = find_ancestors(steps)
    outs = {step.id: output_names(step) for step in steps}
    parameters = frozenset(parameter.name for parameter in front.parameters)
    outputs = _output_parameters(read, front, parameters)
    for item in read:
        names = Names(
            parameters=parameters,
            ancestors={name: outs[name] for name in ancestors[item.step.id]},
            steps=frozenset(outs),
        )
        for used in (*step_expressions(item.step, item.block), *metrics_expressions(item.metrics)):
            check_references(used, names)
        check_query_outputs(item.step, item.block, outputs, names)
    _check_impact(front, outs, parameters)


def _output_parameters(read: Sequence[ReadStep], front: FrontMatter, parameters: frozenset[str]) -> Mapping[str, str]:
    columns = {column.lower(): f"{t.name}.{column}" for t in front.tables.values() for column in t.columns}
    owners: dict[str, str] = {}
    for item in read:
        for name in sorted(output_names(item.step)):
            full = f"{item.step.id}_{name}"
            taken = f"output of step {owners[full]!r}" if full in owners else None
            taken = "parameter" if full in parameters else taken
            taken = f"column {columns[full]}" if full in columns else taken
            if taken:
                raise item.block.error(f"the output {name!r} is {full!r} in queries, like the {taken}; rename it")
            owners[full] = item.step.id
    return owners


def _check_impact(front: FrontMatter, outs: Mapping[str, frozenset[str]], parameters: frozenset[str]) -> None:
    if front.impact is None:
        return
    entries = front.places["impact"].mapping()
    step = front.impact.step
    if step not in outs:
        raise entries["step"].error(f"unknown step {step!r}{nearest_names(step, outs)}")
    names = Names(parameters=parameters, ancestors=outs, steps=frozenset(outs))
    for key, value in entries.items():
        if key != "step":
            check_references(Used(value.text(), value, outs[step]), names)
