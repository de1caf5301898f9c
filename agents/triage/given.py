"""Parameters that a chat service sets outright: it may hand on texts, and make up none."""

import json
from collections.abc import Iterable, Mapping

from orchestrator.core.errors import ToolError
from orchestrator.core.reading import reading
from orchestrator.core.runs import RunContext
from orchestrator.core.table import ColumnType
from playbooks.guide import Guide
from playbooks.services import Services

_TEXTS = frozenset({ColumnType.STRING, ColumnType.GUID, ColumnType.DYNAMIC})


def refuse_invented(given: Mapping[str, str], guide: Guide, *, context: RunContext, services: Services) -> None:
    """ToolError for a text that neither the message, the alert, the session, the inventory nor a recorded row holds.

    A parameter's value reaches queries and the texts of findings, so it must be somebody's but the model's.
    """
    types = {parameter.name: parameter.type for parameter in guide.parameters}
    texts = {n: text for n, text in given.items() if n in types and types[n].item in _TEXTS}
    if not texts:
        return
    said = f"{context.asked} {json.dumps(context.alert, ensure_ascii=False, default=str)}".casefold()
    known = {text.casefold() for text in _known(context, services)}
    for name, text in texts.items():
        for part in _parts(text) if types[name].is_list else (text,):
            if part.casefold() not in said and part.casefold() not in known:
                raise ToolError(
                    f"the parameter {name!r} is {reading(part, limit=80)!r}, which neither the message nor any "
                    "recorded row names; leave it out, or query for the value first"
                )


def _known(context: RunContext, services: Services) -> Iterable[str]:
    for service in services:
        yield from service.names
    yield from (value for value in context.remembered.values() if isinstance(value, str))
    for table in context.recorder.tables().values():
        yield from (cell for row in table.rows for cell in row if isinstance(cell, str))


def _parts(text: str) -> tuple[str, ...]:
    try:
        value = json.loads(text)
    except ValueError:
        return tuple(part.strip() for part in text.split(","))
    return tuple(map(str, value)) if isinstance(value, list) else (text,)
