# ruff: noqa: D103, ARG001, ANN001
"""A workflow of the tests."""


async def handle(body, *, key, effects):
    await effects.act("charge", {"key": key}, key=key)
    raise ZeroDivisionError("sig=abcdefgh")
