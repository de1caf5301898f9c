from dataclasses import replace

import pytest
from dossiers import ALERT, INCIDENT, dossier, mark

from orchestrator.core.incidents.dossier import Outcome
from orchestrator.core.incidents.similar import compare, incident_document, profile, profile_of, similar
from orchestrator.core.ports import Hit

OTHER = replace(INCIDENT, id="INC-1")


def hit(identifier: str, *, score: float = 0.5, **changes: object) -> Hit:
    """A past incident as the index gives it."""
    document = incident_document(dossier(incident=replace(INCIDENT, id=identifier), **changes))
    return Hit(id=document.id, kind="incident", score=score, title="", passage="", fields=document.fields)


def test_a_document_says_what_incidents_are_compared_by():
    """The profile of an incident is the same from its dossier and from its document."""
    found = incident_document(dossier())
    past = profile_of(found.fields, identifier=found.id)
    mine = profile(dossier())
    assert (past.id, past.rules, past.services, past.cause, past.confirmed_by) == (
        mine.id, mine.rules, mine.services, mine.cause, mine.confirmed_by,
    )  # fmt: skip
    assert dict(found.filters) == {
        "cause": ("bad_deploy",),
        "service": ("checkout",),
        "guide": ("deploy_regression",),
        "rule": ("higherrorrate",),
    }


def test_the_same_again_is_the_most_alike_and_says_why():
    """Rule, service, cause and words count, and each is named."""
    (found,) = similar(profile(dossier()), [hit("INC-1", score=1.0)])
    assert found.score == pytest.approx(1.0)
    assert found.why.startswith(
        "the same alert rule HighErrorRate; the same service checkout; the same suspected cause"
    )


def test_a_past_cause_is_a_question():
    """It is a hypothesis that says who confirmed it; one that was wrong is none."""
    mine = profile(dossier(marks=()))
    confirmed, suspected, wrong = similar(
        mine,
        [
            hit("INC-1"),
            hit("INC-2", marks=()),
            hit("INC-4", marks=(mark(Outcome.WRONG, cause=""),)),
        ],
    )
    assert confirmed.hypothesis == (
        "Is it bad_deploy again? It was in INC-1 (confirmed by local:ana); nothing shows it here yet."
    )
    assert "suspected, not confirmed" in suspected.hypothesis
    assert (wrong.cause, wrong.hypothesis) == ("", "")


def test_itself_and_what_is_unlike_are_left_out():
    """Neither the incident, nor one of another service with another rule and other words."""
    unlike = hit(
        "INC-2",
        score=0.1,
        alerts=(replace(ALERT, rule="DiskFull", title="disk full", description=""),),
        marks=(),
        runs=(),
    )
    strange = replace(unlike, fields={**unlike.fields, "services": "billing", "title": "disk full", "symptoms": "disk"})
    assert similar(profile(dossier()), [hit("INC-3"), strange]) == ()


def test_names_are_compared_without_case():
    """A rule written otherwise is the same one, and is told as it is written here."""
    mine = profile(dossier())
    past = replace(mine, id="INC-1", rules=frozenset({"HIGHERRORRATE"}), services=frozenset(), words=frozenset())
    assert compare(mine, replace(past, cause=""), text=0.0).why == "the same alert rule HighErrorRate"
