"""Buys a planned shipment, and gives one back: proposed, approved as this user, done at most once, recorded."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from orchestrator.app.approvals import read_judging
from orchestrator.app.identity import this_user
from orchestrator.app.shipping.opening import Shipping
from orchestrator.app.shipping.outcome import bought, cancelled, concluded, redacted
from orchestrator.core.actions.commands import Approve, Deny
from orchestrator.core.actions.keeping import Handled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.report import Json
from orchestrator.core.shipping.planning import NotPlanned, Plan, Planned, Wishes, plan_document
from orchestrator.core.shipping.stage import ShipmentStage
from orchestrator.settings import Settings
from orchestrator.store.shipment_rows import Recorded

VIA = "cli"
_OVER = frozenset({ShipmentStage.REFUSED, ShipmentStage.CANCELLED, ShipmentStage.VOIDED})
Tell = Callable[[str], None]


async def plan(shipping: Shipping, order: str, wishes: Wishes) -> Plan:
    """The plan of an order's shipment; where there is one already, a refusal names it."""
    found = await shipping.planner(order, wishes, requested_by=this_user(), authenticated=False)
    if isinstance(found, Planned):
        return found
    known = await asyncio.to_thread(shipping.shipments.named, order)
    live = [record for record in known if record.stage not in _OVER]
    notices = [f"{one.id} of this order is {one.stage.value}: switchboard shipments show {one.id}" for one in live]
    return replace(found, notices=(*found.notices, *notices))


async def buy(settings: Settings, shipping: Shipping, planned: Planned, *, tell: Tell) -> Json:
    """Buy exactly what was planned, once: the same again tells of the same shipment."""
    done = await _done(settings, shipping, planned.request, tell=tell)
    record = done.record
    if record is None:
        return {"status": "refused", "message": done.declined or "no shipment was made", "next": None, "shipment": None}
    if done.declined is not None and record.stage is not ShipmentStage.REQUESTED:
        return concluded(record, "refused", done.declined, now=datetime.now(UTC))
    return bought(record, declined=done.declined, now=datetime.now(UTC))


async def give_back(settings: Settings, shipping: Shipping, shipment_id: str, *, reason: str, tell: Tell) -> Json:
    """Give a label back, or take back the wish for one that was not bought."""
    record = await asyncio.to_thread(shipping.shipments.find, shipment_id)
    if record.stage in {ShipmentStage.REQUESTED, ShipmentStage.BUYING}:
        return await _unwanted(shipping, record, reason=reason)
    if record.stage is not ShipmentStage.BOUGHT:
        return cancelled(record, None, now=datetime.now(UTC))
    asked = await shipping.planner.cancel(
        record.order_id,
        tracking_number=next(iter(record.tracking_numbers), ""),
        reason=reason,
        requested_by=this_user(),
        authenticated=False,
    )
    if isinstance(asked, NotPlanned):
        return redacted({**plan_document(asked), **_told(asked), "shipment": record.document(now=datetime.now(UTC))})
    done = await _done(settings, shipping, asked, tell=tell)
    after = await asyncio.to_thread(shipping.shipments.find, shipment_id)
    if done.declined is not None and done.action.stage is not Stage.WAITING:
        return concluded(after, "refused", done.declined, now=datetime.now(UTC))
    return cancelled(after, done.action, now=datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """An action after this user's yes, the shipment that it is about, and why the yes did not count."""

    action: Action
    record: Recorded | None
    declined: str | None


async def _done(settings: Settings, shipping: Shipping, request: ActionRequest, *, tell: Tell) -> _Done:
    """Propose it, say this user's yes to exactly that, and do it once enough have said so."""
    filed = await shipping.acting.propose(request)
    action, declined = filed.action, filed.declined
    await asyncio.to_thread(shipping.desk.take, action, at=datetime.now(UTC))
    if declined is None and action.stage is Stage.WAITING:
        handled = await _approved(settings, shipping, action)
        action, declined = handled.action, handled.declined
    if action.stage in UNSETTLED:
        tell(f"{action.id}: reading what became of {action.key}")
        action = await shipping.acting.settle(action.id)
    if action.stage is Stage.APPROVED:  # also what a killed process was about to do, and provably did not
        tell(f"{action.id}: calling {request.workflow} on {request.subject}")
        action = await shipping.acting.perform(action.id)
    # persons are told of what nobody knows; what a crash leaves here is caught up with by the worker
    await asyncio.to_thread(shipping.acting.take_over, action)
    record = await asyncio.to_thread(shipping.desk.take, action, at=datetime.now(UTC))
    return _Done(action=await shipping.acting.find(action.id), record=record, declined=declined)


async def _approved(settings: Settings, shipping: Shipping, action: Action) -> Handled:
    now = datetime.now(UTC)
    ruled = read_judging(settings).rule(action.request, now)
    yes = Approve(by=this_user(), fingerprint=action.request.fingerprint, ruled=ruled, via=VIA)
    return await asyncio.to_thread(shipping.actions.handle, action.id, yes, now=now)


async def _unwanted(shipping: Shipping, record: Recorded, *, reason: str) -> Json:
    """Nothing was bought: nobody is to buy it any more."""
    now = datetime.now(UTC)
    no = Deny(by=this_user(), reason=reason, via=VIA)
    handled = await asyncio.to_thread(shipping.actions.handle, record.action, no, now=now)
    after = await asyncio.to_thread(shipping.desk.take, handled.action, at=now) or record
    if handled.declined is not None:
        return concluded(after, "refused", handled.declined, now=now)
    return cancelled(after, None, now=now)


def _told(asked: NotPlanned) -> Json:
    """The sentences of why not."""
    lines = [*(reason.text for reason in asked.reasons), *(question.text for question in asked.questions)]
    return {"message": "; ".join(lines), "next": None}
