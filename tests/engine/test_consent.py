"""A requester's own yes counts for exactly what was shown to them, where the policy lets it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from target import World

from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import Stage
from orchestrator.core.errors import InputError
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.consent import RequesterConsent
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import SqliteDatabase

MINE = "customer:ada_1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty store."""
    with closing(SqliteDatabase(tmp_path / "journal.db")) as database:
        yield World(StoredActions(database))


def judge(*, consent: bool):
    """A policy that asks for one person of customer assistance, or the requester's own yes."""

    def ruled(_request: ActionRequest, _now: datetime) -> Ruled:
        ruling = Ruling(
            decision=Decision.APPROVAL,
            reasons=("the rule asks for one person",),
            rule="orders",
            persons=1,
            roles=("customer_assist",),
            consent=consent,
        )
        return Ruled(ruling=ruling, mode=Mode.REVIEW, approvers=frozenset({"local:carol"}))

    return ruled


def acting(world: World, *, consent: bool = True) -> Acting:
    """What does actions under that policy."""
    found, _ = world.process()
    found.judge = judge(consent=consent)
    return found


async def asked(doing: Acting, *, authenticated: bool = True) -> tuple[str, str]:
    """An action that a customer asked for: its id, and the fingerprint of what they were shown."""
    request = ActionRequest(
        workflow="restart_service",
        arguments={"service": "checkout"},
        subject="checkout",
        environment="sample",
        radius=BlastRadius(value=12.5, unit="EUR"),
        requested_by=MINE,
        authenticated=authenticated,
    )
    action = (await doing.propose(request)).action
    return action.id, action.request.fingerprint


def consent(doing: Acting) -> RequesterConsent:
    """The requester's voice, at a fixed time."""
    return RequesterConsent(doing, clock=doing.clock)


async def test_a_yes_does_it_once(world: World):
    """Said twice it was done once, and the answer is the same."""
    doing = acting(world)
    name, shown = await asked(doing)
    told = [await consent(doing).yes(name, by=MINE, fingerprint=shown) for _ in range(2)]
    assert len(world.target.effects) == 1
    assert [one["declined"] for one in told] == ["", ""]
    (given,) = world.actions.find(name).approvals
    assert (given.by, given.authenticated, given.via) == (MINE, True, "conversation")


async def test_above_the_limits_a_person_decides(world: World):
    """Where the policy does not count it, it waits, and says for whom."""
    doing = acting(world, consent=False)
    name, shown = await asked(doing)
    told = await consent(doing).yes(name, by=MINE, fingerprint=shown)
    assert "customer_assist" in str(told["declined"])
    assert (told["waits"], world.target.effects) == (True, [])


async def test_something_else_than_was_shown(world: World):
    """Nothing is done."""
    doing = acting(world)
    name, _ = await asked(doing)
    told = await consent(doing).yes(name, by=MINE, fingerprint="0" * 64)
    assert "not what you were shown" in str(told["declined"])
    assert world.target.effects == []


async def test_only_who_asked(world: World):
    """Another's name, or a requester whom nobody identified, decides nothing."""
    doing = acting(world)
    name, shown = await asked(doing)
    with pytest.raises(InputError, match="was not asked for by"):
        await consent(doing).yes(name, by="customer:eve_2", fingerprint=shown)
    with pytest.raises(InputError, match="was not asked for by"):
        await consent(doing).no(name, by="customer:eve_2")


async def test_an_unidentified_requester(world: World):
    """A name alone is nobody's proof."""
    doing = acting(world)
    name, shown = await asked(doing, authenticated=False)
    with pytest.raises(InputError):
        await consent(doing).yes(name, by=MINE, fingerprint=shown)


async def test_a_no_withdraws_it(world: World):
    """A yes after it comes too late."""
    doing = acting(world)
    name, shown = await asked(doing)
    assert (await consent(doing).no(name, by=MINE))["stage"] == Stage.DENIED.value
    told = await consent(doing).yes(name, by=MINE, fingerprint=shown)
    assert told["declined"] != ""
    assert world.target.effects == []
