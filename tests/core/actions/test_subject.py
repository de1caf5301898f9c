"""What an action acts on, for its key: the particular thing, and where it is."""

import pytest

from orchestrator.core.actions.subject import acted_on
from orchestrator.core.workflows import action_key


@pytest.mark.parametrize(
    ("arguments", "environment", "thing"),
    [
        ({"service": "checkout"}, "production", "checkout"),
        ({"service": "checkout"}, "sample", "sample.checkout"),
        ({"flag": "new-cart", "service": "cart", "enabled": False}, "production", "new-cart"),
        ({"number": 1, "service": "cart"}, "production", "1"),
        ({"service": "", "host": "shop.example"}, "production", "shop.example"),
    ],
)
def test_the_thing_that_is_named(arguments: dict[str, object], environment: str, thing: str):
    """The most particular name among the arguments; production is not named."""
    assert acted_on(arguments, environment=environment) == thing


def test_arguments_that_name_nothing():
    """They are told apart as a whole, in any order, and make a key."""
    one, same, other = ({"a": 1, "b": True}, {"b": True, "a": 1}, {"a": 2, "b": True})
    found = [acted_on(arguments, environment="production") for arguments in (one, same, other)]
    assert found[0] == found[1] != found[2]
    assert action_key("notify", found[0]) == f"notify:{found[0]}:1"
