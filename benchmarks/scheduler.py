"""How close a guide's run comes to its graph's critical path, with simulated query delays.

    python benchmarks/scheduler.py [--runs N] [--delay-ms N] [--json]

The same guide runs on a port that answers side by side and on one that answers one query after another. The critical
path is the longest way through the graph, computed from the delays alone. Exit code 1 if the run takes over 5 % more.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from agents.triage.outcome import GuideOutcome
from agents.triage.runner import run_guide
from agents.triage.scheduler import Graph
from agents.triage.scripted import ScriptedPort
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table, Value
from orchestrator.core.window import Window
from playbooks.guide import Guide
from playbooks.parse import parse_guide

BOUND = 0.05
EDGES: Mapping[str, tuple[str, ...]] = {
    "symptom": ("deploys", "dependencies", "exceptions", "pods"),
    "deploys": ("decide",),
    "dependencies": ("slow_calls", "callers"),
    "exceptions": ("decide",),
    "pods": ("restarts",),
    "slow_calls": ("decide",),
    "callers": ("decide",),
    "restarts": ("decide",),
    "decide": (),
}
"""One step, four side by side, three more, and a join: the longest way is symptom, dependencies, slow_calls, decide."""
WEIGHTS: Mapping[str, float] = {
    "symptom": 1.0,
    "deploys": 1.5,
    "dependencies": 2.0,
    "exceptions": 1.0,
    "pods": 0.5,
    "slow_calls": 1.5,
    "callers": 1.0,
    "restarts": 1.0,
    "decide": 0.0,
    "coverage": 1.0,
}
HEAD = """---
id: side_by_side
title: Steps side by side
owner: benchmarks
reviewed: 2026-01-01
applies_to: {symptoms: [slow]}
tables: {AppRequests: {TimeGenerated: datetime, AppRoleName: string, n: long}}
parameters:
  - {name: p_service, type: string, from: [{message: {values_of: AppRequests.AppRoleName}}]}
---
"""
COLUMNS = (Column("n", ColumnType.LONG), Column("oldest", ColumnType.DATETIME), Column("newest", ColumnType.DATETIME))


def guide_of(edges: Mapping[str, Sequence[str]]) -> Guide:
    """The guide as Markdown, through the parser; a step without delay is a decision."""
    parts = [HEAD]
    for name, following in edges.items():
        query = "```kql\nAppRequests | where AppRoleName == p_service\n```\n" if WEIGHTS[name] else ""
        branch = f'branches: [{{otherwise: true, ruled_out: "nothing", next: [{", ".join(following)}]}}]'
        parts.append(f"## {name} {{#{name}}}\n{query}```yaml step\n{branch}\n```\n")
    return parse_guide("\n".join(parts), path="side_by_side.md")


def critical_path(guide: Guide, delays_s: Mapping[str, float]) -> float:
    """Seconds of the longest way through the graph; the coverage query runs beside it."""
    graph = Graph.of(guide)
    ends: dict[str, float] = {}
    for name in graph.topological:
        ends[name] = max((ends[parent] for parent in graph.parents[name]), default=0.0) + delays_s[name]
    return max(*ends.values(), delays_s["coverage"])


async def timed(guide: Guide, delays_s: Mapping[str, float], *, concurrent: bool) -> tuple[float, GuideOutcome]:
    """Wall seconds of one run, and its outcome."""
    end = datetime(2026, 1, 1, 12, tzinfo=UTC)
    window = Window(end - timedelta(hours=1), end)
    row: tuple[Value, ...] = (100, window.start, window.end)
    answer = Table(COLUMNS, (row,))
    schemas = {"AppRequests": (Column("TimeGenerated", ColumnType.DATETIME), Column("AppRoleName", ColumnType.STRING))}
    port = ScriptedPort(
        tables=dict.fromkeys(delays_s, answer), delays_s=delays_s, schemas=schemas, concurrent=concurrent
    )
    parameters = (QueryParameter("p_service", ColumnType.STRING, "checkout"),)
    began = time.perf_counter()
    outcome = await run_guide(guide, port=port, parameters=parameters, window=window, emit=lambda _: None)
    return time.perf_counter() - began, outcome


async def measure(*, runs: int, delay_s: float) -> dict[str, object]:
    """The figures: medians over the runs."""
    guide = guide_of(EDGES)
    delays = {name: weight * delay_s for name, weight in WEIGHTS.items()}
    await timed(guide, delays, concurrent=True)  # compiles the guide's expressions
    side_by_side = [await timed(guide, delays, concurrent=True) for _ in range(runs)]
    serial, serial_outcome = await timed(guide, delays, concurrent=False)
    critical = critical_path(guide, delays)
    median = statistics.median(elapsed for elapsed, _ in side_by_side)
    return {
        "steps": len(guide.steps),
        "queries": sum(1 for weight in WEIGHTS.values() if weight),
        "runs": runs,
        "delay_s": delay_s,
        "critical_path_s": round(critical, 4),
        "parallel_s": round(median, 4),
        "parallel_worst_s": round(max(elapsed for elapsed, _ in side_by_side), 4),
        "serial_s": round(serial, 4),
        "over_critical_path": round(median / critical - 1, 4),
        "speedup": round(serial / median, 2),
        "same_outcome": all(outcome == serial_outcome for _, outcome in side_by_side),
        "within_bound": median <= critical * (1 + BOUND),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5, help="parallel runs to take the median of (default 5)")
    parser.add_argument("--delay-ms", type=float, default=200.0, help="delay of a query of weight 1 (default 200)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    if options.runs < 1 or options.delay_ms <= 0:
        parser.error("--runs and --delay-ms must be above 0")
    figures = asyncio.run(measure(runs=options.runs, delay_s=options.delay_ms / 1000))
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print("\n".join(f"{name:20} {value}" for name, value in figures.items()))
    return 0 if figures["within_bound"] and figures["same_outcome"] else 1


if __name__ == "__main__":
    sys.exit(main())
