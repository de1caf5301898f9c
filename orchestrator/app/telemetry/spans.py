"""Opens and ends spans at given times, and keeps them inside their parents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from orchestrator.app.telemetry.vocabulary import ERROR

Attributes = Mapping[str, str | int | float | bool | list[str]]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class OpenSpan:
    """A span that has not ended; `latest` is when the last of its children ended."""

    span: Span
    start: int
    latest: int = 0


@dataclass(frozen=True, slots=True)
class Spans:
    """Makes the spans of one run. Times are nanoseconds since 1970, as OpenTelemetry counts them."""

    tracer: Tracer

    def open(
        self, name: str, parent: OpenSpan | None, at: int, attributes: Attributes, *, kind: SpanKind = SpanKind.INTERNAL
    ) -> OpenSpan:
        """Begin a span; until its end it is the current one of the task that calls."""
        span = self.tracer.start_span(name, _under(parent), kind=kind, attributes=attributes, start_time=at)
        context.attach(trace.set_span_in_context(span))
        return OpenSpan(span, at)

    def end(
        self,
        opened: OpenSpan | None,
        at: int,
        *,
        error: str | None,
        elapsed_ms: float | None = None,
        parent: OpenSpan | None = None,
    ) -> None:
        """End a span after the time that it took, not before its children and not in the future; its parent goes on."""
        if opened is None:
            return
        end = at if elapsed_ms is None else opened.start + nanoseconds(elapsed_ms)
        end = max(opened.start, min(at, max(end, opened.latest)))
        _finish(opened.span, end, error)
        if parent is not None:
            parent.latest = max(parent.latest, end)
            context.attach(trace.set_span_in_context(parent.span))

    def past(
        self,
        name: str,
        parent: OpenSpan | None,
        at: int,
        attributes: Attributes,
        *,
        elapsed_ms: float,
        error: str | None,
        start: int | None = None,
    ) -> None:
        """A span of a call that is over; without a start it took its time until now."""
        length = nanoseconds(elapsed_ms)
        earliest = parent.start if parent is not None else 0
        begun = max(earliest, min(at, at - length if start is None else start))
        end = min(at, begun + length)
        span = self.tracer.start_span(
            name, _under(parent), kind=SpanKind.CLIENT, attributes=attributes, start_time=begun
        )
        _finish(span, end, error)
        if parent is not None:
            parent.latest = max(parent.latest, end)


def nanoseconds(elapsed_ms: float) -> int:
    """Milliseconds as whole nanoseconds."""
    return round(elapsed_ms * 1_000_000)


def read_time(text: str | None) -> int | None:
    """An ISO 8601 time as nanoseconds since 1970."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1) * 1_000


def _under(parent: OpenSpan | None) -> context.Context:
    """The context of a child; a run joins the trace that its caller has, if any."""
    return context.get_current() if parent is None else trace.set_span_in_context(parent.span)


def _finish(span: Span, end: int, error: str | None) -> None:
    if error is not None:
        span.set_attribute(ERROR, error)
        span.set_status(Status(StatusCode.ERROR))
    span.end(end)
