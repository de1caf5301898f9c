"""A postal address; field names are those of karrio's unified API, near to those of the carriers' own APIs."""

from dataclasses import dataclass, replace

from orchestrator.core.documents import optional_text, read_fields, texts_of
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a parcel goes to or comes from; an empty text is not known.

    Attributes:
        state_code: The region as its country abbreviates it (`CA`), or its name.
        country_code: ISO 3166-1 alpha-2.
        residential: None where nobody has said.
    """

    person_name: str = ""
    company_name: str = ""
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    state_code: str = ""
    postal_code: str = ""
    country_code: str = ""
    phone_number: str = ""
    email: str = ""
    residential: bool | None = None

    @property
    def place(self) -> "Address":
        """The same place, without the names and numbers of persons."""
        return replace(self, person_name="", company_name="", phone_number="", email="", residential=None)

    def lines(self) -> tuple[str, ...]:
        """As people write it, without phone and mail."""
        last = ", ".join(filter(None, (self.city, " ".join(filter(None, (self.state_code, self.postal_code))))))
        parts = (self.person_name, self.company_name, self.address_line1, self.address_line2, last, self.country_code)
        return tuple(filter(None, parts))

    def __str__(self) -> str:
        return ", ".join(self.lines())

    def document(self) -> Json:
        """As JSON; `read_address` builds it again."""
        return texts_of(self)


def read_address(document: object) -> Address:
    """The address of a JSON object; ValueError names an unknown field or one that is no text."""
    found = read_fields(document, Address, what="an address")
    residential = found.pop("residential", None)
    if residential is not None and not isinstance(residential, bool):
        raise ValueError(f"residential is {residential!r}: give true, false or null")
    return Address(
        **{name: optional_text(value, name) for name, value in found.items()},
        residential=residential,
    )
