"""A collector on this machine that speaks OTLP over HTTP and Application Insights' ingestion protocol."""

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ExportedSpan:
    """A span as it was on the wire."""

    name: str
    id: bytes
    parent: bytes
    trace: bytes
    kind: int
    start: int
    end: int
    failed: bool
    attributes: dict[str, Any]


@dataclass
class Collector:
    """What came in; `status` is what is answered, `held` keeps every answer back until it is set.

    `answers` are JSON documents by path without query, for other services than the two.
    """

    port: int = 0
    status: int = 200
    held: threading.Event | None = None
    received: list[Received] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connection_string(self) -> str:
        """As Application Insights gives it, for this address."""
        return f"InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint={self.address}/"

    def spans(self) -> list[ExportedSpan]:
        """All spans that came by OTLP, in the order of their starts."""
        found = []
        for request in self.received:
            if request.path == "/v1/traces":
                message = ExportTraceServiceRequest()
                message.ParseFromString(request.body)
                found += [
                    _span(span) for r in message.resource_spans for scope in r.scope_spans for span in scope.spans
                ]
        return sorted(found, key=lambda span: span.start)

    def metrics(self) -> dict[str, list[tuple[dict[str, Any], float]]]:
        """Points by metric: attributes, and the sum."""
        found: dict[str, list[tuple[dict[str, Any], float]]] = {}
        for request in self.received:
            if request.path == "/v1/metrics":
                message = ExportMetricsServiceRequest()
                message.ParseFromString(request.body)
                for metric in (m for r in message.resource_metrics for s in r.scope_metrics for m in s.metrics):
                    points = [(p, p.sum) for p in metric.histogram.data_points]
                    points += [(p, p.as_int) for p in metric.sum.data_points]
                    found[metric.name] = [(_attributes(point), value) for point, value in points]
        return found

    def envelopes(self) -> list[dict[str, Any]]:
        """All items that came by the ingestion protocol."""
        return [item for r in self.received if r.path == "/v2.1/track" for item in json.loads(r.body)]

    def everything(self) -> bytes:
        """Every byte that came in."""
        return b"\n".join(r.path.encode() + str(r.headers).encode() + r.body for r in self.received)


def _attributes(item: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in item.attributes}


def _value(value: Any) -> Any:
    name = value.WhichOneof("value")
    return [_value(item) for item in value.array_value.values] if name == "array_value" else getattr(value, name)


def _span(span: Any) -> ExportedSpan:
    return ExportedSpan(
        name=span.name,
        id=span.span_id,
        parent=span.parent_span_id,
        trace=span.trace_id,
        kind=span.kind,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        failed=span.status.code == 2,
        attributes=_attributes(span),
    )


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.received.append(Received(self.path, dict(self.headers), body))
            if collector.held is not None:
                collector.held.wait(30)
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            document = collector.answers.get(self.path.partition("?")[0])
            answer = json.dumps(document).encode() if document is not None else b""
            self.send_response(collector.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    return Handler


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that takes everything."""
    found = Collector(answers={"/v2.1/track": {"itemsReceived": 1, "itemsAccepted": 1, "errors": []}})
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(found)) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        if found.held is not None:
            found.held.set()
        server.shutdown()
        thread.join()
