"""Checks an address against what is known of its country: pure, without a carrier, and without inventing anything.

Well formed and consistent is not deliverable: whether somebody lives there only the carrier's own service knows.
"""

import re
from dataclasses import replace

from agents.shipment.addresses.countries import fold
from agents.shipment.addresses.country_check import check_country
from agents.shipment.addresses.draft import Draft, cleaned_draft
from agents.shipment.addresses.kinds import is_military
from agents.shipment.addresses.phones import CorrectedPhone, UnknownPhone, ValidPhone, validate_phone
from agents.shipment.addresses.region_check import check_region
from agents.shipment.addresses.regions import rules_of
from agents.shipment.addresses.result import AddressResult, Ambiguous, Note
from orchestrator.core.shipping.address import Address

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_WORDS = {"address_line1": "street", "city": "city", "state_code": "region", "postal_code": "postcode"}


def validate_address(address: Address) -> AddressResult:
    """Check one address.

    Every change is a `Difference` of the answer. Contradictions are given back as candidates to choose from; the
    choice, checked again, may still lack a field, such as the postcode that did not fit.
    """
    draft = cleaned_draft(address)
    _move_line(draft)
    unclear = check_country(draft) or _in_country(draft)
    if unclear is not None and not draft.wrong:
        return unclear
    if unclear is not None:  # what was refused comes first: no candidate may hide it
        draft.refuse(unclear.field, unclear.reason)
    _contact(draft)
    return draft.result()


def _in_country(draft: Draft) -> Ambiguous | None:
    if "country_code" in draft.wrong:
        _required(draft, ("address_line1", "city"))
        return None
    rules = rules_of(draft.address.country_code)
    unclear = check_region(draft, rules)
    if unclear is None:
        _required(draft, rules.required, example=rules.examples[0] if rules.examples else "")
        if rules.code == "US" and is_military(draft.address):
            _military(draft)
    return unclear


def _move_line(draft: Draft) -> None:
    """A street on the second line only belongs on the first."""
    if not draft.address.address_line1 and draft.address.address_line2 and "address_line1" not in draft.wrong:
        street = draft.address.address_line2
        draft.change("address_line1", street, "moved up from the second line")
        draft.change("address_line2", "", "moved to the first line")


def _required(draft: Draft, names: tuple[str, ...], *, example: str = "") -> None:
    for name in names:
        if not getattr(draft.address, name):
            shown = f", such as {example}" if name == "postal_code" and example else ""
            draft.refuse(name, f"the {_WORDS[name]} is missing: give it{shown}")


def _military(draft: Draft) -> None:
    """A military address has a post office as city, and a region that is none of the states."""
    city = fold(draft.address.city)[:3].upper()
    if city not in {"APO", "FPO", "DPO"}:
        draft.refuse("city", f"{draft.address.city!r} is no military post office: give APO, FPO or DPO")
    elif draft.address.state_code not in {"AA", "AE", "AP"}:
        draft.refuse("state_code", f"{draft.address.state_code!r} is not where {city} is: give AA, AE or AP")
    else:
        draft.change("city", city, "the post office alone stands where a city would")


def _contact(draft: Draft) -> None:
    """A number that is none is refused; one in no range that is in use is only told, for the data may be older."""
    number, email = draft.address.phone_number, draft.address.email
    if number:
        country = draft.address.country_code if "country_code" not in draft.wrong else ""
        match validate_phone(number, country):
            case CorrectedPhone(number=written, difference=difference):
                draft.change("phone_number", written, difference.why)
            case UnknownPhone(reason=reason, legible=True):
                draft.notes.append(Note(code="phone_doubtful", field="phone_number", text=reason))
            case UnknownPhone(reason=reason):
                draft.address = replace(draft.address, phone_number="")
                draft.refuse("phone_number", reason)
            case ValidPhone():
                pass
    if email and not _EMAIL.fullmatch(email):
        draft.notes.append(Note(code="email_doubtful", field="email", text=f"{email!r} is no mail address"))
