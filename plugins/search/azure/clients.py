"""The SDK's clients for one search service: opened when first used, closed together."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from azure.core.credentials import AzureKeyCredential
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient

from orchestrator.core.errors import SettingsError

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(slots=True, kw_only=True)
class SearchClients:
    """One client per index and one for the definitions; the credential is lent, its owner closes it.

    Args:
        endpoint: `https://NAME.search.windows.net`; plain http is taken on this machine only.
        credential: A key or a token credential.
        audience: The audience of tokens in another cloud than the public one.
        timeout_s: To connect, and to wait for an answer.
    """

    endpoint: str
    credential: "AzureKeyCredential | AsyncTokenCredential" = field(repr=False)
    audience: str | None = None
    timeout_s: float = 30.0
    _by_index: dict[str, SearchClient] = field(default_factory=dict, repr=False)
    _definitions: SearchIndexClient | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise SettingsError(
                f"the search endpoint {self.endpoint!r} is not https, and a key or token would be readable on its way; "
                "give https://NAME.search.windows.net"
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every client; they open again when used."""
        searching, defining = self._by_index.values(), self._definitions
        self._by_index, self._definitions = {}, None
        for client in searching:
            await client.close()
        if defining:
            await defining.close()

    def of_index(self, name: str) -> SearchClient:
        """The client of an index."""
        if name not in self._by_index:
            self._by_index[name] = SearchClient(
                endpoint=self.endpoint, index_name=name, credential=self.credential, **self._options()
            )
        return self._by_index[name]

    def of_definitions(self) -> SearchIndexClient:
        """The client of the index definitions."""
        if self._definitions is None:
            self._definitions = SearchIndexClient(endpoint=self.endpoint, credential=self.credential, **self._options())
        return self._definitions

    def call(self) -> dict[str, Any]:
        """Keyword arguments of every call: tokens go over plain http on this machine, where a test server listens."""
        by_key = isinstance(self.credential, AzureKeyCredential)
        return {} if by_key or urlsplit(self.endpoint).scheme == "https" else {"enforce_https": False}

    def _options(self) -> dict[str, Any]:
        # Retries are ours: the SDK's repeat a costly query after 503 and 504, and no POST after a reset.
        options: dict[str, Any] = {"retry_total": 0}
        options |= {"connection_timeout": self.timeout_s, "read_timeout": self.timeout_s}
        return options | ({"audience": self.audience} if self.audience else {})
