"""How a run ended and what a person says of it, in sentences."""

import json

from orchestrator.core.incidents.dossier import Mark, Outcome, RunRecord
from orchestrator.core.incidents.sentences import one_line, stopped


def asked_for(run: RunRecord, *, limit: int = 160) -> str:
    """What a run was asked, on one line; of an alert's payload, its title."""
    text = run.asked.strip()
    if not text.startswith(("{", "[")):
        return one_line(text, limit=limit)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return one_line(text, limit=limit)
    first = value[0] if isinstance(value, list) and value else value
    title = (first.get("title") or first.get("alertname")) if isinstance(first, dict) else None
    return f"the alert {one_line(title, limit=limit)}" if title else one_line(text, limit=limit)


_VERDICTS = {
    "healthy": "found nothing wrong",
    "no_data": "had no data to judge by",
    "not_covered": "found no guide that covers it",
    "inconclusive": "did not find the cause",
}


_ENDS = {
    "needs_input": "it needs to know more",
    "abstained": "nobody could answer it",
    "failed": "it broke off",
    "waiting": "it waits for a person",
}


def concluded(run: RunRecord) -> str:
    """How a run ended, in a sentence."""
    verdict, guide = run.verdict, str(run.guide.get("id") or "")
    by = f" with the guide {guide}" if guide else ""
    status = str(verdict.get("status") or "")
    if status == "cause_found":
        about = f" in {one_line(verdict.get('object'), limit=120)}" if verdict.get("object") else ""
        confidence = f" ({verdict['confidence']} confidence)" if verdict.get("confidence") else ""
        summary = stopped(verdict.get("summary"))
        return f"Run {run.run}{by} suspects {verdict.get('cause')}{about}{confidence}: {summary}"
    if status in _VERDICTS:
        reason = stopped(verdict.get("reason") or verdict.get("summary"))
        return f"Run {run.run}{by} {_VERDICTS[status]}" + (f": {reason}" if reason else ".")
    return f"Run {run.run} ended: {_ENDS.get(str(run.report.get('status')), 'it gave no verdict')}."


def marked(mark: Mark) -> str:
    """A person's word on the cause, as a sentence."""
    because = f" ({one_line(mark.note)})" if mark.note else ""
    if mark.outcome is Outcome.CONFIRMED:
        return f"{mark.who} confirmed the cause {mark.cause}{because}."
    right = f"; the cause was {mark.cause}" if mark.cause else ""
    return f"{mark.who} called the verdict of run {mark.run or 'none'} wrong{right}{because}."
