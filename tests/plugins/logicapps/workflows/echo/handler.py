# ruff: noqa: D103, ARG001, ANN001
"""A workflow of the tests."""

from orchestrator.core.workflows import Answer


async def handle(body, *, key, effects):
    return Answer(status=body.get("status", 200), body={"said": body.get("name")}, headers=body.get("headers", {}))
