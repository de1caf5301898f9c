from datetime import UTC, datetime

import pytest

from orchestrator.core.actions.persons import is_among
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.errors import Place
from orchestrator.core.judging import judge, subject_of
from orchestrator.core.policy import Mode, Policy, Rule, Scope, Subject
from orchestrator.core.ruling import Decision

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RULE = Rule(
    id="fixes", place=Place("p.yaml", 1), scope=Scope(), approvers=("here", "on_call"), break_glass=("lead", "here")
)
POLICY = Policy(
    rules=(RULE,), roles={"here": ("local:a*",), "on_call": ("local:bob", "group:sre"), "lead": ("local:carol",)}
)
REQUEST = ActionRequest(
    workflow="restart_service",
    arguments={"service": "cart"},
    subject="cart",
    service="cart",
    environment="sample",
    radius=BlastRadius(value=3, unit="pods"),
    requested_by="local:dave",
    tainted=("the service is named by a log cell",),
)


def test_a_request_is_what_the_rules_are_asked_about():
    """Its workflow, place, service, reach and taint."""
    assert subject_of(REQUEST) == Subject(
        action="restart_service", environment="sample", services=("cart",), reach=3, unit="pods", tainted=True
    )


def test_those_whom_a_ruling_means_are_named():
    """Names and patterns of the roles that may approve, and of those that may break the glass."""
    ruled = judge(POLICY, REQUEST, mode=Mode.REVIEW, now=NOW)
    assert ruled.ruling.decision is Decision.APPROVAL
    assert ruled.approvers == {"local:a*", "local:bob", "group:sre"}
    assert ruled.breakers == {"local:a*", "local:carol"}


@pytest.mark.parametrize(
    ("name", "may"), [("local:alice", True), ("LOCAL:Bob ", True), ("local:carol", False), ("sre", False), ("", False)]
)
def test_a_person_is_meant_by_name_or_pattern(name: str, *, may: bool):
    """However the name is written."""
    assert is_among(name, judge(POLICY, REQUEST, mode=Mode.REVIEW, now=NOW).approvers) is may


def test_fewer_members_never_make_an_approver():
    """Who loses a role is meant no longer, and nobody is instead."""
    less = Policy(rules=(RULE,), roles={**POLICY.roles, "here": ()})
    before, after = (judge(policy, REQUEST, mode=Mode.REVIEW, now=NOW) for policy in (POLICY, less))
    assert after.approvers < before.approvers
    assert after.breakers < before.breakers
