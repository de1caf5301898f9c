"""The guides that ship: each parses, lints clean and passes the tests beside it on the embedded backend."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest

from agents.triage.guide_tests import run_case, write_tables
from orchestrator.core.table import Table
from playbooks.guide import Guide
from playbooks.guide_test import GuideCase, load_cases
from playbooks.lint import lint_guide
from playbooks.mitigations import BY_HAND
from playbooks.parse import parse_guide
from playbooks.services import load_services
from playbooks.workflow import load_workflows
from plugins.monitor.embedded.duckdb import DuckDbLogs

PLAYBOOKS = Path(__file__).parents[3] / "playbooks"
CAUSES = {
    "certificate_expiry": "certificate_expired",
    "config_flag": "bad_config_flag",
    "db_connections": "db_connections_exhausted",
    "dependency_failure": "dependency_down",
    "deploy_regression": "bad_deploy",
    "memory_oom": "memory_leak_oom",
    "queue_backlog": "queue_backlog",
    "zone_outage": "zone_outage",
}
WORKFLOWS = load_workflows(PLAYBOOKS / "workflows")
WALL_CLOCK = re.compile(r"\b(?:now|ago)\s*\(|\bdatetime\(\d")


def guide_of(name: str) -> Guide:
    """A guide that ships."""
    path = PLAYBOOKS / "guides" / f"{name}.md"
    return parse_guide(path.read_text(encoding="utf-8"), path=str(path))


CASES = [(name, case) for name in CAUSES for case in load_cases(guide_of(name))]


@pytest.mark.parametrize("name", CAUSES)
def test_concludes_its_own_cause_only(name: str) -> None:
    """A guide is about one cause."""
    assert (CAUSES[name],) == guide_of(name).causes()


@pytest.mark.parametrize("name", CAUSES)
def test_has_parallel_steps_that_join(name: str) -> None:
    """Three steps or more, some at once, and a decision over all of them."""
    guide = guide_of(name)
    assert len(guide.steps) >= 3
    assert any(len(branch.next) > 1 for step in guide.steps for branch in step.branches)
    assert len(guide.parents("decide")) >= 2


@pytest.mark.parametrize("name", CAUSES)
def test_lints_clean(name: str) -> None:
    """No error and no warning, and every action is a workflow or done by hand."""
    assert [str(problem) for problem in lint_guide(guide_of(name), workflows=WORKFLOWS)] == []


@pytest.mark.parametrize("name", CAUSES)
def test_takes_every_time_from_parameters(name: str) -> None:
    """A query that reads the wall clock or a literal time answers another question tomorrow."""
    found = {step.id: WALL_CLOCK.findall(step.kql or "") for step in guide_of(name).steps}
    assert {step: hits for step, hits in found.items() if hits} == {}


@pytest.mark.parametrize("name", CAUSES)
def test_every_fix_can_be_seen_to_work_and_taken_back(name: str) -> None:
    """A mitigation has a way by hand, a reach and a check; what changes something can be undone."""
    found = [
        item
        for step in guide_of(name).steps
        for branch in step.branches
        if branch.conclusion is not None
        for item in branch.conclusion.mitigations
    ]
    assert found
    assert all(item.by_hand and item.blast_radius and item.verify is not None for item in found)
    final = {BY_HAND, "renew_certificate", "restart_service"}  # nothing of these can be taken back
    assert {item.action for item in found if item.undo_action is None} <= final


@asynccontextmanager
async def recorded(folder: Path, tables: Mapping[str, Table], now: datetime) -> AsyncIterator[DuckDbLogs]:
    """The tables as files in the embedded backend."""
    declared = write_tables(folder, tables)
    async with DuckDbLogs.open([str(folder)], declared=declared, now=now) as logs:
        yield logs


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case.name}" for name, case in CASES])
async def test_passes_its_tests(name: str, case: GuideCase, tmp_path: Path) -> None:
    """Its cause on its fault; no cause on look-alikes, on healthy systems and where nothing is logged."""
    result = await run_case(guide_of(name), case, backend=lambda tables, now: recorded(tmp_path, tables, now))
    assert result.problems == ()


def test_inventory_names_no_unknown_service() -> None:
    """What a service depends on is in the inventory too."""
    services = tuple(load_services(PLAYBOOKS / "services.yaml"))
    known = {service.id for service in services}
    assert set() == {name for service in services for name in service.depends_on} - known
