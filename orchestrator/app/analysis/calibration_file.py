"""Reads and writes the file of a calibration."""

import json
import os
from pathlib import Path

from agents.sentiment.scoring.calibrated_judgement import check_features
from agents.sentiment.scoring.calibration_features import Numbers, numbers_of
from agents.sentiment.scoring.course import read_course
from agents.sentiment.scoring.cues import load_cues
from agents.sentiment.scoring.lexicon import load_lexicon
from agents.sentiment.scoring.mood import MoodReader
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.scorer import SCORER_VERSION
from orchestrator.core.conversations.calibration import Calibration, calibration_document, read_calibration
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.errors import InputError


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
        check_features(calibration, _some_numbers())
    except ValueError as error:
        raise InputError(f"--calibration {str(path)!r}: {error}") from error
    return calibration


def _some_numbers() -> Numbers:
    """Of any conversation: their names are the same for all."""
    tried = Conversation("tried", (Turn(Speaker.CUSTOMER, "hello"),))
    return numbers_of(read_course(Reading(tried, PhraseTable(())), MoodReader(load_lexicon(), load_cues())))


def write_calibration_file(calibration: Calibration, path: Path) -> None:
    """Write it whole or not at all."""
    text = json.dumps(calibration_document(calibration), ensure_ascii=False, separators=(",", ":"))
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        os.replace(part, path)  # noqa: PTH105  # in one step, over what is there
    except OSError as error:
        raise InputError(f"--out {str(path)!r} cannot be written: {error.strerror}; choose another place") from error
