"""Tests of packing."""

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.sending.missing import Missing
from agents.shipment.sending.parcels import NotPacked, Packed, pack
from orchestrator.core.orders.order import Goods, OrderItem
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit
from playbooks.shipping.boxes import load_boxes

BOXES = load_boxes()


def item(item_id: str, *, quantity: int = 1, **goods: object) -> OrderItem:
    """An item of 1 kg and 100 x 80 x 50 mm, but for what is given."""
    known = {"weight_g": 1000, "length_mm": 100, "width_mm": 80, "height_mm": 50, **goods}
    return OrderItem(
        item_id=item_id,
        product_id="p",
        name=f"Thing {item_id}",
        options={},
        price=Decimal(1),
        quantity=quantity,
        goods=Goods(**known),  # type: ignore[arg-type]  # fields of goods
    )


def test_small_order_takes_the_smallest_box():
    """One piece goes into the smallest box that holds it, which adds its own weight."""
    assert pack([item("1")], BOXES) == Packed(
        parcels=(
            Parcel(
                weight=Decimal("1.09"),
                weight_unit=WeightUnit.KG,
                length=Decimal(25),
                width=Decimal(19),
                height=Decimal(7),
                dimension_unit=DimensionUnit.CM,
                items=("1",),
            ),
        ),
        boxes=("mailer",),
    )


def test_what_is_not_known_is_asked_back():
    """Each missing field of each item is named, and nothing is packed."""
    result = pack([item("1", weight_g=None), item("2", width_mm=None, height_mm=0)], BOXES)
    assert isinstance(result, NotPacked)
    assert [(one.item, one.field) for one in result.missing] == [
        ("1", "weight_g"),
        ("2", "width_mm"),
        ("2", "height_mm"),
    ]
    assert result.missing[0] == Missing(field="weight_g", item="1", text="Thing 1: its weight in grams is not known")


def test_nothing_to_pack_is_asked_back():
    """An empty order has no parcels."""
    result = pack([], BOXES)
    assert isinstance(result, NotPacked)
    assert [one.field for one in result.missing] == ["items"]


def test_impossible_quantities_are_asked_back():
    """No piece, and more pieces than a parcel service is for."""
    for quantity in (0, 5000):
        result = pack([item("1", quantity=quantity)], BOXES)
        assert isinstance(result, NotPacked)
        assert [one.field for one in result.missing] == ["quantity"]
        assert result.document()["parcels"] == []


def test_dangerous_goods_share_no_box():
    """Each class has its own boxes, so that only they are restricted."""
    result = pack([item("1", hazard="lithium_battery"), item("2"), item("3", hazard="flammable"), item("4")], BOXES)
    assert isinstance(result, Packed)
    assert sorted(parcel.items for parcel in result.parcels) == [("1",), ("2", "4"), ("3",)]


def test_what_no_box_holds_travels_in_its_own():
    """A long article has a box of its own; one that carriers do not take is asked about."""
    result = pack([item("1", length_mm=1500), item("2")], BOXES)
    assert isinstance(result, Packed)
    assert result.boxes == ("mailer", "own")
    assert result.parcels[1].length == Decimal(150)
    too_long = pack([item("1", length_mm=3000), item("2", weight_g=90_000)], BOXES)
    assert isinstance(too_long, NotPacked)
    assert [(one.item, one.field) for one in too_long.missing] == [("1", "length_mm"), ("2", "weight_g")]


def test_heavy_pieces_are_spread():
    """No box holds more than it may."""
    result = pack([item("1", quantity=5, weight_g=9000)], BOXES)
    assert isinstance(result, Packed)
    assert [len(parcel.items) for parcel in result.parcels] == [2, 2, 1]
    assert result.shown == "3 parcels (18.85 kg, 18.85 kg, 9.38 kg)"


PIECES = st.builds(
    item,
    st.sampled_from("abcdef"),
    quantity=st.integers(1, 4),
    weight_g=st.integers(1, 20_000),
    length_mm=st.integers(1, 900),
    width_mm=st.integers(1, 500),
    height_mm=st.integers(1, 400),
    hazard=st.sampled_from(["none", "flammable"]),
)


@given(items=st.lists(PIECES, min_size=1, max_size=6), seed=st.randoms(use_true_random=False))
def test_every_piece_is_in_one_parcel(items: list[OrderItem], seed: object):
    """All pieces and only they, within every box's weight; the order of the items changes nothing."""
    items = [
        OrderItem(**{**{name: getattr(one, name) for name in one.__slots__}, "item_id": f"{one.item_id}{index}"})
        for index, one in enumerate(items)
    ]
    result = pack(items, BOXES)
    assert isinstance(result, Packed)
    assert Counter(piece for parcel in result.parcels for piece in parcel.items) == Counter(
        {one.item_id: one.quantity for one in items}
    )
    sizes = {size.id: size for size in BOXES.sizes}
    for parcel, box in zip(result.parcels, result.boxes, strict=True):
        if box != "own":
            assert parcel.weight * 1000 <= sizes[box].max_g + sizes[box].tare_g
    shuffled = list(items)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert pack(shuffled, BOXES) == result
