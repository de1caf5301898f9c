"""The chat server on loopback, and a run's context without data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import chat_server
import pytest

from orchestrator.core.events import Event
from orchestrator.core.ports import (
    Document,
    Hit,
    QueryLimits,
    QueryParameter,
    SearchQuery,
    TableSchema,
    WriteResult,
)
from orchestrator.core.recording import Recorder
from orchestrator.core.runs import RunContext
from orchestrator.core.table import Column, Table
from orchestrator.core.window import Window


@pytest.fixture
def model_server() -> Iterator[chat_server.ModelServer]:
    """The server, running."""
    with chat_server.running() as server:
        yield server


@pytest.fixture
def wire() -> Any:
    """How answers are scripted: `wire.say`, `wire.call`, `wire.Streamed`, `wire.Failed`, `wire.FixedCredential`."""
    return chat_server


class NoLogs:
    """Logs without tables."""

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        return Table((), ())

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        return ()

    async def schema(self) -> Mapping[str, TableSchema]:
        return {}


class NoIndex:
    """An index that holds nothing."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        return ()

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        return ()

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        return ()


@pytest.fixture
def run_context() -> RunContext:
    """A turn's state whose events nobody hears."""
    return make_context([].append)


def make_context(emit: Callable[[Event], None]) -> RunContext:
    """A turn's state whose events go there."""
    return RunContext(
        run="r",
        session="s",
        asked="what is wrong?",
        alert=None,
        now=datetime(2026, 5, 4, tzinfo=UTC),
        zone="UTC",
        source="files",
        given={},
        remembered={},
        previous=None,
        recorder=Recorder(logs=NoLogs(), index=NoIndex(), source="files", found=lambda _: None),
        emit=emit,
    )
