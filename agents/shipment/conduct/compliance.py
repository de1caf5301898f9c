"""Holds a trace against the rules of conduct: pure, and the same for a model's trace as for a program's.

The shop's state is known by folding the changes over how it stood at the start. A step is judged by what is known
before it; a rule that cannot be tried there (an order that there is not) is left to the rule that says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.shipment.conduct.changing import CHANGING
from agents.shipment.conduct.known import Known
from agents.shipment.conduct.serving import SERVING
from agents.shipment.conduct.shop_state import ShopState
from agents.shipment.conduct.trace import Step
from playbooks.shipping.conduct import Rule

TRIED = {**SERVING, **CHANGING}
"""How each check is tried: what is wrong with a step, in words, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that was broken.

    Attributes:
        step: Which step broke it, from 0.
        sentence: What is wrong with it.
    """

    rule: str
    step: int
    sentence: str


def check_trace(steps: Sequence[Step], state: ShopState, rules: Sequence[Rule]) -> tuple[Violation, ...]:
    """Every rule that a trace breaks, in the order of its steps and then of the rules.

    Args:
        steps: What was said and done.
        state: The shop before the first of them.
        rules: As `playbooks.shipping.conduct.load_rules` reads them.
    """
    found: list[Violation] = []
    known = Known(state=state, rules=rules)
    for index, step in enumerate(steps):
        known = known.at(step)
        for rule in rules:
            wrong = TRIED[rule.check](rule, known, step)
            if wrong is not None:
                found.append(Violation(rule=rule.id, step=index, sentence=f"{wrong}. {rule.says}"))
        known = known.after(step)
    return tuple(found)
