from action_machine import ActionMachine
from hypothesis import settings
from memory_actions import MemoryActions

from orchestrator.core.actions.keeping import Actions


class InMemory(ActionMachine):
    """The rules alone."""

    def opened(self) -> Actions:
        return MemoryActions()


TestRules = InMemory.TestCase
TestRules.settings = settings(max_examples=120, stateful_step_count=50, deadline=None, derandomize=True)
