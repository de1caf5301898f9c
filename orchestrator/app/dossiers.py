"""Reads all that the state store holds of one incident."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestrator.core.actions.state import Action
from orchestrator.core.errors import InputError
from orchestrator.core.handoffs import Item, ItemState
from orchestrator.core.incidents.acted import act_of
from orchestrator.core.incidents.dossier import Act, Dossier, RunRecord
from orchestrator.core.incidents.incident import Incident
from orchestrator.store.actions import StoredActions
from orchestrator.store.handoffs import StoredHandoffs
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.remarks import StoredRemarks
from orchestrator.store.run_ends import run_ends

if TYPE_CHECKING:
    from orchestrator.store.database import Database

NEAR = 500  # newest incidents among which a name that is none is looked for
MOST_ITEMS = 10_000
MOST_ACTIONS = 1_000


def load_dossier(database: "Database", incident_id: str) -> Dossier:
    """The dossier of an incident, or of the one that it became part of; InputError with the nearest ids."""
    incidents = StoredIncidents(database)
    incident = incidents.current(incident_id)
    if incident is None:
        known = [item.id for item in incidents.listed(limit=NEAR)]
        near = difflib.get_close_matches(incident_id.strip().upper(), known, n=3, cutoff=0.5) or known[:3]
        raise InputError(f"there is no incident {incident_id!r}; the nearest are {', '.join(near) or 'none yet'}")
    return dossier_of(database, incident)


def dossier_of(database: "Database", incident: Incident) -> Dossier:
    """The dossier of an incident that was read already."""
    incidents = StoredIncidents(database)
    remarks = StoredRemarks(database)
    runs = tuple(run for name in incident.runs if (run := load_run(database, name)) is not None)
    acts = load_acts(database, incident, proposed=[name for run in runs for name in proposed_by(run.report)])
    return Dossier(
        incident=incident,
        alerts=tuple({alert.fingerprint: alert for alert in incidents.alerts(incident.id)}.values()),
        events=tuple(incidents.events(incident.id)),
        runs=runs,
        acts=acts,
        notes=remarks.notes(incident.id),
        marks=remarks.marks(incident.id),
        items=_items(database, incident, acts),
    )


def load_run(database: "Database", run: str) -> RunRecord | None:
    """A run's report with its times; None where the journal does not hold it any more."""
    ends = run_ends(database, run)
    if ends is None:
        return None
    return RunRecord(run=run, at=ends.at, asked=ends.asked, report=ends.report, finished_at=ends.finished_at)


def proposed_by(report: Mapping[str, object]) -> tuple[str, ...]:
    """The ids of the actions that a run proposed; a run before it may have proposed the same."""
    turns = report.get("turns")
    parts = [report, *(turns if isinstance(turns, list) else [])]
    listed = [part.get("actions") for part in parts if isinstance(part, Mapping)]
    actions = [action for found in listed if isinstance(found, list) for action in found if isinstance(action, Mapping)]
    return tuple(dict.fromkeys(str(action["id"]) for action in actions if action.get("id")))


def load_acts(
    database: "Database", incident: Incident | None = None, *, proposed: Sequence[str] = ()
) -> tuple[Act, ...]:
    """The actions of an incident, of its runs and those ids, oldest first; the newest of all where none is given."""
    actions = StoredActions(database)
    if incident is None:
        found = [*actions.listed(limit=MOST_ACTIONS)]
    else:
        found = [*actions.listed(incident=incident.id)]
        found += [action for run in incident.runs for action in actions.listed(run=run)]
        found += _known(actions, proposed)
    now = datetime.now(UTC)
    unique = {action.id: action for action in found}.values()
    return tuple(act_of(action, now=now) for action in sorted(unique, key=lambda action: action.requested_at))


def _known(actions: StoredActions, names: Sequence[str]) -> Iterator[Action]:
    for name in names:
        with suppress(InputError):  # purged since
            yield actions.find(name)


def _items(database: "Database", incident: Incident, acts: Sequence[Act]) -> tuple[Item, ...]:
    handoffs = StoredHandoffs(database)
    actions = {act.id for act in acts}
    listed = handoffs.listed(states=tuple(ItemState), limit=MOST_ITEMS)
    own = sorted(
        item.number
        for item in listed
        if item.parked.incident == incident.id or item.parked.run in incident.runs or item.parked.action in actions
    )
    return tuple(item for number in own if (item := handoffs.find(str(number))) is not None)
