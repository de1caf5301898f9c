"""What really helps is seen to help by the guide's own check on the telemetry that follows; what does not, is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from agents.triage.runner import evidence_keys
from agents.triage.verifying import verify_action
from orchestrator.core.actions.request import Verification
from orchestrator.core.ports import Hit, SearchQuery
from orchestrator.core.recording import Recorder
from orchestrator.core.table import iso_utc
from playbooks.guide import Guide, Verify
from playbooks.literals import parse_timespan
from playbooks.parse import parse_guide
from playbooks.samples.folder import write_folder
from playbooks.samples.remedies import Remedy, Timed
from playbooks.samples.scenario import SCENARIOS, Played, play
from playbooks.samples.sequel import play_on
from plugins.monitor.embedded.duckdb import DuckDbLogs

GUIDES = Path(__file__).parents[3] / "playbooks" / "guides"
TABLES = ("AppRequests", "AzureMetrics")
"""Those that the checks ask."""


class NoIndex:
    """Search that nobody uses here."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        """Nothing is found."""
        raise AssertionError(query)


@dataclass(frozen=True)
class Case:
    """A fault with the guide that finds it, and what is done about it: `{service}` and the like come from the truth."""

    scenario: str
    seed: int
    guide: str
    action: str
    arguments: Mapping[str, object]
    wrong: str
    wrong_arguments: Mapping[str, object]


FLAG_OFF = {"flag": "{object}", "enabled": False}
FALLBACK = {"flag": "{service}-fallback", "enabled": True, "service": "{service}"}
BACK = {"service": "{service}", "from_version": "{object}", "to_version": "{before}"}
SERVICE = {"service": "{service}"}
HOST = {"host": "{object}"}
MORE = {"service": "{service}", "instances": 8}
CASES = (
    Case("shop", 7, "deploy_regression", "roll_back_deploy", BACK, "restart_service", SERVICE),
    Case("deploy_5xx", 2, "deploy_regression", "roll_back_deploy", BACK, "scale_out", MORE),
    Case("bad_config_flag", 1, "config_flag", "toggle_feature_flag", FLAG_OFF, "restart_service", SERVICE),
    Case("dependency_down", 1, "dependency_failure", "toggle_feature_flag", FALLBACK, "restart_service", SERVICE),
    Case("db_connections_exhausted", 1, "db_connections", "restart_service", SERVICE, "scale_out", MORE),
    Case("memory_leak_oom", 1, "memory_oom", "restart_service", SERVICE, "scale_out", MORE),
    Case("queue_backlog", 1, "queue_backlog", "scale_out", MORE, "toggle_feature_flag", FLAG_OFF),
    Case("queue_backlog", 7, "queue_backlog", "restart_service", SERVICE, "toggle_feature_flag", FLAG_OFF),
    Case("certificate_expired", 1, "certificate_expiry", "renew_certificate", HOST, "restart_service", SERVICE),
    Case("zone_outage", 1, "zone_outage", "drain_zone", {"zone": "{object}"}, "restart_service", SERVICE),
    Case("zone_outage", 2, "zone_outage", "drain_zone", {"zone": "{object}"}, "uncordon_zone", {"zone": "{object}"}),
)  # fmt: skip


@cache
def played(scenario: str, seed: int) -> Played:
    """A world at its end, played once for tests that follow each other."""
    return play(SCENARIOS[scenario], seed=seed)


def guide_of(name: str) -> Guide:
    """A guide that ships."""
    path = GUIDES / f"{name}.md"
    return parse_guide(path.read_text(encoding="utf-8"), path=str(path))


def check_of(guide: Guide, action: str) -> Verify:
    """How the guide sees whether that action helped."""
    found = (
        mitigation.verify
        for step in guide.steps
        for branch in step.branches
        if branch.conclusion is not None
        for mitigation in branch.conclusion.mitigations
        if mitigation.action == action
    )
    check = next(found)
    assert check is not None
    return check


def filled(world: Played, action: str, arguments: Mapping[str, object]) -> Remedy:
    """The action with what is true of the world in its arguments."""
    truth = world.fault.truth
    assert truth is not None
    known = {"service": truth.service, "object": truth.object, "before": world.world.services[truth.service].version}
    given = {name: value.format(**known) if isinstance(value, str) else value for name, value in arguments.items()}
    return Remedy(number=1, action=action, arguments=given)


async def helped(folder: Path, world: Played, guide: Guide, check: Verify, change: Remedy) -> bool | None:
    """Whether the guide's check holds in its window after the change, made at the world's end."""
    assert world.fault.truth is not None
    began = world.end - timedelta(seconds=world.world.length_s - world.fault.truth.started_s)
    window = parse_timespan(check.wait) + parse_timespan(check.window_after)
    minutes = int(window / timedelta(minutes=1)) + 5  # rows arrive late
    later = play_on(world, [Timed(0, change)], since=0, until=minutes)
    rows = {name: [*world.rows[name], *later[name]] for name in TABLES}
    write_folder(rows, out=folder, fmt="parquet", workspace=world.world.workspace)
    values: dict[str, object] = {
        "p_service": world.fault.truth.service,
        "p_from": iso_utc(began),
        "p_to": iso_utc(world.end),
        "p_baseline_from": iso_utc(began - timedelta(hours=4)),
    }
    verification = Verification(
        step=check.step,
        kql=check.kql,
        expect=check.expect,
        wait=parse_timespan(check.wait),
        window=parse_timespan(check.window_after),
        parameters={name: {"value": value} for name, value in values.items()},
    )
    declared = {table.name: table.columns for table in guide.tables.values()}
    async with DuckDbLogs.open([str(folder)], declared=declared, now=world.end + timedelta(minutes=minutes)) as logs:
        recorder = Recorder(logs=logs, index=NoIndex(), source="sample", found=lambda _: None)
        port = recorder.section(evidence_keys(guide))
        return (await verify_action(guide, verification, done_at=world.end, port=port)).held


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.scenario}-{case.seed}-{case.action}")
async def test_the_right_change_is_seen_to_help_and_the_wrong_one_is_not(tmp_path: Path, case: Case) -> None:
    """The guide's check holds after the one; after the other it does not, or nothing can be told."""
    world, guide = played(case.scenario, case.seed), guide_of(case.guide)
    check = check_of(guide, case.action)
    right = filled(world, case.action, case.arguments)
    wrong = filled(world, case.wrong, case.wrong_arguments)
    seen = await helped(tmp_path / "right", world, guide, check, right)
    wronged = await helped(tmp_path / "wrong", world, guide, check, wrong)
    assert seen is True
    assert wronged is not True
