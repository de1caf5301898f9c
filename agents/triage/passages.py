"""Answers a question from policies and manuals with the passage that covers it, or with nothing."""

import re

from orchestrator.core.ports import Hit, Index, SearchQuery

KINDS = ("policy", "manual")
FLOOR = 0.05  # share of a perfect passage's score; below it the words are there but the subject is not
_TIE = 0.8  # a passage of the same document at this share of the best score fits as well
_LOOKED_AT = 10
_WORD = re.compile(r"[^\W_]+")
_SAYS_NOTHING = {"document", "documents", "guide", "manual", "manuals", "policies", "policy"}


async def answer_passage(index: Index, question: str, *, floor: float = FLOOR) -> Hit | None:
    """The best passage (`fields`: title, heading, body), or None where no document covers the question.

    A question for a whole document ("what is our failover policy?") fits all its passages: the first of them answers.
    """
    words = {word.casefold() for word in _WORD.findall(question)}
    if words <= _SAYS_NOTHING:
        return None
    hits = await index.search(SearchQuery(text=question, top=_LOOKED_AT, kinds=KINDS))
    if not hits or hits[0].score < floor:
        return None
    best = hits[0]
    tied = [hit for hit in hits if hit.score >= _TIE * best.score and _document(hit) == _document(best)]
    return min(tied, key=lambda hit: int(hit.fields.get("_order", "0")))


def _document(hit: Hit) -> str:
    return hit.id.partition("#")[0]
