"""What does telemetry cost a run? Encoder alone, whole runs with and without, the start and the end of a process.

The encoder alone: the events of one run of the sample, replayed into spans and metrics of the real SDK, whose exporter
throws them away. Whole runs: the same question, with and without in turns, exported over OTLP to a collector in a
process of its own. The baseline is the run without telemetry.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

QUESTION = "checkout returns 502 since 10:20"


def collect(pipe: Connection) -> None:
    """Answer every request; send the port, and at the end how many bytes came."""
    received = [0, 0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received[0] += 1
            received[1] += len(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        pipe.send(server.server_port)
        server.timeout = 0.05
        while not pipe.poll():
            server.handle_request()
    pipe.send(received)


@contextmanager
def collector() -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """A collector in another process: its address, and what ends it and gives requests and bytes."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=collect, args=(theirs,))
    process.start()

    def end() -> list[int]:
        ours.send(None)
        received: list[int] = ours.recv()
        return received

    yield f"http://127.0.0.1:{ours.recv()}", end
    process.join(10)


async def record() -> list[Any]:
    """The events of one run."""
    from orchestrator.app.application import App
    from orchestrator.surfaces.application import Options

    events: list[Any] = []
    async with App().converse(Options()) as conversation:
        await conversation.ask(QUESTION, listen=events.append)
    return events


def encoder(events: list[Any], times: int) -> dict[str, Any]:
    """The events replayed; nothing is sent."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    from orchestrator.app.telemetry.metering import Instruments
    from orchestrator.app.telemetry.runs import LiveTelemetry
    from orchestrator.app.telemetry.vocabulary import Vocabulary

    class Nowhere(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:  # noqa: ARG002  # the base class's parameter
            return SpanExportResult.SUCCESS

    tracers, meters = TracerProvider(shutdown_on_exit=False), MeterProvider([InMemoryMetricReader()])
    tracers.add_span_processor(BatchSpanProcessor(Nowhere()))
    instruments = Instruments.of(meters.get_meter("b"))
    telemetry = LiveTelemetry(tracers.get_tracer("b"), instruments, Vocabulary())
    runs = []
    for _ in range(times):
        began = time.perf_counter()
        with telemetry.run() as heard:
            for event in events:
                heard(event)
        runs.append(time.perf_counter() - began)
    tracers.shutdown()
    meters.shutdown()
    middle = statistics.median(runs)
    return {
        "events_a_run": len(events),
        "ms_a_run": round(middle * 1e3, 3),
        "events_a_second": round(len(events) / middle),
    }


async def whole_runs(address: str, times: int) -> dict[str, Any]:
    """The same question with and without, in turns that begin with each equally often."""
    from orchestrator.app.application import App
    from orchestrator.app.telemetry.runs import NoTelemetry, open_telemetry
    from orchestrator.surfaces.application import Options

    began = time.perf_counter()
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    busy: dict[str, list[float]] = {"without": [], "with": []}
    async with App().converse(Options()) as conversation:
        async with open_telemetry(otlp_endpoint=address) as live:
            opened = time.perf_counter() - began
            kinds = {"without": NoTelemetry(), "with": live}
            for number in range(times + 1):
                for name in sorted(kinds, reverse=bool(number % 2)):
                    began, worked = time.perf_counter(), time.process_time()
                    with kinds[name].run() as heard:
                        await conversation.ask(QUESTION, listen=heard)
                    if number:  # the first pair warms up
                        seconds[name].append(time.perf_counter() - began)
                        busy[name].append(time.process_time() - worked)
            ending = time.perf_counter()
        ended = time.perf_counter() - ending
    middles = {name: statistics.median(values) for name, values in seconds.items()}
    works = {name: statistics.median(values) for name, values in busy.items()}
    return {
        "times": times,
        "without_s": round(middles["without"], 4),
        "with_s": round(middles["with"], 4),
        "ratio": round(middles["with"] / middles["without"], 4),
        "processor_without_s": round(works["without"], 4),
        "processor_with_s": round(works["with"], 4),
        "processor_ratio": round(works["with"] / works["without"], 4),
        "flush_at_the_end_s": round(ended, 3),
        "open_everything_s": round(opened, 3),
    }


async def start() -> float:
    """Seconds to load and open OpenTelemetry in a process that has an answer's imports already."""
    from orchestrator.app.telemetry.runs import open_telemetry

    began = time.perf_counter()
    async with open_telemetry(otlp_endpoint="http://127.0.0.1:9", flush_s=0.1):
        return round(time.perf_counter() - began, 3)


def measure(replays: int, times: int) -> dict[str, Any]:
    """All figures."""
    events = asyncio.run(record())
    figures: dict[str, Any] = {"start_s": asyncio.run(start()), "encoder": encoder(events, replays)}
    with collector() as (address, end):
        figures["whole_runs"] = asyncio.run(whole_runs(address, times))
        requests, size = end()
    figures["exported"] = {"requests": requests, "bytes_a_run": round(size / (times + 1))}
    return figures


def main() -> None:
    """Print figures for people, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replays", type=int, default=500, help="how often the encoder alone hears a run")
    parser.add_argument("--times", type=int, default=12, help="whole runs of each kind")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["SWITCHBOARD_STATE"] = state
        figures = measure(arguments.replays, arguments.times)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(name)
        for key, item in value.items() if isinstance(value, dict) else [("", value)]:
            print(f"  {key:24} {item}")


if __name__ == "__main__":
    main()
