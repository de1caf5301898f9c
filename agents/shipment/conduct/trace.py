"""What was said and done in the service of a customer, step by step: what the rules of conduct are held against."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

Arguments = Mapping[str, object]


class Answer(StrEnum):
    """What a customer's words answer to what was proposed."""

    NONE = "none"
    YES = "yes"
    NO = "no"


class Subject(StrEnum):
    """What a read was of."""

    CUSTOMER = "customer"
    ORDER = "order"
    PRODUCT = "product"
    SHIPMENT = "shipment"
    """By its tracking number, at the carrier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """A customer was found by what they said of themselves.

    Attributes:
        by: By what, as `find_customer` says in `verified_by`.
        moment: Steps of one moment happened at once; each other one is greater than the one before.
    """

    kind: Literal["authenticated"] = "authenticated"
    customer_id: str
    by: str
    moment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A customer, an order or a product was read, all of it, or a shipment.

    Attributes:
        gave: In words, what the shop's own state does not hold, such as where a carrier says that a parcel is.
    """

    kind: Literal["read"] = "read"
    what: Subject
    id: str
    moment: int
    gave: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The customer was told exactly what is to be changed.

    Attributes:
        action: The operation, such as `cancel`, or `update_customer`.
        arguments: As the workflow takes them, without key, version and operation.
        fingerprint: Of the action that waits for the yes; empty where there is none.
    """

    kind: Literal["proposed"] = "proposed"
    action: str
    arguments: Arguments
    moment: int
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words.

    Attributes:
        answer: Of a customer, to all that was proposed and not answered yet.
        to: The fingerprint of the one proposal that is answered; empty means all.
    """

    kind: Literal["said"] = "said"
    by: Literal["customer", "agent"]
    text: str
    moment: int
    answer: Answer = Answer.NONE
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """A change was made; a call that was repeated with its key is one."""

    kind: Literal["wrote"] = "wrote"
    action: str
    arguments: Arguments
    moment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """It was given to a person.

    Attributes:
        wanted: What the customer wanted and did not get: an action's name, or words where no action does it.
        arguments: Of that action, as far as they were known.
    """

    kind: Literal["handed_over"] = "handed_over"
    summary: str
    wanted: str
    moment: int
    arguments: Arguments = field(default_factory=dict)


Step: TypeAlias = Authenticated | Read | Proposed | Said | Wrote | HandedOver
CALLS = (Authenticated, Read, Wrote, HandedOver)
"""Steps that call something; the others are words."""


def identity(action: str, arguments: Arguments) -> str:
    """What tells one change from another: its name and its exact arguments."""
    return json.dumps([action, dict(arguments)], sort_keys=True, separators=(",", ":"), default=str)


def texts(arguments: Arguments, name: str) -> tuple[str, ...]:
    """A list of texts among the arguments; none where it is missing or no list."""
    value = arguments.get(name)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def text(arguments: Arguments, name: str) -> str:
    """A text among the arguments; empty where it is missing."""
    value = arguments.get(name)
    return value if isinstance(value, str) else ""
