"""The values of a troubleshooting guide: what the parser reads and the scheduler runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from orchestrator.core.metrics import Aggregation, metrics_columns
from orchestrator.core.table import Column, ColumnType


def _empty() -> Mapping[str, object]:
    return MappingProxyType({})


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ParameterType:
    """A parameter's type: a scalar of Kusto, or a list of them (`list<string>`)."""

    item: ColumnType
    is_list: bool = False

    def __str__(self) -> str:
        return f"list<{self.item.value}>" if self.is_list else self.item.value


@dataclass(frozen=True, slots=True)
class AlertSource:
    """From the alert payload, by dotted path (`data.essentials.firedDateTime`, `labels.service`)."""

    path: str


class TimeEdge(StrEnum):
    """Which end of the message's time span a parameter takes."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class MessageTimeSource:
    """A time that the message names ("since 10:20", "between 9 and 10")."""

    edge: TimeEdge


@dataclass(frozen=True, slots=True)
class MessageNumberSource:
    """The one number that the message names."""


@dataclass(frozen=True, slots=True)
class MessageValueSource:
    """A value of `table.column` (or an alias of the inventory) that the message names."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class SessionSource:
    """The value that the session last used."""


@dataclass(frozen=True, slots=True)
class DefaultSource:
    """A literal of the parameter's type; a datetime may be `now`, or an offset such as `now-1h` or `p_from-4h`."""

    value: object


Source: TypeAlias = (
    AlertSource | MessageTimeSource | MessageNumberSource | MessageValueSource | SessionSource | DefaultSource
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A typed input of a guide; sources are tried in order, and what none yields is asked for."""

    name: str
    type: ParameterType
    sources: tuple[Source, ...]
    description: str = ""
    line: int = 0


class Confidence(StrEnum):
    """How sure a guide's author is of a conclusion."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """How to see that a mitigation worked, in a window of its own after it."""

    kql: str | None = None
    step: str | None = None
    window_after: str = ""
    wait: str = ""
    expect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """A proposed fix. Texts are templates; `arguments` keep the type of a value that is one `{expr}`."""

    action: str
    arguments: Mapping[str, object] = field(default_factory=_empty)
    by_hand: str = ""
    blast_radius: str = ""
    blast_unit: str = ""
    verify: Verify | None = None
    undo_action: str | None = None
    undo_arguments: Mapping[str, object] = field(default_factory=_empty)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """A suspected root cause; `object` and `summary` are templates."""

    cause: str
    object: str
    summary: str
    confidence: Confidence
    mitigations: tuple[Mitigation, ...] = ()


class BranchKind(StrEnum):
    """What a branch says."""

    FINDING = "finding"
    RULED_OUT = "ruled_out"
    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    CONCLUDE = "conclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One case of a step; the first whose `when` holds is taken. `when` is None for `otherwise: true`.

    `text` is the template of finding, ruled_out, healthy or unknown, and the summary of conclude.
    """

    kind: BranchKind
    when: str | None
    text: str
    conclusion: Conclusion | None = None
    out: Mapping[str, str] = field(default_factory=_no_texts)
    next: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question to a person; the typed answer is the step's one row, column `answer`."""

    question: str
    type: ParameterType


@dataclass(frozen=True, slots=True, kw_only=True)
class SubGuide:
    """Another guide to run; its rows are one per step of it: `step`, `status`, `kind`, `text`, and its verdict's."""

    guide: str
    arguments: Mapping[str, object] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMetrics:
    """Metrics to read; `resource`, `start`, `end` and the values of `split_by` are templates that keep types.

    Attributes:
        resource: One Azure resource id, or several: a template, or a tuple of them.
        start: Where the time to look at begins; '' is the guide's window. So for `end`.
        split_by: Dimensions with the values to keep; none means all.
    """

    resource: object
    namespace: str
    names: tuple[str, ...]
    aggregations: tuple[Aggregation, ...]
    interval: timedelta | None = None
    start: str = ""
    end: str = ""
    split_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    line: int = 0

    def columns(self) -> tuple[Column, ...]:
        """The columns of the step's rows."""
        return metrics_columns(self.aggregations, tuple(name for name, _ in self.split_by))

    def templates(self) -> Mapping[str, object]:
        """The texts that are filled in before it is asked, without its times."""
        return {"resource": self.resource, "split_by": dict(self.split_by)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A node of the guide's graph; without anything to ask it is a decision over earlier steps.

    At most one of `kql`, `resource_graph`, `metrics`, `ask` and `run`. `query_line` is the first line of the query's
    text in the file.
    """

    id: str
    title: str
    prose: str
    branches: tuple[Branch, ...]
    kql: str | None = None
    resource_graph: str | None = None
    query_line: int = 0
    metrics: AskedMetrics | None = None
    ask: Ask | None = None
    run: SubGuide | None = None
    timeout_s: float = 30.0
    out: Mapping[str, str] = field(default_factory=_no_texts)
    line: int = 0

    @property
    def query(self) -> str:
        """The KQL that it asks, of either dialect, or ''."""
        return self.kql or self.resource_graph or ""

    @property
    def is_decision(self) -> bool:
        """Whether it has no rows of its own."""
        return not self.query and self.metrics is None and self.ask is None and self.run is None

    def next_steps(self) -> tuple[str, ...]:
        """Every step that some branch names, once, in order."""
        return tuple(dict.fromkeys(name for branch in self.branches for name in branch.next))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTable:
    """A table that the guide asks; an optional one may be missing without failing its step."""

    name: str
    columns: Mapping[str, ColumnType]
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which rows must reach the window's end before a service may be called healthy.

    Where a guide does not say, it is the `values_of` source of the parameter that names the service.
    """

    table: str
    column: str
    parameter: str
    minimum_rows: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Expressions over the rows of one step that tell how bad it is; each may be absent."""

    step: str
    started_at: str | None = None
    ongoing: str | None = None
    affected: str | None = None
    share: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo:
    """When the guide fits."""

    alerts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A guide, parsed and checked: ids unique, edges known, no cycle. `version` is a hash of its text."""

    id: str
    title: str
    owner: str
    reviewed: date
    applies_to: AppliesTo
    start: tuple[str, ...]
    tables: Mapping[str, DeclaredTable]
    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]
    version: str
    path: str
    text: str
    coverage: Coverage | None = None
    impact: Impact | None = None

    def step(self, step_id: str) -> Step:
        """The step of that id; KeyError where there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def parents(self, step_id: str) -> tuple[str, ...]:
        """The steps that name it in a `next`, in file order."""
        return tuple(step.id for step in self.steps if step_id in step.next_steps())

    def causes(self) -> tuple[str, ...]:
        """The causes that it can conclude, in file order."""
        found = (b.conclusion.cause for s in self.steps for b in s.branches if b.conclusion is not None)
        return tuple(dict.fromkeys(found))
