"""Reviews as rows: samples with their automatic scores, people's answers with all their revisions, disputes.

An answer that says what its person's last one said already is not stored again, so that a sheet may be read twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from orchestrator.core.conversations.reviews import Dispute, DisputeState, Review, Sampled
from orchestrator.core.errors import InputError, StoreError
from orchestrator.core.personal_data.redacting import redact
from orchestrator.core.redaction import redact_value
from orchestrator.store.database import Connection, Database, Row, next_number
from orchestrator.store.documents import from_stamp, from_text, stamp, to_text

ALONE = "reviews"
T = TypeVar("T")
_WHOLE = -1
_ITEMS = "SELECT sample, conversation, at, body FROM review_items"
_REVIEWS = "SELECT number, conversation, question, turn, reviewer, at, body FROM reviews"
_LAST = f"{_REVIEWS} WHERE conversation = ? AND question = ? AND turn = ? AND reviewer = ? ORDER BY number DESC LIMIT 1"
_INSERT = "INSERT INTO reviews (number, conversation, question, turn, reviewer, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DISPUTES = (
    "SELECT d.number, d.conversation, d.at, d.body, e.at, e.state, e.body FROM review_disputes d "
    "LEFT JOIN review_dispute_ends e ON e.number = d.number"
)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class StoredReviews:
    """The reviews of a state store; every method may raise `StoreError`. Notes and reasons are stored redacted.

    Args:
        database: The store.
        clock: The time of what is added.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = _wall_clock) -> None:
        self._database = database
        self._clock = clock

    def add_sample(self, items: Iterable[Sampled]) -> int:
        """Store what was drawn, each conversation of a sample once; how many were new."""
        new = 0
        with self._database.transaction(alone=ALONE) as connection:
            for item in items:
                new += len(_add_item(connection, item, self._clock()))
        return new

    def samples(self) -> tuple[Sampled, ...]:
        """All that was drawn, oldest first."""
        return tuple(_item(row) for row in self._database.read(f"{_ITEMS} ORDER BY at, sample, conversation"))

    def drawn(self, conversation: str) -> Sampled | None:
        """The latest draw of a conversation."""
        rows = self._database.read(f"{_ITEMS} WHERE conversation = ? ORDER BY at DESC LIMIT 1", conversation)
        return _item(rows[0]) if rows else None

    def add(self, reviews: Sequence[Review]) -> tuple[Review, ...]:
        """Store people's answers together; those that were new or are revisions, with number and time."""
        with self._database.transaction(alone=ALONE) as connection:
            return tuple(stored for review in reviews if (stored := self._add(connection, review)) is not None)

    def _add(self, connection: Connection, review: Review) -> Review | None:
        turn = _WHOLE if review.turn is None else review.turn
        key = (review.conversation, review.question, turn, review.reviewer)
        note = _safe(review.note)
        known = connection.execute(_LAST, *key)
        if known:
            last = _review(known[0])
            if (last.value, last.note, last.sample) == (review.value, note, review.sample):
                return None
        stored = replace(review, number=next_number(connection, "reviews"), at=self._clock(), note=note)
        body = {"value": stored.value, "sample": stored.sample, "note": note}
        connection.execute(_INSERT, stored.number, *key, _stamp(stored.at), to_text(body))
        return stored

    def reviews(self) -> tuple[Review, ...]:
        """All answers with their revisions, in order of arrival."""
        return tuple(_review(row) for row in self._database.read(f"{_REVIEWS} ORDER BY number"))

    def dispute(self, dispute: Dispute) -> Dispute:
        """Store a dispute; its number and time are given here."""
        with self._database.transaction(alone=ALONE) as connection:
            number = next_number(connection, "review_disputes")
            stored = replace(dispute, number=number, at=self._clock(), reason=_safe(dispute.reason))
            names = ("question", "turn", "by", "reason", "value", "automatic")
            connection.execute(
                "INSERT INTO review_disputes (number, conversation, at, body) VALUES (?, ?, ?, ?)",
                *(
                    number,
                    stored.conversation,
                    _stamp(stored.at),
                    to_text({name: getattr(stored, name) for name in names}),
                ),
            )
        return stored

    def end_dispute(self, number: int, *, by: str, state: DisputeState, note: str) -> Dispute:
        """Settle a dispute, once.

        Raises:
            InputError: There is none of that number, it is settled, or it is this person's own.
        """
        with self._database.transaction(alone=ALONE) as connection:
            rows = connection.execute(f"{_DISPUTES} WHERE d.number = ?", number)
            if not rows:
                raise InputError(f"there is no dispute 'D-{number}': see `switchboard reviews disputes`")
            known = _dispute(rows[0])
            _refuse(known, by)
            stored = replace(known, state=state, ended_by=by, ended_at=self._clock(), note=_safe(note))
            connection.execute(
                "INSERT INTO review_dispute_ends (number, at, state, body) VALUES (?, ?, ?, ?)",
                *(number, _stamp(stored.ended_at), state.value, to_text({"by": by, "note": stored.note})),
            )
        return stored

    def disputes(self) -> tuple[Dispute, ...]:
        """All disputes, oldest first."""
        return tuple(_dispute(row) for row in self._database.read(f"{_DISPUTES} ORDER BY d.number"))


def _safe(text: str) -> str:
    """Without secrets and personal data; who reviewed is kept as given."""
    return redact(str(redact_value(text)))


def _refuse(dispute: Dispute, by: str) -> None:
    if dispute.state is not DisputeState.OPEN:
        raise InputError(f"{dispute.id} was {dispute.state.value} by {dispute.ended_by!r}: open another one")
    if dispute.by.casefold() == by.casefold():
        raise InputError(f"{dispute.id} is by {dispute.by!r}, who may not settle it: another person must")


def _add_item(connection: Connection, item: Sampled, now: datetime) -> list[Row]:
    names = ("stratum", "probability", "scorer_version", "started_at")
    body = {**{name: getattr(item, name) for name in names}, "automatic": dict(item.automatic)}
    return connection.execute(
        "INSERT INTO review_items (sample, conversation, at, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (sample, conversation) DO NOTHING RETURNING sample",
        *(item.sample, item.conversation, stamp(now), to_text(body)),
    )


def _stamp(at: datetime | None) -> str:
    assert at is not None  # given where it is stored
    return stamp(at)


def _item(row: Row) -> Sampled:
    sample, conversation, at, body = row
    what = f"the sampled conversation {conversation!r}"
    return _known(what, lambda found: Sampled(
        sample=str(sample), conversation=str(conversation), at=from_stamp(at), **found
    ), body)  # fmt: skip


def _review(row: Row) -> Review:
    number, conversation, question, turn, reviewer, at, body = row
    where = int(str(turn))
    return _known(f"review {number}", lambda found: Review(
        number=int(str(number)), conversation=str(conversation), question=str(question),
        turn=None if where == _WHOLE else where, reviewer=str(reviewer), at=from_stamp(at), **found,
    ), body)  # fmt: skip


def _dispute(row: Row) -> Dispute:
    number, conversation, at, body, ended_at, state, ended = row
    end = from_text(ended, what=f"the end of dispute {number}") if ended is not None else {"by": "", "note": ""}
    return _known(f"dispute {number}", lambda found: Dispute(
        number=int(str(number)), conversation=str(conversation), at=from_stamp(at),
        state=DisputeState(str(state or DisputeState.OPEN)), ended_by=end["by"], note=end["note"],
        ended_at=from_stamp(ended_at) if ended_at is not None else None, **found,
    ), body)  # fmt: skip


def _known(what: str, make: Callable[[dict[str, Any]], T], body: object) -> T:
    found = from_text(body, what=what)
    try:
        return make(found)
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(
            f"the state store holds {what} in a form that this program does not know; use the newer program"
        ) from error
