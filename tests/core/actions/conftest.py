"""An action to restart a service, and the ways of a policy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.actions.commands import Command, Ruled
from orchestrator.core.actions.deciding import decide
from orchestrator.core.actions.events import ActionRequested
from orchestrator.core.actions.request import ActionRequest, BlastRadius, Undo, Verification
from orchestrator.core.actions.standing import Answer
from orchestrator.core.actions.state import Action, evolve, fold
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def ruled(decision: Decision = Decision.APPROVAL, **fields: Any) -> Ruled:
    """A ruling that asks for one on-call engineer, ann or ben, within half an hour."""
    who = {name: frozenset(fields.pop(name, default)) for name, default in (
        ("approvers", ("local:ann", "local:ben")), ("breakers", ("local:cat",)))}  # fmt: skip
    told = {
        "reasons": ("the rule 'r' decides",),
        "rule": "r",
        "persons": 1,
        "roles": ("on_call",),
        "break_glass": ("lead",),
        "expires_after": timedelta(minutes=30),
        **fields,
    }
    return Ruled(ruling=Ruling(decision=decision, **told), mode=Mode.REVIEW, **who)


def request(**fields: Any) -> ActionRequest:
    """Restart checkout, as dave wants it."""
    told: dict[str, Any] = {
        "workflow": "restart_service",
        "arguments": {"service": "checkout"},
        "subject": "checkout",
        "environment": "sample",
        "radius": BlastRadius(value=3, unit="instances"),
        "requested_by": "local:dave",
        "guide": "memory_oom",
        "guide_version": "1a2b",
        "verification": Verification(
            step="impact",
            kql=None,
            expect="size(rows) > 0",
            wait=timedelta(minutes=5),
            window=timedelta(minutes=15),
        ),
        "undo": Undo(workflow="restart_service", arguments={"service": "checkout"}),
        **fields,
    }
    return ActionRequest(**told)


@dataclass
class Told:
    """An action that is told commands; keeps the last answer."""

    action: Action
    answer: Answer

    def tell(self, command: Command, *, after: timedelta = timedelta(0)) -> Answer:
        """Follow a command at that time after the proposal."""
        self.answer = decide(self.action, command, now=NOW + after)
        for event in self.answer.events:
            self.action = evolve(self.action, event)
        return self.answer


@pytest.fixture
def propose() -> Callable[..., Told]:
    """Makes an action; fields of the request."""

    def make(**fields: Any) -> Told:
        asked = request(**fields)
        event = ActionRequested(at=NOW, request=asked.document(), key="restart_service:checkout:1")
        return Told(action=fold("A-7", [event]), answer=Answer())

    return make


@pytest.fixture
def rulings() -> Callable[..., Ruled]:
    """Makes a ruling."""
    return ruled
