"""Phone numbers: international ones by their country code, national ones by their form or by what is said around them.

Digits alone are ambiguous: an order number has ten of them too. So a number without `+` counts where it is grouped as
phone numbers are and nothing before it says that it is something else, or where something says that it is a phone's.
"""

from collections.abc import Iterator

from orchestrator.core.personal_data import phone_forms as forms
from orchestrator.core.personal_data import phone_words as words
from orchestrator.core.personal_data.digits import Run
from orchestrator.core.personal_data.masking import words_after, words_before


def phone_spans(text: str, run: Run, earlier: str = "") -> Iterator[tuple[int, int]]:
    """The phone numbers of a run."""
    groups = run.groups
    first = 0
    while first < len(groups):
        start = groups[first].start
        lead = text[max(0, start - 3) : start].rstrip(" ")
        end = _end(text, groups, first, lead, earlier)
        if end:
            yield start - _led_by(text, start), groups[end - 1].end
        first = max(end, first + 1)


def _end(text: str, groups: forms.Groups, first: int, lead: str, earlier: str) -> int:
    """The group after the last one of the number that begins with a group; 0 where none does."""
    if lead.rstrip("( ").endswith("+"):
        return forms.international(groups, first, plus=True)
    joined = groups[first].mark in {"-", ".", "/"} if first else _ends_word(lead, text, groups[0].start)
    if joined:  # the middle of a longer number
        return 0
    before = words_before(text, groups[first].start, earlier)
    other = words.names_other(before)
    said = not other and words.says_phone(before)
    if said or not other or words.names_phone(before):
        end = _by_form(groups, first, lead, said=said)
        if end:
            return end
    if other:
        return 0
    end = forms.any_national(groups, first)
    return end if end and (said or words.says_phone_after(words_after(text, groups[end - 1].end))) else 0


def _by_form(groups: forms.Groups, first: int, lead: str, *, said: bool) -> int:
    digits = groups[first].digits
    if digits.startswith("00"):
        end = forms.international(groups, first, plus=False)
        return end if said or end - first > 1 else 0
    if lead.endswith("(") and (end := forms.in_parentheses(groups, first)):
        return end
    return forms.north_american(groups, first) or forms.with_trunk_zero(groups, first)


def _ends_word(lead: str, text: str, start: int) -> bool:
    """Whether a mark joins the number to what stands before it: `AB-123`, `/orders/123`."""
    before = text[start - 2 : start] if start > 1 else ""
    return lead[-1:] in {"-", ".", "/"} and text[start - 1 : start] == lead[-1:] and before[:1].isalnum()


def _led_by(text: str, start: int) -> int:
    """How many marks before its first digit belong to a number: `+`, `(`, `+(`."""
    least = start
    while least > max(0, start - 3) and text[least - 1] in "+( ":
        least -= 1
    while least < start and text[least] == " ":
        least += 1
    return start - least
