from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.app.desk import HandoffDesk
from orchestrator.app.handoff_jobs import desk_job
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import (
    Approve,
    Attest,
    BreakGlass,
    Claim,
    Command,
    Report,
    ReviewGlass,
    Ruled,
    Verify,
)
from orchestrator.core.actions.request import ActionRequest, BlastRadius, Verification
from orchestrator.core.actions.state import Action
from orchestrator.core.handoffs import ItemKind, ItemState
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import Accepted, Done, Unknown
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs
from playbooks.services import parse_services

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERVICES = parse_services("services:\n  - id: cart\n    owner: team-buy\n", file="s.yaml")
REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"service": "cart"},
    subject="cart",
    service="cart",
    environment="sample",
    radius=BlastRadius(value=3, unit="pods"),
    requested_by="local:alice",
    because="every pod is out of memory",
    evidence=("E4",),
    by_hand="kubectl rollout restart deployment/cart",
    run="r1",
    incident="INC-2",
)
RULED = Ruled(
    ruling=Ruling(decision=Decision.APPROVAL, reasons=("asks",), persons=1, roles=("here",), break_glass=("here",)),
    mode=Mode.REVIEW,
    approvers=frozenset({"local:*"}),
    breakers=frozenset({"local:*"}),
)
YES = Approve(by="local:alice", fingerprint=REQUEST.fingerprint, ruled=RULED, via="cli")
GLASS = BreakGlass(by="local:alice", fingerprint=REQUEST.fingerprint, reason="night", ruled=RULED, via="cli")
CLAIM = Claim(process="p1", fingerprint=REQUEST.fingerprint, patience=timedelta(minutes=1))
LOST = Report(attempt=1, outcome=Unknown(key="k", reason="the reply was lost"))
ANSWERED = Report(attempt=1, outcome=Done(key="k", status=200))
CHECK = Verification(step="s", kql=None, expect="true", wait=timedelta(minutes=5), window=timedelta(minutes=5))
WORSE = Verify(held=False, final=True, text="it got worse")


@pytest.fixture
def database():
    """An empty state store."""
    with open_state(Settings()) as database:
        yield database


def acted(database: Database, *commands: Command) -> Action:
    """An action after these commands; its effect can be looked for where they do so."""
    stored = StoredActions(database)
    request = replace(REQUEST, verification=CHECK) if WORSE in commands else REQUEST
    action = stored.file(request, RULED, now=NOW).action
    for command in commands:
        handled = stored.handle(action.id, command, now=NOW)
        assert handled.declined is None
        action = handled.action
    return action


@pytest.mark.parametrize(
    ("commands", "kinds"),
    [
        ((YES, CLAIM), []),
        ((YES, CLAIM, ANSWERED), []),
        ((YES, CLAIM, LOST), [ItemKind.UNKNOWN_ACTION]),
        ((YES, CLAIM, ANSWERED, WORSE), [ItemKind.UNVERIFIED_ACTION]),
        ((GLASS,), [ItemKind.BROKEN_GLASS_REVIEW]),
        ((GLASS, CLAIM, LOST), [ItemKind.UNKNOWN_ACTION, ItemKind.BROKEN_GLASS_REVIEW]),
        ((GLASS, ReviewGlass(by="local:bob", note="fine")), []),
    ],
)
def test_what_a_person_must_see_to_is_an_item(database: Database, commands: tuple[Command, ...], kinds: list[ItemKind]):
    """Once, whoever finds it: the process that acted, or a worker that looks for what one left without."""
    action, desk = acted(database, *commands), HandoffDesk(database, SERVICES)
    taken = desk.take(action, at=NOW)
    assert [item.parked.kind for item in taken] == kinds
    assert {item.id for item in desk.look(NOW)} == {item.id for item in taken}


def test_an_unknown_outcome_has_an_owner(database: Database):
    """The action names the item, the item the team and all that is known."""
    desk = HandoffDesk(database, SERVICES)
    (item,) = desk.take(acted(database, YES, CLAIM, LOST), at=NOW)
    assert StoredActions(database).find("A-1").owner == item.id
    assert (item.parked.owner, item.parked.incident, item.parked.run) == ("team-buy", "INC-2", "r1")
    facts = [fact.text for fact in item.parked.facts]
    assert facts[0] == 'restart_service {"service": "cart"} in sample'
    assert "by hand: kubectl rollout restart deployment/cart" in facts
    assert any("approved by local:alice" in fact for fact in facts)
    assert item.parked.facts[1].evidence == ("E4",)
    assert "settle A-1" in item.parked.question


async def test_a_worker_finds_what_a_dead_process_left(database: Database):
    """Again and again, each once."""
    acted(database, GLASS, CLAIM, LOST)
    job = desk_job(database, SERVICES)
    for _ in range(2):
        await job.run(NOW)
    items = StoredHandoffs(database).listed(states=tuple(ItemState), limit=9)
    assert sorted(item.parked.kind.value for item in items) == ["broken_glass_review", "unknown_action"]
    assert StoredActions(database).find("A-1").owner in {item.id for item in items}


def test_an_outcome_that_became_known_resolves_its_item(database: Database):
    """The person who would have looked need not."""
    desk = HandoffDesk(database, SERVICES)
    desk.take(acted(database, YES, CLAIM, LOST), at=NOW)
    seen = Attest(by="local:bob", done=True, note="it was restarted")
    desk.take(StoredActions(database).handle("A-1", seen, now=NOW + timedelta(hours=1)).action, at=NOW)
    item = StoredHandoffs(database).find("H-1")
    assert item is not None
    assert (item.state, item.changes[-1].who) == (ItemState.RESOLVED, "switchboard")


def test_what_was_done_elsewhere_resolves_the_item(database: Database):
    """A review by the command is the item's answer."""
    desk = HandoffDesk(database, SERVICES)
    action = acted(database, GLASS)
    desk.take(action, at=NOW)
    desk.settle(action, ItemKind.BROKEN_GLASS_REVIEW, who="local:bob", note="it was right", at=NOW)
    item = StoredHandoffs(database).find("H-1")
    assert item is not None
    assert (item.state, item.changes[-1].who) == (ItemState.RESOLVED, "local:bob")


def test_a_target_that_is_at_work_for_hours_is_looked_at_by_a_person(database: Database) -> None:
    """Not before: most end in time."""
    taken = Report(attempt=1, outcome=Accepted(key="k"))
    action = acted(database, YES, CLAIM, taken)
    desk = HandoffDesk(database, SERVICES)
    assert desk.take(action, at=NOW + timedelta(minutes=30)) == ()
    (item,) = desk.look(NOW + timedelta(hours=2))
    assert (item.parked.kind, item.parked.action) == (ItemKind.UNKNOWN_ACTION, action.id)
    assert StoredActions(database).find(action.id).owner == item.id
