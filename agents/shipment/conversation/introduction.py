"""What of a message only says who writes: it is read as identity, and is no part of what is wanted."""

import re

_NAME = r"[A-Z][\w'\u2019-]{1,39}(?:\s[A-Z][\w'\u2019-]{1,39}){1,3}"
_MAIL = r"[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"
_ID = r"[a-z]{1,40}_[a-z]{1,40}_\d{1,8}"
_CODE = r"\d{5}(?:-\d{4})?"
_POSTAL = rf"(?i:(?:(?:in|from|at|my|the|and)\s){{0,3}}(?:(?:zip|post(?:al)?)\s?codes?|zip)?\s?(?:is|:)?\s?){_CODE}"
_GREETING = r"(?i:(?:hi|hello|hey|good (?:morning|afternoon|evening))\b[,.!\s]{0,3})?"
_SAYS = (
    r"(?P<says>(?i:this is|i am|i['\u2019]m|my name(?: is|['\u2019]s)|name:|my (?:e-?mail(?: address)?|id|user id) is|"
    r"it is|it['\u2019]s)\s)?"
)
_FACT = rf"(?:{_MAIL}|{_ID}|{_POSTAL})"
_JOINT = r"\s?(?i:,|and|from|in|living in|who lives in|\(|\)|\s)\s?"
_INTRODUCTION = re.compile(
    rf"{_GREETING}{_SAYS}(?:(?P<name>{_NAME})|(?P<fact>{_FACT}))(?P<more>(?:{_JOINT}(?:{_FACT}|{_NAME})){{0,3}})\)?\s*"
)
_PIECE = re.compile(r"[^.!?;:\n]{1,400}(?:[.](?=\w)[^.!?;:\n]{1,400}){0,4}")
_BARE = re.compile(rf"\s*({_NAME})[\s,]{{1,4}}({_CODE})\s*[.!]?\s*")


def bare_introduction(line: str) -> tuple[str, str] | None:
    """The name and postcode of a line that is nothing else, such as an answer to who one is."""
    found = _BARE.fullmatch(line)
    return (found[1], found[2]) if found else None


def without_introduction(text: str) -> str:
    """The text without those of its pieces that only say who writes."""

    def kept(found: re.Match[str]) -> str:
        said = _INTRODUCTION.fullmatch(found[0].strip())
        # a bare name may be an article's as well: it needs a fact beside it, or words that introduce somebody
        if said is None:
            return found[0]
        named = said["says"] and not (said["name"] and said["says"].lower().startswith("it"))
        introduces = named or said["fact"] or re.search(rf"{_CODE}|@", said["more"])
        return "" if introduces else found[0]

    return re.sub(r"^[\s.,;:!]+", "", _PIECE.sub(kept, text)).strip()
