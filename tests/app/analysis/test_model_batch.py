"""Batches that a model scores too, over the wire of a server on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import Answer, Failed, ModelServer, running, say
from pydantic import SecretStr

from orchestrator.app.analysis.analyzing import analyze, estimate
from orchestrator.core.errors import InputError, ModelError
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import AnalysisRequest, ModelRequest

COMPLAINT = "My parcel is lost, this is the third time, and my card is 4111 1111 1111 1111."


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A server for the tests of this module."""
    with running() as found:
        yield found


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Three conversations."""
    path = tmp_path / "talks.jsonl"
    answer = {"speaker": "agent", "text": "I am sorry. A new one is sent."}
    talks = [[{"speaker": "customer", "text": f"{COMPLAINT} Order {n}."}, answer] for n in range(3)]
    path.write_text("".join(f"{json.dumps({'id': f'c{n}', 'turns': talk})}\n" for n, talk in enumerate(talks)))
    return path


def scored(satisfaction: float = 1.5, customer_sentiment: float = -0.7) -> Answer:
    """What a model answers."""
    quotes = [{"turn": 0, "quote": "the third time"}]
    fields = {"satisfaction": satisfaction, "customer_sentiment": customer_sentiment, "quality": 2.0}
    return say(json.dumps({name: {"value": value, "quotes": quotes} for name, value in fields.items()}))


def settings_of(server: ModelServer, **more: Any) -> Settings:
    """Settings that name the server's model."""
    return Settings(
        model_base_url=f"{server.url}/v1", model_name="m", model_api_key=SecretStr("k"), _env_file=None, **more
    )


def run(
    server: ModelServer, talks: Path, *answers: Answer, resume: bool = False, redaction: str = "short", **model: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What came of a batch, and the results."""
    server.answers[:] = answers
    server.requests.clear()
    out = talks.with_name("out.jsonl")
    asked = ModelRequest(**{"token_budget": 1_000_000, "concurrency": 1, **model})
    request = AnalysisRequest(
        inputs=(str(talks),), out=out, model=asked, resume=resume, redaction=redaction, scorecard="none"
    )
    prices = {"model_input_price": 1.0, "model_output_price": 1.0}
    document: dict[str, Any] = analyze(request, lambda: settings_of(server, **prices), watch=lambda _: None)
    return document, [json.loads(line) for line in out.read_text().splitlines()]


def test_every_conversation_is_scored_by_the_model(server: ModelServer, talks: Path) -> None:
    """In order, with its tokens counted."""
    document, results = run(server, talks, *[scored()] * 3)
    assert [(one["id"], one["overall"]["satisfaction"]) for one in results] == [("c0", 1.5), ("c1", 1.5), ("c2", 1.5)]
    assert (document["model"]["scored"], document["model"]["input_tokens"]) == (3, 300)
    assert document["provenance"]["model"] == "m"


@pytest.mark.parametrize("redaction", ["short", "off"])
def test_personal_data_are_not_sent(server: ModelServer, talks: Path, redaction: str) -> None:
    """Nor kept among the answers; the result may hold them where that is asked for, what is sent never does."""
    run(server, talks, *[scored()] * 3, redaction=redaction)
    sent = json.dumps(server.requests)
    assert ("4111" in sent, "[card]" in sent) == (False, True)
    assert "4111" not in talks.with_name("out.jsonl.answers.jsonl").read_text()


def test_a_budget_that_is_spent_ends_the_asking(server: ModelServer, talks: Path) -> None:
    """One call fits beside what it may take at most; the others have the embedded scores, and say why."""
    document, results = run(server, talks, *[scored()] * 3, token_budget=11_000)
    codes = [[s["reason_code"] for s in one["skipped"] if s["feature"] == "model"] for one in results]
    asked = len(server.requests)
    assert codes == [[]] * asked + [["budget_spent"]] * (3 - asked)
    assert document["model"]["without"] == ({"budget_spent": 3 - asked} if asked < 3 else {})
    assert document["model"]["input_tokens"] + document["model"]["output_tokens"] <= 11_000


def test_answers_are_not_paid_for_twice(server: ModelServer, talks: Path) -> None:
    """The same command again asks nothing, and gives the same bytes."""
    _, first = run(server, talks, *[scored()] * 3)
    document, second = run(server, talks)
    assert (second, document["model"]["reused"], len(server.requests)) == (first, 3, 0)


def test_a_model_that_nobody_may_ask_ends_the_batch_and_it_goes_on(server: ModelServer, talks: Path) -> None:
    """Nothing is written under the result's name until it is mended."""
    with pytest.raises(ModelError, match="401"):
        run(server, talks, Failed(status=401))
    assert not talks.with_name("out.jsonl").exists()
    _, results = run(server, talks, *[scored()] * 3, resume=True)
    assert len(results) == 3


def test_an_answer_that_contradicts_itself_is_asked_for_once_more(server: ModelServer, talks: Path) -> None:
    """After those that wait, and flagged if it still does."""
    document, results = run(server, talks, scored(5.0), scored(5.0), scored(), scored(1.0), scored(5.0))
    assert [one["overall"]["satisfaction"] for one in results] == [1.0, 5.0, 1.5]
    flagged = ["inconsistent:satisfaction:customer_sentiment" in one["flags"] for one in results]
    assert (flagged, document["model"]["asked_again"]) == ([False, True, False], 2)


def test_what_the_filter_stops_keeps_its_embedded_scores(server: ModelServer, talks: Path) -> None:
    """The others go on."""
    document, _ = run(server, talks, scored(), say("", finish="content_filter"), scored())
    assert (document["model"]["scored"], document["model"]["without"]) == (2, {"model_refused": 1})


def test_money_without_prices_is_no_budget(server: ModelServer, talks: Path) -> None:
    """It could not be kept."""
    request = AnalysisRequest(inputs=(str(talks),), out=talks.with_name("o.jsonl"), model=ModelRequest(budget=1.0))
    with pytest.raises(InputError, match="SWITCHBOARD_MODEL_INPUT_PRICE"):
        analyze(request, lambda: settings_of(server), watch=lambda _: None)


def test_a_model_is_not_asked_without_a_budget(server: ModelServer, talks: Path) -> None:
    """The message says how to learn what to expect."""
    request = AnalysisRequest(inputs=(str(talks),), out=talks.with_name("o.jsonl"), model=ModelRequest())
    with pytest.raises(InputError, match="--estimate"):
        analyze(request, lambda: settings_of(server), watch=lambda _: None)


def test_an_estimate_asks_nothing(server: ModelServer, talks: Path) -> None:
    """Tokens of all conversations, and their cost where prices are set."""
    server.requests.clear()
    request = AnalysisRequest(inputs=(str(talks),), out=None, model=ModelRequest(), scorecard="none")
    settings = settings_of(server, model_input_price=2.0, model_output_price=8.0)
    document: dict[str, Any] = estimate(request, settings)
    cost = (document["input_tokens"] * 2 + document["output_tokens"] * 8) / 1_000_000
    assert (document["conversations"], document["cost"], len(server.requests)) == (3, round(cost, 4), 0)
    assert document["input_tokens"] > 0
