from pathlib import Path
from tempfile import TemporaryDirectory

from action_machine import ActionMachine
from hypothesis import settings

from orchestrator.core.actions.keeping import Actions
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import SqliteDatabase


class InRows(ActionMachine):
    """The same orders over rows."""

    def opened(self) -> Actions:
        self.folder = TemporaryDirectory()
        self.database = SqliteDatabase(Path(self.folder.name) / "journal.db")
        return StoredActions(self.database)

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestRows = InRows.TestCase
TestRows.settings = settings(max_examples=15, stateful_step_count=30, deadline=None, derandomize=True)
