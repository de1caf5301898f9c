"""Tokens are counted, priced and bounded."""

import pytest

from orchestrator.core.usage import Meter, ModelBudget, Room, Tokens, Usage, estimate


def used(*calls: int, budget: ModelBudget) -> Meter:
    """A meter after calls of that many input tokens."""
    meter = Meter(budget=budget, usage=Usage(model="m"))
    for tokens in calls:
        meter.count(Tokens(tokens, 0))
    return meter


@pytest.mark.parametrize(
    ("calls", "room"),
    [((), Room.OPEN), ((100,), Room.OPEN), ((100, 400), Room.LAST), ((900,), Room.LAST), ((1000,), Room.NONE)],
)
def test_the_last_call_is_seen_ahead(calls: tuple[int, ...], room: Room) -> None:
    """When one after the next, as large as the largest, would not fit."""
    assert used(*calls, budget=ModelBudget(tokens=1000)).room is room


@pytest.mark.parametrize(("calls", "room"), [((100,), Room.OPEN), ((400,), Room.LAST), ((1000,), Room.NONE)])
def test_a_bound_on_cost(calls: tuple[int, ...], room: Room) -> None:
    """The same, in money."""
    budget = ModelBudget(cost=0.001, input_price=1.0, output_price=4.0)
    assert used(*calls, budget=budget).room is room


def test_without_prices_nothing_has_a_cost() -> None:
    """A bound on cost alone then bounds nothing."""
    meter = used(5000, budget=ModelBudget(cost=0.001))
    assert (meter.usage.cost, meter.room) == (None, Room.OPEN)


def test_a_price_is_for_a_million_tokens() -> None:
    """Each direction has its own."""
    budget = ModelBudget(input_price=2.0, output_price=8.0)
    assert budget.price(Tokens(500_000, 250_000)) == 3.0


def test_an_estimate_is_a_quarter_of_the_characters() -> None:
    """Rounded up, and marked."""
    assert estimate(["a" * 9], ["b"]) == Tokens(3, 1, estimated=True)


def test_one_estimate_marks_the_whole() -> None:
    """A sum is no better than its worst part."""
    meter = used(10, budget=ModelBudget())
    meter.count(estimate(["abcd"], []))
    assert meter.usage.document() == {
        "model": "m",
        "calls": 2,
        "input_tokens": 11,
        "output_tokens": 0,
        "cost": None,
        "estimated": True,
    }
