"""Scores the checker of conduct: gold traces, violations of each rule, and changes that break none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from ordering.changing_faults import CHANGING_FAULTS
from ordering.harmless import HARMLESS
from ordering.reference import Reference, RefusedError
from ordering.retail import WRITES, Raw, Task
from ordering.scenes import Mutation, Scene
from ordering.serving_faults import SERVING_FAULTS
from ordering.traces import gold_trace

from agents.shipment.conduct.compliance import check_trace
from agents.shipment.conduct.shop_state import ShopState
from playbooks.shipping.conduct import Rule, load_rules

FAULTS: Mapping[str, Mutation] = {**SERVING_FAULTS, **CHANGING_FAULTS}
MOST_TRIES = 400
"""For one violation: many mutations fit only few of the traces."""


def score_conduct(
    tasks: Sequence[Task], database: Raw, state: ShopState, *, count: int, seed: int
) -> dict[str, object]:
    """How many gold traces pass, violations are caught, and harmless changes raise an alarm."""
    rules = load_rules()
    scenes, refused = gold_scenes(tasks, database, state)
    alarms = [f"{name}: {one.sentence}" for name, scene in scenes for one in _found(scene, rules)]
    caught = {rule.id: _caught(rule, scenes, rules, count=count, seed=seed) for rule in rules}
    false_alarms = _false_alarms(scenes, rules, count=count, seed=seed)
    return {
        "gold_traces": len(scenes),
        "gold_passed": len(scenes) - len({alarm.partition(":")[0] for alarm in alarms}),
        "gold_alarms": alarms,
        "gold_calls_refused": refused,
        "violations": {name: found["made"] for name, found in caught.items()},
        "caught": {name: found["caught"] for name, found in caught.items()},
        "only_that_rule": {name: found["exact"] for name, found in caught.items()},
        "harmless": count,
        "false_alarms": len(false_alarms),
        "examples": {
            "missed": [example for found in caught.values() for example in found["missed"]][:5],
            "false_alarms": false_alarms[:5],
        },
    }


def gold_scenes(tasks: Sequence[Task], database: Raw, state: ShopState) -> tuple[list[tuple[str, Scene]], list[str]]:
    """The gold traces in their shop, by task; and the gold calls that the shop itself does not follow."""
    scenes, refused = [], []
    for task in tasks:
        reference, places = Reference(database), []
        for number, call in enumerate(task.actions):
            if call["name"] not in WRITES:
                continue
            try:
                reference.call(call["name"], call["arguments"])
            except RefusedError as error:
                places.append(number)
                refused.append(f"{task.id}: {call['name']}: {error}")
        scenes.append((task.id, Scene(gold_trace(task, state, refused=places), state)))
    return scenes, refused


def _found(scene: Scene, rules: Sequence[Rule]) -> Sequence[object]:
    return check_trace(scene.steps, scene.state, rules)


def _caught(
    rule: Rule, scenes: Sequence[tuple[str, Scene]], rules: Sequence[Rule], *, count: int, seed: int
) -> dict[str, object]:
    """Violations of one rule, each a mutation of a gold trace."""
    random = Random(f"{seed} {rule.id}")  # noqa: S311  # drawn again for the same seed
    counted: Counter[str] = Counter()
    missed: list[str] = []
    for _ in range(count):
        made = _mutated(FAULTS[rule.id], scenes, random)
        if made is None:
            break
        name, scene = made
        broken = {one.rule for one in check_trace(scene.steps, scene.state, rules)}
        counted.update(made=1, caught=rule.id in broken, exact=broken == {rule.id})
        if broken != {rule.id}:
            missed.append(f"{name}: {rule.id} made, {sorted(broken)} found")
    return {**{one: counted[one] for one in ("made", "caught", "exact")}, "missed": missed}


def _mutated(fault: Mutation, scenes: Sequence[tuple[str, Scene]], random: Random) -> tuple[str, Scene] | None:
    for _ in range(MOST_TRIES):
        name, scene = random.choice(scenes)
        made = fault(scene, random)
        if made is not None:
            return name, made
    return None


def _false_alarms(scenes: Sequence[tuple[str, Scene]], rules: Sequence[Rule], *, count: int, seed: int) -> list[str]:
    """What the checker says of harmless changes, several at once."""
    random = Random(f"{seed} harmless")  # noqa: S311  # same
    found = []
    for _ in range(count):
        name, scene = random.choice(scenes)
        for change in random.choices(HARMLESS, k=random.randint(1, 3)):
            scene = change(scene, random)
        alarms = check_trace(scene.steps, scene.state, rules)
        found += [f"{name}: {alarms[0].rule}: {alarms[0].sentence}"] if alarms else []
    return found
