"""The desk that keeps the record of shipments up, through crashes."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from shipped import BYTES, HOUR, NOW, RULED, answer, bought, buying, called, claimed, filed, voiding

from orchestrator.app.shipping.recording import Desks, ShipmentDesk
from orchestrator.app.shipping.viewing import list_shipments, show_shipments
from orchestrator.core.actions.commands import Report
from orchestrator.core.actions.state import Action
from orchestrator.core.workflows import Done
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import FILE, Database, SqliteDatabase
from orchestrator.store.shipments import StoredShipments

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    with SqliteDatabase(tmp_path / FILE) as opened:
        yield opened


class Listening:
    """A desk that writes down what it is shown."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def take(self, action: Action, *, at: object) -> None:
        """Write it down."""
        self.seen.append(f"{action.id} {at}")


def dies_between(folder: Path, action: str) -> None:
    """A process that takes the answer of the call down, and is killed before any desk hears of it."""
    with SqliteDatabase(folder / FILE) as opened:
        done = Report(attempt=1, outcome=Done(key="k", status=200, body=answer()))
        StoredActions(opened).handle(action, done, now=NOW)
        os.kill(os.getpid(), signal.SIGKILL)


def test_an_action_of_another_kind_is_not_a_shipment(database: Database) -> None:
    """Its desk does nothing with it."""
    action = claimed(StoredActions(database), replace(buying(), workflow="restart_service"))
    assert ShipmentDesk(database).take(action, at=NOW) is None
    assert StoredShipments(database).listed(now=NOW) == ()


def test_a_stale_action_does_not_turn_the_record_back(database: Database) -> None:
    """The record is of what is stored, not of what the caller holds."""
    actions, desk = StoredActions(database), ShipmentDesk(database)
    stale = claimed(actions, buying())
    done = Report(attempt=1, outcome=Done(key="k", status=200, body=answer()))
    actions.handle(stale.id, done, now=NOW)
    desk.take(actions.find(stale.id), at=NOW)
    record = desk.take(stale, at=NOW + HOUR)
    assert record is not None
    assert record.stage == "bought"


def test_a_shipment_whose_process_was_killed_is_not_lost(database: Database, tmp_path: Path) -> None:
    """The answer was taken down and no record was: the next look makes it, with its label, and only one."""
    actions, desk = StoredActions(database), ShipmentDesk(database)
    action = claimed(actions, buying())
    worker = SPAWN.Process(target=dies_between, args=(tmp_path, action.id))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    assert StoredShipments(database).listed(now=NOW) == ()
    late = NOW + timedelta(days=30)
    (record,) = desk.look(late)
    assert (record.id, record.stage) == ("S-1", "bought")
    label = StoredShipments(database).label("S-1")
    assert label is not None
    assert label.data() == BYTES
    assert desk.look(late) == ()
    assert [one.id for one in StoredShipments(database).listed(now=late)] == ["S-1"]


def test_a_look_takes_the_void_after_the_buying(database: Database) -> None:
    """Both happened while nobody recorded: the number is known before the void is asked whose it is."""
    actions = StoredActions(database)
    bought(actions, buying())
    called(actions, voiding(), Done(key="v", status=200, body={"refund_status": "submitted"}))
    assert [record.stage for record in ShipmentDesk(database).look(NOW)] == ["bought", "voided"]


def test_a_void_that_is_shown_first_finds_its_shipment(database: Database) -> None:
    """What was bought is recorded with it, though its process died before it was."""
    actions, desk = StoredActions(database), ShipmentDesk(database)
    bought(actions, buying())
    void = called(actions, voiding(), Done(key="v", status=200, body={"refund_status": "submitted"}))
    record = desk.take(void, at=NOW)
    assert record is not None
    assert (record.id, record.stage) == ("S-1", "voided")
    assert desk.look(NOW) == ()


def test_without_a_worker_the_list_is_complete(database: Database) -> None:
    """What was proposed elsewhere is recorded by whoever looks."""
    filed(StoredActions(database), buying(), ruled=RULED)
    (found,) = list_shipments(database, states=["requested"], order=None, limit=9, now=NOW)
    assert found["id"] == "S-1"
    assert [one["id"] for one in show_shipments(database, "W100", now=NOW)] == ["S-1"]


def test_an_action_that_cannot_be_recorded_holds_up_no_other(database: Database) -> None:
    """It is looked at again the next time."""
    actions, desk = StoredActions(database), ShipmentDesk(database)
    filed(actions, buying("#W1"), ruled=RULED)
    filed(actions, buying("#W2"), ruled=RULED)
    with database.transaction() as connection:
        connection.execute("UPDATE action_events SET body = 'damaged' WHERE action = 1")
    assert [record.order_id for record in desk.look(NOW)] == ["#W2"]
    assert StoredShipments(database).behind() == ("A-1",)


def test_desks_are_each_shown_every_action(database: Database) -> None:
    """In order."""
    first, second = Listening(), Listening()
    action = filed(StoredActions(database), buying())
    Desks((first, second)).take(action, at=NOW)
    assert first.seen == second.seen == [f"A-1 {NOW}"]
