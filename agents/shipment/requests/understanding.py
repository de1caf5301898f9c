"""Understands a message about orders as a whole, or says what in it is not understood."""

from collections.abc import Mapping, Sequence

from agents.shipment.requests.catalogue import Catalogue
from agents.shipment.requests.cursor import Scene
from agents.shipment.requests.folding import fold
from agents.shipment.requests.numbering import named_back, renumbered
from agents.shipment.requests.planning import plan
from agents.shipment.requests.stating import read_message
from agents.shipment.requests.tokens import MAX_CHARACTERS, sentences_of
from agents.shipment.requests.verdicts import Impossible, Unclear
from agents.shipment.requests.wanted import NotUnderstood, Understood
from orchestrator.core.orders.order import Customer, Order, Product
from playbooks.shipping.words import Words, load_words


def understand(
    text: str,
    *,
    customer: Customer,
    orders: Sequence[Order],
    products: Mapping[str, Product],
    words: Words | None = None,
) -> Understood | NotUnderstood:
    """What the customer wants, exactly and as a whole, or what is not understood; the same for the same input.

    Every clause must be read or be known to ask for nothing; otherwise nothing is proposed at all. `text` may be the
    customer's side of a whole conversation. Only the given orders, their items, available articles of the same products
    and the customer's own payment methods can be named in the result.
    """
    if len(text) > MAX_CHARACTERS:
        reason = f"the message has {len(text):,d} characters, more than {MAX_CHARACTERS:,d}"
        return NotUnderstood(missing="words", reason=reason)
    own = tuple(order for order in orders if order.customer_id in {"", customer.id})
    read, numbered, names = renumbered(text, own)
    return named_back(_read(read, Scene(Catalogue(products, words or load_words()), customer, numbered)), names)


def _read(text: str, scene: Scene) -> Understood | NotUnderstood:
    reading = read_message(sentences_of(text), scene)
    if reading.unread is not None:
        start, end = reading.unread.span
        reason = f"not understood: {text[start:end]!r:.120}"
        return NotUnderstood(missing=reading.unread.what, reason=reason, spans=((start, end),))
    try:
        return plan(fold(reading.statements), scene)
    except Unclear as doubt:
        return NotUnderstood(missing=doubt.missing, reason=doubt.reason, question=doubt.question, choices=doubt.choices)
    except Impossible as no:
        return NotUnderstood(missing="condition", reason=no.reason)
