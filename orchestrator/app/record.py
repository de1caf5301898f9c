"""The record as the state store holds it: incidents, what happened to them, actions."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from orchestrator.app.dossiers import load_acts, load_dossier
from orchestrator.app.incident_search import similar_to
from orchestrator.core.errors import InputError, QueryError, StoreError
from orchestrator.core.incidents import facts
from orchestrator.core.incidents.dossier import Act
from orchestrator.core.incidents.incident import Incident, IncidentStatus
from orchestrator.core.incidents.sentences import listed, one_line, stopped
from orchestrator.core.incidents.similar import Likeness
from orchestrator.core.incidents.summary import summarise
from orchestrator.core.incidents.timeline import timeline
from orchestrator.core.record import RecordQuery, RecordRow, RecordState, RecordView, record_table
from orchestrator.core.table import Table
from orchestrator.store.incidents import StoredIncidents

if TYPE_CHECKING:
    from orchestrator.store.database import Database

MOST = 200  # rows of one answer
OPEN = (IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED)
_WORD = re.compile(r"[a-z0-9]+")
# what an action is called when nobody remembers its name
_ANY_ACTION = frozenset("action change fix it mitigation of on for the this that in to".split())  # noqa: SIM905  # a list of words


class StoredRecord:
    """The `Record` port on a state store, which stays open."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def look_up(self, query: RecordQuery) -> Table:
        """See the protocol."""
        try:
            if query.view is RecordView.SIMILAR:
                dossier = await asyncio.to_thread(load_dossier, self._database, query.incident)
                return record_table([_alike(found) for found in await similar_to(self._database, dossier)])
            return record_table(await asyncio.to_thread(self._rows, query))
        except InputError as error:  # an incident that is not there
            raise QueryError(error.message) from error
        except StoreError as error:  # the run goes on and says so
            raise QueryError(f"the record cannot be read: {error.message}") from error

    def _rows(self, query: RecordQuery) -> list[RecordRow]:
        views = {
            RecordView.INCIDENTS: self._incidents,
            RecordView.ACTIONS: self._actions,
            RecordView.TIMELINE: self._timeline,
            RecordView.SUMMARY: self._summary,
        }
        return [*islice(views[query.view](query), MOST)]

    def _timeline(self, query: RecordQuery) -> Iterator[RecordRow]:
        for entry in timeline(load_dossier(self._database, query.incident), since=query.since):
            text = f"{facts.clock(entry.at)} {entry.kind.value}: {entry.text}"
            yield RecordRow(source=entry.receipts[0], key=entry.kind.value, at=entry.at, who=entry.who, text=text)

    def _summary(self, query: RecordQuery) -> Iterator[RecordRow]:
        for section in summarise(load_dossier(self._database, query.incident)):
            for said in section.sentences:
                yield RecordRow(source=said.receipts[0], key=section.key, text=said.text)

    def _incidents(self, query: RecordQuery) -> Iterator[RecordRow]:
        if query.incident:
            yield _standing(load_dossier(self._database, query.incident).incident)
            return
        statuses = OPEN if query.state is RecordState.OPEN else ()
        for incident in StoredIncidents(self._database).listed(*statuses, limit=MOST):
            yield _standing(incident)

    def _actions(self, query: RecordQuery) -> Iterator[RecordRow]:
        if query.incident:
            acts: Sequence[Act] = load_dossier(self._database, query.incident).acts
        else:
            acts = load_acts(self._database)
        for act in acts:
            if _asked_for(act, query):
                yield _told(act)


def _alike(found: Likeness) -> RecordRow:
    text = f"{found.incident} is similar ({found.score:.0%}; {found.why}): {stopped(found.title)} {found.hypothesis}"
    return RecordRow(source=f"incident:{found.incident}", key=found.incident, text=text.strip())


def _standing(incident: Incident) -> RecordRow:
    owner = f"{incident.owner} owns it" if incident.owner else "nobody owns it"
    state = incident.status.value
    verdict = incident.verdict or {}
    cause = f"; suspected cause {verdict['cause']}" if verdict.get("cause") else ""
    cause = f"; cause {listed(incident.causes)}, confirmed" if incident.causes else cause
    services = f" ({listed(incident.services)})" if incident.services else ""
    text = (
        f"{incident.id} is {state}, severity {facts.severity_text(incident.severity)}, "
        f"since {facts.clock(incident.started_at)}: {one_line(incident.title, limit=160)}{services}; {owner}{cause}."
    )
    return RecordRow(
        source=f"incident:{incident.id}",
        key=incident.id,
        state=state,
        at=incident.started_at,
        who=incident.owner or "",
        text=text,
    )


def _asked_for(act: Act, query: RecordQuery) -> bool:
    if query.state is RecordState.WAITING and not act.waiting:
        return False
    if query.state is RecordState.OPEN and act.settled:
        return False
    if query.about.upper() == act.id:
        return True
    if re.fullmatch(r"A-\d+", query.about.upper()):
        return False
    named = {_stem(word) for word in _WORD.findall(f"{act.name} {act.subject}".casefold())}
    wanted = {_stem(word) for word in _WORD.findall(query.about.casefold().replace("roll back", "rollback"))}
    joined = "".join(sorted(named)) + act.name.replace("_", "").casefold()
    return all(word in named or word in joined for word in wanted - _ANY_ACTION)


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word  # noqa: PLR2004  # "as" is no plural


def _told(act: Act) -> RecordRow:
    """How an action stands, who decided about it and what came of it."""
    where = f" for {act.incident}" if act.incident else ""
    history = " ".join(stopped(f"{facts.clock(event.at)}: {one_line(event.text)}") for event in act.events)
    text = f"{act.id} ({act.title}{where}) is {act.state}. {history}".strip()
    last = act.events[-1] if act.events else None
    return RecordRow(
        source=act.receipt,
        key=act.id,
        state=act.state,
        at=last.at if last else None,
        who=", ".join(dict.fromkeys(event.who for event in act.events if event.who)),
        text=text,
    )
