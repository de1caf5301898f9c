"""What sentences say, before it is held against the customer's orders: things, orders, wishes, ways to pay, acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from orchestrator.core.shipping.address import Address

Pair: TypeAlias = "tuple[str, str]"
"""An option and a value of it."""


class Verb(StrEnum):
    """What is asked to be done; `change` is said of whatever the order's state allows."""

    RETURN = "return"
    EXCHANGE = "exchange"
    CHANGE = "change"
    CANCEL = "cancel"
    READDRESS = "readdress"
    TRACK = "track"
    SHIP = "ship"
    VOID = "void"
    LOST = "lost"
    DAMAGED = "damaged"
    CROSS = "cross"
    """To refund each order to the payment method of another."""
    NEVER = "never"
    """What the policy never allows, such as to split a payment."""
    REPAY = "repay"


class Mood(StrEnum):
    """How it is said: wanted, only wondered whether it can be, or not wanted."""

    WANT = "want"
    WONDER = "wonder"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPhrase:
    """How orders are pointed at; what is empty restricts nothing.

    Attributes:
        hints: `pending`, `delivered`, `recent`, `other`, `same`.
        place: A city or state that stands in its address.
        product_ids: Products that it holds.
    """

    ids: tuple[str, ...] = ()
    hints: frozenset[str] = frozenset()
    place: str = ""
    product_ids: frozenset[str] = frozenset()
    beside: tuple[frozenset[str], ...] = ()
    """Further products that it holds, each in one of its names' meanings."""
    is_every: bool = False
    is_plural: bool = False
    count: int | None = None
    is_tentative: bool = False
    """Given as a number that may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """How items are pointed at; `product_ids` empty means items of any kind.

    Attributes:
        pairs: For each value said, the (option, value) pairs that it may mean.
        count: How many pieces, where a number was said.
        hints: `pending`, `delivered`, `other`.
        beside: Another item of the same order.
        options: The item's options, all written out.
        pick: The one that is most or least of options, whether most is meant, and whether it is one of exactly two.
    """

    product_ids: frozenset[str] = frozenset()
    pairs: tuple[frozenset[Pair], ...] = ()
    count: int | None = None
    is_every: bool = False
    is_plural: bool = False
    hints: frozenset[str] = frozenset()
    order: OrderPhrase | None = None
    beside: "Thing | None" = None
    item_id: str = ""
    options: Mapping[str, str] | None = None
    excluding: tuple["Thing", ...] = ()
    is_pronoun: bool = False
    pick: "tuple[tuple[str, ...], bool, bool] | None" = None
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The article wanted in place of another.

    Attributes:
        item_id: The article's own number.
        pairs: For each value said, the pairs that it may mean: it must be one of them.
        barred: Values that it must not have.
        same: Options that stay as they are.
        is_same: Everything not named stays as it is.
        free: Options that may be anything.
        steps: Comparatives: options and direction; `exactly` one step where `by_one`.
        extremes: Superlatives, the first before the second.
        preferred: Ordered lists of pairs, best first; they decide among what the rest allows.
        like: Another item that it shall equal.
        is_no_dearer: It costs no more than was paid for the item that it replaces.
        is_strict: Options that are not named must stay, as the customer says what is wanted otherwise.
        other_product: Products that are not the item's own.
    """

    item_id: str = ""
    pairs: tuple[frozenset[Pair], ...] = ()
    barred: tuple[frozenset[Pair], ...] = ()
    same: frozenset[str] = frozenset()
    is_same: bool = False
    free: frozenset[str] = frozenset()
    steps: tuple[tuple[tuple[str, ...], bool, bool], ...] = ()
    extremes: tuple[tuple[tuple[str, ...], bool], ...] = ()
    preferred: tuple[tuple[frozenset[Pair], ...], ...] = ()
    like: Thing | None = None
    other_product: frozenset[str] = frozenset()
    instead: "Wish | None" = None
    is_strict: bool = False
    is_no_dearer: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing yet."""
        return self == Wish() or self == Wish(is_same=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to pay: the original one, or one by id, kind, brand or last digits; another where that is not possible."""

    is_original: bool = False
    kind: str = ""
    brand: str = ""
    last_four: str = ""
    id: str = ""
    otherwise: "Method | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address: written out, the default one, of an order, or of a city that the customer's own data knows."""

    address: Address | None = None
    unit: str = ""
    kin: str = ""
    is_default: bool = False
    is_stated: bool = False
    city: str = ""
    order: OrderPhrase | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Things that share one wish; the wish is empty for a return."""

    things: tuple[Thing, ...]
    wish: Wish = field(default_factory=Wish)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request."""

    verb: Verb
    mood: Mood = Mood.WANT
    parts: tuple[Part, ...] = ()
    orders: tuple[OrderPhrase, ...] = ()
    method: Method | None = None
    place: Place | None = None
    number: str = ""
    """Of a parcel, as its carrier writes it."""
    manner: tuple[str, ...] = ()
    """How an order shall be sent, in the customer's words."""
    is_profile: bool = False
    reason: str = ""
    is_optional: bool = False
    is_only: bool = False
    """Said with `only`: nothing else of its kind is wanted."""
    needs_pending: bool = False
    budget: Decimal | None = None
    text: str = ""
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """More about the wish of the act before."""

    wish: Wish
    product_ids: frozenset[str] = frozenset()
    is_instead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """By what money is to go, for every act of the message, or for those on pending orders only."""

    method: Method
    is_pending_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an order is cancelled, in the policy's words; `product_ids` where it was said of items."""

    reason: str
    product_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Something told, with the orders and things that later words may point to."""

    orders: tuple[OrderPhrase, ...] = ()
    things: tuple[Thing, ...] = ()
    address: Address | None = None
    kin: tuple[str, str] | None = None
    """A relative, and the city where they live."""
    is_new_home: bool = False
    """Whether the things were sent to the address that is the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that the customer wants to know."""

    text: str
    order: OrderPhrase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """What is wanted if the act before is not possible; a wish alone is another article for the same things."""

    body: tuple["Statement", ...] = ()
    product_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """What the act before only asked for is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyOne:
    """Of acts that exclude each other, the one that saves most, or that of the verb, is wanted."""

    verb: Verb | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which of the items of a product is meant."""

    product_ids: frozenset[str]
    pairs: tuple[frozenset[Pair], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What stays with the customer as it is."""

    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The act before is dropped where it is not possible as said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What the customer says when asked to confirm: more acts, only these, or none of before.

    Attributes:
        drops: Verbs of acts that are no longer wanted; empty where nothing is dropped.
        is_only: Of the acts before only those things remain.
    """

    body: tuple["Statement", ...] = ()
    drops_all: bool = False
    is_only: bool = False


Statement: TypeAlias = (
    "Act | More | Paying | Reason | Story | Question | Otherwise | Go | OnlyOne | Keep | Which | Guard | Confirmed"
)
