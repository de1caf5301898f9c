"""The columns of a file of orders, and what other exports call them.

The aliases are the headers of Shopify's order export
(https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders, "Order export CSV format").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core.errors import InputError

ORDER_COLUMNS = (
    "order_id",
    "customer_id",
    "email",
    "first_name",
    "last_name",
    "ship_name",
    "company",
    "address1",
    "address2",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
    "currency",
    "status",
    "cancelled_at",
    "paid",
    "placed_at",
    "total",
    "payment_method_id",
    "holds",
)
"""What belongs to an order: given in its first row, and empty or the same in those that follow."""
LINE_COLUMNS = (
    "item_id",
    "product_id",
    "product",
    "options",
    "quantity",
    "price",
    "weight",
    "dimensions",
    "hazard",
    "restricted",
    "hs_code",
    "origin_country",
)
"""What belongs to a line of an order."""
NEEDED = ("order_id", "email", "item_id", "product", "price", "address1", "city", "country")
ALIASES = {
    "name": "order_id",
    "financial_status": "paid",
    "fulfillment_status": "status",
    "created_at": "placed_at",
    "payment_method": "payment_method_id",
    "shipping_name": "ship_name",
    "shipping_company": "company",
    "shipping_address1": "address1",
    "shipping_address2": "address2",
    "shipping_city": "city",
    "shipping_province": "region",
    "shipping_zip": "postal_code",
    "shipping_country": "country",
    "shipping_phone": "phone",
    "lineitem_quantity": "quantity",
    "lineitem_name": "product",
    "lineitem_price": "price",
    "lineitem_sku": "item_id",
    "sku": "item_id",
    "zip": "postal_code",
    "state": "region",
    "address_line1": "address1",
    "address_line2": "address2",
    "state_code": "region",
    "country_code": "country",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where a file has what.

    Attributes:
        places: The index of each known column.
        ignored: Headers that mean nothing here.
    """

    places: Mapping[str, int]
    ignored: tuple[str, ...]

    def row(self, cells: Sequence[str]) -> dict[str, str]:
        """A row's cells by column; what is not there is empty."""
        return {name: cells[place].strip() if place < len(cells) else "" for name, place in self.places.items()}


def columns_of(headers: Sequence[str], *, name: str) -> Columns:
    """Understand a file's headers; InputError names those that are needed and missing, and one that comes twice."""
    places: dict[str, int] = {}
    ignored = []
    for place, header in enumerate(headers):
        plain = "_".join(header.strip().lower().split())
        column = ALIASES.get(plain, plain)
        if column not in (*ORDER_COLUMNS, *LINE_COLUMNS):
            ignored.append(header.strip())
        elif column in places and plain == column:
            raise InputError(f"{name}, line 1: the column {header.strip()!r} comes twice: keep one")
        else:
            places.setdefault(column, place)
    missing = [column for column in NEEDED if column not in places]
    if missing:
        raise InputError(
            f"{name}, line 1: there is no column {', '.join(map(repr, missing))}: add it; known are "
            f"{', '.join((*ORDER_COLUMNS, *LINE_COLUMNS))}"
        )
    return Columns(places=places, ignored=tuple(one for one in ignored if one))
