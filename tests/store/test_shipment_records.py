"""The record of shipments follows the actions, in whatever order and however rarely it is written."""

import random

import pytest
from shipped import ALLOWED, BYTES, NOW, RULED, TRACKING, answer, buying, event, voiding

from orchestrator.core.actions.commands import Approve, Attest, Claim, Deny, Expire, Learn, Report, Ruled
from orchestrator.core.actions.state import ACTED, UNSETTLED, Action, Stage
from orchestrator.core.shipping.standing import CREATE, VOID
from orchestrator.core.workflows import Absent, Done, Refused, Unknown
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.shipments import StoredShipments

ORDERS = ("#W1", "#W2", "#W3")
ROUNDS = 60


class Shop:
    """People, processes and carriers that do one thing after another to the shipments of three orders."""

    def __init__(self, database: Database, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # reproducible, not secret
        self.actions = StoredActions(database)
        self.shipments = StoredShipments(database)
        self.now = NOW

    def step(self) -> None:
        """One thing, and then perhaps a record of one action, by a process that may have died before."""
        self.now += self.random.choice((1, 20, 700)) * (NOW.replace(second=1) - NOW)
        found = self.actions.listed()
        if not found or self.random.random() < 0.3:
            self._file()
        else:
            self._handle(self.random.choice(found))
        for action in self.actions.listed():
            if self.random.random() < 0.15:
                self.shipments.refresh(action.id, now=self.now)
        known = self.shipments.listed(now=self.now)
        if known and self.random.random() < 0.2:
            record = self.random.choice(known)
            told = event(self.random.choice(("in_transit", "on_hold", "delivered")), at=self.now)
            self.shipments.tell(record.id, [told, told], parcel=TRACKING, now=self.now)

    def _file(self) -> None:
        order = self.random.choice(ORDERS)
        request = buying(order) if self.random.random() < 0.7 else voiding(order, f"1Z{order}")
        ruled: Ruled = self.random.choice((ALLOWED, RULED))
        self.actions.file(request, ruled, now=self.now)

    def _handle(self, action: Action) -> None:
        attempt = action.attempts
        order = str(action.request.arguments["order_id"])
        done = Done(key=action.key, status=200, body=answer(order_id=order, tracking_numbers=[f"1Z{order}"]))
        outcomes = (done, done, Unknown(key=action.key, reason="504"), self._refused(action))
        commands = {
            Stage.WAITING: (
                Approve(by="local:ann", fingerprint=action.request.fingerprint, ruled=RULED, via="cli"),
                Deny(by="local:ann", reason="no", via="cli"),
                Expire(),
            ),
            Stage.APPROVED: (
                Claim(process="p", fingerprint=action.request.fingerprint, patience=NOW.replace(minute=5) - NOW),
            ),
            Stage.CLAIMED: tuple(Report(attempt=attempt, outcome=outcome) for outcome in outcomes),
            Stage.UNKNOWN: (
                Learn(reading=Absent(key=action.key, source="lookup"), holder_dead=False, asked_at=self.now),
                Learn(reading=done, holder_dead=False, asked_at=self.now),
                Attest(by="local:ann", done=self.random.random() < 0.5, note="seen"),
            ),
        }
        if action.stage in commands:
            self.actions.handle(action.id, self.random.choice(commands[action.stage]), now=self.now)

    def _refused(self, action: Action) -> Refused:
        return Refused(key=action.key, code="NoStock", message="none", by="workflow", status=409)


@pytest.mark.parametrize("seed", range(6))
def test_no_shipment_is_lost_or_made_twice(database: Database, seed: int) -> None:
    """Each buying action has one record, which says what a fresh look at everything says; each label is whole."""
    shop = Shop(database, seed)
    for _ in range(ROUNDS):
        shop.step()
    behind = shop.shipments.behind()
    for action in behind:
        shop.shipments.refresh(action, now=shop.now)
    assert shop.shipments.behind() == ()
    wishes = [action for action in shop.actions.listed() if action.request.workflow == CREATE]
    records = {record.action: record for record in shop.shipments.listed(now=shop.now)}
    assert sorted(records) == sorted(action.id for action in wishes)
    assert len({record.id for record in records.values()}) == len(wishes)
    for action in wishes:
        record = records[action.id]
        again = shop.shipments.refresh(action.id, now=shop.now)
        assert again is not None
        assert (again.body, again.stage) == (record.body, record.stage)
        _is_as_its_action(shop, action)
    for void in (one for one in shop.actions.listed() if one.request.workflow == VOID):
        ended = shop.shipments.of_action(void.id)
        assert ended is None or ended.order_id == void.request.arguments["order_id"]


def _is_as_its_action(shop: Shop, action: Action) -> None:
    record = shop.shipments.of_action(action.id)
    assert record is not None
    answered = action.done is not None and action.done.answer is not None
    if answered:
        label = shop.shipments.label(record.id)
        assert label is not None
        assert label.data() == BYTES
    bought = {"bought", "voiding", "voided"}
    assert (record.stage.value in bought) <= (action.stage in ACTED)
    assert (action.stage is Stage.FAILED) <= (record.stage.value == "refused")
    if action.stage in UNSETTLED:
        assert record.stage.value in {"buying", "parked"}
