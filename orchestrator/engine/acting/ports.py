"""What doing actions asks of others: to look for an effect, and to give an action to a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import Action
from orchestrator.core.report import Json

Judge = Callable[[ActionRequest, datetime], Ruled]
"""What the policy says of an action at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found when the effect of an action was looked for.

    Attributes:
        held: Whether what was expected is so; None where that cannot be told.
        again: Whether it may be told later.
        text: A sentence.
        check: The expression that was true on the rows.
        evidence: Documents of what was asked.
    """

    held: bool | None
    again: bool
    text: str
    check: str = ""
    evidence: tuple[Json, ...] = ()


class Verifier(Protocol):
    """Looks for the effects of actions in the data that their runs looked at."""

    async def data_clock(self, request: ActionRequest) -> datetime | None:
        """The time on the clock of those data now; None where it is the wall clock."""
        ...

    def is_ready(self, action: Action, *, now: datetime) -> bool:
        """Whether the effect can be looked for at that wall clock."""
        ...

    async def look(self, action: Action) -> Looked:
        """Look for it; SwitchboardError where the data cannot be opened."""
        ...


class Desk(Protocol):
    """Gives to persons what needs one."""

    def take(self, action: Action, *, at: datetime) -> object:
        """Give them what of this action needs one, each thing once; what needs none any more is resolved."""
        ...
