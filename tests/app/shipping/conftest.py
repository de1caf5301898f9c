"""A fresh store of shipments."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.store.database import FILE, Database, SqliteDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    with SqliteDatabase(tmp_path / FILE) as opened:
        yield opened
