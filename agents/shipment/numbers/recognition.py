"""Which carriers' numbers a text may be, whether a check digit proves it, and why not where it is none."""

import re
from dataclasses import dataclass

from agents.shipment.numbers.form import Form
from agents.shipment.numbers.forms import ALL, BY_LENGTH, LONGEST
from orchestrator.core.documents import texts_of
from orchestrator.core.report import Json

# People write numbers in groups; a barcode's text between spaces is three times as long at most.
_MOST_CHARACTERS = 200
_SEPARATORS = dict.fromkeys(map(ord, " \t\r\n\u00a0\u202f-\u2010\u2011\u2012\u2013\u2014"))
_PLAIN = re.compile(r"[0-9A-Z]+")
_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A form that the number has.

    Attributes:
        carrier: Our code, such as `ups`; `s10` is the post of `origin_country`.
        format: The form's name.
        checked: Whether a check digit proved it.
        distinct: Whether its letters make the form unmistakable.
        tracked_as: By what the carrier tracks it; not the whole number where that is a barcode with more in it.
        mark: What tells this form from others.
        origin_country: Where the number says it, else empty.
        tracking_url: Where the carrier shows it; empty where it publishes no such address.
    """

    carrier: str
    format: str
    checked: bool
    distinct: bool
    tracked_as: str
    mark: str
    service: str = ""
    origin_country: str = ""
    tracking_url: str = ""

    document = texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What a text is as a tracking number.

    Attributes:
        number: Capitals and digits only; empty where the text can be no number.
        candidates: The likeliest first: proved by a check digit, then unmistakable letters, then the rest.
        near: The forms that it nearly has, with what is wrong.
        reason: Why there is no candidate; empty where there is one.
    """

    number: str
    candidates: tuple[Candidate, ...] = ()
    near: tuple[str, ...] = ()
    reason: str = ""

    @property
    def carriers(self) -> tuple[str, ...]:
        """The carriers whose number it may be, the likeliest first."""
        return tuple(dict.fromkeys(candidate.carrier for candidate in self.candidates))

    @property
    def ambiguous(self) -> bool:
        """Whether several carriers may have given it out."""
        return len(self.carriers) > 1

    @property
    def distinction(self) -> str:
        """What tells the carriers apart, where there are several."""
        if not self.ambiguous:
            return ""
        return "; ".join(f"{one.carrier} ({one.format}): {one.mark}" for one in self.candidates)

    def document(self) -> Json:
        """As JSON."""
        return {
            "number": self.number,
            "candidates": [candidate.document() for candidate in self.candidates],
            "ambiguous": self.ambiguous,
            "distinction": self.distinction,
            "near": list(self.near),
            "reason": self.reason,
        }


def recognise(text: str) -> Recognition:
    """The carriers whose number `text` may be; spaces, dashes and small letters are tolerated, nothing else is."""
    if len(text) > _MOST_CHARACTERS:
        return Recognition(number="", reason=f"{len(text):,d} characters are no tracking number: give the number alone")
    number = normalised(text)
    if not number:
        return Recognition(number="", reason="there is no tracking number: give letters and digits")
    if not _PLAIN.fullmatch(number):
        foreign = next(char for char in number if not _PLAIN.fullmatch(char))
        return Recognition(
            number="", reason=f"{foreign!r} is in no tracking number: give letters A to Z and digits 0 to 9"
        )
    candidates, near = _judge(number)
    if candidates:
        return Recognition(number=number, candidates=candidates, near=near)
    near = near or _wrong_length(number)
    return Recognition(number=number, near=near, reason="; ".join(near) or _no_form(number))


def normalised(text: str) -> str:
    """Capitals and digits without the separators that people write; other characters stay, to be refused."""
    bare = text.translate(_SEPARATORS)
    # Only ASCII is raised: `ß`.upper() is two letters, and a dotless i would become one of the alphabet.
    return "".join(char.upper() if char.isascii() else char for char in bare)


def _judge(number: str) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The forms that the number has, and those that it has but for one thing."""
    found: list[Candidate] = []
    near: list[str] = []
    for form in BY_LENGTH.get(len(number), ()):
        match = form.match(number)
        if match is None:
            continue
        fault = _fault(form, match)
        if fault:
            near.append(f"{form.carrier} {form.name}: {fault}")
        else:
            found.append(_candidate(form, match, number))
    found.sort(key=lambda one: (not one.checked, not one.distinct))
    return tuple(found), tuple(near)


def _fault(form: Form, match: re.Match[str]) -> str:
    """What is wrong with a number whose shape is right."""
    refused = form.refuse(match) if form.refuse else ""
    if refused or form.check is None:
        return refused
    expected = form.check(match)
    found = match["check"]
    return "" if found == expected else f"wrong check digit {found}: expected {expected}"


def _candidate(form: Form, match: re.Match[str], number: str) -> Candidate:
    told = form.tell(match)
    tracked_as = told.tracked_as or number
    return Candidate(
        carrier=form.carrier,
        format=form.name,
        checked=form.check is not None,
        distinct=form.distinct,
        tracked_as=tracked_as,
        mark=form.mark,
        service=told.service,
        origin_country=told.origin_country,
        tracking_url=(told.tracking_url or form.url).format(tracked_as),
    )


def _wrong_length(number: str) -> tuple[str, ...]:
    """The forms with whose letters the number begins, but whose length it has not."""
    found = [
        f"{form.carrier} {form.name}: {len(number)} characters, expected {_lengths(form)}"
        for form in ALL
        if form.head and number.startswith(form.head) and len(number) not in form.lengths
    ]
    return tuple(found[:_NEAR])


def _lengths(form: Form) -> str:
    return " or ".join(map(str, sorted(form.lengths)))


def _no_form(number: str) -> str:
    shortest = min(BY_LENGTH)
    if not shortest <= len(number) <= LONGEST:
        return f"{len(number)} characters: tracking numbers have {shortest} to {LONGEST}"
    return f"{number!r} has the form of no carrier that is known here"
