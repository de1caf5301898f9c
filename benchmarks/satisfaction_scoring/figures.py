"""The figures of the scorer as it ships, beside the baselines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from satisfaction_calibration.cases import SUCCESS
from satisfaction_scoring.comparing import OURS, Rows, auc, calibration_error, compared, found_of, spearman
from satisfaction_scoring.deletion import deletion
from satisfaction_scoring.loading import DISSATISFIED, NEGATIVE, Sentence, Talk
from satisfaction_scoring.peers import VADER_NEGATIVE, Vader, trained

from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.scoring import Scoring

_UNDECIDED = {"resolved": 0.5, "abandoned": 0.5, "satisfaction": 3.0}
Document = Mapping[str, Any]


def shipped(talks: Sequence[Talk], *, seed: int) -> dict[str, object]:
    """Every figure; what is not scored counts as undecided, and is counted."""
    scorer, vader = Scorer(Scoring()), Vader()
    documents = {one.case.conversation.id: scorer.score(one.case.conversation) for one in talks}
    chances, qualities = trained([one.case for one in talks], seed=seed)
    return {
        "success": _success(talks, documents, vader, chances, seed),
        "dropped": _dropped(talks, documents, vader, seed),
        "turn_quality": _turns([one for one in talks if one.case.counted], documents, vader, qualities, seed),
        "turn_quality_of_conversations": _turns(
            [one for one in talks if not one.case.counted], documents, vader, qualities, seed
        ),
        "sentences": _sentences(talks, scorer, vader, seed),
        "deletion": deletion(
            scorer, [(one.case.conversation, documents[one.case.conversation.id]) for one in talks], seed=seed
        ),
        "not_scored": sum(document["overall"]["satisfaction"] is None for document in documents.values()),  # type: ignore[index]
    }


def _overall(document: Document, name: str) -> float:
    found = document["overall"][name]
    return _UNDECIDED[name] if found is None else float(found)


def _success(
    talks: Iterable[Talk],
    documents: Mapping[str, Document],
    vader: Vader,
    chances: Mapping[str, float],
    seed: int,
) -> dict[str, object]:
    by: dict[str, Rows] = {"resolved": Rows(), "satisfaction": Rows()}
    stars: list[float] = []
    for one in talks:
        name, success = one.case.conversation.id, one.case.success
        if success is not None:
            stars.append(success)
            for feature, rows in by.items():
                ours = _overall(documents[name], feature)
                rows.add(
                    name,
                    float(success >= SUCCESS),
                    ours=ours,
                    vader=vader.whole(one.case),
                    vader_customer=vader.customer(one.case),
                    tfidf=chances[name],
                )
    if not stars:
        return {"skipped": "no conversation has task_success"}
    told: dict[str, object] = {name: compared(rows, auc, seed=seed) for name, rows in by.items()}
    errors = {
        "resolved": calibration_error(by["resolved"].labels, by["resolved"].scores[OURS]),
        "tfidf": calibration_error(by["resolved"].labels, by["resolved"].scores["tfidf"]),
        "vader_as_chance": calibration_error(
            by["resolved"].labels, [(one + 1) / 2 for one in by["resolved"].scores["vader"]]
        ),
        "satisfaction_in_stars": calibration_error(stars, by["satisfaction"].scores[OURS]),
    }
    return {**told, "calibration_error": errors}


def _dropped(talks: Iterable[Talk], documents: Mapping[str, Document], vader: Vader, seed: int) -> dict[str, object]:
    rows = Rows()
    for one in talks:
        if one.dropped is not None:
            name = one.case.conversation.id
            rows.add(
                name,
                float(one.dropped),
                ours=_overall(documents[name], "abandoned"),
                vader=-vader.whole(one.case),
                length=-float(len(one.case.conversation.turns)),
            )
    told = compared(rows, auc, seed=seed)
    if rows.labels:
        told["calibration_error"] = calibration_error(rows.labels, rows.scores[OURS])
    return told


def _turns(
    talks: Iterable[Talk],
    documents: Mapping[str, Document],
    vader: Vader,
    qualities: Mapping[tuple[str, int], float],
    seed: int,
) -> dict[str, object]:
    rows = Rows()
    for one in talks:
        name = one.case.conversation.id
        for at, label in one.case.qualities.items():
            ours = documents[name]["turns"][at]["quality"]
            rows.add(
                name,
                label,
                ours=4.0 if ours is None else ours,
                vader=vader.turn(one.case, at),
                vader_turn_alone=vader.text(one.case.conversation.turns[at].text),
                tfidf=qualities[name, at],
            )
    return compared(rows, spearman, seed=seed)


def _sentences(talks: Iterable[Talk], scorer: Scorer, vader: Vader, seed: int) -> dict[str, object]:
    """The customer's sentences, each scored without the others, beside the emotions that people named."""
    bad: dict[str, Rows] = {"dissatisfied": Rows(), "negative": Rows()}
    found = {"ours": [0, 0, 0], "vader": [0, 0, 0]}
    for one in talks:
        said = [sentence for sentence in one.sentences if sentence.speaker is Speaker.CUSTOMER]
        for sentence, ours in zip(said, map(_alone(scorer), said), strict=True):
            scores = {"ours": -(ours["sentiment"] or 0.0), "vader": -vader.text(sentence.text)}
            for name, emotions in (("dissatisfied", DISSATISFIED), ("negative", NEGATIVE)):
                bad[name].add(one.case.conversation.id, float(sentence.emotion in emotions), **scores)
            negative = sentence.emotion in NEGATIVE
            for name, called in (
                ("ours", ours["label"] == "negative"),
                ("vader", vader.text(sentence.text) <= VADER_NEGATIVE),
            ):
                found[name][0] += negative and called
                found[name][1] += called
                found[name][2] += negative
    return {
        **{name: compared(rows, auc, seed=seed) for name, rows in bad.items()},
        "called_negative": found_of({name: (one[0], one[1], one[2]) for name, one in found.items()}),
    }


def _alone(scorer: Scorer) -> Callable[[Sentence], Document]:
    def score(sentence: Sentence) -> Document:
        turn = Turn(sentence.speaker, sentence.text)
        document: Document = scorer.score(Conversation("sentence", (turn,), language="en"))
        read: Document = document["turns"][0]
        return read

    return score
