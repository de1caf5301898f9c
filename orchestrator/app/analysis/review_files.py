"""The files of reviews: results that are drawn from, sheets of drawn conversations, labels in CSV or JSON Lines."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.batch.records import read_records
from orchestrator.batch.run import BatchJob
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.reviews import TURN_QUALITY, is_question
from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.redacting import redact
from orchestrator.core.personal_data.redactor import STANDARD
from orchestrator.surfaces.review_application import Answer

Json = dict[str, Any]
_LONG = frozenset({"conversation", "question", "turn", "value", "reviewer", "sample", "note"})
_ROW = frozenset({"conversation", "turn", "reviewer", "sample", "note"})
_MOST_NAMED = 5


def read_lines(path: Path, *, what: str) -> Iterator[tuple[int, Json]]:
    """The objects of a file of JSON Lines with their lines; InputError where one is none."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _object(line, path, number, what)
    except OSError as error:
        raise InputError(f"{what} {str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{what} {str(path)!r} is not UTF-8: give the JSON Lines that `analyze` wrote") from error


def _object(line: str, path: Path, number: int, what: str) -> Json:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise InputError(f"{path}:{number}: not JSON; {what} is JSON Lines") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}:{number}: {type(document).__name__} is no object; {what} is JSON Lines")
    return document


def read_conversations(
    inputs: Sequence[str], columns: Mapping[str, str], wanted: Iterable[str]
) -> dict[str, Conversation]:
    """Those of the wanted conversations that the input has, by id."""
    left = set(wanted)
    nowhere = Path("reviews.jsonl")
    job = BatchJob(inputs=tuple(inputs), out=nowhere, rejects=nowhere, columns=columns)
    found: dict[str, Conversation] = {}
    for record in read_records(job):
        try:
            conversation = read_conversation(json.loads(record))
        except ValueError:
            continue  # `analyze` has told of it
        name = STANDARD.name(conversation.id)  # as results have it
        if name in left:
            left.discard(name)
            found[name] = conversation
        if not left:
            break
    return found


def sheet_line(conversation: Conversation, sample: str) -> str:
    """A conversation as a line of a sheet: redacted, and without any score."""
    turns, earlier = [], ""
    for index, turn in enumerate(conversation.turns):
        text = redact(turn.text, earlier=earlier)
        turns.append({"index": index, "speaker": turn.speaker.value, "text": text})
        earlier = turn.text
    document = {"sample": sample, "conversation": STANDARD.name(conversation.id), "turns": turns}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def read_sheet_items(path: Path) -> list[Json]:
    """The conversations of a sheet; InputError where it is none."""
    found = []
    for number, document in read_lines(path, what="a sheet"):
        named = isinstance(document.get("conversation"), str) and isinstance(document.get("sample"), str)
        if not named or not isinstance(document.get("turns"), list):
            raise InputError(f"{path}:{number}: no line of a sheet; make one with `switchboard reviews sample`")
        found.append(document)
    return found


def read_labels(path: Path) -> list[Answer]:
    """The answers of a file of labels, a row each, or a column for each question.

    Raises:
        InputError: Names the rows that say nothing that could be stored; nothing is.
    """
    rows = _csv_rows(path) if path.suffix.lower() in {".csv", ".tsv"} else read_lines(path, what="a file of labels")
    answers: list[Answer] = []
    faults: list[str] = []
    for number, row in rows:
        try:
            answers += _answers(row)
        except ValueError as error:
            faults.append(f"{path}:{number}: {error}")
    if faults:
        more = f"\n{len(faults) - _MOST_NAMED} rows more" if len(faults) > _MOST_NAMED else ""
        raise InputError(
            "\n".join(faults[:_MOST_NAMED]) + more + "\nNothing was stored: mend the file and give it again"
        )
    return answers


def _csv_rows(path: Path) -> Iterator[tuple[int, Json]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"a file of labels {str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is not UTF-8: save it as CSV in UTF-8") from error
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ";" if ";" in text.split("\n", 1)[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        yield reader.line_num, {str(name).strip(): value for name, value in row.items() if name is not None}


def _answers(row: Json) -> list[Answer]:
    text = {name: "" if value is None else str(value).strip() for name, value in row.items()}
    if not text.get("conversation"):
        raise ValueError("the field 'conversation' is missing or empty")
    turn = _turn(text.get("turn", ""))
    common = {name: text.get(name, "") for name in ("sample", "note")}
    questions = _questions(text)
    return [
        Answer(
            conversation=text["conversation"],
            question=question,
            turn=turn if question == TURN_QUALITY else None,
            value=value,
            reviewer=text.get("reviewer") or None,
            **common,
        )
        for question, value in questions.items()
    ]


def _questions(text: Mapping[str, str]) -> dict[str, str]:
    """The answers by question; a cell left empty in a wide table is not answered."""
    if "question" in text:
        unknown = text.keys() - _LONG
        questions = {text["question"]: text.get("value", "")}
    else:
        unknown = {name for name in text.keys() - _ROW if not is_question(name)}
        questions = {name: value for name, value in text.items() if is_question(name) and value}
    if unknown:
        raise ValueError(f"the column {min(unknown)!r} is not known; a question's column is named as the question")
    return questions


def _turn(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise ValueError(f"turn {text!r}: write the turn's index, from 0")
    return int(text)
