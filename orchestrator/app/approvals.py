"""Proposed actions: list and show them, and take what people say of them."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestrator.app.approval_documents import action_document, result_document
from orchestrator.app.desk import HandoffDesk
from orchestrator.app.identity import this_user
from orchestrator.app.policies import mode_of, read_policies
from orchestrator.app.state import open_state
from orchestrator.core.actions.commands import Command, Deny, Expire, ReviewGlass, Ruled
from orchestrator.core.actions.request import ActionRequest
from orchestrator.core.actions.state import OPEN, UNSETTLED, Action, Stage
from orchestrator.core.errors import InputError, StoreError
from orchestrator.core.handoffs import ItemKind
from orchestrator.core.judging import judge
from orchestrator.core.policy import Mode, Policy
from orchestrator.core.report import Json
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.settings import Settings
from orchestrator.store.actions import StoredActions
from playbooks.services import Services

if TYPE_CHECKING:
    from orchestrator.store.database import Database

WAITING = (Stage.WAITING, Stage.APPROVED, *sorted(UNSETTLED))
VIA = "cli"
_ROUNDS = 20
_NEAR = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What the policy says in this installation.

    Attributes:
        fault: Why the policies cannot be read; then every action is forbidden.
    """

    policy: Policy
    mode: Mode
    fault: str | None = None

    def rule(self, request: ActionRequest, now: datetime) -> Ruled:
        """The ruling on an action now."""
        if self.fault is not None:
            reason = f"the policies cannot be read, so that nothing is done: {self.fault}"
            return Ruled(ruling=Ruling(decision=Decision.FORBIDDEN, reasons=(reason,)), mode=self.mode)
        return judge(self.policy, request, mode=self.mode, now=now)


def read_judging(settings: Settings) -> Judging:
    """The policy and the mode of this installation; one that cannot be read forbids, and hides no list."""
    try:
        return Judging(policy=read_policies(settings), mode=mode_of(settings))
    except InputError as error:
        return Judging(policy=Policy(), mode=mode_of(settings), fault=error.message)


def list_approvals(
    settings: Settings, *, everything: bool, limit: int, now: datetime | None = None
) -> tuple[Json, ...]:
    """The actions that wait for somebody, or all of them, the newest first."""
    moment, judging = now or datetime.now(UTC), read_judging(settings)
    with open_state(settings) as database:
        stored = StoredActions(database)
        found = stored.listed(limit=limit) if everything else _waiting(stored, moment, limit)
    return tuple(described(action, judging, moment) for action in found)


def _waiting(stored: StoredActions, now: datetime, limit: int) -> Sequence[Action]:
    """Without those whose time ran out, which is written down on the way, where that is possible."""
    for _ in range(_ROUNDS):
        found = stored.listed(stages=WAITING, limit=limit)
        over = [action for action in found if action.stage_at(now) is Stage.EXPIRED]
        if not over:
            return found
        try:
            for action in over:
                stored.handle(action.id, Expire(), now=now)
        except StoreError:
            break
    return [action for action in found if action.stage_at(now) is not Stage.EXPIRED]


def show_approval(settings: Settings, action_id: str, *, now: datetime | None = None) -> Json:
    """An action in full."""
    moment, judging = now or datetime.now(UTC), read_judging(settings)
    with open_state(settings) as database:
        return described(find_action(StoredActions(database), action_id), judging, moment)


def find_action(stored: StoredActions, action_id: str) -> Action:
    """An action by its id; InputError with the nearest ids where there is none."""
    try:
        return stored.find(action_id)
    except InputError as error:
        known = [action.id for action in stored.listed(limit=_NEAR)]
        near = difflib.get_close_matches(action_id.upper(), known, n=3, cutoff=0.5) or known[:3]
        raise InputError(
            f"there is no action {action_id!r}; the nearest are {', '.join(near) or 'none yet'}"
        ) from error


def described(action: Action, judging: Judging, now: datetime) -> Json:
    """The action as a document."""
    ruled = judging.rule(action.request, now)
    return action_document(action, ruled, judging.policy, now=now, user=this_user())


def concluded(action: Action, judging: Judging, now: datetime, *, declined: str | None = None) -> Json:
    """The action as a document, with what the command came to."""
    result = result_document(action, judging.rule(action.request, now), now=now, declined=declined)
    return {**described(action, judging, now), "result": result}


async def deny(settings: Settings, action_id: str, *, reason: str, via: str = VIA) -> Json:
    """Say no as this user."""
    if not reason.strip():
        raise InputError("a denial needs a reason, for the record: say why")
    with open_state(settings) as database:
        return _said(database, settings, action_id, Deny(by=this_user(), reason=reason, via=via))


async def review(settings: Settings, action_id: str, *, note: str) -> Json:
    """Review as this user what another did behind broken glass."""
    if not note.strip():
        raise InputError("a review needs a note, for the record: say what you find")
    with open_state(settings) as database:
        document = _said(database, settings, action_id, ReviewGlass(by=this_user(), note=note))
        result = document["result"]
        assert isinstance(result, dict)
        if result["status"] == "refused":
            return document
        action = StoredActions(database).find(str(document["id"]))
        desk, kind = HandoffDesk(database, Services()), ItemKind.BROKEN_GLASS_REVIEW
        desk.settle(action, kind, who=this_user(), note=note, at=datetime.now(UTC))
    return {**document, "result": {**result, "status": "done", "message": "reviewed"}}


def _said(database: "Database", settings: Settings, action_id: str, command: Command) -> Json:
    now, judging, stored = datetime.now(UTC), read_judging(settings), StoredActions(database)
    action = find_action(stored, action_id)
    handled = stored.handle(action.id, command, now=now)
    return concluded(handled.action, judging, now, declined=handled.declined)


def still_open(action: Action, now: datetime) -> bool:
    """Whether it can still be approved."""
    return action.stage_at(now) in OPEN
