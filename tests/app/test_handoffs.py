from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from orchestrator.app.handoff_jobs import configured_notify, notify_by, park_follow, remind_job
from orchestrator.app.handoffs import (
    change_handoff,
    list_handoffs,
    park_run,
    remind,
    show_handoff,
)
from orchestrator.app.identity import this_user
from orchestrator.app.policies import check_policies, environment_of, explain_policy, read_policies
from orchestrator.app.state import open_state
from orchestrator.core.errors import InputError, StoreError, SwitchboardError
from orchestrator.core.handoffs import Item
from orchestrator.core.queueing import QueuedRun, RunRequest, RunState
from orchestrator.core.schedules import SCHEDULED
from orchestrator.core.workflows import Accepted, Body, Outcome, Reading, Refused, WorkflowSpec
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Proposal
from playbooks.problems import Level
from playbooks.services import parse_services

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERVICES = parse_services(
    "services:\n  - id: cart\n    aliases: [basket]\n    owner: team-buy\n    escalation: call\n", file="s.yaml"
)
REPORT = {"status": "failed", "run": "r1", "asked": "basket is slow", "parameters": {"p_service": "basket"}}


@pytest.fixture
def settings() -> Settings:
    """Those of the test's own state folder."""
    return Settings()


@pytest.fixture
def parked(settings: Settings) -> Item:
    """The item of a run that failed with nobody there."""
    with open_state(settings) as database:
        item = park_run(database, REPORT, services=SERVICES, now=AT)
    assert item is not None
    return item


def test_a_run_that_failed_is_the_team_s(settings: Settings, parked: Item):
    """The inventory knows whose the service is; a second time adds nothing."""
    with open_state(settings) as database:
        assert park_run(database, REPORT, services=SERVICES, now=AT + timedelta(hours=1)) == parked
        assert park_run(database, {**REPORT, "run": "r2", "status": "answered"}, services=SERVICES) is None
    assert (parked.parked.service, parked.parked.owner, parked.parked.escalation) == ("cart", "team-buy", "call")
    assert [item["id"] for item in list_handoffs(settings, states=(), limit=5)] == ["H-1"]


def test_this_user_takes_and_settles_it(settings: Settings, parked: Item):
    """By the name that the operating system gives."""
    claimed = change_handoff(settings, parked.id, what="claim", note="", now=AT)
    assert (claimed["claimed_by"], claimed["refused"], claimed["overdue"]) == (this_user(), None, False)
    change_handoff(settings, parked.id, what="resolve", note="a typo", now=AT)
    late = change_handoff(settings, parked.id, what="claim", note="", now=AT)
    assert str(late["refused"]).startswith("H-1 is resolved")
    shown = show_handoff(settings, "h-1")
    assert [change["kind"] for change in shown["history"]] == ["claimed", "resolved"]  # type: ignore[union-attr,attr-defined]  # a list of documents
    assert list_handoffs(settings, states=(), limit=5) == ()
    assert len(list_handoffs(settings, states=("resolved",), limit=5)) == 1


@pytest.mark.parametrize("name", ["H-2", "cart", ""])
def test_an_item_that_is_not_there_is_told_with_those_that_are(settings: Settings, parked: Item, name: str):
    """For showing and for changing."""
    for ask in (
        lambda: show_handoff(settings, name),
        lambda: change_handoff(settings, name, what="claim", note=""),
    ):
        with pytest.raises(InputError, match=f"the nearest are {parked.id}"):
            ask()


async def test_what_nobody_took_is_reminded_of(settings: Settings, parked: Item):
    """In the log and to whom is notified; one that cannot be sent holds up no other."""
    told: list[str] = []

    async def notify(item: Item) -> None:
        told.append(item.id)
        raise SwitchboardError("the channel is gone")

    late = AT + timedelta(hours=2)
    with open_state(settings) as database, capture_logs() as log:
        park_run(database, {**REPORT, "run": "r2"}, services=SERVICES, now=AT)
        assert [item.id for item in await remind(database, late, notify=notify)] == ["H-1", "H-2"]
        assert await remind(database, late, notify=notify) == ()
    assert told == [parked.id, "H-2"]
    assert [(entry["event"], entry["id"]) for entry in log] == [
        ("handoff_overdue", "H-1"),
        ("handoff_not_notified", "H-1"),
        ("handoff_overdue", "H-2"),
        ("handoff_not_notified", "H-2"),
    ]


def test_a_state_folder_without_rights_is_told(tmp_path: Path):
    """With the folder and the mend."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    with pytest.raises(StoreError, match="SWITCHBOARD_STATE"):
        list_handoffs(Settings(state=blocked / "state"), states=(), limit=1)


@pytest.mark.parametrize(
    ("more", "source", "environment"),
    [
        ({}, "sample", "sample"),
        ({}, "files", "production"),
        ({}, "live", "production"),
        ({"workflows": {"restart_service": {"url": "https://x.example/?sig=a"}}}, "sample", "production"),
        ({"environment": "staging"}, "sample", "staging"),
    ],
)
def test_what_is_not_known_is_production(more: dict[str, object], source: str, environment: str):
    """The sample is one only while no workflow of the user's own acts on something real."""
    assert environment_of(Settings(**more), source=source) == environment  # type: ignore[arg-type]  # read by pydantic


def test_a_fresh_laptop_may_act_on_the_sample(settings: Settings):
    """This user, in review mode, by the shipped policy; not in production."""
    about = Proposal(action="restart_service", services=("cart",), reach=3, unit="pods restart")
    here = explain_policy(settings, None, about=about)
    assert (here["environment"], here["decision"], here["approvals"]) == ("sample", "approval", 1)
    assert here["you"] == {
        "name": this_user(),
        "roles": ["signed_in_here"],
        "may_approve": True,
        "may_break_glass": True,
    }
    about = Proposal(action="restart_service", environment="production", reach=3, unit="pods restart")
    there = explain_policy(settings, None, about=about)
    assert (there["decision"], there["rule"]) == ("forbidden", "production_reversible")


def test_policies_of_one_s_own_are_read(tmp_path: Path):
    """A setting names the folder; a fault in it means that nothing is done, with its place."""
    text = "roles: {here: ['local:*']}\nrules:\n  - id: all\n    approvers: [here]\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    settings = Settings(policies=tmp_path)
    assert [rule.id for rule in read_policies(settings).rules] == ["all"]
    assert (check_policies(settings, None).rules, check_policies(settings, None).problems) == (1, ())
    (tmp_path / "p.yaml").write_text(text.replace("[here]", "[their]"), encoding="utf-8")
    with pytest.raises(InputError, match=r"p\.yaml:4: .*there is no role 'their'; did you mean 'here'"):
        read_policies(settings)
    errors = [problem for problem in check_policies(settings, None).problems if problem.level is Level.ERROR]
    assert [problem.place.line for problem in errors] == [4]


class Channel:
    """A workflow that takes messages, or refuses them."""

    specs: Mapping[str, WorkflowSpec] = {}

    def __init__(self, *, refuses: bool = False) -> None:
        self.sent: list[tuple[str, str, object]] = []
        self.refuses = refuses

    async def call(self, name: str, body: Body, *, key: str) -> Outcome:
        self.sent.append((name, key, body["channel"]))
        return Refused(key=key, code="Gone", message="no channel") if self.refuses else Accepted(key=key)

    async def read(self, key: str, *, name: str | None = None, sent_at: datetime | None = None) -> Reading:
        raise NotImplementedError


async def test_each_reminder_is_a_message_of_its_own(settings: Settings, parked: Item):
    """Under a key that a repetition shares and the next reminder does not."""
    channel = Channel()
    with open_state(settings) as database:
        job = remind_job(database, notify=notify_by(channel))
        for hours in (2, 2, 3, 4):
            await job.run(AT + timedelta(hours=hours))
    assert channel.sent == [("notify", f"notify:{parked.id}:{count}", "team-buy") for count in (2, 3, 4)]


async def test_a_message_that_is_refused_is_told(parked: Item):
    """With the item that it was about."""
    with pytest.raises(SwitchboardError, match="H-1 was not sent: no channel; switchboard handoffs show H-1"):
        await notify_by(Channel(refuses=True))(parked)


def test_only_a_workflow_of_one_s_own_is_told(settings: Settings):
    """The embedded host would tell nobody."""
    own = Settings(workflows={"notify": {"url": "https://x.example/?sig=a"}})  # type: ignore[dict-item]  # read by pydantic
    assert configured_notify(settings, Channel()) is None
    assert configured_notify(own, Channel()) is not None


async def test_a_queued_run_without_an_answer_is_parked_once(settings: Settings):
    """However often its report is followed up, with the incident that it belongs to."""
    request = RunRequest(run="r1", kind="triage", body={"incident": "INC-3"}, by="alert")
    queued = QueuedRun(request=request, state=RunState.RUNNING, requested_at=AT)
    with open_state(settings) as database:
        follow = park_follow(database, SERVICES)
        await follow(queued, REPORT)
        await follow(queued, REPORT)
        await follow(queued, {**REPORT, "run": "r2", "status": "answered"})
    items = list_handoffs(settings, states=(), limit=5)
    assert [(item["id"], item["incident"], item["owner"]) for item in items] == [("H-1", "INC-3", "team-buy")]


async def test_a_schedule_that_fails_every_few_minutes_is_one_item_a_day(settings: Settings):
    """And of another kind another one; the day is that of its end."""
    queued = QueuedRun(
        request=RunRequest(run="r1", kind=SCHEDULED, body={}, by="schedule:cart"),
        state=RunState.RUNNING,
        requested_at=AT,
    )
    with open_state(settings) as database:
        follow = park_follow(database, SERVICES)
        for number in range(3):
            await follow(queued, {**REPORT, "run": f"r{number}"})
        await follow(queued, {**REPORT, "status": "needs_input"})
        for hours in (0, 1, 30):
            later = AT + timedelta(hours=hours)
            park_run(database, REPORT, services=SERVICES, series="schedule:other", now=later)
    items = list_handoffs(settings, states=(), limit=9)
    assert sorted(str(item["kind"]) for item in items) == ["failed_run"] * 3 + ["missing_input"]
