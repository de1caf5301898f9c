"""A folder of logs with a fault, and one guide that finds it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.app.application import App
from orchestrator.surfaces.application import Options
from orchestrator.surfaces.cli import run_cli

GUIDE = """---
id: failing_target
title: Calls to a target fail
owner: tests
reviewed: 2026-11-01
applies_to:
  alerts: [TargetFails]
  symptoms: [calls to a dependency fail, payments are refused]
tables:
  AppDependencies: {TimeGenerated: datetime, AppRoleName: string, Target: string, Success: bool, ItemCount: int}
parameters:
  - {name: p_service, type: string, from: [{message: {values_of: AppDependencies.AppRoleName}}, session]}
  - {name: p_from, type: datetime, from: [{message: time}, {default: now-1h}]}
  - {name: p_to, type: datetime, from: [{message: time}, {default: now}]}
coverage: {table: AppDependencies, column: AppRoleName, parameter: p_service, minimum_rows: 5}
impact: {step: targets, affected: row.failed, share: row.share}
---
## Which target fails? {#targets}
```kql
AppDependencies
| where AppRoleName == p_service and TimeGenerated between (p_from .. p_to)
| summarize n = sum(ItemCount), failed = sumif(ItemCount, not(Success)) by Target
| extend share = todouble(failed) / n
| sort by share desc, Target asc
```
```yaml step
branches:
  - when: "size(rows) == 0"
    unknown: "no calls of {p_service}"
  - when: "row.share > 0.2"
    conclude:
      cause: target_down
      object: "{row.Target}"
      summary: "{row.Target} fails in {row.share:.0%} of {row.n:,d} calls"
      confidence: high
      mitigations:
        - action: fail_over
          arguments: {target: "{row.Target}", share: "{row.share}"}
          by_hand: "az network traffic-manager endpoint update --name {row.Target}"
          blast_radius: {value: "row.n", unit: calls}
  - otherwise: true
    healthy: "no target of {p_service} fails: worst {row.Target} with {row.share:.1%}"
```
"""
BESIDE = """
## Where does it run? {#inventory}
```resource_graph
Resources
| where name == p_service
| project id, location
```
```yaml step
branches:
  - when: "size(rows) > 0 && row.location == 'x'"
    finding: "{row.id}"
  - otherwise: true
    unknown: "none"
```

## How busy is it? {#busy}
```metrics
resource: "{p_database}"
namespace: Microsoft.Sql/servers/databases
names: [cpu_percent]
aggregation: average
```
```yaml step
branches:
  - when: "size(rows) > 0"
    finding: "{row.Average}"
  - otherwise: true
    unknown: "none"
```
"""
HEADER = "TimeGenerated,AppRoleName,Target,Success,ItemCount"
PROGRAM = "import sys; from orchestrator.app.main import main; sys.exit(main())"


def rows(service: str, target: str, *, failing: int) -> list[str]:
    """Sixty minutes of one call a minute, two requests each; the last `failing` ones fail."""
    return [
        f"2026-05-04T10:{minute:02d}:00Z,{service},{target},{str(minute < 60 - failing).lower()},2"
        for minute in range(60)
    ]


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """A folder where `pay` has a failing target and `cart` has none, with one guide."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "guides").mkdir()
    lines = [HEADER, *rows("pay", "bank", failing=40), *rows("pay", "cache", failing=0), *rows("cart", "db", failing=0)]
    (tmp_path / "logs" / "AppDependencies.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "guides" / "failing_target.md").write_text(GUIDE)
    return Options(logs=(str(tmp_path / "logs"),), guides=tmp_path / "guides")


@pytest.fixture
def guide(options: Options) -> Path:
    """The guide of the folder."""
    assert options.guides is not None
    return options.guides / "failing_target.md"


@pytest.fixture
def wide(guide: Path) -> Path:
    """The guide with a step for the resource graph and one for metrics, which start beside the first."""
    last = "  - {name: p_to, type: datetime, from: [{message: time}, {default: now}]}\n"
    more = last + "  - {name: p_database, type: string}\n"
    text = guide.read_text().replace("coverage:", "start: [targets, inventory, busy]\ncoverage:")
    guide.write_text(text.replace(last, more) + BESIDE)
    return guide


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command of the whole program in this process."""

    def once(*argv: str) -> Ended:
        capsys.readouterr()
        code = run_cli(App(), argv)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return once


@pytest.fixture
def spawn() -> Run:
    """Run one command of the whole program in a process of its own, with bytes on stdin."""

    def once(*argv: str, stdin: bytes = b"") -> Ended:
        done = subprocess.run(  # our own program
            [sys.executable, "-c", PROGRAM, *argv], input=stdin, capture_output=True, check=False, timeout=120
        )
        return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return once
