"""Finds personal data by Microsoft Presidio, beside our own short list.

Presidio's patterns need no model. Its names and places need one of spaCy's, which is used where it is installed;
nothing is ever downloaded. Without one a blank pipeline is used, and no names are found.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.redactor import Redactor
from orchestrator.core.personal_data.spans import Kind, Span

MODELS = ("en_core_web_lg", "en_core_web_trf", "en_core_web_md", "en_core_web_sm")
"""Those of spaCy that are used where they are installed, the first of them."""
BLANK = "blank"
_LEAST_SCORE = 0.4  # what Presidio gives a phone number without a word that says so
_KINDS = {
    "EMAIL_ADDRESS": Kind.EMAIL,
    "PHONE_NUMBER": Kind.PHONE,
    "CREDIT_CARD": Kind.CARD,
    "IBAN_CODE": Kind.IBAN,
    "CRYPTO": Kind.SECRET,
    "US_SSN": Kind.NATIONAL_ID,
    "US_ITIN": Kind.NATIONAL_ID,
    "US_PASSPORT": Kind.NATIONAL_ID,
    "UK_NHS": Kind.NATIONAL_ID,
    "MEDICAL_LICENSE": Kind.NATIONAL_ID,
    "PERSON": Kind.PERSON,
    "LOCATION": Kind.LOCATION,
}
_OF_MODEL = frozenset({"PERSON", "LOCATION"})
_MISSING = "--redaction presidio needs Presidio, which is not installed: pip install 'switchboard[presidio]'"


def presidio_name() -> str:
    """The name of its rules in results: the version, and the model or that there is none.

    Raises:
        InputError: It is not installed.
    """
    try:
        return f"presidio {version('presidio-analyzer')} {installed_model()}"
    except PackageNotFoundError as error:
        raise InputError(_MISSING) from error


def installed_model() -> str:
    """The model of spaCy that is used, `BLANK` where none is installed."""
    return next((name for name in MODELS if find_spec(name) is not None), BLANK)


def presidio_redactor() -> Redactor:
    """The rules; made in each process, as they cannot be sent to one."""
    return Redactor(find=_Finder())


class _Finder:
    """Finds by Presidio and by our list; of spans that overlap the first and longest, ours before an equal one."""

    def __init__(self) -> None:
        try:
            import spacy  # noqa: PLC0415  # optional, and takes seconds
            from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415  # the same
            from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415  # the same
            from tldextract import tldextract  # noqa: PLC0415  # the same
        except ImportError as error:
            raise InputError(_MISSING) from error
        tldextract.TLD_EXTRACTOR.suffix_list_urls = ()  # its own copy of the list: nothing is fetched
        model = installed_model()
        pipeline = spacy.blank("en") if model == BLANK else spacy.load(model)

        class Loaded(SpacyNlpEngine):  # type: ignore[misc, unused-ignore]  # untyped where it is not installed
            """An engine that loads nothing, as its own would download what is missing."""

            def load(self) -> None:
                self.nlp = {"en": pipeline}

        engine = Loaded()
        engine.load()
        self._analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
        self._entities = [name for name in _KINDS if model != BLANK or name not in _OF_MODEL]

    def __call__(self, text: str, earlier: str) -> Sequence[Span]:
        ours = find_personal(text, earlier=earlier)
        found = self._analyzer.analyze(text, language="en", entities=self._entities, score_threshold=_LEAST_SCORE)
        theirs = [Span(_KINDS[one.entity_type], one.start, one.end) for one in found]
        apart: list[Span] = []
        for span in sorted([*ours, *theirs], key=lambda one: (one.start, -one.end)):
            if not apart or span.start >= apart[-1].end:
                apart.append(span)
            elif span.end > apart[-1].end:
                apart[-1] = apart[-1]._replace(end=span.end)
        return apart
