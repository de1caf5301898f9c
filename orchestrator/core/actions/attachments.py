"""Files in what a workflow answered: taken out of the event that says so, their bytes kept beside it unchanged.

An event is redacted and shown; a label of 200,000 characters is neither to be searched for secrets, which would change
its bytes where they look like one, nor to be printed in a history.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.core.actions.events import ActionDone, AnyActionEvent
from orchestrator.core.report import Json

CONTENT = "content_base64"
"""The field of an object that holds a file; beside it stand `media_type`, and mostly `sha256` and `size`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of an answer.

    Attributes:
        sha256: Of its bytes, computed here.
        size: Bytes.
        content: The bytes in base64.
    """

    sha256: str
    media_type: str
    size: int
    content: str

    def data(self) -> bytes:
        """The bytes."""
        return base64.b64decode(self.content)

    def is_whole(self) -> bool:
        """Whether the bytes are those of the hash."""
        return hashlib.sha256(self.data()).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    """An event without its files, and the files."""

    event: AnyActionEvent
    attachments: tuple[Attachment, ...] = ()


def detach(event: AnyActionEvent) -> Detached:
    """The files out of what was answered; in their places stand their hash, their size, and what is wrong with them."""
    if not isinstance(event, ActionDone) or event.answer is None:
        return Detached(event=event)
    found: list[Attachment] = []
    answer = _without(event.answer, found)
    if not found:
        return Detached(event=event)
    assert isinstance(answer, dict)
    return Detached(event=replace(event, answer=answer), attachments=tuple(found))


def attachment_of(document: Mapping[str, object]) -> Attachment:
    """The file of an object with `content_base64`; what is no base64 is kept as the text that it is."""
    content = str(document[CONTENT])
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        data = content.encode("utf-8", "surrogatepass")
    return Attachment(
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=str(document.get("media_type") or "application/octet-stream"),
        size=len(data),
        content=base64.b64encode(data).decode(),
    )


def _without(value: object, found: list[Attachment]) -> object:
    match value:
        case Mapping():
            if isinstance(value.get(CONTENT), str):
                return _told(value, found)
            return {str(name): _without(item, found) for name, item in value.items()}
        case list() | tuple():
            return [_without(item, found) for item in value]
        case _:
            return value


def _told(document: Mapping[str, object], found: list[Attachment]) -> Json:
    """What is said of a file instead of its bytes."""
    kept = attachment_of(document)
    found.append(kept)
    declared = document.get("sha256")
    rest = {str(name): item for name, item in document.items() if name != CONTENT}
    told: Json = {**rest, "media_type": kept.media_type, "sha256": kept.sha256, "size": kept.size}
    if isinstance(declared, str) and declared.lower() != kept.sha256:
        told["damaged"] = f"its sha256 was declared as {declared}"
    return told
