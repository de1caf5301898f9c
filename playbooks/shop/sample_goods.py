"""The sample shop's products: plain goods, and such that a carrier or a law treats in a way of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from orchestrator.core.orders.order import Goods, Product, Variant


@dataclass(frozen=True, slots=True)
class _Article:
    """One article: its options as `color=red;size=M`, price, pieces on hand, and where it differs, its weight."""

    item_id: str
    options: str
    price: str
    stock: int | None
    weight_g: int | None = None
    available: bool = True


def _goods(weight_g: int, box_mm: tuple[int, int, int], hs_code: str, origin: str, **more: str) -> Goods:
    length, width, height = box_mm
    return Goods(
        weight_g=weight_g,
        length_mm=length,
        width_mm=width,
        height_mm=height,
        hs_code=hs_code,
        origin_country=origin,
        hazard=more.get("hazard", "none"),
        restricted=more.get("restricted", ""),
    )


def options_of(text: str) -> Mapping[str, str]:
    """`color=red;size=M` by name."""
    return dict(pair.split("=", 1) for pair in text.split(";") if pair)


def _product(product_id: str, name: str, goods: Goods, *articles: _Article) -> Product:
    variants = []
    for one in articles:
        measured = goods if one.weight_g is None else _weighing(goods, one.weight_g)
        variants.append(
            Variant(
                item_id=one.item_id,
                product_id=product_id,
                name=name,
                options=options_of(one.options),
                price=Decimal(one.price),
                available=one.available,
                stock=one.stock,
                goods=measured,
            )
        )
    return Product(id=product_id, name=name, variants=tuple(variants))


def _weighing(goods: Goods, weight_g: int) -> Goods:
    box = (goods.length_mm or 0, goods.width_mm or 0, goods.height_mm or 0)
    more = {"hazard": goods.hazard, "restricted": goods.restricted}
    return _goods(weight_g, box, goods.hs_code, goods.origin_country, **more)


PRODUCTS = (
    _product(
        *("500101", "Wool Blanket", _goods(1400, (400, 300, 120), "630120", "PT")),
        _Article("610101", "color=moss;size=single", "79.00", 14),
        _Article("610102", "color=moss;size=double", "109.00", 6, 2100),
        _Article("610103", "color=rust;size=single", "79.00", 0),
        _Article("610104", "color=rust;size=double", "109.00", 3, 2100),
    ),
    _product(
        *("500102", "Linen Shirt", _goods(260, (320, 240, 40), "620520", "IN")),
        _Article("610201", "color=white;size=M", "54.00", 20),
        _Article("610202", "color=white;size=L", "54.00", 11),
        _Article("610203", "color=indigo;size=M", "58.00", 9),
        _Article("610204", "color=indigo;size=L", "58.00", 2),
    ),
    _product(
        *("500103", "Desk Lamp", _goods(1900, (450, 220, 180), "940521", "CN")),
        _Article("610301", "color=brass;bulb=warm", "89.90", 7),
        _Article("610302", "color=black;bulb=warm", "84.90", 12),
        _Article("610303", "color=black;bulb=daylight", "84.90", 5),
    ),
    _product(
        *("500104", "Power Bank", _goods(390, (160, 90, 35), "850760", "CN", hazard="lithium_battery")),
        _Article("610401", "capacity=10000 mAh;color=grey", "39.50", 25),
        _Article("610402", "capacity=20000 mAh;color=grey", "59.50", 18, 560),
    ),
    _product(
        *("500105", "Orchard Cider", _goods(4800, (340, 260, 180), "220600", "US", restricted="alcohol")),
        _Article("610501", "taste=dry;pack=6 bottles", "42.00", 30),
        _Article("610502", "taste=pear;pack=6 bottles", "44.00", 8),
    ),
    _product(
        *("500106", "Chef's Knife", _goods(480, (380, 90, 40), "821192", "JP", restricted="knife")),
        _Article("610601", "length=20 cm;handle=walnut", "134.00", 4),
        _Article("610602", "length=24 cm;handle=walnut", "152.00", 2, 560),
    ),
    _product(
        *("500107", "Anvil", _goods(34000, (420, 160, 260), "820730", "SE")),
        _Article("610701", "weight=34 kg", "289.00", 3),
    ),
    _product(
        *("500108", "Reading Chair", _goods(16500, (980, 820, 900), "940161", "PL")),
        _Article("610801", "fabric=oat", "640.00", 2),
        _Article("610802", "fabric=forest", "640.00", 1),
    ),
    _product(
        *("500109", "Enamel Mug", _goods(210, (120, 100, 100), "732394", "PL")),
        _Article("610901", "color=cream", "14.00", 60),
        _Article("610902", "color=navy", "14.00", 45),
        _Article("610903", "color=cream;print=orchard", "17.00", 0),
    ),
    _product(
        *("500110", "Camping Stove Fuel", _goods(520, (120, 120, 180), "271112", "US", hazard="flammable")),
        _Article("611001", "size=230 g", "9.50", 40),
    ),
    _product(
        *("500111", "Trail Backpack", _goods(1250, (600, 320, 180), "420292", "VN")),
        _Article("611101", "color=slate;volume=28 l", "119.00", 10),
        _Article("611102", "color=slate;volume=36 l", "139.00", 7, 1450),
        _Article("611103", "color=ochre;volume=28 l", "119.00", 4),
    ),
    _product(
        *("500112", "Notebook", _goods(340, (220, 160, 25), "482010", "US")),
        _Article("611201", "ruling=plain", "12.00", None),
        _Article("611202", "ruling=dotted", "12.00", None),
        _Article("611203", "ruling=lined", "12.00", None, None, available=False),
    ),
    _product(
        *("500113", "Headphones", _goods(310, (220, 190, 90), "851830", "MY", hazard="lithium_battery")),
        _Article("611301", "color=black;type=over-ear", "189.00", 9),
        _Article("611302", "color=sand;type=over-ear", "189.00", 1),
    ),
    _product(
        *("500114", "Perfume", _goods(280, (140, 70, 60), "330300", "FR", hazard="flammable")),
        _Article("611401", "scent=cedar;size=50 ml", "74.00", 6),
    ),
    _product(
        *("500115", "Garden Gnome", Goods(hs_code="691310", origin_country="DE")),
        _Article("611501", "hat=red", "29.00", 5, None),
    ),
)
