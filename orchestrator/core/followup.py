"""Messages that only mean something after another: "and for cart?", or the answer to a question."""

import re
from collections.abc import Mapping, Sequence

BRIEF_WORDS = 6
_ELLIPTICAL = re.compile(
    r"^\W*(?:and|what about|how about|same (?:for|question)|also for|now for|then for|or for)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|please)\W+)*(?:is|are|was|were|has|have|had|did|does|do|can|could|will|how|what|why|when|"
    r"where|which|who)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|that|this|these|those|they|them|you|affected|impacted|impact|ruled|still|happening)\b", re.IGNORECASE
)
# A word that is not here may be a service, a time or a symptom: then the message says by itself what it is about.
_SAYS_NOTHING_NEW = frozenset(
    """
    a about affected again all and anyone anything are at back bad be been began begin being broken but by can cause
    caused causing check checked could customers did do does down else ended evidence excluded exclude failing failed
    find fixed for found going gone had happen happened happening has have healthy how impact impacted in is it its just
    last like long look many much now of off ok okay on or other out over people please proof prove recovered resolved
    right rule ruled s serious services so solved start started still stop stopped sure tell than that the them there
    these they think this those to true up users want was well were what when where which who why will working
    worse wrong you your
    """.split()  # noqa: SIM905  # a paragraph reads better than a hundred quoted words
)


def is_elliptical(text: str) -> bool:
    """Whether a message takes its subject and its time from the one before: "and for cart?", "is it still failing?"."""
    words = re.findall(r"[^\W_]+", text.lower())
    if len(text.split()) > 2 * BRIEF_WORDS:
        return False
    if _ELLIPTICAL.match(text):
        return True
    return bool(_ASKS.match(text) and _REFERS.search(text)) and _SAYS_NOTHING_NEW.issuperset(words)


def replied(text: str, previous: Mapping[str, object] | None) -> tuple[str, str] | None:
    """The one question that the last report ended with (its parameter or step) and the reply to it."""
    name = _asked_for(previous)
    return None if name is None else (name, text.strip())


def completed(text: str, previous: Mapping[str, object] | None, *, earlier: Sequence[Mapping[str, object]] = ()) -> str:
    """A brief answer to the question that the last report ended with, put behind the message that led to it.

    `earlier` are the reports before the last, oldest first: an answer that led to the same question again is left
    out, and so is the answer to a guide's step, which is no part of what the incident is.
    """
    if previous is None or previous.get("status") != "needs_input" or len(text.split()) > BRIEF_WORDS:
        return text
    name = _asked_for(previous)
    asked = str(previous.get("asked", ""))
    for report in reversed(earlier):
        before = str(report.get("asked", ""))
        if name is None or _asked_for(report) != name or not asked.startswith(before):
            break
        asked = before
    if name is not None and not name.startswith("p_"):
        return asked or text
    return f"{asked} {text}".strip()


def _asked_for(report: Mapping[str, object] | None) -> str | None:
    """The parameter or step of the one question that a report ended with."""
    questions = report.get("questions") if report and report.get("status") == "needs_input" else None
    match questions:
        case [{"parameter": str(name)}]:
            return name
        case _:
            return None
