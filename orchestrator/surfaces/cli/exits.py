"""Exit codes, and which one a report or an error has."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from orchestrator.core.errors import DataError, InputError, QueryError, SwitchboardError


class ExitCode(IntEnum):
    """What a script can tell from a command's end."""

    ANSWERED = 0
    FAILED = 1
    BAD_INPUT = 2
    WAITING = 3
    INTERRUPTED = 130


_STATUSES = {"failed": ExitCode.FAILED, "needs_input": ExitCode.BAD_INPUT, "waiting": ExitCode.WAITING}
_GRAVEST = (ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.WAITING, ExitCode.ANSWERED)


def exit_of_report(report: Mapping[str, object]) -> ExitCode:
    """Of several turns the gravest counts: failed, then missing input, then waiting."""
    turns = report.get("turns")
    subjects: Sequence[object] = turns if isinstance(turns, list | tuple) and turns else [report]
    found = {_exit_of_status(subject) for subject in subjects} | {_exit_of_status(report)}
    return next(code for code in _GRAVEST if code in found)


def _exit_of_status(report: object) -> ExitCode:
    status = report.get("status") if isinstance(report, Mapping) else None
    return _STATUSES.get(str(status), ExitCode.ANSWERED)


def exit_of_error(error: SwitchboardError) -> ExitCode:
    """What the user can mend is bad input; the rest failed."""
    return ExitCode.BAD_INPUT if isinstance(error, InputError | QueryError | DataError) else ExitCode.FAILED
