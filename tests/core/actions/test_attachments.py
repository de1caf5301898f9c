"""Files of answers: kept apart from the events that tell of them."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.core.actions.attachments import attachment_of, detach
from orchestrator.core.actions.events import ActionDone, ActionExpired

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
DATA = bytes(range(256))
DIGEST = hashlib.sha256(DATA).hexdigest()


def done(answer: Any) -> ActionDone:
    """The event of an answer."""
    return ActionDone(at=NOW, by="call", answer=answer)


def test_a_file_is_taken_out_and_told_of():
    """Its hash and size stay in its place, at any depth; the bytes are the same."""
    document = {"media_type": "image/png", "content_base64": base64.b64encode(DATA).decode(), "sha256": DIGEST}
    found = detach(done({"key": "k", "parts": [{"label": document}]}))
    told = {"media_type": "image/png", "sha256": DIGEST, "size": 256}
    assert found.event == done({"key": "k", "parts": [{"label": told}]})
    (file,) = found.attachments
    assert (file.data(), file.sha256, file.media_type, file.size) == (DATA, DIGEST, "image/png", 256)
    assert file.is_whole()


@pytest.mark.parametrize("event", [done({"number": 1}), done(None), ActionExpired(at=NOW)])
def test_an_event_without_a_file_stays_as_it_is(event: Any):
    """Itself, and nothing to keep."""
    found = detach(event)
    assert found.event is event
    assert found.attachments == ()


def test_what_is_wrong_with_a_file_is_told():
    """Another hash than declared; the hash that counts is that of the bytes."""
    document = {"content_base64": base64.b64encode(DATA).decode(), "sha256": "ab" * 32, "size": 1}
    found = detach(done({"label": document}))
    assert found.event == done(
        {
            "label": {
                "sha256": DIGEST,
                "size": 256,
                "media_type": "application/octet-stream",
                "damaged": f"its sha256 was declared as {'ab' * 32}",
            }
        }
    )


@pytest.mark.parametrize("content", ["not base64!", "", "é", "AAA"])
def test_what_is_no_base64_is_kept_as_it_came(content: str):
    """Nothing that was paid for is thrown away."""
    file = attachment_of({"content_base64": content, "media_type": "application/zpl"})
    assert file.data() == content.encode()
    assert file.is_whole()
