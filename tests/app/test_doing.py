import asyncio
from datetime import UTC, datetime

from orchestrator.app.application import App
from orchestrator.app.approvals import read_judging
from orchestrator.app.identity import this_user
from orchestrator.app.sample_effects import recorded_changes
from orchestrator.app.state import open_state
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions

REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"service": "cart"},
    subject="sample.cart",
    service="cart",
    environment="sample",
    radius=BlastRadius(value=3, unit="pods"),
    requested_by=this_user(),
)


async def test_a_fresh_laptop_restarts_a_service_of_the_sample_once():
    """By the shipped policy, through the embedded host; two who approve at once, and one later, change nothing more."""
    settings, now = Settings(), datetime.now(UTC)
    with open_state(settings) as database:
        StoredActions(database).file(REQUEST, read_judging(settings).rule(REQUEST, now), now=now)
    told: list[str] = []

    async def yes() -> dict:
        shown = App().show_approval("A-1")
        return await App().approve(
            "A-1", digest=str(shown["digest"]), break_glass=None, wait=False, tell=told.append, via="chat"
        )

    found = [*await asyncio.gather(yes(), yes()), await yes()]
    assert found[-1]["result"]["status"] == "done"
    assert found[-1]["result"]["outcome"].startswith("number=#1, key=restart_service:sample.cart:1")
    assert {item["result"]["status"] for item in found} <= {"done", "accepted"}
    assert len(recorded_changes(settings)) == 1
    assert [item["id"] for item in App().list_approvals(everything=True, limit=5)] == ["A-1"]
    assert App().list_approvals(everything=False, limit=5) == ()
