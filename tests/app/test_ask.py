"""The whole road, from a message to a report, on a small folder of logs."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.app.application import App
from orchestrator.core.errors import InputError
from orchestrator.core.events import Event
from orchestrator.surfaces.application import Options

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/ask.schema.json").read_text(encoding="utf-8"))


async def say(options: Options, *messages: str) -> list[dict[str, Any]]:
    """The reports of one session."""
    async with App().converse(options) as conversation:
        return [await conversation.ask(message, listen=lambda _: None) for message in messages]


def stable(report: Mapping[str, Any]) -> str:
    """The report without ids and times, and without the guide's record, which counts the runs so far."""
    guide = {k: v for k, v in report["guide"].items() if k != "record"}
    evidence = [{k: v for k, v in item.items() if k not in {"at", "elapsed_ms"}} for item in report["evidence"]]
    steps = [{k: v for k, v in item.items() if k != "elapsed_ms"} for item in report["steps"]]
    rest = {k: v for k, v in report.items() if k not in {"run", "session", "evidence", "steps"}}
    return json.dumps({**rest, "guide": guide, "evidence": evidence, "steps": steps})


async def test_a_fault_is_named_with_its_evidence(options: Options) -> None:
    """The cause, its object, the claim with a check, the proposed action with its exact arguments."""
    (report,) = await say(options, "calls of pay to a dependency fail since 10:20")
    jsonschema.validate(report, SCHEMA)
    assert report["status"] == "answered"
    assert report["source"] == "files"
    assert report["verdict"]["cause"] == "target_down"
    assert report["verdict"]["object"] == "bank"
    assert report["window"]["from"] == "2026-05-04T10:20:00Z"
    assert report["window"]["origin"] == "start from the message, up to now"
    assert report["origins"] == {"p_service": "message", "p_from": "message", "p_to": "default"}
    assert report["claims"][0]["text"] == "bank fails in 100% of 80 calls"
    assert report["claims"][0]["evidence"] == ["E1"]
    assert report["claims"][0]["check"] == "row.share > 0.2"
    assert report["actions"][0]["arguments"] == {"target": "bank", "share": 1.0}
    assert report["actions"][0]["blast_radius"] == {"value": 80, "unit": "calls"}
    assert report["impact"]["affected"] == 80


async def test_healthy_no_data_and_not_covered_are_different_answers(options: Options) -> None:
    """A well service, a time without rows, and a subject that no guide covers."""
    well, dark, foreign = await say(
        options,
        "calls of cart to a dependency fail since 10:20",
        "calls of cart to a dependency fail since 2026-05-01 10:20 until 2026-05-01 10:50",
        "the disk of vm-7 is full",
    )
    assert [item["verdict"]["status"] for item in (well, dark, foreign)] == ["healthy", "no_data", "not_covered"]
    for item in (well, dark, foreign):
        jsonschema.validate(item, SCHEMA)
        assert item["verdict"]["cause"] is None


async def test_a_follow_up_keeps_the_window_and_the_subject(options: Options) -> None:
    """Only the service changes; evidence of the first answer can be shown again."""
    first, second, third = await say(
        options, "calls of pay to a dependency fail since 10:20", "and for cart?", "show me E1"
    )
    assert first["verdict"]["cause"] == "target_down"
    assert second["parameters"]["p_service"] == "cart"
    assert second["window"]["from"] == first["window"]["from"]
    assert second["window"]["origin"] == "kept from the question before"
    assert second["verdict"]["status"] == "healthy"
    assert third["evidence"][0]["id"] == "E1"
    assert third["evidence"][0]["rows"] == second["evidence"][0]["rows"]


async def test_a_missing_parameter_is_asked_for_and_a_brief_reply_completes_it(options: Options) -> None:
    """Nothing is guessed; the answer is taken with the message that led to the question."""
    asking, answered = await say(options, "calls to a dependency fail since 10:20", "pay")
    jsonschema.validate(asking, SCHEMA)
    assert asking["status"] == "needs_input"
    assert asking["questions"][0]["parameter"] == "p_service"
    assert answered["verdict"]["cause"] == "target_down"


async def test_the_same_question_gives_the_same_report(options: Options) -> None:
    """Byte for byte but for ids and times."""
    reports = [stable((await say(options, "calls of pay to a dependency fail since 10:20"))[0]) for _ in range(3)]
    assert len(set(reports)) == 1


async def test_an_alert_payload_is_triaged(options: Options) -> None:
    """The alert's name finds the guide; the service is asked for, as the payload does not tell it."""
    payload = {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": {"alertRule": "TargetFails", "firedDateTime": "2026-05-04T10:30:00Z"}},
    }
    (report,) = await say(options, json.dumps(payload))
    assert report["agent"] == "triage"
    assert report["guide"]["id"] == "failing_target"
    assert report["status"] == "needs_input"


async def test_two_subjects_are_two_turns(options: Options) -> None:
    """One report each, in order, in one document."""
    (report,) = await say(options, "calls of pay to a dependency fail since 10:20. Also, where is my order 1234?")
    assert [turn["agent"] for turn in report["turns"]] == ["triage", "shipment"]
    assert "who you are" in report["turns"][1]["message"]


@pytest.mark.parametrize(("agent", "said"), [("sentiment", "No insights are stored"), ("handoff", "I cannot")])
async def test_specialists_say_what_they_cannot_do(options: Options, agent: str, said: str) -> None:
    """Nothing is stored, or no desk is connected, and the answer says so."""
    async with App().converse(Options(logs=options.logs, guides=options.guides, agent=agent)) as conversation:
        report = await conversation.ask("please do your work", listen=lambda _: None)
    assert report["agent"] == agent
    assert said in report["message"]


async def test_abstention_asks_back(options: Options) -> None:
    """What nobody handles is not answered, and the person is asked."""
    (report,) = await say(options, "who won the match last night?")
    jsonschema.validate(report, SCHEMA)
    assert (report["status"], report["agent"]) == ("abstained", "none")
    assert report["questions"]


async def test_runs_are_shown_and_verified(options: Options, tmp_path: Path) -> None:
    """A past run is printed as it was; its claims hold on the same data, and fail on changed data."""
    app = App()
    (report,) = await say(options, "calls of pay to a dependency fail since 10:20")
    assert app.show_run("last") == report
    assert [item.outcome for item in await app.verify_run(report["run"])] == ["holds"]
    path = tmp_path / "logs" / "AppDependencies.csv"
    path.write_text(path.read_text().replace(",bank,false,", ",bank,true,"))
    assert [item.outcome for item in await app.verify_run(report["run"])] == ["fails"]


async def test_events_tell_the_run_as_it_happens(options: Options) -> None:
    """The stream starts, routes, matches, steps, finds, claims and finishes, in this order."""
    heard: list[Event] = []
    async with App().converse(options) as conversation:
        await conversation.ask("calls of pay to a dependency fail since 10:20", listen=heard.append)
    kinds = list(dict.fromkeys(event.kind for event in heard))
    wanted = ["RunStarted", "Routed", "TurnStarted", "GuideMatched", "StepStarted", "StepFinished", "ClaimMade"]
    assert [kind for kind in kinds if kind in wanted] == wanted
    assert kinds[-1] == "RunFinished"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logs": ("/no/such/folder",)}, "/no/such/folder"),
        ({"tz": "Mars/Base"}, "Mars/Base"),
        ({"agent": "nobody"}, "nobody"),
        ({"guides": Path("/no/such/guides")}, "/no/such/guides"),
        ({"parameters": {"p_nothing": "x"}}, "p_nothing"),
    ],
)
async def test_bad_input_is_named(options: Options, change: dict[str, Any], message: str) -> None:
    """The value stands in the message."""
    values = {"logs": options.logs, "guides": options.guides, **change}
    with pytest.raises(InputError, match=message):
        await say(Options(**values), "calls of pay to a dependency fail since 10:20")


async def test_a_condition_of_the_wrong_type_is_found_before_the_run(options: Options) -> None:
    """The message names file, line and expression; no step has run."""
    assert options.guides is not None
    path = options.guides / "failing_target.md"
    path.write_text(path.read_text().replace('when: "row.share > 0.2"', 'when: "row.Target > 0.2"'))
    heard: list[Event] = []
    async with App().converse(options) as conversation:
        with pytest.raises(InputError, match=r"failing_target\.md:\d+.*row\.Target"):
            await conversation.ask("calls of pay to a dependency fail since 10:20", listen=heard.append)
    assert "StepStarted" not in {event.kind for event in heard}


async def test_no_secret_leaves(options: Options, state: Path) -> None:
    """A key in a log cell reaches neither the report, an event, nor the journal's file; its hash is of the raw rows."""
    table = Path(options.logs[0]) / "AppDependencies.csv"
    table.write_text(table.read_text().replace("bank", "db;AccountKey=Zm9vYmFyYmF6cXV4"))
    heard: list[Event] = []
    async with App().converse(options) as conversation:
        report = await conversation.ask("calls of pay to a dependency fail since 10:20", listen=heard.append)
        shown = conversation.evidence("E1")
    assert report["verdict"]["cause"] == "target_down"
    told = json.dumps([report, shown, *(event.document() for event in heard)])
    assert "Zm9vYmFyYmF6cXV4" not in told
    assert "AccountKey=[redacted key]" in told
    assert b"Zm9vYmFyYmF6cXV4" not in b"".join(map(Path.read_bytes, state.glob("journal.db*")))  # noqa: ASYNC240  # small


async def test_every_turn_of_a_run_is_verified(options: Options) -> None:
    """Two subjects number their evidence alike; each claim is checked on its own turn's rows, searches too."""
    message = "calls of pay to a dependency fail since 10:20. Also, can customers return shoes after a month?"
    (report,) = await say(options, message)
    claims = [claim for turn in report["turns"] for claim in (*turn["claims"], *turn["ruled_out"])]
    assert [turn["agent"] for turn in report["turns"]] == ["triage", "shipment"]
    outcomes = [item.outcome for item in await App().verify_run(report["run"])]
    assert outcomes == ["holds"] * len(claims)
    assert len(claims) > 1


async def test_a_follow_up_goes_to_the_specialist_that_spoke_last(options: Options) -> None:
    """After two subjects it is the second one's."""
    message = "calls of pay to a dependency fail since 10:20. Also, where is my order 1234?"
    _, second = await say(options, message, "and order 5678?")
    assert second["agent"] == "shipment"


async def test_notes_are_of_this_question_only(options: Options) -> None:
    """The same question has the same notes, whatever was asked before in the process."""
    question = "calls of pay to a dependency fail since 10:20"
    first, _, third = await say(options, question, "calls of cart to a dependency fail since 10:20", question)
    assert first["notes"] == third["notes"]


async def test_tables_without_rows_are_no_data(options: Options) -> None:
    """The clock is the wall clock then, and the report says so."""
    table = Path(options.logs[0]) / "AppDependencies.csv"
    table.write_text(table.read_text().splitlines()[0] + "\n")
    given = replace(options, parameters={"p_service": "pay"}, agent="triage")
    (report,) = await say(given, "calls of pay to a dependency fail")
    assert report["verdict"]["status"] == "no_data"
    assert "wall clock" in report["notes"][0]


async def test_claims_whose_data_is_gone_cannot_be_checked(options: Options) -> None:
    """Each is listed with the reason."""
    (report,) = await say(options, "calls of pay to a dependency fail since 10:20")
    (Path(options.logs[0]) / "AppDependencies.csv").unlink()
    (checked,) = await App().verify_run(report["run"])
    assert checked.outcome == "cannot be checked"
    assert checked.reason


async def test_a_payload_nested_too_deeply_is_bad_input(options: Options) -> None:
    """It is refused by name, and the run is recorded as failed."""
    with pytest.raises(InputError, match="nested too deeply"):
        await say(options, '{"a":' * 5000 + "1" + "}" * 5000)
    assert App().show_run("last")["status"] == "failed"
