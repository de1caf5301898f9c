"""Checks phone numbers and writes them as E.164, by libphonenumber's data (`phonenumbers`)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agents.shipment.addresses.cleaning import clean
from agents.shipment.addresses.countries import find_countries
from agents.shipment.addresses.result import Difference
from orchestrator.core.report import Json

_LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidPhone:
    """A number that is E.164 as given and lies in a range that is in use."""

    number: str
    kind: Literal["valid"] = "valid"

    def document(self) -> Json:
        """As JSON."""
        return {"result": self.kind, "number": self.number, "differences": [], "reason": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedPhone:
    """A number that was written in another way; an extension is cut off, and shown in the difference."""

    number: str
    difference: Difference
    kind: Literal["corrected"] = "corrected"

    def document(self) -> Json:
        """As JSON."""
        return {
            "result": self.kind,
            "number": self.number,
            "differences": [self.difference.document()],
            "reason": "",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPhone:
    """No number that could be called, and why; `legible` tells a wrong number from what is no number at all."""

    reason: str
    legible: bool
    kind: Literal["unknown"] = "unknown"

    def document(self) -> Json:
        """As JSON."""
        return {"result": self.kind, "number": None, "differences": [], "reason": self.reason}


PhoneResult: TypeAlias = ValidPhone | CorrectedPhone | UnknownPhone


def validate_phone(number: str, country: str) -> PhoneResult:
    """Check a phone number; `country` (a code, a name, or empty) counts where it has no international prefix."""
    import phonenumbers  # noqa: PLC0415  # only shipments need it

    if len(number) > _LONGEST:
        return _illegible(f"the phone number has {len(number):,d} characters: give at most {_LONGEST}")
    text = clean(number, field="phone_number").text
    codes = find_countries(country)
    region = codes[0] if len(codes) == 1 else None
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == error.INVALID_COUNTRY_CODE:
            return UnknownPhone(reason=f"{text!r} has no country: begin with + and its country code", legible=True)
        return _illegible(f"{text!r} is no phone number: give one such as +14155552671")
    if not phonenumbers.is_valid_number(parsed):
        where = f" in {region}" if region and not text.startswith("+") else ""
        return UnknownPhone(reason=f"{text!r} is in no range of numbers that is in use{where}: check it", legible=True)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if written == number:
        return ValidPhone(number=written)
    why = f"written as E.164{', without its extension ' + parsed.extension if parsed.extension else ''}"
    return CorrectedPhone(
        number=written, difference=Difference(field="phone_number", before=number, after=written, why=why)
    )


def _illegible(reason: str) -> UnknownPhone:
    return UnknownPhone(reason=reason, legible=False)
