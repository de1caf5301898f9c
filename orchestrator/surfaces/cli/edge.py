"""What is said about an error that nobody expected: one line, and where the trace is."""

from orchestrator.surfaces.cli.invocation import Invocation
from orchestrator.surfaces.cli.output import warn
from orchestrator.surfaces.terminal.cleaning import clean


def unexpected(invocation: Invocation, error: Exception) -> None:
    """Write the trace to the log; tell the user its path and the run."""
    run = invocation.run
    log = invocation.application.record_failure(error, run=run)
    where = f"the log is {str(log)!r}" if log else "no log could be written"
    about = f" in run {clean(run)}" if run else ""
    warn(f"switchboard: something went wrong{about} ({type(error).__name__}); {where}")
