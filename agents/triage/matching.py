"""Finds the guide for an incident: by the alert's name, then by services and symptoms; or says that none fits."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from orchestrator.core.ports import Hit, Index, SearchQuery
from playbooks.documents import alert_key, alert_names
from playbooks.services import Service, Services

By = Literal["alert", "services", "symptoms", "search"]

_ALERT_CONFIDENCE = 0.97  # share of right guides among those found by an alert's exact name
_LONGEST_NAME = 8  # words of an alert's name that is looked for inside a text
_TIE = 0.8  # hits at this share of the best score fit as well
_WORTH_TRYING = 0.4  # hits at this share are candidates: to be run when the ones before them conclude nothing
_MOST_CANDIDATES = 5
_SEEN = 8  # hits looked at: the candidates, and what stands below them
_SERVICE_BONUS = 1.15  # a guide that is written for the service in question
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the index's scores become shares of right answers.

    The share is `1 / (1 + exp(-(base + by_score * ln(score) + by_margin * ln(score / rest))))`, `rest` being the mean
    score of the three hits below, at least `noise`: what unrelated guides reach. The numbers of the embedded index come
    from a logistic regression on published alerts and runbooks, once with and once without the right runbook in the
    index, so that they lean to the careful side; `benchmarks/retrieval.py` prints how well they hold.
    """

    base: float
    by_score: float
    by_margin: float
    noise: float = 0.03

    def share(self, score: float, rest: Sequence[float]) -> float:
        """The share of right answers at this score, 0 to 1."""
        below = max(self.noise, sum(rest) / 3)
        sure = (
            self.base + self.by_score * math.log(max(score, 1e-4)) + self.by_margin * math.log(max(score, 1e-4) / below)
        )
        return 1 / (1 + math.exp(-sure))


FIRST_IS_RIGHT = Calibration(base=1.3, by_score=1.2, by_margin=2.8)
ONE_IS_RIGHT = Calibration(base=1.1, by_score=0.9, by_margin=2.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A guide that fits; `confidence` is the match's, lowered by how far its score is below the best."""

    guide_id: str
    title: str
    score: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which guide fits an incident.

    Attributes:
        guide_id: The best guide, or None: not covered.
        confidence: Of published alerts answered at this confidence, the share whose first guide was the right one.
        by: What it was found by.
        nearest: Guide id, title and score of the best found, covered or not.
        candidates: What fits, best first, to be run in order until one concludes; empty where nothing does.
        reason: Why, for a person.
        needs: What would have made a match possible; None where there is one.
    """

    guide_id: str | None
    confidence: float
    by: By
    nearest: tuple[tuple[str, str, float], ...]
    candidates: tuple[Candidate, ...]
    reason: str
    needs: str | None = None


class GuideMatcher:
    """Matches incidents to the guides of an index.

    Args:
        index: Holds documents made by `playbooks.documents.guide_document`.
        services: The inventory.
        names: More services' names, such as those that log.
        floor: Below this share, that the right guide is among the best, nothing is covered. At 0.3 the embedded
            index keeps 95 % of the right answers to published alerts.
    """

    def __init__(self, index: Index, services: Services, *, names: Iterable[str] = (), floor: float = 0.3) -> None:
        self._index = index
        self._services = services
        self._names = frozenset(names)
        self._floor = floor

    async def match(self, text: str, *, alert: str | None = None, service: str | None = None, top: int = 3) -> Match:
        """The guide for a message or an alert; `alert` and `service` are names given beside the text, if any."""
        named = _named(self._services, text, service)
        hits = await self._search(text, alert=alert, services=named, top=max(top, _SEEN))
        by_alert = await self._by_alert(text, alert, hits)
        if by_alert:
            known = {hit.id for hit in by_alert}
            hits = [*by_alert, *(hit for hit in hits if hit.id not in known)]
            return _by_alert_name(by_alert, hits[:top], alert_key(alert) if alert else None)
        return self._judged(hits, named, top, text)

    async def _search(self, text: str, *, alert: str | None, services: Sequence[Service], top: int) -> list[Hit]:
        """Guides by text, as it is and without the services' names: a guide seldom names them, and need not.

        Guides written for a service in question are preferred.
        """
        words = " ".join(part for part in (alert, text) if part)
        hits: dict[str, Hit] = {}
        for variant in dict.fromkeys((words, _without(words, [*self._names, *_names_of(services)]))):
            for hit in await self._index.search(SearchQuery(text=variant, top=top, kinds=("guide",))):
                if hit.id not in hits or hits[hit.id].score < hit.score:
                    hits[hit.id] = hit
        names = {name.casefold() for name in _names_of(services)}
        boosted = [
            replace(hit, score=hit.score * _SERVICE_BONUS) if names.intersection(_lines(hit, "services")) else hit
            for hit in hits.values()
        ]
        return sorted(boosted, key=lambda hit: -hit.score)

    async def _by_alert(self, text: str, alert: str | None, hits: Sequence[Hit]) -> list[Hit]:
        """Guides for an alert that is given, or whose name stands in the text; the longest name wins."""
        keys = {alert_key(alert)} if alert else set(_possible_names(text))
        keys.discard("")
        if not keys:
            return []
        where = (("alert", tuple(sorted(keys))),)
        found = await self._index.search(
            SearchQuery(text=f"{alert or ''} {text}", top=20, kinds=("guide",), where=where)
        )
        lengths = {hit.id: max((len(key) for key in _alert_keys(hit) if key in keys), default=0) for hit in found}
        order = {hit.id: place for place, hit in enumerate(hits)}
        longest = [hit for hit in found if lengths[hit.id] == max(lengths.values())]
        longest.sort(key=lambda hit: order.get(hit.id, len(order)))
        # The name decides, so that no guide below may show a higher score.
        best = max((hit.score for hit in (*hits, *longest)), default=0.0)
        return [replace(hit, score=best) for hit in longest]

    def _judged(self, hits: Sequence[Hit], named: Sequence[Service], top: int, text: str) -> Match:
        nearest = tuple((hit.id, hit.title, hit.score) for hit in hits[:top])
        scores = [hit.score for hit in hits]
        tied = sum(score >= _TIE * scores[0] for score in scores[:_MOST_CANDIDATES])
        covered = ONE_IS_RIGHT.share(scores[0], scores[tied : tied + 3]) if hits else 0.0
        first = FIRST_IS_RIGHT.share(scores[0], scores[1:4]) if hits else 0.0
        if not hits or covered < self._floor:
            reason, needs = _not_covered(text, hits, covered, self._floor)
            return Match(
                guide_id=None, confidence=first, by="search", nearest=nearest, candidates=(), reason=reason, needs=needs
            )
        best = hits[0]
        by = _found_by(best, named, text)
        worth = [hit for hit in hits if hit.score >= _WORTH_TRYING * best.score][:_MOST_CANDIDATES]
        others = f"; {tied - 1} more fit as well" if tied > 1 else ""
        return Match(
            guide_id=best.id,
            confidence=first,
            by=by,
            nearest=nearest,
            candidates=tuple(
                Candidate(guide_id=hit.id, title=hit.title, score=hit.score, confidence=first * hit.score / best.score)
                for hit in worth
            ),
            reason=f"{best.title!r} fits best by {by}{others}",
        )


def _by_alert_name(found: Sequence[Hit], nearest: Sequence[Hit], key: str | None) -> Match:
    share = _ALERT_CONFIDENCE / len(found)
    name = next((line for line in _alert_names(found[0]) if key in (None, alert_key(line))), found[0].id)
    others = f"; {len(found) - 1} more do" if len(found) > 1 else ""
    return Match(
        guide_id=found[0].id,
        confidence=share,
        by="alert",
        nearest=tuple((hit.id, hit.title, hit.score) for hit in nearest),
        candidates=tuple(
            Candidate(guide_id=hit.id, title=hit.title, score=hit.score, confidence=share) for hit in found
        ),
        reason=f"{found[0].title!r} is written for the alert {name!r}{others}",
    )


def _not_covered(text: str, hits: Sequence[Hit], covered: float, floor: float) -> tuple[str, str]:
    if not _WORD.search(text):
        return "the message holds no words to search for", "say what is wrong: the service, the symptom, since when"
    needs = (
        "a guide that lists this alert or symptom under `applies_to`, or more of the symptom: error text, status code"
    )
    if not hits:
        return "no guide shares a word with this", needs
    return f"the nearest guides fit too little ({covered:.0%}, the floor is {floor:.0%})", needs


def _names_of(services: Iterable[Service]) -> list[str]:
    return [name for one in services for name in one.names]


def _without(text: str, names: Iterable[str]) -> str:
    """The text without these names, the longest first; a name inside of a longer word or name stays."""
    folded = text.casefold()
    for name in sorted({name for name in names if name and name.casefold() in folded}, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", " ", text, flags=re.IGNORECASE)
    return text


def _named(services: Services, text: str, service: str | None) -> tuple[Service, ...]:
    given = services.find(service) if service else None
    return (given,) if given else services.in_text(text)


def _found_by(hit: Hit, named: Iterable[Service], text: str) -> By:
    names = {name.casefold() for name in _names_of(named)}
    if names.intersection(_lines(hit, "services")):
        return "services"
    said = {word.casefold() for word in _WORD.findall(text)}
    listed = {word for line in _lines(hit, "symptoms") for word in _WORD.findall(line)}
    return "symptoms" if said & listed else "search"


def _lines(hit: Hit, field: str) -> list[str]:
    return hit.fields.get(field, "").casefold().splitlines()


def _alert_names(hit: Hit) -> tuple[str, ...]:
    return alert_names(hit.id, title=hit.title, alerts=hit.fields.get("alerts", "").splitlines())


def _alert_keys(hit: Hit) -> list[str]:
    return [alert_key(name) for name in _alert_names(hit)]


def _possible_names(text: str) -> Iterable[str]:
    """The keys of all runs of words: any of them may be an alert's name."""
    words = [word.casefold() for word in _WORD.findall(text[:4_000])]
    for start in range(len(words)):
        for length in range(1, min(_LONGEST_NAME, len(words) - start) + 1):
            yield "".join(words[start : start + length])
