"""Holds orders to the truth: gold actions' end states, the rules of conduct, customers' own words, orders to labels.

    python benchmarks/orders.py [--data PATH] [--seed N] [--seeds N] [--violations N] [--forbidden N]
                                [--labels N] [--only PART]... [--json]

PATH is a folder with `retail_db.json` and `*tasks*.jsonl` in the form of tau2-bench's retail domain, or another tasks
file of that form. Its parts: every gold action sequence through our tools (the workflow host, called by the real
Logic Apps client) must leave what an independent model of the shop's policy leaves, also with each write delivered
one to five times (`sequences`); the checker of conduct must pass gold traces and catch violations of every rule
(`conduct`); from the customers' own words the right end state must come, and no wrong one, by the reading of words
alone (`words`) and in whole conversations (`talks`); and generated orders with faults must become labels, or be
refused or handed over, rightly (`labels`). Exit code 1 if a write was wrong or a rule failed.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from ordering.conduct import gold_scenes, score_conduct
from ordering.forbidden import try_forbidden
from ordering.hosting import Template
from ordering.judging import Judged, always_over, by_keywords, judge_words, ours, rules_broken
from ordering.labels import score_labels
from ordering.retail import DATA, Task, load_database, load_tasks, shop_state
from ordering.sequences import once, play, repeated, some_faults
from ordering.talking import judge_talks

from agents.shipment.conduct.shop_state import ShopState
from playbooks.shipping.conduct import load_rules

PARTS = ("sequences", "conduct", "words", "talks", "labels")
Report = dict[str, Any]


def main() -> int:
    """Run the benchmark."""
    options = _options()
    began = time.monotonic()
    found = asyncio.run(_run(options))
    found["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(found) if options.json else _text(found))
    return 1 if harm(found) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of data, or a tasks file")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seeds", type=int, default=5, help="orders of retries of each sequence")
    parser.add_argument("--violations", type=int, default=1_000, help="of each rule, and harmless changes")
    parser.add_argument("--forbidden", type=int, default=20, help="forbidden changes of each rule, sent to the shop")
    parser.add_argument("--labels", type=int, default=200, help="generated orders to be shipped")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> Report:
    parts, found = options.only or PARTS, {}
    if set(parts) - {"labels"}:
        database, tasks = load_database(options.data), load_tasks(options.data)
        state = shop_state(database)
        with tempfile.TemporaryDirectory(prefix="orders-") as folder:
            template = Template(Path(folder), database)
            if "sequences" in parts:
                found["sequences"] = await _sequences(template, database, tasks, seed=options.seed, seeds=options.seeds)
                found["sequences"]["forbidden"] = await try_forbidden(
                    template, gold_scenes(tasks, database, state)[0], count=options.forbidden, seed=options.seed
                )
            if "conduct" in parts:
                found["conduct"] = score_conduct(tasks, database, state, count=options.violations, seed=options.seed)
            if "words" in parts:
                readers = {"ours": ours, "always_hand_over": always_over, "keywords": by_keywords}
                judged = {
                    name: await judge_words(template, database, tasks, state, read) for name, read in readers.items()
                }
                found["words"] = _words(tasks, judged, state)
            if "talks" in parts:
                ends, broken = await judge_talks(template, Path(folder), database, tasks, state, load_rules())
                found["talks"] = {**_ended(ends), "tasks": len(tasks), "rules_broken": broken}
    if "labels" in parts and options.labels:
        with tempfile.TemporaryDirectory(prefix="labels-") as folder:
            found["labels"] = await score_labels(Path(folder), count=options.labels, seed=options.seed)
    return found


def _words(tasks: Sequence[Task], judged: Mapping[str, Sequence[Judged]], state: ShopState) -> Report:
    """How the tasks ended with each reader, and what of our proposals the rules of conduct forbid."""
    rules = load_rules()
    by_reader = {name: _ended(ends) for name, ends in judged.items()}
    broken = [one for task in tasks for one in rules_broken(task, state, rules)]
    return {**by_reader, "tasks": len(tasks), "rules_broken": broken}


def _ended(ends: Sequence[Judged]) -> Report:
    """How many tasks ended how, and which."""
    return {
        **Counter(one.outcome for one in ends),
        "wrong_tasks": [f"{one.task}: {one.note}" for one in ends if one.outcome in {"wrong", "partly"}],
        "handed_over_tasks": [f"{one.task}: {one.note}" for one in ends if one.outcome == "handed_over"],
    }


async def _sequences(
    template: Template, database: Mapping[str, Any], tasks: Sequence[Task], *, seed: int, seeds: int
) -> Report:
    """Gold sequences once, and in orders of retries with and without keys."""
    writing = [task for task in tasks if task.writes]
    straight = [(task, await play(template, database, task, once(task), keyed=True)) for task in writing]
    found: Report = {
        "tasks": len(tasks),
        "writing": len(writing),
        "right_once": sum(not played.wrong and played.acted == played.expected for _, played in straight),
        "wrong_once": [
            f"{task.id}: {(*played.wrong, 'acted too often')[0]}" for task, played in straight if played.wrong
        ],
    }
    for name, keyed in (("retried", True), ("naive", False)):
        counted: Counter[str] = Counter()
        examples: list[str] = []
        for number in range(seeds):
            random = Random(f"{seed} {number}")  # noqa: S311  # drawn again for the same seed
            for task in writing:
                deliveries = repeated(task, random)
                faults = some_faults(random, deliveries)
                played = await play(template, database, task, deliveries, keyed=keyed, faults=faults)
                counted.update(
                    runs=1,
                    sent=played.sent,
                    broken=bool(played.wrong),
                    acted_too_often=max(played.acted - played.expected, 0),
                    lost=max(played.expected - played.acted, 0),
                )
                examples += [f"{task.id}, seed {number}: {one}" for one in played.wrong[:1]]
        names = ("runs", "sent", "broken", "acted_too_often", "lost")
        found[name] = {**{one: counted[one] for one in names}, "examples": examples[:5]}
    return found


def harm(found: Report) -> list[str]:
    """What must not be, in words; empty is well."""
    wrong = []
    if part := found.get("sequences"):
        wrong += part["wrong_once"]
        wrong += [
            f"retried: {name} {part['retried'][name]}"
            for name in ("broken", "acted_too_often", "lost")
            if part["retried"][name]
        ]
    if part := found.get("conduct"):
        wrong += part["gold_alarms"]
        wrong += [
            f"{rule}: {part['caught'][rule]} of {made}"
            for rule, made in part["violations"].items()
            if part["caught"][rule] < made or not made
        ]
        wrong += part["examples"]["false_alarms"]
    if part := found.get("words"):
        wrong += part["ours"]["wrong_tasks"] + part["rules_broken"]
    if part := found.get("talks"):
        wrong += part["wrong_tasks"] + part["rules_broken"]
    if part := found.get("labels"):
        wrong += part["wrong_writes"]
    return wrong


def _text(found: Report) -> str:
    printers: Mapping[str, Callable[[Report], list[str]]] = {
        "sequences": _sequences_text,
        "conduct": _conduct_text,
        "words": _words_text,
        "talks": _talks_text,
        "labels": _labels_text,
    }
    lines = [line for name, part in printers.items() if name in found for line in part(found[name])]
    wrong = harm(found)
    return "\n".join((*lines, f"{found['seconds']} s", *(f"WRONG {one}" for one in wrong[:20])))


def _sequences_text(part: Report) -> list[str]:
    right, writing = part["right_once"], part["writing"]
    share = right / max(writing, 1)
    lines = [
        f"gold sequences: {share:.3f} leave the reference's end state ({right} of {writing} of {part['tasks']} tasks)"
    ]
    for name, words in (("retried", "each write one to five times, same key"), ("naive", "the same without a key")):
        one = part[name]
        share = 1 - one["broken"] / max(one["runs"], 1)
        lines.append(f"  {words}: {share:.3f} right ({one['broken']} of {one['runs']} broken)")
        extra, lost = one["acted_too_often"], one["lost"]
        lines.append(f"    {extra} changes too many, {lost} lost in {one['sent']} deliveries")
    sent, refused = (sum(one[kind] for one in part["forbidden"].values()) for kind in ("sent", "refused"))
    lax = [
        f"{rule} {one['sent'] - one['refused']}"
        for rule, one in part["forbidden"].items()
        if one["refused"] < one["sent"]
    ]
    lines.append(f"  the shop itself refuses {refused} of {sent} forbidden changes; not: {', '.join(lax) or 'none'}")
    return lines


def _conduct_text(part: Report) -> list[str]:
    made, caught = sum(part["violations"].values()), sum(part["caught"].values())
    exact = sum(part["only_that_rule"].values())
    return [
        f"conduct: {part['gold_passed']} of {part['gold_traces']} gold traces pass",
        f"  {caught / max(made, 1):.4f} of violations are caught ({caught} of {made}, {exact} as exactly that rule)",
        f"  {part['false_alarms']} false alarms of {part['harmless']} harmless changes",
        *(
            f"    {rule:24} {part['caught'][rule]:5} of {count}, {part['only_that_rule'][rule]} as only that"
            for rule, count in part["violations"].items()
        ),
    ]


def _counted(name: str, one: Report, tasks: int) -> str:
    right, partly, over, wrong = (one.get(kind, 0) for kind in ("right", "partly", "handed_over", "wrong"))
    return f"  {name:17} {right} right, {over} handed over, {partly} in part, {wrong} wrong, of {tasks}"


def _talks_text(part: Report) -> list[str]:
    broken = f"  rules of conduct broken on the way: {len(part['rules_broken'])}"
    return ["whole conversations with the program:", _counted("ours", part, part["tasks"]), broken]


def _words_text(part: Report) -> list[str]:
    def line(name: str) -> str:
        return _counted(name, part[name], part["tasks"])

    broken = f"  rules of conduct broken by what ours proposes: {len(part['rules_broken'])}"
    readers = ("ours", "always_hand_over", "keywords")
    return ["customers' own words, judged by end state:", *map(line, readers), broken]


def _labels_text(part: Report) -> list[str]:
    return part["lines"]  # type: ignore[no-any-return]  # texts


if __name__ == "__main__":
    raise SystemExit(main())
