# ruff: noqa: D103, ARG001, ANN001
"""A workflow of the tests."""


async def handle(body, *, key, effects):
    made = await effects.act("charge", {"key": key}, key=None)
    return {"charge": made["number"]}
