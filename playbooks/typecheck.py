"""The static types of a guide's expressions, against the columns that its queries yield."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from orchestrator.core.cel.check import CelType, check, column_type, kusto_type, record_of, row_type, table_type
from orchestrator.core.cel.inference import BOOL, DOUBLE, DYN, INT, STRING, TIMESTAMP, list_of
from orchestrator.core.errors import ExpressionError, Place, QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.rendering import Placeholder, parse_template
from orchestrator.core.table import Column, ColumnType, Value
from playbooks.graph import find_ancestors
from playbooks.guide import AskedMetrics, Branch, Guide, Mitigation, ParameterType, Step
from playbooks.problems import Problem, error, warning
from playbooks.queries import words_of

Describe = Callable[[str, Sequence[QueryParameter]], Sequence[Column]]
SUB_GUIDE_COLUMNS = tuple(
    Column(name, ColumnType.STRING)
    for name in ("step", "status", "kind", "text", "evidence", "verdict", "cause", "object", "confidence")
)
_NUMBERS = (INT, DOUBLE, DYN)
_SAMPLES: Mapping[ColumnType, Value] = {
    ColumnType.BOOL: True,
    ColumnType.INT: 1,
    ColumnType.LONG: 1,
    ColumnType.REAL: 1.5,
    ColumnType.DECIMAL: 1.5,
    ColumnType.STRING: "x",
    ColumnType.GUID: "00000000-0000-0000-0000-000000000001",
    ColumnType.DATETIME: datetime(2026, 1, 1, tzinfo=UTC),
    ColumnType.TIMESPAN: timedelta(hours=1),
    ColumnType.DYNAMIC: {},
}


def check_types(
    guide: Guide, describe: Describe | None, *, describe_graph: Describe | None = None, queries: bool = True
) -> Iterator[Problem]:
    """Every mistyped expression of a guide, in the order in which its steps may run.

    `describe` tells the columns of a `kql` query, `describe_graph` those of a `resource_graph` one; where one is not
    given, such rows are untyped. `queries` false leaves out queries that cannot be described: before a run they are
    that run's failed steps.
    """
    checker = _Checker(guide, {"kql": describe, "resource_graph": describe_graph}, queries=queries)
    ancestors = find_ancestors(guide.steps)
    for step in sorted(guide.steps, key=lambda item: len(ancestors[item.id])):
        yield from checker.check_step(step, [item for item in guide.steps if item.id in ancestors[step.id]])
    yield from checker.check_impact()


def parameter_type(kind: ParameterType) -> CelType:
    """A parameter's type in expressions."""
    item = column_type(kind.item)
    return list_of(item) if kind.is_list else item


def sample_parameter(name: str, kind: ParameterType) -> QueryParameter:
    """A value of the type, to describe queries with."""
    sample = _SAMPLES[kind.item]
    return (
        QueryParameter(name, ColumnType.DYNAMIC, [sample])
        if kind.is_list
        else (QueryParameter(name, kind.item, sample))
    )


@dataclass(slots=True)
class _Known:
    """What is known of a step once it is checked."""

    rows: CelType
    row: CelType
    out: dict[str, CelType] = field(default_factory=dict)


class _Checker:
    """Checks the steps of one guide, ancestors first."""

    def __init__(self, guide: Guide, describe: Mapping[str, Describe | None], *, queries: bool) -> None:
        self._guide = guide
        self._queries = queries
        self._describe = describe
        self._known: dict[str, _Known] = {}
        self._base = {item.name: parameter_type(item.type) for item in guide.parameters}
        self._base["window"] = record_of({"from": TIMESTAMP, "to": TIMESTAMP})
        self._parameters = [sample_parameter(item.name, item.type) for item in guide.parameters]

    def check_step(self, step: Step, ancestors: Sequence[Step]) -> Iterator[Problem]:
        """The problems of one step."""
        known = self._known[step.id] = _Known(list_of(DYN), DYN)
        yield from self._read_columns(step, ancestors, known)
        types = self._types(known, ancestors)
        place = self._place(step.line, f"steps.{step.id}")
        if step.ask is not None:
            yield from _check_template(step.ask.question, types, place)
        if step.run is not None:
            yield from _check_arguments(step.run.arguments, types, place)
        if step.metrics is not None:
            yield from self._check_metrics(step.metrics, types, f"steps.{step.id}.metrics")
        yield from self._check_outputs(step.out, types, known.out, place)
        for number, branch in enumerate(step.branches):
            at = self._place(branch.line, f"steps.{step.id}.branches[{number}]")
            yield from self._check_branch(branch, types, known, at, ancestors)

    def check_impact(self) -> Iterator[Problem]:
        """The problems of the front matter's `impact`."""
        impact = self._guide.impact
        if impact is None or impact.step not in self._known:
            return
        types = self._types(self._known[impact.step], self._guide.steps)
        types["out"] = record_of(self._known[impact.step].out)
        wanted = {"started_at": (TIMESTAMP, DYN), "ongoing": (BOOL, DYN), "affected": (*_NUMBERS, STRING),
                  "share": _NUMBERS}  # fmt: skip
        for name, kinds in wanted.items():
            text = getattr(impact, name)
            if text is not None:
                yield from _check_kind(text, types, kinds, self._place(None, f"impact.{name}"))

    def _place(self, line: int | None, name: str) -> Place:
        return Place(self._guide.path, line, name)

    def _types(self, known: _Known, ancestors: Iterable[Step]) -> dict[str, CelType]:
        steps = {
            step.id: record_of({"status": STRING, "rows": at.rows, "out": record_of(at.out)})
            for step in ancestors
            if (at := self._known.get(step.id)) is not None
        }
        own = {"rows": known.rows, "row": known.row, "out": record_of({}), "steps": record_of(steps)}
        return {**self._base, **own}

    def _read_columns(self, step: Step, ancestors: Sequence[Step], known: _Known) -> Iterator[Problem]:
        columns: Sequence[Column] | None = None
        if step.ask is not None:
            kind = step.ask.type
            columns = (Column("answer", ColumnType.DYNAMIC if kind.is_list else kind.item),)
        elif step.run is not None:
            columns = SUB_GUIDE_COLUMNS
        elif step.metrics is not None:
            columns = step.metrics.columns()
        elif (describe := self._describe["kql" if step.kql is not None else "resource_graph"]) and step.query:
            try:
                columns = describe(step.query, self._query_parameters(step.query, ancestors))
            except QueryError as failed:
                if self._queries:
                    yield self._query_problem(failed, step)
        if columns is not None:
            known.rows, known.row = table_type(columns), row_type(columns)

    def _query_parameters(self, kql: str, ancestors: Iterable[Step]) -> list[QueryParameter]:
        words = words_of(kql)
        earlier = []
        for step in ancestors:
            for name, kind in self._known[step.id].out.items():
                if f"{step.id}_{name}" in words:
                    column = kusto_type(kind)
                    sample: Value = ["x"] if kind.kind == "list" else _SAMPLES[column]
                    earlier.append(QueryParameter(f"{step.id}_{name}", column, sample))
        return [*self._parameters, *earlier]

    def _query_problem(self, failed: QueryError, step: Step) -> Problem:
        line = step.query_line + (failed.line or 1) - 1
        kind = "kql" if step.kql is not None else "resource_graph"
        return error(self._place(line, f"steps.{step.id}.{kind}"), failed.message)

    def _check_metrics(self, asked: AskedMetrics, types: Mapping[str, CelType], name: str) -> Iterator[Problem]:
        """What fills a metrics query: ids are texts, its window is times."""
        place = self._place(asked.line, name)
        yield from _check_arguments(asked.templates(), types, place)
        for key, text in (("from", asked.start), ("to", asked.end)):
            part = parse_template(text)
            if part and (len(part) > 1 or not isinstance(part[0], Placeholder)):
                yield error(place, f"`{key}` is {text!r}, expected one time such as {{p_from}}")
            elif part and isinstance(part[0], Placeholder):
                yield from _check_kind(part[0].expression, types, (TIMESTAMP, DYN), place)

    def _check_outputs(
        self, outputs: Mapping[str, str], types: dict[str, CelType], found: dict[str, CelType], place: Place
    ) -> Iterator[Problem]:
        """Types of outputs, each visible to those after it; one that is wrong is `dyn` from there on."""
        for name, text in outputs.items():
            at = Place(place.file, place.line, f"{place.field}.out.{name}")
            try:
                checked = check(text, types)
                found[name] = checked.type
                yield from (warning(at, message) for message in checked.warnings)
            except ExpressionError as failed:
                found[name] = DYN
                yield error(at, failed.message)
            types["out"] = record_of(found)

    def _check_branch(
        self, branch: Branch, types: dict[str, CelType], known: _Known, place: Place, ancestors: Sequence[Step]
    ) -> Iterator[Problem]:
        if branch.when is not None:
            yield from _check_kind(
                branch.when, types, (BOOL, DYN), Place(place.file, place.line, f"{place.field}.when")
            )
        inner = dict(types)
        outputs = dict(known.out)
        yield from self._check_outputs(branch.out, inner, outputs, place)
        for name in branch.out:
            known.out.setdefault(name, outputs[name])
        yield from _check_template(branch.text, inner, Place(place.file, place.line, f"{place.field}.{branch.kind}"))
        if branch.conclusion is None:
            return
        yield from _check_template(branch.conclusion.object, inner, place)
        for mitigation in branch.conclusion.mitigations:
            yield from self._check_mitigation(mitigation, inner, ancestors)

    def _check_mitigation(
        self, mitigation: Mitigation, types: dict[str, CelType], ancestors: Sequence[Step]
    ) -> Iterator[Problem]:
        place = self._place(mitigation.line, f"mitigation {mitigation.action}")
        yield from _check_arguments(mitigation.arguments, types, place)
        yield from _check_arguments(mitigation.undo_arguments, types, place)
        yield from _check_template(mitigation.by_hand, types, place)
        if mitigation.blast_radius:
            yield from _check_kind(mitigation.blast_radius, types, (*_NUMBERS, STRING), place)
        verify = mitigation.verify
        if verify is None:
            return
        known = self._known.get(verify.step or "") or _Known(list_of(DYN), DYN)
        describe = self._describe["kql"]
        if verify.kql is not None and describe is not None:
            try:
                columns = describe(verify.kql, self._query_parameters(verify.kql, ancestors))
            except QueryError as failed:
                yield error(place, f"verify: {failed.message}")
                return
            known = _Known(table_type(columns), row_type(columns))
        inner = {**types, "rows": known.rows, "row": known.row}
        yield from _check_kind(verify.expect, inner, (BOOL, DYN), place)


def _check_kind(text: str, types: Mapping[str, CelType], wanted: Sequence[CelType], place: Place) -> Iterator[Problem]:
    try:
        checked = check(text, types)
    except ExpressionError as failed:
        yield error(place, failed.message)
        return
    yield from (warning(place, message) for message in checked.warnings)
    if checked.type not in (*wanted, DYN):
        names = " or ".join(str(kind) for kind in wanted if kind != DYN)
        yield error(place, f"expression {text!r} yields {checked.type}, expected {names}")


def _check_template(template: str, types: Mapping[str, CelType], place: Place) -> Iterator[Problem]:
    for part in parse_template(template):
        if isinstance(part, Placeholder):
            try:
                checked = check(part.expression, types)
            except ExpressionError as failed:
                yield error(place, failed.message)
                continue
            yield from (warning(place, message) for message in checked.warnings)
            if part.spec and checked.type not in _NUMBERS and not _is_number_list(checked.type):
                yield error(place, f"{{{part.expression}:{part.spec}}} formats numbers, and this is {checked.type}")


def _is_number_list(kind: CelType) -> bool:
    return kind.kind == "list" and kind.item in _NUMBERS


def _check_arguments(arguments: object, types: Mapping[str, CelType], place: Place) -> Iterator[Problem]:
    match arguments:
        case str():
            yield from _check_template(arguments, types, place)
        case Mapping():
            for item in arguments.values():
                yield from _check_arguments(item, types, place)
        case list() | tuple():
            for item in arguments:
                yield from _check_arguments(item, types, place)
        case _:
            return
