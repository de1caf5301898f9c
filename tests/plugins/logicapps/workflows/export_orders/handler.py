# ruff: noqa: D103, ARG001, ANN001
"""A workflow of the tests."""


async def handle(body, *, key, effects):
    made = await effects.act("export", {"key": key}, key=key)
    return {"file": f"orders-{made['number']}.csv"}
