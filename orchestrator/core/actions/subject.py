"""What an action acts on: the business fact in its key, so that one fact is acted on once."""

from collections.abc import Mapping

from orchestrator.core.workflows import payload_sha256

PRODUCTION = "production"
_NAMING = (
    *("order", "order_id", "customer_id", "ticket", "number"),
    *("flag", "zone", "host", "server", "queue", "service", "channel"),
)
"""Arguments that name a thing, the most particular first: a flag of a service is what is switched, not the service."""
_DIGEST = 16


def acted_on(arguments: Mapping[str, object], *, environment: str) -> str:
    """The thing that the arguments name, what of it is changed, and where it is unless that is production.

    Arguments that name none are told apart as a whole, so that nothing else counts as the same fact.
    """
    named = (arguments.get(name) for name in _NAMING)
    plain = (str(value) for value in named if isinstance(value, str | int) and not isinstance(value, bool))
    thing = next(filter(None, plain), "")
    operation = arguments.get("operation")
    if thing and isinstance(operation, str) and operation:
        thing = f"{thing}.{operation}"  # one order is changed in several ways, each a fact of its own
    found = thing or f"sha256-{payload_sha256(dict(arguments))[:_DIGEST]}"
    return placed(found, environment=environment)


def placed(thing: str, *, environment: str) -> str:
    """A thing, and where it is unless that is production."""
    return thing if environment == PRODUCTION else f"{environment}.{thing}"
