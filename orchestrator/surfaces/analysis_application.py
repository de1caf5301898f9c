"""What the surfaces ask of the application about conversations in files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchestrator.core.batching import BatchProgress

Document = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """That a model is to score too, and what it may take; one of the budgets is needed to ask it.

    Attributes:
        budget: What its calls may cost, in the currency of the prices set.
        token_budget: Tokens that they may use, of both directions.
        concurrency: Calls at once.
        requests_per_minute: Calls begun; `tokens_per_minute` tokens, estimated. None is no limit.
    """

    budget: float | None = None
    token_budget: int | None = None
    concurrency: int = 4
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRequest:
    """What is to be analysed, by what, and where it goes.

    Attributes:
        inputs: Files, folders, `-` for stdin.
        out: The result; its ending says which form it has.
        rejects: Where records go that cannot be read; None is beside the result.
        report: An HTML page of it.
        columns: Columns by field, where a row is one message.
        format: A vendor's form of conversations; None finds out.
        scorecard: A file, or the id of a shipped one; likewise `reasons`. None is the usual one.
        redaction: `short`, `presidio` or `off`.
        redaction_key: A file with the key by which redaction can be undone; None makes it final.
        engine: `local` or `spark`.
        table: A table of Spark to read; `out_table` one to merge the result into.
        processes: Worker processes; None is one for each core.
        limit: Records that are read at most.
        model: Asks a model too.
        store: Keeps the results as insights that can be asked.
        resume: Go on where an earlier process was ended; `overwrite` begins anew although one was.
    """

    inputs: tuple[str, ...]
    out: Path | None
    rejects: Path | None = None
    report: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    scorecard: str | None = None
    reasons: str | None = None
    compliance: Path | None = None
    products: Path | None = None
    calibration: Path | None = None
    redaction: str = "short"
    redaction_key: Path | None = None
    engine: str = "local"
    table: str | None = None
    out_table: str | None = None
    processes: int | None = None
    limit: int | None = None
    model: ModelRequest | None = None
    store: bool = False
    resume: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRequest:
    """How running conversations are to be watched.

    Attributes:
        triggers: A file; None is the shipped one.
        hand_over: Whether triggers that say so put a conversation on the list of what waits for a person.
        redaction: `short` or `off`.
    """

    triggers: Path | None = None
    hand_over: bool = False
    redaction: str = "short"


class AnalysisApplication(Protocol):
    """Conversations scored in batches. Heavy imports happen inside the methods."""

    def analyze(self, request: AnalysisRequest, *, watch: Callable[[BatchProgress], None]) -> Document:
        """Score conversations of files into a file; what came of it.

        The document has `status` (`done`), `engine`, `inputs`, `out`, `rejects`, `report`, `conversations`, `turns`,
        `rejected`, `unchanged`, `resumed`, `processes`, `seconds`, `turns_per_second`, `stored` and the `provenance`.
        """
        ...

    def estimate(self, request: AnalysisRequest) -> Document:
        """What a model is expected to take for the request: `conversations`, tokens, `cost`."""
        ...

    def watch_live(self, request: LiveRequest, lines: Iterable[bytes]) -> Iterator[Document]:
        """Score running conversations: a document for each line that says a turn, in order (live.schema.json).

        A line that says none gives one with `error` and `line`.
        """
        ...

    def make_redaction_key(self, out: Path) -> None:
        """Write a new key for redaction that can be undone; InputError where the file is there."""
        ...

    def restore_redactions(self, result: Path, *, key: Path, vault: Path | None, out: Path | None) -> Document:
        """Write a result with what was redacted to a new file, None for stdout: `restored`, `unknown`, `vault`."""
        ...

    def import_insights(self, path: Path) -> Document:
        """Keep the results of a JSON Lines file: `new`, `changed`, `same`, `left_out`, `problems`, `place`."""
        ...

    def show_insights(self) -> Document:
        """What is kept: `place`, `conversations`, `first`, `last`, and `names` with how many have each."""
        ...
