from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.errors import StoreError
from orchestrator.core.handoffs import Claimed, Fact, Item, ItemKind, ItemState, Parked, Refusal, Released, Resolved
from orchestrator.store.database import Database
from orchestrator.store.handoffs import StoredHandoffs, park_within

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
EVERY = timedelta(hours=1)
PARKED = Parked(
    kind=ItemKind.UNKNOWN_ACTION,
    cause="action:A-7:unknown",
    title="Unknown outcome",
    question="Was it restarted?",
    opened_at=AT,
    facts=(Fact(text="the reply was lost", source="A-7", evidence=("E1", "E2")),),
    service="cart",
    owner="team-buy",
    escalation="buy on call",
    run="r1",
    action="A-7",
    incident="INC-2",
)
NORMAL = replace(PARKED, kind=ItemKind.UNCOVERED_ALERT, cause="run:r2")


@pytest.fixture
def handoffs(database: Database) -> StoredHandoffs:
    """An empty list."""
    return StoredHandoffs(database)


def test_what_is_parked_is_found_again(handoffs: StoredHandoffs):
    """Whole, by its id in either form."""
    item = handoffs.park(PARKED)
    assert item == Item(number=1, parked=PARKED)
    assert [handoffs.find(name) for name in ("H-1", "h-1", "1", "H-2", "x")] == [item, item, item, None, None]


def test_one_cause_has_one_item(handoffs: StoredHandoffs):
    """However often it is parked, and also after it was settled."""
    handoffs.park(PARKED)
    handoffs.change("H-1", Resolved(who="local:bob", at=AT, note="it was"))
    again = handoffs.park(replace(PARKED, title="told in other words"))
    assert (again.number, again.state, again.parked.title) == (1, ItemState.RESOLVED, "Unknown outcome")


def test_a_fact_and_its_item_are_stored_together(handoffs: StoredHandoffs, database: Database):
    """Within another part's transaction; rolled back with it."""
    with suppress(ZeroDivisionError), database.transaction(alone="actions") as connection:
        park_within(connection, PARKED)
        raise ZeroDivisionError
    assert handoffs.listed(states=tuple(ItemState), limit=5) == ()
    with database.transaction(alone="actions") as connection:
        assert park_within(connection, PARKED) == park_within(connection, PARKED)
    assert len(handoffs.listed(states=tuple(ItemState), limit=5)) == 1


def test_many_who_park_one_cause_at_once_make_one_item(open_again: Callable[[], Database], database: Database):
    """Each in a transaction of its own kind, as other parts do."""

    def park(number: int) -> int:
        with open_again().transaction(alone=f"part {number}") as connection:
            return park_within(connection, PARKED).number

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(park, range(4)))
    assert len(numbers) == 1
    assert len(StoredHandoffs(database).listed(states=tuple(ItemState), limit=9)) == 1


def test_changes_are_kept_in_order(handoffs: StoredHandoffs):
    """With who made each, when and why."""
    handoffs.park(PARKED)
    changes = (
        Claimed(who="local:alice", at=AT),
        Released(who="local:alice", at=AT, note="my shift ends"),
        Resolved(who="local:bob", at=AT, note="it was"),
    )
    for change in changes:
        handoffs.change("H-1", change)
    found = handoffs.find("H-1")
    assert found == Item(number=1, parked=PARKED, state=ItemState.RESOLVED, changes=changes)
    refused = handoffs.change("H-1", changes[0])
    assert isinstance(refused, Refusal)
    assert [handoffs.change(name, changes[0]) for name in ("H-9", "x")] == [None, None]


def test_two_who_take_it_at_once(handoffs: StoredHandoffs):
    """One has it, the others are told who."""
    handoffs.park(PARKED)
    names = [f"local:u{number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as pool:
        found = list(pool.map(lambda who: handoffs.change("H-1", Claimed(who=who, at=AT)), names))
    holders = [item.holder for item in found if isinstance(item, Item)]
    assert len(holders) == 1
    assert [item.reason.split(":")[0] for item in found if isinstance(item, Refusal)] == ["H-1 is taken by local"] * 5


def test_the_most_urgent_comes_first(handoffs: StoredHandoffs):
    """Of equals the one due first; limited, and by state."""
    handoffs.park(NORMAL)
    handoffs.park(PARKED)
    handoffs.park(replace(PARKED, cause="earlier", opened_at=AT - timedelta(minutes=5)))
    handoffs.change("H-2", Claimed(who="local:alice", at=AT))
    every = handoffs.listed(states=tuple(ItemState), limit=10)
    assert [item.id for item in every] == ["H-3", "H-2", "H-1"]
    assert [item.id for item in handoffs.listed(states=(ItemState.OPEN,), limit=1)] == ["H-3"]
    assert [item.holder for item in handoffs.listed(states=(ItemState.CLAIMED,), limit=9)] == ["local:alice"]


def test_an_item_past_due_is_reminded_of_once_per_interval(handoffs: StoredHandoffs):
    """Not before it is due, not twice within it, not once it is taken."""
    handoffs.park(PARKED)
    late = AT + timedelta(minutes=31)
    rounds = (AT + timedelta(minutes=30), late, late + timedelta(minutes=59), late + EVERY)
    assert [len(handoffs.due_reminders(now, every=EVERY)) for now in rounds] == [0, 1, 0, 1]
    found = handoffs.find("H-1")
    assert found is not None
    assert found.reminded_at == late + EVERY
    handoffs.change("H-1", Claimed(who="local:alice", at=AT))
    assert handoffs.due_reminders(late + 2 * EVERY, every=EVERY) == ()


def test_two_who_remind_at_once_get_different_items(handoffs: StoredHandoffs):
    """Each item is reminded of by one."""
    for number in range(5):
        handoffs.park(replace(PARKED, cause=f"run:{number}"))
    late = AT + timedelta(hours=1)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: handoffs.due_reminders(late, every=EVERY), range(4)))
    assert sorted(item.number for items in found for item in items) == [1, 2, 3, 4, 5]


def test_what_a_newer_program_stored_is_told(handoffs: StoredHandoffs, database: Database):
    """A form that is not known is an error of the store, not a trace."""
    handoffs.park(PARKED)
    with database.transaction() as connection:
        connection.execute("UPDATE handoffs SET body = ?", '{"kind": "new_kind"}')
    with pytest.raises(StoreError, match="H-1 is stored in a form"):
        handoffs.find("H-1")
