"""Numbers that states give to persons, where their structure can be checked.

Chosen: the USA's Social Security number and ITIN, Britain's National Insurance number, Spain's DNI and NIE, France's
NIR. What has digits alone and no check (many countries') cannot be told from an order number, and is not looked for.
Each is searched by its digits, which are rare, and the letters around them are looked at then.
"""

import re
from collections.abc import Iterator

from orchestrator.core.personal_data.digits import Run
from orchestrator.core.personal_data.masking import words_before
from orchestrator.core.personal_data.phone_words import names_other

# area, group and serial are never 000, 00, 0000; area is never 666 nor, but for an ITIN, above 899.
# Source: Social Security Administration, "SSN randomization"; IRS, ITIN: group 50-65, 70-88, 90-92, 94-99
_SSN = re.compile(r"(?:(?!000|666|9)\d{3}(?!00)\d\d|9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9]))(?!0000)\d{4}")
_SSN_LAYOUT = (3, 2, 4)
_SSN_CUE = re.compile(r"\b(?:ssn|social security|social|tax ?payer|itin)\b")
_LETTER_AT_END = re.compile(r"[0-9][\- ]?[A-Za-z](?![A-Za-z0-9])")
# Source: HMRC, National Insurance Manual NIM39110
_NINO_DIGITS = re.compile(r"[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d](?![A-Za-z0-9])")
_NINO_LETTERS = re.compile(
    r"(?<![A-Za-z0-9])(?!bg|gb|kn|nk|nt|tn|zz)[a-ceghj-prstw-z][a-ceghj-npr-tw-z] ?\Z", re.IGNORECASE
)
# Source: Spain, Ministry of the Interior: the letter is the number modulo 23; an NIE's X, Y, Z count as 0, 1, 2
_DNI = re.compile(r"(?:[0-9]{7,8}|[0-9]{2}\.[0-9]{3}\.[0-9]{3})[\- ]?([A-Za-z])(?![A-Za-z0-9])")
_NIE_LETTER = re.compile(r"(?<![A-Za-z0-9.\-])([XYZxyz])[\- ]?\Z")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_DNI_LENGTH = 8
# Source: France, INSEE: the key is 97 less the number modulo 97; 2A and 2B (Corsica) count as 19 and 18
_NIR_DIGITS = re.compile(r"[12][ .]?[0-9][0-9](?:[^0-9]{0,3}[0-9]){10}")
_NIR = re.compile(
    r"([12])[ .]?(\d\d)[ .]?(0[1-9]|1[0-2]|[2-4]\d|[5-9]\d)[ .]?(\d\d|2[ABab])[ .]?(\d{3})[ .]?(\d{3})[ .]?(\d\d)"
    r"(?![A-Za-z0-9])"
)


def ssn_spans(text: str, run: Run, earlier: str = "") -> Iterator[tuple[int, int]]:
    """The numbers of the USA in a run: in their three groups, or nine digits that are said to be one."""
    groups = run.groups
    for first, group in enumerate(groups):
        three = groups[first : first + 3]
        grouped = (
            tuple(len(one.digits) for one in three) == _SSN_LAYOUT
            and three[1].mark == three[2].mark
            and three[1].mark in {"-", " "}
            and not (first and group.mark in {"-", "."})
        )
        digits, end = ("".join(one.digits for one in three), three[-1].end) if grouped else (group.digits, group.end)
        if _SSN.fullmatch(digits):
            before = words_before(text, group.start, earlier)
            if _SSN_CUE.search(before) or (grouped and not names_other(before)):
                yield group.start, end


def lettered_spans(text: str) -> Iterator[tuple[int, int]]:
    """The numbers of Britain, Spain and France, not in order."""
    if _LETTER_AT_END.search(text):
        yield from _with_last_letter(text)
    if _NIR_DIGITS.search(text):
        for found in _NIR.finditer(text):
            number = "".join(found.groups()[:6]).upper().replace("2A", "19").replace("2B", "18")
            if 97 - int(number) % 97 == int(found[7]) and not text[found.start() - 1 : found.start()].isalnum():
                yield found.span()


def _with_last_letter(text: str) -> Iterator[tuple[int, int]]:
    for found in _NINO_DIGITS.finditer(text):
        letters = _NINO_LETTERS.search(text, max(0, found.start() - 4), found.start())
        if letters:
            yield letters.start(), found.end()
    for found in _DNI.finditer(text):
        yield from _spanish(text, found)


def _spanish(text: str, found: re.Match[str]) -> Iterator[tuple[int, int]]:
    digits = "".join(filter(str.isdigit, found[0]))
    start = found.start()
    if len(digits) < _DNI_LENGTH:
        letter = _NIE_LETTER.search(text, max(0, start - 3), start)
        if letter is None:
            return
        digits, start = f"{'XYZ'.index(letter[1].upper())}{digits}", letter.start()
    elif text[start - 1 : start].isalnum() or text[start - 1 : start] in {".", "-"}:
        return
    if _DNI_LETTERS[int(digits) % 23] == found[1].upper():
        yield start, found.end()
