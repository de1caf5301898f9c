"""Scores a conversation: reads it once, asks every part, and makes the document of it."""

from collections.abc import Iterator
from itertools import chain

from agents.sentiment.scoring import document
from agents.sentiment.scoring.calibrated_judgement import Calibrator
from agents.sentiment.scoring.calibration_features import Numbers, numbers_of
from agents.sentiment.scoring.coaching import coaching
from agents.sentiment.scoring.compliance import RuleChecker
from agents.sentiment.scoring.conditions import Facts
from agents.sentiment.scoring.conduct import conduct
from agents.sentiment.scoring.conduct_phrases import conduct_phrases
from agents.sentiment.scoring.contact import read_contact
from agents.sentiment.scoring.course import read_course
from agents.sentiment.scoring.cues import load_cues
from agents.sentiment.scoring.facts import facts_of
from agents.sentiment.scoring.findings import Findings
from agents.sentiment.scoring.grounds import Grounds
from agents.sentiment.scoring.judgement import judge
from agents.sentiment.scoring.lexicon import load_lexicon
from agents.sentiment.scoring.mood import MoodReader
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.reasons import ReasonTable
from agents.sentiment.scoring.scorecard import ScorecardScorer
from agents.sentiment.scoring.talk_cues import talk_phrases
from agents.sentiment.scoring.times import measure_times
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.scoring import Scoring, config_sha256

SCORER_VERSION = "1"
"""Rises with every change that gives another document for the same conversation."""


class Scorer:
    """The embedded scorer: a pure function of a conversation.

    Args:
        scoring: What configures it. Nothing of it is read from files here: it travels to worker processes whole.
    """

    def __init__(self, scoring: Scoring) -> None:
        self._redaction = scoring.redaction
        self._sha256 = config_sha256(scoring)
        self._reasons = ReasonTable(scoring.reasons)
        self._scorecard = ScorecardScorer(scoring.scorecard) if scoring.scorecard is not None else None
        self._rules = RuleChecker(scoring.rules)
        calibration = scoring.calibration
        self._calibrator = Calibrator(calibration, scorer_version=SCORER_VERSION) if calibration is not None else None
        cues = load_cues()
        self._moods = MoodReader(load_lexicon(), cues)
        self._grounds = Grounds(self._moods, PhraseTable(cues.phrases))
        self._table = PhraseTable(chain(cues.phrases, self._phrases()))

    def _phrases(self) -> Iterator[tuple[str, str]]:
        yield from self._reasons.phrases
        yield from talk_phrases()
        yield from conduct_phrases()
        yield from self._rules.phrases()
        if self._scorecard is not None:
            yield from self._scorecard.phrases()

    def score(self, conversation: Conversation) -> document.Document:
        """The document of a conversation (docs/schemas/analysis.schema.json), ready to be written as JSON."""
        reading = Reading(conversation, self._table)
        findings = Findings(reading.turns)
        course = read_course(reading, self._moods)
        judged = judge(course, self._grounds, findings)
        if self._calibrator is not None:
            judged = self._calibrator.corrected(judged, reading, course, findings)
        contact, times, reasons = read_contact(reading), measure_times(reading), self._reasons.find(reading)
        for part in (contact, times, reasons):
            findings.take(part)
        return {
            **document.head_of(conversation),
            "language": {"code": "en", "confidence": None, "supported": True},
            "overall": document.overall_of(judged, contact),
            "trajectory": document.trajectory_of(judged.trajectory),
            "contact_reason": reasons.reason,
            "contact_reasons": [{"id": one.id, "score": one.score} for one in reasons.reasons],
            "product": None,
            "times": document.times_of(times),
            "turns": document.turns_of(reading, judged),
            **self._of_conduct(
                reading, facts_of(reading, judged, findings, contact=contact, times=times, reasons=reasons), findings
            ),
            "summary": None,
            "evidence": document.evidence_of(findings.evidence, reading, self._redaction),
            "skipped": document.skipped_of(findings.skipped),
            "flags": list(judged.flags),
            "provenance": {
                **document.provenance_of(SCORER_VERSION, self._sha256, self._redaction),
                "calibration": self._calibrator.sha256 if self._calibrator is not None else None,
            },
        }

    def numbers(self, conversation: Conversation) -> tuple[Reading, Numbers]:
        """A conversation read, and the numbers of it that a calibration weighs."""
        reading = Reading(conversation, self._table)
        return reading, numbers_of(read_course(reading, self._moods))

    def _of_conduct(self, reading: Reading, known: Facts, findings: Findings) -> document.Document:
        """What depends on the agent's conduct: the scorecard, the rules, and hints."""
        seen = conduct(reading)
        facts = Facts({**known.values, **seen.values(reading)}, {**known.spans, **seen.spans()}, known.reasons)
        findings.take(seen)
        scorecard = self._scorecard.score(reading, facts) if self._scorecard is not None else None
        rules = self._rules.check(reading, facts)
        if scorecard is not None:
            findings.take(scorecard)
        else:
            findings.skip("scorecard", ReasonCode.NOT_CONFIGURED)
        findings.take(rules)
        return {
            "scorecard": document.scorecard_of(scorecard, findings),
            "compliance": document.compliance_of(rules, findings),
            "coaching": document.coaching_of(coaching(reading, seen, facts), findings),
        }
