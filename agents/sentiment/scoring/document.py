"""Makes the result document of a conversation (docs/schemas/analysis.schema.json) from what the parts found."""

from collections.abc import Iterable

from agents.sentiment.scoring.coaching import Hint
from agents.sentiment.scoring.conduct import Conduct
from agents.sentiment.scoring.contact import Contact
from agents.sentiment.scoring.facts import Known
from agents.sentiment.scoring.findings import Findings
from agents.sentiment.scoring.judgement import Judgement
from agents.sentiment.scoring.language import Language
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.shown import ShownText
from agents.sentiment.scoring.times import Times
from agents.sentiment.scoring.trajectory import Trajectory
from orchestrator.core.conversations.compliance import ComplianceResult
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.evidence import Evidence, Skipped
from orchestrator.core.conversations.pseudonyms import agent_pseudonym
from orchestrator.core.conversations.scorecard import ScorecardResult
from orchestrator.core.personal_data.redactor import Redactor

_DIGITS = 4
Document = dict[str, object]


def head_of(conversation: Conversation, redactor: Redactor) -> Document:
    """What the source says of it, as far as it may leave."""
    started_at = conversation.started_at
    head: Document = {
        "id": redactor.name(conversation.id),
        "started_at": started_at.isoformat().replace("+00:00", "Z") if started_at is not None else None,
        "channel": redactor.name(conversation.channel) or None,
        "queue": redactor.name(conversation.queue) or None,
        "agent": agent_pseudonym(conversation.agent_id) if conversation.agent_id else None,
        "survey_csat": conversation.survey_csat,
        "generated": True if conversation.metadata.get("generated") is True else None,  # a sample says so everywhere
    }
    return {name: value for name, value in head.items() if value is not None}


def body_of(reading: Reading, known: Known) -> Document:
    """What the parts found, but what the scorecard, the rules and the hints say of the agent."""
    judged, contact, times, reasons, product, _ = known
    return {
        "overall": overall_of(judged, contact),
        "trajectory": trajectory_of(judged.trajectory),
        "contact_reason": reasons.reason,
        "contact_reasons": [{"id": one.id, "score": one.score} for one in reasons.reasons],
        "product": product.product,
        "times": times_of(times),
        "turns": turns_of(reading, judged),
    }


def language_of(language: Language) -> Document:
    """Which language it is in, and whether its words are scored."""
    return {
        "code": language.code,
        "confidence": language.confidence,
        "supported": language.supported,
        "others": list(language.others),
    }


def conduct_of(seen: Conduct | None) -> Document:
    """How the agent behaves; None where nothing is known of it."""
    if seen is None:
        return dict.fromkeys(("empathy", "politeness", "promises", "promises_without_date"))
    return {
        "empathy": rounded(seen.empathy),
        "politeness": rounded(seen.politeness),
        "promises": len(seen.promises),
        "promises_without_date": sum(one.due is None for one in seen.promises),
    }


def overall_of(judged: Judgement, contact: Contact) -> Document:
    """The numbers of the whole."""
    return {
        "sentiment": rounded(judged.sentiment),
        "label": judged.label,
        "customer_sentiment": rounded(judged.customer_sentiment),
        "agent_sentiment": rounded(judged.agent_sentiment),
        "satisfaction": rounded(judged.satisfaction),
        "quality": rounded(judged.quality),
        "resolved": rounded(judged.resolved),
        "abandoned": rounded(judged.abandoned),
        "transferred": rounded(contact.transferred),
        "repeated_contact": rounded(contact.repeated_contact),
    }


def times_of(times: Times) -> Document:
    """In seconds; null where they are not known."""
    return {
        "first_response_s": rounded(times.first_response_s),
        "median_response_s": rounded(times.median_response_s),
        "longest_response_s": rounded(times.longest_response_s),
        "hold_s": rounded(times.hold_s),
        "duration_s": rounded(times.duration_s),
    }


def trajectory_of(trajectory: Trajectory | None) -> Document | None:
    """How the customer's mood went."""
    if trajectory is None:
        return None
    return {
        "start": rounded(trajectory.start),
        "end": rounded(trajectory.end),
        "low": rounded(trajectory.low),
        "low_turn": trajectory.low_turn,
        "turned_at": trajectory.turned_at,
        "shape": trajectory.shape.value,
    }


def turns_of(reading: Reading, judged: Judgement) -> list[Document]:
    """The results of every turn."""
    return [
        {
            "index": turn.index,
            "speaker": turn.turn.speaker.value,
            "sentiment": rounded(one.sentiment),
            "label": one.label,
            "quality": rounded(one.quality),
        }
        for turn, one in zip(reading.turns, judged.turns, strict=True)
    ]


def scorecard_of(result: ScorecardResult | None, findings: Findings) -> Document | None:
    """A scorecard's answers; their spans become the findings'."""
    if result is None:
        return None
    totals = result.totals
    return {
        "id": result.id,
        "revision": result.revision,
        "score": rounded(totals.score),
        "potential_score": rounded(totals.potential_score),
        "normalized_score": rounded(totals.normalized_score),
        "answers": [
            {
                "question": one.question,
                "value": one.value,
                "na": one.na,
                "auto_fail": one.auto_fail,
                "source": "system",
                "evidence": findings.add(one.evidence),
            }
            for one in result.answers
        ],
    }


def compliance_of(result: ComplianceResult, findings: Findings) -> list[Document]:
    """Every rule's result; null where it is not applicable or cannot be told."""
    return [
        {"rule": one.rule, "kept": one.kept, "severity": one.severity.value, "evidence": findings.add(one.evidence)}
        for one in result.rules
    ]


def coaching_of(hints: Iterable[Hint], findings: Findings) -> list[Document]:
    """Hints by turn."""
    return [{"hint": one.hint, "turn": one.turn, "evidence": findings.add(one.evidence)} for one in hints]


def evidence_of(evidence: Iterable[Evidence], shown: ShownText) -> list[Document]:
    """Spans with their text, redacted as part of their turn and of what was said before it."""
    return [
        {"feature": feature, "turn": index, "start": start, "end": end, "text": shown.part(index, start, end)}
        for feature, index, start, end in evidence
    ]


def skipped_of(skipped: Iterable[Skipped]) -> list[Document]:
    """What has no value and why, each once."""
    return [{"feature": feature, "reason_code": reason.value} for feature, reason in dict.fromkeys(skipped)]


def rounded(value: float | None) -> float | None:
    """To four decimals: more would be noise, and differ between machines' mathematics."""
    return None if value is None else round(value, _DIGITS) + 0.0


def provenance_of(version: str, config_sha256: str, redaction: str) -> Document:
    """Who made the document, by what configuration."""
    return {"scorer_version": version, "config_sha256": config_sha256, "model": None, "redaction": redaction}
