"""The SQL of shipped workflows is fixed text with parameters, and what is not so is named."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from playbooks.workflow import load_json, load_spec
from playbooks.workflow_definition import definition_problems
from playbooks.workflow_sql import sql_problems

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "playbooks" / "workflows"
SQL = ROOT / "docs" / "deploy" / "sql"
OWN = ("analyse_order", "find_customer", "find_order_change", "read_product", "update_customer", "update_order")


def queries() -> list[tuple[str, Mapping[str, Any]]]:
    """Each SQL action's body in the shipped workflows, with the workflow's name."""
    found = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "ApiConnection":
                found.append((name, value["inputs"]["body"]))
            for item in value.values():
                walk(name, item)

    for path in sorted(SHIPPED.glob("*/workflow.json")):
        walk(path.parent.name, load_json(path)["actions"])
    return found


def procedures() -> dict[str, dict[str, str]]:
    """The parameters of each procedure that is shipped, with their types."""
    found = {}
    for path in sorted(SQL.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"CREATE OR ALTER PROCEDURE (shop\.\w+)(.*?)\bAS\s*\n", text, re.DOTALL):
            pairs = re.findall(r"@(\w+) ([A-Z0-9]+(?:\([^)]*\))?)", match[2])
            found[match[1]] = dict(pairs)
    return found


def test_each_workflow_of_the_shop_calls_one_procedure_of_its_own() -> None:
    """By its name, with its arguments by theirs."""
    calls = {name: body["query"] for name, body in queries() if name in OWN}
    assert {name: query.split()[:2] for name, query in calls.items()} == {
        name: ["EXEC", f"shop.{name}"] for name in OWN
    }


def test_what_is_called_is_shipped_with_the_same_parameters() -> None:
    """Names and types of every query are those of the procedure that it calls."""
    shipped = procedures()
    for name, body in queries():
        procedure = body["query"].split()[1]
        assert procedure in shipped, f"{name}: {procedure} is in no file of {SQL}"
        wanted = {one: kind for one, kind in shipped[procedure].items() if one in body["formalParameters"]}
        assert wanted == body["formalParameters"], f"{name}: {procedure}"


def test_the_sql_is_text_and_no_string_is_run_as_a_statement() -> None:
    """No procedure builds one either."""
    for path in SQL.glob("*.sql"):
        assert not re.search(r"sp_executesql|EXEC\s*\(", path.read_text(encoding="utf-8"), re.IGNORECASE), path


def test_a_changing_workflow_ends_as_failed_where_it_refused() -> None:
    """So that the run history does not tell of a success, which would mean that something was changed."""
    for name in ("update_customer", "update_order"):
        actions = load_json(SHIPPED / name / "workflow.json")["actions"]
        assert actions["Is_refused"]["actions"]["End_as_failed"]["inputs"]["runStatus"] == "Failed"


def _changed(change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    definition = copy.deepcopy(load_json(SHIPPED / "update_customer" / "workflow.json"))
    change(definition["actions"]["Execute_query"]["inputs"])
    return definition_problems(definition, load_spec(SHIPPED / "update_customer" / "schema.json"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda i: i["body"].update(query="SELECT * FROM t WHERE id = '@{triggerBody()?['key']}'"),
            "built by an expression",
        ),
        (lambda i: i["body"].update(query="@concat('SELECT ', triggerBody()?['key'])"), "built by an expression"),
        (lambda i: i["body"].update(query="EXEC('SELECT 1')"), "builds another one"),
        (lambda i: i["body"].update(query="EXEC sp_executesql @key"), "builds another one"),
        (lambda i: i["body"].update(query=" "), "its query is empty"),
        (lambda i: i["body"].update(query="SELECT @key, @address"), "does not use the parameter 'customer_id'"),
        (lambda i: i["body"].update(query="SELECT @key, @address, @customer_id, @x"), "names @x, and there is no such"),
        (lambda i: i["body"]["formalParameters"].pop("key"), "the parameter 'key' is only in one of"),
        (lambda i: i["body"]["formalParameters"].update(key="NVARCHAR"), "'key' has no type of T-SQL with its length"),
        (lambda i: i["body"].update(actualParameters="@triggerBody()"), "its parameters are built by an expression"),
        (lambda i: i.update(body="@triggerBody()"), "its body is str"),
        (lambda i: i.update(method="get"), "sent with the method post"),
        (lambda i: i["host"]["connection"].update(name="shop"), "its connection is 'shop'"),
        (lambda i: i.update(path="/v2/datasets/@{parameters('sql_server')},d/query/sql"), "both encoded twice"),
        (lambda i: i.update(path="/query/sql"), "its path is not"),
    ],
)
def test_what_is_wrong_with_a_query(change: Callable[[dict[str, Any]], object], problem: str) -> None:
    """Each fault is named at its action."""
    found = _changed(change)
    assert any(one.startswith("actions.Execute_query: ") and problem in one for one in found), found


def test_connections_are_declared() -> None:
    """A definition that uses one without the parameter cannot be deployed."""
    definition = load_json(SHIPPED / "update_customer" / "workflow.json")
    del definition["parameters"]["$connections"]
    found = definition_problems(definition, load_spec(SHIPPED / "update_customer" / "schema.json"))
    assert any("no parameters('$connections')" in one for one in found), found


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM shop.t WHERE id = @id AND name <> N'@no' OR name = 'it''s @me'",
        "DECLARE @n INT; SET @n = @@ROWCOUNT; SELECT @id, @n -- of @nobody",
        "EXEC shop.p @other = @id",
    ],
)
def test_what_only_looks_like_a_parameter_is_none(query: str) -> None:
    """Names within literals and comments, variables of the query, functions, a procedure's own names."""
    action = {
        "type": "ApiConnection",
        "inputs": {
            "host": {"connection": {"name": "@parameters('$connections')['sql']['connectionId']"}},
            "method": "post",
            "path": "/v2/datasets/server,db/query/sql",
            "body": {"query": query, "formalParameters": {"id": "INT"}, "actualParameters": {"id": 1}},
        },
    }
    assert list(sql_problems("A", action)) == []


def test_a_query_of_the_built_in_connector_is_checked_too() -> None:
    """Its text and its parameters."""
    asked = {"query": "SELECT '@{triggerBody()}'", "queryParameters": {}}
    action = {"type": "ServiceProvider", "inputs": {"parameters": asked}}
    assert ["built by an expression" in one for one in sql_problems("A", action)] == [True]
    asked.update(query="SELECT @id")
    assert list(sql_problems("A", action)) == ["actions.A: its query names @id, and there is no such parameter"]


def test_the_connection_signs_in_with_the_managed_identity() -> None:
    """The example of what is put for `$connections` holds no secret."""
    connection = json.loads((SQL / "connections.json").read_text(encoding="utf-8"))["$connections"]["value"]["sql"]
    assert connection["connectionProperties"] == {"authentication": {"type": "ManagedServiceIdentity"}}
