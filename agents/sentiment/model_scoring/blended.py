"""The result document with a model's scores in the embedded ones' place, where they stand."""

from collections.abc import Iterable, Mapping, Sequence

from agents.sentiment.model_scoring.checked import Checked
from agents.sentiment.model_scoring.contradictions import document_flags
from agents.sentiment.model_scoring.disagreements import Disagreement, Json, disagreements
from agents.sentiment.model_scoring.shown import ShownTurn
from agents.sentiment.scoring.course import Step
from agents.sentiment.scoring.document import rounded, trajectory_of
from agents.sentiment.scoring.mood import Mood, label_of
from agents.sentiment.scoring.reading import AGENTS
from agents.sentiment.scoring.tokens import ReadTurn
from agents.sentiment.scoring.trajectory import overall_label
from agents.sentiment.scoring.trajectory import trajectory_of as judge_trajectory
from orchestrator.core.conversations.conversation import Conversation, Speaker
from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.scorecard import Answer, Scorecard, answer, totals
from orchestrator.core.conversations.scoring import Scoring

MODEL = "model"
_SKIP = "model."
"""Before a feature's name: the model's score of it does not stand, the embedded one is kept."""


def unscored(document: Json, code: ReasonCode) -> Json:
    """The embedded document, saying why the model did not score it."""
    return {**document, "skipped": [*document["skipped"], _skipped(MODEL, code)], "disagreements": []}


def blend(
    conversation: Conversation,
    document: Json,
    checked: Checked,
    turns: Sequence[ShownTurn],
    scoring: Scoring,
    *,
    model: str,
) -> Json:
    """The document by both: the model's scores, the embedded ones where those do not stand.

    Args:
        conversation: As given.
        document: The embedded scorer's.
        checked: What stands of the model's answer.
        turns: As the model was shown them.
        scoring: What configured both.
        model: Its name.
    """
    steps = _steps(conversation, checked, document["turns"])
    differ = disagreements(document, checked)
    filled = _filled(checked, scored=bool(steps))
    skipped = [
        one
        for one in document["skipped"]
        if one["feature"] not in filled and not (steps and _of_scored_turn(one["feature"], steps))
    ]
    # the spans of turns and of the whole have one name: they are the model's where it listed turns
    spans = filled | {"sentiment"} if steps else filled - {"sentiment"}
    evidence = _Evidence(document["evidence"], turns, replaced=spans)
    blended = {
        **document,
        "overall": _overall(document["overall"], checked, steps),
        "trajectory": _trajectory(document["trajectory"], steps),
        "contact_reason": checked.choices.get("contact_reason", document["contact_reason"]),
        "contact_reasons": _reasons(document["contact_reasons"], checked.choices.get("contact_reason")),
        "product": checked.choices.get("product", document["product"]),
        "turns": _turns(document["turns"], steps),
        "scorecard": _scorecard(document["scorecard"], checked, scoring.scorecard, evidence),
        "compliance": [evidence.moved(one) for one in document["compliance"]],
        "coaching": [evidence.moved(one) for one in document["coaching"]],
        "summary": checked.summary or document["summary"],
        "evidence": evidence.whole(checked),
        "skipped": [*skipped, *(_skipped(f"{_SKIP}{one.feature}", one.reason_code) for one in checked.skipped)],
        "disagreements": [one._asdict() for one in differ],
        "provenance": {**document["provenance"], "model": model},
    }
    return {**blended, "flags": _flags(document["flags"], document_flags(blended), differ)}


def _skipped(feature: str, code: ReasonCode) -> Json:
    return {"feature": feature, "reason_code": code.value}


def _filled(checked: Checked, *, scored: bool) -> frozenset[str]:
    """The features whose value is the model's, so that the embedded one's spans and gaps count no longer."""
    names = {*checked.numbers, *checked.choices, *(f"scorecard.{one.question}" for one in checked.answers if _has(one))}
    names |= {"summary"} if checked.summary else set()
    names |= {"label"} if "sentiment" in checked.numbers else set()
    return frozenset(names | ({"trajectory"} if scored else set()))


def _of_scored_turn(feature: str, steps: Sequence[Step]) -> bool:
    """Whether a gap is of a turn that has the model's sentiment now."""
    head, _, rest = feature.partition(".")
    index, _, name = rest.partition(".")
    return head == "turns" and name == "sentiment" and index.isdecimal() and _speaks(steps[int(index)])


def _speaks(step: Step) -> bool:
    return bool(step.turn.words) and (step.customer or step.agent)


def _has(one: Answer) -> bool:
    return one.na or one.value is not None


def _steps(conversation: Conversation, checked: Checked, turns: Sequence[Json]) -> tuple[Step, ...]:
    """The turns by the model's list, those not on it neutral; none where it listed no turn at all."""
    if not checked.turns:
        return ()
    moods = {one.turn: one.sentiment for one in checked.turns}
    return tuple(
        Step(
            turn=ReadTurn(index, turn),
            customer=turn.speaker is Speaker.CUSTOMER,
            agent=turn.speaker in AGENTS,
            mood=Mood(moods.get(index, 0.0), (), ()),
            names=frozenset(),
            repeated=False,
            asks=False,
        )
        for index, (turn, _) in enumerate(zip(conversation.turns, turns, strict=True))
    )


def _overall(overall: Json, checked: Checked, steps: Sequence[Step]) -> Json:
    found = {**overall, **{name: rounded(value) for name, value in checked.numbers.items()}}
    sentiment = checked.numbers.get("sentiment")
    if sentiment is not None:
        said = [step for step in steps if step.customer]
        found["label"] = overall_label(sentiment, said) if said else label_of(sentiment)
    return found


def _trajectory(embedded: Json | None, steps: Sequence[Step]) -> Json | None:
    found = trajectory_of(judge_trajectory(steps)) if steps else None
    return found if found is not None else embedded


def _reasons(embedded: Sequence[Json], chosen: str | None) -> list[Json]:
    """The chosen one first; one that the embedded scorer did not find has no score."""
    if chosen is None:
        return [*embedded]
    known = next((one for one in embedded if one["id"] == chosen), {"id": chosen, "score": None})
    return [known, *(one for one in embedded if one["id"] != chosen)][:3]


def _turns(embedded: Sequence[Json], steps: Sequence[Step]) -> list[Json]:
    if not steps:
        return [*embedded]
    return [
        {**one, "sentiment": rounded(step.mood.score), "label": label_of(step.mood.score)} if _speaks(step) else one
        for one, step in zip(embedded, steps, strict=True)
    ]


def _scorecard(
    embedded: Json | None, checked: Checked, scorecard: Scorecard | None, evidence: "_Evidence"
) -> Json | None:
    if embedded is None or scorecard is None:
        return embedded
    ours = {one.question: one for one in checked.answers if _has(one)}
    questions = {question.id: question for question in scorecard.questions}
    answers: list[Answer] = []
    entries: list[Json] = []
    for one in embedded["answers"]:
        name = one["question"]
        found = ours.get(name)
        if found is None:
            value = None if one["value"] is None else float(one["value"])
            answers.append(answer(questions[name], value, na=one["na"]))
            entries.append(evidence.moved(one))
            continue
        answers.append(found)
        entries.append(
            {
                **one,
                "value": found.value,
                "na": found.na,
                "auto_fail": found.auto_fail,
                "evidence": [evidence.place(span) for span in found.evidence],
            }
        )
    whole = totals(answers)
    return {
        **embedded,
        "score": rounded(whole.score),
        "potential_score": rounded(whole.potential_score),
        "normalized_score": rounded(whole.normalized_score),
        "answers": entries,
    }


def _flags(embedded: Iterable[str], found: Iterable[str], differ: Iterable[Disagreement]) -> list[str]:
    """What contradicts now in place of what did before, and where the two scorers differ."""
    kept = [flag for flag in embedded if not flag.startswith(("inconsistent:", "recomputed:"))]
    return [*kept, *found, *(f"model_disagrees:{one.feature}" for one in differ)]


class _Evidence:
    """The spans of a blended document: the embedded scorer's that still count, then the model's.

    Args:
        embedded: The embedded document's.
        turns: As the model was shown them.
        replaced: The features whose spans are the model's.
    """

    def __init__(self, embedded: Sequence[Json], turns: Sequence[ShownTurn], *, replaced: frozenset[str]) -> None:
        self._turns = turns
        self._kept: list[Json] = []
        self._moved: dict[int, int] = {}
        self._added: dict[tuple[str, int, int, int], int] = {}
        for index, span in enumerate(embedded):
            if span["feature"] not in replaced:
                self._moved[index] = len(self._kept)
                self._kept.append(span)

    def moved(self, entry: Mapping[str, object]) -> Json:
        """An embedded entry with the new places of its spans."""
        if "evidence" not in entry:
            return {**entry}
        old = entry["evidence"]
        assert isinstance(old, list)
        return {**entry, "evidence": [self._moved[one] for one in old if one in self._moved]}

    def place(self, span: tuple[str, int, int, int]) -> int:
        """The place of a span of the model's."""
        return self._added.setdefault(span, len(self._kept) + len(self._added))

    def whole(self, checked: Checked) -> list[Json]:
        """All spans; called last."""
        for span in checked.evidence:
            self.place(span)
        added = [
            {
                "feature": feature,
                "turn": turn,
                "start": start,
                "end": end,
                "text": self._turns[turn].between(start, end),
            }
            for feature, turn, start, end in self._added
        ]
        return [*self._kept, *added]
