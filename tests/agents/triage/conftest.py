"""Builders of small guides, and a loop whose clock jumps: delays cost nothing and order is exact."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agents.triage.outcome import GuideOutcome
from agents.triage.runner import StepProgress, run_guide
from agents.triage.scripted import ScriptedPort
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table
from orchestrator.core.window import Window
from playbooks.guide import (
    AppliesTo,
    Branch,
    BranchKind,
    Conclusion,
    Confidence,
    Coverage,
    Guide,
    Mitigation,
    Step,
)

WINDOW = Window(datetime(2026, 3, 1, 10, 0, tzinfo=UTC), datetime(2026, 3, 1, 11, 0, tzinfo=UTC))
TYPES = {bool: ColumnType.BOOL, int: ColumnType.LONG, float: ColumnType.REAL, datetime: ColumnType.DATETIME}


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: it moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """Poll, and count the wait as over."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("the run waits for something that never comes")
            self.now_s += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jumping.now_s


@dataclass(frozen=True)
class Played:
    """A run's outcome, the virtual seconds that it took, and what was emitted."""

    outcome: GuideOutcome
    elapsed_s: float
    progress: tuple[StepProgress, ...]
    port: ScriptedPort


def run_virtual(main: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Any, float]:
    """Run in virtual time: the result and the virtual seconds."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        result = runner.run(main())
        return result, runner.get_loop().time()


def table(rows: list[dict[str, object]], *, columns: Mapping[str, ColumnType] | None = None, **more: Any) -> Table:
    """A table of records; column types from the first row unless given."""
    kinds = columns or {name: TYPES.get(type(value), ColumnType.STRING) for name, value in (rows or [{}])[0].items()}
    found = tuple(Column(name, kind) for name, kind in kinds.items())
    return Table(found, tuple(tuple(row[name] for name in kinds) for row in rows), **more)  # type: ignore[arg-type]


def covered(*, end: datetime | None = None, n: int = 100) -> Table:
    """A coverage answer: two slots, the newest row at `end`."""
    at = end or WINDOW.end
    start = WINDOW.start
    return table([{"n": n, "oldest": start, "newest": start}, {"n": n, "oldest": at, "newest": at}])


def branch(kind: str, when: str | None = None, text: str = "said", **more: Any) -> Branch:
    """A branch; `conclude` takes `cause`, `object`, `confidence`, `mitigations`."""
    concluded = None
    if kind == "conclude":
        concluded = Conclusion(
            cause=more.pop("cause", "bad_deploy"),
            object=more.pop("object", "checkout"),
            summary=text,
            confidence=Confidence(more.pop("confidence", "high")),
            mitigations=tuple(Mitigation(**item) for item in more.pop("mitigations", ())),
        )
    return Branch(kind=BranchKind(kind), when=when, text=text, conclusion=concluded, **more)


def step(name: str, *branches: Branch, kql: str | None = "T", **more: Any) -> Step:
    """A step; without branches it rules out and ends."""
    return Step(
        id=name, title=f"Title of {name}", prose="", branches=branches or (branch("ruled_out"),), kql=kql, **more
    )


def guide(*steps: Step, **more: Any) -> Guide:
    """A guide over those steps, which watches AppRequests of p_service."""
    settings: dict[str, Any] = {
        "id": "g",
        "start": (steps[0].id,),
        "tables": {},
        "parameters": (),
        "coverage": Coverage(table="AppRequests", column="AppRoleName", parameter="p_service"),
        **more,
    }
    return Guide(
        title="Checkout fails",
        owner="sre",
        reviewed=date(2026, 1, 2),
        applies_to=AppliesTo(),
        steps=steps,
        version="v1",
        path="g.md",
        text="",
        **settings,
    )


SCHEMAS = {
    "AppRequests": (Column("TimeGenerated", ColumnType.DATETIME), Column("AppRoleName", ColumnType.STRING)),
}
SERVICE = (QueryParameter("p_service", ColumnType.STRING, "checkout"),)


def play(
    played: Guide,
    tables: Mapping[str, Table | str] | None = None,
    *,
    delays_s: Mapping[str, float] | None = None,
    schemas: Mapping[str, tuple[Column, ...]] | None = None,
    parameters: tuple[QueryParameter, ...] = SERVICE,
    **more: Any,
) -> Played:
    """Run a guide on scripted answers in virtual time; the service is covered unless `tables` says otherwise."""
    port = ScriptedPort(
        tables={"coverage": covered(), **(tables or {})},
        delays_s=delays_s or {},
        schemas=SCHEMAS if schemas is None else schemas,
    )
    progress: list[StepProgress] = []

    async def main() -> GuideOutcome:
        return await run_guide(played, port=port, parameters=parameters, window=WINDOW, emit=progress.append, **more)

    outcome, elapsed = run_virtual(main)
    return Played(outcome, elapsed, tuple(progress), port)


@dataclass(frozen=True)
class Kit:
    """The builders, in one fixture: there are no packages under tests to import from."""

    branch: Callable[..., Branch]
    step: Callable[..., Step]
    guide: Callable[..., Guide]
    table: Callable[..., Table]
    covered: Callable[..., Table]
    play: Callable[..., Played]
    run_virtual: Callable[..., tuple[Any, float]]
    window: Window


@pytest.fixture(scope="session")
def kit() -> Kit:
    """Builders of guides, tables and runs."""
    return Kit(branch, step, guide, table, covered, play, run_virtual, WINDOW)
