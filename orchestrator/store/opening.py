"""Opens the state store that the settings name."""

from pathlib import Path

from orchestrator.core.errors import SettingsError
from orchestrator.store.database import FILE, Database, SqliteDatabase


def open_database(folder: Path, *, url: str | None = None) -> Database:
    """The PostgreSQL database of an address, else the SQLite file of a state folder; the caller closes it.

    Raises:
        SettingsError: The address is none, or its driver is not installed.
        StoreError: It cannot be opened, is no state store, or was written by a newer version.
    """
    if url is None:
        return SqliteDatabase(folder / FILE)
    try:
        from orchestrator.store.postgres import PostgresDatabase  # noqa: PLC0415  # its driver is an extra
    except ImportError as error:
        raise SettingsError(
            "the setting SWITCHBOARD_STATE_URL names a PostgreSQL database, and its driver is not installed "
            f"({error}); pip install 'switchboard[postgres]', or unset it to keep the state in a file"
        ) from error
    return PostgresDatabase(url)
