"""Keeps the record of shipments up with the actions that buy and void them, whichever process did those."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from orchestrator.core.errors import SwitchboardError
from orchestrator.core.shipping.standing import BUYING
from orchestrator.store.shipments import StoredShipments

if TYPE_CHECKING:
    from orchestrator.core.actions.state import Action
    from orchestrator.engine.acting.ports import Desk
    from orchestrator.store.database import Database
    from orchestrator.store.shipment_rows import Recorded

_AT_ONCE = 200
_log = structlog.get_logger(__name__)


def open_shipments(database: "Database") -> StoredShipments:
    """The record of shipments, with what is known of carriers here."""
    return StoredShipments(database, void_days=void_days)


def void_days(carrier: str) -> int | None:
    """For how many days a carrier takes a label back, by its tariff; None where there is no tariff of it."""
    from playbooks.shop.tariff_reading import shipped_tariff  # noqa: PLC0415  # asked of parked shipments only

    found = shipped_tariff().carrier(carrier)
    return found.void_days if found is not None else None


class ShipmentDesk:
    """Writes a shipment's record anew after each change of an action; everything may be done twice, and out of order.

    What a process that died left unwritten is found by comparing: the store knows of each action how much of it is in
    a record. The label needs no such care, as it is stored together with the event that tells of it.
    """

    def __init__(self, database: "Database") -> None:
        self._shipments = open_shipments(database)

    def take(self, action: "Action", *, at: datetime) -> "Recorded | None":
        """The record of the shipment that an action makes or ends, up to date; None for every other action."""
        if action.request.workflow not in BUYING:
            return None
        return self._shipments.refresh(action.id, now=at)

    def look(self, now: datetime) -> "tuple[Recorded, ...]":
        """The records of all that is behind: what a process that died left. For the worker."""
        done: list[Recorded] = []
        troubled: list[str] = []
        while behind := self._behind(troubled):
            for action in behind:
                try:
                    record = self._shipments.refresh(action, now=now)
                except SwitchboardError as error:  # one that cannot be read holds up no other
                    troubled.append(action)
                    _log.error("shipment not recorded", action=action, reason=error.message)
                else:
                    done += [record] if record is not None else []
        return tuple(done)

    def _behind(self, troubled: "Sequence[str]") -> list[str]:
        found = self._shipments.behind(limit=_AT_ONCE + len(troubled))
        return [action for action in found if action not in troubled]


@dataclass(frozen=True, slots=True)
class Desks:
    """Several desks as one: each is shown every action, in order."""

    desks: "Sequence[Desk]"

    def take(self, action: "Action", *, at: datetime) -> tuple[object, ...]:
        """What each made of it."""
        return tuple(desk.take(action, at=at) for desk in self.desks)
