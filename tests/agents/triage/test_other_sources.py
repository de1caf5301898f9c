"""Steps that ask for metrics or the resource graph, run over the embedded twins: rows, evidence, and their absence."""

import asyncio
import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.triage.outcome import GuideOutcome
from agents.triage.runner import evidence_keys, run_guide
from orchestrator.core.evidence import Evidence
from orchestrator.core.metrics import MetricsQuery
from orchestrator.core.metrics_record import read_metrics_query
from orchestrator.core.ports import QueryLimits, QueryParameter
from orchestrator.core.recording import Recorder
from orchestrator.core.stored import read_parameters
from orchestrator.core.table import ColumnType, Table, Value
from orchestrator.core.window import Window
from playbooks.parse import parse_guide
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.local_graph import LocalResourceGraph
from plugins.monitor.embedded.local_metrics import LocalMetrics

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
SPAN = Window(START, START + timedelta(hours=1))
IDS = ["/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/one",
       "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/two"]  # fmt: skip
GUIDE = """---
id: capacity
title: Capacity
owner: me
reviewed: 2026-03-01
start: [databases, logs]
parameters:
  p_service: {type: string}
---
## Which databases? {#databases}
```resource_graph
Resources | where tostring(tags) has p_service | project id, location | sort by id asc
```
```yaml step
out: {ids: "rows.map(r, r.id)"}
branches:
  - when: "size(rows) == 0"
    unknown: "no resource is tagged {p_service}"
  - otherwise: true
    finding: "{size(rows)} databases in {row.location}"
    next: [load]
```
## Are they at their limit? {#load}
```metrics
resource: "{steps.databases.out.ids}"
namespace: Microsoft.Sql/servers/databases
names: [cpu_percent]
aggregation: [maximum]
interval: 30m
```
```yaml step
branches:
  - when: "rows.exists(r, r.Maximum > 90.0)"
    conclude:
      cause: database_full
      object: "{rows.filter(r, r.Maximum > 90.0)[0].Resource}"
      summary: "a processor reaches {rows.filter(r, r.Maximum > 90.0)[0].Maximum:.0f} %"
      confidence: high
  - when: "size(rows) > 0"
    ruled_out: "no processor is at its limit"
  - otherwise: true
    unknown: "no metrics"
```
## Beside them, the logs {#logs}
```kql
AppTraces | summarize n = count()
```
```yaml step
branches:
  - otherwise: true
    finding: "{row.n} traces"
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two databases, one of which works hard, and a trace."""
    resources = [{"id": one, "location": "westeurope", "tags": {"service": "checkout"}} for one in IDS]
    (tmp_path / "Resources.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in resources), encoding="utf-8")
    (tmp_path / "AppTraces.csv").write_text("TimeGenerated,Message\n2026-03-01T10:00:00Z,hello\n", encoding="utf-8")
    with (tmp_path / "AzureMetrics.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["TimeGenerated", "ResourceId", "MetricName", "Maximum"])
        for minute in range(60):
            for number, one in enumerate(IDS):
                at = START + timedelta(minutes=minute)
                writer.writerow([at.isoformat(), one.upper(), "cpu_percent", 40 + number * (minute > 30) * 55])
    return tmp_path


def ask(
    folder: Path, *, configured: bool = True, service: Value = "checkout"
) -> tuple[GuideOutcome, dict[str, Evidence]]:
    """Run the guide; with its outcome the evidence by step."""
    made = parse_guide(GUIDE, path="capacity.md")

    async def main() -> tuple[GuideOutcome, dict[str, Evidence]]:
        async with DuckDbLogs.open([str(folder)], now=SPAN.end) as logs:
            recorder = Recorder(
                logs=logs,
                index=None,  # type: ignore[arg-type]
                source="files",
                found=lambda _: None,
                metrics=LocalMetrics(logs) if configured else None,
                graph=LocalResourceGraph(logs) if configured else None,
            )
            outcome = await run_guide(
                made,
                port=recorder.section(evidence_keys(made)),
                parameters=(QueryParameter("p_service", ColumnType.STRING, service),),
                window=SPAN,
                emit=lambda _: None,
            )
            return outcome, {item.key: item for item in recorder.evidence()}

    return asyncio.run(main())


def test_rows_of_each_source_decide(folder: Path) -> None:
    """The inventory names the databases, their metrics name the cause, and each is evidence of its source."""
    outcome, evidence = ask(folder)
    assert (outcome.verdict.cause, outcome.verdict.object) == ("database_full", IDS[1])
    sources = {step: evidence[step].source for step in ("databases", "load", "logs")}
    assert sources == {"databases": "resource_graph:files", "load": "metrics:files", "logs": "logs:files"}
    load = evidence["load"]
    assert load.query.splitlines()[0] == "namespace: Microsoft.Sql/servers/databases"
    assert read_metrics_query(read_parameters(load.document()["parameters"])).resources == tuple(IDS)
    assert load.window == SPAN
    assert load.purpose.startswith(IDS[0])
    assert [row[3] for row in load.rows] == [40.0, 40.0, 40.0, 95.0]
    assert evidence["databases"].query.startswith("Resources | where tostring(tags) has p_service")


def test_evidence_ids_are_reserved_in_the_guides_order(folder: Path) -> None:
    """Whatever comes back first."""
    _, evidence = ask(folder)
    assert [evidence[step].id for step in ("databases", "load", "logs")] == ["E1", "E2", "E3"]


def test_what_is_not_configured_fails_alone_and_says_so(folder: Path) -> None:
    """The step is unknown and takes no edge that it does not have; the logs are asked all the same."""
    outcome, evidence = ask(folder, configured=False)
    failed = outcome.step("databases")
    assert (failed.status.value, "no Azure Resource Graph is configured" in failed.text) == ("failed", True)
    assert outcome.step("load").status.value == "skipped"
    assert outcome.step("logs").text == "1 traces"
    assert evidence["databases"].status.value == "failed"
    assert outcome.verdict.cause is None


def test_tables_that_are_not_there_are_not_configured(folder: Path) -> None:
    """Files without the tables are as good as no resource graph, and no metrics."""
    (folder / "AzureMetrics.csv").unlink()
    outcome, _ = ask(folder)
    assert "no metrics are configured" in outcome.step("load").text
    (folder / "Resources.jsonl").unlink()
    outcome, _ = ask(folder)
    assert "no Azure Resource Graph is configured" in outcome.step("databases").text


def test_a_resource_that_is_none_fails_its_step(folder: Path) -> None:
    """A value that is no Azure id is named, and nothing is asked."""
    rows = [{"id": "db-7", "location": "x", "tags": {"service": "checkout"}}]
    (folder / "Resources.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    outcome, evidence = ask(folder)
    assert "'db-7' is no Azure resource id" in outcome.step("load").text
    assert "load" not in evidence


def test_a_hostile_value_finds_nothing_but_itself(folder: Path) -> None:
    """A parameter cannot widen the query that it stands in."""
    outcome, _ = ask(folder, service='x" or 1 == 1 //')
    assert "no resource is tagged" in outcome.step("databases").text


async def test_steps_of_all_sources_run_side_by_side() -> None:
    """Three steps of 0.2 s take about that long together."""
    text = GUIDE.replace("start: [databases, logs]", "start: [databases, load, logs]").replace("    next: [load]\n", "")
    made = parse_guide(text.replace('"{steps.databases.out.ids}"', f'"{IDS[0]}"'), path="capacity.md")
    running: list[int] = []
    most = 0

    class Slow:
        """Each of the three ports, slowly."""

        async def answer(self) -> Table:
            nonlocal most
            running.append(1)
            most = max(most, len(running))
            await asyncio.sleep(0.2)
            running.pop()
            return Table((), ())

        async def query(self, kql: str, **_: object) -> Table:  # the port's signature
            return await self.answer()

        async def measure(self, query: MetricsQuery, *, limits: QueryLimits | None = None) -> Table:
            return await self.answer()

        async def describe(self, kql: str, **_: object) -> tuple[()]:  # the port's signature
            return ()

        async def schema(self) -> dict[str, object]:
            return {}

    slow = Slow()
    recorder = Recorder(logs=slow, index=None, source="files", found=lambda _: None, metrics=slow, graph=slow)  # type: ignore[arg-type]
    parameters = (QueryParameter("p_service", ColumnType.STRING, "checkout"),)
    port = recorder.section(evidence_keys(made))
    await run_guide(made, port=port, parameters=parameters, window=SPAN, emit=lambda _: None)
    assert most == 3
