"""What conversations are scored by: the files that a user names, else the shipped ones."""

from pathlib import Path

from orchestrator.app.analysis.calibration_file import read_calibration_file
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.surfaces.analysis_application import AnalysisRequest
from playbooks.contact_reasons import RETAIL, load_reasons

_REDACTIONS = {"short": "standard", "off": "off"}


def read_scoring_files(request: AnalysisRequest) -> Scoring:
    """The scoring of a request; InputError for what is wrong in a file, with its line."""
    calibration = read_calibration_file(request.calibration) if request.calibration is not None else None
    return Scoring(reasons=_reasons(request.reasons), calibration=calibration)


def _reasons(named: str | None) -> tuple[ContactReason, ...]:
    if named is None:
        return load_reasons(RETAIL).reasons
    shipped = RETAIL.parent / f"{named}.yaml"
    path = shipped if shipped.is_file() and not Path(named).exists() else Path(named)
    return load_reasons(path).reasons
