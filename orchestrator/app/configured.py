"""What every part of the application begins with: the settings of this process."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.settings import Settings


class Configured:
    """Reads the settings anew each time."""

    def settings(self) -> "Settings":
        """The settings of this process."""
        from orchestrator.settings import load_settings  # noqa: PLC0415  # pydantic is slow to import

        return load_settings()

    def _logged(self) -> "Settings":
        """The settings, with the log sent where they say: for what asks outside systems."""
        from orchestrator.app.telemetry.source import configure_log  # noqa: PLC0415  # structlog is not free

        settings = self.settings()
        configure_log(settings)
        return settings
