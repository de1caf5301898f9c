"""Which step of a guide may run next: a pure state machine over the guide's graph, with no clock and no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from orchestrator.core.errors import GuideError, Place
from playbooks.guide import Guide


class StepStatus(StrEnum):
    """How a step ended."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Graph:
    """A guide's steps and the edges that its branches may take.

    Attributes:
        order: Every step, in file order.
        topological: Every step, after all steps that name it.
        parents: The steps that name a step, in file order.
        edges: The steps that a step may name.
        start: The steps that run without anybody naming them.
    """

    order: tuple[str, ...]
    topological: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    edges: Mapping[str, frozenset[str]]
    start: frozenset[str]

    @classmethod
    def of(cls, guide: Guide) -> "Graph":
        """The graph of a guide; raises `GuideError` for an edge to nowhere or a cycle."""
        order = tuple(step.id for step in guide.steps)
        edges = {step.id: frozenset(step.next_steps()) for step in guide.steps}
        place = Place(guide.path)
        start = frozenset(guide.start or order[:1])
        for name in sorted(start.union(*edges.values())):
            if name not in edges:
                raise GuideError(f"no step has the id {name!r}; the steps are {', '.join(order)}", place=place)
        parents = {name: tuple(other for other in order if name in edges[other]) for name in order}
        try:
            topological = tuple(TopologicalSorter(parents).static_order())
        except CycleError as error:
            path = " -> ".join(reversed(error.args[1]))
            raise GuideError(f"the steps form a cycle, {path}: remove one `next`", place=place) from error
        return cls(order, topological, MappingProxyType(parents), MappingProxyType(edges), start)

    def ancestors(self, step: str) -> tuple[str, ...]:
        """Every step from which `step` can be reached, in topological order."""
        found: set[str] = set()
        pending = list(self.parents[step])
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(self.parents[name])
        return tuple(name for name in self.topological if name in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How far a run has come. Every method gives a new value.

    A step may run once all steps that name it are decided and one of them took the edge; it is skipped once all are
    decided and none did. A held step waits for a person and keeps those after it waiting.
    """

    graph: Graph
    decided: Mapping[str, StepStatus]
    taken: frozenset[tuple[str, str]] = frozenset()
    running: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    @classmethod
    def of(cls, guide: Guide) -> "Schedule":
        """Nothing has run; what no edge can reach is skipped already."""
        return _settled(cls(graph=Graph.of(guide), decided={}))

    def ready(self) -> tuple[str, ...]:
        """The steps that may begin now, in file order."""
        return tuple(name for name in self.graph.order if self.is_open(name) and self.is_reached(name))

    def begin(self, step: str) -> "Schedule":
        """`step` runs; raises ValueError unless it is ready, so that no step runs twice."""
        if step not in self.ready():
            raise ValueError(f"step {step!r} cannot begin: it is not one of {self.ready()!r}")
        return replace(self, running=self.running | {step})

    def finish(self, step: str, status: StepStatus, next_steps: Iterable[str]) -> "Schedule":
        """`step` ended and took the edges to `next_steps`; what can no longer be reached is skipped."""
        took = frozenset(next_steps)
        if step not in self.running:
            raise ValueError(f"step {step!r} cannot finish: it does not run")
        if not took <= self.graph.edges[step]:
            raise ValueError(f"step {step!r} took edges that it does not have: {sorted(took)!r}")
        ended = replace(
            self,
            decided={**self.decided, step: status},
            taken=self.taken | {(step, name) for name in took},
            running=self.running - {step},
        )
        return _settled(ended)

    def hold(self, step: str) -> "Schedule":
        """`step` waits for a person's answer."""
        if step not in self.running:
            raise ValueError(f"step {step!r} cannot wait: it does not run")
        return replace(self, running=self.running - {step}, held=self.held | {step})

    def takers(self, step: str) -> tuple[str, ...]:
        """The steps that took an edge to `step`, in file order."""
        return tuple(parent for parent in self.graph.parents[step] if (parent, step) in self.taken)

    def path_to(self, step: str) -> tuple[str, ...]:
        """The steps on some way that was taken from a start to `step`, without it, in topological order."""
        found: set[str] = set()
        pending = list(self.takers(step))
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(self.takers(name))
        return tuple(name for name in self.graph.topological if name in found)

    def why_skipped(self, step: str) -> str:
        """What became of each step that could have led here."""
        parents = self.graph.parents[step]
        if not parents:
            return "no step leads here"
        return "; ".join(f"{parent} {_WHY[self.decided[parent]]}" for parent in parents)

    def is_reached(self, step: str) -> bool:
        """Whether an edge to it was taken, or it needs none."""
        return step in self.graph.start or bool(self.takers(step))

    def is_open(self, step: str) -> bool:
        """Whether only its edges decide what becomes of it: it has not begun, and all that name it are decided."""
        fresh = step not in self.decided and step not in self.running and step not in self.held
        return fresh and all(parent in self.decided for parent in self.graph.parents[step])


def _settled(schedule: Schedule) -> Schedule:
    """Skip, in topological order, what nobody can reach any more."""
    for name in schedule.graph.topological:
        if schedule.is_open(name) and not schedule.is_reached(name):
            schedule = replace(schedule, decided={**schedule.decided, name: StepStatus.SKIPPED})
    return schedule


_WHY: Mapping[StepStatus, str] = {
    StepStatus.DONE: "took another branch",
    StepStatus.PARTIAL: "took another branch",
    StepStatus.FAILED: "failed",
    StepStatus.SKIPPED: "was skipped",
}
