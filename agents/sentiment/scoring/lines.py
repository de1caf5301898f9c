"""Scores the records of a batch: bytes of JSON in, a line of JSON out."""

import json
from typing import Any

from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.lines import RefusedLine, ScoredLine
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.scoring import Scoring, read_scoring
from orchestrator.core.personal_data.redactor import Redactor, redactor_named

_MOST_OF_HEAD = 300
_LOOKED_AT = 2_000  # what begins in the head, and is personal, ends in it


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON; write null, or leave the field out")


# made once: `json.dumps` with options makes an encoder for each call
_DECODE = json.JSONDecoder(parse_constant=_no_number).decode
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


class LineJudge:
    """A scorer of records; implements `orchestrator.core.conversations.lines.Judge`.

    Args:
        scoring: What configures the scorer.
        redactor: What leaves goes through it; None for the one that the configuration names.
    """

    def __init__(self, scoring: Scoring, redactor: Redactor | None = None) -> None:
        self._redactor = redactor if redactor is not None else redactor_named(scoring.redaction)
        self._scorer = Scorer(scoring, self._redactor)

    def judge(self, record: bytes) -> ScoredLine | RefusedLine:
        """The line of a record, or what is wrong with it."""
        document: Any = None
        try:
            document = _DECODE(record.decode())
            conversation = read_conversation(document)
        except UnicodeDecodeError as fault:
            return self.refuse(record, f"the byte {record[fault.start]:#04x} at {fault.start:,d} is not UTF-8; mend it")
        except json.JSONDecodeError as fault:
            return self.refuse(record, f"not JSON: {fault.msg} at character {fault.pos + 1:,d}")
        except ValueError as fault:
            return self.refuse(record, str(fault), name=_id_of(document))
        except RecursionError:
            return self.refuse(record, "nested too deep to be a conversation")
        line = _ENCODE(self._scorer.score(conversation))
        return ScoredLine(self._redactor.name(conversation.id), len(conversation.turns), line.encode())

    def refuse(self, record: bytes, reason: str, *, name: str = "") -> RefusedLine:
        """What is said of a record that is not scored; the reason and the record's beginning are redacted."""
        head = self._redactor.text(record[:_LOOKED_AT].decode(errors="replace"))
        return RefusedLine(self._redactor.text(reason), self._redactor.name(name), head[:_MOST_OF_HEAD])


def _id_of(document: object) -> str:
    name = document.get("id") if isinstance(document, dict) else None
    return str(name) if isinstance(name, str | int) else ""


class JudgeFromDocument:
    """Makes a judge of the JSON document of a `Scoring`; picklable, and callable where only the scorer is shipped.

    Args:
        document: As JSON text.
    """

    def __init__(self, document: str) -> None:
        self.document = document

    def __call__(self) -> LineJudge:
        """The judge."""
        return LineJudge(read_scoring(json.loads(self.document)))
