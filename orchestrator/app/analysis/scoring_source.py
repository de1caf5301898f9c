"""What conversations are scored by: the files that a user names, else the shipped ones."""

from pathlib import Path

from orchestrator.app.analysis.calibration_file import read_calibration_file
from orchestrator.app.analysis.redacting import redaction_name
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.errors import InputError
from orchestrator.surfaces.analysis_application import AnalysisRequest
from playbooks import compliance_rules, products
from playbooks.contact_reasons import RETAIL, load_reasons
from playbooks.scorecard import load_scorecard
from playbooks.yaml_values import nearest_names

USUAL_SCORECARD = "support_chat"
"""The shipped scorecard that is used where none is named."""
NONE = "none"
"""The name that switches the scorecard, or the contact reasons, off."""


def read_scoring_files(request: AnalysisRequest) -> Scoring:
    """The scoring of a request.

    Without a word of the user: the shipped scorecard and contact reasons, no compliance rules, no products.

    Raises:
        InputError: A file that cannot be read, or a name of none.
        GuideError: What is wrong in a file, with its line.
    """
    scorecard, reasons = request.scorecard or USUAL_SCORECARD, request.reasons
    rules, goods = request.compliance, request.products
    return Scoring(
        reasons=() if reasons == NONE else load_reasons(_file(reasons or RETAIL, RETAIL.parent, "--reasons")).reasons,
        products=products.load_products(_file(goods, products.FOLDER, "--products")).products if goods else (),
        scorecard=load_scorecard(scorecard) if scorecard != NONE else None,
        rules=compliance_rules.load_rules(_file(rules, compliance_rules.FOLDER, "--compliance")) if rules else (),
        calibration=read_calibration_file(request.calibration) if request.calibration is not None else None,
        redaction=redaction_name(request),
    )


def _file(named: str | Path, shipped: Path, option: str) -> Path:
    """A file or folder that is there, else the shipped file of that id."""
    path = Path(named)
    if path.exists():
        return path
    known = {one.stem: one for one in sorted(shipped.glob("*.yaml"))}
    if str(named) in known:
        return known[str(named)]
    hint = nearest_names(str(named), known)
    raise InputError(f"{option} {str(named)!r}: there is no such file, and none of that name ships{hint}")
