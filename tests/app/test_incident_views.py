"""An incident from its alert to its report, on the state store, and questions about it in a conversation."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.application import App
from orchestrator.app.guide_stats import guide_stats
from orchestrator.app.incident_views import (
    add_note,
    confirm_incident,
    incident_report,
    incident_summary,
    incident_timeline,
    incident_update,
    similar_incidents,
)
from orchestrator.app.incidents import show_incident
from orchestrator.app.past import verify_run
from orchestrator.app.past_incidents import past_incidents
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import Approve, Ruled
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.alerts.parse import Reading, read_payload
from orchestrator.core.errors import InputError
from orchestrator.core.handoffs import ItemKind, Parked
from orchestrator.core.policy import Mode
from orchestrator.core.report import Json
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs
from orchestrator.store.incidents import StoredIncidents
from orchestrator.surfaces.application import Options

Run = Any
QUESTION = "calls of pay to a dependency fail since 10:20"
NOW = datetime.now(UTC).replace(microsecond=0)
RULED = Ruled(
    ruling=Ruling(decision=Decision.APPROVAL, reasons=("a rule",), persons=1, roles=("on_call",)),
    mode=Mode.REVIEW,
    approvers=frozenset({"local:ann"}),
)
REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"p_service": "pay"},
    subject="pay",
    environment="prod",
    radius=BlastRadius(value=2, unit="instances"),
    requested_by="local:bo",
    incident="INC-3",
)


def alert(rule: str, service: str, at: datetime, *, over: bool = False) -> Json:
    """An alert as Alertmanager sends it."""
    labels = {"alertname": rule, "service": service, "severity": "critical"}
    ends = (at + timedelta(minutes=30)).isoformat() if over else "0001-01-01T00:00:00Z"
    one = {"status": "resolved" if over else "firing", "labels": labels, "annotations": {"summary": f"{rule} <b>"},
           "startsAt": at.isoformat(), "endsAt": ends, "fingerprint": rule + service}  # fmt: skip
    return {"version": "4", "groupKey": "g", "status": one["status"], "alerts": [one]}


def take_in(database: Database, *payloads: Json) -> None:
    """As the ingest path does, without asking for runs."""
    records = [record for payload in payloads for record in read_payload(payload, Reading(), at=NOW)]
    StoredIncidents(database).ingest(records, triage=False)


@pytest.fixture
def settings() -> Settings:
    """Those of the test's own state folder."""
    return Settings()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """INC-1 is over and alike, INC-2 is something else that no guide covers, INC-3 is what is asked about."""
    ago = NOW - timedelta(days=3)
    with open_state(settings) as opened:
        take_in(opened, alert("TargetFails", "pay", ago), alert("TargetFails", "pay", ago, over=True))
        take_in(opened, alert("DiskFull", "store", NOW - timedelta(hours=20)))
        take_in(opened, alert("TargetFails", "pay", NOW - timedelta(minutes=20)))
        StoredIncidents(opened).attach_run("INC-2", "r-x", verdict={"status": "not_covered"})
        yield opened


async def ask(options: Options, text: str) -> Json:
    """One message in a session of its own."""
    async with App().converse(options) as conversation:
        return await conversation.ask(text, listen=lambda _: None)


@pytest.fixture
async def report(options: Options, database: Database) -> Json:
    """The report of the run about INC-3, with an action approved and an item handed off."""
    found = await ask(options, QUESTION)
    verdict = found["verdict"]
    assert isinstance(verdict, dict)
    StoredIncidents(database).attach_run("INC-3", str(found["run"]), verdict=verdict)
    actions = StoredActions(database)
    action = actions.file(REQUEST, RULED, now=NOW).action
    approve = Approve(by="local:ann", fingerprint=REQUEST.fingerprint, ruled=RULED, via="cli")
    actions.handle(action.id, approve, now=NOW + timedelta(seconds=1))
    parked = Parked(
        kind=ItemKind.BROKEN_GLASS_REVIEW,
        cause="c",
        title="look again",
        question="Is it?",
        opened_at=NOW,
        incident="INC-3",
    )
    StoredHandoffs(database).park(parked)
    return found


async def test_the_report_stands_on_the_record(settings: Settings, report: Json):
    """Every number leads to a receipt; the queries, the approval and the handoff are among them."""
    add_note(settings, "INC-3", text="the provider <b>confirms</b>", kind="note")
    found = incident_report(settings, "INC-3")
    known = {item["id"]: item for item in found["receipts"]}  # type: ignore[union-attr,index]  # JSON
    sections = found["sections"]
    entries = found["timeline"]
    assert isinstance(sections, list)
    assert isinstance(entries, list)
    said = [item for section in sections for item in section["sentences"]] + entries
    assert all(item["receipts"] for item in said)
    assert {name for item in said for name in item["receipts"]} == set(known)
    evidence = [item for name, item in known.items() if name.startswith("evidence:")]
    assert any(item["query"].startswith("AppDependencies") for item in evidence)
    assert {"note:INC-3/1", "handoff:H-1", "action:A-1/3"} <= set(known)
    assert known["action:A-1/3"]["title"] == "Approved by local:ann (not authenticated) at the command line."
    assert report["run"] in json.dumps(found)


async def test_what_is_shown_of_it(settings: Settings, report: Json):
    """Timeline from a time on, summary with its cause, and an update that tells nothing of the inside."""
    whole = incident_timeline(settings, "INC-3", since=None, zone=None)["entries"]
    later = incident_timeline(settings, "INC-3", since=(NOW + timedelta(hours=1)).isoformat(), zone=None)["entries"]
    kinds = {str(entry["kind"]) for entry in _list(whole)}
    assert {"status", "run", "message", "evidence", "action", "approval", "handoff"} - kinds == {"message"}
    assert later == []
    sections = incident_summary(settings, "INC-3")["sections"]
    cause = str(report["verdict"]["cause"])  # type: ignore[index]  # JSON
    assert cause in json.dumps(sections)
    update = incident_update(settings, "INC-3", post=True)
    assert cause not in str(update["text"])
    assert incident_timeline(settings, "INC-3", since=None, zone=None)["entries"][-1]["kind"] == "update"  # type: ignore[index]  # JSON


@pytest.mark.usefixtures("report")
def test_showing_an_incident_tells_all_of_it(settings: Settings, run: Run):
    """Impact, cause, actions, items and what is alike stand on its page and in its document."""
    document = show_incident(settings, "INC-3")
    assert [item["incident"] for item in _list(document["similar"])] == ["INC-1"]
    assert [item["state"] for item in _list(document["actions"])] == ["approved and not begun"]
    out = " ".join(run("incidents", "show", "INC-3").out.split())
    for said in ("A-1 approved and not begun restart service pay", "H-1 open look again", "INC-1 the same alert rule"):
        assert said in out
    assert "More: switchboard incidents timeline|summary|update|similar|report INC-3" in out


@pytest.mark.usefixtures("database")
async def test_a_time_that_is_none_is_refused(settings: Settings):
    """And an incident that is not there, with the nearest."""
    with pytest.raises(InputError, match="--since 'soon' is no time"):
        incident_timeline(settings, "INC-3", since="soon", zone=None)
    with pytest.raises(InputError, match="no incident 'INC-33'; the nearest are INC-3"):
        incident_summary(settings, "INC-33")
    with pytest.raises(InputError, match="holds no 'claim:x#C1' to pin"):
        add_note(settings, "INC-3", text="", kind="pin", about="claim:x#C1")


async def test_people_judge_verdicts_and_the_next_report_says_how_the_guide_did(
    settings: Settings, report: Json, options: Options, database: Database
):
    """Confirmed is right, another cause or --wrong is wrong; the record counts the run of before."""
    assert report["guide"]["record"] == {"used": 0, "confirmed": 0, "wrong": 0}  # type: ignore[index]  # JSON
    cause = str(report["verdict"]["cause"])  # type: ignore[index]  # JSON
    right = confirm_incident(settings, "INC-3", cause=cause, wrong=False, note="seen in their status page")
    assert (right["outcome"], right["record"]) == ("confirmed", {"used": 1, "confirmed": 1, "wrong": 0})
    assert StoredIncidents(database).find("INC-3").causes == (cause,)  # type: ignore[union-attr]  # it is there
    other = confirm_incident(settings, "INC-3", cause="the network", wrong=False, note="")
    assert (other["outcome"], other["record"]) == ("wrong", {"used": 1, "confirmed": 0, "wrong": 1})
    again = await ask(options, QUESTION)
    assert again["guide"]["record"] == {"used": 1, "confirmed": 0, "wrong": 1}  # type: ignore[index]  # JSON
    with pytest.raises(InputError, match="no verdict that could be wrong"):
        confirm_incident(settings, "INC-1", cause=None, wrong=True, note="")
    with pytest.raises(InputError, match="say what the cause was"):
        confirm_incident(settings, "INC-3", cause=" ", wrong=False, note="")


async def test_past_incidents_come_back_as_questions(settings: Settings, report: Json):
    """The alike one is found with the reasons; `search-incidents` and the service's index have them, too."""
    cause = str(report["verdict"]["cause"])  # type: ignore[index]  # JSON
    confirm_incident(settings, "INC-1", cause=cause, wrong=False, note="")
    (found,) = (await similar_incidents(settings, "INC-3", top=5))["similar"]  # type: ignore[misc]  # JSON
    assert found["incident"] == "INC-1"
    assert found["why"].startswith("the same alert rule TargetFails; the same service pay; the same suspected cause")
    assert found["hypothesis"].startswith(f"Is it {cause} again? It was in INC-1 (confirmed by local:")
    assert {document.id for document in past_incidents(settings)} == {
        "incident/INC-1",
        "incident/INC-2",
        "incident/INC-3",
    }


ANSWERS = {
    "what is open?": "INC-3 is open, severity 0 (critical)",
    "status of INC-2": "INC-2 is open",
    "what happened to INC-3 since noon yesterday?": "Approved by local:ann",
    "who approved the restart?": "Approved by local:ann (not authenticated) at the command line.",
    "which actions are waiting?": "No action waits for a decision.",
    "similar to INC-3?": "INC-1 is similar",
    "summarise INC-3 for someone joining": "Nobody owns it.",
}


@pytest.mark.usefixtures("report")
async def test_questions_are_answered_from_the_record(options: Options, settings: Settings):
    """By claims with evidence, one question after another in a conversation; checked again, they hold."""
    async with App().converse(options) as conversation:
        answers = {text: await conversation.ask(text, listen=lambda _: None) for text in ANSWERS}
    said = {text: [str(claim["text"]) for claim in _list(answer["claims"])] for text, answer in answers.items()}
    assert [text for text, wanted in ANSWERS.items() if not any(wanted in claim for claim in said[text])] == []
    sources = {
        str(item["source"]).partition(":")[0] for answer in answers.values() for item in _list(answer["evidence"])
    }
    assert ({answer["agent"] for answer in answers.values()}, sources) == ({"triage"}, {"record"})
    checked = [claim for answer in answers.values() for claim in await verify_run(settings, str(answer["run"]))]
    assert {claim.outcome for claim in checked} == {"holds"}


def _list(value: object) -> list[Json]:
    assert isinstance(value, list)
    return value


@pytest.mark.usefixtures("database")
async def test_what_no_guide_covers_is_ranked(settings: Settings):
    """By rule and service, with the time that it took and the command that begins a guide."""
    found = guide_stats(settings, (), now=NOW)
    assert found["uncovered"] == [
        {
            "rule": "DiskFull",
            "service": "store",
            "incidents": 1,
            "minutes_lost": 1200,
            "newest": "INC-2",
            "draft": "switchboard guides new disk_full --guides ./guides",
        }
    ]


async def test_without_a_store_the_question_is_answered_with_that(
    options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A conversation goes on, and says why it cannot tell."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SWITCHBOARD_STATE", str(tmp_path / "file" / "below"))
    answer = await ask(options, "what is open?")
    assert answer["claims"] == []
    assert "There is no record to ask" in str(answer["message"])
