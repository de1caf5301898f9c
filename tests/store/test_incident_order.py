"""Whatever the order of arrival and however often each message comes, the incidents are the same in the end."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.core.alerts.alert import Alert, Condition
from orchestrator.core.alerts.formats import Format
from orchestrator.core.alerts.parse import Received
from orchestrator.core.incidents.occurrence import GroupingSettings
from orchestrator.core.incidents.topology import Ownership
from orchestrator.store.database import SqliteDatabase
from orchestrator.store.incidents import StoredIncidents

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
LATER = START + timedelta(hours=12)
SPANS = GroupingSettings(
    service_s=600, topology_s=300, longest_s=1800, reopen_s=300, flap_count=3, flap_s=900, quiet_s=600
)
CALLS = {"web": ("cart",), "cart": ("db",), "db": (), "mail": ()}


class Shop:
    """Four services, three of which call each other."""

    def find(self, names: Sequence[str], resource_ids: Sequence[str], text: str) -> tuple[str, ...]:
        return tuple(name for name in names if name in CALLS)

    def depends_on(self, service: str) -> tuple[str, ...]:
        return CALLS.get(service, ())

    def dependents(self, service: str) -> tuple[str, ...]:
        return tuple(name for name, called in CALLS.items() if service in called)

    def ownership(self, service: str) -> Ownership:
        return Ownership(owner=f"team-{service}")


@dataclass(frozen=True)
class Message:
    """One message about one of six alerts; its time in minutes."""

    alert: int
    minute: int
    condition: Condition
    tells_beginning: bool = False

    def received(self) -> Received:
        at = START + timedelta(minutes=self.minute)
        service = list(CALLS)[self.alert % 4]
        fired = at if self.condition is Condition.FIRED else at - timedelta(minutes=2) if self.tells_beginning else None
        alert = Alert(
            format="plain",
            fingerprint=f"alert-{self.alert}",
            rule=f"rule {self.alert}",
            title=f"alert {self.alert}",
            condition=self.condition,
            changed_at=at,
            severity=(self.alert + self.minute) % 5,
            services=(service,),
            fired_at=fired,
            resolved_at=at if self.condition is Condition.RESOLVED else None,
            owner=f"person {self.minute}" if self.condition is Condition.ASSIGNED else "",
            raw_sha256=repr(self),
        )
        return Received(body="{}", sha256=repr(self), format=Format.PLAIN, alert=alert)


def outcome(messages: Iterable[Message], *, batch: int) -> object:
    """The incidents without their numbers: which alerts, since when, until when, how bad, how often."""
    records = [message.received() for message in messages]
    with TemporaryDirectory() as folder, closing(SqliteDatabase(Path(folder) / "journal.db")) as database:
        stored = StoredIncidents(database, topology=Shop(), settings=SPANS, clock=lambda: LATER)
        for start in range(0, len(records), batch):
            stored.ingest(records[start : start + batch], triage=False)
        kept = [item for item in stored.listed(limit=1000) if item.merged_into is None]
        return sorted(
            (
                item.alerts,
                item.started_at,
                item.status,
                item.resolved_at,
                item.severity,
                item.repeats,
                item.flapping,
                item.services,
                item.owner,
                item.open_alerts,
            )
            for item in kept
        )


MESSAGES = st.lists(
    st.builds(
        Message,
        alert=st.integers(0, 5),
        minute=st.integers(0, 90),
        condition=st.sampled_from(Condition),
        tells_beginning=st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=MESSAGES, data=st.data())
def test_order_and_repetition_do_not_matter(messages: list[Message], data: st.DataObject):
    """The same messages in any order, some of them twice, in batches of any size."""
    again = data.draw(st.permutations([*messages, *messages[::2]]))
    expected = outcome(messages, batch=len(messages))
    assert expected == outcome(again, batch=data.draw(st.integers(1, 5)))
