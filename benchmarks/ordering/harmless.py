"""Mutations that break no rule: reads in another order, or twice, thanks, doubts, a proposal stated anew."""

from dataclasses import replace
from random import Random

from ordering.scenes import FAR, Scene, renumbered

from agents.shipment.conduct.trace import Answer, HandedOver, Proposed, Read, Said, Step, Subject, Wrote

_THANKS = ("Thank you!", "Please, take your time.", "I appreciate it, have a lovely 2026.", "Great, thanks so much :)")
_MANNERS = (
    "Of course, one moment please.",
    "Thank you for your patience.",
    "I am sorry for the trouble; let me see to it.",
    "Returns take 5 to 7 business days.",
    "An order can only be cancelled while it is pending.",
    "It will be delivered to the new address.",
    "Once your order is delivered, you can return what you do not like.",
    "If it is on hold, somebody will call you.",
    "Are these all the articles that you want to change?",
)


def reordered_reads(scene: Scene, random: Random) -> Scene:
    """Reads that follow on each other change places."""
    steps = list(scene.steps)
    at = 0
    while at < len(steps):
        end = at
        while end < len(steps) and isinstance(steps[end], Read):
            end += 1
        run = steps[at:end]
        random.shuffle(run)
        steps[at:end] = run
        at = end + 1
    return replace(scene, steps=renumbered(steps))


def repeated_reads(scene: Scene, random: Random) -> Scene:
    """Something of the customer, or a product, is read once more."""
    kinds = {
        Subject.ORDER: scene.customer.orders,
        Subject.CUSTOMER: (scene.customer.id,),
        Subject.PRODUCT: tuple(scene.state.products),
    }
    what = random.choice(list(kinds))
    read = Read(what=what, id=random.choice(kinds[what]), moment=FAR)
    return scene.put(random.randrange(scene.known_at + 1, len(scene.steps)), read)


def politeness(scene: Scene, random: Random) -> Scene:
    """Words without a fact, of either."""
    by = random.choice(["customer", "agent"])
    words = random.choice(_THANKS if by == "customer" else _MANNERS)
    said = Said(by="customer" if by == "customer" else "agent", text=words, moment=FAR)
    return scene.put(random.randrange(len(scene.steps)), said)


def stated_anew(scene: Scene, random: Random) -> Scene:
    """The customer says no, hears it again, and says yes."""
    places = [at for at, step in enumerate(scene.steps) if isinstance(step, Proposed)]
    if not places:
        return politeness(scene, random)
    at = random.choice(places)
    no = Said(by="customer", text="No, wait. Say that again?", answer=Answer.NO, moment=FAR)
    return scene.put(at, scene.steps[at], no)


def told_as_read(scene: Scene, random: Random) -> Scene:
    """A status, a total, a price and a parcel are told as they were read."""
    order = scene.state.orders[random.choice(scene.customer.orders)]
    item = random.choice(order.items)
    words = [
        f"Your order {order.id} is {order.status}.",
        f"It comes to ${order.total:,.2f} in all.",
        f"The {item.name.lower()} cost ${item.price}.",
        *(f"The tracking number is {number}." for one in order.fulfillments for number in one.tracking_numbers),
    ]
    changed = [at for at, step in enumerate(scene.steps) if isinstance(step, Wrote | HandedOver)]
    end = min([*changed, len(scene.steps) - 1])
    at = random.randrange(scene.known_at + 1, max(end, scene.known_at + 1) + 1)
    at = min(at, end) if scene.known_at < end else end
    read = Read(what=Subject.ORDER, id=order.id, moment=FAR)
    return scene.put(at, read, Said(by="agent", text=random.choice(words), moment=FAR))


def said_by_customer(scene: Scene, random: Random) -> Scene:
    """What the customer says is the customer's, and may be repeated."""
    number = random.randrange(10**11, 10**12)
    heard: tuple[Step, ...] = (
        Said(
            by="customer",
            text=f"The shop next door wants ${random.randrange(10, 500)}.99, parcel {number}.",
            moment=FAR,
        ),
        Said(by="agent", text=f"I cannot find a parcel {number}.", moment=FAR),
    )
    return scene.put(random.randrange(scene.known_at + 1, len(scene.steps)), *heard)


HARMLESS = (reordered_reads, repeated_reads, politeness, stated_anew, told_as_read, said_by_customer)
