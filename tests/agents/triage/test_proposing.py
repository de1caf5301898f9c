"""What a report's action says of itself, and when free text had a hand in it."""

from typing import Any

import pytest

from agents.triage.proposing import actions_of
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from playbooks.guide import AlertSource, MessageValueSource, Parameter, ParameterType, Verify
from playbooks.services import Service, Services

INVENTORY = Services((Service(id="checkout", aliases=("till",), role_names=("checkout-api",)),))
BY_COLUMN = (MessageValueSource("AppRequests", "AppRoleName"),)
STRUCTURED = "AppRequests | summarize n = count() by name = AppRoleName, version = AppVersion"
FREE = "AppTraces | extend name = extract('pod (.*) died', 1, Message)"


def concluded(
    kit: Any,
    *,
    arguments: dict[str, object],
    row: dict[str, object],
    kql: str = STRUCTURED,
    when: str = "size(rows) > 0",
    origin: str = "message",
    sources: tuple[object, ...] = BY_COLUMN,
    value: str = "checkout-api",
    action: str = "restart_service",
) -> dict[str, Any]:
    """The action of a guide whose first step finds the row and whose second concludes."""
    mitigation = {
        "action": action,
        "arguments": arguments,
        "by_hand": "restart it",
        "blast_radius": "3",
        "blast_unit": "instances",
        "verify": Verify(step="look", window_after="15m", wait="5m", expect="size(rows) > 0"),
        "undo_action": action,
        "undo_arguments": {"service": "{p_service}"},
    }
    look = kit.step(
        "look", kit.branch("finding", "true", next=("decide",)), kql=kql, out={"name": "row.name", "n": "row.n"}
    )
    decide = kit.step(
        "decide",
        kit.branch("conclude", when.replace("rows", "steps.look.rows"), "it is it", mitigations=(mitigation,)),
        kql=None,
    )
    parameter = Parameter(name="p_service", type=ParameterType(ColumnType.STRING), sources=sources)
    guide = kit.guide(look, decide, parameters=(parameter,))
    outcome = kit.play(
        guide, {"look": kit.table([row])}, parameters=(QueryParameter("p_service", ColumnType.STRING, value),)
    ).outcome
    (found,) = actions_of(outcome, guide, origins={"p_service": origin}, services=INVENTORY)
    return found


def test_document(kit: Any):
    """It holds all that an approval is for, and what verification asks with."""
    found = concluded(
        kit, arguments={"service": "{p_service}", "n": "{steps.look.out.n}"}, row={"name": "checkout-api", "n": 3}
    )
    assert found == {
        "action": "restart_service",
        "workflow": "restart_service",
        "arguments": {"service": "checkout-api", "n": 3},
        "service": "checkout",
        "by_hand": "restart it",
        "blast_radius": {"value": 3, "unit": "instances"},
        "because": {"text": "it is it", "evidence": ["E-look"]},
        "tainted": False,
        "taint": [],
        "guide": {"id": "g", "version": "v1"},
        "parameters": {"p_service": {"type": "string", "value": "checkout-api"}},
        "verify": {
            "kql": None,
            "step": "look",
            "window_after": "15m",
            "wait": "5m",
            "expect": "size(rows) > 0",
            "wait_s": 300.0,
            "window_s": 900.0,
        },
        "undo": {"action": "restart_service", "arguments": {"service": "checkout-api"}},
        "status": "proposed",
        "problem": None,
    }


def test_by_hand_has_no_workflow(kit: Any):
    """What only a person can do is no workflow's."""
    assert concluded(kit, action="by_hand", arguments={"what": "look"}, row={"name": "a", "n": 1})["workflow"] is None


@pytest.mark.parametrize(
    ("case", "taint"),
    [
        ({"arguments": {"service": "{steps.look.out.name}"}}, []),
        ({"arguments": {"service": "{steps.look.out.n}"}, "kql": FREE}, []),
        ({"arguments": {"service": "{steps.look.out.name}"}, "kql": FREE, "row": {"name": "checkout", "n": 3}}, []),
        (
            {"arguments": {"service": "{steps.look.out.name}"}, "kql": FREE},
            ["argument 'service': the inventory does not know 'x', and step 'look' reads the free text of Message"],
        ),
        (
            {"arguments": {"service": "x"}, "kql": FREE, "when": "rows[0].name == 'x'"},
            ["the branch was chosen by what free text says: step 'look' reads the free text of Message"],
        ),
        ({"arguments": {"service": "{p_service}"}, "value": "x"}, []),
        (
            {
                "arguments": {"service": "{p_service}"},
                "value": "x",
                "origin": "alert",
                "sources": (AlertSource("labels.service"),),
            },
            [
                (
                    "argument 'service': the inventory does not know 'x', and p_service: its value was read from the "
                    "alert's payload"
                ),
                (
                    "argument 'undo.service': the inventory does not know 'x', and p_service: its value was read from "
                    "the alert's payload"
                ),
            ],
        ),
        (
            {"arguments": {"service": "{p_service}"}, "value": "x", "origin": "given"},
            [
                (
                    "argument 'service': the inventory does not know 'x', and p_service: its value was given with the "
                    "question"
                ),
                (
                    "argument 'undo.service': the inventory does not know 'x', and p_service: its value was given with "
                    "the question"
                ),
            ],
        ),
        ({"arguments": {"service": "{p_service}"}, "origin": "given", "value": "till"}, []),
    ],
)
def test_taint(kit: Any, case: dict[str, Any], taint: list[str]):
    """Texts of free text taint unless the inventory knows them; numbers, structured columns and the author's do not."""
    told = {"row": {"name": "x", "n": 3}, "when": "true", **case}
    found = concluded(kit, **told)
    assert (found["taint"], found["tainted"]) == (taint, bool(taint))


def test_taint_of_what_takes_it_back(kit: Any):
    """The undo is done under the same rules, so that what free text gives it counts, too."""
    mitigation = {
        "action": "toggle_flag",
        "arguments": {"service": "checkout"},
        "by_hand": "toggle it",
        "blast_radius": "3",
        "blast_unit": "instances",
        "verify": None,
        "undo_action": "toggle_flag",
        "undo_arguments": {"service": "{row.name}"},
    }
    step = kit.step("look", kit.branch("conclude", "true", "it is it", mitigations=(mitigation,)), kql=FREE)
    guide = kit.guide(step)
    outcome = kit.play(guide, {"look": kit.table([{"name": "x"}])}).outcome
    (found,) = actions_of(outcome, guide, origins={}, services=INVENTORY)
    reason = "argument 'undo.service': the inventory does not know 'x', and step 'look' reads the free text of Message"
    assert found["taint"] == [reason]


@pytest.mark.parametrize(
    ("whens", "tainted"),
    [(("row.name == 'x'", None), True), (("row.name == 'y'", None), False)],
)
def test_taint_of_the_way(kit: Any, whens: tuple[str | None, ...], *, tainted: bool):
    """A condition on free text that led to the step which concludes chose it, too; one that did not hold is none."""
    mitigation = {
        "action": "restart_service",
        "arguments": {"service": "checkout"},
        "by_hand": "restart it",
        "blast_radius": "3",
        "blast_unit": "instances",
        "verify": None,
        "undo_action": None,
        "undo_arguments": {},
    }
    look = kit.step("look", *(kit.branch("finding", when, next=("decide",)) for when in whens), kql=FREE)
    decide = kit.step("decide", kit.branch("conclude", None, "it is it", mitigations=(mitigation,)), kql=None)
    guide = kit.guide(look, decide)
    outcome = kit.play(guide, {"look": kit.table([{"name": "x"}])}).outcome
    (found,) = actions_of(outcome, guide, origins={}, services=INVENTORY)
    reason = "the branch was chosen by what free text says: step 'look' reads the free text of Message"
    assert found["taint"] == ([reason] if tainted else [])
