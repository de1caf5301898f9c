"""A PostgreSQL server of the tests' own: a throw-away cluster on a Unix socket, without fsync."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

HOMES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
UNPRIVILEGED = ("postgres", "nobody")
OPTIONS = (
    ("listen_addresses", ""),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("max_connections", "60"),
    ("shared_buffers", "16MB"),
)


def find_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: the newest installed, else that of PATH."""
    found = [folder for home in HOMES for folder in Path("/").glob(home.lstrip("/")) if (folder / "initdb").exists()]
    if found:
        return max(found, key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()])
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path and shutil.which("postgres") else None


class PostgresServer:
    """One cluster; each schema of its database is a state store of its own."""

    def __init__(self, binaries: Path, home: Path) -> None:
        self._binaries = binaries
        self._home = home
        self._user = _unprivileged() if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None
        self._schemas = 0
        if self._user:
            os.chown(home, self._user["user"], self._user["group"])
        self._run("initdb", "-D", self._data, "-U", "switchboard", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    @property
    def _data(self) -> str:
        return str(self._home / "data")

    def start(self) -> None:
        """Start it; returns once it answers."""
        options = [part for name, value in OPTIONS for part in ("-c", f"{name}={value}")]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", self._data, "-k", str(self._home), *options],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self._home,
                **self._user,
            )
        self._wait()

    def kill(self) -> None:
        """End it at once, as a crash does: every connection is cut, nothing more is written."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
            self._process = None

    def url(self, schema: str, *, password: str = "") -> str:
        """The address of a schema."""
        user = f"switchboard:{quote(password)}" if password else "switchboard"
        options = quote(f"-csearch_path={schema}")
        return f"postgresql://{user}@/postgres?host={quote(str(self._home), safe='')}&options={options}"

    def fresh(self) -> str:
        """The address of a new, empty schema."""
        self._schemas += 1
        schema = f"state_{self._schemas}"
        self.admin(f"CREATE SCHEMA {schema}")
        return self.url(schema)

    def admin(self, statement: str) -> None:
        """Run a statement as the owner of everything."""
        import psycopg  # noqa: PLC0415  # the driver is an extra

        with psycopg.connect(self.url("public"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _wait(self) -> None:
        import psycopg  # noqa: PLC0415  # the driver is an extra

        for _ in range(3000):
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError((self._home / "log").read_text())
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url("public")).close()
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.02)
        raise RuntimeError("the server does not answer")

    def _run(self, name: str, *arguments: str, check: bool = True) -> None:
        done = subprocess.run(
            [str(self._binaries / name), *arguments],
            capture_output=True,
            text=True,
            cwd=self._home,
            check=False,
            **self._user,
        )
        if check and done.returncode:
            raise RuntimeError(f"{name}: {done.stderr}")


@contextmanager
def serve_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """A running server in a folder of its own, whose path is short enough for a socket's."""
    home = Path(tempfile.mkdtemp(prefix="swb-pg-"))
    try:
        server = PostgresServer(binaries, home)
        server.start()
        try:
            yield server
        finally:
            server.kill()  # its files go with it: nothing has to be written back
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged() -> dict[str, Any]:
    """Whom the server runs as where the tests run as root, since it refuses that."""
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("there is no unprivileged user to run PostgreSQL as")
