"""Actions in memory: the rules of filing and deciding without a store, for trying many orders of events."""

from collections.abc import Sequence
from datetime import datetime

from orchestrator.core.actions.commands import Command, Rule, Ruled, Void
from orchestrator.core.actions.deciding import decide
from orchestrator.core.actions.events import ActionRequested
from orchestrator.core.actions.filing import Blocked, Known, place
from orchestrator.core.actions.keeping import Filed, Handled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import Action, Stage, evolve, fold
from orchestrator.core.workflows import action_key


class MemoryActions:
    """Implements the port `Actions`; nothing outlives it."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}

    def file(self, request: ActionRequest, ruled: Ruled, *, now: datetime, again: bool = False) -> Filed:
        fact = (request.workflow, request.subject)
        earlier = [item for item in self._actions.values() if (item.request.workflow, item.request.subject) == fact]
        placed = place(request, earlier, now=now, again=again)
        if isinstance(placed, Blocked):
            return Filed(action=placed.action, new=False, declined=placed.reason)
        if isinstance(placed, Known):
            return Filed(action=self.handle(placed.action.id, Rule(ruled=ruled), now=now).action, new=False)
        name = f"A-{len(self._actions) + 1}"
        key = action_key(request.workflow, request.subject, epoch=len(earlier) + 1)
        self._actions[name] = fold(name, [ActionRequested(at=now, request=request.document(), key=key)])
        for replaced in placed.replaced:
            self.handle(replaced.id, Void(reason=f"{name} took its place", by_action=name), now=now)
        return Filed(action=self.handle(name, Rule(ruled=ruled), now=now).action, new=True)

    def handle(self, action_id: str, command: Command, *, now: datetime) -> Handled:
        answer = decide(self._actions[action_id], command, now=now)
        for event in answer.events:
            self._actions[action_id] = evolve(self._actions[action_id], event)
        return Handled(action=self._actions[action_id], declined=answer.declined, note=answer.note)

    def find(self, action_id: str) -> Action:
        return self._actions[action_id]

    def listed(
        self,
        *,
        stages: Sequence[Stage] = tuple(Stage),
        incident: str | None = None,
        run: str | None = None,
        limit: int = 1_000,
    ) -> tuple[Action, ...]:
        found = [
            item
            for item in reversed(self._actions.values())
            if item.stage in stages and incident in {None, item.request.incident} and run in {None, item.request.run}
        ]
        return tuple(found[:limit])
