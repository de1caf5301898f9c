"""Packs the items of an order into boxes: the same items give the same parcels, and what is not known is asked.

First-fit decreasing (D. S. Johnson, "Near-optimal bin packing algorithms", 1973) by volume, then weight, then id: each
piece goes into the first open box that still takes it; at the end each box becomes the smallest that holds what is in
it. Whether pieces fit together is judged by volume with room to spare, and each alone by its sides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from agents.shipment.sending.missing import Missing
from orchestrator.core.orders.order import OrderItem
from orchestrator.core.report import Json
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit
from playbooks.shipping.boxes import Boxes, BoxSize

_PERCENT = 100
_MOST_PIECES = 1000
_NEEDED = ("weight_g", "length_mm", "width_mm", "height_mm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What goes into which parcel; `boxes` are the ids of the boxes, `own` where an article travels in its own."""

    parcels: tuple[Parcel, ...]
    boxes: tuple[str, ...]
    kind: Literal["packed"] = "packed"

    def document(self) -> Json:
        """As JSON: `parcels`, `boxes`, `missing` (empty) and `shown`."""
        return {
            "parcels": [one.document() for one in self.parcels],
            "boxes": list(self.boxes),
            "missing": [],
            "shown": self.shown,
        }

    @property
    def shown(self) -> str:
        """In words, such as `2 parcels (1.3 kg, 0.8 kg)`."""
        weights = ", ".join(f"{one.weight.normalize():f} {one.weight_unit.value.lower()}" for one in self.parcels)
        return f"{len(self.parcels)} parcel{'s' if len(self.parcels) != 1 else ''} ({weights})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPacked:
    """Nothing is packed before these are known; what fits into nothing is among them, with the limit in its text."""

    missing: tuple[Missing, ...]
    kind: Literal["not_packed"] = "not_packed"

    def document(self) -> Json:
        """As JSON: `parcels` (empty), `boxes` (empty), `missing` and `shown`."""
        return {
            "parcels": [],
            "boxes": [],
            "missing": [one.document() for one in self.missing],
            "shown": "; ".join(one.text for one in self.missing),
        }


Packing: TypeAlias = Packed | NotPacked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One piece of an item; sides in mm, longest first."""

    item_id: str
    sides: tuple[int, int, int]
    weight_g: int
    hazard: str

    @property
    def volume(self) -> int:
        length, width, height = self.sides
        return length * width * height


def pack(items: Sequence[OrderItem], boxes: Boxes) -> Packing:
    """Pack every piece of the items. Pieces of one class of dangerous goods share no box with others.

    NotPacked names each field of each item that is not known, and each item that is too large or too heavy.
    """
    missing = tuple(_missing(items))
    if missing:
        return NotPacked(missing=missing)
    pieces = sorted(_pieces(items), key=lambda one: (-one.volume, -one.weight_g, one.item_id))
    too_much = tuple(dict.fromkeys(_too_much(pieces, boxes)))
    if too_much:
        return NotPacked(missing=too_much)
    open_boxes: list[list[_Piece]] = []
    alone: list[_Piece] = []
    for piece in pieces:
        if _smallest([piece], boxes) is None:
            alone.append(piece)
            continue
        fitting = (held for held in open_boxes if _together(held, piece, boxes))
        held = next(fitting, None)
        if held is None:
            open_boxes.append([piece])
        else:
            held.append(piece)
    parcels = [*(_boxed(held, boxes) for held in open_boxes), *((_own(piece), "own") for piece in alone)]
    return Packed(parcels=tuple(parcel for parcel, _ in parcels), boxes=tuple(box for _, box in parcels))


def _missing(items: Sequence[OrderItem]) -> Iterable[Missing]:
    if not items:
        yield Missing(field="items", item="", text="there is nothing to pack: name the items")
    if sum(item.quantity for item in items) > _MOST_PIECES:
        text = f"more than {_MOST_PIECES:,d} pieces: split the order, or send it as freight"
        yield Missing(field="quantity", item="", text=text)
        return
    for item in items:
        if item.quantity < 1:
            text = f"{item.name}: its quantity is {item.quantity}; give one above zero"
            yield Missing(field="quantity", item=item.item_id, text=text)
        for name in _NEEDED:
            value = getattr(item.goods, name)
            if value is None or value <= 0:
                what = "weight in grams" if name == "weight_g" else f"{name.removesuffix('_mm')} in millimetres"
                yield Missing(field=name, item=item.item_id, text=f"{item.name}: its {what} is not known")


def _pieces(items: Iterable[OrderItem]) -> Iterable[_Piece]:
    for item in items:
        goods = item.goods
        sides = sorted((goods.length_mm or 0, goods.width_mm or 0, goods.height_mm or 0), reverse=True)
        piece = _Piece(
            item_id=item.item_id,
            sides=(sides[0], sides[1], sides[2]),
            weight_g=goods.weight_g or 0,
            hazard=goods.hazard,
        )
        yield from [piece] * item.quantity


def _too_much(pieces: Iterable[_Piece], boxes: Boxes) -> Iterable[Missing]:
    own = boxes.own
    for piece in pieces:
        length, width, height = piece.sides
        if _smallest([piece], boxes) is not None:
            continue
        if piece.weight_g > own.max_g:
            text = f"item {piece.item_id} weighs {piece.weight_g:,d} g, more than {own.max_g:,d} g: it is freight"
            yield Missing(field="weight_g", item=piece.item_id, text=text)
        if length > own.length_mm or length + 2 * (width + height) > own.girth_mm:
            text = (
                f"item {piece.item_id} measures {length} x {width} x {height} mm, more than {own.length_mm:,d} mm long "
                f"or {own.girth_mm:,d} mm with its girth: it is freight"
            )
            yield Missing(field="length_mm", item=piece.item_id, text=text)


def _smallest(pieces: Sequence[_Piece], boxes: Boxes) -> BoxSize | None:
    """The smallest box that holds all of them."""
    return next((size for size in boxes.sizes if _holds(size, pieces, boxes.fill_percent)), None)


def _holds(size: BoxSize, pieces: Sequence[_Piece], fill_percent: int) -> bool:
    """One piece may fill a box; several need room to spare."""
    if sum(piece.weight_g for piece in pieces) > size.max_g:
        return False
    if any(side > inner for piece in pieces for side, inner in zip(piece.sides, size.inner_mm, strict=True)):
        return False
    if len(pieces) == 1:
        return True
    return sum(piece.volume for piece in pieces) * _PERCENT <= size.volume * fill_percent


def _together(held: Sequence[_Piece], piece: _Piece, boxes: Boxes) -> bool:
    return held[0].hazard == piece.hazard and _smallest([*held, piece], boxes) is not None


def _boxed(pieces: Sequence[_Piece], boxes: Boxes) -> tuple[Parcel, str]:
    size = _smallest(pieces, boxes)
    assert size is not None
    weight = sum(piece.weight_g for piece in pieces) + size.tare_g
    return _parcel(weight, size.outer_mm, (piece.item_id for piece in pieces)), size.id


def _own(piece: _Piece) -> Parcel:
    return _parcel(piece.weight_g, piece.sides, [piece.item_id])


def _parcel(weight_g: int, sides: tuple[int, int, int], items: Iterable[str]) -> Parcel:
    length, width, height = (Decimal(side) / 10 for side in sides)
    return Parcel(
        weight=Decimal(weight_g) / 1000,
        weight_unit=WeightUnit.KG,
        length=length,
        width=width,
        height=height,
        dimension_unit=DimensionUnit.CM,
        items=tuple(sorted(items)),
    )
