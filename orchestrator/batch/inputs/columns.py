"""Which column of a table holds what, one row for each message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core.errors import InputError

TURN = ("speaker", "text", "at", "participant_id")
WHOLE = ("id", "channel", "queue", "agent_id", "customer_id", "started_at", "language", "survey_csat")
FIELDS = (*WHOLE, *TURN)
NEEDED = ("id", "speaker", "text")
_OTHER_NAMES = {
    "id": ("conversation_id", "conversationid", "conv_id", "chat_id", "session_id", "ticket_id", "contact_id"),
    "speaker": ("role", "author", "sender", "from", "participant_role", "speaker_role"),
    "text": ("message", "body", "content", "utterance", "transcript"),
    "at": ("timestamp", "time", "sent_at", "created_at", "datetime"),
    "agent_id": ("agent",),
    "customer_id": ("customer",),
    "survey_csat": ("csat",),
    "started_at": ("start_time",),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table's columns stand.

    Attributes:
        places: By field, the column's place.
        ignored: The names of the others.
    """

    places: Mapping[str, int]
    ignored: tuple[str, ...]


def check_fields(given: Mapping[str, str]) -> None:
    """Refuse columns for fields that there are not; InputError names those that there are."""
    wrong = next((field for field in given if field not in FIELDS), None)
    if wrong is not None:
        raise InputError(
            f"--columns {wrong}={given[wrong]}: there is no field {wrong!r}; there are {', '.join(FIELDS)}"
        )


def find_columns(header: Sequence[str], given: Mapping[str, str], *, file: str) -> Columns:
    """The places of the fields in a header: as given, else under our names or others that are common.

    Args:
        header: The columns' names, in order.
        given: Columns by field, as `--columns` names them.
        file: For messages.

    Raises:
        InputError: A column that is needed or named is not there.
    """
    names = [name.strip().lower() for name in header]
    places: dict[str, int] = {}
    for field in FIELDS:
        wanted = (given[field].lower(),) if field in given else (field, *_OTHER_NAMES.get(field, ()))
        place = next((names.index(name) for name in wanted if name in names), None)
        if place is not None and (field in given or place not in places.values()):
            places[field] = place
        elif field in given:
            raise InputError(f"{file!r} has no column {given[field]!r}: it has {', '.join(header[:20])}")
    missing = [field for field in NEEDED if field not in places]
    if missing:
        raise InputError(
            f"{file!r} has no column for {', '.join(missing)}: it has {', '.join(header[:20]) or 'none'}; "
            f"say which it is with --columns {','.join(f'{field}=COLUMN' for field in missing)}"
        )
    return Columns(places, tuple(name for place, name in enumerate(header) if place not in places.values()))


def is_nested(header: Sequence[str]) -> bool:
    """Whether a table has a conversation in each row."""
    return "turns" in {name.strip().lower() for name in header}
