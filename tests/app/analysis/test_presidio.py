from importlib.util import find_spec

import pytest

from orchestrator.app.analysis.presidio import BLANK, installed_model, presidio_name, presidio_redactor
from orchestrator.app.analysis.redacting import finder_of_sent
from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.spans import Kind
from orchestrator.surfaces.analysis_application import AnalysisRequest

INSTALLED = find_spec("presidio_analyzer") is not None


@pytest.mark.skipif(INSTALLED, reason="Presidio is installed")
def test_without_presidio_the_extra_is_named():
    """Both where the name is asked and where the rules are made."""
    with pytest.raises(InputError, match=r"pip install 'switchboard\[presidio\]'"):
        presidio_name()
    with pytest.raises(InputError, match=r"pip install 'switchboard\[presidio\]'"):
        presidio_redactor()


@pytest.mark.skipif(not INSTALLED, reason="the extra `presidio` is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_presidio_finds_what_it_knows_and_ours_stays():
    """Its patterns without a model, and our keys, which it does not know."""
    redactor = presidio_redactor()
    text = "mail jo@example.com, coins 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, AccountKey=abcd1234abcd1234abcd1234=="

    found = redactor.text(text)

    assert found == "mail [email], coins [secret], AccountKey=[secret]"
    assert presidio_name().startswith("presidio 2.")
    assert presidio_name().endswith(f" {BLANK}") == (installed_model() == BLANK)


@pytest.mark.skipif(not INSTALLED, reason="the extra `presidio` is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_presidio_finds_in_what_a_model_is_sent_too():
    """Who asks for its rules has them at every exit."""
    find = finder_of_sent(AnalysisRequest(inputs=(), out=None, redaction="presidio"))
    found = find("coins 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, mail jo@example.com", "")
    assert [(span.kind, span.start, span.end) for span in found] == [(Kind.SECRET, 6, 40), (Kind.EMAIL, 47, 61)]
