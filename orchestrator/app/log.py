"""The program's own log: structured entries without secrets, of our loggers and of the libraries'.

Every entry, whoever writes it, goes through the same processors: run and session ids, level, time, trace of an error as
text, secrets out, then JSON or a line for people. A library's entries below WARNING are dropped at any level, because
they hold addresses with signatures, arguments and messages.
"""

import json as _json
import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import structlog
from structlog.typing import Processor

from orchestrator.app.logfile import LogFile, shortened
from orchestrator.core.events import Event, RunStarted
from orchestrator.core.redaction import is_secret_field, redact
from orchestrator.surfaces.terminal.cleaning import clean_lines

FILE = "switchboard.log"
LIBRARIES = (
    *("semantic_kernel", "openai", "httpx", "httpcore", "azure", "msal", "aiohttp", "urllib3", "requests"),
    *("opentelemetry", "uvicorn", "asyncio"),
)
_OURS = frozenset({"orchestrator", "agents", "plugins", "playbooks"})
_SHORTEST = 6  # a shorter secret may be a word
_PLAIN = (bool, int, float, type(None))
Listener = Callable[[Event], None]


def configure_logging(
    *,
    level: str = "warning",
    stream: TextIO | None = None,
    file: Path | None = None,
    json: bool | None = None,
    known: Sequence[str] = (),
) -> None:
    """Send every entry of this process to the stream, the file, or both; once, at the process edge.

    Args:
        level: The least serious entry that is written: debug, info, warning, error.
        stream: Where people or a collector read, such as stderr; never stdout, which belongs to answers.
        file: Gets JSON lines, bounded in size, safe with several processes.
        json: Whether the stream gets JSON lines; None: unless it is a terminal.
        known: Secrets of this process, such as keys in the settings: taken out wherever they stand.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    for name in LIBRARIES:
        library = logging.getLogger(name)
        for logger in (library, *_below(name)):
            _lead_to_root(logger)
        library.setLevel(max(least, logging.WARNING))
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _Handler) or type(handler) is logging.StreamHandler:
            root.removeHandler(handler)  # a plain one, as `basicConfig` leaves it, prints secrets
    for handler in _handlers(stream, file, json=json, known=tuple(known)):
        handler.addFilter(_Serious(least))
        root.addHandler(handler)
    root.setLevel(least)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_context(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class Kept(logging.Handler):
    """A handler of a library's logger that stays when logging is configured again, and keeps its entries to itself."""


def _below(name: str) -> list[logging.Logger]:
    known = logging.getLogger().manager.loggerDict.items()
    return [logger for key, logger in known if key.startswith(f"{name}.") and isinstance(logger, logging.Logger)]


def _lead_to_root(logger: logging.Logger) -> None:
    """Undo what a library or a server has set up for itself."""
    if any(isinstance(handler, Kept) for handler in logger.handlers):
        return
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def quiet_libraries() -> None:
    """Until logging is configured, keep the libraries silent: Python would print the text of their failures."""
    if any(isinstance(handler, _Handler) for handler in logging.getLogger().handlers):
        return
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def run_logged() -> Iterator[Listener]:
    """A listener that binds the run's and the session's id to the entries written inside."""
    with structlog.contextvars.bound_contextvars():

        def heard(event: Event) -> None:
            if isinstance(event, RunStarted):
                structlog.contextvars.bind_contextvars(run=event.run, session=event.session)

        try:
            yield heard
        finally:
            structlog.contextvars.unbind_contextvars("run", "session")


def write_failure(folder: Path, error: BaseException, *, run: str | None, known: Sequence[str] = ()) -> Path:
    """Append an unexpected error with its traceback; the log's path. Raises OSError."""
    path = folder / FILE
    entry: Any = {"event": "unexpected error", "level": "error", "run": run, "exc_info": error}
    steps: list[Processor] = [_stamp(), *_ending(tuple(known)), structlog.processors.JSONRenderer()]
    for step in steps:
        entry = step(None, "error", entry)
    LogFile(path).append(str(entry))
    return path


def secrets_of(value: object) -> tuple[str, ...]:
    """The secrets inside settings: the text of each `SecretStr`, also as it stands in an address."""
    if isinstance(value, Mapping):
        return tuple(secret for item in value.values() for secret in secrets_of(item))
    if hasattr(value, "get_secret_value"):
        text = str(value.get_secret_value())
        return (text, quote(text, safe="")) if text else ()
    fields = getattr(type(value), "model_fields", {})
    return tuple(secret for name in fields for secret in secrets_of(getattr(value, name)))


@dataclass(frozen=True, slots=True)
class Redacted:
    """A structlog processor that takes secrets out of every text of an entry.

    Args:
        known: Secrets to take out wherever they stand, beside those of a known shape.
    """

    known: tuple[str, ...] = ()

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The entry without secrets; what is no JSON value becomes its `repr`."""
        return {str(self._clean(key)): self._field(key, value) for key, value in event.items()}

    def _field(self, key: object, value: object) -> object:
        return "[redacted key]" if is_secret_field(key) and value else self._clean(value)

    def _clean(self, value: object) -> object:
        match value:
            case str():
                return shortened(redact(self._without_known(value)))
            case bytes():
                return self._clean(value.decode("utf-8", "replace"))
            case dict():
                return {str(self._clean(key)): self._field(key, item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._clean(item) for item in value]
            case _ if isinstance(value, _PLAIN):
                return value
            case _:  # an exception, a model: the renderer would print it as it is
                return self._clean(repr(value))

    def _without_known(self, text: str) -> str:
        for secret in self.known:
            text = text.replace(secret, "[redacted key]")
        return text


class _Handler(logging.Handler):
    """Writes entries as lines; what cannot be formatted or written is no reason to print its arguments."""

    def __init__(self, write: Callable[[str], None], formatter: logging.Formatter) -> None:
        super().__init__()
        self._write = write
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001  # logging's own hook prints message and arguments unredacted
            line = _json.dumps(
                {
                    "event": "an entry could not be formatted",
                    "level": "error",
                    "logger": record.name,
                    "place": f"{record.module}:{record.lineno}",
                    "error": type(error).__name__,
                }
            )
        try:
            self._write(line)
        except (OSError, ValueError):
            return  # the log cannot be written: nothing else may fail for it


@dataclass(frozen=True, slots=True)
class _Serious:
    """Lets pass what is serious enough; of libraries only warnings and worse, whatever their loggers were set to."""

    least: int

    def filter(self, record: logging.LogRecord) -> bool:
        ours = record.name.partition(".")[0] in _OURS
        return record.levelno >= (self.least if ours else max(self.least, logging.WARNING))


def _handlers(
    stream: TextIO | None, file: Path | None, *, json: bool | None, known: tuple[str, ...]
) -> Iterator[logging.Handler]:
    if stream is not None:
        as_json = not stream.isatty() if json is None else json
        renderer = structlog.processors.JSONRenderer() if as_json else _console(colors=stream.isatty())

        def write(line: str) -> None:
            stream.write(line + "\n")
            stream.flush()

        yield _Handler(write, _formatter(renderer, known))
    if file is not None:
        yield _Handler(LogFile(file).append, _formatter(structlog.processors.JSONRenderer(), known))


def _formatter(renderer: Processor, known: tuple[str, ...]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_context(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_ending(known), renderer],
    )


def _context() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _stamp(),
    ]


def _stamp() -> Processor:
    return structlog.processors.TimeStamper(fmt="iso", utc=True)


def _ending(known: tuple[str, ...]) -> tuple[Processor, ...]:
    return (
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        Redacted(tuple(sorted((item for item in known if len(item) >= _SHORTEST), key=len, reverse=True))),
    )


def _console(*, colors: bool) -> Processor:
    inner = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)

    def render(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        return str(inner(logger, method, {k: clean_lines(v) if isinstance(v, str) else v for k, v in event.items()}))

    return render
