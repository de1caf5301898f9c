"""The shop's workflows over the protocol: read, changed once for a key through every fault, refused with a code."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.core.workflows import Absent, Done, Refused, action_key
from playbooks.shop.orders import read_order
from playbooks.shop.tables import prepare
from playbooks.shop.updating import ORDER_CHANGE
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.schema import body_problems

KEY = action_key("update_order", "1014")
CANCEL = {"key": KEY, "order_id": "#1014", "order_version": 1, "operation": "cancel", "reason": "no longer needed"}
MOVE = {
    "address_line1": "9 Birch Way",
    "city": "Salem",
    "state_code": "OR",
    "postal_code": "97301",
    "country_code": "US",
}


async def read(bench: Any, name: str, **body: str) -> dict[str, Any]:
    """What a reading workflow answers, which fits its schema."""
    done = await bench.client.call(name, body, key=action_key(name, "x"))
    assert isinstance(done, Done), done
    assert isinstance(done.body, dict)
    assert body_problems(bench.specs[name].response, done.body) == ()
    return done.body


async def test_the_shop_is_read(opened: Callable[..., Any]) -> None:
    """A customer by the mail, their order without its sign, a product of it, and what there is not."""
    async with opened() as bench:
        customer = await read(bench, "find_customer", email="tobias.renner@example.com")
        assert customer["customer"]["orders"] == ["#1002", "#1014", "#1026", "#1035"]
        assert (customer["found"], customer["verified_by"], customer["sample"]) == (True, "email", True)
        order = await read(bench, "analyse_order", order_id="1014")
        assert (order["order"]["status"], order["stock"]) == (
            "pending",
            [{"item_id": "610202", "available": True, "stock": 11}],
        )
        product = await read(bench, "read_product", product_id=order["order"]["items"][0]["product_id"])
        assert product["product"]["name"] == "Linen Shirt"
        assert (await read(bench, "find_customer", customer_id="tobias_renner_1002"))["found"] is False
        assert (await read(bench, "analyse_order", order_id="nothing"))["order"] is None
        assert (await read(bench, "read_product", product_id="nothing"))["found"] is False


async def test_every_order_of_the_sample_fits_its_schema(opened: Callable[..., Any]) -> None:
    """Each state with everything that was noted."""
    async with opened() as bench:
        bench.store.look(prepare)
        ids = bench.store.look(lambda c: [row[0] for row in c.execute("SELECT id FROM shop_orders")])
        for order_id in ids:
            assert (await read(bench, "analyse_order", order_id=order_id))["order"]["id"] == order_id
        assert len(ids) == 42


async def test_an_order_is_changed_once_and_the_change_is_found_again(opened: Callable[..., Any]) -> None:
    """A second call gives the first answer, another payload is refused, the lookup knows the result."""
    async with opened() as bench:
        first = await bench.client.call("update_order", CANCEL, key=KEY)
        again = await bench.connect().call("update_order", CANCEL, key=KEY)
        found = await bench.connect().read(KEY)
        other = await bench.connect().call("update_order", {**CANCEL, "reason": "ordered by mistake"}, key=KEY)
        assert isinstance(first, Done)
        assert isinstance(again, Done)
        assert isinstance(found, Done)
        assert isinstance(other, Refused)
        assert first.body == again.body == found.body
        assert {**dict(first.body), "done_at": None} == {  # type: ignore[call-overload]  # an object
            "key": KEY,
            "order_id": "#1014",
            "operation": "cancel",
            "status": "cancelled",
            "version": 2,
            "refunds": [{"amount": 54.0, "payment_method_id": "paypal_9003"}],
            "charges": [],
            "done_at": None,
        }
        assert body_problems(bench.specs["update_order"].response, first.body) == ()
        assert bench.store.count(ORDER_CHANGE) == 1


async def test_a_customer_s_address_is_changed_and_found_again(opened: Callable[..., Any]) -> None:
    """By the same lookup."""
    key = action_key("update_customer", "tobias_renner_1002")
    body = {"key": key, "customer_id": "tobias_renner_1002", "address": MOVE}
    async with opened() as bench:
        done = await bench.client.call("update_customer", body, key=key)
        found = await bench.connect().read(key)
        assert isinstance(done, Done)
        assert isinstance(found, Done)
        assert done.body == found.body
        names = {"first_name": "Tobias", "last_name": "Renner"}
        assert (await read(bench, "find_customer", **names, postal_code="97301"))["found"] is True


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"order_id": "nothing"}, "OrderNotFound"),
        ({"order_version": 7}, "OrderChanged"),
        ({"order_id": "1001"}, "NotPending"),
        ({"reason": "too dear"}, "ReasonNotAllowed"),
        ({"operation": "return", "item_ids": ["1"], "payment_method_id": "x"}, "NotDelivered"),
    ],
)
async def test_what_is_not_possible_is_refused_by_the_workflow(
    opened: Callable[..., Any], more: dict[str, object], code: str
) -> None:
    """With 409 and its code; nothing is recorded, and a reading says that nothing was done."""
    async with opened() as bench:
        bench.store.look(prepare)
        refused = await bench.client.call("update_order", {**CANCEL, **more}, key=KEY)
        reading = await bench.connect().read(KEY)
        assert isinstance(refused, Refused)
        assert isinstance(reading, Absent)
        assert (refused.by, refused.status, refused.code) == ("workflow", 409, code)
        assert bench.store.count(ORDER_CHANGE) == 0
        assert bench.store.look(lambda connection: read_order(connection, "#1014")).version == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.LOST_REPLY, workflow="update_order"),
        Fault(kind=FaultKind.LATE_REPLY, workflow="update_order"),
        Fault(kind=FaultKind.ERROR, workflow="update_order", after_work=True),
        Fault(kind=FaultKind.CRASH, workflow="update_order"),
    ],
    ids=lambda fault: str(fault.kind),
)
async def test_a_refusal_that_got_lost_is_no_riddle(opened: Callable[..., Any], fault: Fault) -> None:
    """Its run did not succeed and the lookup finds nothing, so it may be asked again, and is refused again."""
    body = {**CANCEL, "order_id": "1001"}
    async with opened(faults=[fault]) as bench:
        lost = await bench.client.call("update_order", body, key=KEY)
        reading = await bench.connect().read(KEY, sent_at=bench.time.now - timedelta(hours=1))
        again = await bench.connect().call("update_order", body, key=KEY)
        runs = await bench.ended("update_order", KEY)
        assert not isinstance(lost, Refused)
        assert isinstance(reading, Absent)
        assert isinstance(again, Refused)
        assert (again.by, again.code) == ("workflow", "NotPending")
        assert {(run.status, run.code) for run in runs} <= {("Failed", "NotPending"), ("Aborted", "LeaseExpired")}


async def test_a_refusal_is_polled_for(opened: Callable[..., Any]) -> None:
    """Where the workflow answered 202 first, its own 409 comes in the end."""
    fault = Fault(kind=FaultKind.ACCEPT, workflow="update_order", polls=2, retry_after_s=1)
    async with opened(faults=[fault]) as bench:
        refused = await bench.client.call("update_order", {**CANCEL, "order_id": "1001"}, key=KEY)
        assert isinstance(refused, Refused)
        assert (refused.status, refused.code) == (409, "NotPending")


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": "ship"},
        {"item_ids": []},
        {"address": {"street": "x"}},
        {"order_id": ""},
        {"note": "x"},
        {"order_version": 0},
        {"address": {"city": "x" * 101}},
    ],
)
async def test_a_body_that_does_not_fit_is_not_sent(opened: Callable[..., Any], wrong: dict[str, object]) -> None:
    """Unknown operations and fields, and texts without end."""
    async with opened() as bench:
        refused = await bench.client.call("update_order", {**CANCEL, **wrong}, key=KEY)
        assert isinstance(refused, Refused)
        assert refused.by == "caller"


FAULTS = (
    Fault(kind=FaultKind.LOST_REPLY, workflow="update_order"),
    Fault(kind=FaultKind.LOST_REPLY, workflow="update_order", after_work=False),
    Fault(kind=FaultKind.LATE_REPLY, workflow="update_order"),
    Fault(kind=FaultKind.ERROR, workflow="update_order", after_work=True),
    Fault(kind=FaultKind.DUPLICATE, workflow="update_order"),
    Fault(kind=FaultKind.RESUBMIT, workflow="update_order"),
    Fault(kind=FaultKind.LATE_DELIVERY, workflow="update_order", seconds=0.05),
    Fault(kind=FaultKind.LOST_LOCATION, workflow="update_order"),
    Fault(kind=FaultKind.CRASH, workflow="update_order"),
    Fault(kind=FaultKind.CRASH, workflow="update_order", after_work=True),
    Fault(kind=FaultKind.INNER, workflow="update_order", after_work=True, times=2),
    Fault(kind=FaultKind.INNER, workflow="update_order", times=2),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.after_work}")
async def test_through_a_fault_an_order_is_changed_once(opened: Callable[..., Any], fault: Fault) -> None:
    """Who reads before calling again ends with one version more, and one refund."""
    async with opened(faults=[fault]) as bench:
        outcome = await bench.client.call("update_order", CANCEL, key=KEY)
        for _ in range(100):
            if isinstance(outcome, Done):
                break
            reading = await bench.connect().read(KEY, sent_at=bench.time.now - timedelta(hours=1))
            if isinstance(reading, Absent):
                outcome = await bench.connect().call("update_order", CANCEL, key=KEY)
            else:
                outcome = reading
            await bench.time.sleep(1)
        assert isinstance(outcome, Done)
        await bench.ended("update_order", KEY)
        order = bench.store.look(lambda connection: read_order(connection, "#1014"))
        assert (order.version, [one.kind for one in order.payments]) == (2, ["payment", "refund"])
        assert bench.store.count(ORDER_CHANGE) == 1


async def test_of_two_changes_at_once_one_is_made(opened: Callable[..., Any]) -> None:
    """Both were decided on the same version; the other one is told that the order has changed."""
    keys = [action_key("update_order", "1014", epoch=epoch) for epoch in (1, 2)]
    bodies = [
        {"key": keys[0], "order_id": "1014", "order_version": 1, "operation": "modify_address", "address": MOVE},
        {**CANCEL, "key": keys[1]},
    ]
    async with opened() as bench:
        calls = [bench.connect().call("update_order", body, key=key) for key, body in zip(keys, bodies, strict=True)]
        outcomes = await asyncio.gather(*calls)
        assert sorted(outcome.kind for outcome in outcomes) == ["done", "refused"]
        refused = next(one for one in outcomes if isinstance(one, Refused))
        assert (refused.status, refused.code) == (409, "OrderChanged")
        assert bench.store.count(ORDER_CHANGE) == 1
