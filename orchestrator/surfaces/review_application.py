"""What the surfaces ask of the application about people's reviews of conversations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchestrator.core.conversations.review_terms import By, Every
from orchestrator.surfaces.analysis_application import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """What is to be drawn for review.

    Attributes:
        results: What `analyze` wrote, JSON Lines.
        conversations: The files that it read.
        columns: As for `analyze`.
        out: The sheet: the drawn conversations, redacted, without scores.
    """

    results: Path
    conversations: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    size: int
    by: By = "reason"
    seed: int = 1
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person answered; `value` is as written, and is read on the question's scale."""

    conversation: str
    question: str
    turn: int | None = None
    value: str
    reviewer: str | None = None
    sample: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRequest:
    """An objection to a score.

    Attributes:
        value: What it should be, as written; empty where that is not said.
        results: Where the disputed score stands, if the conversation was not drawn.
    """

    conversation: str
    question: str
    turn: int | None = None
    reason: str
    value: str = ""
    by: str | None = None
    results: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRequest:
    """What the scorer is to be calibrated with; `columns` as for `analyze`."""

    conversations: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    out: Path
    seed: int = 1


class ReviewApplication(Protocol):
    """Reviews by people. Who is not named is this machine's user. Heavy imports happen inside the methods."""

    def draw_sample(self, request: SampleRequest) -> Document:
        """Draw, store what was drawn with its automatic scores, write the sheet.

        The document has `sample`, `drawn`, `of`, `new`, `sheet`, `strata` (each with `stratum`, `size`, `drawn`).
        """
        ...

    def read_sheet(self, sheet: Path, *, reviewer: str | None) -> Sequence[Document]:
        """The conversations of a sheet: `sample`, `conversation`, `turns`, and what this person has `answered`."""
        ...

    def check_answer(self, question: str, value: str) -> None:
        """InputError where an answer is none; says what would be one."""
        ...

    def store_answers(self, answers: Sequence[Answer]) -> Document:
        """Store answers together: `read`, `stored`, `revised`, `unchanged`, and `answers` with the automatic scores."""
        ...

    def import_reviews(self, file: Path, *, reviewer: str | None) -> Document:
        """Store the answers of a CSV or JSON Lines file, all or none: `read`, `stored`, `revised`, `unchanged`."""
        ...

    def open_dispute(self, request: DisputeRequest) -> Document:
        """Store a dispute; the document is the dispute."""
        ...

    def settle_dispute(self, dispute: str, *, upheld: bool, note: str, by: str | None) -> Document:
        """Settle a dispute, as another person than its own; the document is the dispute."""
        ...

    def list_disputes(self, *, open_only: bool) -> Document:
        """All disputes, oldest first: `disputes`."""
        ...

    def review_agreement(self, *, sample: str | None) -> Document:
        """Agreement by question: `reviews`, `conversations`, `reviewers`, `questions`."""
        ...

    def review_drift(self, *, every: Every) -> Document:
        """Agreement by question and period, and what changed: `every`, `questions`."""
        ...

    def calibrate(self, request: CalibrationRequest, *, tell: Callable[[str], None]) -> Document:
        """Fit weights to the labels and write them: `out`, `conversations`, `turns`, `scores`, `refused`."""
        ...

    def export_reviews(self, out: Path) -> Document:
        """Write all answers with revisions, automatic scores and probabilities: `out`, `rows`."""
        ...
