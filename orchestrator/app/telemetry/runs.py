"""Telemetry of runs: off without a destination, and then free; on, a listener per run beside the surface's.

This module imports no part of OpenTelemetry; what does is imported where a destination is set.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from orchestrator.app.telemetry.vocabulary import Vocabulary
from orchestrator.core.events import Event

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from orchestrator.app.telemetry.metering import Instruments

Listener = Callable[[Event], None]
FLUSH_S = 2.0
_LAST_TRY_S = 0.3  # for a place that failed before


class Telemetry(Protocol):
    """What is told about runs."""

    def run(self) -> AbstractContextManager[Listener]:
        """Open around one run: the listener hears its events; an error that passes through ends its trace as failed."""
        ...

    def headers(self) -> dict[str, str]:
        """The headers that let a call of the current task join the run's trace (W3C Trace Context)."""
        ...


class NoTelemetry:
    """Tells nobody."""

    @contextmanager
    def run(self) -> Iterator[Listener]:
        """A listener that does nothing."""
        yield lambda _event: None

    def headers(self) -> dict[str, str]:
        """None."""
        return {}


@dataclass(frozen=True, slots=True)
class LiveTelemetry:
    """Turns events into spans and metrics."""

    tracer: "Tracer"
    instruments: "Instruments"
    vocabulary: Vocabulary
    clock: Callable[[], int] = time.time_ns

    @contextmanager
    def run(self) -> Iterator[Listener]:
        """A listener for one run."""
        from opentelemetry import context  # noqa: PLC0415  # see the module's docstring

        from orchestrator.app.telemetry.metering import RunMeter  # noqa: PLC0415
        from orchestrator.app.telemetry.spans import Spans  # noqa: PLC0415
        from orchestrator.app.telemetry.tracing import RunTrace  # noqa: PLC0415

        watched = _Watched((RunTrace(Spans(self.tracer), self.vocabulary), RunMeter(self.instruments, self.vocabulary)))
        before = context.get_current()
        error: str | None = None
        try:
            yield lambda event: watched.tell(lambda encoder: encoder.take(event, self.clock()))
        except BaseException as failure:
            error = type(failure).__name__
            raise
        finally:
            watched.tell(lambda encoder: encoder.close(error, self.clock()))
            context.attach(before)

    def headers(self) -> dict[str, str]:
        """`traceparent`, where the current task belongs to a run."""
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier)
        return carrier


class _Encoder(Protocol):
    """Makes something of a run's events."""

    def take(self, event: Event, at: int) -> None: ...

    def close(self, error: str | None, at: int) -> None: ...


@dataclass(slots=True)
class _Watched:
    """The encoders of one run; they are left alone once one fails, because who watches a run may not end it."""

    encoders: tuple[_Encoder, ...]

    def tell(self, something: Callable[[_Encoder], None]) -> None:
        """Tell each encoder something."""
        try:
            for encoder in self.encoders:
                something(encoder)
        except Exception:  # noqa: BLE001  # see the class
            import structlog  # noqa: PLC0415  # not free, and hardly ever needed

            self.encoders = ()
            structlog.stdlib.get_logger(__name__).exception("the telemetry of a run broke off")


@asynccontextmanager
async def open_telemetry(
    *,
    otlp_endpoint: str | None = None,
    appinsights_connection_string: str | None = None,
    appinsights_credential: Any | None = None,
    vocabulary: Vocabulary | None = None,
    flush_s: float = FLUSH_S,
) -> AsyncIterator[Telemetry]:
    """Telemetry to the given places; with none, nothing is loaded and nothing is told.

    A place that cannot be reached costs no run anything; at the end at most `flush_s` seconds are waited for it, and
    the log says so once.

    Args:
        otlp_endpoint: Base address of a collector, such as `http://localhost:4318`.
        appinsights_connection_string: Of Application Insights, from the settings or the Foundry project.
        appinsights_credential: A synchronous token credential, where the resource refuses keys.
        vocabulary: Names of this process's parts.
        flush_s: How long the end may take.

    Raises:
        SettingsError: A package is missing, or the connection string is none.
    """
    if not otlp_endpoint and not appinsights_connection_string:
        yield NoTelemetry()
        return
    from orchestrator.app.telemetry import exporting  # noqa: PLC0415  # brings OpenTelemetry
    from orchestrator.app.telemetry.metering import Instruments  # noqa: PLC0415

    destinations = []
    if otlp_endpoint:
        destinations.append(exporting.otlp(otlp_endpoint, timeout_s=flush_s))
    if appinsights_connection_string:
        destinations.append(
            exporting.application_insights(
                appinsights_connection_string, timeout_s=flush_s, credential=appinsights_credential
            )
        )
    pipeline = exporting.build_pipeline(destinations)
    complaints = exporting.Complaints([destination.host for destination in destinations])
    complaints.attach()
    try:
        yield LiveTelemetry(pipeline.tracer, Instruments.of(pipeline.meter), vocabulary or Vocabulary())
    finally:
        if await pipeline.close(min(flush_s, _LAST_TRY_S) if complaints.told else flush_s):
            complaints.detach()
        else:  # what the exporters still say is caught until the process ends
            complaints.tell(f"no answer within {flush_s:g} s")
