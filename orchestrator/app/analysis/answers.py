"""Answers of a model that were paid for, kept beside the results, so that a batch that broke off asks none twice."""

import json
import os
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from agents.sentiment.model_scoring.asked import PROMPT_REVISION, Asked
from orchestrator.core.errors import InputError
from orchestrator.core.usage import Tokens
from orchestrator.models.structured import StructuredAnswer


def answer_key(asked: Asked, *, model: str) -> str:
    """What an answer belongs to: who was asked what, and in which words."""
    text = json.dumps([model, PROMPT_REVISION, asked.system, asked.user, asked.schema], sort_keys=True)
    return sha256(text.encode()).hexdigest()


class Answers:
    """A file of answers, one a line, written before anything rests on it.

    It holds what models wrote about conversations without personal data, never a transcript.

    Raises:
        InputError: The file cannot be read or written, or a line before the last is broken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, int] = {}
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise InputError(f"the answers {str(path)!r} cannot be written: {error.strerror}") from error
        self._read()

    def _read(self) -> None:
        self._file.seek(0)
        at = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):  # broken off while it was written: asked again
                self._file.truncate(at)
                return
            try:
                self._places[json.loads(line)["key"]] = at
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"{str(self._path)!r}, line {number}, is no answer; remove the file to ask for all again"
                ) from error
            at += len(line)

    def find(self, key: str) -> StructuredAnswer | None:
        """The answer that is there."""
        place = self._places.get(key)
        if place is None:
            return None
        self._file.seek(place)
        found = json.loads(self._file.readline())
        tokens = Tokens(found["input_tokens"], found["output_tokens"], estimated=found["estimated"])
        return StructuredAnswer(text=found["text"], tokens=tokens, model=found["model"])

    def keep(self, key: str, conversation_id: str, answer: StructuredAnswer) -> None:
        """Write an answer down, for good."""
        line = json.dumps(
            {
                "key": key,
                "id": conversation_id,
                "model": answer.model,
                "input_tokens": answer.tokens.input,
                "output_tokens": answer.tokens.output,
                "estimated": answer.tokens.estimated,
                "text": answer.text,
            }
        )
        place = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(f"{line}\n".encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise InputError(f"the answers {str(self._path)!r} cannot be written: {error.strerror}") from error
        self._places[key] = place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
