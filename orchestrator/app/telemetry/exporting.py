"""Where spans and metrics go: a collector over OTLP, Application Insights, or both; never more than that.

The providers are this program's own and not the process-wide ones, so that the spans of Semantic Kernel and of the
Azure SDKs stay off: they would repeat ours, and could hold messages.
"""

import asyncio
import importlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from opentelemetry.metrics import Meter
from opentelemetry.trace import Tracer

from orchestrator.app.log import Kept
from orchestrator.core.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter, MetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter

SCOPE = "switchboard"
_MEND = "install it with: pip install 'switchboard[telemetry]'"
_LONGEST_TEXT = 8_000  # characters; Application Insights cuts at 8,192
_INTERVAL_MS = 60_000
_SPAN_DELAY_MS = 1_000
# what the Azure exporter would do beside its work: report on itself, ask for remote settings, repeat the resource
_AZURE_EXTRAS = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)
_LOGGERS = ("opentelemetry", "azure.monitor.opentelemetry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One place that telemetry goes to; `host` names it in the log, without path or key."""

    host: str
    spans: "SpanExporter"
    metrics: "MetricExporter"


def otlp(endpoint: str, *, timeout_s: float) -> Destination:
    """A collector; the endpoint is the base address, to which `/v1/traces` and `/v1/metrics` are added.

    Headers, certificates and compression come from the `OTEL_EXPORTER_OTLP_*` variables.
    """
    traces = _load("opentelemetry.exporter.otlp.proto.http.trace_exporter", "OTLPSpanExporter")
    metrics = _load("opentelemetry.exporter.otlp.proto.http.metric_exporter", "OTLPMetricExporter")
    base = endpoint.rstrip("/").removesuffix("/v1/traces").removesuffix("/v1/metrics")
    return Destination(
        host=urlsplit(base).netloc.rpartition("@")[2],
        spans=traces(endpoint=f"{base}/v1/traces", timeout=timeout_s),
        metrics=metrics(endpoint=f"{base}/v1/metrics", timeout=timeout_s),
    )


def application_insights(connection_string: str, *, timeout_s: float, credential: Any | None = None) -> Destination:
    """Application Insights; with a credential by Entra, else by the connection string alone.

    Nothing is kept on disk, and nothing goes to another address.
    """
    for name in _AZURE_EXTRAS:
        os.environ[name] = "true"  # the exporter reads them again at work
    package = "azure.monitor.opentelemetry.exporter"
    traces, metrics = _load(package, "AzureMonitorTraceExporter"), _load(package, "AzureMonitorMetricExporter")
    options: dict[str, Any] = {
        "connection_string": connection_string,
        "disable_offline_storage": True,
        "timeout": timeout_s,
        "read_timeout": timeout_s,
        "retry_total": 0,
        "credential": credential,
    }
    try:
        return Destination(host=_ingestion(connection_string), spans=traces(**options), metrics=metrics(**options))
    except ValueError:  # its text may quote the string
        raise SettingsError(
            "the setting SWITCHBOARD_APPINSIGHTS_CONNECTION_STRING is wrong: it is no connection string of Application "
            "Insights; copy it from the resource's overview: InstrumentationKey=...;IngestionEndpoint=https://..."
        ) from None


def _ingestion(connection_string: str) -> str:
    fields = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    address = next((value for name, value in fields.items() if name.strip().lower() == "ingestionendpoint"), "")
    return urlsplit(address).netloc or "Application Insights"


def _load(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise SettingsError(
            f"telemetry is switched on, but the package with {module!r} is missing; {_MEND}, or unset "
            "SWITCHBOARD_OTLP_ENDPOINT and SWITCHBOARD_APPINSIGHTS_CONNECTION_STRING"
        ) from error


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A tracer and a meter, and what ends them."""

    tracer: Tracer
    meter: Meter
    shutdowns: tuple[Callable[[], None], ...]

    async def close(self, limit_s: float) -> bool:
        """Send what is left, for at most that many seconds; whether all was dealt with in time."""
        loop = asyncio.get_running_loop()
        ends = [loop.create_future() for _ in self.shutdowns]

        def work(shutdown: Callable[[], None], end: "asyncio.Future[None]") -> None:
            shutdown()
            with suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(_settle, end)

        for pair in zip(self.shutdowns, ends, strict=True):
            threading.Thread(target=work, args=pair, daemon=True).start()
        _, waiting = await asyncio.wait(ends, timeout=limit_s)
        return not waiting


def _settle(end: "asyncio.Future[None]") -> None:
    if not end.done():
        end.set_result(None)


def build_pipeline(destinations: Sequence[Destination]) -> Pipeline:
    """Providers of our own over the destinations, each with its own queue so that none waits for another."""
    trace = importlib.import_module("opentelemetry.sdk.trace")
    export = importlib.import_module("opentelemetry.sdk.trace.export")
    metrics = importlib.import_module("opentelemetry.sdk.metrics")
    resource = _resource()
    limits = trace.SpanLimits(max_span_attribute_length=_LONGEST_TEXT)
    tracers = trace.TracerProvider(resource=resource, span_limits=limits, shutdown_on_exit=False)
    for destination in destinations:
        tracers.add_span_processor(export.BatchSpanProcessor(destination.spans, schedule_delay_millis=_SPAN_DELAY_MS))
    readers = [_reader(destination) for destination in destinations]
    meters = metrics.MeterProvider(readers, resource, shutdown_on_exit=False)
    return Pipeline(
        tracer=tracers.get_tracer(SCOPE, _version()),
        meter=meters.get_meter(SCOPE, _version()),
        shutdowns=(tracers.shutdown, meters.shutdown),
    )


def _reader(destination: Destination) -> "MetricReader":
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415  # an extra

    return PeriodicExportingMetricReader(destination.metrics, export_interval_millis=_INTERVAL_MS)


def _resource() -> "Resource":
    """This process, under a name of its own in place of the machine's."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # an extra

    instance = str(uuid4())
    return Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME") or SCOPE,
            "service.version": _version(),
            "service.instance.id": instance,
            "device.id": instance,
        }
    )


def _version() -> str:
    try:
        return version("switchboard")
    except PackageNotFoundError:
        return "0"


class Complaints(Kept):
    """Makes one entry of our log out of all that the exporters say about an address that they cannot reach."""

    def __init__(self, hosts: Sequence[str]) -> None:
        super().__init__(logging.WARNING)
        self._hosts = ", ".join(hosts)
        self.told = False
        self._telling = threading.Lock()
        self._loggers = [logging.getLogger(name) for name in _LOGGERS]

    def attach(self) -> None:
        """Take the exporters' entries, instead of the root's handlers."""
        for logger in self._loggers:
            logger.addHandler(self)
            logger.propagate = False
            logger.setLevel(logging.WARNING)

    def detach(self) -> None:
        """Leave them to the root's handlers again."""
        for logger in self._loggers:
            logger.removeHandler(self)
            logger.propagate = True
        with self._telling:  # an entry that is being written is written when this returns
            return

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the first."""
        self.tell(record.getMessage())

    def tell(self, reason: str) -> None:
        """Say that telemetry is not delivered, if that was not said yet; it is written when this returns.

        Exporters call this from threads of their own, in the very moment in which the program ends.
        """
        with self._telling:
            if not self.told:
                structlog.stdlib.get_logger(__name__).warning(
                    "telemetry is not delivered; runs go on without it", destination=self._hosts, reason=reason
                )
            self.told = True
