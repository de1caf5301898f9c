"""What was computed of a conversation, by the names that conditions of scorecards and rules use."""

from typing import NamedTuple

from agents.sentiment.scoring.conditions import Facts, Span, Value
from agents.sentiment.scoring.conduct import Conduct
from agents.sentiment.scoring.contact import Contact
from agents.sentiment.scoring.findings import Findings, Part
from agents.sentiment.scoring.judgement import Judgement
from agents.sentiment.scoring.products import ProductFound
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.reasons import Reasons
from agents.sentiment.scoring.times import Times

_OVERALL = (
    "sentiment", "label", "customer_sentiment", "agent_sentiment", "satisfaction", "quality", "resolved", "abandoned",
)  # fmt: skip
_TIMES = ("first_response_s", "median_response_s", "longest_response_s", "hold_s", "duration_s")
_NAMES = {
    **{name: f"overall.{name}" for name in (*_OVERALL, "transferred", "repeated_contact")},
    **{name: f"times.{name}" for name in _TIMES},
}
"""What features are called in conditions, where it is something else."""


class Known(NamedTuple):
    """What the parts found of a conversation."""

    judged: Judgement
    contact: Contact
    times: Times
    reasons: Reasons
    product: ProductFound
    conduct: Conduct

    @property
    def parts(self) -> tuple[Part, ...]:
        """Those whose evidence and gaps are not among the findings yet, as what is judged is."""
        return (self.contact, self.times, self.reasons, self.product)


def facts_of(reading: Reading, known: Known, findings: Findings) -> Facts:
    """The values, their spans, and why some are not known."""
    judged, contact, times, reasons, product, seen = known
    said, trajectory = reading.conversation, judged.trajectory
    values: dict[str, Value] = {f"overall.{name}": getattr(judged, name) for name in _OVERALL}
    values |= {f"times.{name}": getattr(times, name) for name in _TIMES}
    values |= {
        "overall.transferred": contact.transferred,
        "overall.repeated_contact": contact.repeated_contact,
        "contact_reason": reasons.reason,
        "product": product.product,
        "channel": said.channel or None,
        "queue": said.queue or None,
    }
    if trajectory is not None:
        values |= {
            "trajectory.start": trajectory.start,
            "trajectory.end": trajectory.end,
            "trajectory.low": trajectory.low,
            "trajectory.shape": trajectory.shape.value,
        }
    values |= seen.values(reading)
    spans: dict[str, list[Span]] = {}
    for span in findings.evidence:
        name = _NAMES.get(span[0], span[0])
        if name in spans:
            spans[name].append(span)
        else:
            spans[name] = [span]
    return Facts(
        values, {**spans, **seen.spans()}, {_NAMES.get(name, name): reason for name, reason in findings.skipped}
    )
