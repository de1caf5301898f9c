from dataclasses import replace

import pytest
from dossiers import INCIDENT, RUN, dossier, later, mark, report

from orchestrator.core.errors import ClaimError
from orchestrator.core.incidents.dossier import Outcome
from orchestrator.core.incidents.incident import IncidentStatus
from orchestrator.core.incidents.postmortem import Postmortem, resolved, write_postmortem
from orchestrator.core.incidents.receipts import receipts_of
from orchestrator.core.incidents.sentences import Sentence
from orchestrator.core.incidents.summary import status_update, summarise

RESOLVED = replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=later(50), open_alerts=0)
VARIANTS = {
    "everything": dossier(),
    "resolved": dossier(incident=RESOLVED),
    "wrong": dossier(marks=(mark(Outcome.WRONG, cause=""),)),
    "no_run": dossier(runs=(), marks=()),
    "bare": dossier(runs=(), marks=(), acts=(), notes=(), items=(), events=(), alerts=()),
    "nothing_found": dossier(
        runs=(
            replace(RUN, report=report(verdict={"status": "no_data", "reason": "no rows"}, claims=[], ruled_out=[])),
        ),
        marks=(),
    ),
    "unfinished": dossier(runs=(replace(RUN, report={}, finished_at=None),), marks=()),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_no_sentence_lacks_a_receipt_and_every_receipt_resolves(name: str):
    """Each sentence and each entry of the timeline cites what the record holds, and the appendix has it."""
    found = write_postmortem(VARIANTS[name], now=later(60))
    known = {item.id for item in found.receipts}
    cited = _cited(found)
    assert all(names for _, names in cited)
    assert {one for _, names in cited for one in names} == known
    assert all(item.title or item.facts for item in found.receipts)
    assert [found.number(item.id) for item in found.receipts] == [*range(1, len(found.receipts) + 1)]


def _cited(found: Postmortem) -> list[tuple[str, tuple[str, ...]]]:
    said = [(item.text, item.receipts) for section in found.sections for item in section.sentences]
    return said + [(entry.text, entry.receipts) for entry in found.entries]


@pytest.mark.parametrize("name", VARIANTS)
def test_summary_and_update_have_receipts_too(name: str):
    """They are made of the same sentences."""
    held = receipts_of(VARIANTS[name])
    said = [item for section in summarise(VARIANTS[name]) for item in section.sentences]
    said += status_update(VARIANTS[name], now=later(60)).sentences
    assert {one for item in said for one in item.receipts} <= set(held)


def test_what_a_receipt_holds():
    """Query, parameters, hash and address of evidence; check of a claim; who approved; the check of a verification."""
    found = {item.id: item for item in write_postmortem(dossier(), now=later(60)).receipts}
    evidence = found["evidence:r-1#E1"]
    facts = dict(evidence.facts)
    assert evidence.query.startswith("AppRequests")
    assert (facts["p_service"], facts["sha256 of the result"], facts["rows"]) == ("checkout", "ab" * 32, "1")
    assert evidence.link == "https://portal.azure.com/#blade"
    assert dict(found["claim:r-1#C1"].facts)["check"] == "row.share > 0.1"
    assert dict(found["action:A-7/2"].facts)["by"] == "local:ana"
    verified = found["action:A-7/4"]
    assert (dict(verified.facts)["check"], verified.query) == ("row.share < 0.01", "AppRequests | count")


def test_no_receipt_leads_to_an_address_that_runs_something():
    """Only addresses of the web become links, whoever wrote them."""
    found = {item.id: item for item in write_postmortem(dossier(), now=later(60)).receipts}
    assert found["evidence:r-1#E2"].link == ""
    assert found["alert:f1"].link == ""


def test_a_sentence_without_a_receipt_cannot_be():
    """Neither without receipts nor with an empty one; and a receipt that the record does not hold is refused."""
    with pytest.raises(ClaimError, match="no receipt"):
        Sentence("It is so.", ())
    with pytest.raises(ClaimError, match="no receipt"):
        Sentence("It is so.", ("",))
    with pytest.raises(ClaimError, match="does not hold"):
        resolved(dossier(), ["action:A-99"])


def test_the_cause_is_suspected_until_a_person_confirms_it():
    """A confirmed one is the root cause; one that was wrong is told as such, without its evidence."""
    names = ("everything", "wrong")
    written = {name: write_postmortem(VARIANTS[name], now=later(60)).sections for name in names}
    headings = [next(s.heading for s in sections if s.key == "cause") for sections in written.values()]
    assert headings == ["Root cause", "Suspected root cause"]
    (said,) = (section for section in written["wrong"] if section.key == "cause")
    assert "local:ana called the verdict of run r-1 wrong" in said.sentences[0].text
    assert len(said.sentences) == 2


def test_the_update_holds_no_internals():
    """No cause, host, version, query, person or run; severity, impact, what is done, when the next one comes."""
    text = status_update(dossier(), now=later(60)).text
    assert text.splitlines() == [
        "[Identified] INC-3, severity 1 (error): checkout",
        "There is a problem with checkout since 2026-11-22 10:20 UTC.",
        "About 18% of requests fail.",
        "Measures were taken, and we watch their effect.",
        "Next update by 2026-11-22 12:20 UTC.",
    ]


def test_what_rests_on_sample_data_says_so_first():
    """The update, the summary and the report."""
    made_up = dossier(runs=(replace(RUN, report=report(source="sample")),))
    assert status_update(made_up, now=later(60)).text.startswith("SAMPLE DATA. [Identified]")
    assert summarise(made_up)[0].sentences[0].text.startswith("SAMPLE DATA. INC-3 ")
    assert write_postmortem(made_up, now=later(60)).sample is True
    assert write_postmortem(dossier(), now=later(60)).sample is False


def test_the_update_of_what_is_over():
    """It says from when to when, and that no further update comes."""
    update = status_update(VARIANTS["resolved"], now=later(60))
    assert update.next_at is None
    assert update.text.splitlines()[:3] == [
        "[Resolved] INC-3, severity 1 (error): checkout",
        "There was a problem with checkout from 2026-11-22 10:20 UTC to 2026-11-22 11:10 UTC.",
        "About 18% of requests failed.",
    ]


def test_the_update_while_the_cause_is_not_known():
    """A verdict that was called wrong is not told as a likely cause."""
    text = status_update(dossier(marks=(mark(Outcome.WRONG, cause=""),), acts=()), now=later(60)).text
    assert text.startswith("[Investigating]")
    assert "The team is looking for the cause." in text


def test_the_summary_tells_a_newcomer_all():
    """What, since when, impact, cause with evidence, what was done, who owns it, what is open."""
    found = {section.key: [item.text for item in section.sentences] for section in summarise(dossier())}
    assert [*found] == ["what", "since", "impact", "cause", "done", "owner", "open"]
    assert found["impact"][0] == "Impact as measured: 1,234 affected, 18.0% of all."
    assert found["cause"][0].startswith("local:ana confirmed the cause bad_deploy")
    assert found["done"] == ["A-7, restart service checkout, is done and verified: Verified: 0.1% of requests fail."]
    assert found["owner"][0] == "team-buy owns it; when they do not answer, call buy on call."
    assert "H-5 is with local:cy: Review the restart." in found["open"]
