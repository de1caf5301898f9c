"""The words that questions about insights are put in, and what each stands for."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from orchestrator.core.conversations.insights import Group, Measure


class Said(NamedTuple):
    """What some words stand for; `rest` is the text without them."""

    marks: frozenset[str]
    rest: str


def _any(*patterns: str) -> str:
    return "|".join(patterns)


MEASURES: Mapping[str, Measure] = {
    _any(
        r"first contact resolution(?: rate)?", "resolution rates?", "resolutions?", "(?:un|not )?resolved",
        "(?:un)?solved", "fcr",
    ): Measure.RESOLVED,
    _any(r"abandon(?:ed|ment|ments)?(?: rates?)?", "gave up", "given up"): Measure.ABANDONED,
    _any(
        r"transfer(?:red|s)?(?: rates?)?", "handed over", "passed on", r"escalat(?:ed|ions?)(?: rates?)?",
    ): Measure.TRANSFERRED,
    _any(
        r"repeat(?:ed)? contacts?(?: rates?)?", "(?:called|contacted us|wrote|came back) again", "repeat callers?",
    ): Measure.REPEATED_CONTACT,
    r"survey(?: csat| scores?| ratings?| answers?| results?)?": Measure.SURVEY,
    _any(r"scorecards?(?: scores?)?", "qa scores?"): Measure.SCORECARD,
    r"customer(?:s'?|'s)? (?:sentiment|mood)": Measure.CUSTOMER_SENTIMENT,
    r"agent(?:s'?|'s)? (?:sentiment|mood|tone)": Measure.AGENT_SENTIMENT,
    _any(
        r"(?:customer )?(?:dis)?satisfaction(?: scores?)?", "(?:un|dis|most |least )?satisfied", r"csat(?: scores?)?",
        "(?:un)?happ(?:y|iness|iest|ier)",
    ): Measure.SATISFACTION,
    r"(?:service |answer )?quality(?: scores?)?": Measure.QUALITY,
    "negative": Measure.NEGATIVE,
    "sentiment|mood|tone": Measure.SENTIMENT,
}  # fmt: skip
"""Patterns of words, the longer meaning first."""

GROUPS: Mapping[str, Group] = {
    _any(
        r"(?:contact |call(?:ing)? |return )?reasons?(?: for (?:contact|calling|contacting us))?", "topics?",
        "subjects?", "issues?", "drivers?", "problems?",
    ): Group.REASON,
    "products?|items?|articles?": Group.PRODUCT,
    "queues?|teams?|departments?": Group.QUEUE,
    "channels?": Group.CHANNEL,
    "agents?|representatives?|reps?|advis[eo]rs?|employees?": Group.AGENT,
}  # fmt: skip

MARKS: Mapping[str, str] = {
    "why": _any(
        "why(?: did| is| are| was| were| has| have| do)?", "what (?:has )?caused", "what led to", "what is behind",
        "the cause of",
    ),
    "change": _any(
        r"compare[ds]?(?: to| with)?", "comparison", r"versus|vs\.?|against", "chang(?:e|ed|es|ing)",
        "differ(?:s|ed|ences?|ent)?", "drop(?:s|ped)?", "fell|fall(?:s|en|ing)?", "rose|risen|ris(?:e|es|ing)",
        "improv(?:e|ed|es|ing|ements?)", "worsen(?:ed|ing)?", r"(?:go(?:ne|ing)?|went|come|came) (?:up|down)",
        "(?:de|in)creas(?:e|ed|es|ing)", "declin(?:e|ed|es|ing)",
        r"(?:got(?:ten)?|get(?:ting)?|become|became) (?:better|worse)", "better or worse", "moved?", "developed?",
        "trends?",
    ),
    "bad": r"(?:worst|lowest|least|bottom|poorest|weakest)(?: \d+)?",
    "good": r"(?:best|highest|strongest)(?: \d+)?",
    "top": r"top(?: \d+)?|most (?:common|frequent|often)|most|main|biggest|commonest|leading|common|frequent",
    "by": "by|per|for each|which|rank(?:ed|ing)?|break(?: ?down)?|split|each",
    "show": r"show(?: me| us)?(?: the)?(?: \d+)?|list|give (?:me|us)|examples?(?: of)?|find|some|see|read",
    "many": "how many|how much|number of|count(?: of)?|volume(?: of)?|how often",
    "share": "(?:what )?(?:share|percentage|percent|proportion|rate)(?: of)?",
}  # fmt: skip
CONVERSATIONS = r"conversations?|chats?|calls?|contacts?|transcripts?|dialogues?|talks?|interactions?|cases?|tickets?"
_FILLER = frozenset(
    """
    a about all among an and any are around as at average be been between but can conversation could customer customers
    did do does during for from general had has have having how i in is it its let mean me my near of off on or our out
    over overall people please regarding score scored scores tell than that the their them there these they this those
    time to us was we well were what what's whats when where who with would you your ended end so said say stand look
    looks like under were while also just only want need know would hello hi thanks period type kind concerning
    concerned company vs against user users client clients buyer buyers caller callers level get gets got much many more
    contacted contacting contact call called write reach wrote reached calling value values last end does still
    currently now
    """.split()  # noqa: SIM905  # a paragraph reads better than a hundred quoted words
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019_.-][^\W_]+)*")


def take(text: str, pattern: str) -> tuple[str, str]:
    """The first words of a text that a pattern matches, and the text without any of them; `''` where none are."""
    found = re.search(rf"(?<![\w'-])(?:{pattern})(?![\w'-])", text, re.IGNORECASE)
    if found is None:
        return "", text
    return found[0].lower(), re.sub(rf"(?<![\w'-])(?:{pattern})(?![\w'-])", " ", text, flags=re.IGNORECASE)


def content_words(text: str) -> list[str]:
    """The words of a text that say something of their own, in small letters."""
    return [word for found in _WORD.finditer(text) if (word := found[0].lower()) not in _FILLER]


def stem(word: str) -> str:
    """A word without the ending of its number or form: `returns`, `returned` and `returning` are alike."""
    word = word.replace("\u2019", "'").removesuffix("'s")
    for ending in ("ies", "ing", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004  # "bus" is no plural
            return word.removesuffix(ending)
    return word


def stems(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words of some texts, `late_delivery` read as two."""
    return frozenset(stem(found[0].lower()) for text in texts for found in _WORD.finditer(text.replace("_", " ")))
