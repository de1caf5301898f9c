"""E-mail addresses, as they are written and as they are spelled out: `jo at example dot com`."""

import re
from collections.abc import Iterator

from orchestrator.core.personal_data.masking import words_before

_MOST_LOCAL = 320
_MOST_WORDS = 160
_AT = re.compile(r"@|%40|&#0{0,4}64;|&commat;")
# a domain has a last label of letters; labels and their number are bounded: RFC 1035, section 2.3.4
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_][\w-]{0,61}[^\W_]")
_LOCAL_MARKS = frozenset(".+-_%&'~!#$*^")
_QUOTED = 64
_SPELLED_AT = re.compile(r"[\[({<]\s{0,2}at\s{0,2}[\])}>]|(?<=\s)at(?=\s)", re.IGNORECASE)
_SPELLED_DOMAIN = re.compile(
    r"\s{0,2}(?:[^\W_][\w-]{0,62}(?:\.|\s{1,2}(?:dot|point)\s{1,2}|\s{0,2}[\[({<]\s?(?:dot|\.)\s?[\])}>]\s{0,2}))"
    r"{1,6}[^\W\d_]{2,24}(?![\w-])",
    re.IGNORECASE,
)
_SPELLED_DOT = re.compile(r"\b(?:dot|point)\b", re.IGNORECASE)
_JOINING = frozenset({"dot", "point", "underscore", "dash", "hyphen", "minus", "plus", "period"})
_PROVIDER = re.compile(
    r"\s*(?:gmail|googlemail|hotmail|outlook|yahoo|ymail|icloud|me|aol|live|msn|gmx|web|proton|protonmail|mail|zoho)"
    r"(?:\.|\W{1,4}dot)",
    re.IGNORECASE,
)
_CUE = re.compile(r"mail|address|reach me|contact me|write (?:to )?me|send (?:it|them) to")
_NO_LOCAL_WORDS = """me us it up them him her is are was you there here look looking arrive arrived bought ordered shop
shopped order buy available one not support"""
_NO_LOCAL = frozenset(_NO_LOCAL_WORDS.split())


def email_spans(text: str, earlier: str = "") -> Iterator[tuple[int, int]]:
    """The addresses of a text with an `@`, or what stands for one in web addresses."""
    done = 0
    for at in _AT.finditer(text):
        if at.start() < done:
            continue
        start = _start_of_local(text, at.start(), done)
        after = at.end()
        if start == at.start() or text[after : after + 1].isspace():
            start, after = _apart(text, at, done, earlier)
        domain = _DOMAIN.match(text, after)
        if domain and start < at.start():
            done = domain.end()
            yield start, done


def _start_of_local(text: str, end: int, least: int) -> int:
    """Where the part before the `@` begins; `end` where there is none."""
    least = max(least, end - _MOST_LOCAL)
    if end > least and text[end - 1] == '"':  # a quoted string: RFC 5322, section 3.4.1
        quote = text.rfind('"', max(least, end - _QUOTED), end - 1)
        return quote if quote >= 0 else end
    start = end
    while start > least and (text[start - 1].isalnum() or text[start - 1] in _LOCAL_MARKS):
        start -= 1
    while start < end and not (text[start].isalnum() or text[start] == "_"):
        start += 1
    return start


def _apart(text: str, at: re.Match[str], done: int, earlier: str) -> tuple[int, int]:
    """Start and domain of an address with white space beside its `@`; before it only where mail is spoken of."""
    after = at.end()
    while after < min(len(text), at.end() + 2) and text[after] in " \t\r\n":
        after += 1
    start = _start_of_local(text, at.start(), done)
    if start < at.start():
        return start, after
    end = at.start()
    while end > max(done, at.start() - 2) and text[end - 1] in " \t\r\n":
        end -= 1
    start = _start_of_local(text, end, done)
    if start < end and (_CUE.search(words_before(text, start, earlier)) or _PROVIDER.match(text, after)):
        return start, after
    return at.start(), after


def spelled_spans(text: str, earlier: str = "") -> Iterator[tuple[int, int]]:
    """The addresses that are spelled out.

    A plain "at" needs what makes an address of it: "dot" after a word with a dot or a digit, a provider of mail, or
    mail spoken of before it.
    """
    done = 0
    for at in _SPELLED_AT.finditer(text):
        if at.start() < done or (domain := _SPELLED_DOMAIN.match(text, at.end())) is None:
            continue
        start, words = _spelled_local(text, at.start(), done)
        if words and _is_address(at[0], " ".join(words), domain[0], words_before(text, start, earlier)):
            done = domain.end()
            yield start, done


def _spelled_local(text: str, end: int, least: int) -> tuple[int, list[str]]:
    """Where the words before the "at" begin, and these words."""
    least = max(least, end - _MOST_WORDS)
    found = list(re.finditer(r"[\w.+\-]+", text[least:end]))[-9:]
    if not found or text[least + found[-1].end() : end].strip():
        return end, []
    first = len(found) - 1
    while first >= 2 and found[first - 1][0].lower() in _JOINING:  # noqa: PLR2004  # a word, what joins it, a word
        first -= 2
    return least + found[first].start(), [word[0] for word in found[first:]]


def _is_address(at: str, local: str, domain: str, before: str) -> bool:
    if local.lower() in _NO_LOCAL:
        return False
    if at[0] in "[({<" or _PROVIDER.match(domain) or _CUE.search(before):
        return True
    telling = any(not character.isalpha() for character in local)
    return telling and _SPELLED_DOT.search(domain) is not None
