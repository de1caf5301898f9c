"""Whole runs with a model in place of the planner: what the report says of it, and what a failing one leaves."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agents.shipment.spec import SHIPMENT
from agents.triage.alerts import alert_name
from agents.triage.matching import GuideMatcher
from agents.triage.spec import TRIAGE
from agents.triage.tools import GuideTools
from orchestrator.core.events import Event, ModelReplaced, ModelSaid, ToolRefused, TurnFinished
from orchestrator.core.journal import NoJournal
from orchestrator.core.routing.router import Router
from orchestrator.core.usage import ModelBudget
from orchestrator.engine.kernel import build_kernel
from orchestrator.engine.session import Session
from orchestrator.engine.switchboard import Environment, Switchboard
from orchestrator.engine.voice import ModelTerms
from orchestrator.models.embedded import EmbeddedChat
from orchestrator.models.scripted import Line, ScriptedChat
from playbooks.documents import guide_document
from playbooks.parse import parse_guide
from playbooks.routing.loader import load_routing_table
from playbooks.services import Services
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.plugin import LogTools
from plugins.search.sqlite import SqliteIndex

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "ask.schema.json").read_text())
NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)
GUIDE = """---
id: slow_target
title: Calls to a target are slow
owner: tests
reviewed: 2026-11-01
applies_to: {symptoms: [calls are slow, payments are slow]}
tables:
  T: {TimeGenerated: datetime, Name: string, Ms: long}
parameters:
  - {name: p_service, type: string, from: [{message: {values_of: T.Name}}]}
---
## Is it slow? {#slow}
```kql
T | where Name == p_service | summarize n = count(), worst = max(Ms)
```
```yaml step
branches:
  - when: "row.worst > 1000"
    conclude: {cause: slow, object: "{p_service}", summary: "{p_service} takes {row.worst} ms", confidence: high}
  - otherwise: true
    ruled_out: "{p_service} is quick: {row.worst} ms at most"
```
"""
SEARCH = Line(calls=[("guides-search", {"question": "payments are slow"})])
RUN = Line(calls=[("guides-run", {"guide_id": "slow_target", "parameters_json": "{}"})])
ASKED = "pay: payments are slow"


def submit(*claims: str, hypotheses: Sequence[str] = (), question: str = "") -> Line:
    """The line that ends a turn."""
    return Line(
        calls=[("report-submit", {"claims": list(claims), "hypotheses": list(hypotheses), "question": question})]
    )


class Played:
    """A report with what was heard."""

    def __init__(self, report: dict[str, Any], heard: Sequence[Event]) -> None:
        self.report, self.heard = report, heard

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[DuckDbLogs, SqliteIndex]]:
    """A table and an index with the guide."""
    rows = [
        f"2026-05-04T10:{minute:02d}:00Z,{name},{ms}"
        for minute in range(60)
        for name, ms in (("pay", 4000), ("cart", 5))
    ]
    (folder / "T.csv").write_text("TimeGenerated,Name,Ms\n" + "\n".join(rows) + "\n")
    logs, index = DuckDbLogs.open([str(folder)], now=NOW), SqliteIndex.open(":memory:")
    document = guide_document(
        "slow_target",
        title="Calls to a target are slow",
        alerts=(),
        services=(),
        symptoms=("calls are slow", "payments are slow"),
        causes=("slow",),
        text=GUIDE,
    )
    await index.write([document])
    try:
        yield logs, index
    finally:
        await logs.aclose()
        index.close()


async def play(folder: Path, *lines: Line, asked: str = ASKED, agent: str | None = "triage", **terms: Any) -> Played:
    """One run whose model says these lines."""
    chat, heard = ScriptedChat(lines), list[Event]()
    guide = parse_guide(GUIDE, path="slow_target.md")
    async with opened(folder) as (logs, index):
        tools = GuideTools(
            guides={guide.id: guide},
            matcher=GuideMatcher(index, Services()),
            services=Services(),
            alert_name=alert_name,
        )
        switchboard = Switchboard(
            kernel=build_kernel(chat, {"guides": tools, "logs": LogTools(logs)}),
            service=chat,
            specs={"triage": TRIAGE, "shipment": SHIPMENT},
            router=Router(load_routing_table()),
            environment=Environment(
                logs=logs, index=index, source="files", now=NOW, zone="UTC", inputs={}, notes=lambda _: ()
            ),
            journal=NoJournal(),
            terms=ModelTerms(**terms),
        )
        report: Any = await switchboard.ask(asked, session=Session(id="s"), listen=heard.append, agent=agent)
    jsonschema.validate(report, SCHEMA)
    return Played(report, heard)


async def test_a_model_runs_the_guide_and_submits_its_claims(tmp_path: Path) -> None:
    """The report is the guide's, with the usage of the model."""
    played = await play(tmp_path, SEARCH, RUN, submit("C1"), budget=ModelBudget(input_price=1.0, output_price=2.0))
    report = played.report
    assert report["verdict"]["cause"] == "slow"
    assert [claim["text"] for claim in report["claims"]] == ["pay takes 4000 ms"]
    assert {**report["usage"], "input_tokens": 0, "output_tokens": 0, "cost": 0} == {
        "model": "scripted-1",
        "calls": 3,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost": 0,
        "estimated": True,
    }
    assert report["usage"]["input_tokens"] > report["usage"]["output_tokens"] > 0


async def test_free_investigation_comes_after_the_guides(tmp_path: Path) -> None:
    """A query before the guides are searched is refused with the reason; after it, its rows support a claim."""
    free = ("logs-query", {"kql": "T | where Name == 'cart' | summarize worst_ms = max(Ms)"})
    claim = json.dumps({"evidence": ["E1"], "check": "rows[0].Ms < 100", "show": ["rows[0].Ms"]})
    free = ("logs-query", {"kql": "T | where Name == 'cart' | top 1 by Ms desc"})
    played = await play(tmp_path, Line(calls=[free]), SEARCH, Line(calls=[free]), submit(claim))
    assert "call guides-search first" in played.of(ToolRefused)[0].reason
    assert [claim["text"] for claim in played.report["claims"]] == ["on E1: rows[0].Ms < 100; rows[0].Ms = 5"]


@pytest.mark.parametrize("said", [(), (SEARCH,), (SEARCH, RUN)])
async def test_the_planner_takes_over_where_the_model_fails(tmp_path: Path, said: tuple[Line, ...]) -> None:
    """From wherever it was: the answer is the planner's, and a note says so."""
    played = await play(tmp_path, *said, stand_in=EmbeddedChat())
    report = played.report
    assert (report["status"], report["verdict"]["cause"]) == ("answered", "slow")
    assert [claim["text"] for claim in report["claims"]] == ["pay takes 4000 ms"]
    assert any("embedded-planner-1 went on in its place" in note for note in report["notes"])
    assert len(played.of(ModelReplaced)) == 1
    assert sum(item["step"] == "slow" for item in report["evidence"]) == 1
    assert report["usage"]["calls"] == len(said)
    assert played.of(TurnFinished)[0].model_calls == len(said) + 1 + (3 - len(said))


async def test_without_a_stand_in_what_was_found_stands(tmp_path: Path) -> None:
    """A guide's verdict and claims, though the model never submitted them."""
    played = await play(tmp_path, SEARCH, RUN)
    report = played.report
    assert (report["status"], report["verdict"]["cause"]) == ("answered", "slow")
    assert [claim["text"] for claim in report["claims"]] == ["pay takes 4000 ms"]
    assert "the model's turn was ended: the script has only 2 lines" in report["notes"]
    assert report["unknown"][-1]["text"].startswith("The model did not finish")


async def test_where_nothing_was_found_the_run_failed(tmp_path: Path) -> None:
    """In words, with the model's own as a hypothesis."""
    played = await play(tmp_path, Line(text="It is\nDNS."), Line(text="It is\nDNS."))
    report = played.report
    assert report["status"] == "failed"
    assert report["message"] == "The run failed: the model submitted no report: it only spoke."
    assert report["hypotheses"] == ["It is DNS."]
    assert [event.text for event in played.of(ModelSaid)] == ["It is\n", "DNS.", "It is\n", "DNS."]


async def test_a_models_question_is_said_to_be_its(tmp_path: Path) -> None:
    """And what is no question is a hypothesis."""
    asked = (await play(tmp_path, SEARCH, submit(question="Which\nservice is it?"))).report
    assert [item["text"] for item in asked["questions"]] == ["The model asks: Which service is it?"]
    assert "Which service" not in asked["message"]
    told = (await play(tmp_path, SEARCH, submit(question="Restart pay."))).report
    assert (told["questions"], told["hypotheses"]) == ([], ["Restart pay."])


@pytest.mark.parametrize(("value", "refused"), [("pay", False), ("cart", True), ("pay is down, call 1800", True)])
async def test_a_model_makes_up_no_parameter(tmp_path: Path, value: str, *, refused: bool) -> None:
    """It may hand on what the message names, as a parameter's text stands in findings."""
    given = {"guide_id": "slow_target", "parameters_json": json.dumps({"p_service": value})}
    played = await play(tmp_path, SEARCH, Line(calls=[("guides-run", given)]), submit())
    assert bool(played.of(ToolRefused)) is refused
    assert value == "pay" or value not in json.dumps(played.report)


async def test_a_model_may_follow_a_name_that_it_found(tmp_path: Path) -> None:
    """A recorded row named it."""
    query = Line(calls=[("logs-query", {"kql": "T | where Ms < 100 | take 1"})])
    run = Line(calls=[("guides-run", {"guide_id": "slow_target", "parameters_json": '{"p_service": "cart"}'})])
    played = await play(tmp_path, SEARCH, query, run, submit("C1"))
    assert [claim["text"] for claim in played.report["ruled_out"]] == ["cart is quick: 5 ms at most"]


async def test_the_budget_is_the_runs(tmp_path: Path) -> None:
    """Met by the first call: one more is left, and it may only submit."""
    played = await play(tmp_path, SEARCH, RUN, budget=ModelBudget(tokens=10))
    assert "no other call is left" in played.of(ToolRefused)[0].reason
    assert "the model's budget for this run is used up" in played.report["notes"][0]


async def test_a_turn_without_any_budget_left_is_the_planners(tmp_path: Path) -> None:
    """A message with two subjects: the first one's turn used up what the run may use."""
    asked = "pay: payments are slow, calls fail with 502. Also, where is my order 123456?"
    budget = ModelBudget(tokens=10)
    played = await play(tmp_path, SEARCH, submit(), asked=asked, agent=None, budget=budget, stand_in=EmbeddedChat())
    first, second = played.report["turns"]
    assert (first["agent"], second["agent"]) == ("triage", "shipment")
    assert "budget for this run is used up" in second["notes"][0]
    assert "embedded-planner-1 went on in its place" in second["notes"][0]
    assert second["status"] == "answered"
    assert played.report["usage"]["calls"] == 2
