"""The queries that count a service's rows, slot by slot, and say who else logs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from agents.triage.bindings import quoted
from orchestrator.core.evidence import Recorded
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.table import ColumnType
from orchestrator.core.window import Window
from playbooks.guide import Coverage

SLOTS = 200
LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageQuery:
    """How to ask for the rows of one service; `service` is a string, or a list of them."""

    coverage: Coverage
    time: str
    received: str | None
    service: QueryParameter
    window: Window

    @property
    def slot_s(self) -> int:
        """Seconds of one slot, so that a window has at most `SLOTS` of them."""
        return max(1, ceil(self.window.length.total_seconds() / SLOTS))

    @property
    def kql(self) -> str:
        """Rows, oldest, newest and lag in each slot of the window; of each service, where there are several."""
        name, order = (f"name = {quoted(self.coverage.column)}, ", "name asc, ") if len(self.names) > 1 else ("", "")
        return (
            f"{self.coverage.table}\n"
            f"| where {self._same} and {self.time} >= coverage_from and {self.time} <= coverage_to\n"
            f"| summarize n = count(), oldest = min({self.time}), newest = max({self.time}){self._lag}"
            f" by {name}slot = bin({self.time}, coverage_slot)\n"
            f"| sort by {order}slot asc"
        )

    @property
    def kql_services(self) -> str:
        """Who logs at all, from a day before the window to its end: the most rows first."""
        column = quoted(self.coverage.column)
        return (
            f"{self.coverage.table}\n"
            f"| where {self.time} >= coverage_from and {self.time} <= coverage_to\n"
            f"| summarize n = count(), newest = max({self.time}){self._lag} by name = {column}\n"
            f"| sort by n desc, name asc\n"
            f"| take 500"
        )

    @property
    def parameters(self) -> tuple[QueryParameter, ...]:
        """What `kql` needs before it."""
        slot = QueryParameter("coverage_slot", ColumnType.TIMESPAN, timedelta(seconds=self.slot_s))
        return (self.service, *_span(self.window.start, self.window.end), slot)

    @property
    def parameters_services(self) -> tuple[QueryParameter, ...]:
        """What `kql_services` needs before it."""
        return _span(self.window.start - LOOK_BACK, self.window.end)

    @property
    def names(self) -> tuple[str, ...]:
        """The services asked for."""
        return names_of(self.service)

    @property
    def limits(self) -> QueryLimits:
        """Room for every slot of every service."""
        return QueryLimits(rows=max(QueryLimits().rows, (SLOTS + 2) * len(self.names)))

    def each(self, recorded: Recorded) -> tuple[tuple["CoverageQuery", Recorded], ...]:
        """The query of each service alone, with its rows of the answer: one that logs does not cover for another."""
        if len(self.names) < 2 or recorded.table is None:  # noqa: PLR2004  # several
            return ((self, recorded),)
        column = next((at for at, item in enumerate(recorded.table.columns) if item.name == "name"), None)
        found: list[tuple[CoverageQuery, Recorded]] = []
        for name in self.names:
            rows = tuple(row for row in recorded.table.rows if column is not None and str(row[column]) == name)
            alone = replace(self, service=QueryParameter(self.service.name, ColumnType.STRING, name))
            found.append((alone, replace(recorded, table=replace(recorded.table, rows=rows))))
        return tuple(found)

    @property
    def _lag(self) -> str:
        seconds = f"percentile(datetime_diff('second', {self.received}, {self.time}), 95)"
        return f", lag_s = {seconds}" if self.received else ""

    @property
    def _same(self) -> str:
        operator = "in" if isinstance(self.service.value, list | tuple) else "=="
        value = f"({self.service.name})" if operator == "in" else self.service.name
        return f"{quoted(self.coverage.column)} {operator} {value}"


def _span(start: datetime, end: datetime) -> tuple[QueryParameter, QueryParameter]:
    return (
        QueryParameter("coverage_from", ColumnType.DATETIME, start),
        QueryParameter("coverage_to", ColumnType.DATETIME, end),
    )


def names_of(service: QueryParameter) -> tuple[str, ...]:
    """The services that a parameter names, each once: one, or a list."""
    value = service.value
    return tuple(dict.fromkeys(map(str, value))) if isinstance(value, list | tuple) else (str(value),)
