"""Every error of the client libraries becomes one of ours, at both adapters."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import azure.identity
import pytest
from azure.core import exceptions

from orchestrator.core.errors import QueryError
from orchestrator.core.metrics import Aggregation, MetricsQuery
from orchestrator.core.window import Window
from plugins.monitor.azure.faults import Fault, Trouble
from plugins.monitor.azure.metrics import AzureMetrics
from plugins.monitor.azure.metrics_faults import graph_error, metrics_error
from plugins.monitor.azure.resource_graph import AzureResourceGraph


def classes() -> list[type[Exception]]:
    """The exception classes of azure-core and azure-identity."""
    found = [item for room in (exceptions, azure.identity) for item in vars(room).values()
             if isinstance(item, type) and issubclass(item, Exception)]  # fmt: skip
    own = [item for item in found if item.__module__.startswith("azure")]
    return sorted(set(own), key=lambda item: item.__name__)


def made(kind: type[Exception]) -> Exception:
    """An error of the class; some want the response that they are about."""
    response = SimpleNamespace(status_code=None, reason="x", text=lambda: "no JSON", headers={}, request=None,
                               body=lambda: b"", content_type="text/plain")  # fmt: skip
    for arguments in (("what is wrong",), (response,), (None, "what is wrong"), (["x"],)):
        try:
            return kind(*arguments)
        except (TypeError, AttributeError):
            continue
    raise AssertionError(kind)


class Broken:
    """A credential that raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def get_token(self, *_: str, **__: Any) -> Any:
        """Never gives one."""
        raise self.error

    async def close(self) -> None:
        """Nothing is open."""


QUERY = MetricsQuery(
    resources=("/subscriptions/s/r",),
    namespace="n",
    names=("m",),
    aggregations=(Aggregation.COUNT,),
    window=Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=1)),
)


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
async def test_no_class_is_left_as_it_is(kind: type[Exception]) -> None:
    """Whatever the library raises while asking, the ports raise QueryError."""
    broken: Any = Broken(made(kind))
    async with AzureMetrics(broken, endpoint="https://127.0.0.1:9", retries=0) as metrics:
        with pytest.raises(QueryError):
            await metrics.measure(QUERY)
    async with AzureResourceGraph.open(broken, endpoint="https://127.0.0.1:9", sleep=_at_once) as graph:
        with pytest.raises(QueryError):
            await graph.query("Resources")


async def _at_once(_: float) -> None:
    """Waits for nothing."""


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_words(fault: Fault) -> None:
    """Each kind of trouble is told, for both services."""
    trouble = Trouble(kind=fault, status=418)
    assert metrics_error(trouble, place="/subscriptions/s/r").message
    assert graph_error(trouble).message


async def test_a_token_never_goes_over_plain_http(graph_server: Any, metrics_server: Any, credential: Any) -> None:
    """Without the override for loopback nothing is sent."""
    async with AzureMetrics(credential, endpoint=metrics_server.url, retries=0) as metrics:
        with pytest.raises(QueryError):
            await metrics.measure(QUERY)
    async with AzureResourceGraph.open(credential, endpoint=graph_server.url) as opened:
        with pytest.raises(QueryError):
            await opened.query("Resources")
    assert (graph_server.asked, metrics_server.asked) == ([], [])
