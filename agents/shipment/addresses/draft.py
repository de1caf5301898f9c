"""An address while it is checked: what it is by now, what was changed, what is wrong, what is to be known."""

from dataclasses import dataclass, field, replace

from agents.shipment.addresses.cleaning import clean
from agents.shipment.addresses.kinds import notes_on
from agents.shipment.addresses.result import AddressResult, Ambiguous, Corrected, Difference, Note, Unknown, Valid
from orchestrator.core.shipping.address import Address

TEXTS = (
    "person_name",
    "company_name",
    "address_line1",
    "address_line2",
    "city",
    "state_code",
    "postal_code",
    "country_code",
    "phone_number",
    "email",
)


@dataclass(slots=True)
class Draft:
    """Grows step by step; nothing changes without a difference that says why."""

    address: Address
    differences: list[Difference] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)

    def change(self, name: str, after: str, why: str) -> None:
        """Set a field, and say why; a second change of a field joins the first, so that each is shown once."""
        before = getattr(self.address, name)
        if after == before:
            return
        self.address = replace(self.address, **{name: after})  # type: ignore[arg-type]  # a text, as `name` is of TEXTS
        earlier = next((one for one in self.differences if one.field == name), None)
        if earlier is None:
            self.differences.append(Difference(field=name, before=before, after=after, why=why))
            return
        self.differences.remove(earlier)
        if earlier.before != after:
            self.differences.append(replace(earlier, after=after, why=f"{earlier.why}; {why}"))

    def refuse(self, name: str, why: str) -> None:
        """Say what is wrong with a field; the first reason counts."""
        self.wrong.setdefault(name, why)

    def ambiguous(self, *candidates: Address, field: str, reason: str) -> Ambiguous:
        """The answer where several may be meant."""
        return Ambiguous(
            candidates=candidates,
            reason=reason,
            field=field,
            differences=tuple(self.differences),
            notes=tuple(self.notes),
        )

    def result(self) -> AddressResult:
        """The answer where nothing is left to choose."""
        notes = (*self.notes, *notes_on(self.address))
        differences = tuple(self.differences)
        if self.wrong:
            return Unknown(address=self.address, fields=dict(self.wrong), differences=differences, notes=notes)
        if differences:
            return Corrected(address=self.address, differences=differences, notes=notes)
        return Valid(address=self.address, notes=notes)


def cleaned_draft(address: Address) -> Draft:
    """The address with every text cleaned; what was refused is emptied, so that it travels no further."""
    draft = Draft(address)
    for name in TEXTS:
        given = getattr(address, name)
        cleaned = clean(given, field=name)
        if cleaned.refused:
            draft.address = replace(draft.address, **{name: ""})  # type: ignore[arg-type]  # same
            draft.refuse(name, cleaned.refused)
        elif cleaned.text != given:
            draft.change(name, cleaned.text, "; ".join(cleaned.changes))
    return draft
