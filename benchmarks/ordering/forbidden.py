"""Tries changes that the policy forbids on the shop itself: the last net below an agent that keeps to no rule.

A change that breaks one rule of what may be changed is sent through our tools. The shop may refuse it, or be laxer than
the policy; what it does must in any case be what the independent model does, or be counted here by rule.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from ordering.changing_faults import CHANGING_FAULTS
from ordering.hosting import Template
from ordering.retail import Write
from ordering.scenes import Scene

from agents.shipment.conduct.trace import identity
from orchestrator.core.workflows import Done, action_key

MOST_TRIES = 400
_BY_STATE = frozenset({"balance_covers", "other_method"})
"""Rules whose violations are made by another balance than the shop's file has."""


async def try_forbidden(
    template: Template, scenes: Sequence[tuple[str, Scene]], *, count: int, seed: int
) -> Mapping[str, Mapping[str, int]]:
    """By rule: how many changes that break it were sent, and how many of them the shop refused."""
    found = {}
    for rule, fault in CHANGING_FAULTS.items():
        if rule in _BY_STATE:
            continue
        random = Random(f"{seed} forbidden {rule}")  # noqa: S311  # drawn again for the same seed
        counted: Counter[str] = Counter()
        for _ in range(MOST_TRIES):
            if counted["sent"] == count:
                break
            name, scene = random.choice(scenes)
            made = fault(scene, random)
            if made is None:
                continue
            refused = await _refused(template, scene, made, name)
            counted.update(sent=1, refused=refused)
        found[rule] = {"sent": counted["sent"], "refused": counted["refused"]}
    return found


async def _refused(template: Template, scene: Scene, made: Scene, name: str) -> bool:
    """Whether one of the changes that the mutation added or altered was refused."""
    before = Counter(identity(write.action, write.arguments) for write in map(scene.write, scene.writes()))
    writes = [made.write(at) for at in made.writes()]
    async with template.open() as shop:
        ends = []
        for number, write in enumerate(writes):
            kind = "update_customer" if write.action == "update_customer" else "update_order"
            sent = Write(action=write.action, arguments=write.arguments)
            outcome = await shop.deliver(sent, key=action_key(kind, f"{name}.{number}"))
            own = identity(write.action, write.arguments)
            ends.append(isinstance(outcome, Done) or before[own] > 0)
            before[own] -= 1
        return not all(ends)
