"""What was learned from a customer's own labels: weights that correct the scorer's satisfaction, outcome and quality.

It is made by `switchboard reviews calibrate`, kept as JSON, and applied by the scorer without any library.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.conversations.documents import read_value, write_value

FORM = 1
"""Rises when a calibration of before can no longer be read."""
LEAST_CONVERSATIONS = 30
"""Labelled conversations below which nothing is fitted."""
LEAST_OF_EACH = 8
"""Of both outcomes (resolved or not; satisfied or not), below which nothing is fitted."""
LEAST_TURNS = 200
"""Labelled turns below which the quality of turns is not fitted."""
QUALITY_COLUMNS = 6
CONVERSATION_COLUMNS = 4
UNLIKE = "calibration_unlike_training"
"""The flag of a conversation that does not look like those that the calibration was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnWeights:
    """The quality of a turn, 1 to 5: a first estimate of each turn, then one that sees its neighbours' estimates.

    Attributes:
        ngrams: Words and pairs of words: first their rarity, then what they count in a customer's turn, in the
            company's, in the turn before, in the turn after, and anywhere in the conversation.
        features: Names of the numbers beside them, in order.
        customer: What those count in a customer's turn, the constant last; `company`: in the company's.
        course: What the estimates of the conversation count in the second step, the constant last.
    """

    ngrams: Mapping[str, tuple[float, ...]]
    features: tuple[str, ...]
    customer: tuple[float, ...]
    company: tuple[float, ...]
    course: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationWeights:
    """A score of a whole conversation.

    Attributes:
        ngrams: First their rarity, then what they count anywhere, said by the customer, and in the last turns.
        features: Names of the numbers beside them, in order.
        weights: What those count, the constant last.
        logistic: Whether the sum is a logit (a probability is told) or the score itself.
    """

    ngrams: Mapping[str, tuple[float, ...]]
    features: tuple[str, ...]
    weights: tuple[float, ...]
    logistic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Weights made from labels, and what they were made from.

    Attributes:
        scorer_version: Of the scorer whose features they weigh; another version's scorer refuses them.
        made_on: The day, ISO 8601.
        conversations: Labelled ones that it was made from; `turns`: labelled turns.
        figures: Cross-validated by conversation, by name; what they mean is in docs/reviews.md.
        least_familiar: The share of a conversation's words that is known, below which it is unlike the training data.
    """

    form: int = FORM
    scorer_version: str
    made_on: str
    conversations: int
    turns: int
    quality: TurnWeights | None = None
    satisfaction: ConversationWeights | None = None
    resolved: ConversationWeights | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    least_familiar: float = 0.0


def calibration_document(calibration: Calibration) -> dict[str, object]:
    """As what `json.dumps` takes."""
    document = write_value(calibration)
    assert isinstance(document, dict)
    return document


def read_calibration(document: object, *, scorer_version: str) -> Calibration:
    """The calibration of a document.

    Raises:
        ValueError: It is none, or was made for another scorer; says what to do.
    """
    form = document.get("form") if isinstance(document, Mapping) else None
    if form != FORM:
        raise ValueError(f"no calibration of form {FORM} (form {form!r}): make it with `switchboard reviews calibrate`")
    calibration = read_value(Calibration, document)
    refuse_other_version(calibration, scorer_version)
    _check_widths(calibration)
    return calibration


def refuse_other_version(calibration: Calibration, scorer_version: str) -> None:
    """ValueError where the calibration weighs the features of another scorer."""
    if calibration.scorer_version != scorer_version:
        raise ValueError(
            f"this calibration was made for scorer version {calibration.scorer_version!r}, this is {scorer_version!r}: "
            "make it anew with `switchboard reviews calibrate`"
        )


def _check_widths(calibration: Calibration) -> None:
    quality = calibration.quality
    if quality is not None:
        rows = (quality.customer, quality.company)
        _check("quality", quality.features, rows, quality.ngrams, wide=QUALITY_COLUMNS)
    for name, part in (("satisfaction", calibration.satisfaction), ("resolved", calibration.resolved)):
        if part is not None:
            _check(name, part.features, (part.weights,), part.ngrams, wide=CONVERSATION_COLUMNS)


def _check(
    name: str,
    features: Sequence[str],
    rows: Iterable[Sequence[float]],
    ngrams: Mapping[str, Sequence[float]],
    *,
    wide: int,
) -> None:
    if any(len(row) != len(features) + 1 for row in rows) or any(len(row) != wide for row in ngrams.values()):
        raise ValueError(f"the weights of {name!r} do not fit together: make the calibration anew")
