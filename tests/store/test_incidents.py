"""Alerts become incidents: what joins, repeats, flaps, resolves, opens again; and what people decide."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.alerts.alert import Alert, AlertLink, AlertQuery, Condition
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.parse import Reading, Received, read_text
from orchestrator.core.errors import InputError
from orchestrator.core.incidents.incident import IncidentEventKind, IncidentStatus
from orchestrator.core.queueing import RunState
from orchestrator.store.database import Database
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.queue import StoredQueue
from playbooks.services import Service, Services
from playbooks.topology import ServiceTopology

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
SHOP = ServiceTopology(
    Services(
        (
            Service(id="web", depends_on=("cart",), owner="team-web", escalation="web on call"),
            Service(id="cart", aliases=("basket",), depends_on=("db",), owner="team-cart"),
            Service(id="db", resource_ids=("/subscriptions/s/resourceGroups/g/providers/M.Sql/servers/db",)),
            Service(id="mail"),
        )
    )
)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def message(
    name: str,
    minutes: float,
    condition: Condition = Condition.FIRED,
    *,
    service: str = "web",
    severity: int = 2,
    began: float | None = None,
    query: AlertQuery | None = None,
) -> Received:
    """A message about an alert at a minute; `began` is when it fired, where an end tells."""
    moment = at(minutes)
    fired = moment if condition is Condition.FIRED else at(began) if began is not None else None
    alert = Alert(
        format="plain",
        fingerprint=name,
        rule=name,
        title=f"{name} on {service}",
        condition=condition,
        changed_at=moment,
        severity=severity,
        services=(service,),
        fired_at=fired,
        resolved_at=moment if condition is Condition.RESOLVED else None,
        links=(AlertLink("graph", f"https://graphs.example/{name}"),),
        query=query,
        raw_sha256=f"{name}-{minutes}-{condition}",
    )
    body = f'{{"title": "{name}", "password": "hunter2-secret"}}'
    return Received(body=body, sha256=alert.raw_sha256, format=Format.PLAIN, alert=alert)


@dataclass
class Clock:
    """A clock that a test sets, in minutes after the start."""

    minutes: float = 0
    told: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return at(self.minutes)


@pytest.fixture
def clock() -> Clock:
    """At the start."""
    return Clock(60)


@pytest.fixture
def stored(database: Database, clock: Clock) -> StoredIncidents:
    """No incidents yet."""
    return StoredIncidents(database, topology=SHOP, clock=clock)


Take = Callable[..., list[tuple[str, str | None]]]


@pytest.fixture
def take(stored: StoredIncidents) -> Take:
    """Takes messages in one by one; outcome and incident of each."""

    def one_by_one(*messages: Received) -> list[tuple[str, str | None]]:
        results = [stored.ingest([item])[0] for item in messages]
        return [(item.outcome, item.incident) for item in results]

    return one_by_one


def kinds(stored: StoredIncidents, incident: str) -> Sequence[IncidentEventKind]:
    """The kinds of an incident's events."""
    return [event.kind for event in stored.events(incident)]


def test_an_incident_is_opened_with_its_owner(take: Take, stored: StoredIncidents):
    """Owner and escalation are the inventory's, the service has its id there, links are the sender's."""
    assert take(message("slow", 0, service="basket")) == [("new", "INC-1")]
    found = stored.find("inc-1")
    assert found is not None
    assert (found.services, found.owner, found.status) == (("cart",), "team-cart", IncidentStatus.OPEN)
    assert found.links == (AlertLink("graph", "https://graphs.example/slow"),)
    assert kinds(stored, "INC-1") == [IncidentEventKind.OPENED, IncidentEventKind.RUN_REQUESTED]


def test_alerts_of_a_service_and_of_its_neighbours_join_in_time(stored: StoredIncidents):
    """With the reason in words; one of another service, and one that comes later, do not."""
    results = stored.ingest(
        [
            message("a", 0),
            message("b", 20),
            message("c", 5, service="cart", severity=0),
            message("d", 5, service="mail"),
            message("e", 300),
        ]
    )
    assert [item.incident for item in results] == ["INC-1", "INC-1", "INC-1", "INC-2", "INC-3"]
    assert results[1].reason == "same service (web) as 'a on web', 20 min earlier"
    assert results[2].reason == "web calls cart, and 'a on web' fired 5 min earlier"
    found = stored.find("INC-1")
    assert found is not None
    assert (found.severity, found.services) == (0, ("web", "cart"))


def test_what_begins_while_an_alert_still_holds_joins_it(take: Take, stored: StoredIncidents):
    """However long after its beginning, also on the next service, but for one that has held too long."""
    results = stored.ingest(
        [
            message("old", 0, service="mail"),
            message("a", 0),
            message("b", 150),
            message("c", 210, service="cart"),
            message("late", 300, service="mail"),
        ]
    )
    assert [item.incident for item in results] == ["INC-1", "INC-2", "INC-2", "INC-2", "INC-3"]
    assert results[2].reason == "same service (web) as 'a on web', which fired 2.5 h earlier and still held"
    assert results[3].reason == "web calls cart, and 'b on web' fired 1.0 h earlier and still held"
    assert take(message("before", -100)) == [("joined", "INC-2")]
    assert stored.events("INC-2")[-1].refs["reason"] == (
        "same service (web) as 'a on web', which fired 1.7 h later, while this one still held"
    )


def test_what_begins_soon_after_the_end_of_an_alert_joins_it(take: Take, stored: StoredIncidents):
    """Within the span of a shared service, or the shorter one of a neighbour."""
    take(message("a", 0), message("a", 100, Condition.RESOLVED))
    near = (message("near", 105, service="cart"), message("near", 106, Condition.RESOLVED, service="cart"))
    (first, _, second) = stored.ingest([*near, message("b", 120)])
    assert [(item.incident, item.reason) for item in (first, second)] == [
        ("INC-1", "web calls cart, and 'a on web' ended 5 min earlier"),
        ("INC-1", "same service (web) as 'a on web', which ended 20 min earlier"),
    ]
    assert take(message("m", 0, service="mail"), message("m", 100, Condition.RESOLVED, service="mail"))[0][1] == "INC-2"
    assert take(message("n", 140, service="mail")) == [("new", "INC-3")]


def test_a_late_end_parts_what_joined_while_the_alert_seemed_to_hold(take: Take, stored: StoredIncidents):
    """The later alert becomes an incident of its own; a second message that it held joins them once more."""
    assert take(message("a", 0), message("b", 150)) == [("new", "INC-1"), ("joined", "INC-1")]
    assert take(message("a", 60, Condition.RESOLVED)) == [("resolves", "INC-1")]
    parted = [stored.find(name) for name in ("INC-1", "INC-2")]
    assert [item and (item.alerts, item.status) for item in parted] == [
        (("a",), IncidentStatus.RESOLVED),
        (("b",), IncidentStatus.OPEN),
    ]
    assert take(message("a", 80)) == [("reopened", "INC-1")]
    assert (stored.current("INC-2") or parted[1]) == stored.find("INC-1")


def test_services_two_calls_apart_do_not_join_by_themselves_but_through_the_one_between(take: Take):
    """An alert that belongs to two incidents makes them one: the lower number stays."""
    assert take(
        message("front", 0, service="web"), message("back", 1, service="db"), message("mid", 2, service="cart")
    ) == [("new", "INC-1"), ("new", "INC-2"), ("joined", "INC-1")]


def test_a_merged_incident_says_so_and_withdraws_its_run(take: Take, stored: StoredIncidents, database: Database):
    """One run per group is left in the queue."""
    take(message("front", 0, service="web"), message("back", 1, service="db"), message("mid", 2, service="cart"))
    merged = stored.find("INC-2")
    assert merged is not None
    assert (merged.status, merged.merged_into) == (IncidentStatus.MERGED, "INC-1")
    current = stored.current("INC-2")
    assert current is not None
    assert current.id == "INC-1"
    queue = StoredQueue(database)
    assert [item.request.body["incident"] for item in queue.listed(RunState.QUEUED, limit=9)] == ["INC-1"]
    assert [item.request.body["incident"] for item in queue.listed(RunState.CANCELLED, limit=9)] == ["INC-2"]


def test_resources_find_their_service(stored: StoredIncidents):
    """A part of a resource counts as the resource; case does not matter."""
    text = (
        '{"title": "dtu", "severity": "high", "fired_at": "2026-11-22T10:00:00Z", '
        '"resource_id": "/SUBSCRIPTIONS/s/resourcegroups/g/providers/m.sql/servers/db/databases/orders"}'
    )
    stored.ingest(list(read_text(text, Reading(), at=START)))
    found = stored.find("INC-1")
    assert found is not None
    assert found.services == ("db",)


def test_a_redelivery_changes_nothing(take: Take, stored: StoredIncidents):
    """Neither the incident nor its record."""
    take(message("a", 0))
    before = (stored.find("INC-1"), stored.events("INC-1"))
    assert take(message("a", 0)) == [("redelivered", "INC-1")]
    assert (stored.find("INC-1"), stored.events("INC-1")) == before


def test_an_alert_that_goes_on_firing_is_counted(take: Take, stored: StoredIncidents):
    """However late, as long as nobody says that it ended; of many repeats only some are told."""
    outcomes = take(message("a", 0), *(message("a", minute) for minute in range(60, 260, 10)))
    assert set(outcomes[1:]) == {("duplicate", "INC-1")}
    found = stored.find("INC-1")
    assert found is not None
    assert found.repeats == 20
    assert kinds(stored, "INC-1").count(IncidentEventKind.ALERT_REPEATED) < 10


def test_an_incident_is_resolved_with_its_last_alert(take: Take, stored: StoredIncidents):
    """Its severity is the worst of those that are open; of all, once none is."""
    take(message("a", 0, severity=1), message("b", 1, severity=3), message("a", 9, Condition.RESOLVED))
    half = stored.find("INC-1")
    take(message("b", 12, Condition.RESOLVED))
    over = stored.find("INC-1")
    assert half is not None
    assert over is not None
    assert (half.status, half.severity, half.open_alerts) == (IncidentStatus.OPEN, 3, 1)
    assert (over.status, over.severity, over.resolved_at) == (IncidentStatus.RESOLVED, 1, at(12))


def test_soon_after_its_end_an_alert_opens_its_incident_again(take: Take, stored: StoredIncidents):
    """Later it is a new one that follows the old."""
    take(message("a", 0), message("a", 5, Condition.RESOLVED))
    assert take(message("a", 15)) == [("reopened", "INC-1")]
    assert IncidentEventKind.REOPENED in kinds(stored, "INC-1")
    take(message("a", 20, Condition.RESOLVED))
    assert take(message("a", 200)) == [("new", "INC-2")]
    new = stored.find("INC-2")
    assert new is not None
    assert new.follows == "INC-1"


def test_an_end_that_comes_before_the_beginning_is_the_end(take: Take, stored: StoredIncidents):
    """Whether or not it says when the alert fired."""
    assert take(message("a", 5, Condition.RESOLVED)) == [("unmatched", None)]
    assert take(message("a", 0)) == [("new", "INC-1")]
    assert take(
        message("b", 300, Condition.RESOLVED, began=290, service="mail"), message("b", 290, service="mail")
    ) == [
        ("new", "INC-2"),
        ("duplicate", "INC-2"),
    ]
    found = [stored.find(name) for name in ("INC-1", "INC-2")]
    assert [item.status for item in found if item] == [IncidentStatus.RESOLVED, IncidentStatus.RESOLVED]
    assert [item.repeats for item in found if item] == [0, 0]


def test_an_old_firing_that_comes_late_opens_nothing(take: Take, stored: StoredIncidents):
    """It was over before."""
    take(message("a", 10), message("a", 20, Condition.RESOLVED), message("a", 12))
    found = stored.find("INC-1")
    assert found is not None
    assert (found.status, found.repeats) == (IncidentStatus.RESOLVED, 1)


def test_a_late_end_parts_what_it_shows_to_be_two(take: Take, stored: StoredIncidents):
    """The second firing becomes an incident of its own, which follows the first."""
    take(message("a", 0), message("a", 300))
    assert stored.find("INC-2") is None
    take(message("a", 5, Condition.RESOLVED))
    first, second = stored.find("INC-1"), stored.find("INC-2")
    assert first is not None
    assert second is not None
    assert (first.status, first.repeats) == (IncidentStatus.RESOLVED, 0)
    assert (second.status, second.follows, second.started_at) == (IncidentStatus.OPEN, "INC-1", at(300))


def flap(times: int) -> list[Received]:
    """An alert that fires and ends so often, every four minutes."""
    found = []
    for number in range(times):
        found += [message("a", 4 * number), message("a", 4 * number + 2, Condition.RESOLVED)]
    return found


def test_an_alert_that_flaps_stays_one_open_incident_until_it_is_quiet(
    take: Take, stored: StoredIncidents, clock: Clock
):
    """With counts; a quiet time that is over is judged when somebody looks."""
    clock.minutes = 18
    outcomes = take(*flap(4))
    found = stored.find("INC-1")
    assert found is not None
    assert {incident for _, incident in outcomes} == {"INC-1"}
    assert outcomes[-2][0] == "flapping"
    assert (found.status, found.flapping, found.repeats) == (IncidentStatus.OPEN, True, 3)
    assert IncidentEventKind.FLAPPING in kinds(stored, "INC-1")
    clock.minutes = 30
    assert stored.settle() == 1
    quiet = stored.find("INC-1")
    assert quiet is not None
    assert (quiet.status, quiet.flapping, quiet.resolved_at) == (IncidentStatus.RESOLVED, False, at(14 + 15))
    assert stored.settle() == 0


def test_acknowledging_at_the_sender_and_here(take: Take, stored: StoredIncidents, clock: Clock):
    """It ends with what was acknowledged: what fires anew is open."""
    take(message("a", 0), message("a", 1, Condition.ACKNOWLEDGED))
    assert [item.status for item in stored.listed()] == [IncidentStatus.ACKNOWLEDGED]
    take(message("a", 5, Condition.RESOLVED), message("a", 10))
    assert [item.status for item in stored.listed()] == [IncidentStatus.OPEN]
    clock.minutes = 11
    taken = stored.acknowledge("INC-1", who="local:ann")
    assert (taken.status, taken.acknowledged_by) == (IncidentStatus.ACKNOWLEDGED, "local:ann")
    take(message("b", 12))
    assert [(item.status, item.acknowledged_by) for item in stored.listed()] == [
        (IncidentStatus.ACKNOWLEDGED, "local:ann")
    ]


def test_resolving_by_hand_ends_all_alerts_even_one_that_flaps(take: Take, stored: StoredIncidents, clock: Clock):
    """What fires again soon opens it again."""
    clock.minutes = 15
    take(*flap(4), message("b", 9))
    over = stored.resolve("INC-1", who="local:ann", note="rolled back")
    assert (over.status, over.open_alerts, over.resolved_at) == (IncidentStatus.RESOLVED, 0, at(15))
    with pytest.raises(InputError, match="resolved already"):
        stored.resolve("INC-1", who="local:ann")
    assert take(message("b", 20))[0][1] == "INC-1"
    assert [item.status for item in stored.listed()] == [IncidentStatus.OPEN]


def test_an_owner_who_was_named_stays(take: Take, stored: StoredIncidents):
    """Whatever joins later."""
    take(message("a", 0))
    stored.assign("INC-1", owner="team-night", who="local:ann")
    take(message("b", 1))
    found = stored.find("INC-1")
    assert found is not None
    assert found.owner == "team-night"


def test_updates_at_the_sender_change_owner_and_severity_and_stand_in_the_record(take: Take, stored: StoredIncidents):
    """The last counts, until somebody is named here; one that comes before its alert counts once that is there."""
    rated = message("slow", 5, Condition.RATED, severity=0)
    assert take(rated) == [("unmatched", None)]
    assert take(message("slow", 0)) == [("new", "INC-1")]
    given = message("slow", 6, Condition.ASSIGNED)
    assert given.alert is not None
    noted = message("slow", 7, Condition.NOTED)
    assert noted.alert is not None
    found = take(
        replace(given, alert=replace(given.alert, owner="Ann")),
        replace(noted, alert=replace(noted.alert, description="rolled back")),
    )
    assert found == [("updated", "INC-1"), ("updated", "INC-1")]
    incident = stored.find("INC-1")
    assert incident is not None
    assert (incident.owner, incident.severity, incident.status) == ("Ann", 0, IncidentStatus.OPEN)
    assert [event.text for event in stored.events("INC-1")[-2:]] == [
        "The alert 'slow on web' was given to Ann at its sender.",
        "Written about the alert 'slow on web' at its sender: rolled back",
    ]
    assert stored.assign("INC-1", owner="Bo", who="local:bo").owner == "Bo"
    later = message("slow", 9, Condition.ASSIGNED)
    assert later.alert is not None
    take(replace(later, alert=replace(later.alert, owner="Cy")))
    assert [item.owner for item in stored.listed()] == ["Bo"]


def test_what_a_person_merged_stays_together(take: Take, stored: StoredIncidents):
    """Also where late messages make the groups anew."""
    take(message("a", 10), message("m", 10, service="mail"))
    joined = stored.merge(["INC-2"], into="INC-1", who="local:ann", reason="one deploy")
    assert joined.alerts == ("a", "m")
    take(message("a", 2))
    kept = [item for item in stored.listed() if item.status is not IncidentStatus.MERGED]
    assert [item.alerts for item in kept] == [("a", "m")]
    with pytest.raises(InputError, match="cannot be merged into itself"):
        stored.merge(["INC-1"], into="INC-1", who="local:ann")
    with pytest.raises(InputError, match="no incident 'INC-9'"):
        stored.merge(["INC-9"], into="INC-1", who="local:ann")


def test_one_run_is_asked_for_and_is_about_the_alert_that_tells_most(take: Take, database: Database, clock: Clock):
    """The worst; of equals one with a query. It waits a little for those that belong to it."""
    take(message("a", 0), message("b", 1, query=AlertQuery(kql="AppRequests | take 1")), message("c", 2, severity=1))
    (queued,) = StoredQueue(database).listed(RunState.QUEUED, limit=9)
    assert (queued.request.key, queued.request.kind) == ("triage:INC-1:1", "triage")
    assert queued.request.not_before == clock() + timedelta(seconds=5)
    assert '"alertname": "c"' in str(queued.request.body["message"])
    assert queued.request.body["agent"] == "triage"


def test_without_triage_no_run_is_asked_for(stored: StoredIncidents, database: Database):
    """As a person wanted."""
    stored.ingest([message("a", 0)], triage=False)
    assert StoredQueue(database).listed(RunState.QUEUED, limit=9) == ()


def test_a_run_is_attached_once(take: Take, stored: StoredIncidents):
    """With its verdict; a process that died after it may do so again."""
    take(message("a", 0))
    verdict = {"status": "cause_found", "cause": "leak", "summary": "a leak"}
    for _ in range(2):
        stored.attach_run("INC-1", "r-1", verdict=dict(verdict))
    found = stored.find("INC-1")
    assert found is not None
    assert (found.runs, found.verdict) == (("r-1",), verdict)
    assert kinds(stored, "INC-1").count(IncidentEventKind.RUN_ATTACHED) == 1


def test_what_cannot_be_read_is_kept(stored: StoredIncidents):
    """Raw, without secrets, with the reason."""
    text = '{"hello": "world", "api_key": "0123456789abcdef0123456789abcdef"}'
    (result,) = stored.ingest(list(read_text(text, Reading(), at=START)))
    assert (result.outcome, result.incident) == ("unknown", None)
    (kept,) = stored.unread()
    assert kept["sha256"] == result.raw
    assert "world" in str(kept["body"])
    assert "0123456789abcdef0123456789abcdef" not in str(kept["body"])
    assert stored.raw(result.raw) == kept


def test_alerts_are_read_back_in_the_order_of_their_times(take: Take, stored: StoredIncidents):
    """All messages, of this incident alone."""
    take(message("b", 5), message("a", 0), message("m", 3, service="mail"), message("a", 7, Condition.RESOLVED))
    assert [(item.rule, item.condition.value) for item in stored.alerts("INC-1")] == [
        ("a", "fired"),
        ("b", "fired"),
        ("a", "resolved"),
    ]


def test_lists_by_status_and_service(take: Take, stored: StoredIncidents):
    """The newest first."""
    take(message("a", 0), message("m", 50, service="mail"), message("a", 3, Condition.RESOLVED))
    assert [item.id for item in stored.listed()] == ["INC-2", "INC-1"]
    assert [item.id for item in stored.listed(IncidentStatus.RESOLVED)] == ["INC-1"]
    assert [item.id for item in stored.listed(service="MAIL")] == ["INC-2"]
    assert [item.id for item in stored.listed(limit=1)] == ["INC-2"]
    assert stored.find("nonsense") is None


def test_what_was_taken_in_is_there_when_the_store_is_opened_again(
    stored: StoredIncidents, open_again: Callable[[], Database]
):
    """Another process sees it, and goes on with it."""
    stored.ingest([message("a", 0)])
    other = StoredIncidents(open_again(), topology=SHOP)
    assert [item.id for item in other.listed()] == ["INC-1"]
    assert other.ingest([message("b", 1)])[0].incident == "INC-1"


def test_two_processes_take_in_at_once(open_again: Callable[[], Database]):
    """Each message is in one incident, and each number is given once."""
    stores = [StoredIncidents(open_again(), topology=SHOP) for _ in range(2)]
    names = ["web", "mail", "other"]
    messages = [message(f"{name}-{n}", n, service=name) for n in range(8) for name in names]

    def take_in(stored: StoredIncidents) -> None:
        for item in messages:  # both get all of them
            stored.ingest([item])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take_in, stores))
    found = stores[0].listed()
    assert sorted(len(item.alerts) for item in found) == [8, 8, 8]
    assert sorted(item.id for item in found) == ["INC-1", "INC-2", "INC-3"]
