from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

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
