"""Opens the state store of the settings: the one place of this room that does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from orchestrator.core.journal import Journal

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from orchestrator.store.database import Database


@contextmanager
def open_state(settings: "Settings") -> "Iterator[Database]":
    """The state store, closed at the end; StoreError where it cannot be opened, SettingsError where it is ill-named."""
    from orchestrator.store.opening import open_database  # noqa: PLC0415  # opened where state is needed

    url = settings.state_url.get_secret_value() if settings.state_url else None
    with closing(open_database(settings.state, url=url)) as database:
        yield database


@contextmanager
def open_journal(settings: "Settings") -> Iterator[Journal]:
    """The journal of the state store."""
    from orchestrator.store.journal import StoredJournal  # noqa: PLC0415  # opened where runs are recorded

    with open_state(settings) as database:
        yield StoredJournal(database)
