"""The one error tree.

SwitchboardError                 every error of ours; `retryable` and `retry_after_s` are data on it
├── InputError                   bad input or configuration: exit 2
│   ├── GuideError               a guide is wrong: file, line, field
│   ├── ExpressionError          a CEL expression or a `{placeholder}` is wrong, or has no value
│   └── SettingsError            a setting is missing or wrong
├── QueryError                   a query cannot be answered: refused, unknown table, bad KQL, over a limit
│   └── NotConfiguredError       there is nothing that could answer it here
├── DataError                    a data file cannot be read: file, row
├── ClaimError                   a claim without evidence, or whose check does not hold
├── ToolError                    a tool refuses its arguments; the only error whose text may reach a model
├── BudgetError                  a turn used up its steps, seconds or tokens
├── ModelError                   the chat service failed
└── StoreError                   the state store cannot be read or written
    └── TakenOverError           another process carries on what this one was doing
"""

from dataclasses import dataclass
from enum import StrEnum


class SwitchboardError(Exception):
    """Base of all our errors.

    Args:
        message: What was wrong, the value with `!r`, and what to do.
        retryable: True if the same call may succeed later.
        retry_after_s: Seconds to wait before the next try, if known.
    """

    def __init__(self, message: str, *, retryable: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class InputError(SwitchboardError):
    """Bad input or configuration; the command line answers it with exit code 2."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; `line` counts from 1."""

    file: str
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        field = f": {self.field}" if self.field else ""
        return f"{self.file}{line}{field}"


class GuideError(InputError):
    """A guide is wrong; the message starts with its place."""

    def __init__(self, message: str, *, place: Place) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.problem = message


class ExpressionError(InputError):
    """A CEL expression or a `{placeholder}` is malformed, mistyped, or has no value."""


class SettingsError(InputError):
    """A setting is missing or wrong."""


class QueryError(SwitchboardError):
    """A query cannot be answered.

    Args:
        line: The line of the query's own text (from 1), where known.
        nearest: Names that the user may have meant.
    """

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        nearest: tuple[str, ...] = (),
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, retryable=retryable, retry_after_s=retry_after_s)
        self.line = line
        self.nearest = nearest


class NotConfiguredError(QueryError):
    """A query asks for what this run has no backend for; the query itself may be right."""


class DataError(SwitchboardError):
    """A data file cannot be read; the message names file and row."""


class ClaimError(SwitchboardError):
    """A claim has no evidence, or its check does not hold on it."""


class ToolError(SwitchboardError):
    """A tool refuses its arguments; its text is written for a model to read."""


class BudgetError(SwitchboardError):
    """A turn used up its budget."""


class ModelFault(StrEnum):
    """What kind of failure a chat service had."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    FILTERED = "filtered"
    TOO_LONG = "too_long"
    BAD_REQUEST = "bad_request"
    UNREADABLE = "unreadable"
    OTHER = "other"


class ModelError(SwitchboardError):
    """The chat service failed or answered what cannot be used; `fault` says how."""

    def __init__(
        self,
        message: str,
        *,
        fault: ModelFault = ModelFault.OTHER,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, retryable=retryable, retry_after_s=retry_after_s)
        self.fault = fault


class StoreError(SwitchboardError):
    """The state store cannot be read or written."""


class TakenOverError(StoreError):
    """Another process carries on what this one was doing, so that this one must stop."""
