"""Creates and updates the index definitions of Azure AI Search, and tells how they stand."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from azure.core.exceptions import ResourceNotFoundError
from azure.search.documents.indexes.models import SearchIndex

from orchestrator.core.errors import SettingsError
from plugins.search.azure.clients import SearchClients
from plugins.search.azure.definitions import INDEXES, Difference, compare, definition, index_name, merged
from plugins.search.azure.faults import translating
from plugins.search.azure.retries import WRITES, RetryPolicy, Sleep, retried

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """One index: its documents (None where it is not there), and how it stands to our definition."""

    name: str
    kind: str
    documents: int | None
    difference: Difference


class IndexSetup:
    """The definitions of the four indexes.

    Args:
        clients: The service's clients, lent.
        prefix: The first part of the indexes' names.
        dimensions: The length of the vectors, or None where there are none.
        policy: When a request is tried again; each of them may be repeated.
        sleep: Waits between tries.
    """

    def __init__(
        self,
        clients: SearchClients,
        *,
        prefix: str,
        dimensions: int | None,
        policy: RetryPolicy = WRITES,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._clients = clients
        self._prefix = prefix
        self._dimensions = dimensions
        self._policy = policy
        self._sleep = sleep

    async def show(self) -> tuple[IndexState, ...]:
        """Each index as it stands."""
        return tuple([await self._again(kind, partial(self._state, kind)) for kind in INDEXES])

    async def ensure(self, *, recreate: bool = False) -> tuple[IndexState, ...]:
        """Create what is missing and update what can be; each index as it was before.

        With `recreate`, an index that cannot be updated is deleted with its documents and made anew; without, nothing
        is changed and `SettingsError` tells why.
        """
        before = await self.show()
        rebuilt = [state for state in before if state.difference.state == "rebuild"]
        if rebuilt and not recreate:
            raise SettingsError(
                "; ".join(f"the index {state.name!r} does not fit: {_reasons(state)}" for state in rebuilt)
                + "; run `switchboard index fill --recreate`, which deletes and refills it"
            )
        for state in before:
            await self._again(state.kind, partial(self._bring, state))
        return before

    async def _again(self, kind: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        async def once() -> Answer:
            with translating(f"the index {index_name(self._prefix, kind)!r}"):
                return await work()

        return await retried(once, policy=self._policy, sleep=self._sleep)

    async def _bring(self, state: IndexState) -> None:
        wanted = definition(state.name, dimensions=self._dimensions)
        client, call = self._clients.of_definitions(), self._clients.call()
        match state.difference.state:
            case "current":
                return
            case "updatable":
                found = await self._found(state.name)
                wanted = merged(found, wanted) if found else wanted
            case "rebuild":
                with suppress(ResourceNotFoundError):  # a try before this one has deleted it
                    await client.delete_index(state.name, **call)
            case "missing":
                pass
        await client.create_or_update_index(wanted, **call)

    async def _state(self, kind: str) -> IndexState:
        name = index_name(self._prefix, kind)
        found = await self._found(name)
        difference = compare(found, definition(name, dimensions=self._dimensions))
        documents = None
        if found is not None:
            documents = await self._clients.of_index(name).get_document_count(**self._clients.call())
        return IndexState(name=name, kind=kind, documents=documents, difference=difference)

    async def _found(self, name: str) -> SearchIndex | None:
        try:
            return await self._clients.of_definitions().get_index(name, **self._clients.call())
        except ResourceNotFoundError:
            return None


def _reasons(state: IndexState) -> str:
    return ", ".join(state.difference.reasons)
