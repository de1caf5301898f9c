"""What must hold of the store, however often its processes were killed."""

import json
import re
from collections import Counter
from collections.abc import Mapping

from crashing.host import effects
from crashing.scene import Scene, question

from orchestrator.app.state import open_state
from orchestrator.core.actions.events import ActionClaimed, ApprovalGiven
from orchestrator.core.actions.state import ACTED, UNSETTLED, Action, Stage
from orchestrator.core.queueing import FINAL, RunState
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.incident_triage import KIND
from orchestrator.store.journal import StoredJournal
from orchestrator.store.queue import StoredQueue

UNDISTURBED = 4
EVERYTHING = 1_000_000
# what two runs on the same data do not share; the guide's record grows with each
OWN = frozenset({"run", "session", "at", "elapsed_ms", "record"})
OF_RESUMPTION = re.compile(r"was resumed")


def judge(scene: Scene) -> dict[str, object]:
    """What is wrong, by kind: each is a list of names and should be empty; and how much there is."""
    told = [line.split() for line in scene.told.read_text().splitlines()]
    with open_state(scene.settings()) as database:
        queue, journal = StoredQueue(database), StoredJournal(database)
        runs = {item.run: item for item in queue.listed(*RunState, limit=EVERYTHING)}
        first = {question(number)[0]: report(journal, f"run-{number}") for number in range(UNDISTURBED)}
        asked = [name for name in runs if name.startswith("run-")]
        return {
            "lost_runs": sorted({words[1] for words in told if words[0] == "run"} - set(runs)),
            "hung_runs": sorted(name for name, item in runs.items() if item.state not in FINAL),
            "runs_without_one_end": [name for name in runs if ends(journal, name) != 1],
            "wrong_reports": [
                f"{name}{place}"
                for name in asked
                if (place := _difference(first[question(int(name.removeprefix("run-")))[0]], report(journal, name)))
            ],
            **_alerts(database, told),
            **_actions(database, told, effects(scene.root)),
            "count": {
                "actions": len({words[1] for words in told if words[0] == "filed"}),
                "approvals": len({tuple(words[1:3]) for words in told if words[0] == "approved"}),
                "effects": sum(effects(scene.root).values()),
                "runs": len(runs),
                "attempts": sum(item.attempt for item in runs.values()),
                "alerts": len({words[1] for words in told if words[0] == "alert"}),
                "resumed_s": [float(words[1]) for words in told if words[0] == "resumed"],
            },
        }


def _alerts(database: Database, told: list[list[str]]) -> dict[str, list[str]]:
    known = {words[1] for words in told if words[0] == "alert"}
    stored = [str(json.loads(str(body)).get("fingerprint")) for (body,) in database.read("SELECT body FROM alerts")]
    by_fingerprint = Counter(stored)
    wanted = Counter(
        str(json.loads(str(body)).get("incident"))
        for (body,) in database.read("SELECT body FROM run_requests WHERE kind = ?", KIND)
    )
    attached = Counter(
        f"INC-{number} {refs}"
        for number, refs in database.read("SELECT number, refs FROM incident_events WHERE refs LIKE '%\"run\"%'")
    )
    return {
        "lost_alerts": [f"{len(known) - len(by_fingerprint)} of {len(known)}"]
        if len(by_fingerprint) < len(known)
        else [],
        "doubled_alerts": [name for name, count in by_fingerprint.items() if count > 1],
        "doubled_triage": [name for name, count in wanted.items() if count > 1],
        "doubled_attachments": [name for name, count in attached.items() if count > 1],
    }


def _actions(database: Database, told: list[list[str]], done: Counter[str]) -> dict[str, list[str]]:
    """What must never be of actions; an effect is what the target did, whatever the record says."""
    stored = {action.id: action for action in StoredActions(database).listed(limit=EVERYTHING)}
    by_key = {action.key: action for action in stored.values()}
    yes = {(words[1], words[2]) for words in told if words[0] == "approved"}
    return {
        "doubled_effects": [key for key, count in done.items() if count > 1],
        "effects_without_approval": [key for key in done if not _was_approved(by_key.get(key))],
        "false_reports_of_done": [
            action.id for action in stored.values() if action.stage in ACTED and not done[action.key]
        ],
        "effects_unreported": [
            action.id for action in stored.values() if done[action.key] and action.stage not in {*ACTED, *UNSETTLED}
        ],
        "lost_proposals": sorted({words[1] for words in told if words[0] == "filed"} - set(stored)),
        "lost_approvals": [
            f"{name} by {person}"
            for name, person in sorted(yes)
            if name not in stored or person not in {given.by for given in stored[name].approvals}
        ],
        "lost_denials": [
            words[1] for words in told if words[0] == "denied" and stored[words[1]].stage is not Stage.DENIED
        ],
        "hung_actions": [
            action.id
            for action in stored.values()
            if action.stage in {Stage.APPROVED, Stage.CLAIMED, Stage.ACCEPTED, Stage.DONE}
            or (action.stage is Stage.WAITING and _enough(action, yes))
        ],
        "unknown_without_owner": [
            action.id for action in stored.values() if action.stage is Stage.UNKNOWN and action.owner is None
        ],
    }


def _enough(action: Action, yes: set[tuple[str, str]]) -> bool:
    """Whether all who are needed were told that their yes counts."""
    return action.ruling is not None and sum(name == action.id for name, _ in yes) >= action.ruling.persons


def _was_approved(action: Action | None) -> bool:
    """Whether, before each claim, enough persons had said yes to exactly this."""
    if action is None or action.ruling is None:
        return False
    said: set[str] = set()
    claimed = False
    for event in action.events:
        if isinstance(event, ApprovalGiven) and event.fingerprint == action.request.fingerprint:
            said.add(event.by)
        if isinstance(event, ActionClaimed):
            claimed = True
            if len(said) < action.ruling.persons:
                return False
    return claimed


def ends(journal: StoredJournal, run: str) -> int:
    """How often the run's last attempt ended."""
    return sum(event["kind"] == "RunFinished" for event in journal.events(run))


def report(journal: StoredJournal, run: str) -> object:
    """A run's report, without what is its own."""
    events = journal.events(run)
    return _stable(events[-1].get("report") if events else None)


def _difference(one: object, other: object) -> str:
    """Where two documents differ first, and how; empty where they are the same."""
    match one, other:
        case dict(), dict() if one.keys() == other.keys():
            names = sorted(one, key=lambda name: name != "message")  # what is said tells most
            return next((f".{name}{found}" for name in names if (found := _difference(one[name], other[name]))), "")
        case list(), list() if len(one) == len(other):
            places = enumerate(zip(one, other, strict=True))
            return next((f"[{at}]{found}" for at, pair in places if (found := _difference(*pair))), "")
        case _:
            return "" if one == other else f": {one!r:.300} became {other!r:.300}"


def _stable(value: object) -> object:
    match value:
        case Mapping():
            return {name: _stable(item) for name, item in value.items() if name not in OWN}
        case list():
            return [_stable(item) for item in value if not (isinstance(item, str) and OF_RESUMPTION.search(item))]
        case _:
            return value
