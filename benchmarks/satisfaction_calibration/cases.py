"""Support conversations with people's labels, read from a folder of the form of MAIA-DQE."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn

SUCCESS = 4.0


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation and what people said of it.

    Attributes:
        success: 1 to 5, None where nobody said.
        qualities: Of turns by index, 1 to 5.
        counted: Whether its turns count for the figure of turns: only those of the set that is made of turns.
    """

    conversation: Conversation
    success: float | None = None
    qualities: Mapping[int, float] = field(default_factory=dict)
    counted: bool = False


def load_cases(folder: Path) -> list[Case]:
    """Every conversation of the folder's `*dqe*.jsonl` (whole ones) and `*turns*.jsonl` (turn by turn)."""
    whole, turns = sorted(folder.glob("*dqe*.jsonl")), sorted(folder.glob("*turns*.jsonl"))
    if not whole or not turns:
        raise SystemExit(f"{folder} holds no *dqe*.jsonl and *turns*.jsonl; give such a folder with --data")
    found = [_whole(row) for path in whole for row in _rows(path)]
    chains: dict[str, list[dict[str, Any]]] = {}
    for path in turns:
        for row in _rows(path):
            chains.setdefault(row["conversation"], []).append(row)
    return found + [_chain(name, rows) for name, rows in chains.items()]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _whole(row: Mapping[str, Any]) -> Case:
    turns = tuple(Turn(Speaker(turn["speaker"]), turn["text_en"]) for turn in row["turns"])
    success = row["task_success"]
    qualities = {
        at: float(turn["interaction_quality"])
        for at, turn in enumerate(row["turns"])
        if (turn["interaction_quality"] or -1) > 0
    }
    return Case(Conversation(row["id"], turns), None if success is None else float(success), qualities)


def _chain(name: str, rows: list[dict[str, Any]]) -> Case:
    """Each row has the turn before as its context: the first is the customer's, then they take turns."""
    texts = [rows[0]["context_en"], *(row["response_en"] for row in rows)]
    turns = tuple(Turn(Speaker.AGENT if at % 2 else Speaker.CUSTOMER, text) for at, text in enumerate(texts))
    qualities = {at: float(row["interaction_quality"]) for at, row in enumerate(rows, 1)}
    return Case(Conversation(name, turns), qualities=qualities, counted=True)
