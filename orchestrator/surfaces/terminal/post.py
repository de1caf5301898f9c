"""A report for an incident channel: at most ten lines of plain text."""

from orchestrator.surfaces.terminal.evidence import value_text
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, number, sentence, text, texts, words
from orchestrator.surfaces.terminal.report import guide_text
from orchestrator.surfaces.terminal.values import number_text, share_text
from orchestrator.surfaces.terminal.wording import SAMPLE, answer_text, badge

MOST_LINES = 10
_LINE = 240
_SENTENCES = 2


def post_text(report: Fields) -> str:
    """Status, service, since, impact, suspected cause, ruled out, next, not checked, guide, link; each one line."""
    sample = f"{SAMPLE} - " if text(report, "source") == "sample" else ""
    lines = [
        ("Status", sample + _status(report)),
        ("Service", _service(report)),
        ("Since", _since(fields(report, "impact"), fields(report, "window"))),
        ("Impact", _impact(fields(report, "impact"))),
        _cause(report),
        ("Ruled out", _joined([_cited(claim) for claim in entries(report, "ruled_out")])),
        ("Next", _next(report)),
        ("Not checked", _joined(texts(report, "unknown"))),
        ("Guide", guide_text(fields(report, "guide"))),
        ("More", f"switchboard runs show {text(report, 'run')}" if text(report, "run") else ""),
    ]
    shown = [f"{label}: {said}" for label, said in lines if said]
    return "\n".join(line if len(line) <= _LINE else line[: _LINE - 3].rstrip() + "..." for line in shown[:MOST_LINES])


def _status(report: Fields) -> str:
    confidence = text(fields(report, "verdict"), "confidence")
    found = badge(report).word + (f" (confidence {confidence})" if confidence else "")
    turns = len(entries(report, "turns"))
    return f"{found}; first of {turns} subjects" if turns > 1 else found


def _service(report: Fields) -> str:
    """The service that the queries were asked about, else what the cause is about."""
    given = dict(fields(report, "parameters"))
    for evidence in entries(report, "evidence"):
        given |= fields(evidence, "parameters")
    for name, value in given.items():
        if "service" in name and value:
            inner = value.get("value") if isinstance(value, dict) else value
            return value_text(inner)
    return text(fields(report, "verdict"), "object")


def _since(impact: Fields, window: Fields) -> str:
    if since := sentence(impact, "started_at"):
        return since + (", still going on" if impact.get("ongoing") is True else "")
    if text(window, "from"):
        return f"looked at {sentence(window, 'from')} to {sentence(window, 'to')}"
    return ""


def _impact(impact: Fields) -> str:
    affected, share = number(impact, "affected"), number(impact, "share")
    parts = [f"{number_text(affected)} affected"] if affected is not None else []
    parts += [share_text(share)] if share is not None else []
    return ", ".join(parts)


def _cause(report: Fields) -> tuple[str, str]:
    verdict = fields(report, "verdict")
    cause = text(verdict, "cause")
    if not cause:
        return "Answer", answer_text(report)
    claims = entries(report, "claims")
    own = [claim for claim in claims if text(claim, "text") == text(verdict, "summary")] or claims
    cited = sorted({name for claim in own for name in words(claim, "evidence")}, key=_number)
    about = text(verdict, "object")
    said = f"{cause} in {about}" if about else cause
    return "Suspected cause", f"{said}: {answer_text(report)}" + (f" [{', '.join(cited)}]" if cited else "")


def _number(evidence_id: str) -> tuple[int, str]:
    """E10 comes after E9."""
    digits = evidence_id.lstrip("E")
    return (int(digits) if digits.isdecimal() else 0, evidence_id)


def _cited(claim: Fields) -> str:
    cited = ", ".join(words(claim, "evidence"))
    return sentence(claim, "text") + (f" [{cited}]" if cited else "")


def _next(report: Fields) -> str:
    asked = texts(report, "questions")
    actions = [text(item, "by_hand") or text(item, "action") for item in entries(report, "actions")]
    return _joined(asked or [item for item in actions if item] or texts(report, "next"))


def _joined(sentences: list[str]) -> str:
    more = f" (+{len(sentences) - _SENTENCES} more)" if len(sentences) > _SENTENCES else ""
    return "; ".join(sentences[:_SENTENCES]) + more
