"""A fresh state store of each kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from orchestrator.store.database import Database
from orchestrator.store.opening import open_database

Opener = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest) -> str | None:
    """The address of an empty PostgreSQL store, or None for a file."""
    return request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else None


@pytest.fixture
def open_again(state_url: str | None, tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's store once more, as another process would."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(open_database(tmp_path, url=state_url)))


@pytest.fixture
def database(open_again: Opener) -> Database:
    """An empty state store, in SQLite and in PostgreSQL."""
    return open_again()
