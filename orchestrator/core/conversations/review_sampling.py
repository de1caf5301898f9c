"""Draws the conversations that people review: reproducible, spread over kinds of results, with known probabilities."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern

from orchestrator.core.conversations.review_terms import By
from orchestrator.core.conversations.reviews import SCORECARD, TURN_QUALITY, Sampled

_FIELDS = {"reason": "contact_reason", "product": "product", "agent": "agent", "queue": "queue", "channel": "channel"}
_SCORES = ("satisfaction", "quality", "resolved", "sentiment")
_EVERYTHING = "all"
_OTHER = "other"
_LEAST_IN_STRATUM = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of a result decides how it is drawn.

    Attributes:
        band: Of satisfaction.
        part: The reason, the agent, or whatever else the sample is spread over.
        flagged: Whether the scorer has doubts.
    """

    id: str
    band: str
    part: str
    flagged: bool


def candidate_of(result: Mapping[str, object], *, by: By = "reason") -> Candidate:
    """Of a result document."""
    overall = result.get("overall")
    satisfaction = overall.get("satisfaction") if isinstance(overall, Mapping) else None
    number = isinstance(satisfaction, int | float)
    return Candidate(
        id=str(result.get("id")),
        # one text for many: there may be millions of results
        band=intern(f"satisfaction {min(4, int(satisfaction))}" if number else "satisfaction unknown"),  # type: ignore[arg-type]  # a number
        part=intern(str(result.get(_FIELDS.get(by, "")) or f"no {by}")),
        flagged=bool(result.get("flags")),
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A conversation that is to be reviewed."""

    id: str
    stratum: str
    probability: float


def draw(candidates: Sequence[Candidate], n: int, *, by: By = "reason", seed: int = 1) -> tuple[Drawn, ...]:
    """Draw without replacement; the same conversations in any order give the same sample.

    Half of a stratified sample is spread evenly over the strata, the other half goes by their size: rare kinds of
    results are seen, and the probabilities (Horvitz and Thompson, 1952) keep estimates of the whole unbiased.
    """
    strata = _strata(candidates, n) if by != "random" else {_EVERYTHING: list(candidates)}
    shares = _allot({name: len(members) for name, members in strata.items()}, n)
    drawn = [
        Drawn(one.id, name, shares[name] / len(members))
        for name, members in strata.items()
        for one in sorted(members, key=lambda one: _rank(seed, one.id))[: shares[name]]
    ]
    return tuple(sorted(drawn, key=lambda one: _rank(seed, one.id)))


def _rank(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "replace")).hexdigest()


def _strata(candidates: Sequence[Candidate], n: int) -> dict[str, list[Candidate]]:
    """By score, flags and part; parts too rare to be seen in each are one."""
    common = Counter(one.part for one in candidates)
    kept = {reason for reason, _ in sorted(common.items(), key=lambda item: (-item[1], item[0]))[: max(1, n // 15)]}
    found: dict[str, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: one.id):
        flag = ", flagged" if one.flagged else ""
        part = one.part if one.part in kept else _OTHER
        found.setdefault(f"{one.band}{flag}, {part}", []).append(one)
    if len(found) * _LEAST_IN_STRATUM <= n:
        return found
    coarse: dict[str, list[Candidate]] = {}  # every stratum must be drawn from, else nothing is known of the whole
    for one in sorted(candidates, key=lambda one: one.id):
        coarse.setdefault(f"{one.band}{', flagged' if one.flagged else ''}", []).append(one)
    return coarse if len(coarse) <= n else {_EVERYTHING: sorted(candidates, key=lambda one: one.id)}


def _allot(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of each stratum: at least one, at most all, half evenly and half in proportion."""
    total = sum(sizes.values())
    n = min(n, total)
    wanted = {name: n / 2 / len(sizes) + n / 2 * size / total for name, size in sizes.items()}
    shares = {name: min(sizes[name], max(1, int(want))) for name, want in wanted.items()}
    while sum(shares.values()) < n:
        name = max((one for one in sizes if shares[one] < sizes[one]), key=lambda one: (wanted[one] - shares[one], one))
        shares[name] += 1
    while sum(shares.values()) > n:
        name = max((one for one in sizes if shares[one] > 1), key=lambda one: (shares[one] - wanted[one], one))
        shares[name] -= 1
    return shares


def sample_name(drawn: Sequence[Drawn], *, seed: int) -> str:
    """The id of a draw: the same for the same conversations, so that drawing twice is drawing once."""
    text = "\n".join(sorted(one.id for one in drawn))
    return f"R-{hashlib.sha256(f'{seed}{chr(10)}{text}'.encode('utf-8', 'replace')).hexdigest()[:10]}"


def sampled_of(result: Mapping[str, object], drawn: Drawn, *, sample: str) -> Sampled:
    """What is kept of a result until people have answered: its scores, and how it was drawn."""
    return Sampled(
        sample=sample,
        conversation=drawn.id,
        stratum=drawn.stratum,
        probability=drawn.probability,
        scorer_version=_version(result),
        started_at=str(result.get("started_at") or ""),
        automatic=automatic_scores(result),
    )


def _version(result: Mapping[str, object]) -> str:
    """Of the scorer, with the calibration's fingerprint: another one is another scorer."""
    provenance = result.get("provenance")
    if not isinstance(provenance, Mapping):
        return ""
    version, calibration = provenance.get("scorer_version"), provenance.get("calibration")
    return f"{version or ''}+{str(calibration)[:8]}" if calibration else str(version or "")


def automatic_scores(result: Mapping[str, object]) -> dict[str, float]:
    """The scores of a result document by question; those of turns as `turn_quality.<index>`."""
    found: dict[str, object] = {}
    overall = result.get("overall")
    if isinstance(overall, Mapping):
        found |= {name: overall.get(name) for name in _SCORES}
    card = result.get("scorecard")
    for answer in _documents(card.get("answers") if isinstance(card, Mapping) else None):
        found[f"{SCORECARD}{answer.get('question')}"] = None if answer.get("na") else answer.get("value")
    for turn in _documents(result.get("turns")):
        found[f"{TURN_QUALITY}.{turn.get('index')}"] = turn.get("quality")
    return {name: float(value) for name, value in found.items() if isinstance(value, int | float)}


def _documents(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
