"""Watches what customers say in a chat: what raises a trigger becomes an event, and a person is offered or asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from orchestrator.core.errors import StoreError
from orchestrator.core.events import Event, TriggerRaised
from orchestrator.core.report import Json

MAKE, OFFER = "make", "offer"
OFFERED = "{title} ({said}): a person can be asked to take over: say “let me talk to a person”"
TAKEN = "{title} ({said}): it waits for a person now: switchboard handoffs show {item}"
NOT_KEPT = "{title} ({said}): a person should take over, and no list is kept here"
_WATCHED = frozenset({"shipment", "handoff", "none"})
"""Specialists to whom customers speak; who asks the others works here, and complains of machines."""


class Raised(NamedTuple):
    """A trigger that the last message raised."""

    event: TriggerRaised
    park: Callable[[str], str | None]
    """Puts the conversation on the list for a person, given the run; the item's id, None where no list is kept."""


class Ear(Protocol):
    """Hears a conversation whole: messages and answers, the last message being the one that counts."""

    def __call__(self, session: str, exchanges: Sequence[tuple[str, str]], message: str) -> Sequence[Raised]:
        """What the message raises that nothing before it did."""
        ...


@dataclass(frozen=True, slots=True)
class Watching:
    """What a message raises, told in its run's events and in its report."""

    hear: Ear

    def take(
        self,
        report: Json,
        *,
        message: str,
        session: str,
        exchanges: Sequence[tuple[str, str]],
        emit: Callable[[Event], None],
    ) -> Json:
        """The report with `raised`, and with what is offered in `next`; as it was where nothing is raised."""
        turns = report.get("turns")
        agents = {turn.get("agent") for turn in turns} if isinstance(turns, list) and turns else {report.get("agent")}
        if not agents & _WATCHED:
            return report
        raised = self.hear(session, exchanges, message)
        if not raised:
            return report
        told = []
        for one in raised:
            emit(one.event)
            told += [text] if (text := _told(one, str(report.get("run", "")))) else []
        before = report.get("next")
        documents = [{name: value for name, value in one.event.document().items() if name != "kind"} for one in raised]
        return {**report, "raised": documents, "next": [*told, *(before if isinstance(before, list) else [])]}


def _told(raised: Raised, run: str) -> str | None:
    event = raised.event
    said = "; ".join(f"“{item['text']}”" for item in event.evidence)
    if event.handoff == MAKE:
        try:
            item = raised.park(run)
        except StoreError:
            item = None
        return (TAKEN if item else NOT_KEPT).format(title=event.title, said=said, item=item)
    return OFFERED.format(title=event.title, said=said) if event.handoff == OFFER else None
