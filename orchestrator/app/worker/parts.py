"""What a worker does beside carrying out runs: the jobs of the other parts, and what follows from runs' reports."""

from collections.abc import Mapping, Sequence

from orchestrator.app.carrying import Follow
from orchestrator.app.worker.jobs import Job
from orchestrator.settings import Settings
from orchestrator.store.database import Database


def part_jobs(_settings: Settings, _database: Database) -> Sequence[Job]:
    """What the other parts look after by the clock."""
    return ()


def part_follows(_settings: Settings, _database: Database) -> Mapping[str, Follow]:
    """What follows from a run's report, by the kind of its request."""
    return {}
