from collections.abc import Callable

import pytest

from agents.shipment.requests.wanted import (
    Cancel,
    Exchange,
    ModifyAddress,
    ModifyItems,
    ModifyPayment,
    NotUnderstood,
    Return,
    Swap,
    Understood,
    Wanted,
)
from orchestrator.core.shipping.address import Address

Read = Callable[..., Understood | NotUnderstood]
HOME = Address(address_line1="8 Quay Road", city="Portland", state_code="OR", postal_code="97201", country_code="US")
TENT = Return(order_id="#W1000001", item_ids=("1000000001",), payment_method_id="card_1")
BIGGER = ModifyItems(
    order_id="#W1000002",
    swaps=(Swap(item_id="2000000002", new_item_id="2000000003"),),
    payment_method_id="paypal_1",
)
GLOVES = Exchange(
    order_id="#W1000001",
    swaps=(Swap(item_id="4000000001", new_item_id="4000000002"),),
    payment_method_id="card_1",
)
CANCELLED = Cancel(order_id="#W1000002", reason="ordered by mistake")
UNNEEDED = Cancel(order_id="#W1000002", reason="no longer needed")

EVERYDAY: tuple[tuple[str, tuple[Wanted, ...]], ...] = (
    ("You speak very little and only answer what is asked. You want to return the tent.", (TENT,)),
    ("Your partner thinks the tent is ugly. You would like your money back for the tent.", (TENT,)),
    ("You are relaxed, creative, and sometimes rigid. You want to return the tent, which leaks.", (TENT,)),
    ("You decided that you want to return the tent. You hope the refund will be quick.", (TENT,)),
    ("You'd rather not talk about anything else. In the meantime, you'd like to return the tent.", (TENT,)),
    ("Your order number is W1000001. You want to return the tent and keep the gloves.", (TENT,)),
    ("You want to return the tent. If asked how you want to be refunded, say the way you paid.", (TENT,)),
    ("You want to return the tent and get the money back on your visa, not the gift card.", (TENT,)),
    ("You want to return the tent. The mug and the gloves are fine.", (TENT,)),
    ("The gloves in your delivered order should be M, not S.", (GLOVES,)),
    ("You would like to have your gloves exchanged for a pair in M, everything else staying the same.", (GLOVES,)),
    ("See whether the gloves can be exchanged for size M. If they can, go for it.", (GLOVES,)),
    ("You would like the mug in your pending order to have 750ml, nothing else about it should change.", (BIGGER,)),
    ("You want your mug, which is still pending, to be changed to the 750ml one.", (BIGGER,)),
    ("You want to cancel the one with the lens because you ordered it in error.", (CANCELLED,)),
    ("You want to cancel the mug and the lens you just ordered. You bought them by mistake.", (CANCELLED,)),
    ("You want to cancel the order that has not shipped yet, as you no longer need any of it.", (UNNEEDED,)),
    (
        "You want to modify your pending order so that it is paid with your visa instead of PayPal.",
        (ModifyPayment(order_id="#W1000002", payment_method_id="card_1"),),
    ),
    (
        "Your pending order should be sent to the address where your tent was delivered.",
        (ModifyAddress(order_id="#W1000002", address=HOME),),
    ),
    (
        "You want to return the tent. You would like the money on your gift card if possible, otherwise on your visa.",
        (Return(order_id="#W1000001", item_ids=("1000000001",), payment_method_id="gift_1"),),
    ),
)

HELD = (
    "You want to return the tent and your unused flux compensator.",
    "You want to return the tent and the recently arrived flux compensator.",
    "You want to return the tent. Your wife then called it off.",
    "You want to return the tent. She disagreed and you accepted that.",
    "You want to return the tent. It was a joke.",
    "You want to return the tent. You take that back.",
    "You want to return the tent. It stays with you until Friday.",
    "You want to return the tent, but not today.",
    "You want to return the tent after your holiday.",
    "You want to return the tent only if the refund is more than $300.",
    "You want to return the tent. Keep the tent as it is.",
    "You were thinking of returning the tent.",
    "Your friend wants to return a tent.",
    "You might return the tent if the weather gets worse.",
    "You would have returned the tent, but it is fine now.",
    "Your sister said the tent should be returned.",
    "The gloves should have been red.",
    "You wish the gloves were red.",
    "You fancy a refund for the tent.",
    "You want to return everything else.",
    "You want to change the mug to one that folds.",
    "You want to change the mug to 750ml, if the difference is under $2.",
    "See whether the gloves can be exchanged for size M.",
    "See whether the gloves can be exchanged for size M. If they can, tell your wife.",
    "You want to cancel the lens as you no longer need it.",
    "You want to cancel the lens and the mug as you do not need them. Do not cancel the order.",
    "You don't want to cancel your pending order yet.",
    "Your order number is W1234567. You want to return the tent.",
    "You want the pending order to go to the address where your sofa was sent.",
    "You want to cancel the pending order. The reason is the delivery time.",
    "You do not need the order with the lens anymore.",
    "You want to return the tent. You are having second thoughts about it.",
    "You want to return the tent. You are on the fence.",
    "You want to return the tent. You will think about it.",
    "You want to return the tent. You are undecided.",
    "You want to return the tent. You have dropped the idea.",
    "You want to return the tent. The matter resolved itself.",
    "You want to return the tent. You are happy with it now.",
    "You want to return the tent. You found out you like it.",
    "You want to return the tent. You sold it.",
    "You want to return the tent. This is only an example.",
)


@pytest.mark.parametrize(("text", "wanted"), EVERYDAY, ids=range(len(EVERYDAY)))
def test_everyday(text: str, wanted: tuple[Wanted, ...], understood: Read) -> None:
    """What is told beside a request, and the many ways to point, leave exactly the request."""
    found = understood(text)
    assert wanted == (found.wanted if isinstance(found, Understood) else found)


@pytest.mark.parametrize("text", HELD, ids=range(len(HELD)))
def test_held_back(text: str, understood: Read) -> None:
    """What is near a request, and is taken back, delayed, bounded or somebody else's, changes nothing."""
    found = understood(text)
    assert (found.wanted if isinstance(found, Understood) else ()) == ()
