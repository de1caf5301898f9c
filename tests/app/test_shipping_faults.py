"""The short forms of `benchmarks/shipping.py` and `benchmarks/orders.py`: nothing is bought twice, lost or wrong."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "orders"
HARMS = (
    "duplicates",
    "lost_orders",
    "lost_proposals",
    "shipments_without_record",
    "wrong_labels",
    "said_shipped_and_not",
    "refused_without_reason",
    "hung",
    "parked_without_owner",
    "shipped_against_the_rules",
    "refused_though_it_may_ship",
    "other_payload_taken",
)


def run(script: str, *options: str) -> tuple[int, dict[str, Any]]:
    """Its exit code and its figures."""
    command = [sys.executable, str(BENCHMARKS / script), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2_000:]
    return done.returncode, json.loads(done.stdout)


def test_five_hundred_orders_are_shipped_once_each_while_processes_die(capsys: pytest.CaptureFixture[str]) -> None:
    """Kills, lost replies, storms, duplicates, two orchestrators on one order: no harm, and each order has an end."""
    code, found = run("shipping.py", "--runs", "500", "--seconds", "300", "--seed", "3")
    with capsys.disabled():
        print(f"\n500 orders, {found['rate']} a second, {found['kills']['buyers']} kills")  # noqa: T201  # the rate is to be seen
    assert {name: found[name] for name in HARMS if found[name]} == {}
    count = found["count"]
    ended = sum(value for name, value in count.items() if name.startswith("ended_"))
    assert (code, found["in_time"], ended, count["ended_shipped"] > 0) == (0, True, 500, True)


def test_an_order_that_is_bought_twice_is_found() -> None:
    """Without keys at the target a repeated request buys again: the count can fail."""
    code, found = run("shipping.py", "--runs", "40", "--seconds", "15", "--seed", "3", "--break", "key")
    assert (code, found["duplicates"] != []) == (1, True)


def test_generated_orders_become_labels_or_are_kept() -> None:
    """Of each kind one: no wrong write, and what may ship ships without a person."""
    code, found = run("orders.py", "--only", "labels", "--labels", "36")
    labels = found["labels"]
    assert (code, labels["wrong_writes"], labels["not_automated"]) == (0, [], [])
    assert (labels["rightly_kept"], labels["naive"]["wrong_writes"] != []) == (labels["may_not_ship"], True)


missing = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"{DATA} is missing: the public retail data are not part of the project"
)


@missing
def test_gold_sequences_leave_what_the_model_of_the_policy_leaves(tmp_path: Path) -> None:
    """Every fourth task, also with each write delivered up to five times."""
    tasks = (DATA / "tau2_retail_tasks.dev.jsonl").read_text(encoding="utf-8").splitlines()
    some = tmp_path / "tasks.jsonl"
    some.write_text("\n".join(tasks[::4]), encoding="utf-8")
    code, found = run("orders.py", "--data", str(some), "--only", "sequences", "--seeds", "1", "--forbidden", "1")
    part = found["sequences"]
    assert (code, part["right_once"], part["writing"] > 10) == (0, part["writing"], True)
    assert [part["retried"][name] for name in ("broken", "acted_too_often", "lost")] == [0, 0, 0]


@missing
def test_the_checker_passes_gold_traces_and_catches_violations_of_each_rule() -> None:
    """A few of each, and no alarm for what is harmless."""
    code, found = run("orders.py", "--only", "conduct", "--violations", "10")
    part = found["conduct"]
    assert (code, part["gold_passed"], part["false_alarms"]) == (0, part["gold_traces"], 0)
    assert part["caught"] == part["violations"] == dict.fromkeys(part["violations"], 10)
