"""The shop as a checker knows it: customers, products and orders, and what each change makes of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from agents.shipment.conduct.trace import Arguments, text, texts
from orchestrator.core.orders.order import Customer, Order, OrderItem, OrderStatus, Payment, PaymentKind, Product
from orchestrator.core.shipping.address import Address, read_address


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopState:
    """All that the shop holds at one moment, by id."""

    customers: Mapping[str, Customer]
    products: Mapping[str, Product]
    orders: Mapping[str, Order]

    def after(self, action: str, arguments: Arguments) -> "ShopState":
        """The shop after a change; the same where the change is none that can be followed."""
        if action == "update_customer":
            return self._moved(arguments)
        order = self.orders.get(text(arguments, "order_id"))
        change = _CHANGES.get(action)
        return self if order is None or change is None else change(self, order, arguments)

    def difference(self, order: Order, arguments: Arguments) -> Decimal:
        """What the new articles cost more than the old ones."""
        return sum((new - old.price for old, new in self._replaced(order, arguments)), Decimal(0))

    def _replaced(self, order: Order, arguments: Arguments) -> Iterator[tuple[OrderItem, Decimal]]:
        pairs = zip(texts(arguments, "item_ids"), texts(arguments, "new_item_ids"), strict=False)
        for old_id, new_id in pairs:
            old = next((item for item in order.items if item.item_id == old_id), None)
            product = self.products.get(old.product_id) if old else None
            new = product.variant(new_id) if product else None
            if old is not None and new is not None:
                yield old, new.price

    def _moved(self, arguments: Arguments) -> "ShopState":
        customer, address = self.customers.get(text(arguments, "customer_id")), _address(arguments)
        if customer is None or address is None:
            return self
        moved = replace(customer, address=address)
        return replace(self, customers={**self.customers, customer.id: moved})

    def with_order(self, order: Order) -> "ShopState":
        """With that order in place of the one of its id."""
        return replace(self, orders={**self.orders, order.id: order})

    def credited(self, customer_id: str, method_id: str, amount: Decimal) -> "ShopState":
        """With that much more on a gift card; other methods hold no balance."""
        customer = self.customers.get(customer_id)
        if customer is None:
            return self
        methods = tuple(
            replace(one, balance=one.balance + amount) if one.id == method_id and one.balance is not None else one
            for one in customer.payment_methods
        )
        return replace(self, customers={**self.customers, customer_id: replace(customer, payment_methods=methods)})

    def is_gift_card(self, customer_id: str, method_id: str) -> bool:
        """Whether it is a gift card of that customer."""
        customer = self.customers.get(customer_id)
        return customer is not None and any(
            one.id == method_id and one.kind is PaymentKind.GIFT_CARD for one in customer.payment_methods
        )


def _cancelled(state: ShopState, order: Order, arguments: Arguments) -> ShopState:
    """All that was paid is given back."""
    paid = [one for one in order.payments if one.kind == "payment"]
    refunds = tuple(replace(one, kind="refund") for one in paid)
    for one in paid:
        state = state.credited(order.customer_id, one.payment_method_id, one.amount)
    return state.with_order(
        replace(
            order,
            status=OrderStatus.CANCELLED,
            payments=(*order.payments, *refunds),
            details={**order.details, "reason": text(arguments, "reason")},
        )
    )


def _readdressed(state: ShopState, order: Order, arguments: Arguments) -> ShopState:
    address = _address(arguments)
    return state if address is None else state.with_order(replace(order, address=address))


def _address(arguments: Arguments) -> Address | None:
    """The address among the arguments; None where it is none."""
    try:
        return read_address(arguments.get("address"))
    except ValueError:
        return None


def _items_modified(state: ShopState, order: Order, arguments: Arguments) -> ShopState:
    """The new articles at today's prices; the difference is paid by, or given back to, the method named."""
    difference, method = state.difference(order, arguments), text(arguments, "payment_method_id")
    items = list(order.items)
    for old_id, new_id in zip(texts(arguments, "item_ids"), texts(arguments, "new_item_ids"), strict=False):
        place = next((at for at, item in enumerate(items) if item.item_id == old_id), None)
        product = state.products.get(items[place].product_id) if place is not None else None
        new = product.variant(new_id) if product else None
        if place is not None and new is not None:
            items[place] = replace(items[place], item_id=new_id, options=new.options, price=new.price)
    kind = "payment" if difference > 0 else "refund"
    moved = Payment(kind=kind, amount=abs(difference), payment_method_id=method)
    changed = replace(order, status=OrderStatus.ITEMS_MODIFIED, items=tuple(items), payments=(*order.payments, moved))
    return state.credited(order.customer_id, method, -difference).with_order(changed)


def _paid_otherwise(state: ShopState, order: Order, arguments: Arguments) -> ShopState:
    method, before = text(arguments, "payment_method_id"), order.paid_by
    amount = order.payments[0].amount if order.payments else order.total
    moved = (
        Payment(kind="payment", amount=amount, payment_method_id=method),
        Payment(kind="refund", amount=amount, payment_method_id=before),
    )
    paid = state.credited(order.customer_id, method, -amount).credited(order.customer_id, before, amount)
    return paid.with_order(replace(order, payments=(*order.payments, *moved)))


def _sent_back(status: OrderStatus, names: Sequence[str]) -> Callable[[ShopState, Order, Arguments], ShopState]:
    def change(state: ShopState, order: Order, arguments: Arguments) -> ShopState:
        noted = {name: arguments[name] for name in names if name in arguments}
        return state.with_order(replace(order, status=status, details={**order.details, **noted}))

    return change


_BACK = ("item_ids", "payment_method_id")
_CHANGES: Mapping[str, Callable[[ShopState, Order, Arguments], ShopState]] = {
    "cancel": _cancelled,
    "modify_address": _readdressed,
    "modify_items": _items_modified,
    "modify_payment": _paid_otherwise,
    "return": _sent_back(OrderStatus.RETURN_REQUESTED, _BACK),
    "exchange": _sent_back(OrderStatus.EXCHANGE_REQUESTED, (*_BACK, "new_item_ids")),
}
