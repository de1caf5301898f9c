"""The orchestrator with a scripted model: hops, tools over recorded logs, and the agent's own interface."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from semantic_kernel.agents import ChatHistoryAgentThread

from orchestrator.core.errors import ModelError
from orchestrator.core.events import Event, HandedOff, ToolRefused
from orchestrator.core.journal import NoJournal
from orchestrator.core.recording import Recorder
from orchestrator.core.routing.router import Router
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec
from orchestrator.engine.kernel import build_kernel
from orchestrator.engine.session import Session
from orchestrator.engine.specialist import SpecialistAgent
from orchestrator.engine.switchboard import Environment, Switchboard
from orchestrator.models.scripted import Line, ScriptedChat
from playbooks.routing.loader import load_routing_table
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.plugin import LogTools
from plugins.search.sqlite import SqliteIndex

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)
GRANTS = frozenset({"logs-query", "logs-tables", "evidence-show", "turn-pass", "report-submit"})
SUBMIT = ("report-submit", {"claims": [], "hypotheses": [], "question": ""})


def spec(name: str) -> AgentSpec:
    """A specialist that may do everything here."""
    return AgentSpec(name=name, description=name, instructions="be exact", grants=GRANTS)


def passing(agent: str) -> Line:
    """The model passes its turn on."""
    return Line(calls=[("turn-pass", {"agent": agent, "reason": "it fits better"})])


class Desk:
    """A switchboard on one small table, spoken by a script."""

    def __init__(self, folder: Path, lines: Sequence[Line]) -> None:
        (folder / "T.csv").write_text("TimeGenerated,Name,n\n2026-05-04T10:00:00Z,a,3\n2026-05-04T10:01:00Z,b,5\n")
        self.logs = DuckDbLogs.open([str(folder)], now=NOW)
        self.index = SqliteIndex.open(":memory:")
        self.chat = ScriptedChat(lines)
        self.heard: list[Event] = []
        self.switchboard = Switchboard(
            kernel=build_kernel(self.chat, {"logs": LogTools(self.logs)}),
            service=self.chat,
            specs={name: spec(name) for name in ("triage", "shipment")},
            router=Router(load_routing_table()),
            environment=Environment(
                logs=self.logs, index=self.index, source="files", now=NOW, zone="UTC", inputs={}, notes=lambda _: ()
            ),
            journal=NoJournal(),
        )

    async def ask(self, text: str, *sessions: Session) -> dict[str, Any]:
        """One message to triage; the script must be played out."""
        session = sessions[0] if sessions else Session(id="s")
        report = await self.switchboard.ask(text, session=session, listen=self.heard.append, agent="triage")
        self.chat.finish()
        return report

    async def close(self) -> None:
        """Close what is open."""
        await self.logs.aclose()
        self.index.close()


async def test_a_turn_is_passed_on_with_its_evidence(tmp_path: Path) -> None:
    """The next specialist answers, and what the first one recorded is in the report."""
    query = Line(calls=[("logs-query", {"kql": "T | count"})])
    desk = Desk(tmp_path, [query, passing("shipment"), Line(calls=[SUBMIT])])
    report = await desk.ask("look")
    await desk.close()
    hops = [(event.source, event.target, event.hop) for event in desk.heard if isinstance(event, HandedOff)]
    assert hops == [("triage", "shipment", 1)]
    assert report["agent"] == "shipment"
    assert [item["query"] for item in report["evidence"]] == ["T | count"]


async def test_a_turn_is_passed_on_three_times_at_most(tmp_path: Path) -> None:
    """The fourth is refused, and the specialist has to answer."""
    lines = [passing("shipment"), passing("triage"), passing("shipment"), passing("triage")]
    desk = Desk(tmp_path, [*lines, Line(calls=[SUBMIT], expects="3 times, its limit")])
    report = await desk.ask("look")
    await desk.close()
    assert report["status"] == "answered"
    assert len([event for event in desk.heard if isinstance(event, HandedOff)]) == 3


async def test_a_turn_cannot_be_passed_to_a_stranger(tmp_path: Path) -> None:
    """Nor to itself."""
    desk = Desk(tmp_path, [passing("nobody"), passing("triage"), Line(calls=[SUBMIT], expects="no other specialist")])
    await desk.ask("look")
    await desk.close()
    assert len([event for event in desk.heard if isinstance(event, ToolRefused)]) == 2


async def test_free_investigation_makes_claims_that_code_checked(tmp_path: Path) -> None:
    """A model queries, and a claim on the rows is worded by code; one that is false is dropped."""
    true = json.dumps({"evidence": ["E1"], "check": "rows[0].n == 3", "show": ["rows[0].Name"]})
    false = json.dumps({"evidence": ["E1"], "check": "rows[0].n > 3"})
    desk = Desk(
        tmp_path,
        [
            Line(calls=[("logs-tables", {})]),
            Line(calls=[("logs-query", {"kql": "T | sort by n asc"})], expects='"Name": "string"'),
            Line(calls=[("report-submit", {"claims": [true, false], "hypotheses": ["a is low"], "question": ""})]),
            Line(
                calls=[("report-submit", {"claims": [true, false], "hypotheses": ["a is low"], "question": ""})],
                expects="claim 2: the check 'rows[0].n > 3'",
            ),
        ],
    )
    report = await desk.ask("look")
    await desk.close()
    assert [claim["text"] for claim in report["claims"]] == ["on E1: rows[0].n == 3; rows[0].Name = 'a'"]
    assert report["hypotheses"] == ["a is low"]


async def test_a_query_that_cannot_be_answered_is_read_by_the_model(tmp_path: Path) -> None:
    """The refusal names the nearest table, and is recorded as failed evidence."""
    desk = Desk(
        tmp_path,
        [Line(calls=[("logs-query", {"kql": "Tt | count"})]), Line(calls=[SUBMIT], expects="did you mean 'T'")],
    )
    report = await desk.ask("look")
    await desk.close()
    assert [item["status"] for item in report["evidence"]] == ["failed"]


async def test_evidence_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    """The answer lists what there is."""
    show = Line(calls=[("evidence-show", {"evidence_id": "E9"})])
    desk = Desk(tmp_path, [show, Line(calls=[SUBMIT], expects='"known": ["E1"]')])
    report = await desk.ask("show E9", Session(id="s", reports=[{"evidence": [{"id": "E1"}]}]))
    await desk.close()
    assert "there is: E1" in report["unknown"][0]["text"]


@pytest.mark.parametrize("there", [["E1", "E2"], []])
async def test_all_evidence_is_shown_again(tmp_path: Path, there: list[str]) -> None:
    """What the last answer had, or the word that it had none."""
    desk = Desk(tmp_path, [Line(calls=[("evidence-show", {"evidence_id": "all"})]), Line(calls=[SUBMIT])])
    earlier = [{"id": name} for name in there]
    report = await desk.ask("show me the evidence", Session(id="s", reports=[{"evidence": earlier}]))
    await desk.close()
    assert [item["id"] for item in report["evidence"]] == there
    assert len(report["unknown"]) == (0 if there else 1)


async def test_a_model_that_fails_ends_in_a_report(tmp_path: Path) -> None:
    """What was recorded until then is kept."""
    desk = Desk(tmp_path, [Line(calls=[("logs-query", {"kql": "T | count"})])])
    report = await desk.ask("look")
    await desk.close()
    assert report["status"] == "failed"
    assert "The run failed" in report["message"]
    assert len(report["evidence"]) == 1


def context(desk: Desk) -> RunContext:
    """A turn's state on the desk's data."""
    return RunContext(
        run="r",
        session="s",
        asked="look",
        alert=None,
        now=NOW,
        zone="UTC",
        source="files",
        given={},
        remembered={},
        previous=None,
        recorder=Recorder(logs=desk.logs, index=desk.index, source="files", found=lambda _: None),
        emit=lambda _: None,
    )


async def test_a_specialist_is_an_agent_of_semantic_kernel(tmp_path: Path) -> None:
    """Through the framework's own stream, within a run; without one it refuses."""
    desk = Desk(tmp_path, [Line(calls=[SUBMIT])])
    agent = SpecialistAgent.of(spec("triage"), kernel=desk.switchboard.kernel, service=desk.chat)
    thread = ChatHistoryAgentThread()
    said = [item async for item in agent.invoke_stream("look", thread=thread, run=context(desk))]
    with pytest.raises(ModelError, match="within a run"):
        await agent.get_response("look")
    await desk.close()
    assert [item.message.name for item in said] == ["triage"]
    assert [message.role.value async for message in thread.get_messages()] == ["user", "assistant"]
