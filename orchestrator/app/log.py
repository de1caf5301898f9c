"""The program's own log: JSON lines in the state folder, secrets taken out by a processor."""

import logging
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from orchestrator.core.redaction import redact_value

FILE = "switchboard.log"
_LOUD = ("semantic_kernel", "openai", "httpx", "httpcore", "azure")


def quiet_libraries() -> None:
    """Keep the libraries' loggers silent: at INFO they print arguments and messages, at ERROR the text of a failure."""
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def redacted(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that takes secrets out of every text of an entry."""
    return {key: redact_value(value) for key, value in event.items()}


def write_failure(folder: Path, error: BaseException, *, run: str | None) -> Path:
    """Append an unexpected error with its traceback; the log's path. Raises OSError."""
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        _logger(stream).error("unexpected error", run=run, exc_info=error)
    return path


def _logger(stream: TextIO) -> Any:
    return structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redacted,
            structlog.processors.JSONRenderer(),
        ],
    )
