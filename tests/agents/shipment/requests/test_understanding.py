from collections.abc import Callable
from dataclasses import replace

import pytest

from agents.shipment.requests.wanted import (
    Cancel,
    CancelShipment,
    ChangeCustomerAddress,
    Exchange,
    ModifyAddress,
    ModifyItems,
    ModifyPayment,
    NotUnderstood,
    ReportDamaged,
    ReportLost,
    Return,
    Ship,
    Swap,
    Track,
    Understood,
    Wanted,
)
from orchestrator.core.shipping.address import Address

Read = Callable[..., Understood | NotUnderstood]
TENT = Return(order_id="#W1000001", item_ids=("1000000001",), payment_method_id="card_1")
HOME = Address(address_line1="8 Quay Road", city="Portland", state_code="OR", postal_code="97201", country_code="US")
CABIN = Address(address_line1="77 Pine Trail", city="Boise", state_code="ID", postal_code="83702", country_code="US")
OAK = Address(
    address_line1="12 Oak Street",
    address_line2="Apt 4",
    city="Boston",
    state_code="MA",
    postal_code="02110",
    country_code="US",
)


def swapped(item_id: str, new_item_id: str, method: str = "card_1") -> Exchange:
    """An exchange of one delivered item."""
    return Exchange(order_id="#W1000001", swaps=(Swap(item_id, new_item_id),), payment_method_id=method)


def modified(item_id: str, new_item_id: str, method: str = "paypal_1") -> ModifyItems:
    """A change of one pending item."""
    return ModifyItems(order_id="#W1000002", swaps=(Swap(item_id, new_item_id),), payment_method_id=method)


SAID: tuple[tuple[str, tuple[Wanted, ...]], ...] = (
    ("I want to return the tent.", (TENT,)),
    ("Hi! Please send back the camping tent from order W1000001. Thanks!", (TENT,)),
    ("You'd like to return the tent you received because it leaks.", (TENT,)),
    ("The tent leaks and I am upset. Could you please refund it?", (TENT,)),
    (
        "You want to return the tent and the gloves in order #W1000001, and get the refund on your gift card.",
        (Return(order_id="#W1000001", item_ids=("1000000001", "4000000001"), payment_method_id="gift_1"),),
    ),
    (
        "You want to return everything in order 1000001 except the mug.",
        (Return(order_id="#W1000001", item_ids=("1000000001", "4000000001"), payment_method_id="card_1"),),
    ),
    ("You want to exchange the tent for an orange one.", (swapped("1000000001", "1000000002"),)),
    (
        "Exchange the tent to a canvas one for four persons, and use PayPal for any difference.",
        (swapped("1000000001", "1000000004", "paypal_1"),),
    ),
    ("You want to swap your gloves for size M.", (swapped("4000000001", "4000000002"),)),
    (
        "You want to exchange the gloves for a bigger size, but only one size bigger.",
        (swapped("4000000001", "4000000002"),),
    ),
    ("You want to exchange the gloves for ones that are one size larger.", (swapped("4000000001", "4000000002"),)),
    ("You want to exchange the gloves for the largest ones.", (swapped("4000000001", "4000000003"),)),
    ("You want to change the color of the gloves to red and the size to M.", (swapped("4000000001", "4000000004"),)),
    ("You want to change the size of the gloves to L.", (swapped("4000000001", "4000000003"),)),
    ("You want to change the mug in your pending order to 750ml.", (modified("2000000002", "2000000003"),)),
    ("You want to modify the lens to item number 3000000003.", (modified("3000000001", "3000000003"),)),
    ("You want to change the lens to the cheapest one, paying with PayPal.", (modified("3000000001", "3000000003"),)),
    (
        (
            "You want to modify the lens {'mount': 'bayonet', 'focal length': '35mm'} to {'mount': 'screw', "
            "'focal length': '35mm'}."
        ),
        (modified("3000000001", "3000000002"),),
    ),
    ("You want the 500ml mug to be changed to a 350ml one.", (modified("2000000002", "2000000001"),)),
    (
        "You want to change the 500ml mug to teal. If it is not available, you would go for 350ml teal.",
        (modified("2000000002", "2000000004"),),
    ),
    (
        (
            "You want to change the lens to a 50mm screw one. If that is not possible, cancel the whole order. "
            "If the agent asks for the reason, you say you ordered it by mistake."
        ),
        (Cancel(order_id="#W1000002", reason="ordered by mistake"),),
    ),
    (
        "You want to cancel order #W1000002 because it is no longer needed.",
        (Cancel(order_id="#W1000002", reason="no longer needed"),),
    ),
    ("Cancel my pending order, I ordered it by mistake.", (Cancel(order_id="#W1000002", reason="ordered by mistake"),)),
    (
        "You want to change the address of order #W1000002 to 12 Oak Street, Apt 4, Boston, MA 02110.",
        (ModifyAddress(order_id="#W1000002", address=OAK),),
    ),
    (
        "You want to change your Boise order to your default address.",
        (ModifyAddress(order_id="#W1000002", address=HOME),),
    ),
    (
        "Please change my default address to 12 Oak Street, Apt 4, Boston, MA 02110.",
        (ChangeCustomerAddress(address=OAK),),
    ),
    (
        "You want to change the payment method of order #W1000002 to your visa card.",
        (ModifyPayment(order_id="#W1000002", payment_method_id="card_1"),),
    ),
    (
        (
            "You want to exchange the tent and the gloves. You want an orange tent, and the gloves in size M. "
            "If the agent asks for confirmation, only exchange the gloves."
        ),
        (),
    ),
    (
        (
            "You want to return the tent. If the agent asks for confirmation, do not say yes "
            "immediately, because you also "
            "want to return the gloves."
        ),
        (Return(order_id="#W1000001", item_ids=("1000000001", "4000000001"), payment_method_id="card_1"),),
    ),
    (
        (
            "You want to exchange the gloves for red ones in M, but when the agent asks for "
            "confirmation, do not exchange "
            "anything, and return the tent instead."
        ),
        (TENT,),
    ),
    ("You want to track the package for order #W1000004.", (Track(order_id="#W1000004"),)),
    ("Track 1Z999AA10123456784, please.", (Track(tracking_number="1Z999AA10123456784"),)),
    ("Please ship my order #W1000002 by express.", (Ship(order_id="#W1000002", wishes=("by express",)),)),
    ("I want to report that order #W1000001 never arrived.", (ReportLost(order_id="#W1000001"),)),
    ("I want to report the tent as broken.", (ReportDamaged(order_id="#W1000001", item_ids=("1000000001",)),)),
    ("Please cancel the shipment of order #W1000004.", (CancelShipment(order_id="#W1000004"),)),
    (
        "You want your pending order to be sent to your home in Portland.",
        (ModifyAddress(order_id="#W1000002", address=HOME),),
    ),
    ("You want to return the most expensive item in order #W1000001.", (TENT,)),
    ("For the lens, you want the one with a screw mount.", (modified("3000000001", "3000000002"),)),
    ("The tent you received leaks, and you want to get a refund.", (TENT,)),
    ("You want to return the tent, but want to keep the mug.", (TENT,)),
    ("You wonder if you can return the tent. If so, please do so.", (TENT,)),
    (
        "You want to change #W1000002 to be delivered to Suite 9 instead.",
        (ModifyAddress(order_id="#W1000002", address=replace(CABIN, address_line2="Suite 9")),),
    ),
    (
        (
            "You want to change the address of your pending order. The new address is 12 Oak "
            "Street, Apt 4, Boston, MA 02110."
        ),
        (ModifyAddress(order_id="#W1000002", address=OAK),),
    ),
    (
        "You want to exchange your gloves, as they are too tight, one size larger would be good.",
        (swapped("4000000001", "4000000002"),),
    ),
    (
        (
            "You want to exchange the tent for one for 4 persons. If several options are "
            "available, choose the cheapest one."
        ),
        (swapped("1000000001", "1000000004"),),
    ),
    (
        "You want to exchange the tent for one for 4 persons. If the agent asks about the material, say canvas.",
        (swapped("1000000001", "1000000004"),),
    ),
    (
        "You want to exchange the gloves for M, and the price should be the same or lower.",
        (),
    ),
    (
        (
            "You want to exchange the tent for an orange one and the gloves for XL. If there are "
            "no XL gloves, you'd rather only "
            "exchange the tent."
        ),
        (),
    ),
    (
        (
            "You want to exchange the tent for an orange one and the gloves for size L. If gloves "
            "in L are not available, you'd rather "
            "only exchange the tent."
        ),
        (
            Exchange(
                order_id="#W1000001",
                swaps=(Swap("1000000001", "1000000002"), Swap("4000000001", "4000000003")),
                payment_method_id="card_1",
            ),
        ),
    ),
    (
        (
            "You want to exchange the delivered mug for the same type as the one in your pending "
            "order. If asked for the payment "
            "method, say PayPal."
        ),
        (swapped("2000000001", "2000000002", "paypal_1"),),
    ),
    (
        (
            "You want to return the tent and exchange the gloves for size M. If only one can be done, you "
            "prefer the return."
        ),
        (TENT,),
    ),
    (
        (
            "You want to return the mug you received and exchange the tent to an orange one. If you can "
            "only do one of the two "
            "things, you prefer to do whatever saves you most money."
        ),
        (Return(order_id="#W1000001", item_ids=("2000000001",), payment_method_id="card_1"),),
    ),
    (
        (
            "You want to return the tent and get the refund on PayPal. If that is not possible, use the "
            "original payment method."
        ),
        (TENT,),
    ),
)


@pytest.mark.parametrize(("text", "wanted"), SAID, ids=range(len(SAID)))
def test_requests(text: str, wanted: tuple[Wanted, ...], understood: Read) -> None:
    """What is said in many ways is wanted exactly, and what is not wholly understood proposes nothing."""
    found = understood(text)
    assert wanted == (found.wanted if isinstance(found, Understood) else ())


HANDED_OVER = (
    ("You wonder if you can return the tent. You also want to exchange the lens for the cheapest one.", "condition"),
    ("You want to return the tent and exchange the gloves for M. You want to only return the mug.", "condition"),
    ("You want to exchange the gloves for M. You want to keep the gloves.", "items"),
    ("You want to return the tent and the gloves in your recent orders, but keep the gloves.", "items"),
    ("You want to return the tent, not the gloves.", "words"),
    ("You want to exchange the gloves for M, but only if they cost less.", "words"),
    ("You do not want to return the tent.", "condition"),
    ("You want to cancel order #W1000002, no longer needed. Keep it.", "condition"),
    ("You want to return the tent if it is older than a week.", "words"),
    ("You want to return the tent after you get the new one.", "words"),
    ("You want to return the tent, but not today.", "words"),
    ("You want to return half of the items.", "words"),
    ("You want to return the tent's pegs.", "words"),
    ("You should return the tent.", "words"),
    ("You want to split the refund of the tent between your card and PayPal.", "words"),
    ("You want to exchange the gloves for anything but grey.", "words"),
    ("You want to return everything except the tent and the lens.", "items"),
    ("You want to return the red gloves.", "items"),
    ("You want to change your address to 12 Oak Street, Apt 4, Boston, MA 02110.", "words"),
    ("You want to return the mug with the lens.", "words"),
    ("You want to return the tent and the flux compensator.", "words"),
    ("You want to return the tent unless it can be repaired.", "words"),
    ("You want to return the tent, but do not return the tent.", "condition"),
    ("You want to return the lamp.", "words"),
    ("You want to exchange the tent.", "option"),
    ("You want to exchange the gloves for other ones.", "words"),
    ("You want to cancel order #W1000002.", "reason"),
    ("You want to cancel order #W1000002 because your dog ate the invoice.", "reason"),
    ("You want to cancel order #W9999999, no longer needed.", "order"),
    ("You want to return the mug and refund it to PayPal.", "payment"),
    ("You want to return the tent with your mastercard.", "payment"),
    ("You want to change the mug.", "items"),
    ("You want to return the tent. You also want to exchange the gloves for size M.", "action"),
    ("You want to return the tent or the gloves.", "words"),
    ("You want to modify the lens to the 35mm screw one, and the lens to the 50mm bayonet one.", "option"),
    ("You want to change the address of order #W1000002 to your Chicago home.", "words"),
)


@pytest.mark.parametrize(("text", "missing"), HANDED_OVER, ids=range(len(HANDED_OVER)))
def test_handed_over(text: str, missing: str, understood: Read) -> None:
    """What is not exactly one thing proposes nothing, and says what is missing."""
    found = understood(text)
    assert missing == (found.missing if isinstance(found, NotUnderstood) else found)


QUESTIONS = (
    "Where is order #W1000001?",
    "Can I return the tent?",
    "You want to know how much the tent costs and whether you can return the gloves.",
    "Check whether you can return the gloves, but you are not sure yet so do not process anything.",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_questions(text: str, understood: Read) -> None:
    """A question is answered and changes nothing."""
    found = understood(text)
    assert isinstance(found, Understood)
    assert (found.wanted, bool(found.questions)) == ((), True)


DECLINED = (
    "You want to exchange the tent for a camera lens.",
    "You want to cancel order #W1000004 because it is no longer needed.",
    "You want to return the black radio.",
    "You want to exchange the tent for a green nylon one for 4 persons.",
)


@pytest.mark.parametrize("text", DECLINED)
def test_declined(text: str, understood: Read) -> None:
    """What is clear and forbidden or not to be had is declined, with its reason."""
    found = understood(text)
    assert isinstance(found, Understood)
    assert (found.wanted, len(found.declined)) == ((), 1)


def test_question_with_choices(understood: Read) -> None:
    """Where one answer would settle it, the question names what may be answered."""
    found = understood("You want to cancel order #W1000002.")
    assert isinstance(found, NotUnderstood)
    assert found.choices == ("no longer needed", "ordered by mistake")


def test_answer_read_with_the_question(understood: Read) -> None:
    """The answer to a question, said after the first message, settles it."""
    found = understood("You want to cancel order #W1000002.\n\nIt was ordered by mistake.")
    assert Understood(wanted=(Cancel(order_id="#W1000002", reason="ordered by mistake"),)) == found


def test_spans(understood: Read) -> None:
    """Words that are not understood are shown by their place."""
    text = "You want to return the tent. Frobnicate the gloves."
    found = understood(text)
    assert isinstance(found, NotUnderstood)
    assert [text[start:end] for start, end in found.spans] == ["Frobnicate the gloves"]
