"""Whether a service's own rows reach the window's end: without that, silence is not health."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from statistics import median

from agents.triage.bindings import quoted
from agents.triage.coverage_query import CoverageQuery, names_of
from agents.triage.freshness import ingestion_lag, slots_of, usual_silence
from agents.triage.outcome import CoverageFacts
from agents.triage.port import EvidencePort
from orchestrator.core.errors import QueryError
from orchestrator.core.evidence import Recorded
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import ColumnType, Table, TableStatus, iso_utc
from orchestrator.core.window import Window
from playbooks.guide import Coverage, Guide, MessageValueSource

COVERAGE = "coverage"
SERVICES = "services"
NEAREST = 3
SHOWN = 3
UNMEASURED_LAG_S = 300.0
"""The most that may pass as lag where a table has no receive time: Azure Monitor usually ingests within 3 minutes."""
TIME_COLUMN = "TimeGenerated"
RECEIVED_COLUMN = "_TimeReceived"
_LIMITS = QueryLimits()


def coverage_of(guide: Guide) -> Coverage | None:
    """The guide's own rule, else a parameter's first `values_of` source; one named like a service first."""
    if guide.coverage is not None:
        return guide.coverage
    found = [
        Coverage(table=source.table, column=source.column, parameter=parameter.name)
        for parameter in guide.parameters
        for source in parameter.sources
        if isinstance(source, MessageValueSource)
    ]
    return next((item for item in found if "service" in item.parameter), found[0] if found else None)


async def measure(
    port: EvidencePort, guide: Guide, *, parameters: Sequence[QueryParameter], window: Window, prefix: str = ""
) -> CoverageFacts:
    """Ask for the services' rows and judge each one's; asks who else logs only where one has none."""
    planned = await _plan(port, guide, parameters=parameters, window=window)
    if isinstance(planned, CoverageFacts):
        return planned
    recorded = await port.ask(f"{prefix}{COVERAGE}", planned.kql, parameters=planned.parameters, limits=planned.limits)
    if recorded.table is None or recorded.error is not None:
        reason = f"the rows of {planned.coverage.table} could not be counted: {recorded.error}"
        return _facts(planned, reason=reason, evidence=(recorded.evidence_id,))
    each = planned.each(recorded)
    found = [judge(one, own) for one, own in each if own.table is not None and own.table.rows]
    if len(found) == len(each) and not any(_may_be_lag(facts, window) for facts in found):
        return _counted(_worst(planned, found), recorded.table)
    others = await port.ask(
        f"{prefix}{SERVICES}", planned.kql_services, parameters=planned.parameters_services, limits=_LIMITS
    )
    judged = [
        judge(one, own, others) if own.table is not None and own.table.rows else judge_absence(one, own, others)
        for one, own in each
    ]
    return _counted(_worst(planned, judged), recorded.table)


def _counted(facts: CoverageFacts, counted: Table) -> CoverageFacts:
    """The facts, without what only a whole count can show: rows that a part lacks may be in the rest."""
    if facts.reached is not False or counted.status is TableStatus.COMPLETE:
        return facts
    reason = f"not all rows of {facts.table} were counted: {counted.reason or 'the result is partial'}"
    return replace(facts, reached=None, rows=None, reason=f"{reason}; among those counted, {facts.reason}")


def _worst(planned: CoverageQuery, found: Sequence[CoverageFacts]) -> CoverageFacts:
    """The facts of the service that is worst off, with the reasons of all that are as badly off and the rows of all."""
    if len(found) == 1:
        return found[0]
    least = min(_standing(facts) for facts in found)
    worst = [facts for facts in found if _standing(facts) == least]
    more = [f"and {len(worst) - SHOWN} more like them"] if len(worst) > SHOWN else []
    return replace(
        worst[0],
        service=", ".join(planned.names),
        reason="; ".join([*(facts.reason for facts in worst[:SHOWN]), *more]),
        rows=sum(facts.rows or 0 for facts in found),
        evidence=tuple(dict.fromkeys(item for facts in found for item in facts.evidence)),
    )


def _standing(facts: CoverageFacts) -> int:
    """The less, the worse: no rows, rows that do not reach the end, not known, covered."""
    if facts.reached is False:
        return 1 if facts.rows else 0
    return 3 if facts.reached else 2


def _may_be_lag(facts: CoverageFacts, window: Window) -> bool:
    """Whether rows end so shortly before the window that a lag, which the table does not tell, may be why."""
    if facts.reached is not False or facts.lag_s is not None or facts.newest is None:
        return False
    return (window.end - facts.newest).total_seconds() <= UNMEASURED_LAG_S + (facts.spacing_s or 0.0)


async def _plan(
    port: EvidencePort, guide: Guide, *, parameters: Sequence[QueryParameter], window: Window
) -> CoverageQuery | CoverageFacts:
    """The query, or why there is none."""
    coverage = coverage_of(guide)
    if coverage is None:
        reason = "the guide does not say whose rows show that it is watched"
        return CoverageFacts(table=None, service=None, reason=reason)
    service = next((item for item in parameters if item.name == coverage.parameter), None)
    if service is None:
        reason = f"the parameter {coverage.parameter!r} that names the service has no value"
        return CoverageFacts(table=coverage.table, service=None, reason=reason)
    if not names_of(service):
        reason = f"the parameter {coverage.parameter!r} names no service"
        return CoverageFacts(table=coverage.table, service=None, reason=reason)
    try:
        columns = await port.columns(coverage.table)
    except QueryError as error:
        # A table that may be there later was not looked at; one that is not there holds nothing.
        known: bool | None = None if error.retryable else False
        rows = None if error.retryable else 0
        named = ", ".join(names_of(service))
        return CoverageFacts(table=coverage.table, service=named, reason=error.message, reached=known, rows=rows)
    types = {column.name: column.type for column in columns}
    time = _time_column(types)
    if time is None or coverage.column not in types:
        lacks = "a time column" if time is None else f"the column {coverage.column}"
        reason = f"the table {coverage.table} lacks {lacks}"
        return CoverageFacts(table=coverage.table, service=", ".join(names_of(service)), reason=reason)
    received = RECEIVED_COLUMN if types.get(RECEIVED_COLUMN) is ColumnType.DATETIME else None
    return CoverageQuery(coverage=coverage, time=quoted(time), received=received, service=service, window=window)


def _time_column(types: Mapping[str, ColumnType]) -> str | None:
    times = [name for name, kind in types.items() if kind is ColumnType.DATETIME and not name.startswith("_")]
    return TIME_COLUMN if TIME_COLUMN in times else next(iter(times), None)


def judge(planned: CoverageQuery, recorded: Recorded, others: Recorded | None = None) -> CoverageFacts:
    """Whether the rows reach the window's end less lag and usual silence, and are enough.

    Where the table has no receive time, the silence of all who log there (`others`) counts as lag, up to
    `UNMEASURED_LAG_S`: what has not arrived from anybody is late, not absent.
    """
    slots = slots_of(recorded.table)
    rows, newest = sum(slot.n for slot in slots), max(slot.newest for slot in slots)
    lag, spacing = ingestion_lag(slots), usual_silence(slots, slot_s=planned.slot_s, window=planned.window)
    if lag is None and others is not None:
        lag = _table_lag(others, planned.window)
    missing_s = (planned.window.end - newest).total_seconds()
    fresh = missing_s <= (lag or 0.0) + spacing
    enough = rows >= planned.coverage.minimum_rows
    reason = (
        f"{planned.coverage.table} has {rows:,d} rows of {', '.join(planned.names)}, the newest of {iso_utc(newest)}"
    )
    reason += f", {_lag_text(lag)}"
    if not fresh:
        reason += (
            f"; that is {missing_s:,.0f} s before the window's end, where they usually come every {spacing:,.0f} s"
        )
    if not enough:
        reason += f"; fewer than the {planned.coverage.minimum_rows} that the guide needs"
    return _facts(
        planned,
        reason=reason,
        evidence=(recorded.evidence_id, *((others.evidence_id,) if others is not None else ())),
        reached=fresh and enough,
        rows=rows,
        newest=newest,
        lag_s=lag,
        spacing_s=spacing,
    )


def judge_absence(planned: CoverageQuery, recorded: Recorded, others: Recorded) -> CoverageFacts:
    """The service has no rows in the window: when it last had any, and whose names are like its."""
    newest: dict[str, datetime] = {}
    lags: list[float] = []
    for row in others.table.records() if others.table is not None else ():
        at, lag = row["newest"], row.get("lag_s")
        if isinstance(at, datetime):
            newest[str(row["name"])] = at
        if isinstance(lag, int | float):
            lags.append(float(lag))
    last = max((newest[name] for name in planned.names if name in newest), default=None)
    near = _nearest(planned.names[0], [name for name in newest if name and name not in planned.names])
    lag_s = median(lags) if lags else None
    reason = f"{planned.coverage.table} has no rows of {', '.join(planned.names)} in the window"
    reason += f"; their newest is of {iso_utc(last)}" if last else ""
    if others.table is None:
        reason += f"; who else logs there could not be asked: {others.error}"
    elif newest:
        reason += f"; the table's newest is of {iso_utc(max(newest.values()))}, {_lag_text(lag_s)}"
        reason += f"; services that log there: {', '.join(near)}" if near else ""
    else:
        reason += "; nobody has logged there since a day before it"
    return _facts(
        planned,
        reason=reason,
        evidence=(recorded.evidence_id, others.evidence_id),
        reached=False,
        rows=0,
        newest=last,
        lag_s=lag_s,
        nearest=near,
    )


def _table_lag(others: Recorded, window: Window) -> float | None:
    """The silence of all together; not known from a part of them: the one that has arrived may be in the rest."""
    whole = others.table is not None and others.table.status is TableStatus.COMPLETE
    times = [row["newest"] for row in others.table.records()] if others.table is not None and whole else []
    newest = max((at for at in times if isinstance(at, datetime)), default=None)
    return min(UNMEASURED_LAG_S, max(0.0, (window.end - newest).total_seconds())) if newest is not None else None


def _lag_text(lag: float | None) -> str:
    return "ingestion lag not measured (no receive time)" if lag is None else f"ingestion lag {lag:,.0f} s"


def _nearest(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names most like `name`; where none is, the first few: they are sorted by their rows."""
    lowered = {other.lower(): other for other in reversed(names)}
    close = get_close_matches(name.lower(), lowered, n=NEAREST, cutoff=0.5)
    return tuple(lowered[other] for other in close) or tuple(names[:NEAREST])


def _facts(
    planned: CoverageQuery,
    *,
    reason: str,
    evidence: tuple[str, ...],
    reached: bool | None = None,
    rows: int | None = None,
    newest: datetime | None = None,
    lag_s: float | None = None,
    spacing_s: float | None = None,
    nearest: tuple[str, ...] = (),
) -> CoverageFacts:
    return CoverageFacts(
        table=planned.coverage.table,
        service=", ".join(planned.names),
        reason=reason,
        reached=reached,
        rows=rows,
        newest=newest,
        lag_s=lag_s,
        spacing_s=spacing_s,
        nearest=nearest,
        evidence=evidence,
    )
