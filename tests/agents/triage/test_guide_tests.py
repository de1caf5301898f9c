"""Tests beside a guide, run on the embedded backend."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.triage.guide_tests import CaseResult, run_cases, write_tables
from orchestrator.core.table import Table
from playbooks.guide_test import parse_cases
from playbooks.parse import parse_guide
from plugins.monitor.embedded.duckdb import DuckDbLogs

GUIDE = """---
id: failing_calls
title: Calls fail
owner: sre
reviewed: 2026-01-01
applies_to: {symptoms: [calls fail]}
tables:
  Calls: {TimeGenerated: datetime, App: string, Target: string, Success: bool, Tags: dynamic}
parameters:
  - {name: p_service, type: string, from: [{message: {values_of: Calls.App}}]}
  - {name: p_from, type: datetime, from: [{message: time}, {default: now-1h}]}
  - {name: p_to, type: datetime, from: [{message: time}, {default: now}]}
---
## Which calls fail? {#calls}
```kql
Calls
| where App == p_service and TimeGenerated between (p_from .. p_to) and Success == false
| summarize n = count(), newest = max(TimeGenerated) by Target
| sort by n desc, Target asc
```
```yaml step
branches:
  - when: "size(rows) == 0"
    healthy: "no call of {p_service} failed"
  - otherwise: true
    finding: "{row.n:,d} calls of {row.Target} failed"
    next: [decide]
```
## Decide {#decide}
```yaml step
branches:
  - when: "steps.calls.rows[0].n > 10"
    conclude:
      {cause: target_down, object: "{steps.calls.rows[0].Target}", summary: "it is the target", confidence: high}
  - otherwise: true
    unknown: "too few to tell"
```
"""
TABLES = """
    tables:
      Calls:
        - {repeat: 61, every: 1m, row: {TimeGenerated: 2026-03-01T10:00:00Z, App: shop, Target: db, Success: true}}
        - repeat: 20
          every: 1m
          row: {TimeGenerated: 2026-03-01T10:40:00Z, App: shop, Target: db, Success: SUCCESS, Tags: {a: 1}}
"""
CASE = """
tests:
  - name: one
    now: 2026-03-01T11:00:00Z
    message: calls of MESSAGE fail
    TABLES
    expect: EXPECT
"""


@asynccontextmanager
async def recorded(tables: Mapping[str, Table], now: datetime) -> AsyncIterator[DuckDbLogs]:
    """The tables as files in the embedded backend."""
    with TemporaryDirectory() as folder:
        declared = write_tables(Path(folder), tables)
        async with DuckDbLogs.open([folder], declared=declared, now=now) as logs:
            yield logs


def run(expect: str, *, message: str = "shop", success: str = "false") -> CaseResult:
    """The result of one test."""
    text = CASE.replace("    TABLES\n", TABLES.lstrip("\n")).replace("SUCCESS", success)
    text = text.replace("MESSAGE", message).replace("EXPECT", expect)
    guide = parse_guide(GUIDE, path="failing_calls.md")
    cases = parse_cases(text, path="failing_calls.test.yaml", guide=guide)
    return asyncio.run(run_cases(guide, cases, backend=recorded))[0]


def test_passes():
    """A test passes when verdict, path and evidence come out as written."""
    result = run(
        "{verdict: {status: cause_found, cause: target_down, object: db, confidence: high}, path: [calls, decide], "
        "evidence: {calls: {kind: finding, rows: 1, row: {n: 20, newest: '2026-03-01T10:59:00Z'}, text: 20 calls}}}"
    )
    assert (result.problems, result.passed) == ((), True)


def test_healthy():
    """The healthy twin of the same tables is healthy."""
    assert run("{verdict: healthy, path: [calls]}", success="true").problems == ()


def test_what_differs():
    """Each difference is named with what was expected and what came."""
    result = run(
        "{verdict: {status: healthy, object: cache}, path: [calls], "
        "evidence: {calls: {status: failed, kind: ruled_out, rows: 2, row: {n: 3, nope: 1}, text: 30 calls}}}"
    )
    assert [item.split(", got")[0] for item in result.problems] == [
        "verdict: expected 'healthy'",
        "object: expected 'cache'",
        "path: expected ['calls']",
        "step 'calls': status: expected 'failed'",
        "step 'calls': kind: expected 'ruled_out'",
        "step 'calls': text: expected a part '30 calls'",
        "step 'calls': rows: expected 2",
        "step 'calls': row: n: expected 3",
        "step 'calls': row: there is no column 'nope'; the columns are Target, n, newest",
    ]


def test_missing_parameter():
    """A parameter that nothing gives is asked for, and a test may expect that."""
    assert run("{verdict: needs_input, questions: [p_service]}", message="nothing").problems == ()
    assert run("{verdict: healthy}", message="nothing").passed is False
