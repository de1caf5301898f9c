"""Support conversations with people's labels, read from files of either form of MAIA-DQE."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satisfaction_calibration.cases import Case

from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn

DISSATISFIED = frozenset(("anger", "frustration", "disappointment"))
NEGATIVE = DISSATISFIED | {"anxiety", "confusion"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what people said its speaker feels."""

    speaker: Speaker
    text: str
    emotion: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with all its labels.

    Attributes:
        case: The conversation, its success and its turns' quality; `counted` where the file is one of turns.
        dropped: Whether the customer left before it was over; None where nobody said.
        sentences: With their emotions; none where the file has none.
    """

    case: Case
    dropped: bool | None = None
    sentences: tuple[Sentence, ...] = ()


def load_talks(paths: Iterable[Path]) -> list[Talk]:
    """Every conversation of the files, and of the `*.jsonl` of the folders.

    A row with `turns` is a whole conversation; one with `conversation`, `context_en` and `response_en` is a turn of
    one, in order. `SystemExit` with file and line where a row is neither.
    """
    talks: list[Talk] = []
    chains: dict[str, list[Mapping[str, Any]]] = {}
    for path, number, row in _rows(paths):
        if "turns" in row:
            talks.append(_whole(row))
        elif {"conversation", "context_en", "response_en", "interaction_quality"} <= row.keys():
            chains.setdefault(row["conversation"], []).append(row)
        else:
            raise SystemExit(f"{path}:{number}: neither a conversation (`turns`) nor a turn (`context_en`, ...)")
    return talks + [_chain(name, rows) for name, rows in chains.items()]


def _rows(paths: Iterable[Path]) -> Iterator[tuple[Path, int, Mapping[str, Any]]]:
    for path in paths:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files or not all(file.exists() for file in files):
            raise SystemExit(f"no such data: {path}; give a file or a folder of *.jsonl with --data")
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                if line.strip():
                    yield file, number, json.loads(line)


def _whole(row: Mapping[str, Any]) -> Talk:
    turns = tuple(Turn(Speaker(turn["speaker"]), turn["text_en"]) for turn in row["turns"])
    qualities = {
        at: float(turn["interaction_quality"])
        for at, turn in enumerate(row["turns"])
        if (turn["interaction_quality"] or -1) > 0
    }
    success, dropped = row["task_success"], row["dropped"]
    return Talk(
        Case(Conversation(row["id"], turns, language="en"), None if success is None else float(success), qualities),
        None if dropped is None else float(dropped) > 0,
        tuple(_sentences(row)),
    )


def _sentences(row: Mapping[str, Any]) -> Iterator[Sentence]:
    for turn in row["turns"]:
        said, felt = turn.get("sentences_en") or (), turn.get("emotion") or ()
        if len(said) == len(felt):
            for text, emotion in zip(said, felt, strict=True):
                yield Sentence(Speaker(turn["speaker"]), text, emotion)


def _chain(name: str, rows: Sequence[Mapping[str, Any]]) -> Talk:
    # the context of the first row is the customer's first turn; then they take turns
    texts = [rows[0]["context_en"] or "", *(row["response_en"] for row in rows)]
    turns = tuple(Turn(Speaker.AGENT if at % 2 else Speaker.CUSTOMER, text) for at, text in enumerate(texts))
    qualities = {at: float(row["interaction_quality"]) for at, row in enumerate(rows, start=1)}
    return Talk(Case(Conversation(name, turns, language="en"), qualities=qualities, counted=True))
