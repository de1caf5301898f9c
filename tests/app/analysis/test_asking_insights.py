"""Questions about stored conversations, from the message to the report, with insights in either place."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
from scored import result

from orchestrator.app.analysis.insight_source import by_workflow, store_results
from orchestrator.app.application import App
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/ask.schema.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
CAUSAL = ("because", "due to", "caused by", "the reason is", "as a result of")


def talks() -> Iterator[dict[str, Any]]:
    """Two weeks of 40: the first half and half by queue at 4 and 3; in the second billing doubles and falls to 2."""
    number = 0
    for day, queue, satisfaction, count in (
        (3, "billing", 3.0, 20),
        (3, "delivery", 4.0, 20),
        (10, "billing", 2.0, 30),
        (10, "delivery", 4.0, 10),
    ):
        reason = "refund_request" if queue == "billing" else "late_delivery"
        for place in range(count):
            number += 1
            yield result(
                number,
                started_at=f"2026-06-{day:02d}T10:00:00Z",
                queue=queue,
                contact_reason=reason,
                overall={"satisfaction": satisfaction + 0.1 * (place % 2), "sentiment": satisfaction / 5 - 0.5},
            )


async def say(*messages: str) -> list[dict[str, Any]]:
    """The reports of one session; the logs that it could ask are small, as none is asked."""
    logs = Settings().state / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "AppEvents.csv").write_text("TimeGenerated,Name\n2026-06-15T09:00:00Z,a\n", encoding="utf-8")
    async with App().converse(Options(now=NOW, logs=(str(logs),))) as conversation:
        return [await conversation.ask(message, listen=lambda _: None) for message in messages]


def claims(report: dict[str, Any]) -> str:
    """The claims, each a line; every one has its evidence and its check."""
    jsonschema.validate(report, SCHEMA)
    known = {item["id"] for item in report["evidence"]}
    assert all(claim["check"] and set(claim["evidence"]) <= known for claim in report["claims"])
    return "\n".join(claim["text"] for claim in report["claims"])


async def test_questions_are_answered_in_either_place(place: Settings) -> None:
    """Change with mix and rate apart, a ranking, examples with quotes, and why; then all checked again."""
    stored = await store_results(place, talks())
    assert stored.merged.new == 80
    assert (await store_results(place, talks())).merged.same == 80
    changed, ranked, worst, why = await say(
        "what changed in satisfaction last week?",
        "satisfaction by queue in June",
        "show me the worst conversations about delivery this month",
        "why did satisfaction fall last week?",
    )
    assert {one["source"] for one in (changed, ranked, worst, why)} == {"live" if by_workflow(place) else "files"}
    text = claims(changed)
    assert "was 3.55 from 2026-06-01 to 2026-06-07 (UTC), over 40 conversations" in text
    assert "2.55 from 2026-06-08 to 2026-06-14 (UTC), over 40: it fell, a change of -1.00 (95 % between" in text
    assert "Told apart by queue, -0.38 of the change goes with another mix of queues and -0.62" in text
    assert "Conversation c-00" in text
    assert "says “late again”" in text
    assert "Lowest" not in claims(ranked)
    assert "queue delivery: 4.05 over 30 conversations" in claims(ranked)
    assert "(queue delivery, reason late delivery): satisfaction (1 to 5) 4.00" in claims(worst)
    assert "not why" in claims(why)
    assert not [word for word in CAUSAL if word in claims(why).lower()]
    again = await App().verify_run(str(changed["run"]))
    assert {one.outcome for one in again} == {"holds"}


async def test_too_few_are_not_ranked_and_a_period_without_any_says_so() -> None:
    """Counts instead of averages; and from when to when there are some."""
    await store_results(Settings(), list(talks())[:25])
    few, none, follow = await say("satisfaction by queue in June", "top reasons for refund in March", "and in June?")
    assert "queue delivery" not in claims(few)
    assert "Not ranked, with fewer than 20 conversations: delivery" in claims(few)
    assert "0 conversations" in claims(none)
    assert any("2026-06-03T10:00:00Z" in note for note in none["notes"])
    assert "20 conversations about contact reason refund request" in claims(follow)
    assert "The only one ranked is contact reason refund request" in claims(follow)


async def test_without_insights_the_answer_says_how_to_store_them() -> None:
    """No figure, no failure."""
    for report in await say("satisfaction by queue in June", "show me the worst conversations"):
        assert report["agent"] == "sentiment"
        assert report["claims"] == []
        assert "--store" in json.dumps(report)


async def test_what_is_not_known_is_not_guessed() -> None:
    """A word that narrows to nothing is named, with what there is."""
    await store_results(Settings(), talks())
    (report,) = await say("satisfaction of left-handed customers in June")
    assert report["claims"] == []
    assert "'left-handed'" in json.dumps(report)


async def test_a_pasted_conversation_is_scored() -> None:
    """In lines or in one, each score with what was said."""
    said = "Customer: my parcel is late, ann.smith@example.com. Agent: I will look. Customer: thanks for nothing."
    for report in await say(f"score this conversation: {said}", "score this:\n" + said.replace(". ", ".\n")):
        assert report["agent"] == "sentiment"
        assert "turn 3 says “thanks for nothing”" in claims(report)
        assert "ann.smith" not in json.dumps(report["evidence"])


async def test_no_personal_data_is_stored(tmp_path: Path) -> None:
    """What was redacted stays so, and of a result that was not redacted no text is kept."""
    private = "ann.smith@example.com"
    open_one = result(1, summary=private, provenance={"scorer_version": "1", "redaction": "off"})
    open_one["evidence"] = [{"feature": "satisfaction", "turn": 0, "start": 0, "end": 4, "text": private}]
    settings = Settings(insights=tmp_path / "kept")
    await store_results(settings, [open_one])
    (report,) = await say("show me the worst conversations")
    assert private not in json.dumps(report)
    kept = duckdb.read_parquet(f"{tmp_path}/kept/*.parquet").fetchall()
    assert kept
    assert private not in str(kept)
