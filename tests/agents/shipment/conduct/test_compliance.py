"""The rules of conduct, each kept and each broken, on a small shop."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.shipment.conduct.compliance import TRIED, check_trace
from agents.shipment.conduct.shop_state import ShopState
from agents.shipment.conduct.trace import (
    Answer,
    Authenticated,
    HandedOver,
    Proposed,
    Read,
    Said,
    Step,
    Subject,
    Wrote,
)
from orchestrator.core.orders.order import (
    Customer,
    Fulfillment,
    Order,
    OrderItem,
    Payment,
    PaymentKind,
    PaymentMethod,
    Product,
    Variant,
)
from orchestrator.core.shipping.address import Address
from playbooks.shipping.conduct import CHECKS, load_rules

RULES = load_rules()
HOME = Address(address_line1="1 Elm Street", city="Denver", state_code="CO", postal_code="80203", country_code="US")
NEW_HOME = {"address_line1": "9 Oak Street", "city": "Denver", "postal_code": "80203", "country_code": "US"}
CARD, GIFT, OTHER_CARD = "credit_card_1", "gift_card_1", "paypal_1"
PARCEL = "357962501027"


def variant(item_id: str, product: str, price: str, *, available: bool = True) -> Variant:
    """An article."""
    return Variant(
        item_id=item_id, product_id=product, name=product, options={}, price=Decimal(price), available=available
    )


def item(item_id: str, product: str, price: str) -> OrderItem:
    """A line of an order."""
    return OrderItem(item_id=item_id, product_id=product, name=product, options={}, price=Decimal(price))


def order(name: str, customer: str, status: str, *items: OrderItem) -> Order:
    """An order, paid by the card."""
    total = sum((one.price for one in items), Decimal(0))
    gone = status in {"delivered", "processed"}
    return Order(
        id=name,
        customer_id=customer,
        address=HOME,
        items=items,
        status=status,
        payments=(Payment(kind="payment", amount=total, payment_method_id=CARD),),
        fulfillments=(Fulfillment(tracking_numbers=(PARCEL,), item_ids=()),) if gone else (),
    )


def customer(name: str) -> Customer:
    """Somebody with three ways to pay."""
    methods = (
        PaymentMethod(id=CARD, kind=PaymentKind.CREDIT_CARD),
        PaymentMethod(id=OTHER_CARD, kind=PaymentKind.PAYPAL),
        PaymentMethod(id=GIFT, kind=PaymentKind.GIFT_CARD, balance=Decimal("5.00")),
    )
    return Customer(
        id=name, first_name="Ada", last_name="Birch", email="a@b.example", address=HOME, payment_methods=methods
    )


LAMP, MUG = item("lamp-1", "lamp", "20.00"), item("mug-1", "mug", "8.50")
SHOP = ShopState(
    customers={"ada": customer("ada"), "ben": customer("ben")},
    products={
        "lamp": Product(
            id="lamp",
            name="lamp",
            variants=(
                variant("lamp-1", "lamp", "20.00"),
                variant("lamp-2", "lamp", "31.00"),
                variant("lamp-3", "lamp", "22.00", available=False),
                variant("lamp-4", "lamp", "18.00"),
            ),
        ),
        "mug": Product(id="mug", name="mug", variants=(variant("mug-1", "mug", "8.50"),)),
    },
    orders={
        "#W1000001": order("#W1000001", "ada", "pending", LAMP, MUG),
        "#W1000002": order("#W1000002", "ada", "delivered", LAMP, MUG),
        "#W1000003": order("#W1000003", "ben", "pending", LAMP),
        "#W1000004": replace(
            order("#W1000004", "ben", "delivered", MUG),
            fulfillments=(Fulfillment(tracking_numbers=("245285646088",), item_ids=()),),
        ),
    },
)
PENDING, DELIVERED = "#W1000001", "#W1000002"
KNOWN = Authenticated(customer_id="ada", by="email", moment=0)
YES = Said(by="customer", text="yes", answer=Answer.YES, moment=0)
NO = Said(by="customer", text="no", answer=Answer.NO, moment=0)


def says(text: str) -> Said:
    """The agent's words."""
    return Said(by="agent", text=text, moment=0)


def read(name: str) -> Read:
    """An order is read."""
    return Read(what=Subject.ORDER, id=name, moment=0)


def followed(number: str, gave: str) -> Read:
    """A carrier is asked."""
    return Read(what=Subject.SHIPMENT, id=number, gave=f"{number} {gave}", moment=0)


def change(action: str, **arguments: object) -> tuple[Step, Step, Step]:
    """A change that is stated, agreed to and made."""
    return (
        Proposed(action=action, arguments=arguments, moment=0),
        YES,
        Wrote(action=action, arguments=arguments, moment=0),
    )


def cancel(name: str = PENDING, reason: str = "no longer needed") -> tuple[Step, Step, Step]:
    """A cancellation."""
    return change("cancel", order_id=name, reason=reason)


def swap(
    action: str, name: str, *, old: tuple[str, ...] = ("lamp-1",), new: tuple[str, ...] = ("lamp-2",), by: str = CARD
) -> tuple[Step, Step, Step]:
    """Articles become others."""
    return change(action, order_id=name, item_ids=list(old), new_item_ids=list(new), payment_method_id=by)


def give_back(name: str = DELIVERED, *items: str, to: str = CARD) -> tuple[Step, Step, Step]:
    """Articles come back."""
    return change("return", order_id=name, item_ids=list(items or ("mug-1",)), payment_method_id=to)


def broken(*steps: Step) -> list[str]:
    """The rules that steps break, each step a moment of its own."""
    apart = [replace(step, moment=number) for number, step in enumerate(steps)]
    return sorted({found.rule for found in check_trace(apart, SHOP, RULES)})


def test_each_check_of_the_rules_is_there_and_each_rule_is_used() -> None:
    """What a file may name is what the checker can try."""
    assert set(TRIED) == set(CHECKS) == {rule.check for rule in RULES}


@pytest.mark.parametrize(
    "steps",
    [
        (KNOWN, read(PENDING), *cancel()),
        (KNOWN, read(PENDING), *swap("modify_items", PENDING)),
        (KNOWN, read(PENDING), *swap("modify_items", PENDING, new=("lamp-4",), by=GIFT)),
        (KNOWN, read(PENDING), *change("modify_address", order_id=PENDING, address=NEW_HOME)),
        (KNOWN, read(PENDING), *change("modify_payment", order_id=PENDING, payment_method_id=OTHER_CARD)),
        (KNOWN, read(DELIVERED), *give_back()),
        (KNOWN, read(DELIVERED), *give_back(DELIVERED, "lamp-1", "mug-1", to=GIFT)),
        (KNOWN, read(DELIVERED), *swap("exchange", DELIVERED)),
        (KNOWN, *change("update_customer", customer_id="ada", address=NEW_HOME)),
        (KNOWN, read(DELIVERED), says(f"Order {DELIVERED} is delivered; it came to $28.50, parcel {PARCEL}.")),
        (KNOWN, read(DELIVERED), followed(PARCEL, "is out for delivery"), says(f"{PARCEL} is out for delivery.")),
        (KNOWN, HandedOver(summary="s", wanted="compensation", moment=0)),
        (KNOWN, HandedOver(summary="s", wanted="cancel", arguments={"order_id": DELIVERED}, moment=0)),
        (KNOWN, read(PENDING), *cancel(), read(DELIVERED), *give_back()),
    ],
)
def test_what_is_allowed_breaks_no_rule(steps: tuple[Step, ...]) -> None:
    """Each kind of change, facts as they were read, and what no change can do handed over."""
    assert broken(*steps) == []


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        ("authenticate_first", (read(PENDING), *cancel())),
        ("authenticate_first", (read(PENDING), says("It comes to $28.50."))),
        ("accepted_proof", (replace(KNOWN, by="id"),)),
        ("accepted_proof", (replace(KNOWN, customer_id="nobody"),)),
        ("one_customer", (KNOWN, replace(KNOWN, customer_id="ben"))),
        ("own_orders", (KNOWN, read("#W1000003"), *cancel("#W1000003"))),
        ("own_orders", (KNOWN, *change("update_customer", customer_id="ben", address=NEW_HOME))),
        ("own_orders", (KNOWN, read("#W1000004"), says("It left as 245285646088."))),
        ("known_actions", (KNOWN, *change("refund_now", order_id=PENDING))),
        ("read_first", (KNOWN, *cancel())),
        (
            "modified_once",
            (
                KNOWN,
                read(PENDING),
                *swap("modify_items", PENDING),
                *swap("modify_items", PENDING, old=("lamp-2",), new=("lamp-4",)),
            ),
        ),
        ("sent_back_once", (KNOWN, read(DELIVERED), *give_back(), *swap("exchange", DELIVERED))),
        ("pending_only", (KNOWN, read(DELIVERED), *cancel(DELIVERED))),
        ("pending_only", (KNOWN, read(PENDING), *swap("modify_items", PENDING), *cancel())),
        ("delivered_only", (KNOWN, read(PENDING), *give_back(PENDING))),
        ("items_of_the_order", (KNOWN, read(DELIVERED), *give_back(DELIVERED, "lamp-2"))),
        ("items_of_the_order", (KNOWN, read(DELIVERED), *give_back(DELIVERED, "mug-1", "mug-1"))),
        ("one_new_for_each", (KNOWN, read(PENDING), *swap("modify_items", PENDING, new=("lamp-2", "lamp-4")))),
        ("same_product", (KNOWN, read(PENDING), *swap("modify_items", PENDING, new=("mug-1",)))),
        ("available_article", (KNOWN, read(PENDING), *swap("modify_items", PENDING, new=("lamp-3",)))),
        ("other_article", (KNOWN, read(DELIVERED), *swap("exchange", DELIVERED, new=("lamp-1",)))),
        ("accepted_reason", (KNOWN, read(PENDING), *cancel(reason="found it cheaper"))),
        ("method_on_file", (KNOWN, read(DELIVERED), *give_back(to="cash"))),
        ("other_method", (KNOWN, read(PENDING), *change("modify_payment", order_id=PENDING, payment_method_id=CARD))),
        ("refund_destination", (KNOWN, read(DELIVERED), *give_back(to=OTHER_CARD))),
        ("balance_covers", (KNOWN, read(PENDING), *swap("modify_items", PENDING, by=GIFT))),
        ("balance_covers", (KNOWN, read(PENDING), *change("modify_payment", order_id=PENDING, payment_method_id=GIFT))),
        (
            "nothing_after_handover",
            (KNOWN, read(PENDING), HandedOver(summary="s", wanted="a person", moment=0), *cancel()),
        ),
        ("handover_out_of_scope", (KNOWN, HandedOver(summary="s", wanted="", moment=0))),
        (
            "handover_out_of_scope",
            (KNOWN, HandedOver(summary="s", wanted="cancel", arguments=cancel()[2].arguments, moment=0)),  # type: ignore[union-attr]  # a write
        ),
        ("nothing_invented", (KNOWN, read(PENDING), says("It left as 999888777666."))),
        ("nothing_invented", (KNOWN, read(PENDING), says("It comes to $27.50."))),
        (
            "nothing_invented",
            (KNOWN, read(DELIVERED), followed(PARCEL, "is in transit"), says(f"{PARCEL} is out for delivery.")),
        ),
        ("own_orders", (KNOWN, followed("245285646088", "is on hold"), says("Parcel 245285646088 is on hold."))),
        ("nothing_invented", (KNOWN, read(PENDING), says(f"Order {PENDING} is delivered."))),
    ],
)
def test_what_breaks_a_rule_breaks_only_that(rule: str, steps: tuple[Step, ...]) -> None:
    """One thing is wrong, and it is told by its own name."""
    assert broken(*steps) == [rule]


@pytest.mark.parametrize(
    ("rule", "change_steps"),
    [
        ("proposed_first", lambda _stated, yes, made: (yes, made)),
        (
            "proposed_first",
            lambda stated, yes, made: (replace(stated, arguments={**stated.arguments, "reason": "x"}), yes, made),
        ),
        ("explicit_yes", lambda stated, _yes, made: (stated, made)),
        ("explicit_yes", lambda stated, _yes, made: (YES, stated, made)),
        ("explicit_yes", lambda stated, _yes, made: (stated, NO, made)),
        ("explicit_yes", lambda stated, yes, made: (stated, yes, NO, made)),
        ("explicit_yes", lambda stated, yes, made: (stated, replace(yes, to="another"), made)),
    ],
)
def test_a_change_waits_for_a_yes_to_exactly_it(rule: str, change_steps: object) -> None:
    """Before it, after it was stated, not taken back, and to it."""
    steps = change_steps(*cancel())  # type: ignore[operator]  # one of the above
    assert broken(KNOWN, read(PENDING), *steps) == [rule]


def test_a_yes_counts_once() -> None:
    """An address that is written twice was agreed to once."""
    stated, yes, made = change("modify_address", order_id=PENDING, address=NEW_HOME)
    assert broken(KNOWN, read(PENDING), stated, yes, made, made) == ["explicit_yes"]


def test_one_yes_answers_all_that_was_stated() -> None:
    """Two changes are stated, and the customer says yes to both."""
    first, second = cancel(), change("update_customer", customer_id="ada", address=NEW_HOME)
    assert broken(KNOWN, read(PENDING), first[0], second[0], YES, first[2], second[2]) == []


@pytest.mark.parametrize("together", [(read(PENDING), read(DELIVERED)), (read(PENDING), says("One moment."))])
def test_calls_come_one_at_a_time_and_nothing_is_said_beside_them(together: tuple[Step, Step]) -> None:
    """Two steps of one moment."""
    steps = [replace(KNOWN, moment=1), *(replace(step, moment=2) for step in together)]
    assert [found.rule for found in check_trace(steps, SHOP, RULES)] == ["one_call_at_a_time"]


def test_a_violation_names_the_step_and_says_what_is_wrong() -> None:
    """A person reads it."""
    found = check_trace(
        [replace(step, moment=n) for n, step in enumerate((KNOWN, read(DELIVERED), *cancel(DELIVERED)))], SHOP, RULES
    )
    assert [(one.rule, one.step) for one in found] == [("pending_only", 4)]
    assert found[0].sentence == (
        "cancel of #W1000002, which is delivered. Only a pending order is cancelled or modified."
    )


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.sampled_from(["lamp-1", "x"]), max_size=3)
) | st.dictionaries(st.sampled_from(["city", "x"]), st.one_of(st.none(), st.text(max_size=3)), max_size=2)
NAMES = ("order_id", "item_ids", "new_item_ids", "payment_method_id", "address", "reason", "customer_id")
ACTIONS = ("cancel", "modify_address", "modify_items", "modify_payment", "return", "exchange", "update_customer", "x")
ARGUMENTS = st.dictionaries(st.sampled_from(NAMES), ODD | st.sampled_from([PENDING, DELIVERED, CARD, GIFT, "ada"]))
STEPS = st.one_of(
    st.builds(
        Authenticated, customer_id=st.sampled_from(["ada", "ben", ""]), by=st.text(max_size=3), moment=st.just(0)
    ),
    st.builds(Read, what=st.sampled_from(Subject), id=st.sampled_from([PENDING, "ada", "lamp", ""]), moment=st.just(0)),
    st.builds(Proposed, action=st.sampled_from(ACTIONS), arguments=ARGUMENTS, moment=st.just(0)),
    st.builds(
        Said,
        by=st.sampled_from(["customer", "agent"]),
        text=st.text(),
        answer=st.sampled_from(Answer),
        moment=st.just(0),
    ),
    st.builds(Wrote, action=st.sampled_from(ACTIONS), arguments=ARGUMENTS, moment=st.just(0)),
    st.builds(
        HandedOver, summary=st.just("s"), wanted=st.sampled_from(ACTIONS), arguments=ARGUMENTS, moment=st.just(0)
    ),
)


@given(st.lists(STEPS, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_trace_is_too_strange_to_be_judged(steps: list[Step]) -> None:
    """A model may call anything with anything: what it did is judged, and a change nobody agreed to is seen."""
    found = check_trace([replace(step, moment=n) for n, step in enumerate(steps)], SHOP, RULES)
    blind = [n for n, step in enumerate(steps) if isinstance(step, Wrote) and not any(one.step == n for one in found)]
    assert all(any(isinstance(step, Said) and step.answer is Answer.YES for step in steps[:n]) for n in blind)
