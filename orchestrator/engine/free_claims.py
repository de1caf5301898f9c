"""Claims as a chat service submits them: references of offers, or JSON that code grounds, checks and words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.core.errors import ClaimError, ToolError
from orchestrator.core.grounding import MAX_CHECK, FreeClaim, ground, hold
from orchestrator.core.reading import reading
from orchestrator.core.report import Statement
from orchestrator.core.runs import RunContext

MAX_CLAIMS = 20
_FIELDS = frozenset({"evidence", "check", "show"})


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A claim that does not stand."""

    text: str
    reason: str


def resolve_claims(claims: Sequence[str], context: RunContext) -> tuple[str, ...]:
    """The references of those that stand, each once.

    Claims that do not stand are given back once, with what is wrong, so that an honest slip can be mended; the second
    time they are dropped, each as an event.

    Raises:
        ToolError: A reference that was never offered, or claims given back.
    """
    if len(claims) > MAX_CLAIMS:
        raise ToolError(f"{len(claims)} claims were submitted; the limit is {MAX_CLAIMS}")
    found = [_resolve(text, context) for text in claims]
    wrong = [item for item in found if isinstance(item, _Wrong)]
    if wrong and not context.returned:
        context.returned = True
        numbered = [f"claim {at}: {item.reason}" for at, item in enumerate(found, start=1) if isinstance(item, _Wrong)]
        raise ToolError(f"not all claims stand. {'; '.join(numbered)}. Mend or leave them out, and submit again")
    for item in wrong:
        context.reject(reading(item.text, limit=MAX_CHECK), item.reason)
    refs = [ref for item in found if (ref := _reference(item, context)) is not None]
    return tuple(dict.fromkeys(refs))


def _resolve(text: str, context: RunContext) -> str | Statement | _Wrong:
    if text in context.offers:
        return text
    if not text.lstrip().startswith("{"):
        offered = ", ".join(context.offers) or "none"
        raise ToolError(f"no claim {reading(text, limit=80)!r} was offered; offered are: {offered}")
    try:
        statement = ground(_free_claim(text), context.recorder.recorded())
        hold(statement, context.recorder.tables())
    except ClaimError as error:
        return _Wrong(text, error.message)
    return statement


def _reference(item: str | Statement | _Wrong, context: RunContext) -> str | None:
    match item:
        case str():
            return item
        case Statement():
            offer = context.offer(item)
            return offer.ref if offer is not None else None
        case _:
            return None


def _free_claim(text: str) -> FreeClaim:
    """A claim's JSON; it has no text of its own, as code words it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ClaimError(f"it is neither a reference nor JSON: {error}") from error
    if not isinstance(value, dict) or set(value) - _FIELDS:
        raise ClaimError('it has the fields "evidence", "check" and "show" and no other')
    match value:
        case {"evidence": [*evidence], "check": str(check)} if all(isinstance(item, str) for item in evidence):
            shown = value.get("show", [])
        case _:
            raise ClaimError('it needs {"evidence": ["E1"], "check": "rows[0].n > 400"}')
    if not isinstance(shown, list) or not all(isinstance(item, str) for item in shown):
        raise ClaimError('"show" is a list of places such as rows[0].n')
    return FreeClaim(evidence=tuple(evidence), check=check, show=tuple(shown))
