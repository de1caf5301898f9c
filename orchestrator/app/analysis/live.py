"""Watches running conversations: turns come in one after the other, and what follows from each goes out at once."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from agents.sentiment.live.conversation import LiveConversation, LiveScorer
from agents.sentiment.live.state import Raised
from orchestrator.core.conversations.conversation import Conversation, Turn
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.triggers import HandoffStep
from orchestrator.core.errors import InputError
from orchestrator.core.handoffs import Fact, ItemKind, Parked
from orchestrator.surfaces.analysis_application import Document, LiveRequest
from playbooks.live_triggers import SHIPPED, load_triggers

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from orchestrator.store.handoffs import StoredHandoffs

MOST_CONVERSATIONS = 10_000
"""That are kept in memory; of more the one that was longest without a turn is forgotten."""
_REDACTIONS = {"short": "standard", "off": "off"}
_FIELDS = frozenset({"conversation", "speaker", "participant_id", "text", "at", "end"})
_UNNAMED = "live"


@cache
def live_scorer(triggers: Path | None = None, redaction: str = "standard") -> LiveScorer:
    """What running conversations share, made once of a file of triggers; None is the shipped one."""
    return LiveScorer(load_triggers(triggers or SHIPPED), redaction=redaction)


def watch_lines(request: LiveRequest, lines: Iterable[bytes], settings: "Callable[[], Settings]") -> Iterator[Document]:
    """A document for each line `{"conversation", "speaker", "text", "at"}`, in order; see the protocol."""
    if request.redaction not in _REDACTIONS:
        raise InputError(f"--redaction {request.redaction!r} is too slow for a running conversation: give short or off")
    scorer = live_scorer(request.triggers, _REDACTIONS[request.redaction])
    with ExitStack() as stack:
        handoffs = _opened(settings(), stack) if request.hand_over else None
        watched = _Watched(scorer, handoffs)
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield watched.hear(json.loads(line))
            except (ValueError, RecursionError) as error:
                yield {"error": str(error), "line": number}


def _opened(settings: "Settings", stack: ExitStack) -> "StoredHandoffs":
    from orchestrator.app.state import open_state  # noqa: PLC0415  # only where something is handed over
    from orchestrator.store.handoffs import StoredHandoffs  # noqa: PLC0415  # the same

    return StoredHandoffs(stack.enter_context(open_state(settings)))


class _Watched:
    """The conversations that go on, those of the last turns last."""

    def __init__(self, scorer: LiveScorer, handoffs: "StoredHandoffs | None") -> None:
        self._scorer = scorer
        self._handoffs = handoffs
        self._live: OrderedDict[str, LiveConversation] = OrderedDict()

    def hear(self, line: object) -> Document:
        """What follows from a line; ValueError where it is none."""
        if not isinstance(line, Mapping):
            raise ValueError(f"a line is an object with 'speaker' and 'text', not {type(line).__name__}")  # noqa: TRY004
        if unknown := line.keys() - _FIELDS:
            raise ValueError(f"there is no field {min(unknown)!r}; there are: {', '.join(sorted(_FIELDS))}")
        name = str(line.get("conversation") or _UNNAMED)
        if line.get("end") is True:
            known = self._live.pop(name, None)
            return {"conversation": name, "ended": known is not None}
        turn = _turn(line)
        live = self._live.pop(name, None) or self._scorer.begin(Conversation(name, ()))
        self._live[name] = live
        if len(self._live) > MOST_CONVERSATIONS:
            self._live.popitem(last=False)
        state = live.add(turn)
        document = {"conversation": name, **state.document()}
        if self._handoffs is not None:
            items = {one.trigger.id: self._handed(name, one) for one in state.raised}
            document["handoffs"] = {trigger: item for trigger, item in items.items() if item is not None}
        return document

    def _handed(self, name: str, raised: Raised) -> str | None:
        if raised.trigger.handoff is not HandoffStep.MAKE or self._handoffs is None:
            return None
        parked = parked_conversation(raised, conversation=name, at=datetime.now(UTC))
        return self._handoffs.park(parked).id


def parked_conversation(raised: Raised, *, conversation: str, at: datetime, run: str | None = None) -> Parked:
    """A running conversation as what waits for a person; one trigger of it is one item."""
    said = "; ".join(f"“{cited.text}”" for cited in raised.cited)
    source = f"run:{run}" if run else f"conversation:{conversation}"
    return Parked(
        kind=ItemKind.CUSTOMER_REQUEST,
        cause=f"live:{conversation}:{raised.trigger.id}",
        title=f"{raised.trigger.title}: conversation {conversation}",
        question="Take this conversation over, and tell the customer who you are.",
        facts=(Fact(text=f"{raised.trigger.title}, in turn {raised.turn + 1}: {said}", source=source),),
        opened_at=at,
        run=run,
    )


def _turn(line: Mapping[str, object]) -> Turn:
    said = {name: line[name] for name in ("speaker", "participant_id", "text", "at") if name in line}
    (turn,) = read_conversation({"id": _UNNAMED, "turns": [said]}).turns
    return turn
