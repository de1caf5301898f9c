"""The whole program with a model, by settings alone: `ask` against each kind of service on loopback."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import chat_server
import jsonschema
import pytest
from chat_server import Failed, ModelServer, call
from managed_identity import ManagedIdentity

from orchestrator.surfaces.application import Options

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "ask.schema.json").read_text())
ASKED = "calls of pay to a dependency fail since 10:20"
SEARCH = ("guides-search", {"question": ASKED})
GUIDE = ("guides-run", {"guide_id": "failing_target", "parameters_json": "{}"})
CHANGING = {"run", "session", "at", "elapsed_ms", "notes", "usage", "record"}


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Ask = Callable[..., dict[str, Any]]


def submit(*claims: str) -> chat_server.Streamed:
    """The answer that ends a turn."""
    return call(("report-submit", {"claims": list(claims), "hypotheses": ["the bank is down"], "question": ""}))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """The chat server, running."""
    with chat_server.running() as running:
        yield running


@pytest.fixture
def ask(run: Callable[..., Ended], options: Options) -> Ask:
    """Ask about the folder with the fault; the report, which fits its schema."""

    def once(code: int = 0) -> dict[str, Any]:
        ended = run("ask", ASKED, "--json", "--logs", options.logs[0], "--guides", str(options.guides))
        assert (ended.code, ended.err) == (code, "")
        report: dict[str, Any] = json.loads(ended.out)
        jsonschema.validate(report, SCHEMA)
        return report

    return once


@pytest.fixture
def plain(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """The server as the one that the settings name."""
    monkeypatch.setenv("SWITCHBOARD_MODEL_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("SWITCHBOARD_MODEL_NAME", "m")
    monkeypatch.setenv("SWITCHBOARD_MODEL_API_KEY", "k-1")
    return server


def without_run(value: Any) -> Any:
    """A report without what differs from run to run."""
    if isinstance(value, dict):
        return {key: without_run(item) for key, item in value.items() if key not in CHANGING}
    return [without_run(item) for item in value] if isinstance(value, list) else value


def test_a_model_answers_through_the_same_road(plain: ModelServer, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guide, claims and evidence are those of the planner; the model's words are a hypothesis, its use is counted."""
    monkeypatch.setenv("SWITCHBOARD_MODEL_INPUT_PRICE", "2")
    monkeypatch.setenv("SWITCHBOARD_MODEL_OUTPUT_PRICE", "8")
    plain.answers = [call(SEARCH), call(GUIDE), submit("C1")]
    report = ask()
    assert report["verdict"]["cause"] == "target_down"
    assert report["hypotheses"] == ["the bank is down"]
    assert report["usage"] == {
        "model": "m",
        "calls": 3,
        "input_tokens": 300,
        "output_tokens": 60,
        "cost": 0.00108,
        "estimated": False,
    }
    assert plain.requests[0]["authorization"] == "Bearer k-1"


def test_azure_openai_answers_by_its_settings(server: ModelServer, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment, the version and the key."""
    monkeypatch.setenv("SWITCHBOARD_AZURE_OPENAI_ENDPOINT", server.url)
    monkeypatch.setenv("SWITCHBOARD_MODEL_NAME", "gpt")
    monkeypatch.setenv("SWITCHBOARD_MODEL_API_KEY", "azure-key")
    server.answers = [call(SEARCH), call(GUIDE), submit("C1")]
    assert ask()["usage"]["model"] == "gpt"
    assert server.requests[0]["path"] == "/openai/deployments/gpt/chat/completions"
    assert server.requests[0]["api-key"] == "azure-key"


def test_a_foundry_project_answers_by_its_settings(
    server: ModelServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the token of a managed identity, and no key anywhere."""
    for name, value in ManagedIdentity.environment(server.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SWITCHBOARD_CREDENTIAL", "managed")
    monkeypatch.setenv("SWITCHBOARD_PROJECT_ENDPOINT", f"{server.url}/api/projects/shop")
    monkeypatch.setenv("SWITCHBOARD_MODEL_NAME", "gpt")
    server.answers = [call(SEARCH), call(GUIDE), submit("C1")]
    assert ask()["verdict"]["cause"] == "target_down"
    assert server.requests[0]["path"] == "/api/projects/shop/openai/v1/chat/completions"
    assert server.requests[0]["authorization"] == "Bearer entra-token"
    assert server.identity.asked == ["https://ai.azure.com"]


@pytest.mark.parametrize("said", [0, 1, 2])
def test_a_failing_model_leaves_the_planners_report(
    plain: ModelServer, ask: Ask, monkeypatch: pytest.MonkeyPatch, said: int
) -> None:
    """Wherever it failed, the answer is the embedded one, with a note and the use until then."""
    plain.answers = [*[call(SEARCH), call(GUIDE)][:said], Failed(status=401, body={"error": {"message": "key k-1"}})]
    report = ask()
    for name in ("BASE_URL", "NAME", "API_KEY"):
        monkeypatch.delenv(f"SWITCHBOARD_MODEL_{name}")
    embedded = ask()
    assert without_run(report) == without_run(embedded)
    assert report["usage"]["calls"] == said
    assert "did not accept the key" in report["notes"][0]
    assert "k-1" not in json.dumps(report)
    assert "usage" not in embedded


def test_a_budget_ends_the_run(plain: ModelServer, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the guide's answer, though the model never submitted it."""
    monkeypatch.setenv("SWITCHBOARD_MODEL_TOKEN_LIMIT", "450")
    plain.answers = [call(SEARCH), call(GUIDE), call(GUIDE)]
    report = ask()
    assert report["usage"]["calls"] == 3
    assert "budget for this run is used up" in report["notes"][0]
    assert report["unknown"][-1]["text"].startswith("The model did not finish")


def test_a_model_without_a_report_fails_in_words(plain: ModelServer, ask: Ask) -> None:
    """Exit code 1, a report, no trace."""
    plain.answers = [chat_server.say("It is DNS.")] * 2
    report = ask(1)
    assert (report["status"], report["hypotheses"]) == ("failed", ["It is DNS."])
