"""Hears what customers say in a chat, by the scorer of running conversations."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestrator.core.events import TriggerRaised

if TYPE_CHECKING:
    from agents.sentiment.live.state import Raised as RaisedLive
    from orchestrator.engine.watching import Raised, Watching
    from orchestrator.settings import Settings
    from orchestrator.store.database import Database


def open_watching(settings: "Settings", database: "Database | None") -> "Watching | None":
    """What listens to chats; None where the settings say that nobody does."""
    from orchestrator.engine.watching import Watching  # noqa: PLC0415  # with the engine

    return Watching(_Hearing(settings, database)) if settings.watch_chats else None


class _Hearing:
    """Implements `orchestrator.engine.watching.Ear`; the scorer is made with the first message that it hears."""

    def __init__(self, settings: "Settings", database: "Database | None") -> None:
        self._settings = settings
        self._database = database

    def __call__(self, session: str, exchanges: Sequence[tuple[str, str]], message: str) -> Sequence["Raised"]:
        """What the message raises."""
        from orchestrator.app.analysis.live import live_scorer  # noqa: PLC0415  # compiles its phrases
        from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn  # noqa: PLC0415

        said = [
            Turn(speaker, text)
            for asked, answer in exchanges
            for speaker, text in ((Speaker.CUSTOMER, asked), (Speaker.AGENT, answer))
        ]
        live = live_scorer(self._settings.live_triggers).begin(Conversation(session, tuple(said)))
        return [self._raised(one, session) for one in live.add(Turn(Speaker.CUSTOMER, message)).raised]

    def _raised(self, raised: "RaisedLive", session: str) -> "Raised":
        from orchestrator.app.analysis.live import parked_conversation  # noqa: PLC0415  # loaded with the scorer
        from orchestrator.engine.watching import Raised  # noqa: PLC0415  # with the engine

        def park(run: str) -> str | None:
            from orchestrator.store.handoffs import StoredHandoffs  # noqa: PLC0415  # only where one is handed over

            if self._database is None:
                return None
            parked = parked_conversation(raised, conversation=session, at=datetime.now(UTC), run=run)
            return StoredHandoffs(self._database).park(parked).id

        trigger = raised.trigger
        event = TriggerRaised(
            trigger=trigger.id,
            title=trigger.title,
            severity=trigger.severity.value,
            handoff=trigger.handoff.value,
            turn=raised.turn,
            evidence=tuple(cited.document() for cited in raised.cited),
        )
        return Raised(event, park)
