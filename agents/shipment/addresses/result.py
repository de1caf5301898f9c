"""What a check of an address says: valid, corrected (the difference shown), ambiguous, or unknown (with the reason)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from orchestrator.core.documents import texts_of
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that was changed, and why."""

    field: str
    before: str
    after: str
    why: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody who ships there should know; it makes no address wrong.

    Attributes:
        code: `po_box`, `parcel_locker`, `military`, `territory`, `long_line`, `not_latin`, `no_house_number`,
            `unit_without_number`, `postcode_not_checked`, `postcode_not_used`, `region_not_used`, `region_not_known`,
            `phone_doubtful`, `email_doubtful`.
        field: The field that it is about.
    """

    code: str
    field: str
    text: str

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """Nothing had to be changed. It says that the address is well formed and consistent, not that somebody is there."""

    address: Address
    notes: tuple[Note, ...] = ()
    kind: Literal["valid"] = "valid"

    def document(self) -> Json:
        """As JSON, as docs/schemas/address-validation.json describes it."""
        return _document(self.kind, address=self.address, notes=self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """`address` is what was given with exactly these differences."""

    address: Address
    differences: tuple[Difference, ...]
    notes: tuple[Note, ...] = ()
    kind: Literal["corrected"] = "corrected"

    def document(self) -> Json:
        """As JSON, as docs/schemas/address-validation.json describes it."""
        return _document(self.kind, address=self.address, differences=self.differences, notes=self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Several places may be meant: somebody must choose one of at least two candidates.

    Attributes:
        candidates: Each is one reading of what was given; a field that it cannot know is empty.
        reason: What contradicts what.
        field: The field that the candidates differ in first.
        differences: What was changed in all of them alike.
    """

    candidates: tuple[Address, ...]
    reason: str
    field: str
    differences: tuple[Difference, ...] = ()
    notes: tuple[Note, ...] = ()
    kind: Literal["ambiguous"] = "ambiguous"

    def document(self) -> Json:
        """As JSON, as docs/schemas/address-validation.json describes it."""
        return _document(
            self.kind,
            candidates=self.candidates,
            differences=self.differences,
            reasons={self.field: self.reason},
            notes=self.notes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It cannot be shipped to as it is.

    Attributes:
        address: What was given, without what was refused.
        fields: The reason for each field that is missing or wrong.
    """

    address: Address
    fields: Mapping[str, str]
    differences: tuple[Difference, ...] = ()
    notes: tuple[Note, ...] = field(default=())
    kind: Literal["unknown"] = "unknown"

    @property
    def reason(self) -> str:
        """All reasons in one sentence."""
        return "; ".join(self.fields.values())

    def document(self) -> Json:
        """As JSON, as docs/schemas/address-validation.json describes it."""
        return _document(
            self.kind, address=self.address, differences=self.differences, reasons=self.fields, notes=self.notes
        )


AddressResult: TypeAlias = Valid | Corrected | Ambiguous | Unknown


def _document(
    kind: str,
    *,
    address: Address | None = None,
    differences: tuple[Difference, ...] = (),
    candidates: tuple[Address, ...] = (),
    reasons: Mapping[str, str] | None = None,
    notes: tuple[Note, ...] = (),
) -> Json:
    return {
        "result": kind,
        "address": None if address is None else address.document(),
        "differences": [one.document() for one in differences],
        "candidates": [one.document() for one in candidates],
        "reasons": [{"field": name, "reason": reason} for name, reason in (reasons or {}).items()],
        "notes": [one.document() for one in notes],
    }
