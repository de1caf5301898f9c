"""The definitions of shipment workflows for Logic Apps: the key is claimed first, and it travels on."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from playbooks.workflow import load_json

WORKFLOWS = Path(str(files("playbooks"))) / "workflows"
NAMES = ("quote_shipment", "create_shipment", "void_shipment", "find_shipment", "track_shipment")


def _definition(name: str) -> dict[str, Any]:
    return load_json(WORKFLOWS / name / "workflow.json")


def _all(actions: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, action in actions.items():
        yield name, action
        yield from _all(action.get("actions", {}))
        yield from _all(action.get("else", {}).get("actions", {}))


@pytest.mark.parametrize("name", NAMES)
def test_values_reach_sql_as_parameters(name: str) -> None:
    """No query holds an expression, and each of its parameters has a type and a value."""
    for action_name, action in _all(_definition(name)["actions"]):
        if action["type"] != "ApiConnection":
            continue
        body = action["inputs"]["body"]
        used = set(re.findall(r"@(\w+)", body["query"]))
        assert "{" not in body["query"], action_name
        assert used == set(body["formalParameters"]) == set(body["actualParameters"]), action_name


@pytest.mark.parametrize("name", NAMES)
def test_secrets_are_parameters_that_are_not_shown(name: str) -> None:
    """What opens the carrier is a SecureString without a default, and run histories do not show it."""
    definition = _definition(name)
    calls = [action for _, action in _all(definition["actions"]) if action["type"] == "Http"]
    for action in calls:
        assert action["inputs"]["authentication"] == {"type": "Raw", "value": "@parameters('carrier_authorization')"}
        assert action["runtimeConfiguration"] == {"secureData": {"properties": ["inputs"]}}
    if calls:
        secret = definition["parameters"]["carrier_authorization"]
        assert (secret["type"], "defaultValue" in secret) == ("SecureString", False)


@pytest.mark.parametrize(
    ("name", "look_up", "act", "keep"),
    [
        ("create_shipment", "Look_up_reference", "Buy", "Keep_shipment"),
        ("void_shipment", "Look_up_void", "Void", "Keep_void"),
    ],
)
def test_the_key_is_claimed_looked_up_and_sent_on(name: str, look_up: str, act: str, keep: str) -> None:
    """Claimed before anything else; the carrier is asked for it before it acts, and gets it with the order to act."""
    actions = _definition(name)["actions"]
    found = dict(_all(actions))
    sent = found[act]["inputs"]
    assert [one for one, action in actions.items() if not action["runAfter"]] == ["Claim_key"]
    assert found["Claim_key"]["inputs"]["body"]["actualParameters"]["key"] == "@triggerBody()?['key']"
    assert "encodeUriComponent(triggerBody()?['key'])" in found[look_up]["inputs"]["uri"]
    assert sent["headers"]["Idempotency-Key"] == "\"@{triggerBody()?['key']}\""
    assert sent["headers"]["X-Idempotency-Key"] == "@{triggerBody()?['key']}"
    assert sent["body"]["reference"] == "@triggerBody()?['key']"
    assert found[keep]["runAfter"] == {"Is_new": ["Succeeded"]}
    assert found["Is_new"]["expression"] == {"and": [{"equals": [f"@outputs('{look_up}')?['statusCode']", 404]}]}
    assert list(found["Is_new"]["actions"]) == [act]


@pytest.mark.parametrize("name", ["create_shipment", "void_shipment"])
def test_only_a_clear_no_frees_the_key(name: str) -> None:
    """After a lost answer of the carrier the key stays claimed, so that nobody buys for it again unseen."""
    found = dict(_all(_definition(name)["actions"]))
    refused = json.dumps(found["Is_refused"]["expression"])
    assert list(found["Is_refused"]["actions"]) == ["Release_key", "Answer_refused"]
    assert list(found["Is_refused"]["else"]["actions"]) == ["Answer_unknown"]
    assert all(word in refused for word in ("400", "500", "408", "429"))
    assert found["Answer_unknown"]["inputs"]["statusCode"] == 502
    assert found["Answer_unkept"]["inputs"]["statusCode"] == 502


def test_a_lookup_never_asks_the_carrier_to_do_something() -> None:
    """Reading workflows have no call but GET, and the quote, which every carrier takes as a POST that buys nothing."""
    methods = {
        name: [a["inputs"]["method"] for _, a in _all(_definition(name)["actions"]) if a["type"] == "Http"]
        for name in ("find_shipment", "track_shipment", "quote_shipment")
    }
    assert methods == {"find_shipment": [], "track_shipment": ["GET"], "quote_shipment": ["POST"]}


def test_the_procedures_are_those_of_the_database() -> None:
    """Each that a definition calls is in the SQL that is shipped along, with exactly the parameters that it gets."""
    text = (Path(__file__).parents[3] / "docs" / "deploy" / "sql" / "5_shipments.sql").read_text(encoding="utf-8")
    found = re.findall(r"CREATE OR ALTER PROCEDURE shop\.(\w+)\s(.*?)\bAS\s", text, re.DOTALL)
    known = {name: set(re.findall(r"@(\w+) ", parameters)) for name, parameters in found}
    called = {
        re.findall(r"shop\.(\w+)", body["query"])[0]: set(body["actualParameters"])
        for name in ("create_shipment", "void_shipment", "find_shipment")
        for _, action in _all(_definition(name)["actions"])
        if action["type"] == "ApiConnection"
        for body in [action["inputs"]["body"]]
    }
    assert called == {name: known[name] for name in called}
    assert set(known) - set(called) == {"answer_of_key"}
