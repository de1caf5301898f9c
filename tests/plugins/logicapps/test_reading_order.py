"""A read of two sources, while the run that it asks about goes on."""

from typing import Any

from orchestrator.core.workflows import Done, Secret, WorkflowSpec, action_key
from plugins.logicapps.address import Address, Target
from plugins.logicapps.client import LogicAppsWorkflows
from plugins.logicapps.protocol import Reply
from plugins.logicapps.settling import RunRecord

KEY = action_key("open_ticket", "INC-1")


class System:
    """The system behind the workflow, and the service that runs it: the run acts and fails when its history is read."""

    def __init__(self) -> None:
        self.tickets: list[str] = []
        self.sent = 0

    async def send(self, *_: object, **__: object) -> Reply:
        """What the lookup workflow answers."""
        self.sent += 1
        found = {"state": "done", "result": {"number": 1}} if self.tickets else {"state": "absent"}
        return Reply(status=200, body=found)

    async def runs(self, *_: object, **__: object) -> tuple[RunRecord, ...]:
        """The run, which has ended by now."""
        self.tickets.append(KEY)
        return (RunRecord(run_id="r", status="Failed"),)


async def test_a_run_that_acts_between_the_two_reads_is_not_absent() -> None:
    """Nothing found before the run ended proves nothing after it: leave to call again would act twice."""
    system: Any = System()
    target = Target(url="https://example.test/t", query=Secret("sig=x"), signed=True)
    specs = [
        WorkflowSpec(name="open_ticket", title="t", changing=True, lookup_by_key="find_ticket"),
        WorkflowSpec(name="find_ticket", title="t", changing=False),
    ]
    addresses = [Address(name=spec.name, target=target, resource="/r") for spec in specs]
    client = LogicAppsWorkflows(specs=specs, addresses=addresses, exchange=system, history=system)
    assert await client.read(KEY) == Done(key=KEY, status=200, body={"number": 1})
    assert system.sent == 2
