"""What a conversation knows of the past: the record, past incidents, how guides did; nothing where no store is open."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from orchestrator.app.past_index import WithPast
from orchestrator.app.search_source import search_is_live
from orchestrator.core.errors import StoreError
from orchestrator.core.ports import Document, PagedIndex
from orchestrator.core.record import Record, RecordQuery
from orchestrator.core.report import Json
from orchestrator.core.table import Table
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from orchestrator.store.database import Database


class DeferredRecord:
    """The record of an open store, whose rooms are imported when it is first asked: few conversations do."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def look_up(self, query: RecordQuery) -> Table:
        """See the protocol."""
        from orchestrator.app.record import StoredRecord  # noqa: PLC0415  # brings the incidents

        return await StoredRecord(self._database).look_up(query)


def stored_record(database: "Database | None") -> Record | None:
    """The record of an open store."""
    return DeferredRecord(database) if database is not None else None


def beside_past(
    index: PagedIndex, database: "Database | None", settings: Settings, stack: AsyncExitStack
) -> PagedIndex:
    """The embedded index with the store's past incidents; a search service has them as it was filled."""
    if database is None or search_is_live(settings):
        return index

    def documents() -> list[Document]:
        from orchestrator.app.past_incidents import stored_incidents  # noqa: PLC0415  # brings the incidents

        return stored_incidents(database, sample=True)

    return WithPast(index, documents, stack)


def record_of(database: "Database | None", guide: str) -> Json | None:
    """How a guide did so far: `used`, `confirmed`, `wrong`; None where that cannot be told."""
    if database is None:
        return None
    from orchestrator.core.guide_record import GuideRecord  # noqa: PLC0415  # where a store is open
    from orchestrator.store.guide_uses import GuideUses  # noqa: PLC0415  # same

    try:
        return GuideUses(database).records().get(guide, GuideRecord(guide=guide)).brief()
    except StoreError:  # the answer does not hang on it
        return None
