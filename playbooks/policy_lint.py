"""Lint of a policy: rules that nobody can fulfil, that are never reached, or that let more pass than they say."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from orchestrator.core.errors import Place
from orchestrator.core.policy import Mode, Policy, Rule, Scope
from playbooks.policy import read_policy
from playbooks.problems import Problem, warning


def lint_policies(folder: Path) -> tuple[Problem, ...]:
    """All faults and doubts of a folder of policies, by file and line; InputError where there is none."""
    policy, faults = read_policy(folder)
    found = [*faults, *_unfillable(policy), *_unreached(policy.rules), *_unbounded(policy.rules), *_idle(policy)]
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: (problem.place.file, problem.place.line or 0)))


def _unfillable(policy: Policy) -> Iterator[Problem]:
    """An empty role is no fault: the built-in ones wait for their members."""
    for rule in policy.rules:
        members = set(chain.from_iterable(policy.roles.get(role, ()) for role in rule.approvers))
        if not members:
            roles = ", ".join(rule.approvers) or "nobody"
            yield warning(rule.place, f"nobody may approve by the rule {rule.id!r}: the roles {roles} have no members")
        elif len(members) < rule.approvals and not any("*" in member for member in members):
            yield warning(
                rule.place,
                f"the rule {rule.id!r} asks for {rule.approvals} persons, and only {', '.join(sorted(members))} may",
            )


def _unreached(rules: Sequence[Rule]) -> Iterator[Problem]:
    for index, rule in enumerate(rules):
        covering = next((other for other in rules[:index] if _covers(other.scope, rule.scope)), None)
        if covering is not None:
            yield warning(
                rule.place,
                f"the rule {rule.id!r} is never reached: {covering.id!r} fits all that it does and stands before it",
            )


def _covers(wide: Scope, narrow: Scope) -> bool:
    hours = wide.hours is None or wide.hours == narrow.hours
    pairs = (
        (wide.actions, narrow.actions),
        (wide.environments, narrow.environments),
        (wide.services, narrow.services),
    )
    return hours and all(any(_within(item, pattern) for pattern in one) for one, other in pairs for item in other)


def _within(pattern: str, wider: str) -> bool:
    """Whether all that fits the first fits the second; some pairs of patterns that do are not seen."""
    return pattern == wider or fnmatchcase(pattern, wider)


def _unbounded(rules: Sequence[Rule]) -> Iterator[Problem]:
    for rule in rules:
        if rule.mode is Mode.AUTONOMOUS and rule.autonomous_up_to is None and rule.limits is None:
            yield warning(
                rule.place,
                f"the rule {rule.id!r} lets pass without a person whatever it reaches: "
                "add `autonomous_up_to` or `limits`",
            )


def _idle(policy: Policy) -> Iterator[Problem]:
    used = set(chain.from_iterable((*rule.approvers, *rule.break_glass) for rule in policy.rules))
    for role in policy.roles:
        if role not in used:
            yield warning(Place(policy.source, None, f"roles.{role}"), f"no rule names the role {role!r}")
