from datetime import UTC, datetime, timedelta

from memory_actions import MemoryActions
from target import Clock, Target

from orchestrator.core.actions.commands import Claim, Command, Learn, Ruled
from orchestrator.core.actions.keeping import Handled
from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.state import Stage
from orchestrator.core.policy import Mode
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.workflows import Absent
from orchestrator.engine.acting.acting import Acting

MINUTE = timedelta(minutes=1)
ALLOWED = Ruled(ruling=Ruling(decision=Decision.ALLOWED, reasons=("the rule 'r'",)), mode=Mode.AUTONOMOUS)


class Sleepy(MemoryActions):
    """A store after whose first claim the process sleeps, while another one finds nothing at the target and acts."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.slept = False

    def handle(self, action_id: str, command: Command, *, now: datetime) -> Handled:
        handled = super().handle(action_id, command, now=now)
        if isinstance(command, Claim) and not self.slept:
            self.slept = True
            self.clock.pass_by(15 * MINUTE)
            absent = Absent(key=handled.action.key, source="lookup")
            super().handle(action_id, Learn(reading=absent, holder_dead=False, asked_at=self.clock()), now=self.clock())
        return handled


async def test_a_process_that_slept_through_its_claim_does_not_call() -> None:
    """Another one may have begun again by then, and a second call would be a second effect."""
    clock = Clock(datetime(2026, 11, 25, 10, tzinfo=UTC))
    actions, target = Sleepy(clock), Target(clock)

    def acting(process: str) -> Acting:
        return Acting(
            actions=actions, workflows=target, judge=lambda _request, _now: ALLOWED, process=process, clock=clock
        )

    request = ActionRequest(
        workflow="restart_service",
        arguments={"service": "checkout"},
        subject="checkout",
        environment="sample",
        radius=BlastRadius(value=1.0, unit="instances"),
        requested_by="local:dave",
    )
    filed = await acting("p1").propose(request)
    slept = await acting("p1").perform(filed.action.id)
    assert (slept.stage, target.effects) == (Stage.APPROVED, [])
    again = await acting("p2").perform(filed.action.id)
    assert (again.stage, len(target.effects)) == (Stage.UNTOLD, 1)
