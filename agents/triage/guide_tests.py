"""Runs the tests that live beside a guide: recorded tables and a fixed clock in, verdict, path and evidence out."""

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from agents.triage.outcome import GuideOutcome, StepOutcome
from agents.triage.runner import evidence_keys, run_guide
from orchestrator.core.claims import Claim
from orchestrator.core.errors import ClaimError, InputError
from orchestrator.core.ports import Document, Hit, Logs, Metrics, ResourceGraph, SearchQuery, WriteResult
from orchestrator.core.recording import Recorder
from orchestrator.core.table import ColumnType, Table, json_value
from playbooks.guide import Guide, MessageValueSource, ParameterType
from playbooks.guide_test import ExpectedEvidence, ExpectedVerdict, GuideCase
from playbooks.literals import parse_literal
from playbooks.parameters import Resolved, resolve_parameters
from playbooks.services import Services

Backend: TypeAlias = Callable[[Mapping[str, Table], datetime], AbstractAsyncContextManager[Logs]]
"""Opens logs that hold exactly the given tables, with a fixed clock."""

MetricsOf: TypeAlias = Callable[[Logs], Metrics]
GraphOf: TypeAlias = Callable[[Logs], ResourceGraph]
"""What a guide asks beside its logs, answered from tables of the same test."""

NEEDS_INPUT = "needs_input"
_NO_GUIDES: Mapping[str, Guide] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One test's result; it passed if it has no problems. `outcome` is None where parameters were missing."""

    name: str
    line: int
    problems: tuple[str, ...]
    outcome: GuideOutcome | None = None

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.problems


async def run_cases(
    guide: Guide,
    cases: Sequence[GuideCase],
    *,
    backend: Backend,
    metrics_of: MetricsOf | None = None,
    graph_of: GraphOf | None = None,
    guides: Mapping[str, Guide] = _NO_GUIDES,
    services: Services | None = None,
) -> tuple[CaseResult, ...]:
    """Run the tests one after another, in the order of the file."""
    return tuple(
        [
            await run_case(
                guide, case, backend=backend, metrics_of=metrics_of, graph_of=graph_of, guides=guides, services=services
            )
            for case in cases
        ]
    )


async def run_case(
    guide: Guide,
    case: GuideCase,
    *,
    backend: Backend,
    metrics_of: MetricsOf | None = None,
    graph_of: GraphOf | None = None,
    guides: Mapping[str, Guide] = _NO_GUIDES,
    services: Services | None = None,
) -> CaseResult:
    """Run one test; a statement whose check does not hold on its own evidence is a problem too.

    Steps that ask for metrics or the resource graph fail where `metrics_of` or `graph_of` is not given.
    """
    try:
        resolved = _resolved(guide, case, services)
    except InputError as error:
        return CaseResult(name=case.name, line=case.line, problems=(error.message,))
    asked = tuple(question.parameter for question in resolved.questions)
    problems = _differs("questions", sorted(case.questions), sorted(asked))
    if asked:
        problems += _differs("verdict", case.verdict.status, NEEDS_INPUT)
        return CaseResult(name=case.name, line=case.line, problems=tuple(problems))
    async with backend(case.tables, case.now) as logs:
        recorder = Recorder(
            logs=logs,
            index=_NoIndex(),
            source="files",
            found=lambda _: None,
            metrics=metrics_of(logs) if metrics_of is not None else None,
            graph=graph_of(logs) if graph_of is not None else None,
        )
        outcome = await run_guide(
            guide,
            port=recorder.section(evidence_keys(guide, guides)),
            parameters=resolved.values,
            window=resolved.window,
            emit=lambda _: None,
            guides=guides,
        )
    tables = recorder.tables()
    problems += _verdict_problems(case.verdict, outcome)
    if case.path is not None:
        problems += _differs("path", list(case.path), [step.id for step in outcome.steps if step.path])
    for expected in case.evidence:
        problems += _evidence_problems(expected, outcome.step(expected.step), tables)
    problems += _claim_problems(outcome, tables)
    return CaseResult(name=case.name, line=case.line, problems=tuple(problems), outcome=outcome)


def write_tables(folder: Path, tables: Mapping[str, Table]) -> dict[str, dict[str, ColumnType]]:
    """Write each table as `<name>.csv`, for a backend that reads files; gives the columns' types to declare there."""
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in table.columns])
            for row in table.rows:
                writer.writerow([_cell(value, column.type) for value, column in zip(row, table.columns, strict=True)])
    return {name: {column.name: column.type for column in table.columns} for name, table in tables.items()}


def _cell(value: object, kind: ColumnType) -> object:
    if value is None:
        return ""
    if kind is ColumnType.DYNAMIC:
        return json.dumps(json_value(value), ensure_ascii=False)
    return json.dumps(value) if isinstance(value, bool) else json_value(value)


def _resolved(guide: Guide, case: GuideCase, services: Services | None) -> Resolved:
    return resolve_parameters(
        guide,
        message=case.message,
        alert=case.alert,
        session={},
        now=case.now,
        tz=case.tz,
        services=services,
        values=_known_values(guide, case.tables),
        given=case.parameters,
    )


def _known_values(guide: Guide, tables: Mapping[str, Table]) -> dict[tuple[str, str], Sequence[str]]:
    """The distinct texts of each `values_of` column, as the logs would tell them."""
    sources = [source for item in guide.parameters for source in item.sources if isinstance(source, MessageValueSource)]
    found: dict[tuple[str, str], Sequence[str]] = {}
    for source in sources:
        records = tables[source.table].records() if source.table in tables else []
        values = (record.get(source.column) for record in records)
        found[source.table, source.column] = sorted({value for value in values if isinstance(value, str) and value})
    return found


def _verdict_problems(expected: ExpectedVerdict, outcome: GuideOutcome) -> list[str]:
    verdict = outcome.verdict
    status = NEEDS_INPUT if outcome.needs_input else verdict.status.value
    confidence = verdict.confidence.value if verdict.confidence is not None else None
    found = _differs("verdict", expected.status, status, because=verdict.reason)
    for name, wanted, got in (
        ("cause", expected.cause, verdict.cause),
        ("object", expected.object, verdict.object),
        ("confidence", expected.confidence, confidence),
    ):
        if wanted is not None:
            found += _differs(name, wanted, got)
    return found


def _evidence_problems(expected: ExpectedEvidence, step: StepOutcome, tables: Mapping[str, Table]) -> list[str]:
    found: list[str] = []
    place = f"step {step.id!r}"
    if expected.status is not None:
        found += _differs(f"{place}: status", expected.status, step.status.value, because=step.reason)
    if expected.kind is not None:
        found += _differs(f"{place}: kind", expected.kind, step.kind.value if step.kind else None, because=step.reason)
    if expected.text is not None and expected.text not in step.text:
        found.append(f"{place}: text: expected a part {expected.text!r}, got {step.text!r}")
    table = tables.get(step.evidence) if step.evidence is not None else None
    if expected.row_count is not None:
        found += _differs(f"{place}: rows", expected.row_count, len(table.rows) if table is not None else None)
    if expected.row:
        found += _row_problems(place, expected.row, table)
    return found


def _row_problems(place: str, expected: Mapping[str, object], table: Table | None) -> list[str]:
    """What differs in the first row; expected cells are read as their columns' types."""
    if table is None or not table.rows:
        return [f"{place}: row: expected {dict(expected)!r}, got no rows"]
    kinds = {column.name: column.type for column in table.columns}
    row = table.records()[0]
    found: list[str] = []
    for name, raw in expected.items():
        if name not in row:
            found.append(f"{place}: row: there is no column {name!r}; the columns are {', '.join(row)}")
            continue
        try:
            wanted = None if raw is None else parse_literal(raw, ParameterType(kinds[name]))
        except InputError as error:
            found.append(f"{place}: row: {name}: {error.message}")
            continue
        if not _same(wanted, row[name]):
            found.append(f"{place}: row: {name}: expected {json_value(wanted)!r}, got {json_value(row[name])!r}")
    return found


def _same(wanted: object, got: object) -> bool:
    if isinstance(wanted, float) and isinstance(got, int | float):
        return math.isclose(wanted, got, rel_tol=1e-9)
    return wanted == got


def _claim_problems(outcome: GuideOutcome, tables: Mapping[str, Table]) -> list[str]:
    said = (*(item.statement for item in outcome.conclusions), *outcome.findings, *outcome.ruled_out, *outcome.healthy)
    found: list[str] = []
    for item in said:
        if item.template is None or item.check is None or item.frame is None:
            continue
        try:
            Claim(template=item.template, check=item.check, evidence=item.evidence, frame=item.frame, tables=tables)
        except ClaimError as error:
            found.append(f"step {item.step!r}: {error.message}")
    return found


def _differs(what: str, expected: object, got: object, *, because: str | None = None) -> list[str]:
    if expected == got:
        return []
    return [f"{what}: expected {expected!r}, got {got!r}" + (f" ({because})" if because else "")]


class _NoIndex:
    """Search over nothing: a guide's test asks only its tables."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:  # noqa: ARG002  # the port's signature
        """Nothing."""
        return ()

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        """Stores nothing, and says so."""
        return tuple(WriteResult(id=item.id, stored=False, reason="this index holds nothing") for item in documents)

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        """What is not there is deleted already."""
        return tuple(WriteResult(id=item, stored=True) for item in ids)
