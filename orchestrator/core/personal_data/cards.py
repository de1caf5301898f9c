"""Numbers of payment cards: 13 to 19 digits that pass the check, in a form in which cards are written."""

import re
from collections.abc import Iterator

from orchestrator.core.personal_data.digits import Group, Run, luhn
from orchestrator.core.personal_data.masking import words_before

_LENGTHS = range(13, 20)
# groups as they are embossed, by the first one, the longest first: four by four, American Express 4-6-5, Diners 4-6-4,
# Maestro 6-13
_LAYOUTS = {
    4: ((4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 3), (4, 4, 4, 2), (4, 4, 4, 1)),
    6: ((6, 13),),
    8: ((8, 8),),
}
_MARKS = frozenset({" ", "-", "\n", "\r\n", "  ", " - ", ".", "\t"})
# What the schemes say of their first digits and lengths: Visa; Mastercard 51-55 and 2221-2720; American Express;
# Discover; Diners Club; JCB; UnionPay; Maestro; Mir; RuPay; Troy. ISO/IEC 7812 leaves them to the issuers.
_SCHEMES = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}|3(?:0[0-5]|095|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|62\d{14,17}|(?:50|5[6-8]|6[0-9])\d{11,17}|220[0-4]\d{12,15}|(?:60|65|81|82)\d{14}|508\d{13}|9792\d{12}"
)
_CUE = re.compile(
    r"\b(?:card|credit|debit|visa|master ?card|amex|american express|maestro|discover|diners|jcb|cc|pan|unionpay)\b"
)


def card_spans(text: str, run: Run, earlier: str = "") -> Iterator[tuple[int, int]]:
    """The card numbers of a run."""
    groups = run.groups
    first = 0
    while first < len(groups):
        size = _size(groups, first)
        digits = "".join(group.digits for group in groups[first : first + size])
        if size and luhn(digits) and digits.count(digits[0]) < len(digits):
            start = groups[first].start
            if size > 1 or _SCHEMES.fullmatch(digits) or _CUE.search(words_before(text, start, earlier)):
                yield start, groups[first + size - 1].end
                first += size
                continue
        first += 1


def _size(groups: tuple[Group, ...], first: int) -> int:
    """How many groups, from one on, are written as a card's; 0 for none."""
    length = len(groups[first].digits)
    if length in _LENGTHS:
        return 1
    for layout in _LAYOUTS.get(length, ()):
        part = groups[first : first + len(layout)]
        if tuple(len(group.digits) for group in part) == layout and all(group.mark in _MARKS for group in part[1:]):
            return len(layout)
    return 0
