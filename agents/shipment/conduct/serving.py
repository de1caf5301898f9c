"""Checks of how a customer is served: who asks, what is told, in what order, and who is asked to take over."""

from collections.abc import Mapping

from agents.shipment.conduct.changing import CHANGING, Check
from agents.shipment.conduct.known import Known
from agents.shipment.conduct.said_facts import Fact, facts_in
from agents.shipment.conduct.trace import CALLS, Authenticated, HandedOver, Proposed, Said, Step, Wrote, identity, text
from playbooks.shipping.conduct import Rule


def _authenticated(_rule: Rule, known: Known, step: Step) -> str | None:
    if known.customer:
        return None
    match step:
        case Proposed() | Wrote():
            return f"{step.action} comes before it is known who asks"
        case Said(by="agent") if told := facts_in(step.text) - known.heard:
            return f"{_shown(told)} is told before it is known who asks"
        case _:
            return None


def _proof(rule: Rule, known: Known, step: Step) -> str | None:
    if not isinstance(step, Authenticated):
        return None
    if step.customer_id not in known.state.customers:
        return f"there is no customer {step.customer_id!r}"
    return None if step.by in rule.allowed else f"{step.customer_id} was taken for known by {step.by!r}"


def _one_customer(_rule: Rule, known: Known, step: Step) -> str | None:
    if not isinstance(step, Authenticated) or known.customer in {"", step.customer_id}:
        return None
    return f"{step.customer_id} follows on {known.customer}"


def _own(_rule: Rule, known: Known, step: Step) -> str | None:
    if not known.customer:
        return None
    match step:
        case Proposed() | Wrote():
            whose = _owner(known, step)
            other = whose is not None and whose != known.customer
            return f"{step.action} is about what belongs to another than {known.customer}" if other else None
        case Said(by="agent"):
            told = facts_in(step.text) & known.foreign
            return f"{_shown(told)} is of another than {known.customer}" if told else None
        case _:
            return None


def _owner(known: Known, step: Proposed | Wrote) -> str | None:
    order = known.state.orders.get(text(step.arguments, "order_id"))
    return order.customer_id if order else text(step.arguments, "customer_id") or None


def _one_call(_rule: Rule, known: Known, step: Step) -> str | None:
    calls = [one for one in known.beside if isinstance(one, CALLS)]
    words = [one for one in known.beside if isinstance(one, Proposed) or (isinstance(one, Said) and one.by == "agent")]
    speaks = isinstance(step, Proposed) or (isinstance(step, Said) and step.by == "agent")
    if isinstance(step, CALLS) and calls:
        return f"{step.kind} is called at once with {calls[0].kind}"
    if (isinstance(step, CALLS) and words) or (speaks and calls):
        return f"{step.kind} comes at once with {(words or calls)[0].kind}"
    return None


def _proposed(rule: Rule, known: Known, step: Step) -> str | None:
    if not isinstance(step, Wrote) or not rule.is_about(step.action):
        return None
    if identity(step.action, step.arguments) in known.proposed:
        return None
    return f"{step.action} was not stated before with exactly these arguments"


def _agreed(rule: Rule, known: Known, step: Step) -> str | None:
    """What was not even stated is told by the rule about that."""
    if not isinstance(step, Wrote) or not rule.is_about(step.action):
        return None
    found = identity(step.action, step.arguments)
    if found not in known.proposed or known.agreed[found] > 0:
        return None
    return f"{step.action} has no yes of the customer that is for it, and not used yet"


def _read(rule: Rule, known: Known, step: Step) -> str | None:
    if not isinstance(step, Wrote) or not rule.is_about(step.action):
        return None
    name = text(step.arguments, "order_id")
    return None if any(read == name for _, read in known.reads) else f"{name} was not read before {step.action}"


def _handed_over(_rule: Rule, known: Known, step: Step) -> str | None:
    return f"{step.action} comes after it was handed over" if known.handed_over and isinstance(step, Wrote) else None


def _scope(_rule: Rule, known: Known, step: Step) -> str | None:
    """What could have been done, by what the shop holds, is not handed over."""
    if not isinstance(step, HandedOver):
        return None
    if not step.wanted.strip():
        return "nobody wanted anything that was not done"
    tried = Wrote(action=step.wanted, arguments=step.arguments, moment=step.moment)
    if _owner(known, tried) != known.customer:
        return None
    kept_from = (CHANGING[rule.check](rule, known, tried) for rule in known.rules if rule.check in CHANGING)
    return None if any(kept_from) else f"{step.wanted} could have been done"


def _invented(_rule: Rule, known: Known, step: Step) -> str | None:
    if not isinstance(step, Said) or step.by != "agent" or not known.customer:
        return None
    told = facts_in(step.text) - known.own - known.foreign
    return f"{_shown(told)} was read nowhere" if told else None


def _shown(facts: frozenset[Fact]) -> str:
    return ", ".join(f"the {fact.kind} {fact.value}" for fact in sorted(facts))


SERVING: Mapping[str, Check] = {
    "authenticated": _authenticated,
    "proof": _proof,
    "one_customer": _one_customer,
    "own": _own,
    "one_call": _one_call,
    "proposed": _proposed,
    "agreed": _agreed,
    "read": _read,
    "handed_over": _handed_over,
    "scope": _scope,
    "invented": _invented,
}
