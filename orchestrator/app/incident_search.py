"""Past incidents of the state store, and which of them are like one."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from orchestrator.app.dossiers import dossier_of
from orchestrator.core.incidents.dossier import Dossier
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.incidents.similar import KIND, Likeness, incident_document, profile, similar, similar_among
from orchestrator.core.ports import SearchQuery
from orchestrator.store.incidents import StoredIncidents

if TYPE_CHECKING:
    from orchestrator.store.database import Database

MOST_INCIDENTS = 500  # the newest ones
MOST_SHOWN = 100
_CANDIDATES = 50


def past_dossiers(database: "Database", *, without: Iterable[str] = (), most: int = MOST_INCIDENTS) -> list[Dossier]:
    """The newest incidents of the store that are not part of others."""
    left_out = set(without)
    return [
        dossier_of(database, incident)
        for incident in StoredIncidents(database).listed(limit=most)
        if incident.status is not IncidentStatus.MERGED and incident.id not in left_out
    ]


async def similar_to(database: "Database", dossier: Dossier, *, top: int = 5) -> tuple[Likeness, ...]:
    """The past incidents that are most like this one, their causes as hypotheses."""
    from plugins.search.sqlite import SqliteIndex  # noqa: PLC0415  # opened where it is searched

    past = await asyncio.to_thread(past_dossiers, database, without=(dossier.id,))
    async with SqliteIndex.open(":memory:") as index:
        await index.write([incident_document(item) for item in past])
        mine = profile(dossier)
        words = [dossier.incident.title, *sorted(mine.rules), *sorted(mine.services), mine.cause]
        hits = await index.search(SearchQuery(text=" ".join(words), kinds=(KIND,), top=_CANDIDATES))
    return similar(mine, hits, without=_siblings(dossier), top=top)


def similar_shown(database: "Database", dossier: Dossier, *, top: int = 3) -> tuple[Likeness, ...]:
    """The most alike of the newest incidents, for a page that shows more than these."""
    newest = past_dossiers(database, without=(dossier.id, *_siblings(dossier)), most=MOST_SHOWN)
    return similar_among(profile(dossier), map(profile, newest), top=top)


def _siblings(dossier: Dossier) -> tuple[str, ...]:
    """What became part of it is no other incident."""
    return tuple(str(event.refs["incident"]) for event in dossier.events if event.kind.value == "merged")
