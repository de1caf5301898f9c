"""A shop in memory: the sample, or one without rows."""

import sqlite3
from collections.abc import Iterator

import pytest

from playbooks.shop.tables import prepare


@pytest.fixture
def bare_shop() -> Iterator[sqlite3.Connection]:
    """The tables, empty."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    prepare(connection, sample=False)
    yield connection
    connection.close()


@pytest.fixture
def shop() -> Iterator[sqlite3.Connection]:
    """The sample shop."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    prepare(connection)
    yield connection
    connection.close()
