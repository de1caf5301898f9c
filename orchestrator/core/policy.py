"""Who may approve which action, where, how far it may reach and when: the values of a policy, and which rule decides.

The first rule decides, in the order of the files' names and then of the lines, whose actions, environments, services
and hours fit; no other is looked at. How far an action reaches never chooses the rule, it only adds to what that rule
asks for. So a reach that is wider, or a person with fewer roles, never makes an action easier.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from orchestrator.core.errors import Place
from orchestrator.core.hours import Dates, Hours
from orchestrator.core.reach import Limits

EXPIRES_AFTER = timedelta(minutes=30)


class Mode(StrEnum):
    """How much may be done without a person."""

    READ_ONLY = "read_only"
    """Nothing is changed, whoever approves."""
    REVIEW = "review"
    """Whatever changes something is approved by a person."""
    AUTONOMOUS = "autonomous"
    """What a rule lets pass by itself is done without a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a rule is asked about.

    Attributes:
        action: The action's name.
        environment: Where it acts.
        services: The services that it acts on; none where it acts on something else.
        reach: How much it touches; None, like all that is no number, is unknown and above every limit.
        unit: What is counted.
        tainted: Whether free text supplied an argument or chose the branch.
    """

    action: str
    environment: str
    services: tuple[str, ...] = ()
    reach: object = None
    unit: str = ""
    tainted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a rule or a freeze is about: names or patterns such as `restart_*`; hours of None are all."""

    actions: tuple[str, ...] = ("*",)
    environments: tuple[str, ...] = ("*",)
    services: tuple[str, ...] = ("*",)
    hours: Hours | None = None

    def misfits(self, subject: Subject, now: datetime) -> tuple[str, ...]:
        """Why it is not about this; empty where it is."""
        return tuple(self._misfits(subject, now))

    def _misfits(self, subject: Subject, now: datetime) -> Iterator[str]:
        if not _fits(subject.action, self.actions):
            yield f"it is for the actions {_listed(self.actions)}"
        if not _fits(subject.environment, self.environments):
            yield f"it is for the environment {_listed(self.environments)}, not {subject.environment}"
        if self.services != ("*",):
            others = [service for service in subject.services if not _fits(service, self.services)]
            if others or not subject.services:
                yield f"it is for the services {_listed(self.services)}, not {_listed(others) or 'for none'}"
        if self.hours is not None and not self.hours.holds(now):
            yield f"it holds {self.hours}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        mode: The most that is done in its name: `review`, or `autonomous` up to a limit.
        approvers: Roles that may approve.
        approvals: How many persons must.
        two_above: Above these it takes two.
        limits: Above these it may not be done at all; None is no limit.
        autonomous_up_to: Up to these a mode of autonomous does it without a person; None is up to no limit.
        consent: Whether the authenticated requester's own yes to the exact arguments counts as an approval.
        consent_up_to: Up to these; None is up to no limit.
        expires_after: For how long an approval may be waited for.
        break_glass: Roles one of whose members may act alone, with a reason, and is reviewed afterwards.
    """

    id: str
    place: Place
    scope: Scope
    approvers: tuple[str, ...]
    mode: Mode = Mode.REVIEW
    approvals: int = 1
    two_above: Limits | None = None
    limits: Limits | None = None
    autonomous_up_to: Limits | None = None
    consent: bool = False
    consent_up_to: Limits | None = None
    expires_after: timedelta = EXPIRES_AFTER
    break_glass: tuple[str, ...] = ()

    def persons(self, subject: Subject) -> int:
        """How many must approve, from 1."""
        above = self.two_above is not None and not self.two_above.allow(subject.reach, subject.unit)
        return max(self.approvals, 2 if above else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Days on which nothing is changed but what is excepted.

    Attributes:
        not_for: Actions that it does not concern.
        excepted: Actions that are done nevertheless, by `approvals` persons.
    """

    id: str
    place: Place
    scope: Scope
    dates: tuple[Dates, ...]
    not_for: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    approvals: int = 2

    def holds(self, subject: Subject, now: datetime) -> bool:
        """Whether this is frozen now, excepted or not."""
        scope = self.scope
        # whatever touches one of its services is frozen, and so is what may touch them
        touched = not subject.services or any(_fits(service, scope.services) for service in subject.services)
        elsewhere = replace(scope, services=("*",)).misfits(subject, now)
        concerned = touched and not elsewhere and not _fits(subject.action, self.not_for)
        return concerned and any(dates.holds(now) for dates in self.dates)

    def excepts(self, subject: Subject) -> bool:
        """Whether it may be done nevertheless."""
        return _fits(subject.action, self.excepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules, in the order in which they are looked at.

    Attributes:
        roles: By name, who has it: names or patterns such as `local:alice`, `local:*`, later mail addresses and groups.
        source: The folder that it was read from.
        version: Digest of what it says.
    """

    rules: tuple[Rule, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
    version: str = ""

    def roles_of(self, names: Sequence[str]) -> frozenset[str]:
        """The roles of a person who goes by these names (and is in groups of these names)."""
        return frozenset(role for role, members in self.roles.items() if any(_fits(name, members) for name in names))

    def deciding(self, subject: Subject, now: datetime) -> Rule | None:
        """The rule that decides, or None."""
        return next((rule for rule in self.rules if not rule.scope.misfits(subject, now)), None)

    def nearest(self, subject: Subject, now: datetime) -> tuple[Rule, tuple[str, ...]] | None:
        """Where no rule decides: the one that fits best, its action before all, and why it does not."""
        ranked = [(rule, rule.scope.misfits(subject, now)) for rule in self.rules]
        return min(
            ranked,
            key=lambda item: (not _fits(subject.action, item[0].scope.actions), len(item[1])),
            default=None,
        )

    def frozen(self, subject: Subject, now: datetime) -> tuple[Freeze, ...]:
        """The freezes that hold."""
        return tuple(freeze for freeze in self.freezes if freeze.holds(subject, now))


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
