"""The policies of this installation: read, checked, and asked which rule decides."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from orchestrator.app.identity import this_user
from orchestrator.app.sources import choose_sources
from orchestrator.app.state import open_state
from orchestrator.core.judging import subject_of
from orchestrator.core.policy import Mode, Policy, Subject
from orchestrator.core.report import Json
from orchestrator.core.ruling import Ruling, members, rule_on
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from orchestrator.surfaces.application import CheckedPolicies, Options, Proposal
from playbooks.policy import load_policy, read_policy
from playbooks.policy_lint import lint_policies

SAMPLE = "sample"
PRODUCTION = "production"


def policies_folder(settings: Settings) -> Path:
    """Where the policies stand."""
    return settings.policies or Path(str(files("playbooks"))) / "policies"


def read_policies(settings: Settings) -> Policy:
    """The policy that counts; GuideError with file, line and field where it is wrong: then nothing is done at all."""
    return load_policy(policies_folder(settings))


def mode_of(settings: Settings) -> Mode:
    """How much may be done without a person."""
    return Mode(settings.mode)


def environment_of(settings: Settings, *, source: str) -> str:
    """Where an action of a run acts that looked at `source` (sample, files or live).

    The sample is one only while no workflow of the user's own is configured: those act on something real, whatever the
    run looked at. What is not known is production.
    """
    if settings.environment is not None:
        return settings.environment
    return SAMPLE if source == "sample" and not settings.workflows else PRODUCTION


def environment_of_shop(settings: Settings, sample: bool) -> str:  # noqa: FBT001  # what the shop itself says
    """Where an action on orders acts: the bundled sample shop is one, whatever the logs are; all else is not."""
    return environment_of(settings, source=SAMPLE if sample else "files")


def check_policies(settings: Settings, folder: Path | None) -> CheckedPolicies:
    """Lint a folder, else the one that counts."""
    place = folder or policies_folder(settings)
    problems = lint_policies(place)
    policy, _ = read_policy(place)
    return CheckedPolicies(folder=str(place), rules=len(policy.rules), problems=problems)


def explain_policy(
    settings: Settings,
    action: str | None,
    *,
    about: Proposal | None,
    mode: str | None = None,
    now: datetime | None = None,
) -> Json:
    """Which rule decides now about a proposed action, or about what is described; what it asks for, and who may."""
    policy = read_policies(settings)
    chosen = Mode(mode) if mode else mode_of(settings)
    subject = _described(settings, about) if about is not None else _proposed(settings, action or "")
    ruling = rule_on(policy, subject, mode=chosen, now=now or datetime.now(UTC))
    return {
        "action": subject.action,
        "environment": subject.environment,
        "services": list(subject.services),
        "blast_radius": {"value": subject.reach, "unit": subject.unit or None},
        "tainted": subject.tainted,
        "mode": chosen.value,
        "policy": policy.version,
        **ruling_document(policy, ruling),
        "you": you(policy, ruling, this_user()),
    }


def _described(settings: Settings, about: Proposal) -> Subject:
    source = choose_sources(Options(), settings, make=False).kind
    return Subject(
        action=about.action,
        environment=about.environment or environment_of(settings, source=source),
        services=about.services,
        reach=about.reach,
        unit=about.unit,
        tainted=about.tainted,
    )


def _proposed(settings: Settings, action: str) -> Subject:
    with open_state(settings) as database:
        return subject_of(StoredActions(database).find(action).request)


def ruling_document(policy: Policy, ruling: Ruling) -> Json:
    """A ruling as JSON, with the names behind its roles."""
    return {
        "decision": ruling.decision.value,
        "rule": ruling.rule,
        "place": ruling.place,
        "reasons": list(ruling.reasons),
        "approvals": ruling.persons,
        "roles": list(ruling.roles),
        "approvers": list(members(policy, ruling.roles)),
        "consent": "requester" if ruling.consent else None,
        "break_glass": list(ruling.break_glass),
        "expires_after_s": ruling.expires_after.total_seconds() if ruling.expires_after else None,
    }


def you(policy: Policy, ruling: Ruling, name: str) -> Json:
    """What this user may do about it."""
    roles = policy.roles_of([name])
    return {
        "name": name,
        "roles": sorted(roles),
        "may_approve": bool(roles & set(ruling.roles)),
        "may_break_glass": bool(roles & set(ruling.break_glass)),
    }
