"""Where personal data stands in a text, of which kind it is, and what is written in its place."""

import re
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What was found; its value is what is written in its place, in brackets."""

    SECRET = "secret"  # noqa: S105 - the kind, not one
    EMAIL = "email"
    IBAN = "iban"
    CARD = "card"
    NATIONAL_ID = "national_id"
    IP = "ip"
    PHONE = "phone"
    PERSON = "person"
    LOCATION = "location"


class Span(NamedTuple):
    """Personal data in a text; `start` and `end` count code points of the text as given."""

    kind: Kind
    start: int
    end: int


EVERY_KIND = frozenset(Kind)
DEFAULT_KINDS = EVERY_KIND - {Kind.IP, Kind.PERSON, Kind.LOCATION}
"""What is looked for unless said otherwise: machines' addresses are no persons' for most who analyse conversations.

Names and places have no form; only Presidio with a language model finds them."""

TOKEN_LENGTH = 16
# a token has a letter, so that no sixteen digits can pose as one
PLACEHOLDER = re.compile(
    rf"\[(?:{'|'.join(Kind)})(?::(?=[0-9]*[a-f])[0-9a-f]{{{TOKEN_LENGTH}}})?\]|\[redacted [a-z-]{{1,20}}\]"
)
"""What stands in place of personal data, ours and that of the log's redaction."""


def placeholder(kind: Kind, _original: str = "") -> str:
    """`[email]` and the like, from which nobody finds the way back."""
    return f"[{kind.value}]"
