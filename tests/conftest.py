"""What every test gets: no network but loopback, a state folder of its own, no settings from outside."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from postgres_server import PostgresServer, find_binaries, serve_postgres

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but this machine fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(address, tuple) and not str(host).startswith(LOOPBACK):
            raise OSError(f"tests do not connect to {host!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No `SWITCHBOARD_*` setting but a state folder of the test's own."""
    for name in list(os.environ):
        if name.startswith("SWITCHBOARD_"):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("SWITCHBOARD_STATE", str(folder))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the tests' own; `fresh()` is the address of an empty state store."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL server on this machine: apt-get install postgresql")
    with serve_postgres(binaries) as server:
        yield server
