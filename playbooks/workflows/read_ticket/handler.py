# ruff: noqa: INP001  # the folder is a workflow, not a package
"""Reads a ticket of the host's own ticket system."""

from collections.abc import Mapping

from orchestrator.core.workflows import Answer, Effects


async def handle(
    body: Mapping[str, object],
    *,
    key: str,  # noqa: ARG001  # reading needs none
    effects: Effects,
) -> Answer | Mapping[str, object]:
    """The ticket, or 404."""
    number = str(body["number"]).removeprefix("#")
    found = await effects.get("ticket", number=int(number)) if number.isdecimal() and len(number) < 18 else None  # noqa: PLR2004  # more digits fit no row
    if found is None:
        message = f"There is no ticket {body['number']!r}."
        return Answer(status=404, body={"error": {"code": "TicketNotRead", "message": message}})
    return {
        "number": f"#{found['number']}",
        "key": found["key"],
        "title": found["title"],
        "opened_at": found["at"],
    }
