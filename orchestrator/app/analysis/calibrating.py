"""Carries out `reviews calibrate`: weights fitted to people's labels, checked on conversations they have not seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from agents.sentiment.calibration.figures import HeldOut, Scored, figures, gain
from agents.sentiment.calibration.fitting import fit, held_out, refusals
from agents.sentiment.calibration.labels import Labelled, Scores
from agents.sentiment.scoring.scorer import SCORER_VERSION, Scorer
from orchestrator.app.analysis.calibration_file import write_calibration_file
from orchestrator.app.analysis.review_files import Json, read_conversations
from orchestrator.app.analysis.reviewing import open_reviews
from orchestrator.core.conversations.calibration import Calibration
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.review_labels import Labels, labels_of
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.review_application import CalibrationRequest

Tell = Callable[[str], None]
_PARTS = {"satisfaction": "satisfaction", "resolved": "resolved", "quality": "turn_quality"}
_OF_PART = {"satisfaction": ("satisfaction_", "satisfied_"), "resolved": ("resolved_",), "quality": ("turn_quality_",)}


def calibrate(settings: Settings, request: CalibrationRequest, *, tell: Tell) -> Json:
    """Fit weights to all labels, and write those that are better than the shipped ones on unseen conversations.

    Raises:
        InputError: There are too few labels for every score, or none gains; says what each lacks.
    """
    with open_reviews(settings) as reviews:
        labels = labels_of(reviews.reviews(), reviews.disputes())
    conversations = read_conversations(request.conversations, request.columns, labels)
    labelled = label(conversations, labels)
    tell(f"{len(labelled):,d} labelled conversations read")
    refused = refusals(labelled)
    if len(refused) == len(_PARTS):
        raise InputError("\n".join(_lacking(refused, labels, conversations)))
    found = held_out(labelled, seed=request.seed, tell=tell)
    scores = _compared(found, refused)
    refused |= _not_kept(scores, refused)
    if len(refused) == len(_PARTS):
        raise InputError("\n".join(_lacking(refused, labels, conversations)))
    tell("fitting to all labels")
    fitted = _without(fit_labels(labelled, seed=request.seed), [part for part in _PARTS if _PARTS[part] in refused])
    calibration = replace(fitted, figures=figures(found.calibrated))
    write_calibration_file(calibration, request.out)
    return {
        "out": str(request.out),
        "conversations": len(labelled),
        "turns": calibration.turns,
        "not_found": len(labels) - len(conversations),
        "scores": {_PARTS[part]: one for part, one in scores.items()},
        "refused": refused,
    }


def label(conversations: Mapping[str, Conversation], labels: Mapping[str, Labels]) -> list[Labelled]:
    """The conversations that have labels, read and scored as shipped.

    Left out are those of a language that the scorer does not read, and labels of turns that are not there.
    """
    scorer = Scorer(Scoring())
    found = []
    for name in sorted(conversations):
        conversation, given = conversations[name], labels[name]
        document: Json = scorer.score(conversation)
        if not document["language"]["supported"]:
            continue
        reading, numbers = scorer.numbers(conversation)
        count = len(conversation.turns)
        found.append(
            Labelled(
                reading=reading,
                numbers=numbers,
                shipped=_shipped(document),
                satisfaction=given.satisfaction,
                resolved=given.resolved,
                qualities={turn: value for turn, value in given.qualities.items() if turn < count},
            )
        )
    return found


def _shipped(document: Mapping[str, Any]) -> Scores:
    overall = document["overall"]
    return Scores(
        satisfaction=overall["satisfaction"],
        resolved=overall["resolved"],
        qualities=tuple(turn["quality"] for turn in document["turns"]),
    )


def fit_labels(labelled: Sequence[Labelled], *, seed: int) -> Calibration:
    """Weights for this scorer, made today."""
    made_on = datetime.now(UTC).date().isoformat()
    return fit(labelled, scorer_version=SCORER_VERSION, made_on=made_on, seed=seed)


def _lacking(
    refused: Mapping[str, str], labels: Mapping[str, Labels], conversations: Mapping[str, Conversation]
) -> list[str]:
    """Why nothing is fitted."""
    lines = ["nothing was written, since no score can be calibrated:"]
    lines += [f"  {name}: {why}" for name, why in refused.items()]
    if missing := len(labels) - len(conversations):
        lines.append(f"  {missing} of {len(labels)} labelled conversations are not in --conversations")
    lines.append("draw more with `switchboard reviews sample`, or give labels with `switchboard reviews score --from`")
    return lines


def _compared(found: HeldOut, refused: Mapping[str, str]) -> dict[str, Json]:
    """By part: figures of the shipped and of calibrated scores, the gain, and whether the part is kept."""
    shipped, calibrated = figures(found.shipped), figures(found.calibrated)
    told: dict[str, Json] = {}
    for part, name in _PARTS.items():
        pairs = _pairs(found.calibrated, part)
        if name in refused or not pairs:
            continue
        gained = gain(_pairs(found.shipped, part), pairs)
        told[part] = {
            "labels": len(pairs),
            "shipped": {key: value for key, value in shipped.items() if key.startswith(_OF_PART[part])},
            "calibrated": {key: value for key, value in calibrated.items() if key.startswith(_OF_PART[part])},
            "gain": gained.document(),
            "kept": gained.value is not None and gained.value > 0,
        }
    return told


def _not_kept(scores: Mapping[str, Json], refused: Mapping[str, str]) -> dict[str, str]:
    """Why parts are left out that have labels enough."""
    found = {}
    for part, name in _PARTS.items():
        if part not in scores and name not in refused:
            found[name] = "too few labels to check it on unseen conversations: at least a quarter more are needed"
        elif part in scores and not scores[part]["kept"]:
            found[name] = "no gain over the shipped scorer on unseen conversations"
    return found


def _pairs(scored: Scored, part: str) -> Sequence[Any]:
    found: Sequence[Any] = getattr(scored, part)
    return found


def _without(calibration: Calibration, parts: Sequence[str]) -> Calibration:
    return replace(calibration, **dict.fromkeys(parts, None))  # type: ignore[arg-type]  # names of parts
