from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError, InputError, Place
from orchestrator.core.hours import Dates, Hours
from orchestrator.core.policy import Freeze, Mode, Rule, Scope, Subject
from orchestrator.core.reach import limits
from orchestrator.core.ruling import Decision, rule_on
from playbooks.mitigations import BY_HAND
from playbooks.parse import load_guides
from playbooks.policy import FIELDS, load_policy, read_policy
from playbooks.policy_lint import lint_policies
from playbooks.problems import Level
from playbooks.workflow import load_workflows

SHIPPED = Path(__file__).parents[2] / "playbooks" / "policies"
TEXT = """\
time_zone: Europe/Berlin
roles:
  on_call: ["local:alice", "local:bob"]
  lead: []
rules:
  - id: fixes
    note: What on call may do.
    actions: [restart_*, scale_out]
    environments: production
    services: [cart]
    hours: {days: [mon-thu, sat], from: 08:00, to: 16:00}
    mode: autonomous
    approvers: [on_call]
    approvals: 2
    two_above: {services: 2}
    limits: {services: 10, "*": 1}
    autonomous_up_to: {services: 1}
    consent: requester
    consent_up_to: {requests: 10.5}
    expires_after: 1h30m
    break_glass: {roles: [lead]}
freezes:
  - id: year_end
    dates: [{from: 12-18, to: 01-02}, {from: 2026-11-19, to: 2026-11-30}]
    except: [rollback_*]
    not_for: [notify]
    approvals: 3
"""


def written(folder: Path, text: str, name: str = "p.yaml") -> Path:
    """A folder with that policy."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_field_is_read(tmp_path: Path):
    """Each of the format reaches its value, with the place of the rule."""
    policy = load_policy(written(tmp_path, TEXT))
    file = str(tmp_path / "p.yaml")
    berlin = "Europe/Berlin"
    assert policy.roles == {"on_call": ("local:alice", "local:bob"), "lead": ()}
    assert policy.rules == (
        Rule(
            id="fixes",
            place=Place(file, 6, "rules[0].id"),
            scope=Scope(
                actions=("restart_*", "scale_out"),
                environments=("production",),
                services=("cart",),
                hours=Hours(
                    days=frozenset({"mon", "tue", "wed", "thu", "sat"}), start=time(8), end=time(16), zone=berlin
                ),
            ),
            approvers=("on_call",),
            mode=Mode.AUTONOMOUS,
            approvals=2,
            two_above=limits({"services": 2}),
            limits=limits({"services": 10, "*": 1}),
            autonomous_up_to=limits({"services": 1}),
            consent=True,
            consent_up_to=limits({"requests": 10.5}),
            expires_after=timedelta(minutes=90),
            break_glass=("lead",),
        ),
    )
    assert policy.freezes == (
        Freeze(
            id="year_end",
            place=Place(file, 23, "freezes[0].id"),
            scope=Scope(),
            dates=(
                Dates(first=date(2000, 12, 18), last=date(2000, 1, 2), yearly=True, zone=berlin),
                Dates(first=date(2026, 11, 19), last=date(2026, 11, 30), zone=berlin),
            ),
            excepted=("rollback_*",),
            not_for=("notify",),
            approvals=3,
        ),
    )


RULE = "roles: {on_call: []}\nrules:\n  - id: fixes\n    approvers: [on_call]\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("rules: 3\n", 1, "expected a list"),
        ("rule: []\n", 1, "unknown key 'rule'; did you mean 'rules' or 'roles'?"),
        ("rules:\n  - approvers: [x]\n", 2, "the key 'id' is missing"),
        ("rules:\n  - id: fixes\n    approvers: [on_cal]\nroles: {on_call: []}\n", 3, "there is no role 'on_cal'"),
        (RULE + "    mode: read_only\n", 5, "'read_only' is not one of review, autonomous"),
        (RULE + "    approvals: 0\n", 5, "0 persons cannot be asked for"),
        (RULE + "    approvals: 1.5\n", 5, "1.5 persons cannot be asked for"),
        (RULE + "    expires_after: soon\n", 5, "'soon' is not a length of time"),
        (RULE + "    expires_after: 0s\n", 5, "'0s' is no time to wait"),
        (RULE + "    limits: {requests: -1}\n", 5, "-1 is no limit"),
        (RULE + "    limits: {requests of users: 1}\n", 5, "is no single word"),
        (RULE + "    limits: {}\n", 5, "a limit of nothing"),
        (RULE + "    limits: {requests: many}\n", 5, "found a text 'many', expected a number"),
        (RULE + "    autonomous_up_to: {requests: 1}\n", 5, "of no use without `mode: autonomous`"),
        (RULE + "    consent_up_to: {requests: 1}\n", 5, "of no use without `consent: requester`"),
        (RULE + "    hours: {days: [someday]}\n", 5, "'someday' is no day of the week"),
        (RULE + "    hours: {from: 24:30}\n", 5, "'24:30' is no time of day"),
        (RULE + "    hours: {time_zone: Mars}\n", 5, "unknown time zone 'Mars'"),
        (RULE + "    break_glass: [on_call]\n", 5, "expected a mapping"),
        (RULE + "    break_glass: {roles: [lead]}\n", 5, "there is no role 'lead'"),
        (RULE + "    actions: []\n", 5, "the list is empty and fits nothing"),
        (RULE + "  - id: fixes\n    approvers: [on_call]\n", 5, "the id 'fixes' is there twice"),
        (RULE + "  - id: Fix it\n    approvers: [on_call]\n", 5, "is not snake_case"),
        ("freezes:\n  - id: f\n    dates: {from: 12-18, to: 2026-01-02}\n", 3, "one of `from` and `to` has a year"),
        ("freezes:\n  - id: f\n    dates: {from: 2026-02-02, to: 2026-01-02}\n", 3, "it ends on 2026-01-02 before"),
        ("freezes:\n  - id: f\n    dates: {from: 13-40, to: 01-02}\n", 3, "'13-40' is no date"),
        ("roles: {On Call: []}\n", 1, "the role 'On Call' is not snake_case"),
        ("rules: [\n", 2, "bad YAML"),
        ("time_zone: Mars\n", 1, "unknown time zone"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, line: int, problem: str):
    """File, line and what is wrong there."""
    with pytest.raises(GuideError) as caught:
        load_policy(written(tmp_path, text))
    assert (caught.value.place.file, caught.value.place.line) == (str(tmp_path / "p.yaml"), line)
    assert problem in caught.value.problem


def test_one_fault_hides_no_other(tmp_path: Path):
    """Every rule is read by itself, and what is right is kept."""
    text = RULE + "  - id: b\n    approvers: [on_call]\n    approvals: 9\n  - id: c\n    approvers: [nobody]\n"
    policy, problems = read_policy(written(tmp_path, text))
    assert [rule.id for rule in policy.rules] == ["fixes", "c"]
    assert [problem.place.line for problem in problems] == [7, 9]


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path):
    """Roles may stand in one file and rules in others; two files do not name one role."""
    written(tmp_path, "rules:\n  - id: second\n    approvers: [on_call]\n", "20.yaml")
    written(tmp_path, "rules:\n  - id: first\n    approvers: [on_call]\n", "10.yaml")
    written(tmp_path, "roles: {on_call: []}\n", "roles.yml")
    written(tmp_path, "# nothing yet\n", "30.yaml")
    policy = load_policy(tmp_path)
    assert [rule.id for rule in policy.rules] == ["first", "second"]
    written(tmp_path, "roles: {on_call: []}\n", "roles2.yaml")
    with pytest.raises(GuideError, match="the role 'on_call' is there twice"):
        load_policy(tmp_path)


def test_the_version_is_of_what_is_written(tmp_path: Path):
    """The same text has the same version, another has another."""
    first = load_policy(written(tmp_path, TEXT)).version
    assert load_policy(tmp_path).version == first
    assert load_policy(written(tmp_path, TEXT + "# more\n")).version != first


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_no_policy_is_an_error(tmp_path: Path, name: str):
    """A folder that is not there, or holds none, is a slip and not a policy without rules."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="SWITCHBOARD_POLICIES"):
        load_policy(tmp_path / name)


def test_a_file_of_another_encoding_is_told(tmp_path: Path):
    """With its name."""
    (tmp_path / "p.yaml").write_bytes(b"roles: \xff\n")
    with pytest.raises(InputError, match=r"p\.yaml: cannot be read"):
        load_policy(tmp_path)


def messages(folder: Path) -> list[str]:
    """What lint says."""
    return [problem.message for problem in lint_policies(folder)]


def test_lint_finds_what_nobody_can_fulfil(tmp_path: Path):
    """Roles without members, or with too few, rules that are never reached, roles that nobody needs."""
    text = """\
roles: {on_call: ["local:alice"], empty: [], idle: ["local:bob"]}
rules:
  - id: two
    approvers: [on_call]
    approvals: 2
    actions: [restart_*]
  - id: none
    approvers: [empty]
    actions: [restart_service]
  - id: open
    approvers: [on_call]
    mode: autonomous
"""
    assert messages(written(tmp_path, text)) == [
        "no rule names the role 'idle'",
        "the rule 'two' asks for 2 persons, and only local:alice may",
        "nobody may approve by the rule 'none': the roles empty have no members",
        "the rule 'none' is never reached: 'two' fits all that it does and stands before it",
        "the rule 'open' lets pass without a person whatever it reaches: add `autonomous_up_to` or `limits`",
    ]


def test_lint_counts_a_pattern_as_many(tmp_path: Path):
    """`local:*` may be any number of persons."""
    text = 'roles: {here: ["local:*"]}\nrules:\n  - id: two\n    approvers: [here]\n    approvals: 2\n'
    assert messages(written(tmp_path, text)) == []


def shipped_actions() -> set[str]:
    """What guides propose, what undoes it, and what the workflows change."""
    found = {name for name, spec in load_workflows(SHIPPED.parent / "workflows").items() if spec.changing}
    for guide in load_guides(SHIPPED.parent / "guides"):
        for branch in (branch for step in guide.steps for branch in step.branches if branch.conclusion):
            for mitigation in branch.conclusion.mitigations:
                found |= {mitigation.action, mitigation.undo_action or mitigation.action}
    return found - {BY_HAND}  # nothing is asked for what only a person can do


@pytest.mark.parametrize("environment", ["sample", "production"])
def test_every_shipped_action_has_a_rule(environment: str):
    """No proposal of a shipped guide fails for want of a rule."""
    policy = load_policy(SHIPPED)
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    without = [
        action
        for action in sorted(shipped_actions())
        if policy.deciding(Subject(action=action, environment=environment), now) is None
    ]
    assert without == []


def test_the_shipped_policy_lets_a_laptop_act_on_the_sample_alone():
    """Who is signed in approves there; in production nobody may until somebody is named."""
    policy = load_policy(SHIPPED)
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    here, there = (
        rule_on(
            policy,
            Subject(action="rollback_deployment", environment=environment, reach=3, unit="instances"),
            mode=Mode.REVIEW,
            now=now,
        )
        for environment in ("sample", "production")
    )
    assert (here.decision, here.persons, set(here.roles)) == (Decision.APPROVAL, 1, policy.roles_of(["local:anybody"]))
    assert (there.decision, there.rule) == (Decision.FORBIDDEN, "production_reversible")
    assert "have no members" in there.reasons[0]


def test_the_example_of_the_documentation_is_read(tmp_path: Path):
    """It has no fault, and every field of the format."""
    page = (SHIPPED.parents[1] / "docs" / "policies.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    assert [problem for problem in lint_policies(written(tmp_path, example)) if problem.level is Level.ERROR] == []
    for name in FIELDS:
        assert f"{name}:" in example
