"""What is asked of the store of actions: each command is one durable transaction, alone among all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.core.actions.commands import Command, Ruled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import Action, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of a proposal: its action, whether it is a new one, and why it was not filed where it was not."""

    action: Action
    new: bool
    declined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a command: the action after it, why it was not followed, what to know besides."""

    action: Action
    declined: str | None = None
    note: str = ""


class Actions(Protocol):
    """The actions that there are; every method may raise `StoreError`."""

    def file(self, request: ActionRequest, ruled: Ruled, *, now: datetime, again: bool = False) -> Filed:
        """Take a proposal down with the policy's ruling; the same proposal is the same action while that is open."""
        ...

    def handle(self, action_id: str, command: Command, *, now: datetime) -> Handled:
        """Follow a command, or say why not; InputError where there is no such action."""
        ...

    def find(self, action_id: str) -> Action:
        """An action by its id; InputError where there is none."""
        ...

    def listed(
        self,
        *,
        stages: Sequence[Stage] = tuple(Stage),
        incident: str | None = None,
        run: str | None = None,
        limit: int = 1_000,
    ) -> tuple[Action, ...]:
        """Actions in those stages as they are stored, the newest first."""
        ...
