from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.app.approvals import (
    deny,
    list_approvals,
    read_judging,
    review,
    show_approval,
)
from orchestrator.app.desk import HandoffDesk
from orchestrator.app.identity import this_user
from orchestrator.app.policies import explain_policy
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import Approve, BreakGlass
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import Stage
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.store.handoffs import StoredHandoffs
from playbooks.services import Services

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"service": "cart"},
    subject="cart",
    service="cart",
    environment="sample",
    radius=BlastRadius(value=3, unit="pods"),
    requested_by=this_user(),
)
POLICY = """\
roles: {here: ["local:*"], lead: ["local:carol"]}
rules:
  - id: two
    approvers: [here]
    approvals: 2
    break_glass: {roles: [here]}
    expires_after: 30m
"""


@pytest.fixture
def settings() -> Settings:
    """Those of the test's own state folder, with the shipped policy."""
    return Settings()


@pytest.fixture
def two(tmp_path: Path) -> Settings:
    """With a policy that asks for two persons."""
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    return Settings(policies=tmp_path)


def file(settings: Settings, request: ActionRequest = REQUEST, *, now: datetime | None = None) -> str:
    """Propose an action; its id."""
    moment = now or datetime.now(UTC)
    with open_state(settings) as database:
        filed = StoredActions(database).file(request, read_judging(settings).rule(request, moment), now=moment)
    assert filed.declined is None
    return filed.action.id


def test_what_waits_is_listed(settings: Settings):
    """The newest first; and all, where all is asked for."""
    file(settings)
    file(settings, replace(REQUEST, subject="orders", arguments={"service": "orders"}))
    waiting = list_approvals(settings, everything=False, limit=5)
    assert [(item["id"], item["state"], item["open_to_you"]) for item in waiting] == [
        ("A-2", "waiting", True),
        ("A-1", "waiting", True),
    ]
    assert len(list_approvals(settings, everything=True, limit=1)) == 1


def test_what_ran_out_of_time_waits_no_longer(settings: Settings):
    """It is judged when it is read, also where there are more than are asked for, and written down."""
    for number in range(6):
        file(settings, replace(REQUEST, subject=f"s{number}"), now=NOW)
    late = NOW + timedelta(hours=25)
    file(settings, replace(REQUEST, subject="new"), now=late)
    found = list_approvals(settings, everything=False, limit=2, now=late)
    assert [item["id"] for item in found] == ["A-7"]
    assert show_approval(settings, "A-1", now=late)["state"] == "expired"
    with open_state(settings) as database:
        assert len(StoredActions(database).listed(stages=(Stage.EXPIRED,))) == 6


@pytest.mark.parametrize("name", ["A-9", "restart", ""])
def test_an_action_that_is_not_there_is_told_with_those_that_are(settings: Settings, name: str):
    """In words that a person can go on with."""
    file(settings)
    with pytest.raises(InputError, match="the nearest are A-1"):
        show_approval(settings, name)


async def test_a_denial_is_recorded_once(settings: Settings):
    """Repeated, it says the same; an approval then is refused."""
    name = file(settings)
    first = await deny(settings, name, reason="a deploy is under way")
    again = await deny(settings, name, reason="a deploy is under way")
    assert (first["state"], first["result"]) == ("denied", again["result"])
    assert [item["what"] for item in again["history"]] == ["proposed", "ruled: approval", "denied"]  # type: ignore[union-attr,attr-defined]  # documents
    with pytest.raises(InputError, match="needs a reason"):
        await deny(settings, name, reason=" ")


async def test_broken_glass_is_reviewed_by_another(two: Settings):
    """Not by who broke it, and not where nothing was broken."""
    name = file(two)
    with open_state(two) as database:
        stored = StoredActions(database)
        ruled = read_judging(two).rule(REQUEST, datetime.now(UTC))
        broken = BreakGlass(by=this_user(), fingerprint=REQUEST.fingerprint, reason="r", ruled=ruled, via="cli")
        stored.handle(name, broken, now=datetime.now(UTC))
    own = await review(two, name, note="fine")
    assert own["result"]["status"] == "refused"  # type: ignore[index]  # a document
    assert "somebody else reviews it" in str(own["result"])
    other = file(two, replace(REQUEST, subject="orders"))
    assert "nothing to review" in str((await review(two, other, note="fine"))["result"])
    with pytest.raises(InputError, match="needs a note"):
        await review(two, name, note="")


async def test_a_review_answers_the_item_that_asked_for_it(two: Settings):
    """The list of what waits for a person is shorter by one; a second review says the same."""
    name = file(two)
    with open_state(two) as database:
        now, ruled = datetime.now(UTC), read_judging(two).rule(REQUEST, datetime.now(UTC))
        broken = BreakGlass(by="local:carol", fingerprint=REQUEST.fingerprint, reason="r", ruled=ruled, via="cli")
        action = StoredActions(database).handle(name, broken, now=now).action
        HandoffDesk(database, Services()).take(action, at=now)
    first, again = await review(two, name, note="it was right"), await review(two, name, note="it was right")
    assert first["result"] == again["result"]
    assert first["result"]["status"] == "done"  # type: ignore[index]  # a document
    with open_state(two) as database:
        item = StoredHandoffs(database).find("H-1")
    assert item is not None
    assert (item.state.value, item.changes[-1].who) == ("resolved", this_user())


def test_two_persons_are_two_names(two: Settings):
    """The same name twice is one, and it is said that nobody vouches for it."""
    name = file(two)
    now = datetime.now(UTC)
    with open_state(two) as database:
        stored = StoredActions(database)
        ruled = read_judging(two).rule(REQUEST, now)
        for by in ("local:alice", "LOCAL:Alice "):
            approve = Approve(by=by, fingerprint=REQUEST.fingerprint, ruled=ruled, via="cli")
            handled = stored.handle(name, approve, now=now)
            assert handled.action.stage is Stage.WAITING
            assert "not authenticated" in handled.note
        approve = Approve(by="local:bob", fingerprint=REQUEST.fingerprint, ruled=ruled, via="cli")
        assert stored.handle(name, approve, now=now).action.stage is Stage.APPROVED


def test_a_policy_that_cannot_be_read_forbids_and_hides_nothing(two: Settings):
    """The list still shows what waits, and why nobody may approve it."""
    file(two)
    assert two.policies is not None
    (two.policies / "p.yaml").write_text("rules: 3\n", encoding="utf-8")
    shown = show_approval(two, "A-1")
    assert (shown["open_to_you"], shown["policy"]["decision"]) == (False, "forbidden")  # type: ignore[index]  # a document
    assert "p.yaml:1" in str(shown["policy"])
    assert len(list_approvals(two, everything=False, limit=5)) == 1


def test_a_proposed_action_is_explained(settings: Settings):
    """By its id: which rule decides about it now."""
    name = file(settings)
    found = explain_policy(settings, name, about=None)
    assert (found["action"], found["rule"], found["decision"]) == ("restart_service", "sample_anything", "approval")
    assert explain_policy(settings, name, about=None, mode="read_only")["decision"] == "forbidden"


def test_a_list_of_thousands_reads_what_it_shows(settings: Settings):
    """The newest are there without reading the rest."""
    file(settings)
    with open_state(settings) as database, database.transaction() as connection:
        copied = "SELECT ?, workflow, subject || ?, action_key || ?, stage, incident, run, service, requested_at, "
        copied += "expires_at, version FROM actions WHERE number = 1"
        for number in range(2, 3000):
            connection.execute(f"INSERT INTO actions {copied}", number, str(number), str(number))
            connection.execute(
                "INSERT INTO action_events SELECT ?, seq, at, kind, body FROM action_events WHERE action = 1", number
            )
    found = list_approvals(settings, everything=False, limit=21)
    assert [item["id"] for item in found[:2]] == ["A-2999", "A-2998"]
    assert len(found) == 21


def test_a_store_that_cannot_be_written_still_lists(settings: Settings):
    """Expiry is then judged when it is read, and not written down."""
    file(settings, now=NOW)
    file(settings, replace(REQUEST, subject="new"), now=NOW + timedelta(hours=30))
    with open_state(settings) as database, database.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON action_events BEGIN SELECT RAISE(ABORT, 'full'); END")
    found = list_approvals(settings, everything=False, limit=5, now=NOW + timedelta(hours=30))
    assert [item["id"] for item in found] == ["A-2"]
