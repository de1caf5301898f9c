"""Reads and writes the file of a calibration."""

import json
import os
from pathlib import Path

from agents.sentiment.scoring.scorer import SCORER_VERSION, Scorer
from orchestrator.core.conversations.calibration import Calibration, calibration_document, read_calibration
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import InputError

_TRIED = Conversation(
    "tried",
    (
        Turn(Speaker.CUSTOMER, "Hello, where is my order? I have been waiting for two weeks now."),
        Turn(Speaker.AGENT, "I am sorry about that, it has been sent and will be with you tomorrow."),
        Turn(Speaker.CUSTOMER, "Great, thank you for your help, goodbye."),
    ),
)


def read_calibration_file(path: Path) -> Calibration:
    """The calibration of a file; InputError where it is none, or was made for another scorer."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--calibration {str(path)!r} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(
            f"--calibration {str(path)!r} is no JSON: make it with `switchboard reviews calibrate`"
        ) from error
    try:
        calibration = read_calibration(document, scorer_version=SCORER_VERSION)
        # what it weighs is held against what the scorer has, before a batch begins
        Scorer(Scoring(calibration=calibration)).score(_TRIED)
    except ValueError as error:
        raise InputError(f"--calibration {str(path)!r}: {error}") from error
    return calibration


def write_calibration_file(calibration: Calibration, path: Path) -> None:
    """Write it whole or not at all."""
    text = json.dumps(calibration_document(calibration), ensure_ascii=False, separators=(",", ":"))
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        os.replace(part, path)  # noqa: PTH105  # in one step, over what is there
    except OSError as error:
        raise InputError(f"--out {str(path)!r} cannot be written: {error.strerror}; choose another place") from error
