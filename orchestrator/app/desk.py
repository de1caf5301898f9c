"""Gives actions to a person: those whose outcome nobody knows, that did not help, or that passed by broken glass."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orchestrator.app.handoffs import owned
from orchestrator.core.action_items import items_of, parked_action
from orchestrator.core.actions.commands import NameOwner
from orchestrator.core.actions.events import GlassBroken
from orchestrator.core.actions.standing import standing
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.handoffs import Item, ItemKind, Resolved
from orchestrator.store.actions import StoredActions
from orchestrator.store.handoffs import StoredHandoffs

if TYPE_CHECKING:
    from orchestrator.store.database import Database
    from playbooks.services import Services

PROGRAM = "switchboard"
LOOK_BACK = timedelta(days=2)
_MOST = 10_000


class HandoffDesk:
    """The list of what waits for a person, as the actions' part asks for it. Everything may be done twice."""

    def __init__(self, database: "Database", services: "Services") -> None:
        self._actions = StoredActions(database)
        self._handoffs = StoredHandoffs(database)
        self._services = services

    def take(self, action: Action, *, at: datetime) -> tuple[Item, ...]:
        """The items of an action as it stands; one whose outcome is unknown is told its owner.

        The item of one that was unknown is resolved once that is known.
        """
        if action.owner is not None and action.stage not in UNSETTLED:
            self._handoffs.change(action.owner, Resolved(who=PROGRAM, at=at, note=standing(action)))
        items = tuple(self._handoffs.park(owned(parked, self._services)) for parked in items_of(action, at=at))
        for item in items:
            if item.parked.kind is ItemKind.UNKNOWN_ACTION and action.owner != item.id:
                self._actions.handle(action.id, NameOwner(item=item.id), now=at)
        return items

    def settle(self, action: Action, kind: ItemKind, *, who: str, note: str, at: datetime) -> None:
        """Resolve the item of an action, where there is one, because what it asked was done elsewhere."""
        item = self._handoffs.park(owned(parked_action(action, kind, at=at), self._services))
        self._handoffs.change(item.id, Resolved(who=who, at=at, note=note))

    def look(self, now: datetime) -> tuple[Item, ...]:
        """The items of all that needs one: what a process that died left without. For the worker."""
        stages = (Stage.UNKNOWN, Stage.ACCEPTED, Stage.UNVERIFIED, Stage.UNTOLD)
        actions = {action.id: action for action in self._actions.listed(stages=stages, limit=_MOST)}
        for name, event in self._actions.happened(since=now - LOOK_BACK, limit=_MOST):
            if isinstance(event, GlassBroken):
                actions[name] = self._actions.find(name)
        return tuple(item for action in actions.values() for item in self.take(action, at=now))
