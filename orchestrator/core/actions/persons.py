"""Who counts as a person: the same name is the same person, however it is written."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.events import ApprovalGiven
from orchestrator.core.actions.request import ActionRequest

LOCAL = "local:"


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's."""
    return one.strip().casefold() == other.strip().casefold()


def is_among(one: str, names: Iterable[str]) -> bool:
    """Whether a person is one of these: names, or patterns such as `local:*`."""
    person = one.strip().casefold()
    return any(fnmatchcase(person, name.strip().casefold()) for name in names)


def counted(given: Iterable[ApprovalGiven], request: ActionRequest, ruled: Ruled) -> Sequence[ApprovalGiven]:
    """The approvals that count under a ruling, one a person."""
    found: list[ApprovalGiven] = []
    for vote in given:
        by_role = is_among(vote.by, ruled.approvers)
        own = ruled.ruling.consent and vote.authenticated and same_person(vote.by, request.requested_by)
        if (by_role or own) and not any(same_person(vote.by, known.by) for known in found):
            found.append(vote)
    return found


def second_person(votes: Sequence[ApprovalGiven], needed: int) -> str:
    """What is still wanted, in words; local names are nobody's proof of who they are, and it is said."""
    missing = needed - len(votes)
    names = " and ".join(vote.by for vote in votes)
    text = f"{missing} more {'person' if missing == 1 else 'persons'} must approve, under another name than {names}"
    if any(not vote.authenticated for vote in votes):
        text += "; local names are not authenticated: the rule tells names apart, not persons"
    return text
