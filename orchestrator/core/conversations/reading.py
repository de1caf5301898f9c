"""Reads a conversation from its JSON form, and writes it again."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isfinite

from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.speakers import SPEAKERS, unknown_speaker

FIELDS = (
    "id",
    "turns",
    "channel",
    "queue",
    "agent_id",
    "customer_id",
    "started_at",
    "language",
    "survey_csat",
    "metadata",
)
TURN_FIELDS = ("speaker", "participant_id", "text", "at")
_KNOWN = frozenset(FIELDS)
_KNOWN_OF_TURN = frozenset(TURN_FIELDS)
_MOST_OF_NAME = 1000
_MOST_SHOWN = 80
_LOWEST_CSAT, _HIGHEST_CSAT = 1, 5
# half a surrogate pair and the null character can be stored nowhere; one character stands for one, so that offsets hold
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
# seconds until the year 5138; the same moment in milliseconds is in 1973 and in microseconds in 1970
_MOST_SECONDS = 1e11
_MOST_MILLISECONDS = 1e14
_DAY_LENGTH = 10
_EPOCH_DIGITS = frozenset({9, 10, 13, 16})
_TIME_MEND = "write ISO 8601 such as '2024-05-01T09:30:00Z', or seconds or milliseconds since 1970"


def read_conversation(document: object) -> Conversation:
    """The conversation that a JSON object says.

    A time without zone is UTC. Null characters and halves of surrogate pairs become U+FFFD, one for one. What is null
    counts as not given; a text may be empty, but not null. A conversation has at least one turn.

    Raises:
        ValueError: Names the field, its value and the mend.
    """
    if not isinstance(document, Mapping):
        raise _wrong("conversation", document, "write an object with 'id' and 'turns'")
    if not document.keys() <= _KNOWN:
        raise _unknown(document, FIELDS, "", mend="; put fields of your own into 'metadata'")
    get = document.get
    return Conversation(
        id=_id(get("id")),
        turns=_turns(get("turns")),
        channel=_name(get("channel"), "channel"),
        queue=_name(get("queue"), "queue"),
        agent_id=_name(get("agent_id"), "agent_id"),
        customer_id=_name(get("customer_id"), "customer_id"),
        started_at=read_time(get("started_at"), "started_at"),
        language=_name(get("language"), "language"),
        survey_csat=_csat(get("survey_csat")),
        metadata=_metadata(get("metadata")),
    )


def _turns(value: object) -> tuple[Turn, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong("turns", value, 'write a list of {"speaker": ..., "text": ...}')
    if not value:
        raise ValueError("turns: the list is empty; a conversation needs at least one turn")
    return tuple([_turn(index, turn) for index, turn in enumerate(value)])


def _turn(index: int, turn: object) -> Turn:
    # once for each of millions of turns: what is right is found with few steps, the rest is said in functions below
    if type(turn) is not dict:
        if not isinstance(turn, Mapping):
            raise _wrong(f"turns[{index}]", turn, 'write {"speaker": ..., "text": ...}')
        turn = dict(turn)
    if not turn.keys() <= _KNOWN_OF_TURN:
        raise _unknown(turn, TURN_FIELDS, f"turns[{index}].", mend="; leave out what is not a turn's")
    get = turn.get
    said = get("speaker")
    speaker = SPEAKERS.get(said) if isinstance(said, str) else None
    if speaker is None:
        speaker = _speaker(said, index)
    text = get("text")
    if not isinstance(text, str):
        raise _wrong(f"turns[{index}].text", text, 'write a text, "" for a turn without words')
    at, participant = get("at"), get("participant_id")
    return Turn(
        speaker,
        text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub(_REPLACEMENT, text),
        None if at is None else _turn_time(at, index),
        "" if participant is None else _name(participant, f"turns[{index}].participant_id"),
    )


def _speaker(said: object, index: int) -> Speaker:
    if not isinstance(said, str):
        raise _wrong(f"turns[{index}].speaker", said, unknown_speaker(""))
    name = re.sub(r"[\s\-]+", "_", said.strip().lower())
    found = SPEAKERS.get(name)
    if found is None:
        raise ValueError(f"turns[{index}].speaker: {_shown(said)} is not known; {unknown_speaker(name)}")
    return found


def _turn_time(value: object, index: int) -> datetime | None:
    # written as UTC, as most are
    if type(value) is str and value[-1:] == "Z" and len(value) > _DAY_LENGTH:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    field = f"turns[{index}].at"
    if isinstance(value, str) and len(value.strip()) == _DAY_LENGTH and value.count("-") == 2:  # noqa: PLR2004 - a day
        raise ValueError(f"{field}: {_shown(value)} is a day without a time; add the time, or leave it out")
    return read_time(value, field)


def read_time(value: object, field: str) -> datetime | None:
    """A time as ISO 8601, or as seconds, milliseconds or microseconds since 1970; None for null and ''.

    Raises:
        ValueError: Names the field.
    """
    if isinstance(value, str):
        value = value.strip()
        if value.isascii() and value.isdigit() and len(value) in _EPOCH_DIGITS:
            value = int(value)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            return _aware(datetime.fromisoformat(value))
        if isinstance(value, datetime):
            return _aware(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _since_1970(value)
    except (ValueError, OverflowError, OSError) as fault:
        raise ValueError(f"{field}: {_shown(value)} is no time; {_TIME_MEND}") from fault
    raise ValueError(f"{field}: {_shown(value)} is no time; {_TIME_MEND}")


def _aware(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _since_1970(value: float) -> datetime:
    size = abs(value)
    if size < _MOST_SECONDS:
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromtimestamp(value / (1e3 if size < _MOST_MILLISECONDS else 1e6), UTC)


def _id(value: object) -> str:
    name = _name(value, "id")
    if not name.strip():
        raise ValueError(f"id: {_shown(value)} names nothing; every conversation needs an id of its own")
    return name


def _name(value: object, field: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _wrong(field, value, "write a text or a whole number")
    if len(value) > _MOST_OF_NAME:
        raise ValueError(f"{field}: {len(value):,d} characters, more than {_MOST_OF_NAME:,d}; shorten it")
    return value if value.isascii() and "\x00" not in value else _UNSTORABLE.sub(_REPLACEMENT, value)


def _csat(value: object) -> float | None:
    if value is None or value == "":
        return None
    number = value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            number = None
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise ValueError(f"survey_csat: {_shown(value)} is no number; write 1 to 5, or leave it out")
    if not _LOWEST_CSAT <= number <= _HIGHEST_CSAT:
        raise ValueError(
            f"survey_csat: {_shown(value)} is not from 1 to 5; convert other scales first, or leave it out"
        )
    return float(number)


def _metadata(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong("metadata", value, "write an object")
    return {str(key): item for key, item in value.items()}


def _unknown(found: Iterable[object], known: tuple[str, ...], path: str, *, mend: str) -> ValueError:
    name = next(key for key in found if key not in known)
    near = get_close_matches(str(name).lower(), known, n=1)
    meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return ValueError(f"{path}{str(name)[:_MOST_SHOWN]}: unknown field; {meant}{'' if near else mend}")


def _wrong(field: str, value: object, mend: str) -> ValueError:
    found = "missing or null" if value is None else _kind(value)
    shown = f"{_shown(value)} is " if isinstance(value, str | int | float) else ""
    return ValueError(f"{field}: {shown}{found}; {mend}")


def _shown(value: object) -> str:
    """A value that may be foreign and long, cut."""
    shown = repr(value) if isinstance(value, str | int | float) else _kind(value)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[: _MOST_SHOWN - 3]}..."


def _kind(value: object) -> str:
    kinds = ((bool, "true or false"), (int | float, "a number"), (str, "a text"), (Mapping, "an object"))
    for kind, words in kinds:
        if isinstance(value, kind):
            return words
    if value is None:
        return "null"
    return "a list" if isinstance(value, list | tuple) else f"a {type(value).__name__}"
