"""An Azure AI Foundry project: its models as chat services, its deployments, its connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.core.retrying import RetryPolicy, next_wait
from orchestrator.models.faults import retry_after_of
from orchestrator.models.wire import ANSWER_TIMEOUT_S, WireChat, speaking

if TYPE_CHECKING:
    from azure.ai.projects.aio import AIProjectClient
    from azure.core.credentials_async import AsyncTokenCredential

SEARCH = "CognitiveSearch"
TELEMETRY = "AppInsights"
RETRY = RetryPolicy(tries=3, first_wait_s=0.5, longest_wait_s=10.0, total_wait_s=15.0)
T = TypeVar("T")
_FORBIDDEN, _BUSY, _SERVER = 403, 429, 500


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployed model: the name to ask it by, and what it is."""

    name: str
    model: str
    version: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Another service that the project knows; its key, where it has one, is kept out of every representation."""

    name: str
    type: str
    target: str
    key: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class FoundryProject:
    """Reads a project. Every failure is a `ModelError` that says what to mend."""

    _client: "AIProjectClient"
    _options: dict[str, Any]
    _retry: RetryPolicy

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        endpoint: str,
        *,
        credential: "AsyncTokenCredential",
        timeout_s: float = 30.0,
        enforce_https: bool = True,
        retry: RetryPolicy = RETRY,
    ) -> "AsyncIterator[FoundryProject]":
        """A project by its endpoint (`.../api/projects/NAME`), closed at the end; the credential stays open.

        Args:
            endpoint: As the project's overview page shows it.
            credential: Signs in; its identity needs the role Azure AI User on the project.
            timeout_s: For each try of a read.
            enforce_https: False lets a token go over plain http, for a server on loopback only.
            retry: When a read is tried again.
        """
        from azure.ai.projects.aio import AIProjectClient  # noqa: PLC0415  # 1 s, where a project is configured

        client = AIProjectClient(
            endpoint.rstrip("/"), credential, retry_total=0, connection_timeout=timeout_s, read_timeout=timeout_s
        )
        async with client:
            yield cls(client, {} if enforce_https else {"enforce_https": False}, retry)

    async def deployments(self) -> tuple[Deployment, ...]:
        """The deployed models, by name."""

        async def listed() -> list[Any]:
            return [item async for item in self._client.deployments.list(**self._options)]

        found = await self._read("its deployments cannot be listed", listed)
        return tuple(
            sorted(
                (
                    Deployment(
                        name=item.name,
                        model=str(item.get("modelName") or ""),
                        version=str(item.get("modelVersion") or ""),
                        publisher=str(item.get("modelPublisher") or ""),
                    )
                    for item in found
                ),
                key=lambda item: item.name,
            )
        )

    async def connection(self, name: str) -> Connection:
        """A connection by its name, with its key where it has one; ModelError naming those there are."""

        async def one() -> Any:
            return await self._client.connections.get(name, include_credentials=True, **self._options)

        try:
            return _connection(await self._read(f"the connection {name!r} cannot be read", one))
        except ModelError as error:
            if not isinstance(error.__cause__, ResourceNotFoundError):
                raise
            names = [item.name for item in await self.connections()]
            raise ModelError(
                f"the project has no connection {name!r}; there are: {', '.join(names) or 'none'}",
                fault=ModelFault.BAD_REQUEST,
            ) from error

    async def connections(self, *, kind: str | None = None) -> tuple[Connection, ...]:
        """The connections, of one type (such as `CognitiveSearch`) or of all, without keys."""

        async def listed() -> list[Any]:
            return [item async for item in self._client.connections.list(connection_type=kind, **self._options)]

        return tuple(map(_connection, await self._read("its connections cannot be listed", listed)))

    async def _read(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """One read, made again as our policy says: the client's own would wait for as long as a server asks."""
        tried, waited_s = 0, 0.0
        while True:
            try:
                with _translated(what):
                    return await call()
            except ModelError as error:
                tried += 1
                wait = next_wait(self._retry, error, tried=tried, waited_s=waited_s)
                if wait is None:
                    raise
                await asyncio.sleep(wait)
                waited_s += wait

    async def search_connection(self, name: str | None = None) -> Connection | None:
        """The search service of that name, else the project's first; None where it knows none."""
        if name is not None:
            return await self.connection(name)
        known = await self.connections(kind=SEARCH)
        return await self.connection(known[0].name) if known else None

    async def telemetry_connection_string(self) -> str | None:
        """The connection string of the project's Application Insights; None where it has none. A secret."""
        known = await self.connections(kind=TELEMETRY)
        return (await self.connection(known[0].name)).key if known else None

    @asynccontextmanager
    async def chat(
        self, *, deployment: str, timeout_s: float = ANSWER_TIMEOUT_S, service_id: str = "chat"
    ) -> AsyncIterator[WireChat]:
        """A chat service on one of the project's deployments."""
        client = self._client.get_openai_client(timeout=timeout_s, max_retries=0)
        async with speaking(client, model=deployment, timeout_s=timeout_s, service_id=service_id) as service:
            yield service


def _connection(item: Any) -> Connection:
    key = (item.get("credentials") or {}).get("key")
    return Connection(
        name=str(item.get("name")), type=str(item.get("type") or ""), target=str(item.get("target") or ""), key=key
    )


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Foreign errors as ours."""
    try:
        yield
    except AzureError as error:
        raise project_error(error, what=what) from error
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise ModelError(
            f"{what}: the answer is no project's; check the endpoint", fault=ModelFault.UNREADABLE
        ) from error


def project_error(error: AzureError, *, what: str) -> ModelError:
    """Our error for one of the projects client, most specific first."""
    match error:
        case ClientAuthenticationError():
            return ModelError(f"{what}: the sign-in failed; sign in again", fault=ModelFault.DENIED)
        case ResourceNotFoundError():
            return ModelError(
                f"{what}: there is no such project or item (404); check the endpoint, which ends in /api/projects/NAME",
                fault=ModelFault.BAD_REQUEST,
            )
        case HttpResponseError(status_code=int(status)):
            return _by_status(error, status, what=what)
        case ServiceRequestTimeoutError() | ServiceResponseTimeoutError():
            return ModelError(f"{what}: no answer in time", fault=ModelFault.TIMEOUT, retryable=True)
        case ServiceRequestError() | ServiceResponseError():
            return ModelError(
                f"{what}: the project cannot be reached; check the endpoint",
                fault=ModelFault.UNREACHABLE,
                retryable=True,
            )
        case _:
            return ModelError(f"{what}: {type(error).__name__}", fault=ModelFault.OTHER)


def _by_status(error: HttpResponseError, status: int, *, what: str) -> ModelError:
    if status == _FORBIDDEN:
        words = "this identity may not read the project (403); it needs the role Azure AI User on it"
        return ModelError(f"{what}: {words}", fault=ModelFault.DENIED)
    if status == _BUSY or status >= _SERVER:
        fault = ModelFault.THROTTLED if status == _BUSY else ModelFault.UNAVAILABLE
        wait = retry_after_of(error)
        return ModelError(f"{what}: the service is busy ({status})", fault=fault, retryable=True, retry_after_s=wait)
    return ModelError(f"{what}: the service refused ({status})", fault=ModelFault.BAD_REQUEST)
