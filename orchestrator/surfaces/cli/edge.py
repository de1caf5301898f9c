"""What is said about an error that nobody expected: one line, and where the trace is."""

from pathlib import Path

from orchestrator.surfaces.cli.invocation import Invocation
from orchestrator.surfaces.cli.output import warn
from orchestrator.surfaces.terminal.cleaning import clean


def unexpected(invocation: Invocation, error: Exception) -> None:
    """Write the trace to the log; tell the user its path and the run."""
    run = invocation.run
    log = _recorded(invocation, error)
    where = f"the log is {str(log)!r}" if log else "no log could be written"
    about = f" in run {clean(run)}" if run else ""
    warn(f"switchboard: something went wrong{about} ({type(error).__name__}); {where}")


def _recorded(invocation: Invocation, error: Exception) -> Path | None:
    """The log's path; None where even that failed, because the first error is the one to tell."""
    try:
        return invocation.application.record_failure(error, run=invocation.run)
    except Exception:  # noqa: BLE001  # the process edge: nobody shows a stack trace to a user
        return None
