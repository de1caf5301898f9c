"""Which ends of a run a person must see to, with what the run found; decided from its report."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from orchestrator.core.handoffs import Fact, ItemKind, Parked

_MAX_FACTS = 20
_MAX_ASKED = 200
_VERDICTS = {
    "not_covered": ItemKind.UNCOVERED_ALERT,
    "inconclusive": ItemKind.ABSTAINED_RUN,
    "no_data": ItemKind.ABSTAINED_RUN,
}
_STATUSES = {
    "failed": ItemKind.FAILED_RUN,
    "needs_input": ItemKind.MISSING_INPUT,
    "abstained": ItemKind.ABSTAINED_RUN,
}
_QUESTIONS = {
    ItemKind.FAILED_RUN: "The run failed. Find out why, and answer what was asked.",
    ItemKind.MISSING_INPUT: "The run needs an answer before it can look.",
    ItemKind.ABSTAINED_RUN: "The run reached no conclusion. Decide what is going on.",
    ItemKind.UNCOVERED_ALERT: "No guide covers this. Look into it, and write a guide if it may come again.",
}

Report = Mapping[str, object]


def parked_run(report: Report, *, at: datetime, incident: str | None = None) -> Parked | None:
    """What a person must see to after a run that nobody was there to ask back; None where it answered.

    A report of several turns is one item: the first turn that has no answer names it, and the facts are those of all.
    """
    turns = _documents(report.get("turns")) or [report]
    open_turns = [(turn, kind) for turn in turns if (kind := _kind(turn)) is not None]
    kind = open_turns[0][1] if open_turns else _kind(report)
    if kind is None:
        return None
    turn = open_turns[0][0] if open_turns else report
    run = str(report.get("run", ""))
    return Parked(
        kind=kind,
        cause=f"run:{run}",
        title=_title(turn, kind),
        question=_question(turn, kind),
        opened_at=at,
        facts=tuple(_facts(turns, run))[:_MAX_FACTS],
        service=service_of(report),
        run=run,
        incident=incident,
    )


def _kind(turn: Report) -> ItemKind | None:
    status = str(turn.get("status", ""))
    if status in _STATUSES:
        return _STATUSES[status]
    verdict = turn.get("verdict")
    return _VERDICTS.get(str(verdict.get("status"))) if isinstance(verdict, Mapping) else None


def service_of(report: Report) -> str | None:
    """The service that a run looked at, by the guide's parameter."""
    for turn in (report, *_documents(report.get("turns"))):
        parameters = turn.get("parameters")
        service = parameters.get("p_service") if isinstance(parameters, Mapping) else None
        if isinstance(service, str) and service:
            return service
    return None


def _title(turn: Report, kind: ItemKind) -> str:
    asked = " ".join(str(turn.get("asked", "")).split())
    short = asked if len(asked) <= _MAX_ASKED else asked[: _MAX_ASKED - 3] + "..."
    words = kind.value.replace("_", " ").capitalize()
    return f"{words}: {short}" if short else words


def _question(turn: Report, kind: ItemKind) -> str:
    asked = [str(item.get("text", "")) for item in _documents(turn.get("questions"))]
    return " ".join(text for text in asked if text) or _QUESTIONS[kind]


def _facts(turns: Sequence[Report], run: str) -> Iterator[Fact]:
    """What was said, what was shown and ruled out, and what is left to look at, each with its evidence."""
    for turn in turns:
        if message := str(turn.get("message", "")):
            yield Fact(text=message, source=run)
        for name in ("claims", "ruled_out"):
            for claim in _documents(turn.get(name)):
                evidence = claim.get("evidence")
                ids = tuple(map(str, evidence)) if isinstance(evidence, list | tuple) else ()
                yield Fact(text=str(claim.get("text", "")), source=run, evidence=ids)
        for unknown in _documents(turn.get("unknown")):
            reason = unknown.get("reason")
            yield Fact(text=f"{unknown.get('text', '')}{f' ({reason})' if reason else ''}", source=run)
        following = turn.get("next")
        for line in following if isinstance(following, list | tuple) else ():
            yield Fact(text=f"Next: {line}", source=run)


def _documents(value: object) -> list[Report]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
