"""A hard budget of a batch of model calls."""

from hypothesis import given
from hypothesis import strategies as st

from agents.sentiment.model_scoring.purse import Purse, most_tokens
from orchestrator.core.usage import ModelBudget, Tokens, Usage


def purse(**bounds: float | None) -> Purse:
    """A purse with nothing spent."""
    return Purse(budget=ModelBudget(**bounds), usage=Usage(model="m"))  # type: ignore[arg-type]  # names are its fields


def test_a_call_that_might_not_fit_is_not_made() -> None:
    """What it takes at most counts, not what it is expected to take."""
    assert purse(tokens=100).set_aside(Tokens(60, 41)) is False


def test_calls_under_way_count() -> None:
    """Two that fit alone do not fit together."""
    one = purse(tokens=100)
    assert (one.set_aside(Tokens(40, 20)), one.set_aside(Tokens(40, 20))) == (True, False)


def test_what_was_set_aside_and_not_needed_is_free_again() -> None:
    """After a call only what it took counts."""
    one = purse(tokens=100)
    most = Tokens(40, 40)
    one.set_aside(most)
    one.settle(most, Tokens(30, 10))
    assert (one.usage.tokens, one.set_aside(Tokens(30, 30)), one.set_aside(Tokens(1, 0))) == (40, True, False)


def test_a_call_that_was_refused_costs_nothing() -> None:
    """A 429 is not paid for."""
    one = purse(tokens=100)
    one.set_aside(Tokens(50, 50))
    one.settle(Tokens(50, 50), None)
    assert (one.usage.calls, one.usage.tokens) == (0, 0)


def test_money_is_a_bound_where_prices_are_set() -> None:
    """Prices are for a million tokens."""
    one = purse(cost=0.01, input_price=1.0, output_price=10.0)
    assert (one.set_aside(Tokens(1_000, 900)), one.set_aside(Tokens(1_000, 0))) == (True, False)


def test_at_most_as_many_tokens_as_half_the_characters() -> None:
    """No text has fewer characters a token than two."""
    assert most_tokens("abcd", "efg", answer_limit=10) == Tokens(4, 10, estimated=True)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1)), max_size=30))
def test_what_is_spent_never_passes_the_bound(calls: list[tuple[int, int, float]]) -> None:
    """However much of what was set aside each call takes."""
    one = purse(tokens=200)
    for asked, answered, share in calls:
        most = Tokens(asked, answered)
        if one.set_aside(most):
            one.settle(most, Tokens(int(asked * share), int(answered * share)))
    assert one.usage.tokens <= 200
