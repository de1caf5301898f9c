"""What a customer has: orders with their items, and the products that those are of, as the shop tells them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from agents.shipment.procedure.following import Known, Reading
from orchestrator.core.errors import QueryError
from orchestrator.core.orders.order import Customer, Order, Product
from orchestrator.core.orders.reading import read_customer, read_order, read_product
from orchestrator.core.report import Json

MOST_ORDERS = 50
"""So many are read, the newest: a shop lists a customer's orders as they came."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """A customer with everything that a request of theirs may be about.

    Attributes:
        identified: The answer that identified them, with its evidence.
    """

    customer: Customer
    orders: tuple[Order, ...]
    products: Mapping[str, Product]
    identified: Known


async def find_customer(body: Json, *, reading: Reading) -> tuple[Customer | None, Known]:
    """The one customer whom these facts identify; None where they identify nobody.

    Raises:
        QueryError: The shop does not answer, which says nothing about who asks.
    """
    known = await reading.read("customer", "find_customer", body, purpose="who asks")
    if known.document is None:
        raise QueryError(f"who asks cannot be told: {known.reason}")
    found = known.document
    if found.get("found") is not True or not isinstance(found.get("customer"), Mapping):
        return None, known
    return _read(read_customer, found["customer"], "find_customer"), known


async def read_holdings(customer: Customer, identified: Known, *, reading: Reading) -> Holdings:
    """Their orders and the products in them; QueryError where the shop does not answer."""
    orders = [await _order(order_id, reading) for order_id in customer.orders[-MOST_ORDERS:]]
    ids = dict.fromkeys(item.product_id for order in orders for item in order.items if item.product_id)
    products = {product_id: await _product(product_id, reading) for product_id in ids}
    return Holdings(
        customer=customer,
        orders=tuple(orders),
        products={name: product for name, product in products.items() if product is not None},
        identified=identified,
    )


async def _order(order_id: str, reading: Reading) -> Order:
    known = await reading.read("orders", "analyse_order", {"order_id": order_id}, purpose="an order of theirs")
    if known.document is None or known.document.get("found") is not True:
        raise QueryError(f"the order {order_id!r} of the customer cannot be read: {known.reason or 'it is not there'}")
    return _read(read_order, known.document.get("order"), "analyse_order")


async def _product(product_id: str, reading: Reading) -> Product | None:
    body: Json = {"product_id": product_id}
    known = await reading.read("product", "read_product", body, purpose="what an item is and may become")
    if known.document is None or known.document.get("found") is not True:
        return None
    return _read(read_product, known.document.get("product"), "read_product")


def _read(read: Callable[[object], T], document: object, workflow: str) -> T:
    """A value of an answer; QueryError where the answer is not what the workflow promised."""
    try:
        return read(document)
    except ValueError as error:
        raise QueryError(f"the workflow {workflow!r} answered what it may not: {error}") from error
