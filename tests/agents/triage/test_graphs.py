"""Random guides on random answers: the run always ends, each step once, and time changes nothing."""

from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.triage.runner import StepEnd, StepStart
from agents.triage.scheduler import StepStatus
from orchestrator.core.claims import Claim
from orchestrator.core.table import Column, ColumnType, Table, TableStatus
from playbooks.guide import Ask, ParameterType

LIMIT_S = 50.0
WHENS = ("true", "false", "size(rows) > 0", "row.x > 1", "row.nope == 1", "out.n > 0", "rows", None)
KINDS = ("finding", "ruled_out", "healthy", "unknown", "conclude")
TEXTS = ("plain", "{row.x} of {size(rows)}", "{p_service} {out.n}")
FATES = ("rows", "empty", "error", "timeout", "partial", "midway", "decision", "ask", "asked")


@dataclass(frozen=True)
class Plan:
    """A random guide as plain data; hypothesis shrinks it."""

    fates: tuple[str, ...]
    branches: tuple[tuple[tuple[str, str | None, str, tuple[int, ...], str], ...], ...]
    start: tuple[int, ...]


@st.composite
def plans(draw: Any) -> Plan:
    """A graph whose edges go from earlier to later steps in a hidden order, so that it has no cycle."""
    size = draw(st.integers(1, 8))
    fates = tuple(draw(st.sampled_from(FATES)) for _ in range(size))
    branches = []
    for index in range(size):
        later = list(range(index + 1, size))
        edges = st.lists(st.sampled_from(later), unique=True, max_size=3) if later else st.just([])
        named = [
            f"steps.s{n}.{part}" for n in range(index) for part in ("status == 'done'", "rows[0].x > 0", "out.n > 1")
        ]
        when = st.sampled_from([*WHENS, *named])
        one = st.tuples(
            st.sampled_from(KINDS), when, st.sampled_from(TEXTS), edges.map(tuple), st.sampled_from(("high", "low"))
        )
        branches.append(tuple(draw(st.lists(one, max_size=4))))
    start = tuple(draw(st.lists(st.integers(0, size - 1), unique=True, min_size=1, max_size=3)))
    return Plan(fates, tuple(branches), start)


def build(kit: Any, plan: Plan, order: list[int]) -> Any:
    """The guide of a plan, its steps written in `order`."""
    steps = []
    for index in order:
        fate = plan.fates[index]
        made = [
            kit.branch(
                kind,
                when,
                text,
                next=tuple(f"s{n}" for n in edges),
                **({"confidence": sure} if kind == "conclude" else {}),
            )
            for kind, when, text, edges, sure in plan.branches[index]
        ]
        ask = Ask(question="how many?", type=ParameterType(ColumnType.LONG)) if fate in {"ask", "asked"} else None
        kql = None if fate in {"decision", "ask", "asked"} else "T"
        built = kit.step(f"s{index}", *made, kql=kql, ask=ask, out={"n": "row.x"}, timeout_s=LIMIT_S)
        steps.append(built)
    return kit.guide(*steps, start=tuple(f"s{n}" for n in plan.start))


def answers_of(plan: Plan) -> dict[str, Table | str]:
    """What each step's query gives."""
    columns = (Column("x", ColumnType.LONG),)
    by_fate: dict[str, Table | str] = {
        "rows": Table(columns, ((3,), (None,))),
        "empty": Table(columns, ()),
        "error": "refused",
        "timeout": Table(columns, ((3,),)),
        "partial": Table(columns, ((1,),), TableStatus.PARTIAL, "half"),
        "midway": Table(columns, (), TableStatus.FAILED, "gave out"),
    }
    return {f"s{n}": by_fate[fate] for n, fate in enumerate(plan.fates) if fate in by_fate}


def delays_of(plan: Plan, delays: list[int]) -> dict[str, float]:
    """Random delays within the limit, and one past it for what times out."""
    return {f"s{n}": LIMIT_S * 10 if fate == "timeout" else float(delays[n]) for n, fate in enumerate(plan.fates)}


DELAYS = st.lists(st.integers(0, 40), min_size=9, max_size=9)


@given(plan=plans(), delays=DELAYS, seed=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_every_step_ends_once(kit: Any, plan: Plan, delays: list[int], seed: Random):
    """Each step ends as done, partial, failed or skipped, begins at most once, and follows the edges taken."""
    order = list(range(len(plan.fates)))
    seed.shuffle(order)
    made = build(kit, plan, order)
    answers = {f"s{n}": 1 for n, fate in enumerate(plan.fates) if fate == "asked"}
    played = kit.play(made, answers_of(plan), delays_s=delays_of(plan, delays), answers=answers)
    outcome = played.outcome
    assert [step.id for step in outcome.steps] == [step.id for step in made.steps]
    begun = [item.step for item in played.progress if isinstance(item, StepStart)]
    ended = [item.step for item in played.progress if isinstance(item, StepEnd)]
    assert len(set(begun)) == len(begun)
    assert len(set(ended)) == len(ended)
    waiting = {step.id for step in outcome.steps if step.text.startswith("waits for")}
    assert {step.id for step in outcome.steps} == set(ended) | waiting
    assert bool(waiting) == outcome.needs_input
    taken = {name for step in outcome.steps for name in step.next}
    for step in outcome.steps:
        assert step.path == (step.status is not StepStatus.SKIPPED)
        if step.id not in waiting:
            assert step.path == (step.id in taken or step.id in made.start)
        if step.status is StepStatus.FAILED and step.next:
            assert any(branch.kind.value == "unknown" for branch in made.step(step.id).branches)


@given(plan=plans(), first=DELAYS, second=DELAYS)
@settings(max_examples=150, deadline=None)
def test_time_changes_nothing(kit: Any, plan: Plan, first: list[int], second: list[int]):
    """The same answers in another order of arrival give the same outcome, statements and verdict included."""
    made = build(kit, plan, list(range(len(plan.fates))))
    answers = {f"s{n}": 1 for n, fate in enumerate(plan.fates) if fate == "asked"}
    one, two = (
        kit.play(made, answers_of(plan), delays_s=delays_of(plan, delays), answers=answers).outcome
        for delays in (first, second)
    )
    assert one == two


@given(plan=plans(), delays=DELAYS)
@settings(max_examples=100, deadline=None)
def test_verdict_follows_its_rules(kit: Any, plan: Plan, delays: list[int]):
    """A cause only where a step concluded, and health only where nothing is found, open or asked."""
    made = build(kit, plan, list(range(len(plan.fates))))
    outcome = kit.play(made, answers_of(plan), delays_s=delays_of(plan, delays)).outcome
    verdict = outcome.verdict
    assert (verdict.cause is not None) == (verdict.status.value == "cause_found") == bool(outcome.conclusions)
    if verdict.status.value == "healthy":
        assert not outcome.findings
        assert not outcome.unknown
        assert not outcome.questions
        assert {step.status for step in outcome.steps} <= {StepStatus.DONE, StepStatus.SKIPPED}


@given(plan=plans(), delays=DELAYS)
@settings(max_examples=150, deadline=None)
def test_every_statement_has_a_receipt(kit: Any, plan: Plan, delays: list[int]):
    """What a run says can be checked again from its evidence alone, and reads the same."""
    made = build(kit, plan, list(range(len(plan.fates))))
    answers = {f"s{n}": 1 for n, fate in enumerate(plan.fates) if fate == "asked"}
    played = kit.play(made, answers_of(plan), delays_s=delays_of(plan, delays), answers=answers)
    kept = {**played.port.tables, **played.port.notes}
    tables = {f"E-{key}": item for key, item in kept.items() if isinstance(item, Table)}
    outcome = played.outcome
    said = [*(item.statement for item in outcome.conclusions), *outcome.findings, *outcome.ruled_out, *outcome.healthy]
    for item in said:
        assert item.check is not None
        if item.evidence:
            cited = {name: tables[name] for name in item.evidence}
            claim = Claim(
                template=item.template or "", check=item.check, evidence=item.evidence, frame=item.frame, tables=cited
            )
            assert claim.text == item.text
        else:
            assert not any(step.evidence for step in outcome.steps if step.id == item.step)
