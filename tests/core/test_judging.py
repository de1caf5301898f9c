from datetime import UTC, datetime

import pytest

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


@pytest.mark.parametrize(
    ("who", "approvers", "breakers"),
    [
        ((), {"local:bob", "group:sre"}, {"local:carol"}),
        (("local:alice",), {"local:bob", "group:sre", "local:alice"}, {"local:carol", "local:alice"}),
        (("local:zoe", "local:carol"), {"local:bob", "group:sre"}, {"local:carol"}),
    ],
)
def test_a_pattern_means_those_at_issue_whom_it_fits(who: tuple[str, ...], approvers: set[str], breakers: set[str]):
    """Nobody is approver by the pattern's own text."""
    ruled = judge(POLICY, REQUEST, mode=Mode.REVIEW, now=NOW, who=who)
    assert (ruled.ruling.decision, ruled.approvers, ruled.breakers) == (Decision.APPROVAL, approvers, breakers)


def test_fewer_roles_never_make_an_approver():
    """Who loses a role is named no longer."""
    less = Policy(rules=(RULE,), roles={**POLICY.roles, "here": ()})
    before = judge(POLICY, REQUEST, mode=Mode.REVIEW, now=NOW, who=("local:alice",))
    after = judge(less, REQUEST, mode=Mode.REVIEW, now=NOW, who=("local:alice",))
    assert after.approvers < before.approvers
    assert after.breakers < before.breakers
