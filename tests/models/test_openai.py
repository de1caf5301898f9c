"""A turn spoken by a server of the OpenAI protocol on loopback, through the real client."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Any

import pytest
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function

from orchestrator.core.errors import ModelError
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec
from orchestrator.engine.kernel import build_kernel
from orchestrator.engine.turn import Turn
from orchestrator.models.openai import open_chat

Chunk = Mapping[str, Any]


def tool_call(name: str, arguments: Mapping[str, Any]) -> list[Chunk]:
    """The stream of one tool call, its arguments in two pieces as servers send them."""
    text = json.dumps(arguments)
    first = {"index": 0, "id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": text[:5]}}
    rest = {"index": 0, "function": {"arguments": text[5:]}}
    return [
        {"delta": {"role": "assistant", "tool_calls": [first]}, "finish_reason": None},
        {"delta": {"tool_calls": [rest]}, "finish_reason": None},
        {"delta": {}, "finish_reason": "tool_calls"},
    ]


class Server:
    """Answers each request with the next stream, or an HTTP status."""

    def __init__(self, answers: list[list[Chunk] | int]) -> None:
        self.answers = answers
        self.requests: list[dict[str, Any]] = []
        self.url = ""

    @contextmanager
    def running(self) -> Iterator["Server"]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.requests.append({"path": self.path, "key": self.headers["Authorization"], **json.loads(body)})
                answer = server.answers.pop(0) if server.answers else 500
                if isinstance(answer, int):
                    self.send_response(answer)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for choice in answer:
                    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
                    chunk["choices"] = [{"index": 0, **choice}]
                    self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                self.wfile.write(b"data: [DONE]\n\n")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{http.server_port}/v1"
        try:
            yield self
        finally:
            http.shutdown()
            thread.join()
            http.server_close()


class Lookup:
    """A tool that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    @kernel_function(name="look", description="Look something up.")
    async def look(self, name: Annotated[str, "what"]) -> str:
        """Answer in JSON."""
        self.asked.append(name)
        return json.dumps({"name": name, "state": "down"})


SPEC = AgentSpec(
    name="tester", description="tests", instructions="be exact", grants=frozenset({"lookup-look", "report-submit"})
)
SUBMIT = tool_call("report-submit", {"claims": [], "hypotheses": ["the pool is full"], "question": ""})


async def take_turn(server: Server, context: RunContext, lookup: Lookup) -> None:
    """One turn over the wire."""
    chat = open_chat(base_url=server.url, model="m", api_key="k-1")
    history = ChatHistory(system_message=SPEC.instructions)
    history.add_user_message("what is wrong?")
    try:
        await Turn(build_kernel(chat, {"lookup": lookup}), chat, SPEC, context).run(history)
    finally:
        await chat.client.close()


async def test_a_turn_over_the_wire(run_context: RunContext) -> None:
    """Tools are offered by schema, a streamed call is run, its result goes back, the report ends the turn."""
    lookup = Lookup()
    with Server([tool_call("lookup-look", {"name": "checkout"}), SUBMIT]).running() as server:
        await take_turn(server, run_context, lookup)
    first, second = server.requests
    assert lookup.asked == ["checkout"]
    assert first["path"] == "/v1/chat/completions"
    assert {tool["function"]["name"] for tool in first["tools"]} == {"lookup-look", "report-submit"}
    assert all("run" not in tool["function"]["parameters"]["properties"] for tool in first["tools"])
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert json.loads(second["messages"][-1]["content"]) == {"name": "checkout", "state": "down"}
    assert run_context.submission is not None
    assert run_context.submission.hypotheses == ("the pool is full",)


async def test_an_answer_that_is_an_error_is_a_model_error(run_context: RunContext) -> None:
    """A refused request ends the turn with a clear error, and no key in it."""
    with Server([400]).running() as server, pytest.raises(ModelError) as caught:
        await take_turn(server, run_context, Lookup())
    assert "k-1" not in caught.value.message


async def test_an_empty_stream_is_a_model_error(run_context: RunContext) -> None:
    """A server that says nothing is not an answer."""
    with Server([[]]).running() as server, pytest.raises(ModelError, match="answered nothing"):
        await take_turn(server, run_context, Lookup())
