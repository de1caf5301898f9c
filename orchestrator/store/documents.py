"""How values are written in rows: documents as JSON, times as text of one width."""

import json
from datetime import UTC, datetime
from typing import Any

from orchestrator.core.errors import StoreError


def to_text(document: object) -> str:
    """A JSON document as text; what is no Unicode in it is escaped."""
    text = json.dumps(document, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(document)
    return text


def from_text(text: object, *, what: str) -> Any:
    """The document of a text that `to_text` wrote; StoreError naming `what` where it is damaged."""
    try:
        return json.loads(str(text))
    except (ValueError, RecursionError) as error:
        raise StoreError(
            f"the state store holds a damaged document ({what}: {error}); restore the store from a copy"
        ) from error


def stamp(at: datetime) -> str:
    """A time as ISO 8601 in UTC with microseconds, so that the order of the texts is that of the times."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_stamp(text: object) -> datetime:
    """The time of a text that `stamp` wrote."""
    return datetime.fromisoformat(str(text))
