"""What a run proposes is filed once, waits for persons or passes alone, and the report says so."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from target import World

from orchestrator.core.actions.state import Stage
from orchestrator.core.consent import A_PERSON, SAY_YES
from orchestrator.core.errors import StoreError
from orchestrator.core.events import RunStarted
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision
from orchestrator.engine.proposals import Proposals
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import SqliteDatabase

AT = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty store."""
    with closing(SqliteDatabase(tmp_path / "journal.db")) as database:
        yield World(StoredActions(database))


def proposals(world: World, *, mode: Mode = Mode.REVIEW, persons: int = 1) -> Proposals:
    """Those of a process under a policy that asks for so many persons."""
    world.law.persons = persons
    acting, _ = world.process()
    return Proposals(acting=acting, mode=mode, environment="sample", requested_by="local:dave")


def started(run: str = "r-1") -> RunStarted:
    """The start of a run."""
    return RunStarted(
        run=run, session="s-1", message="it fails", source="sample", at=AT, now=AT, inputs={"logs": ["/logs"]}
    )


def action(workflow: str | None = "restart_service", **fields: Any) -> dict[str, Any]:
    """A proposal as triage makes it."""
    return {
        "action": workflow or "by_hand",
        "workflow": workflow,
        "arguments": {"service": "checkout"},
        "service": "checkout",
        "by_hand": "kubectl rollout restart deployment/checkout",
        "blast_radius": {"value": 3, "unit": "instances"},
        "because": {"text": "it leaks", "evidence": ["E2"]},
        "tainted": False,
        "taint": [],
        "guide": {"id": "memory_oom", "version": "v1"},
        "parameters": {"p_service": {"type": "string", "value": "checkout"}},
        "verify": {"kql": None, "step": "impact", "expect": "true", "wait_s": 300.0, "window_s": 900.0},
        "undo": {"action": "scale_out", "arguments": {"service": "checkout", "instances": 3}},
        "status": "proposed",
        "problem": None,
        **fields,
    }


def report(*actions: dict[str, Any], turns: Any = ()) -> dict[str, Any]:
    """A report that proposes these."""
    return {"status": "answered", "actions": list(actions), "notes": ["a note"], "turns": list(turns)}


async def test_filed_with_all_that_an_approval_is_for(world: World):
    """The action holds the exact proposal; the report its id, and the command that approves it."""
    taken = await proposals(world).take(report(action()), started=started())
    (told,) = taken["actions"]
    assert {name: told[name] for name in ("id", "state", "reasons", "approve")} == {
        "id": "A-1",
        "state": "waiting",
        "reasons": ["the rule 'r' decides"],
        "approve": "switchboard approvals approve A-1",
    }
    found = world.actions.find("A-1")
    request = found.request
    assert found.key.startswith("restart_service:sample.checkout:")
    assert (request.run, request.guide_version, request.because, request.evidence) == ("r-1", "v1", "it leaks", ("E2",))
    assert (request.radius.value, request.radius.unit, request.requested_by) == (3.0, "instances", "local:dave")
    assert request.verification is not None
    assert request.verification.inputs == {"logs": ["/logs"]}
    assert request.undo is not None
    assert request.undo.arguments == {"service": "checkout", "instances": 3}


async def test_the_same_again_is_the_same_action(world: World):
    """A run that is taken up again, and a later run, file nothing twice while the action is open."""
    for run in ("r-1", "r-1", "r-2"):
        taken = await proposals(world).take(report(action()), started=started(run))
        assert taken["actions"][0]["id"] == "A-1"
    assert len(world.actions.listed()) == 1


async def test_a_run_that_is_taken_up_again_does_nothing_again(world: World):
    """What a run's proposal did, it did, though the run is carried out once more from its start."""
    for _ in range(2):
        taken = await proposals(world, persons=0).take(report(action()), started=started())
    assert (taken["actions"][0]["id"], len(world.target.effects)) == ("A-1", 1)


async def test_other_arguments_take_its_place(world: World):
    """One changed argument is another action, and voids what was approved of the first."""
    await proposals(world).take(report(action()), started=started())
    wider = action(blast_radius={"value": 9, "unit": "instances"})
    taken = await proposals(world).take(report(wider), started=started("r-2"))
    assert taken["actions"][0]["id"] == "A-2"
    assert world.actions.find("A-1").stage is Stage.VOID


async def test_read_only_files_nothing(world: World):
    """In that mode a report stays as it is."""
    before = report(action())
    assert await proposals(world, mode=Mode.READ_ONLY).take(before, started=started()) == before
    assert world.actions.listed() == ()


async def test_what_passes_alone_is_done(world: World):
    """Where the policy lets it pass it is done at the run's end; the next proposal of the run waits for a person."""
    other = action("scale_out", arguments={"service": "cart", "instances": 4})
    taken = await proposals(world, persons=0).take(report(action(), other), started=started())
    first, second = taken["actions"]
    assert (first["state"], first["approve"], len(world.target.effects)) == ("done", None, 1)
    assert (second["state"], second["approve"]) == ("waiting", "switchboard approvals approve A-2")
    assert second["reasons"][-1].startswith("another proposal of the run goes first")


async def test_a_run_that_began_by_an_alert_changes_nothing(world: World):
    """Whatever the policy lets pass, such a run only proposes."""
    taken = await proposals(world, persons=0).take(report(action()), started=started(), incident="INC-1")
    assert (taken["actions"][0]["state"], world.target.attempts) == ("waiting", [])
    assert world.actions.find("A-1").request.incident == "INC-1"


@pytest.mark.parametrize("proposal", [action(None), action(status="incomplete"), action("make_coffee")])
async def test_not_filed(world: World, proposal: dict[str, Any]):
    """What is done by hand, lacks something or has no workflow is shown and not filed."""
    taken = await proposals(world).take(report(proposal), started=started())
    assert "id" not in taken["actions"][0]
    assert world.actions.listed() == ()


async def test_a_secret_is_not_filed(world: World):
    """No record holds a secret; the report says why the action cannot be approved."""
    secret = action(arguments={"service": "AccountKey=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ=="})
    taken = await proposals(world).take(report(secret), started=started())
    assert "look like a secret" in taken["actions"][0]["reasons"][0]


async def test_while_another_is_not_settled(world: World):
    """Nothing is proposed on a thing of which nobody knows what became of the last action."""
    world.target.faults = ["lost_after"]
    await proposals(world, persons=0).take(report(action()), started=started())
    wider = action(blast_radius={"value": 9, "unit": "instances"})
    taken = await proposals(world).take(report(wider), started=started("r-2"))
    assert taken["actions"][0]["reasons"] == ["A-1 on sample.checkout is not settled yet (unknown); settle it first"]


OWN = {"name": "customer:ada_1", "authenticated": True}
WORDS = f"Change it. {SAY_YES}"


def own(number: int, **fields: Any) -> dict[str, Any]:
    """A proposal to a customer, each about a service of its own."""
    return action(**{"arguments": {"service": f"s-{number}"}, "requester": OWN, **fields})


@pytest.mark.parametrize("mode", [Mode.REVIEW, Mode.READ_ONLY])
async def test_a_yes_is_asked_for_only_where_it_does_something(world: World, mode: Mode):
    """Not where a person decides, nor where the proposal was not filed; the answer says which, and why."""
    unknown = own(2, workflow="make_coffee")
    taken = await proposals(world, mode=mode).take({**report(own(1), unknown), "message": WORDS}, started=started())
    person, not_there = A_PERSON, "A yes changes nothing here: there is no workflow 'make_coffee' here: do it by hand."
    only_reads = "A yes changes nothing here: the mode is read_only, so that nothing is filed."
    assert taken["message"] == f"Change it. {only_reads if mode is Mode.READ_ONLY else f'{person} {not_there}'}"


async def test_what_the_policy_forbids(world: World):
    """The customer is told so; the policy's reasons stand with the action."""
    made = proposals(world)
    law = world.law
    made.acting.judge = lambda request, now: replace(
        law(request, now), ruling=replace(law(request, now).ruling, decision=Decision.FORBIDDEN)
    )
    taken = await made.take({**report(own(1)), "message": WORDS}, started=started())
    assert taken["message"] == "Change it. A yes changes nothing here: the policy does not let it be done now."
    assert taken["actions"][0]["reasons"] == ["the rule 'r' decides"]


async def test_another_persons_proposal(world: World):
    """What somebody else proposed already in the same words waits for theirs, and not for the customer's yes."""
    world.law.consent = True
    mine, other = own(1), own(1, requester={"name": "customer:eve_2", "authenticated": True})
    first = await proposals(world).take({**report(mine), "message": WORDS}, started=started())
    second = await proposals(world).take({**report(other), "message": WORDS}, started=started("r-2"))
    assert [one["actions"][0]["id"] for one in (first, second)] == ["A-1", "A-1"]
    assert [one["actions"][0]["consent"] for one in (first, second)] == [True, False]
    assert [one["message"] for one in (first, second)] == [WORDS, f"Change it. {A_PERSON}"]


async def test_two_turns(world: World):
    """The proposals of each turn are filed; the top level repeats the first turn's."""
    first, second = report(action()), report(action(arguments={"service": "cart"}))
    taken = await proposals(world).take({**first, "turns": [first, second]}, started=started())
    assert [turn["actions"][0]["id"] for turn in taken["turns"]] == ["A-1", "A-2"]
    assert taken["actions"] == taken["turns"][0]["actions"]


async def test_a_store_that_is_gone(world: World):
    """The proposals are shown as they are, and a note says that they were not filed."""

    class Gone:
        def file(self, *_: object, **__: object) -> None:
            raise StoreError("the disk is full")

    made = proposals(world)
    made.acting.actions = Gone()  # type: ignore[assignment]  # a store that cannot be used
    before = report(action())
    taken = await made.take(before, started=started())
    assert taken["actions"] == before["actions"]
    assert taken["notes"] == [
        "a note",
        "what is proposed was not filed, so that it cannot be approved: the disk is full",
    ]
