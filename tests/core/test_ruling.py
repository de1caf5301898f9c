import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import Place
from orchestrator.core.hours import Dates, Hours
from orchestrator.core.policy import Freeze, Mode, Policy, Rule, Scope, Subject
from orchestrator.core.reach import Limits, limits
from orchestrator.core.ruling import Decision, Ruling, rule_on

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RULE = Rule(
    id="fixes",
    place=Place("actions.yaml", 3),
    scope=Scope(actions=("restart_*",), environments=("production",)),
    approvers=("on_call",),
    two_above=limits({"services": 2}),
    limits=limits({"services": 10}),
    break_glass=("lead",),
    expires_after=timedelta(minutes=30),
)
ROLES = {"on_call": ("local:alice", "local:bob"), "lead": ("local:carol",)}
POLICY = Policy(rules=(RULE,), roles=ROLES, source="policies")
SUBJECT = Subject(action="restart_service", environment="production", services=("cart",), reach=1, unit="services")


def ruled(subject: Subject = SUBJECT, policy: Policy = POLICY, mode: Mode = Mode.REVIEW) -> Ruling:
    """What the policy says at noon of a Wednesday."""
    return rule_on(policy, subject, mode=mode, now=NOW)


def with_rule(**changes: object) -> Policy:
    """The policy with another rule."""
    return replace(POLICY, rules=(replace(RULE, **changes),))  # type: ignore[arg-type]  # a test's changes


def test_a_rule_asks_for_a_person():
    """Who may, how many, and for how long."""
    assert ruled() == Ruling(
        decision=Decision.APPROVAL,
        reasons=("the rule 'fixes' asks for one person of on_call", "the mode is review"),
        rule="fixes",
        place="actions.yaml:3",
        persons=1,
        roles=("on_call",),
        break_glass=("lead",),
        expires_after=timedelta(minutes=30),
    )


@pytest.mark.parametrize(
    ("reach", "decision", "persons"),
    [
        (2, Decision.APPROVAL, 1),
        (3, Decision.APPROVAL, 2),
        (10, Decision.APPROVAL, 2),
        (11, Decision.FORBIDDEN, 0),
        (None, Decision.FORBIDDEN, 0),
    ],
)
def test_more_is_asked_for_the_further_it_reaches(reach: object, decision: Decision, persons: int):
    """Two persons above one limit, nobody above the other; an unknown reach is above both."""
    found = ruled(replace(SUBJECT, reach=reach))
    assert (found.decision, found.persons) == (decision, persons)


def test_what_no_rule_is_for_is_not_done():
    """The nearest rule is named, with why it is not for this."""
    found = ruled(replace(SUBJECT, environment="staging"))
    assert found.decision is Decision.FORBIDDEN
    assert found.reasons == (
        (
            "no rule is for restart_service in staging, and what no rule is for is not done; the nearest is 'fixes' "
            "(actions.yaml:3): it is for the environment production, not staging"
        ),
    )


def test_without_rules_nothing_is_done():
    """An empty policy is a no."""
    assert ruled(policy=Policy()).decision is Decision.FORBIDDEN


def test_the_first_rule_decides():
    """A later one that is laxer, or stricter, is not looked at."""
    first = replace(RULE, id="first", approvals=2)
    assert ruled(policy=replace(POLICY, rules=(first, RULE))).rule == "first"
    assert ruled(policy=replace(POLICY, rules=(first, RULE))).persons == 2


def test_hours_choose_the_rule():
    """Out of its hours a rule does not fit, and the next one is looked at."""
    nights = replace(RULE, id="nights", scope=replace(RULE.scope, hours=Hours(days=frozenset({"sat"}))))
    assert ruled(policy=replace(POLICY, rules=(nights, RULE))).rule == "fixes"
    assert ruled(policy=replace(POLICY, rules=(nights,))).decision is Decision.FORBIDDEN


@pytest.mark.parametrize("mode", Mode)
def test_read_only_forbids_and_review_asks(mode: Mode):
    """A rule that lets pass by itself does so in the autonomous mode alone."""
    policy = with_rule(mode=Mode.AUTONOMOUS, autonomous_up_to=limits({"services": 1}))
    expected = {
        Mode.READ_ONLY: Decision.FORBIDDEN,
        Mode.REVIEW: Decision.APPROVAL,
        Mode.AUTONOMOUS: Decision.ALLOWED,
    }
    assert ruled(policy=policy, mode=mode).decision is expected[mode]


@pytest.mark.parametrize(
    "subject",
    [
        replace(SUBJECT, tainted=True),
        replace(SUBJECT, reach=2),
        replace(SUBJECT, reach=3),
    ],
)
def test_a_person_is_asked_in_every_mode(subject: Subject):
    """Where free text had a hand in it, or it reaches further than may pass."""
    policy = with_rule(mode=Mode.AUTONOMOUS, autonomous_up_to=limits({"services": 1}))
    assert ruled(subject, policy, Mode.AUTONOMOUS).decision is Decision.APPROVAL


def test_consent_counts_up_to_its_limit():
    """Above it the requester's own yes is one of nothing."""
    policy = with_rule(consent=True, consent_up_to=limits({"services": 1}))
    assert (ruled(policy=policy).consent, ruled(replace(SUBJECT, reach=2), policy).consent) == (True, False)


FREEZE = Freeze(
    id="late_november",
    place=Place("actions.yaml", 40),
    scope=Scope(environments=("production",)),
    dates=(Dates(first=date(2026, 11, 19), last=date(2026, 11, 30)),),
)


def test_a_freeze_leaves_the_broken_glass():
    """Nobody may approve in the usual way while it holds."""
    found = ruled(policy=replace(POLICY, freezes=(FREEZE,)))
    assert (found.decision, found.roles, found.break_glass) == (Decision.APPROVAL, (), ("lead",))
    without = replace(with_rule(break_glass=()), freezes=(FREEZE,))
    assert ruled(policy=without).decision is Decision.FORBIDDEN


def test_a_freeze_lets_what_it_excepts_pass_with_two():
    """Also where it would have passed without a person."""
    freeze = replace(FREEZE, excepted=("restart_*",))
    policy = replace(with_rule(mode=Mode.AUTONOMOUS), freezes=(freeze,))
    found = ruled(policy=policy, mode=Mode.AUTONOMOUS)
    assert (found.decision, found.persons, found.roles) == (Decision.APPROVAL, 2, ("on_call",))


def test_a_freeze_does_not_concern_what_it_is_not_for():
    """A message may go out on every day."""
    freeze = replace(FREEZE, not_for=("restart_*",))
    assert ruled(policy=replace(POLICY, freezes=(freeze,))) == ruled()


def test_a_role_that_nobody_has_is_a_no_at_once():
    """Nobody waits for an approval that nobody can give."""
    found = ruled(policy=replace(POLICY, roles={"on_call": (), "lead": ()}))
    assert found.decision is Decision.FORBIDDEN
    assert found.reasons[0].startswith("the roles on_call of the rule 'fixes' have no members: name them under")


@pytest.mark.parametrize(
    ("services", "fits"), [(("cart",), True), (("cart", "orders"), False), ((), False), (("CART",), True)]
)
def test_a_rule_of_services_is_for_these_alone(services: tuple[str, ...], *, fits: bool):
    """Each service that the action touches must be one of the rule's, and what touches none is not its."""
    policy = with_rule(scope=replace(RULE.scope, services=("cart",)))
    found = ruled(replace(SUBJECT, services=services), policy)
    assert (found.rule == "fixes") is fits


def test_roles_are_names_or_patterns():
    """A person may be known by several names, such as those of groups."""
    policy = Policy(roles={"here": ("local:*",), "lead": ("group:leads",), "none": ()})
    assert policy.roles_of(["local:alice"]) == {"here"}
    assert policy.roles_of(["alice@contoso.com", "group:leads"]) == {"lead"}


LIMIT = st.one_of(
    st.none(),
    st.builds(limits, st.dictionaries(st.sampled_from(["services", "requests", "*"]), st.integers(0, 20), min_size=1)),
)
RULES = st.builds(
    Rule,
    id=st.sampled_from(["a", "b", "c"]),
    place=st.just(Place("p.yaml", 1)),
    scope=st.builds(
        Scope,
        actions=st.sampled_from([("*",), ("restart_*",), ("drain_zone",)]),
        environments=st.sampled_from([("*",), ("production",)]),
        services=st.sampled_from([("*",), ("cart",)]),
    ),
    approvers=st.sampled_from([(), ("on_call",), ("on_call", "lead")]),
    mode=st.sampled_from([Mode.REVIEW, Mode.AUTONOMOUS]),
    approvals=st.integers(1, 3),
    two_above=LIMIT,
    limits=LIMIT,
    autonomous_up_to=LIMIT,
    consent=st.booleans(),
    consent_up_to=LIMIT,
    break_glass=st.sampled_from([(), ("lead",)]),
)
FREEZES = st.builds(
    Freeze,
    id=st.just("freeze"),
    place=st.just(Place("p.yaml", 9)),
    scope=st.just(Scope()),
    dates=st.just(FREEZE.dates),
    excepted=st.sampled_from([(), ("restart_*",)]),
    approvals=st.integers(1, 3),
)
POLICIES = st.builds(
    Policy,
    rules=st.lists(RULES, max_size=4).map(tuple),
    freezes=st.lists(FREEZES, max_size=1).map(tuple),
    roles=st.fixed_dictionaries(
        {
            "on_call": st.sampled_from([(), ("local:alice",), ("local:*",)]),
            "lead": st.sampled_from([(), ("local:alice",)]),
        }
    ),
)
REACHES = st.one_of(st.none(), st.integers(0, 25))
SUBJECTS = st.builds(
    Subject,
    action=st.sampled_from(["restart_service", "drain_zone"]),
    environment=st.sampled_from(["production", "sample"]),
    services=st.sampled_from([(), ("cart",), ("orders",)]),
    reach=REACHES,
    unit=st.sampled_from(["services", "requests of services", "pods"]),
    tainted=st.booleans(),
)
ORDER = (Decision.ALLOWED, Decision.APPROVAL, Decision.FORBIDDEN)


def easier(one: Ruling, other: Ruling) -> bool:
    """Whether the first asks for less in any respect."""
    if one.decision is not other.decision:
        return ORDER.index(one.decision) < ORDER.index(other.decision)
    return one.persons < other.persons or (one.consent and not other.consent) or bool(set(one.roles) - set(other.roles))


@given(policy=POLICIES, subject=SUBJECTS, mode=st.sampled_from(Mode), wider=REACHES)
def test_a_wider_reach_is_never_easier(policy: Policy, subject: Subject, mode: Mode, wider: int | None):
    """Whatever the policy says; an unknown reach is the widest."""
    if subject.reach is None or (wider is not None and wider < subject.reach):  # type: ignore[operator]  # a number
        subject, wider = replace(subject, reach=wider), subject.reach  # type: ignore[assignment]  # a number or None
    near, far = (rule_on(policy, replace(subject, reach=reach), mode=mode, now=NOW) for reach in (subject.reach, wider))
    assert not easier(far, near)


@given(policy=POLICIES, subject=SUBJECTS, mode=st.sampled_from(Mode))
def test_taint_is_never_easier(policy: Policy, subject: Subject, mode: Mode):
    """What free text had a hand in asks for at least as much."""
    clean, tainted = (rule_on(policy, replace(subject, tainted=flag), mode=mode, now=NOW) for flag in (False, True))
    assert not easier(tainted, clean)
    assert tainted.decision is not Decision.ALLOWED


@given(policy=POLICIES, subject=SUBJECTS)
def test_a_mode_that_may_less_is_never_easier(policy: Policy, subject: Subject):
    """From read-only by way of review to autonomous it only becomes easier."""
    rulings = [rule_on(policy, subject, mode=mode, now=NOW) for mode in Mode]
    assert [easier(strict, lax) for strict, lax in itertools.pairwise(rulings)] == [False, False]


@given(policy=POLICIES, names=st.lists(st.sampled_from(["local:alice", "local:bob", "group:leads"]), min_size=1))
def test_fewer_names_have_no_more_roles(policy: Policy, names: list[str]):
    """Who leaves a group gains nothing."""
    assert policy.roles_of(names[1:]) <= policy.roles_of(names)


@given(limit=st.dictionaries(st.sampled_from(["services", "pods", "*"]), st.floats(0, 1e6), min_size=1))
def test_limits_of_a_unit_grow_with_it(limit: dict[str, float]):
    """What is allowed of a unit is allowed of less of it."""
    found: Limits = limits(limit)
    for value in limit.values():
        if found.allow(value, "services"):
            assert found.allow(value / 2, "services")


@pytest.mark.parametrize(
    ("services", "frozen"), [(("cart",), True), (("cart", "mail"), True), ((), True), (("mail",), False)]
)
def test_a_freeze_of_a_service_holds_for_all_that_may_touch_it(services: tuple[str, ...], *, frozen: bool):
    """Another service beside it, or one that nobody names, gives no way around."""
    freeze = replace(FREEZE, scope=Scope(environments=("production",), services=("cart",)))
    found = ruled(replace(SUBJECT, services=services), policy=replace(with_rule(break_glass=()), freezes=(freeze,)))
    assert (found.decision is Decision.FORBIDDEN) is frozen
