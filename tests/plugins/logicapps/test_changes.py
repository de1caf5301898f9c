"""Changes by workflow: each made once for its key through every fault of the host, and found again."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.core.workflows import Absent, Accepted, Done, Refused, Unknown, action_key
from playbooks.changes import CHANGE, CHANGES
from plugins.logicapps.host.faults import Fault, FaultKind
from plugins.logicapps.host.processes import NOBODY, Process, is_gone, this_process
from plugins.logicapps.host.runs import HostedRun
from plugins.logicapps.host.store import HostStore

BODIES: dict[str, dict[str, object]] = {
    "restart_service": {"service": "checkout"},
    "scale_out": {"service": "checkout", "instances": 6},
    "roll_back_deploy": {"service": "checkout", "from_version": "4.12.1", "to_version": "4.11.2"},
    "deploy_version": {"service": "checkout", "version": "4.12.1"},
    "toggle_feature_flag": {"flag": "one-click", "enabled": False},
    "drain_zone": {"zone": "westeurope-1"},
    "uncordon_zone": {"zone": "westeurope-1"},
    "renew_certificate": {"host": "api.paybridge.example"},
}


def test_there_is_a_body_for_each() -> None:
    """None is forgotten below."""
    assert set(BODIES) == set(CHANGES)


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_made_once_and_found_again(opened: Callable[..., Any], name: str) -> None:
    """A second call gives the first answer, another payload is refused, and the lookup knows the result."""
    key = action_key(name, "INC-7")
    body = {"key": key, **BODIES[name]}
    async with opened() as bench:
        first = await bench.client.call(name, body, key=key)
        again = await bench.connect().call(name, body, key=key)
        found = await bench.connect().read(key)
        assert isinstance(first, Done)
        assert isinstance(again, Done)
        assert isinstance(found, Done)
        assert first.body == again.body == found.body
        assert (found.body["action"], found.body["arguments"]) == (name, BODIES[name])
        assert bench.store.count(CHANGE) == 1


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("restart_service", {"service": "checkout; rm -rf /"}),
        ("scale_out", {"service": "checkout", "instances": 0}),
        ("roll_back_deploy", {"service": "checkout", "from_version": "4", "to_version": "$(id)"}),
        ("toggle_feature_flag", {"flag": "one-click", "enabled": "yes"}),
        ("drain_zone", {"zone": "a b"}),
        ("renew_certificate", {"host": "-x"}),
    ],
)
async def test_what_a_system_could_misread_is_not_sent(
    opened: Callable[..., Any], name: str, wrong: dict[str, object]
) -> None:
    """Arguments become parts of commands and addresses, and the schema lets nothing else through."""
    key = action_key(name, "INC-7")
    async with opened() as bench:
        outcome = await bench.client.call(name, {"key": key, **wrong}, key=key)
        assert isinstance(outcome, Refused)
        assert (outcome.by, bench.store.count(CHANGE)) == ("caller", 0)


FAULTS = (
    Fault(kind=FaultKind.LOST_REPLY),
    Fault(kind=FaultKind.LOST_REPLY, after_work=False),
    Fault(kind=FaultKind.LATE_REPLY),
    Fault(kind=FaultKind.ERROR, after_work=True),
    Fault(kind=FaultKind.ERROR),
    Fault(kind=FaultKind.DUPLICATE),
    Fault(kind=FaultKind.RESUBMIT),
    Fault(kind=FaultKind.DELAY, seconds=0.05),
    Fault(kind=FaultKind.LATE_DELIVERY, seconds=0.05),
    Fault(kind=FaultKind.LOST_LOCATION),
    Fault(kind=FaultKind.CRASH),
    Fault(kind=FaultKind.CRASH, after_work=True),
    Fault(kind=FaultKind.INNER, after_work=True, times=2),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.after_work}")
async def test_through_a_fault_a_change_is_made_once(opened: Callable[..., Any], fault: Fault) -> None:
    """Who reads before calling again ends with one change, whatever was lost."""
    key = action_key("restart_service", "INC-7")
    body = {"key": key, "service": "checkout"}
    async with opened(faults=[fault]) as bench:
        outcome = await bench.client.call("restart_service", body, key=key)
        for _ in range(100):
            if isinstance(outcome, Done):
                break
            reading = await bench.connect().read(key, sent_at=bench.time.now - timedelta(hours=1))
            if isinstance(reading, Absent):
                outcome = await bench.connect().call("restart_service", body, key=key)
            else:
                outcome = reading
            await bench.time.sleep(1)
        assert isinstance(outcome, Done)
        await bench.ended("restart_service", key)
        assert bench.store.count(CHANGE) == 1


@pytest.mark.parametrize(("after", "expected"), [(False, Absent), (True, Done)])
async def test_a_run_whose_process_died_is_told_by_what_it_did(
    opened: Callable[..., Any], *, after: bool, expected: type
) -> None:
    """Nothing waits for its lease: before its action it is absent, after it done, and its run is aborted."""
    key = action_key("drain_zone", "INC-7")
    async with opened(faults=[Fault(kind=FaultKind.CRASH, after_work=after)]) as bench:
        lost = await bench.client.call("drain_zone", {"key": key, "zone": "westeurope-1"}, key=key)
        reading = await bench.connect().read(key, sent_at=bench.time.now - timedelta(hours=1))
        (run,) = bench.store.runs("drain_zone", tracking_id=key, status=None)
        assert isinstance(lost, Unknown | Done | Accepted)
        assert isinstance(reading, expected)
        assert (run.status, run.code) == ("Aborted", "LeaseExpired")
        assert bench.store.runs("drain_zone", tracking_id=key, status="Running") == []


async def test_a_request_that_arrives_late_acts_after_its_caller_gave_up(opened: Callable[..., Any]) -> None:
    """Its caller sees a broken connection, and a little later there is the change."""
    key = action_key("restart_service", "INC-7")
    fault = Fault(kind=FaultKind.LATE_DELIVERY, seconds=0.05)
    async with opened(faults=[fault]) as bench:
        lost = await bench.client.call("restart_service", {"key": key, "service": "checkout"}, key=key)
        await bench.ended("restart_service", key)
        assert not isinstance(lost, Refused)
        assert bench.store.count(CHANGE) == 1


def test_a_process_of_this_machine_is_known_to_be_gone() -> None:
    """This one lives, one that ended does not, nor does one of the same id that began at another time."""
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    assert not is_gone(this_process())
    assert is_gone(NOBODY)
    assert is_gone(this_process()._replace(pid=int(ended.stdout)))
    assert not is_gone(Process("another-machine", 1, "1"))
    if this_process().born:
        assert is_gone(this_process()._replace(born="1"))


def test_the_key_of_a_dead_process_is_free_at_once(tmp_path: Path) -> None:
    """A killed process leaves a run at work; the next one takes its key over."""
    program = (
        "import sys; from pathlib import Path\n"
        "from plugins.logicapps.host.runs import HostedRun\n"
        "from plugins.logicapps.host.store import HostStore\n"
        "store = HostStore(Path(sys.argv[1]))\n"
        "run = HostedRun(run_id='08A', workflow='w', key='w:x:1', tracking_id='t', correlation_id='t')\n"
        "print(store.claim(run, payload='p').state, flush=True)\n"
        "sys.stdin.read()"
    )
    path = tmp_path / "workflows.db"
    second = HostedRun(run_id="08B", workflow="w", key="w:x:1", tracking_id="t", correlation_id="t")
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"new\n"
        with HostStore(path) as store:
            assert store.claim(second, payload="p").state == "running"
            process.kill()
            process.wait()
            assert store.claim(second, payload="p").state == "new"
            assert [run.status for run in store.runs("w", tracking_id="t", status=None)] == ["Running", "Aborted"]


def test_records_of_a_kind_come_in_order(tmp_path: Path) -> None:
    """All, or those after a number."""
    with HostStore(tmp_path / "workflows.db") as store:
        for name in ("a", "b", "c"):
            store.act(CHANGE, {"action": name}, key=name, run_id="r")
        store.act("ticket", {"title": "t"}, key="t", run_id="r")
        numbers = [one["number"] for one in store.records(CHANGE)]
        assert [one["action"] for one in store.records(CHANGE)] == ["a", "b", "c"]
        assert [one["number"] for one in store.records(CHANGE, after=int(str(numbers[1])))] == numbers[2:]
