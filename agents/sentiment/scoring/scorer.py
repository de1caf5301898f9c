"""Scores a conversation: reads it once, asks every part, and makes the document of it."""

from collections.abc import Iterator
from itertools import chain

from agents.sentiment.scoring import document
from agents.sentiment.scoring.calibrated_judgement import Calibrator
from agents.sentiment.scoring.calibration_features import Numbers, numbers_of
from agents.sentiment.scoring.coaching import coaching
from agents.sentiment.scoring.compliance import RuleChecker
from agents.sentiment.scoring.conduct import conduct
from agents.sentiment.scoring.conduct_phrases import conduct_phrases
from agents.sentiment.scoring.contact import read_contact
from agents.sentiment.scoring.course import read_course
from agents.sentiment.scoring.cues import load_cues
from agents.sentiment.scoring.facts import Known, facts_of
from agents.sentiment.scoring.findings import Findings
from agents.sentiment.scoring.grounds import Grounds
from agents.sentiment.scoring.judgement import judge
from agents.sentiment.scoring.language import LanguageDetector
from agents.sentiment.scoring.lexicon import load_lexicon
from agents.sentiment.scoring.mood import MoodReader
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.products import ProductTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.reasons import ReasonTable
from agents.sentiment.scoring.scorecard import ScorecardScorer
from agents.sentiment.scoring.shown import ShownText
from agents.sentiment.scoring.summary import Summarizer, no_summary
from agents.sentiment.scoring.talk_cues import talk_phrases
from agents.sentiment.scoring.times import measure_times
from agents.sentiment.scoring.unread import flags_of, nothing_known, unscored, why_unread
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.evidence import ReasonCode
from orchestrator.core.conversations.scoring import Scoring, config_sha256
from orchestrator.core.personal_data.redactor import Redactor, redactor_named

SCORER_VERSION = "1"
"""Rises with every change that gives another document for the same conversation."""


class Scorer:
    """The embedded scorer: a pure function of a conversation.

    Args:
        scoring: What configures it. Nothing of it is read from files here: it travels to worker processes whole.
        redactor: What leaves goes through it; None for the one that the configuration names.
    """

    def __init__(self, scoring: Scoring, redactor: Redactor | None = None) -> None:
        self._redaction = scoring.redaction
        self._redactor = redactor if redactor is not None else redactor_named(scoring.redaction)
        self._sha256 = config_sha256(scoring)
        self._languages = LanguageDetector()
        self._reasons = ReasonTable(scoring.reasons)
        self._products = ProductTable(scoring.products)
        self._summarizer = Summarizer(scoring.reasons, scoring.products)
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
        yield from self._products.phrases
        yield from talk_phrases()
        yield from conduct_phrases()
        yield from self._rules.phrases()
        if self._scorecard is not None:
            yield from self._scorecard.phrases()

    def score(self, conversation: Conversation) -> document.Document:
        """The document of a conversation (docs/schemas/analysis.schema.json), ready to be written as JSON."""
        reading = Reading(conversation, self._table)
        findings, shown = Findings(reading.turns), ShownText(reading, self._redactor)
        language = self._languages.detect(reading)
        findings.skipped += language.skipped
        unread = why_unread(reading, language)
        if unread is None:
            known = self._known(reading, findings)
            of_agent = self._of_agent(reading, known, findings)
            summary = self._summarizer.summarize(reading, known, shown)
        else:
            known = nothing_known(reading, unread)
            of_agent = self._of_nobody(unread, findings)
            summary = no_summary(unread)
            findings.skipped += unscored(reading, unread)
            findings.take_all(known.parts)
        findings.take(summary)
        return {
            **document.head_of(conversation, self._redactor),
            "language": document.language_of(language),
            **document.body_of(reading, known),
            **of_agent,
            "summary": summary.text,
            "evidence": document.evidence_of(findings.evidence, shown),
            "skipped": document.skipped_of(findings.skipped),
            "flags": [*known.judged.flags, *flags_of(language)],
            "provenance": {
                **document.provenance_of(SCORER_VERSION, self._sha256, self._redaction),
                "calibration": self._calibrator.sha256 if self._calibrator is not None else None,
            },
        }

    def _known(self, reading: Reading, findings: Findings) -> Known:
        """What the parts find in words that are understood."""
        course = read_course(reading, self._moods)
        judged = judge(course, self._grounds, findings)
        if self._calibrator is not None:
            judged = self._calibrator.corrected(judged, reading, course, findings)
        if judged.trajectory is not None and judged.trajectory.turned_at is None:
            findings.skip("trajectory.turned_at", ReasonCode.NOT_APPLICABLE)
        known = Known(
            judged,
            read_contact(reading),
            measure_times(reading),
            self._reasons.find(reading),
            self._products.find(reading),
            conduct(reading),
        )
        findings.take_all((*known.parts, known.conduct))
        return known

    def numbers(self, conversation: Conversation) -> tuple[Reading, Numbers]:
        """A conversation read, and the numbers of it that a calibration weighs."""
        reading = Reading(conversation, self._table)
        return reading, numbers_of(read_course(reading, self._moods))

    def _of_agent(self, reading: Reading, known: Known, findings: Findings) -> document.Document:
        """What depends on the agent's conduct: the scorecard, the rules, and hints."""
        facts = facts_of(reading, known, findings)
        scorecard = self._scorecard.score(reading, facts) if self._scorecard is not None else None
        rules = self._rules.check(reading, facts)
        if scorecard is not None:
            findings.take(scorecard)
        else:
            findings.skip("scorecard", ReasonCode.NOT_CONFIGURED)
        findings.take(rules)
        return {
            "conduct": document.conduct_of(known.conduct),
            "scorecard": document.scorecard_of(scorecard, findings),
            "compliance": document.compliance_of(rules, findings),
            "coaching": document.coaching_of(coaching(reading, known.conduct, facts), findings),
        }

    def _of_nobody(self, reason: ReasonCode, findings: Findings) -> document.Document:
        """The same of words that are not read."""
        findings.skip("scorecard", reason if self._scorecard is not None else ReasonCode.NOT_CONFIGURED)
        rules = self._rules.unchecked(reason)
        findings.take(rules)
        return {
            "conduct": document.conduct_of(None),
            "scorecard": None,
            "compliance": document.compliance_of(rules, findings),
            "coaching": [],
        }
