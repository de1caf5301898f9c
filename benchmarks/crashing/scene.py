"""What the killed processes work on: logs with a fault, a guide that finds it, questions, and alerts."""

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

from crashing.host import addresses
from pydantic import SecretStr

from orchestrator.settings import Settings, WorkflowSetting

SERVICES = ("pay", "cart", "mail", "stock")
FAULTY = "pay"
GUIDE = """---
id: failing_target
title: Calls to a target fail
owner: benchmark
reviewed: 2026-11-01
applies_to:
  alerts: [TargetFails]
  symptoms: [calls to a dependency fail]
start: [targets, minutes, busiest]
tables:
  AppDependencies: {TimeGenerated: datetime, AppRoleName: string, Target: string, Success: bool, ItemCount: int}
parameters:
  - {name: p_service, type: string, from: [{message: {values_of: AppDependencies.AppRoleName}}, {alert: service}]}
  - {name: p_from, type: datetime, from: [{default: now-1h}]}
  - {name: p_to, type: datetime, from: [{default: now}]}
coverage: {table: AppDependencies, column: AppRoleName, parameter: p_service, minimum_rows: 5}
---
"""
STEP = """## {title} {{#{name}}}
```kql
AppDependencies
| where AppRoleName == p_service and TimeGenerated between (p_from .. p_to)
| summarize n = sum(ItemCount), failed = sumif(ItemCount, not(Success)) by {by}
| extend share = todouble(failed) / n
| sort by share desc, n desc, {by} asc
```
```yaml step
branches:
  - when: "size(rows) == 0"
    unknown: "no calls of {{p_service}}"
  - when: "row.share > 0.2"
    {outcome}
  - otherwise: true
    healthy: "no {by} of {{p_service}} fails: worst {{row.share:.1%}} of {{row.n:,d}}"
```
"""
CONCLUDE = """conclude:
      cause: target_down
      object: "{row.Target}"
      summary: "{row.Target} fails in {row.share:.0%} of {row.n:,d} calls"
      confidence: high"""
FINDING = 'finding: "{row.share:.1%} of {row.n:,d} calls fail"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A folder of its own, and the store.

    Attributes:
        plant: A fault that is made on purpose, to see that it is found: `claim`, `approval` or `memory`.
    """

    root: Path
    url: str | None
    plant: str | None = None

    def settings(self) -> Settings:
        """As a process of the program reads them."""
        return Settings(
            state=self.root / "state",
            state_url=SecretStr(self.url) if self.url else None,
            logs=(str(self.root / "logs"),),
            guides=self.root / "guides",
            workflows={name: WorkflowSetting(url=SecretStr(url)) for name, url in addresses(self.root).items()},
        )

    @property
    def told(self) -> Path:
        """What the killed processes had been told to be so: a line for each."""
        return self.root / "told.log"

    def write(self) -> None:
        """Make the folder."""
        for name in ("state", "logs", "guides"):
            (self.root / name).mkdir()
        rows = ["TimeGenerated,AppRoleName,Target,Success,ItemCount"]
        for service in SERVICES:
            for minute in range(60):
                failing = service == FAULTY and minute >= 20
                rows.append(f"2026-05-04T10:{minute:02d}:00Z,{service},{service}-db,{str(not failing).lower()},2")
        (self.root / "logs" / "AppDependencies.csv").write_text("\n".join(rows) + "\n")
        steps = (
            STEP.format(title="Which target fails?", name="targets", by="Target", outcome=CONCLUDE),
            STEP.format(title="When does it fail?", name="minutes", by="TimeGenerated", outcome=FINDING),
            STEP.format(title="Does all of it fail?", name="busiest", by="AppRoleName", outcome=FINDING),
        )
        (self.root / "guides" / "failing_target.md").write_text(GUIDE + "\n".join(steps))
        self.told.touch()


def question(number: int) -> tuple[str, str]:
    """The service of a run, and what is asked."""
    service = SERVICES[number % len(SERVICES)]
    return service, f"calls of {service} to a dependency fail"


def alerts(first: int, count: int, *, random: Random) -> list[tuple[str, str]]:
    """Alerts by id, some of them twice, in another order than they fired."""
    made = []
    for number in range(first, first + count):
        minute, second = divmod(number % 3000, 60)
        alert = {
            "id": f"alert-{number}",
            "title": "TargetFails",
            "service": SERVICES[number % len(SERVICES)],
            "severity": "high",
            "fired_at": f"2026-05-04T10:{minute:02d}:{second:02d}Z",
        }
        made.append((f"alert-{number}", json.dumps(alert)))
    made += random.sample(made, k=min(3, len(made)))
    random.shuffle(made)
    return made
