"""Reads who writes: mail addresses, name and postal code, customer id, address; nothing is completed or mended."""

import re
from dataclasses import dataclass

from agents.shipment.requests.tokens import MAX_CHARACTERS
from orchestrator.core.shipping.address import Address
from playbooks.shipping.words import load_words

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ID = re.compile(r"\b[a-z]{1,40}_[a-z]{1,40}_\d{1,8}\b")
_POSTAL = re.compile(
    r"\b(?:zip ?codes?|post ?codes?|postal ?codes?|zip)\b[\s:]{0,3}(?:is|of)?\s{0,2}(\d{5}(?:-\d{4})?)\b", re.IGNORECASE
)
_ZIP = re.compile(r"(?<![\w#$.])(\d{5})(?:-\d{4})?(?![\w@])")
_PART = re.compile(r"[.!?\n]+\s")
_WHO = re.compile(r"\b(?:[Nn]ame is|[Yy]ou are|I am|I'm|live|lives|living|residing|reside|from)\b")
_NAME = re.compile(
    r"\b(?:[Yy]ou are|[Yy]ou're|[Ii] am|[Ii]'m|[Yy]our name is|[Mm]y name is|[Yy]ou name is|[Tt]his is|[Nn]ame:)\s{1,3}"
    r"(?:user\s)?([A-Z][\w'\u2019-]{1,39}(?:\s[A-Z][\w'\u2019-]{1,39}){1,3})(?=[\s,.;:(]|$)"
)
_STREET = re.compile(
    r"(\d{1,6}[A-Za-z]?(?:\s[\w.'\u2019-]{1,30}){1,5})\s?,\s{0,2}"
    r"(?:((?:Suite|Apt|Apartment|Unit|Floor|#)[\w\s.#-]{1,20}?)\s?,\s{0,2})?"
    r"([A-Z][\w.'\u2019 -]{1,40}?)\s?,\s{0,2}([A-Za-z][A-Za-z ]{1,30}?)\s?,?\s{0,2}"
    r"(?:(?:USA|US|United States)\s?,?\s{0,2})?(\d{5})(?!\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a message says of who writes; all that it says, verified by nobody yet.

    Attributes:
        emails: Each once, as written.
        names: First and last names, as written.
    """

    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    postal_code: str = ""
    customer_id: str = ""
    address: Address | None = None


def read_identity(text: str) -> Identity:
    """The identity that a message states; two postal codes or two ids are none."""
    text = text[:MAX_CHARACTERS]
    emails = tuple(dict.fromkeys(found.group() for found in _EMAIL.finditer(text)))
    names = tuple(dict.fromkeys(found.group(1).strip() for found in _NAME.finditer(text)))
    address = _address(text)
    named = {found.group(1)[:5] for found in _POSTAL.finditer(text)}
    loose = {found.group(1) for part in _PART.split(text) if _WHO.search(part) for found in _ZIP.finditer(part)}
    codes = named or ({address.postal_code} if address else loose)
    ids = set(_ID.findall(text))
    return Identity(
        emails=emails,
        names=names,
        postal_code=codes.pop() if len(codes) == 1 else "",
        customer_id=ids.pop() if len(ids) == 1 else "",
        address=address,
    )


def _address(text: str) -> Address | None:
    """The one address of the form street, [unit,] city, state ZIP; None where there is none, or more than one."""
    states = {name: code for code, name in load_words().states.items()}
    found = []
    for match in _STREET.finditer(text):
        street, unit, city, state, postal_code = (part.strip() if part else "" for part in match.groups())
        code = states.get(state.lower(), state.upper() if state.upper() in states.values() else "")
        if code:
            found.append(
                Address(
                    address_line1=street,
                    address_line2=unit,
                    city=city,
                    state_code=code,
                    postal_code=postal_code,
                    country_code="US",
                )
            )
    return found[0] if len(set(found)) == 1 else None
