"""Lint of a parsed guide: mistyped expressions, what can never be reached, and what makes answers less trustworthy."""

from collections.abc import Iterator, Mapping

from orchestrator.core.cel.syntax import parse_expression
from orchestrator.core.cel.tree import free_names
from orchestrator.core.errors import Place
from orchestrator.core.rendering import placeholders
from orchestrator.core.workflows import WorkflowSpec
from playbooks.graph import find_reachable
from playbooks.guide import BranchKind, Guide, MessageValueSource, Step
from playbooks.mitigations import mitigation_problems
from playbooks.problems import Level, Problem, error, warning
from playbooks.queries import assigned_in, literal_times, row_counts, wall_clocks, words_of
from playbooks.references import output_names
from playbooks.reserved import RESERVED
from playbooks.typecheck import Describe, check_types
from playbooks.yaml_values import nearest_names

__all__ = ["Level", "Problem", "lint_guide"]

_SAMPLED = "ItemCount"
METRICS_TABLE = "AzureMetrics"
"""Where log files hold what `metrics` steps read."""


def lint_guide(
    guide: Guide,
    *,
    describe: Describe | None = None,
    describe_graph: Describe | None = None,
    workflows: Mapping[str, WorkflowSpec] | None = None,
) -> tuple[Problem, ...]:
    """All problems of a guide, by line; `describe` tells a query's columns, and without it rows are untyped.

    `describe` raises QueryError for a query that cannot run; `describe_graph` does the same for `resource_graph`.
    `workflows` are those that mitigations may name; None leaves their actions unchecked.
    """
    found = [
        *check_types(guide, describe, describe_graph=describe_graph),
        *_check_steps(guide),
        *_check_queries(guide),
        *_check_parameters(guide),
        *_check_tables(guide),
        *_check_conclusions(guide),
        *(() if workflows is None else _check_actions(guide, workflows)),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: (problem.place.line or 0, str(problem))))


def _place(guide: Guide, line: int | None, name: str) -> Place:
    return Place(guide.path, line, name)


def _step_place(guide: Guide, step: Step) -> Place:
    return _place(guide, step.line, f"steps.{step.id}")


def _check_steps(guide: Guide) -> Iterator[Problem]:
    reachable = find_reachable(guide.steps, guide.start)
    for step in guide.steps:
        place = _step_place(guide, step)
        if step.id not in reachable:
            yield warning(place, f"no path leads from {', '.join(guide.start)} to step {step.id!r}: it never runs")
        kinds = {branch.kind for branch in step.branches}
        if (step.query or step.metrics is not None) and BranchKind.UNKNOWN not in kinds:
            yield warning(place, "no `unknown` branch: when the query fails or a `when` errors, no edge is taken")
        if step.branches[-1].when is not None:
            yield warning(place, "no `otherwise` branch: where no `when` holds the step is unknown")
        if step.is_decision and not guide.parents(step.id):
            yield warning(place, "a step without query, ask or run decides over earlier steps, and there are none")
        yield from _check_branches(guide, step)
        yield from _check_outputs(guide, step)


def _check_branches(guide: Guide, step: Step) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, branch in enumerate(step.branches):
        place = _place(guide, branch.line, f"steps.{step.id}.branches[{number}]")
        when = branch.when or ""
        if when and when in seen:
            yield warning(place, f"the condition {when!r} stands twice: this branch is never taken")
        if when == "true" and number + 1 < len(step.branches):
            yield warning(place, "the condition is always true: the branches after it are never taken")
        seen.add(when)
        texts = (when,) if when else ()
        names = frozenset[str]().union(
            *(free_names(parse_expression(text)) for text in (*texts, *placeholders(branch.text)))
        )
        if step.is_decision and names & {"rows", "row"}:
            yield error(place, "a step without query has no rows; name those of an earlier step: steps.<id>.rows")


def _check_outputs(guide: Guide, step: Step) -> Iterator[Problem]:
    for name in sorted(output_names(step)):
        full = f"{step.id}_{name}"
        in_query = any(full in words_of(other.query) for other in guide.steps)
        in_text = f"out.{name}" in guide.text or f"out['{name}']" in guide.text
        if not in_query and not in_text:
            yield warning(_step_place(guide, step), f"the output {name!r} is used nowhere")


def _check_queries(guide: Guide) -> Iterator[Problem]:
    names = {parameter.name for parameter in guide.parameters}
    columns = {column for table in guide.tables.values() for column in table.columns}
    sampled = {table.name for table in guide.tables.values() if _SAMPLED in table.columns}
    for step in guide.steps:
        if not step.query:
            continue
        field = f"steps.{step.id}.{'kql' if step.kql is not None else 'resource_graph'}"
        first = step.query_line - 1
        words = words_of(step.query)
        for word in sorted(words - names - columns - assigned_in(step.query)):
            if word.startswith("p_"):
                yield error(_place(guide, step.query_line, field), f"no parameter {word!r}{nearest_names(word, names)}")
        for word in sorted(assigned_in(step.query) & RESERVED):
            yield warning(
                _place(guide, step.query_line, field),
                f"KQL keeps the word {word!r} for itself, and Azure Monitor refuses it as a name; choose another",
            )
        for line, text in literal_times(step.query):
            yield warning(_place(guide, first + line, field), f"the time {text!r} is written in; use a parameter")
        for line, text in wall_clocks(step.query):
            yield warning(
                _place(guide, first + line, field), f"{text} reads the wall clock; use p_from and p_to, or the like"
            )
        if words & sampled and _SAMPLED not in words:
            for line, text in row_counts(step.query):
                table = ", ".join(sorted(words & sampled))
                yield warning(
                    _place(guide, first + line, field), f"{text} counts rows of {table}, which is sampled; "
                    f"write sum({_SAMPLED})"
                )  # fmt: skip


def _check_parameters(guide: Guide) -> Iterator[Problem]:
    used = frozenset[str]().union(*(words_of(step.query) for step in guide.steps))
    for parameter in guide.parameters:
        place = _place(guide, parameter.line, f"parameters.{parameter.name}")
        if not parameter.name.startswith("p_"):
            yield warning(place, f"name it 'p_{parameter.name}', so that it can never be a column's name")
        in_text = guide.text.count(parameter.name) > 1
        if parameter.name not in used and not in_text:
            yield warning(place, f"the parameter {parameter.name!r} is used nowhere")


def _check_tables(guide: Guide) -> Iterator[Problem]:
    used = frozenset[str]().union(*(words_of(step.query) for step in guide.steps))
    sources = [source for parameter in guide.parameters for source in parameter.sources]
    used |= {source.table for source in sources if isinstance(source, MessageValueSource)}
    used |= {guide.coverage.table} if guide.coverage else set()
    used |= {METRICS_TABLE} if any(step.metrics for step in guide.steps) else set()
    for name in guide.tables:
        if name not in used:
            yield warning(_place(guide, None, f"tables.{name}"), f"no query asks the table {name!r}")
    if not any((guide.applies_to.alerts, guide.applies_to.services, guide.applies_to.symptoms)):
        yield warning(_place(guide, None, "applies_to"), "no alerts, services or symptoms: the guide is hard to find")


def _check_actions(guide: Guide, workflows: Mapping[str, WorkflowSpec]) -> Iterator[Problem]:
    conclusions = [branch.conclusion for step in guide.steps for branch in step.branches]
    for mitigation in (item for found in conclusions if found for item in found.mitigations):
        place = _place(guide, mitigation.line, f"mitigation {mitigation.action}")
        yield from (warning(place, problem) for problem in mitigation_problems(mitigation, workflows))


def _check_conclusions(guide: Guide) -> Iterator[Problem]:
    branches = [branch for step in guide.steps for branch in step.branches]
    sources = [source for parameter in guide.parameters for source in parameter.sources]
    covered = guide.coverage is not None or any(isinstance(source, MessageValueSource) for source in sources)
    for branch in branches:
        if branch.kind is BranchKind.HEALTHY and not covered:
            message = (
                "`healthy` needs to know whose rows must be there: write `coverage`, or a parameter with values_of"
            )
            yield warning(_place(guide, branch.line, "healthy"), message)
        for mitigation in branch.conclusion.mitigations if branch.conclusion else ():
            missing = [
                name for name, value in (("by_hand", mitigation.by_hand), ("verify", mitigation.verify)) if not value
            ]
            if missing:
                place = _place(guide, mitigation.line, f"mitigation {mitigation.action}")
                yield warning(place, f"the mitigation has no {' and no '.join(missing)}")
    if not any(branch.kind is BranchKind.CONCLUDE for branch in branches):
        yield warning(_place(guide, None, "steps"), "no step concludes: the guide can never name a cause")
