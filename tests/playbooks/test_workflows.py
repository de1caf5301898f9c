"""The shipped workflows are what they promise, and what is wrong with one is named."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.core.errors import InputError
from orchestrator.core.redaction import redact
from playbooks.changes import CHANGES
from playbooks.workflow import load_json, load_spec, load_workflows
from playbooks.workflow_definition import definition_problems

SHIPPED = Path(__file__).parents[2] / "playbooks" / "workflows"
NAMES = sorted(path.parent.name for path in SHIPPED.glob("*/schema.json"))
OPERATING = {*CHANGES, "find_change", "find_ticket", "notify", "open_ticket", "read_ticket"}
SHOP_CHANGING = {"update_customer", "update_order"}
SHOP = {*SHOP_CHANGING, "analyse_order", "find_customer", "find_order_change", "read_product"}


def test_there_are_acting_and_reading_ones() -> None:
    """At least one acts and can be looked up."""
    specs = load_workflows(SHIPPED)
    assert list(specs) == NAMES
    assert specs.keys() >= OPERATING | SHOP
    assert specs["open_ticket"].lookup_by_key == "find_ticket"
    assert {specs[name].lookup_by_key for name in CHANGES} == {"find_change"}
    assert {specs[name].lookup_by_key for name in SHOP_CHANGING} == {"find_order_change"}
    changing = {spec.name for spec in specs.values() if spec.changing}
    assert changing & (OPERATING | SHOP) == {*CHANGES, "notify", "open_ticket"} | SHOP_CHANGING


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_definition_has_no_problem(name: str) -> None:
    """Structure, references, order, the trigger's schema, responses; and no secret in any text."""
    definition = load_json(SHIPPED / name / "workflow.json")
    assert definition_problems(definition, load_spec(SHIPPED / name / "schema.json")) == ()
    text = json.dumps(definition)
    assert redact(text) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_schema_is_a_schema(name: str) -> None:
    """Request and response are valid by the rules of draft 7, and every field is described."""
    spec = load_spec(SHIPPED / name / "schema.json")
    for schema in filter(None, (spec.request, spec.response)):
        jsonschema.Draft7Validator.check_schema(schema)
        assert [field for field, value in schema["properties"].items() if "description" not in value] == []  # type: ignore[attr-defined]


def _break(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    definition = copy.deepcopy(load_json(SHIPPED / "open_ticket" / "workflow.json"))
    change(definition)
    return definition


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.update({"$schema": "x"}), "$schema is 'x'"),
        (lambda d: d.update(contentVersion="1"), "contentVersion is '1'"),
        (lambda d: d.update(extra=1), "there is no part 'extra'"),
        (lambda d: d.pop("outputs"), "outputs is missing"),
        (lambda d: d["parameters"].update(p={"type": "text"}), "parameters.p: its type is 'text'"),
        (lambda d: d["parameters"].update(p={"type": "SecureString", "defaultValue": ""}), "no default value"),
        (lambda d: d["triggers"].update(second={}), "triggers are manual, second"),
        (lambda d: d["triggers"]["manual"].update(type="Recurrence"), "not Request of the kind Http"),
        (lambda d: d["triggers"]["manual"]["inputs"]["schema"].pop("required"), "not the request of schema.json"),
        (lambda d: d["triggers"]["manual"].pop("operationOptions"), "EnableSchemaValidation"),
        (lambda d: d["triggers"]["manual"]["inputs"].update(relativePath="/x"), "relativePath is not"),
        (lambda d: d["actions"].clear(), "actions are missing"),
        (lambda d: d["actions"]["Answer"].pop("type"), "actions.Answer: its type is missing"),
        (lambda d: d["actions"]["Answer"].update(runAfter={"Nobody": ["Succeeded"]}), "there is no action 'Nobody'"),
        (lambda d: d["actions"]["Answer"].update(runAfter={"Create_ticket": ["Done"]}), "are not statuses"),
        (lambda d: d["actions"]["Create_ticket"].update(runAfter={"Answer": ["Succeeded"]}), "in a circle"),
        (lambda d: d["actions"]["Answer"]["inputs"].update(statusCode=302), "never 302"),
        (lambda d: d["actions"]["Answer"].update(operationOptions="Asynchronous"), "does not go with"),
        (lambda d: d["actions"]["Answer"]["inputs"].update(body="@body('Gone')"), "there is no body('Gone')"),
        (lambda d: d["actions"]["Answer"]["inputs"].update(body="@parameters('gone')"), "no parameters('gone')"),
        (lambda d: d["actions"]["Answer"]["inputs"].update(body="https://a.b/c?x=1&sig=abcdefgh"), "holds a secret"),
        (lambda d: [d["actions"].pop(n) for n in ("Answer", "Answer_failure")], "0 Response actions"),
    ],
)
def test_what_is_wrong_with_a_definition(change: Callable[[dict[str, Any]], object], problem: str) -> None:
    """Each fault is found, at its place."""
    found = definition_problems(_break(change), load_spec(SHIPPED / "open_ticket" / "schema.json"))
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda a: a["actions"]["Change"].pop("type"), "actions.Is_ours.actions.Change: its type is missing"),
        (lambda a: a["actions"]["Check"]["actions"].clear(), "Check.actions are missing: a workflow does something"),
        (
            lambda a: a["else"]["actions"]["Answer_before"].update(runAfter={"Change": ["Succeeded"]}),
            "no action 'Change'",
        ),
        (lambda a: a["actions"]["Mark_failed"]["inputs"].update(method="MERGE"), "has no method 'MERGE'"),
        (lambda a: a["actions"].update(Claim_key={"type": "Http"}), "actions: two are named 'Claim_key'"),
        (lambda a: a["actions"]["Mark_failed"]["inputs"].update(body="@body('Gone')"), "there is no body('Gone')"),
        (
            lambda a: a["actions"]["Answer_failure"]["inputs"].update(statusCode=301),
            "Answer_failure: a response is never 301",
        ),
    ],
)
def test_what_is_wrong_within_an_action(change: Callable[[dict[str, Any]], object], problem: str) -> None:
    """Actions that others hold are looked at as well."""
    folder = SHIPPED / "restart_service"
    definition = load_json(folder / "workflow.json")
    change(definition["actions"]["Is_ours"])
    found = definition_problems(definition, load_spec(folder / "schema.json"))
    assert any(problem in one for one in found), found


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_claims_its_key_and_hands_it_on(name: str) -> None:
    """The key is inserted before anything else, and is in what the change sends."""
    actions = load_json(SHIPPED / name / "workflow.json")["actions"]
    first = [name for name, action in actions.items() if not action["runAfter"]]
    assert first == ["Claim_key"]
    assert actions["Claim_key"]["inputs"]["body"]["RowKey"] == "@{triggerBody()?['key']}"
    assert "triggerBody()?['key']" in json.dumps(actions["Is_ours"]["actions"]["Change"]["inputs"])


GOOD: dict[str, Any] = {
    "title": "t",
    "changing": True,
    "request": {"type": "object", "required": ["key"]},
    "response": {},
}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{", "it is no JSON"),
        ("[]", "it holds list"),
        ({**GOOD, "changes": True}, "changes: there is no such field"),
        ({**GOOD, "changing": "yes"}, "changing: it is 'yes': give bool"),
        ({"title": "t", "changing": True}, "request: it is missing"),
        ({**GOOD, "answering": "later"}, "answering: it is 'later': give sync, async, none"),
        ({**GOOD, "answering": "none"}, "response: a workflow has it exactly where it answers"),
        ({**GOOD, "request": {}}, "request: a workflow that changes something needs the required text 'key'"),
        ({**GOOD, "lookup_by_key": "gone"}, "lookup_by_key: 'gone' is no reading workflow"),
    ],
)
def test_what_is_wrong_with_a_promise(tmp_path: Path, document: Any, problem: str) -> None:
    """File and field are named."""
    path = tmp_path / "own" / "schema.json"
    path.parent.mkdir()
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    with pytest.raises(InputError) as caught:
        load_workflows(tmp_path)
    assert problem in caught.value.message
    assert caught.value.message.startswith(str(path))


def test_folders_that_are_none(tmp_path: Path) -> None:
    """A missing folder, one without workflows, and a name that no setting could have."""
    with pytest.raises(InputError, match="is no folder"):
        load_workflows(tmp_path / "gone")
    with pytest.raises(InputError, match="holds no workflow"):
        load_workflows(tmp_path)
    (tmp_path / "Own-Flow").mkdir()
    (tmp_path / "Own-Flow" / "schema.json").write_text(json.dumps(GOOD))
    with pytest.raises(InputError, match="not snake_case"):
        load_workflows(tmp_path)
