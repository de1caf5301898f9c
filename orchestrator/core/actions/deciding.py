"""What a command makes of an action: pure, so that every order of commands, crashes and clocks can be tried.

The rules that nothing may break: no call without an approval for exactly these arguments that holds at the claim; one
claim at a time; after a claim another call only once it is known that the earlier one did nothing, which only its own
answer, a read of the target or a person who looked there can tell.
"""

from datetime import datetime

from orchestrator.core.actions.approving import Said, say
from orchestrator.core.actions.commands import Command, Expire, Report, Rule, Void
from orchestrator.core.actions.events import ActionExpired
from orchestrator.core.actions.ledger import Deed, enter
from orchestrator.core.actions.standing import Answer, no
from orchestrator.core.actions.state import OPEN, Action, Stage


def decide(action: Action, command: Command, *, now: datetime) -> Answer:
    """What becomes of an action by a command; an action whose time ran out is expired first.

    A call's answer is no wish, and is heard whatever the time.
    """
    if action.stage in OPEN and action.stage_at(now) is Stage.EXPIRED and not isinstance(command, Report):
        expired = ActionExpired(at=now)
        if isinstance(command, Rule | Expire | Void):
            return Answer(events=(expired,))
        return no(f"{action.id} expired at {action.expires_at}; propose it again", expired)
    if isinstance(command, Expire):
        return Answer()
    if isinstance(command, Deed):
        return enter(action, command, now)
    assert isinstance(command, Said)
    return say(action, command, now)
