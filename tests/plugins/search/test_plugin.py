"""Search as tools of a model."""

import json
from datetime import UTC, datetime
from typing import Any

from orchestrator.core.evidence import Evidence
from orchestrator.core.ports import Document, Hit
from orchestrator.core.recording import Recorder
from orchestrator.core.runs import RunContext
from plugins.search.plugin import SearchTools
from plugins.search.sqlite import SqliteIndex

PAST = Document(
    id="incident/20261125-6d131dee",
    kind="incident",
    fields={"title": "checkout returns 502", "causes": "bad_deploy", "body": "## Cause\n\ncheckout 4.12.0 fails"},
    filters={"cause": ("bad_deploy",)},
)


async def none(_: str) -> Hit | None:
    """No passage answers."""
    return None


async def test_past_incidents_are_leads_with_evidence() -> None:
    """They are recorded as evidence, and nothing about them is offered as a claim."""
    found: list[Evidence] = []
    async with SqliteIndex.open(":memory:") as index:
        await index.write([PAST])
        recorder = Recorder(logs=Any, index=index, source="live", found=found.append)  # type: ignore[arg-type]  # not asked
        now = datetime(2026, 11, 25, tzinfo=UTC)
        run = RunContext(
            run="r",
            session="s",
            asked="checkout fails",
            alert=None,
            now=now,
            zone="UTC",
            source="live",
            given={},
            remembered={},
            previous=None,
            recorder=recorder,
            emit=lambda _: None,
        )
        answer = json.loads(await SearchTools(none).incidents("checkout returns 502 again", run))
    assert [item["id"] for item in answer["incidents"]] == [PAST.id]
    assert "checkout 4.12.0 fails" in answer["incidents"][0]["passage"]
    assert [item.id for item in found] == [answer["evidence"]]
    assert run.offers == {}
