"""Changes that hosted workflows make: one record for each, which the sample environment reacts to."""

from collections.abc import Mapping

from orchestrator.core.workflows import Effects

CHANGE = "change"
"""The kind of the host's records."""
CHANGES = (
    "restart_service",
    "scale_out",
    "roll_back_deploy",
    "deploy_version",
    "toggle_feature_flag",
    "drain_zone",
    "uncordon_zone",
    "renew_certificate",
)
"""The workflows that make them."""


async def make_change(action: str, body: Mapping[str, object], *, key: str, effects: Effects) -> Mapping[str, object]:
    """Record a change once for its key; what its workflow answers."""
    arguments = {name: value for name, value in body.items() if name != "key"}
    made = await effects.act(CHANGE, {"action": action, "arguments": arguments, "key": key}, key=key)
    return _told(made)


async def find_change(key: str, *, effects: Effects) -> Mapping[str, object]:
    """What became of a change's key, as a lookup answers."""
    # the runs first: one that ends between the two questions has its change by the second
    at_work = [await effects.state_of(action, key=key) == "running" for action in CHANGES]
    found = await effects.find(CHANGE, key=key)
    if found is not None:
        return {"state": "done", "result": _told(found)}
    return {"state": "running" if any(at_work) else "absent"}


def _told(made: Mapping[str, object]) -> Mapping[str, object]:
    kept = {name: made[name] for name in ("key", "action", "arguments")}
    return {"number": f"#{made['number']}", **kept, "done_at": made["at"]}
