"""Runs and their actions as the host keeps them, and what the claim of a key found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plugins.logicapps.host.replies import HostReply


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedRun:
    """One run as it is kept."""

    run_id: str
    workflow: str
    key: str | None
    tracking_id: str
    correlation_id: str
    origin_run_id: str | None = None
    status: str = "Running"
    code: str | None = None
    error: str | None = None
    started: str = ""
    ended: str | None = None
    reply: HostReply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAction:
    """One action of a run with its retries."""

    run_id: str
    name: str
    tracking_id: str
    status: str
    code: str
    started: str
    ended: str
    retries: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a key's claim found: `new` starts the run, `done` and `running` name the run that has the key."""

    state: Literal["new", "done", "running", "other_payload"]
    run: HostedRun | None = None


def run_of(row: Sequence[Any]) -> HostedRun:
    """A row of the table `runs`, whose columns are in this order."""
    *values, reply = row
    names = (
        "run_id workflow key tracking_id correlation_id origin_run_id status code error started ended".split()  # noqa: SIM905
    )
    kept = HostReply(**json.loads(reply)) if reply else None
    return HostedRun(**dict(zip(names, values, strict=True)), reply=kept)
