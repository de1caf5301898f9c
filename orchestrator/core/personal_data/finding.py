"""Finds personal data and secrets in a text, by a short list of kinds whose form can be checked.

Names of persons and postal addresses are not in it: no form tells them. The time grows with the text and not faster.
"""

import re
from collections.abc import Collection, Iterable

from orchestrator.core.personal_data.addresses import ip_spans
from orchestrator.core.personal_data.cards import card_spans
from orchestrator.core.personal_data.credentials import credential_spans
from orchestrator.core.personal_data.digits import runs_of
from orchestrator.core.personal_data.emails import email_spans, spelled_spans
from orchestrator.core.personal_data.folding import fold
from orchestrator.core.personal_data.ibans import iban_spans
from orchestrator.core.personal_data.masking import mask, without_harmless, without_placeholders
from orchestrator.core.personal_data.national_ids import lettered_spans, ssn_spans
from orchestrator.core.personal_data.phones import phone_spans
from orchestrator.core.personal_data.spans import DEFAULT_KINDS, Kind, Span

# what no text without personal data needs to have, cheapest first: most turns of a conversation end here
_HINT = re.compile(r"[0-9@=:_(\[{<]")
_HINT_BEYOND_ASCII = re.compile(r"[\d@=:_(\[{<\u2460-\u24ff\ufe4f-\ufe6b\uff01-\uff5e]")  # circled, small, full-width
_SPELLED_AT = (" at ", "at)", "at]", "at}", "at>")
_FEWEST_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){5}")
_ROUNDS = 8
"""What is found may lay a boundary open for something else; nobody writes more than two deep."""

Pairs = Iterable[tuple[int, int]]


def find_personal(text: str, *, kinds: Collection[Kind] = DEFAULT_KINDS, earlier: str = "") -> tuple[Span, ...]:
    """The personal data of a text, in order and apart from each other; what is redacted already is left alone.

    Args:
        text: As given.
        kinds: What is looked for.
        earlier: What was said before it: "what is your phone number?" tells what the digits of the answer are.
    """
    if not may_hold(text):
        return ()
    folded = fold(text)
    work = without_placeholders(folded.text)
    found: list[Span] = []
    for _ in range(_ROUNDS):
        new = _Round(work, kinds, earlier)
        if not new.found:
            break
        work = new.work
        found += new.found
        if not may_hold(work):
            break
    found.sort(key=lambda span: span.start)
    return tuple(Span(kind, *folded.place(start, end)) for kind, start, end in found)


def may_hold(text: str) -> bool:
    """Whether a text is worth a search: it has a digit, a mark or an "at" without which nothing is found."""
    hint = _HINT if text.isascii() else _HINT_BEYOND_ASCII
    return hint.search(text) is not None or " at " in text or "--" in text or " AT " in text


class _Round:
    """One search for each kind, the surest first, in what the ones before it left.

    Attributes:
        work: The text, with what was found out of sight.
        found: Not in order.
    """

    __slots__ = ("_earlier", "_kinds", "found", "work")

    def __init__(self, work: str, kinds: Collection[Kind], earlier: str) -> None:
        self.work = work
        self.found: list[Span] = []
        self._kinds = kinds
        self._earlier = earlier
        small = work.lower()
        self._take(Kind.SECRET, credential_spans(work, small))
        if "@" in work or "%40" in work or "&" in work:
            self._take(Kind.EMAIL, email_spans(self.work, earlier))
        if ("." in small or "dot" in small) and any(at in small for at in _SPELLED_AT):
            self._take(Kind.EMAIL, spelled_spans(self.work, earlier))
        if Kind.IP in kinds:
            self._take(Kind.IP, ip_spans(self.work))
        if _FEWEST_DIGITS.search(self.work):
            self._take_numbers()

    def _take_numbers(self) -> None:
        self._take(Kind.IBAN, iban_spans(self.work))
        self._take(Kind.NATIONAL_ID, lettered_spans(self.work))
        plain = without_harmless(self.work)
        runs = list(runs_of(plain))
        if runs and self._take(Kind.CARD, (span for run in runs for span in card_spans(plain, run, self._earlier))):
            plain = without_harmless(self.work)
            runs = list(runs_of(plain))
        if runs and self._take(
            Kind.NATIONAL_ID, (span for run in runs for span in ssn_spans(plain, run, self._earlier))
        ):
            plain = without_harmless(self.work)
            runs = list(runs_of(plain))
        if runs:
            self._take(Kind.PHONE, (span for run in runs for span in phone_spans(plain, run, self._earlier)))

    def _take(self, kind: Kind, spans: Pairs) -> bool:
        """Take what a search found, and whether it found anything."""
        if kind not in self._kinds or not (apart := _apart(spans)):
            return False
        self.found += [Span(kind, start, end) for start, end in apart]
        self.work = mask(self.work, apart)
        return True


def _apart(spans: Pairs) -> list[tuple[int, int]]:
    """In order, those that overlap as one."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        elif end > start:
            apart.append((start, end))
    return apart
