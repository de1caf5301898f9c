"""The application's part about shipments; implements `surfaces.shipping_application`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.configured import Configured
from orchestrator.surfaces.shipping_application import Document, Found, LabelFile, Tell

if TYPE_CHECKING:
    from orchestrator.app.shipping.opening import Shipping
    from orchestrator.core.shipping.address import Address
    from orchestrator.core.shipping.planning import Plan, Planned, Wishes
    from orchestrator.store.database import Database


class ShippingApp(Configured):
    """Shipments, from order to doorstep."""

    async def plan_shipment(self, order: str, wishes: "Wishes") -> "Plan":
        """What would be bought."""
        from orchestrator.app.shipping.buying import plan  # noqa: PLC0415

        async with self._shipping() as shipping:
            return await plan(shipping, order, wishes)

    async def buy_shipment(self, plan: "Planned", *, tell: Tell) -> Document:
        """Buy what was shown."""
        from orchestrator.app.shipping.buying import buy  # noqa: PLC0415

        async with self._shipping() as shipping:
            return await buy(self.settings(), shipping, plan, tell=tell)

    def list_shipments(self, *, states: Sequence[str], order: str | None, limit: int) -> tuple[Document, ...]:
        """Shipments, the newest first."""
        from orchestrator.app.shipping.viewing import list_shipments  # noqa: PLC0415

        with self._state() as database:
            return list_shipments(database, states=states, order=order, limit=limit)

    def show_shipments(self, name: str) -> tuple[Document, ...]:
        """The shipments of a name, with their history."""
        from orchestrator.app.shipping.viewing import show_shipments  # noqa: PLC0415

        with self._state() as database:
            return show_shipments(database, name)

    async def shipment_label(self, name: str) -> LabelFile:
        """The label as it was stored; one that a person attested is read where its key is known, and stored."""
        from orchestrator.app.shipping.recording import open_shipments  # noqa: PLC0415
        from orchestrator.app.shipping.resolving import fetch_label  # noqa: PLC0415
        from orchestrator.app.shipping.viewing import has_no_label_yet, label_file, one_named  # noqa: PLC0415

        with self._state() as database:
            shipments = open_shipments(database)
            record = one_named(shipments, name)
            label = shipments.label(record.id)
        if label is None and has_no_label_yet(record):
            async with self._shipping() as shipping:
                label = await fetch_label(shipping, record, now=datetime.now(UTC))
        return label_file(record, label)

    async def track_shipment(self, name: str) -> Document:
        """Ask the carrier where it is."""
        from orchestrator.app.shipping.following import ask_carrier  # noqa: PLC0415
        from orchestrator.app.shipping.pushing import asked_document  # noqa: PLC0415
        from orchestrator.app.shipping.viewing import one_named  # noqa: PLC0415

        now = datetime.now(UTC)
        async with self._shipping() as shipping:
            record = one_named(shipping.shipments, name)
            asked = await ask_carrier(shipping.shipments, shipping.reads, record, now=now)
            return asked_document(asked, now=now)

    def push_tracking(self, payload: bytes, *, name: str) -> Document:
        """Take in what a carrier pushed."""
        from orchestrator.app.shipping.pushing import push  # noqa: PLC0415  # with the tables of carriers' codes
        from orchestrator.app.shipping.recording import open_shipments  # noqa: PLC0415

        with self._state() as database:
            return push(open_shipments(database), payload, name=name, now=datetime.now(UTC))

    async def cancel_shipment(self, name: str, *, reason: str, tell: Tell) -> Document:
        """Give a label back."""
        from orchestrator.app.shipping.buying import give_back  # noqa: PLC0415
        from orchestrator.app.shipping.viewing import one_named  # noqa: PLC0415

        async with self._shipping() as shipping:
            record = one_named(shipping.shipments, name)
            return await give_back(self.settings(), shipping, record.id, reason=reason, tell=tell)

    async def resolve_shipment(self, name: str, *, found: Found, numbers: Sequence[str], note: str) -> Document:
        """Settle a parked one."""
        from orchestrator.app.shipping.resolving import resolve  # noqa: PLC0415
        from orchestrator.app.shipping.viewing import one_named  # noqa: PLC0415

        async with self._shipping() as shipping:
            record = one_named(shipping.shipments, name)
            return await resolve(shipping, record.id, found=found, numbers=numbers, note=note)

    def validate_address(self, address: "Address") -> Document:
        """Whether an address is well formed."""
        from agents.shipment.addresses.validating import validate_address  # noqa: PLC0415  # with the countries' data

        return validate_address(address).document()

    async def order_address(self, order: str) -> "Address":
        """The address of an order."""
        from orchestrator.app.shipping.viewing import order_address  # noqa: PLC0415

        async with self._shipping() as shipping:
            return await order_address(shipping.reads, order)

    def import_orders(self, path: Path, *, ship_from: "Address | None") -> Document:
        """Take orders of a CSV file."""
        from orchestrator.app.shipping.importing import import_file  # noqa: PLC0415  # brings the host's store

        return import_file(self._logged(), path, ship_from=ship_from)

    def make_manifests(self, *, day: date, carrier: str | None) -> tuple[Document, ...]:
        """What is handed over that day."""
        from orchestrator.app.shipping.viewing import make_manifests  # noqa: PLC0415

        with self._state() as database:
            return make_manifests(database, day=day, carrier=carrier)

    def show_manifest(self, manifest: str) -> Document:
        """A manifest as it was made."""
        from orchestrator.store.manifests import StoredManifests  # noqa: PLC0415

        with self._state() as database:
            return StoredManifests(database).find(manifest)

    @contextmanager
    def _state(self) -> "Iterator[Database]":
        from orchestrator.app.state import open_state  # noqa: PLC0415

        with open_state(self.settings()) as database:
            yield database

    @asynccontextmanager
    async def _shipping(self) -> "AsyncIterator[Shipping]":
        from orchestrator.app.shipping.opening import open_shipping  # noqa: PLC0415  # brings the workflows' client

        settings = self._logged()
        with self._state() as database:
            async with open_shipping(settings, database) as shipping:
                yield shipping
