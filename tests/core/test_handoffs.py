from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.handoffs import (
    Change,
    Claimed,
    Fact,
    Item,
    ItemKind,
    ItemState,
    Parked,
    Refusal,
    Released,
    Resolved,
    changed,
)

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
PARKED = Parked(
    kind=ItemKind.UNKNOWN_ACTION,
    cause="action:A-7:unknown",
    title="Unknown outcome of restart_service",
    question="Was it restarted?",
    opened_at=AT,
    facts=(Fact(text="the reply was lost", source="A-7"),),
    action="A-7",
)
ITEM = Item(number=3, parked=PARKED)
CLAIM, RELEASE = Claimed(who="local:alice", at=AT), Released(who="local:alice", at=AT, note="my shift ends")
RESOLVE = Resolved(who="local:bob", at=AT, note="it was restarted once")


def after(*changes: Change) -> Item | Refusal:
    """The item after these changes, each of which must be possible."""
    found: Item | Refusal = ITEM
    for change in changes:
        assert isinstance(found, Item)
        found = changed(found, change)
    return found


def test_it_is_taken_given_back_and_settled():
    """With its history in order."""
    assert after(CLAIM, RELEASE, RESOLVE) == replace(
        ITEM, state=ItemState.RESOLVED, holder=None, changes=(CLAIM, RELEASE, RESOLVE)
    )


@pytest.mark.parametrize("changes", [(CLAIM,), (RELEASE,), (CLAIM, RESOLVE)])
def test_saying_it_twice_is_saying_it_once(changes: tuple[Change, ...]):
    """A repetition is no error and no change; an item that nobody took need not be given back."""
    assert after(*changes, changes[-1]) == after(*changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ((CLAIM, Claimed(who="local:bob", at=AT)), "H-3 is taken by local:alice"),
        ((CLAIM, Released(who="local:bob", at=AT)), "H-3 is taken by local:alice, who alone can release it"),
        ((RESOLVE, CLAIM), "H-3 is resolved: local:bob at 2026-11-25T12:00:00Z: 'it was restarted once'"),
        ((RESOLVE, RELEASE), "H-3 is resolved: local:bob"),
        ((RESOLVE, Resolved(who="local:bob", at=AT, note="no")), "H-3 is resolved: local:bob"),
        ((Resolved(who="local:bob", at=AT, note=" "),), "H-3 is not resolved without a note"),
    ],
)
def test_what_may_not_be_is_refused(changes: tuple[Change, ...], reason: str):
    """The reason says who has it, or how it was settled."""
    found = after(*changes)
    assert isinstance(found, Refusal)
    assert found.reason.startswith(reason)


def test_it_is_overdue_while_nobody_has_it():
    """Not before it is due, and not once somebody took it."""
    late = AT + timedelta(minutes=31)
    taken = after(CLAIM)
    assert isinstance(taken, Item)
    assert [ITEM.overdue(AT), ITEM.overdue(late), taken.overdue(late)] == [False, True, False]


def test_its_document_has_no_secret():
    """A fact may quote what must not be shown."""
    fact = Fact(text="the key is AccountKey=c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==", source="A-7")
    assert "c2VjcmV0" not in str(replace(ITEM, parked=replace(PARKED, facts=(fact,))).document())


NAMES = st.sampled_from(["local:alice", "local:bob"])
CHANGES = st.one_of(
    st.builds(Claimed, who=NAMES, at=st.just(AT)),
    st.builds(Released, who=NAMES, at=st.just(AT)),
    st.builds(Resolved, who=NAMES, at=st.just(AT), note=st.sampled_from(["done", "not so", ""])),
)


@given(changes=st.lists(CHANGES, max_size=12))
def test_it_is_held_by_one_and_settled_once(changes: list[Change]):
    """Whatever is said in whichever order."""
    item = ITEM
    for change in changes:
        found = changed(item, change)
        if isinstance(found, Item):
            assert (found.state is ItemState.CLAIMED) <= (found.holder is not None)
            assert len(found.changes) - len(item.changes) in {0, 1}
            item = found
        else:
            assert found.reason
    assert sum(isinstance(change, Resolved) for change in item.changes) <= 1
    if any(isinstance(change, Resolved) for change in item.changes):
        assert isinstance(item.changes[-1], Resolved)
