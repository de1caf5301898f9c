"""Whole conversations with the program itself, from the customer's first words to the shop's end state.

Each task has a state folder of its own with the shop in it. The customer says what the task says that they know and
want, then yes to whatever is proposed; asked for something, they say once more what they know. What was said, read,
stated and written becomes a trace, which the rules of conduct are held against.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ordering.end_states import differences, snapshot
from ordering.hosting import Shop, Template
from ordering.judging import Judged, partly_done, reference_of, words_of
from ordering.retail import Raw, Task
from ordering.scenes import renumbered

from agents.shipment.conduct.compliance import check_trace
from agents.shipment.conduct.shop_state import ShopState
from agents.shipment.conduct.trace import Answer, Authenticated, Proposed, Read, Said, Step, Subject, Wrote
from playbooks.shipping.conduct import Rule
from plugins.logicapps.host.store import HostStore

POLICY = """roles:
  assistance: [local:nobody]
rules:
  - id: orders
    actions: [update_order, update_customer]
    approvers: [assistance]
    consent: requester
    consent_up_to: {USD: 100000}
    expires_after: 4h
"""
MOST_TURNS = 10
_NOT_ARGUMENTS = frozenset({"operation", "order_version", "key"})
_READS = {
    "analyse_order": (Subject.ORDER, "order"),
    "read_product": (Subject.PRODUCT, "product"),
    "find_customer": (Subject.CUSTOMER, "customer"),
}
Report = Mapping[str, Any]


@dataclass(slots=True)
class Talk:
    """A conversation as it went."""

    steps: list[Step] = field(default_factory=list)
    proposals: dict[str, Proposed] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    handed_over: bool = False
    reports: list[Report] = field(default_factory=list)

    def take(self, line: str, report: Report) -> None:
        """A turn: what was said, what was read, stated and written, and the answer."""
        self.reports.append(report)
        answer = Answer.YES if line == "yes" else Answer.NONE
        self.steps.append(Said(by="customer", text=line, answer=answer, moment=0))
        for evidence in report["evidence"]:
            self.steps += self._evidence(evidence)
        for action in report["actions"]:
            if action["state"] == "waiting" and action["id"] not in self.proposals:
                self.proposals[action["id"]] = _proposed(action)
                self.steps.append(self.proposals[action["id"]])
        self.steps.append(Said(by="agent", text=report["message"], moment=0))
        self.handed_over |= "given this to a person" in report["message"]

    def _evidence(self, evidence: Report) -> Iterator[Step]:
        row = (
            dict(zip((one["name"] for one in evidence["columns"]), evidence["rows"][0], strict=False))
            if evidence["rows"]
            else {}
        )
        workflow = str(evidence["source"]).removeprefix("workflow:")
        if workflow in _READS and row.get("found"):
            what, name = _READS[workflow]
            if what is Subject.CUSTOMER:
                yield Authenticated(customer_id=row[name]["id"], by=row["verified_by"], moment=0)
            yield Read(what=what, id=row[name]["id"], moment=0)
        if evidence["source"] == "ledger" and row.get("id") in self.proposals and row.get("answer"):
            yield from self._wrote(str(row["id"]))

    def _wrote(self, action: str) -> Iterator[Step]:
        """Once, however often it is told."""
        if action not in self.written:
            self.written.add(action)
            stated = self.proposals[action]
            yield Wrote(action=stated.action, arguments=stated.arguments, moment=0)


def _proposed(action: Report) -> Proposed:
    given = action["arguments"]
    kept = {name: value for name, value in given.items() if name not in _NOT_ARGUMENTS and value is not None}
    return Proposed(
        action=given.get("operation", action["workflow"]), arguments=kept, fingerprint=action["id"], moment=0
    )


async def judge_talks(
    template: Template, folder: Path, database: Raw, tasks: Sequence[Task], state: ShopState, rules: Sequence[Rule]
) -> tuple[list[Judged], list[str]]:
    """How each task's conversation ended, and which rules of conduct were broken on the way."""
    ends, broken = [], []
    for task in tasks:
        with _installation(template, folder / task.id):
            talk = await _talk(task)
            ends.append(_judged(folder / task.id, template, database, task, talk))
        found = check_trace(renumbered(talk.steps), state, rules)
        broken += [f"{task.id}: {one.rule}: {one.sentence}" for one in found]
    return ends, broken


async def _talk(task: Task) -> Talk:
    from orchestrator.app.application import App
    from orchestrator.surfaces.application import Options

    known, wanted = words_of(task)
    talk, line, asked = Talk(), f"{known}\n{wanted}", 0
    async with App().converse(Options(agent="shipment")) as conversation:
        for _ in range(MOST_TURNS):
            report = await conversation.ask(line, listen=lambda _event: None)
            talk.take(line, report)
            waits = any(action["state"] == "waiting" for action in report["actions"])
            if report["status"] == "waiting" and waits:
                line = "yes"
            elif report["status"] == "needs_input" and not asked:
                line, asked = known, 1
            else:
                break
    return talk


@contextmanager
def _installation(template: Template, folder: Path) -> Iterator[None]:
    """A state folder of its own, and a policy that lets a customer's yes count."""
    state, policies = folder / "state", folder / "policies"
    for made in (state, policies):
        made.mkdir(parents=True)
    shutil.copyfile(template.path, state / "workflows.db")
    (policies / "actions.yaml").write_text(POLICY)
    before = dict(os.environ)
    os.environ.update(SWITCHBOARD_STATE=str(state), SWITCHBOARD_POLICIES=str(policies))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def _judged(folder: Path, template: Template, database: Raw, task: Task, talk: Talk) -> Judged:
    with HostStore(template.path) as given:
        before = snapshot(Shop(given, None, ()))  # type: ignore[arg-type]  # nothing is sent
    with HostStore(folder / "state" / "workflows.db") as store:
        shop = Shop(store, None, ())  # type: ignore[arg-type]  # same
        reference = reference_of(database, task)
        wrong = differences(shop, before, reference)
        note = str(talk.reports[-1]["message"])[-200:]
        if not talk.written:
            nothing = not reference.touched and not talk.handed_over
            return Judged(task.id, "wrong" if snapshot(shop) != before else "right" if nothing else "handed_over", note)
        if not wrong:
            return Judged(task.id, "right")
        return Judged(task.id, "partly" if partly_done(shop, before, database, task) else "wrong", wrong[0])
