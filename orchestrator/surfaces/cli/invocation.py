"""What one invocation of the command line carries: the application, and the id of the run that began last."""

from orchestrator.core.events import Event, RunStarted
from orchestrator.surfaces.application import Application


class Invocation:
    """Hears a run's events to remember its id, for messages about it."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.run: str | None = None

    def hear(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, RunStarted):
            self.run = event.run
