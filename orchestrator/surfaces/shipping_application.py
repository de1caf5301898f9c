"""What the surfaces ask of the application about shipments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from orchestrator.core.shipping.address import Address
    from orchestrator.core.shipping.planning import Plan, Planned, Wishes

Document = dict[str, object]
Tell = Callable[[str], None]
Found = Literal["shipped", "not_shipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """A label as the carrier made it; `name` is such as `S-1.pdf`."""

    shipment: str
    name: str
    media_type: str
    sha256: str
    data: bytes = field(repr=False)


class ShippingApplication(Protocol):
    """Shipments, from order to doorstep. Heavy imports happen inside the methods."""

    async def plan_shipment(self, order: str, wishes: "Wishes") -> "Plan":
        """What would be bought for an order, exactly, or why nothing; changes nothing."""
        ...

    async def buy_shipment(self, plan: "Planned", *, tell: Tell) -> Document:
        """Buy exactly what was shown, once, as this user; `tell` hears what happens.

        The document has `status` (done, waiting, accepted, unknown, failed or refused), `message`, `next` and the
        `shipment`; the same again for a repetition.
        """
        ...

    def list_shipments(self, *, states: Sequence[str], order: str | None, limit: int) -> tuple[Document, ...]:
        """Shipments in any of those states: a stage, a tracking status, `late` or `exception`; the newest first."""
        ...

    def show_shipments(self, name: str) -> tuple[Document, ...]:
        """The shipments of an id, a tracking number or an order, with their history; InputError where there is none."""
        ...

    async def shipment_label(self, name: str) -> LabelFile:
        """The label as it was stored; it buys nothing."""
        ...

    async def track_shipment(self, name: str) -> Document:
        """Ask the carrier where it is; `shipment`, `new` (events) and `troubles`."""
        ...

    def push_tracking(self, payload: bytes, *, name: str) -> Document:
        """Take in what a carrier pushed, whose form its fields tell; as for `track_shipment`, with `unmapped` codes."""
        ...

    async def cancel_shipment(self, name: str, *, reason: str, tell: Tell) -> Document:
        """Give a label back, or take back the wish for one; as for `buy_shipment`."""
        ...

    async def resolve_shipment(self, name: str, *, found: Found, numbers: Sequence[str], note: str) -> Document:
        """Settle a parked one: `shipped` or `not_shipped` is what this user saw; as for `buy_shipment`."""
        ...

    def validate_address(self, address: "Address") -> Document:
        """Whether an address is well formed; `result` is valid, corrected, ambiguous or unknown."""
        ...

    async def order_address(self, order: str) -> "Address":
        """The address of an order; InputError where there is no such order."""
        ...

    def import_orders(self, path: Path, *, ship_from: "Address | None") -> Document:
        """Take orders of a CSV file into the shop on this machine: `orders`, `unchanged`, `rejected`, `ignored`.

        `ship_from` is from where it ships from now on; None leaves that as it is.
        """
        ...

    def make_manifests(self, *, day: date, carrier: str | None) -> tuple[Document, ...]:
        """What is handed over that day, a manifest per carrier; each shipment is on one, and none is changed."""
        ...

    def show_manifest(self, manifest: str) -> Document:
        """A manifest as it was made; InputError where there is none."""
        ...
