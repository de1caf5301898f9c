"""Tests of past incidents as documents."""

from typing import Any

from orchestrator.app.past_incidents import incident_documents

KEY = "AccountKey=" + "c2VjcmV0" * 8
REPORT: dict[str, Any] = {
    "run": "20261125-6d131dee",
    "source": "files",
    "asked": "checkout returns 502\nsince 10:20, key " + KEY,
    "window": {"from": "2026-11-25T09:00:00Z"},
    "verdict": {"status": "cause_found", "cause": "bad_deploy", "object": "checkout 4.12.0", "summary": "it fails"},
    "guide": {"id": "deploy_regression"},
    "claims": [{"text": "18 % fail"}, {"text": "only 4.12.0"}],
    "ruled_out": [{"text": "no dependency"}],
    "parameters": {"p_service": "Checkout"},
    "turns": [],
}


def test_a_found_cause_is_an_incident():
    """What was asked, concluded, found and ruled out, to be filtered by cause, service and guide; no secret."""
    (document,) = incident_documents(REPORT)
    assert (document.id, document.kind) == ("incident/20261125-6d131dee", "incident")
    assert document.fields["title"].startswith("checkout returns 502 since 10:20")
    assert document.fields["body"] == (
        "## Cause\n\nit fails\n\n## Found\n\n18 % fail\nonly 4.12.0\n\n## Ruled out\n\nno dependency"
    )
    assert document.fields["causes"] == "bad_deploy\ncheckout 4.12.0"
    assert document.filters == {"cause": ("bad_deploy",), "service": ("checkout",), "guide": ("deploy_regression",)}
    assert "c2VjcmV0" not in str(document)


def test_what_is_no_incident():
    """Sample data, and runs that found no cause, are left out."""
    assert list(incident_documents({**REPORT, "source": "sample"})) == []
    assert list(incident_documents({**REPORT, "verdict": {"status": "healthy"}})) == []
    assert list(incident_documents({**REPORT, "verdict": None})) == []


def test_two_subjects_are_two_incidents():
    """Each turn whose cause was found has its own document."""
    turn = {name: REPORT[name] for name in ("asked", "verdict", "guide", "claims", "parameters")}
    other = {**turn, "verdict": {"status": "healthy"}}
    found = [one.id for one in incident_documents({**REPORT, "turns": [turn, other, turn]})]
    assert found == ["incident/20261125-6d131dee/1", "incident/20261125-6d131dee/3"]
