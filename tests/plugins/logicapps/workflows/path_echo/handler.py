# ruff: noqa: D103, ARG001, ANN001
"""A workflow of the tests."""


async def handle(body, *, key, effects):
    return {"name": body["name"]}
