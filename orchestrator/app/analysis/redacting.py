"""What a batch redacts by: the rules that are asked for, and with a key the tokens that lead back."""

import json
from pathlib import Path

from agents.sentiment.scoring.lines import JudgeFromDocument, LineJudge
from orchestrator.app.analysis.presidio import presidio_name, presidio_redactor
from orchestrator.app.analysis.vault import Sealing, read_key
from orchestrator.batch.partial import PartialFolder
from orchestrator.core.conversations.lines import JudgeMaker
from orchestrator.core.conversations.scoring import Scoring, read_scoring, scoring_document
from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.redactor import STANDARD, UNREDACTED, Find, redactor_named
from orchestrator.surfaces.analysis_application import AnalysisRequest

PRESIDIO = "presidio"
_NAMES = {"short": "standard", "off": UNREDACTED}


def redaction_name(request: AnalysisRequest) -> str:
    """The name of the rules in results; with a key it names the key too, as other keys make other tokens.

    Raises:
        InputError: There are no such rules, Presidio is not installed, or the key cannot be used.
    """
    if request.redaction == PRESIDIO:
        name = presidio_name()
    elif request.redaction in _NAMES:
        name = _NAMES[request.redaction]
    else:
        raise InputError(f"--redaction {request.redaction!r} is not known here; give {', '.join(_NAMES)} or {PRESIDIO}")
    return name if request.redaction_key is None else f"{name} key {_key_of(request, request.redaction_key)}"


def _key_of(request: AnalysisRequest, path: Path) -> str:
    if request.redaction == UNREDACTED:
        raise InputError("--redaction-key seals what is redacted, and --redaction off redacts nothing: leave one out")
    if request.model is not None or request.engine != "local":
        raise InputError("--redaction-key is for the embedded scorer and --engine local: leave it out")
    if request.out is not None and path.resolve().parent == request.out.resolve().parent:
        raise InputError(
            f"the key {str(path)!r} lies beside the result: whoever gets the folder gets both; keep it elsewhere"
        )
    return read_key(path).fingerprint


def sealing_of(request: AnalysisRequest) -> Sealing | None:
    """How the batch seals what it redacts, None without a key."""
    if request.redaction_key is None or request.out is None:
        return None
    return Sealing(request.redaction_key.resolve(), PartialFolder(request.out.resolve()).path)


def finder_of_sent(request: AnalysisRequest) -> Find:
    """What finds personal data in what a model is sent: the rules asked for, our own where those are none."""
    return (presidio_redactor() if request.redaction == PRESIDIO else STANDARD).find


def redacting_judge(request: AnalysisRequest, scoring: Scoring) -> JudgeMaker:
    """What makes the scorer in a worker process."""
    document = json.dumps(scoring_document(scoring))
    sealing = sealing_of(request)
    if request.redaction != PRESIDIO and sealing is None:
        return JudgeFromDocument(document)
    return RedactingJudge(document, by_presidio=request.redaction == PRESIDIO, sealing=sealing)


class RedactingJudge:
    """Makes a judge with rules that do not travel; picklable.

    Args:
        document: Of a `Scoring`, as JSON text.
        by_presidio: Whether Presidio looks too.
        sealing: How what is redacted is sealed.
    """

    def __init__(self, document: str, *, by_presidio: bool, sealing: Sealing | None) -> None:
        self.document = document
        self.by_presidio = by_presidio
        self.sealing = sealing

    def __call__(self) -> LineJudge:
        """The judge."""
        scoring = read_scoring(json.loads(self.document))
        redactor = presidio_redactor() if self.by_presidio else redactor_named(scoring.redaction)
        return LineJudge(scoring, redactor if self.sealing is None else self.sealing.redactor(redactor))
