"""Changes of orders: what each does, and under which conditions it does nothing."""

import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.core.orders.order import Customer, Order, Payment
from orchestrator.core.workflows import NotPossibleError
from playbooks.shop.customers import read_customer_row, save_balances
from playbooks.shop.orders import read_order, save_order
from playbooks.shop.products import reserved
from playbooks.shop.updating import change_customer, change_order

INES, PRIYA, TOBIAS, GRACE = "ines_calloway_1001", "priya_raman_1005", "tobias_renner_1002", "grace_whitfield_1012"
ADDRESS = {"address_line1": "9 Birch Way", "city": "Salem", "state_code": "OR", "postal_code": "97301"}


def order_of(shop: sqlite3.Connection, order_id: str) -> Order:
    """An order that is there."""
    found = read_order(shop, order_id)
    assert found
    return found


def customer_of(shop: sqlite3.Connection, customer_id: str) -> Customer:
    """A customer who is there."""
    found = read_customer_row(shop, customer_id)
    assert found
    return found


def balance_of(shop: sqlite3.Connection, customer_id: str, method_id: str) -> Decimal | None:
    """What a gift card holds."""
    return next(one.balance for one in customer_of(shop, customer_id).payment_methods if one.id == method_id)


def change(shop: sqlite3.Connection, order_id: str, operation: str, **more: Any) -> dict[str, object]:
    """Change an order."""
    return change_order(shop, {"order_id": order_id, "operation": operation, **more})


def refusal(shop: sqlite3.Connection, body: dict[str, Any]) -> str:
    """The code of a refusal, which has changed nothing."""
    before = list(shop.iterdump())
    with pytest.raises(NotPossibleError) as caught:
        change_order(shop, body)
    assert list(shop.iterdump()) == before
    return caught.value.code


def test_a_cancelled_order_is_paid_back(shop: sqlite3.Connection) -> None:
    """To the card at once where it is a gift card."""
    before = balance_of(shop, PRIYA, "gift_card_9008")
    done = change(shop, "1017", "cancel", reason="ordered by mistake")
    order = order_of(shop, "#1017")
    assert done == {
        "order_id": "#1017",
        "operation": "cancel",
        "status": "cancelled",
        "version": 2,
        "refunds": [{"amount": 109.0, "payment_method_id": "gift_card_9008"}],
        "charges": [],
    }
    assert order.details == {"cancel_reason": "ordered by mistake"}
    assert [(one.kind, one.amount) for one in order.payments] == [
        ("payment", Decimal("109.00")),
        ("refund", Decimal("109.00")),
    ]
    assert balance_of(shop, PRIYA, "gift_card_9008") == (before or 0) + Decimal("109.00")


def test_a_cancellation_pays_back_what_was_not_paid_back_yet(shop: sqlite3.Connection) -> None:
    """After the payment was moved, only the second way gets its money."""
    save_balances(shop, GRACE, {"gift_card_9019": Decimal("100.00")})
    change(shop, "1019", "modify_payment", payment_method_id="gift_card_9019")
    done = change(shop, "1019", "cancel", reason="no longer needed")
    assert done["refunds"] == [{"amount": 58.0, "payment_method_id": "gift_card_9019"}]
    assert balance_of(shop, GRACE, "gift_card_9019") == Decimal("100.00")


def test_an_unpaid_order_is_cancelled_without_a_refund(shop: sqlite3.Connection) -> None:
    """And so is one that is held."""
    assert change(shop, "1034", "cancel", reason="no longer needed")["refunds"] == []
    assert change(shop, "1035", "cancel", reason="no longer needed")["status"] == "cancelled"
    assert order_of(shop, "1035").holds == ("fraud_review",)


def test_a_cancelled_order_lets_its_pieces_go(shop: sqlite3.Connection) -> None:
    """Those that were set aside."""
    shop.execute("INSERT INTO shop_reservations VALUES ('#1013', '610101', 1)")
    change(shop, "1013", "cancel", reason="no longer needed")
    assert reserved(shop, ["610101"])["610101"] == 0


def test_an_order_goes_elsewhere_to_the_same_person(shop: sqlite3.Connection) -> None:
    """Also one whose items were changed, unless the address names somebody."""
    for order_id in ("1013", "1020"):
        before = order_of(shop, order_id).address
        assert change(shop, order_id, "modify_address", address=ADDRESS)["version"] == 2
        now = order_of(shop, order_id).address
        assert (now.address_line1, now.address_line2, now.city, now.postal_code) == (
            "9 Birch Way",
            "",
            "Salem",
            "97301",
        )
        assert (now.person_name, now.phone_number, now.email) == (before.person_name, before.phone_number, before.email)
    change(shop, "1013", "modify_address", address={**ADDRESS, "person_name": "Ada"})
    assert order_of(shop, "1013").address.person_name == "Ada"


def test_a_payment_moves_to_another_way(shop: sqlite3.Connection) -> None:
    """Charged there, paid back here; both balances follow."""
    done = change(shop, "1017", "modify_payment", payment_method_id="credit_card_9009")
    assert (done["status"], done["charges"], done["refunds"]) == (
        "pending",
        [{"amount": 109.0, "payment_method_id": "credit_card_9009"}],
        [{"amount": 109.0, "payment_method_id": "gift_card_9008"}],
    )
    assert balance_of(shop, PRIYA, "gift_card_9008") == Decimal("449.00")
    assert [(one.kind, one.payment_method_id) for one in order_of(shop, "1017").payments] == [
        ("payment", "gift_card_9008"),
        ("payment", "credit_card_9009"),
        ("refund", "gift_card_9008"),
    ]
    assert refusal(
        shop, {"order_id": "1017", "operation": "modify_payment", "payment_method_id": "gift_card_9008"}
    ) == ("PaymentNotSingle")


def test_items_become_others_of_their_products(shop: sqlite3.Connection) -> None:
    """Each at its own price, the rest of a line stays, the difference is charged, pieces are set aside."""
    done = change(
        shop,
        "1013",
        "modify_items",
        item_ids=["610901", "610101"],
        new_item_ids=["610902", "610102"],
        payment_method_id="gift_card_9002",
    )
    order = order_of(shop, "1013")
    assert done["status"] == order.status == "pending (items modified)"
    assert done["charges"] == [{"amount": 30.0, "payment_method_id": "gift_card_9002"}]
    assert [(one.item_id, one.quantity, one.price, dict(one.options)) for one in order.items] == [
        ("610102", 1, Decimal("109.00"), {"color": "moss", "size": "double"}),
        ("610901", 1, Decimal("14.00"), {"color": "cream"}),
        ("610902", 1, Decimal("14.00"), {"color": "navy"}),
    ]
    assert order.items[0].goods.weight_g == 2100
    assert balance_of(shop, INES, "gift_card_9002") == Decimal("50.00")
    assert reserved(shop, ["610102", "610902", "610101"]) == {"610102": 1, "610902": 1, "610101": 0}
    body = {"item_ids": ["610902"], "new_item_ids": ["610901"], "payment_method_id": "gift_card_9002"}
    assert refusal(shop, {"order_id": "1013", "operation": "modify_items", **body}) == "NotPending"
    assert refusal(shop, {"order_id": "1013", "operation": "cancel", "reason": "no longer needed"}) == "NotPending"


@pytest.mark.parametrize(
    ("order_id", "operation", "item_id", "new_item_id"),
    [("1013", "modify_items", "610101", "610102"), ("1003", "exchange", "611101", "611102")],
)
def test_another_price_than_was_agreed_on(
    shop: sqlite3.Connection, order_id: str, operation: str, item_id: str, new_item_id: str
) -> None:
    """An article that became dearer after the yes changes nothing; the agreed difference does."""
    order = order_of(shop, order_id)
    method = {"1013": "credit_card_9001", "1003": "credit_card_9005"}[order_id]
    body = {"order_id": order_id, "operation": operation, "item_ids": [item_id], "new_item_ids": [new_item_id]}
    agreed = float(
        next(row[0] for row in shop.execute("SELECT price FROM shop_variants WHERE item_id = ?", (new_item_id,)))
    ) - float(next(item.price for item in order.items if item.item_id == item_id))
    body |= {"order_version": order.version, "price_difference": agreed, "payment_method_id": method}
    shop.execute("UPDATE shop_variants SET price = '639.00' WHERE item_id = ?", (new_item_id,))
    assert refusal(shop, body) == "PriceChanged"
    assert order_of(shop, order_id) == order
    shop.execute(
        "UPDATE shop_variants SET price = ? WHERE item_id = ?",
        (str(Decimal(str(agreed)) + next(item.price for item in order.items if item.item_id == item_id)), new_item_id),
    )
    assert change_order(shop, body)["version"] == order.version + 1


def test_cheaper_items_are_paid_back(shop: sqlite3.Connection) -> None:
    """To the way that was named."""
    done = change(
        shop,
        "1017",
        "modify_items",
        item_ids=["610104"],
        new_item_ids=["610101"],
        payment_method_id="gift_card_9008",
    )
    assert (done["refunds"], done["charges"]) == ([{"amount": 30.0, "payment_method_id": "gift_card_9008"}], [])
    assert balance_of(shop, PRIYA, "gift_card_9008") == Decimal("370.00")


def test_items_of_an_unpaid_order_change_without_money(shop: sqlite3.Connection) -> None:
    """No way to pay is needed; the amount due changes with the items."""
    done = change(shop, "1034", "modify_items", item_ids=["610302"], new_item_ids=["610301"])
    assert (done["refunds"], done["charges"], order_of(shop, "1034").payments) == ([], [], ())
    assert order_of(shop, "1034").total == Decimal("89.90")


def test_an_even_change_leaves_a_trace_in_the_payments(shop: sqlite3.Connection) -> None:
    """A refund of nothing, of which the answer does not speak."""
    done = change(
        shop,
        "1018",
        "modify_items",
        item_ids=["610902"] * 6,
        new_item_ids=["610901"] * 6,
        payment_method_id="paypal_9017",
    )
    assert done["refunds"] == []
    assert order_of(shop, "1018").payments[-1] == Payment(
        kind="refund", amount=Decimal("0.00"), payment_method_id="paypal_9017"
    )
    assert [(one.item_id, one.quantity) for one in order_of(shop, "1018").items] == [("610901", 6)]


def test_delivered_items_are_asked_back(shop: sqlite3.Connection) -> None:
    """The items in order, no money yet, and no second time."""
    done = change(shop, "1001", "return", item_ids=["610901", "610201", "610901"], payment_method_id="gift_card_9002")
    assert (done["status"], done["refunds"]) == ("return requested", [])
    assert order_of(shop, "1001").details == {
        "return_items": ["610201", "610901", "610901"],
        "return_payment_method_id": "gift_card_9002",
    }
    body = {"item_ids": ["610201"], "new_item_ids": ["610202"], "payment_method_id": "credit_card_9001"}
    assert refusal(shop, {"order_id": "1001", "operation": "exchange", **body}) == "NotDelivered"


def test_delivered_items_are_exchanged(shop: sqlite3.Connection) -> None:
    """The difference is noted exactly; the new pieces are set aside, the old ones are not there yet."""
    done = change(
        shop,
        "1003",
        "exchange",
        item_ids=["611202", "611101"],
        new_item_ids=["611201", "611102"],
        payment_method_id="credit_card_9005",
    )
    assert (done["status"], done["charges"], done["refunds"]) == ("exchange requested", [], [])
    assert order_of(shop, "1003").details == {
        "exchange_items": ["611101", "611202"],
        "exchange_new_items": ["611102", "611201"],
        "exchange_payment_method_id": "credit_card_9005",
        "exchange_price_difference": Decimal("20.0"),
    }
    assert [one.item_id for one in order_of(shop, "1003").items] == ["611101", "611202"]
    assert dict(reserved(shop, ["611102", "611201", "611101"])) == {"611102": 1, "611201": 0, "611101": 0}


def test_a_broken_piece_is_exchanged_for_a_whole_one(shop: sqlite3.Connection) -> None:
    """The same article: there is no difference."""
    body = {"item_ids": ["610301"], "new_item_ids": ["610301"], "payment_method_id": "paypal_9003"}
    assert change(shop, "1002", "exchange", **body)["status"] == "exchange requested"


ITEMS = {"operation": "modify_items", "payment_method_id": "gift_card_9002", "order_id": "1013"}
EXCHANGE = {"operation": "exchange", "payment_method_id": "credit_card_9005", "order_id": "1003"}
RETURN = {"operation": "return", "payment_method_id": "credit_card_9001", "order_id": "1001"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"order_id": "7", "operation": "cancel", "reason": "no longer needed"}, "OrderNotFound"),
        ({"order_id": "1013", "operation": "cancel"}, "FieldMissing"),
        ({"order_id": "1013", "operation": "cancel", "reason": "too slow"}, "ReasonNotAllowed"),
        ({"order_id": "1013", "operation": "cancel", "reason": "No Longer Needed"}, "ReasonNotAllowed"),
        ({"order_id": "1013", "operation": "grow"}, "OperationUnknown"),
        *(
            ({"order_id": one, "operation": "cancel", "reason": "no longer needed"}, "NotPending")
            for one in ("1001", "1006", "1007", "1008", "1010", "1012", "1020")
        ),
        ({"order_id": "1010", "operation": "modify_address", "address": ADDRESS}, "NotPending"),
        ({"order_id": "1013", "operation": "modify_address"}, "FieldMissing"),
        (
            {"order_id": "1013", "operation": "modify_payment", "payment_method_id": "paypal_9003"},
            "PaymentMethodNotFound",
        ),
        ({"order_id": "1013", "operation": "modify_payment", "payment_method_id": "gift_card_9002"}, "BalanceTooLow"),
        (
            {"order_id": "1013", "operation": "modify_payment", "payment_method_id": "credit_card_9001"},
            "SamePaymentMethod",
        ),
        (
            {"order_id": "1034", "operation": "modify_payment", "payment_method_id": "gift_card_9002"},
            "PaymentNotSingle",
        ),
        ({"order_id": "1013", "operation": "cancel", "reason": "no longer needed", "order_version": 2}, "OrderChanged"),
        ({**ITEMS, "item_ids": ["610101"], "new_item_ids": ["610101"]}, "SameItem"),
        ({**ITEMS, "item_ids": ["610101"], "new_item_ids": ["610901"]}, "ItemNotFound"),
        ({**ITEMS, "item_ids": ["610101"], "new_item_ids": ["999"]}, "ItemNotFound"),
        ({**ITEMS, "item_ids": ["610102"], "new_item_ids": ["610101"]}, "ItemNotFound"),
        ({**ITEMS, "item_ids": ["610101", "610101"], "new_item_ids": ["610102", "610102"]}, "ItemNotFound"),
        ({**ITEMS, "item_ids": ["610101"], "new_item_ids": ["610102", "610102"]}, "ItemCountDiffers"),
        ({**ITEMS, "item_ids": ["610101"], "new_item_ids": ["610103"]}, "NoStock"),
        ({**ITEMS, "item_ids": ["610101"]}, "FieldMissing"),
        ({**ITEMS, "order_id": "1014", "item_ids": ["610202"], "new_item_ids": ["610204"]}, "PaymentMethodNotFound"),
        ({**EXCHANGE, "item_ids": ["611202"], "new_item_ids": ["611203"]}, "NoStock"),
        ({**EXCHANGE, "item_ids": ["611202"] * 3, "new_item_ids": ["611201"] * 3}, "ItemNotFound"),
        ({**EXCHANGE, "order_id": "1013", "item_ids": ["1"], "new_item_ids": ["2"]}, "NotDelivered"),
        ({**RETURN, "payment_method_id": "paypal_9003", "item_ids": ["610201"]}, "PaymentMethodNotFound"),
        ({**RETURN, "item_ids": ["610902"]}, "ItemNotFound"),
        ({**RETURN, "item_ids": []}, "FieldMissing"),
        (
            {**RETURN, "order_id": "1004", "payment_method_id": "credit_card_9009", "item_ids": ["611301"]},
            "PaymentMethodNotAllowed",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value['operation']} {value['order_id']}",
)
def test_what_is_not_possible_changes_nothing(shop: sqlite3.Connection, body: dict[str, Any], code: str) -> None:
    """Each condition has a code."""
    assert refusal(shop, body) == code


def test_a_gift_card_must_cover_the_difference(shop: sqlite3.Connection) -> None:
    """To the cent, of a change and of an exchange."""
    body = {"operation": "modify_items", "order_id": "1014", "payment_method_id": "gift_card_9004"}
    swap = {"item_ids": ["610202"], "new_item_ids": ["610204"]}
    save_balances(shop, TOBIAS, {"gift_card_9004": Decimal("3.99")})
    assert refusal(shop, {**body, **swap}) == "BalanceTooLow"
    save_balances(shop, TOBIAS, {"gift_card_9004": Decimal("4.00")})
    assert change_order(shop, {**body, **swap})["charges"] == [{"amount": 4.0, "payment_method_id": "gift_card_9004"}]
    assert balance_of(shop, TOBIAS, "gift_card_9004") == Decimal("0.00")
    cheaper = {"item_ids": ["610301"], "new_item_ids": ["610302"], "payment_method_id": "gift_card_9004"}
    change(shop, "1002", "exchange", **cheaper)
    assert order_of(shop, "1002").details["exchange_price_difference"] == Decimal("-5.0")


def test_an_order_of_which_something_has_left_is_pending_no_more(shop: sqlite3.Connection) -> None:
    """Whatever its status says."""
    save_order(shop, replace(order_of(shop, "1013"), fulfillments=order_of(shop, "1010").fulfillments))
    assert refusal(shop, {"order_id": "1013", "operation": "modify_address", "address": ADDRESS}) == "NotPending"
    assert refusal(shop, {"order_id": "1013", "operation": "cancel", "reason": "no longer needed"}) == "NotPending"


def test_the_last_piece_is_set_aside_once(shop: sqlite3.Connection) -> None:
    """A second order does not get it."""
    method = {"payment_method_id": "paypal_9003"}
    shop.execute("UPDATE shop_variants SET stock = 1 WHERE item_id = '610204'")
    change(shop, "1014", "modify_items", item_ids=["610202"], new_item_ids=["610204"], **method)
    body = {"item_ids": ["610201"], "new_item_ids": ["610204"], "payment_method_id": "credit_card_9001"}
    assert refusal(shop, {"order_id": "1001", "operation": "exchange", **body}) == "NoStock"


def test_an_order_of_nobody_on_file_can_be_cancelled(shop: sqlite3.Connection) -> None:
    """The refund is noted, though there is no card to fill."""
    shop.execute("DELETE FROM shop_customers WHERE id = ?", (TOBIAS,))
    done = change(shop, "1014", "cancel", reason="no longer needed")
    assert done["refunds"] == [{"amount": 54.0, "payment_method_id": "paypal_9003"}]


def test_a_customer_gets_another_address_and_orders_keep_theirs(shop: sqlite3.Connection) -> None:
    """Only the one on file changes; an unknown customer is refused."""
    before = order_of(shop, "1013").address
    done = change_customer(shop, {"customer_id": INES, "address": ADDRESS})
    assert (done["customer_id"], customer_of(shop, INES).address.document()) == (INES, done["address"])
    assert order_of(shop, "1013").address == before
    with pytest.raises(NotPossibleError) as caught:
        change_customer(shop, {"customer_id": "nobody", "address": ADDRESS})
    assert caught.value.code == "CustomerNotFound"
