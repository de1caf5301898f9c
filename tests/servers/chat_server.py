"""A server of the OpenAI protocol, of Azure OpenAI and of Foundry projects on loopback, answering from a script."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn
from azure.core.credentials import AccessToken, AccessTokenInfo
from managed_identity import ManagedIdentity
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Chunk = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """An answer as a stream of choices; `usage` comes last, `broken` drops the connection in place of the end."""

    choices: Sequence[Chunk] = ()
    usage: tuple[int, int] | None = (100, 20)
    broken: bool = False
    raw: Sequence[str] = ()
    pause_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Failed:
    """An HTTP status in place of an answer."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Streamed | Failed


def say(*texts: str, finish: str = "stop", **more: Any) -> Streamed:
    """Words, a chunk each."""
    chunks: list[Chunk] = [{"delta": {"role": "assistant", "content": text}, "finish_reason": None} for text in texts]
    return Streamed(choices=[*chunks, {"delta": {}, "finish_reason": finish}], **more)


def call(*calls: tuple[str, Mapping[str, Any] | str], **more: Any) -> Streamed:
    """Tool calls, their arguments in two pieces each, the pieces of parallel calls mixed as servers send them."""
    chunks: list[Chunk] = []
    rests: list[Chunk] = []
    for index, (name, arguments) in enumerate(calls):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        first = {
            "index": index,
            "id": f"call_{name}_{index}",
            "type": "function",
            "function": {"name": name, "arguments": text[:5]},
        }
        chunks.append({"delta": {"role": "assistant", "tool_calls": [first]}, "finish_reason": None})
        rest = {"index": index, "function": {"arguments": text[5:]}}
        rests.append({"delta": {"tool_calls": [rest]}, "finish_reason": None})
    return Streamed(choices=[*chunks, *rests, {"delta": {}, "finish_reason": "tool_calls"}], **more)


class ModelServer:
    """Answers chat completions from a script, and a project's own requests from its lists."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[dict[str, Any]] = []
        self.deployments: list[dict[str, Any]] = []
        self.connections: list[dict[str, Any]] = []
        self.project_failures: list[Failed] = []
        self.identity = ManagedIdentity("entra-token")
        self.url = ""

    def asked(self, part: str) -> list[dict[str, Any]]:
        """The requests whose path holds this."""
        return [request for request in self.requests if part in request["path"]]

    def app(self) -> Starlette:
        chat = [
            "/v1/chat/completions",
            "/openai/deployments/{deployment}/chat/completions",
            "/api/projects/{project}/openai/v1/chat/completions",
        ]
        routes = [Route(path, self._chat, methods=["POST"]) for path in chat]
        routes.append(Route("/api/projects/{project}/{rest:path}", self._project, methods=["GET", "POST"]))
        return Starlette(routes=[*routes, *self.identity.app.routes])

    async def _note(self, request: Request) -> None:
        body = await request.body()
        self.requests.append(
            {
                "path": request.url.path,
                "query": request.url.query,
                "authorization": request.headers.get("authorization"),
                "api-key": request.headers.get("api-key"),
                **(json.loads(body) if body else {}),
            }
        )

    async def _chat(self, request: Request) -> Response:
        await self._note(request)
        answer = self.answers.pop(0) if self.answers else Failed(status=500)
        match answer:
            case Failed():
                return JSONResponse(dict(answer.body), answer.status, headers=dict(answer.headers))
            case Streamed():
                return StreamingResponse(_events(answer), media_type="text/event-stream")

    async def _project(self, request: Request) -> Response:
        await self._note(request)
        if self.project_failures:
            failure = self.project_failures.pop(0)
            return JSONResponse(dict(failure.body), failure.status, headers=dict(failure.headers))
        match request.path_params["rest"].split("/"):
            case ["deployments"]:
                return JSONResponse({"value": self.deployments})
            case ["connections"]:
                kind = request.query_params.get("connectionType")
                found = [item for item in self.connections if kind in {None, item["type"]}]
                return JSONResponse({"value": [{k: v for k, v in c.items() if k != "credentials"} for c in found]})
            case ["connections", name, "getConnectionWithCredentials"]:
                for item in self.connections:
                    if item["name"] == name:
                        return JSONResponse(item)
        return JSONResponse({"error": {"code": "NotFound", "message": "no such item"}}, 404)


async def _events(answer: Streamed) -> AsyncIterator[bytes]:
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m-2026"}
    for choice in answer.choices:
        yield _event({**head, "choices": [{"index": 0, **choice}]})
        await asyncio.sleep(answer.pause_s)
    for text in answer.raw:
        yield f"data: {text}\n\n".encode()
    if answer.broken:
        raise ConnectionResetError("the script breaks off here")
    if answer.usage is not None:
        used = {"prompt_tokens": answer.usage[0], "completion_tokens": answer.usage[1]}
        yield _event({**head, "choices": [], "usage": {**used, "total_tokens": sum(answer.usage)}})
    yield b"data: [DONE]\n\n"


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


@contextmanager
def running() -> Iterator[ModelServer]:
    """The server in a thread of its own, so that commands with a loop of their own can ask it."""
    server = ModelServer()
    config = uvicorn.Config(server.app(), host="127.0.0.1", port=0, log_level="critical", lifespan="off", ws="none")
    uvicorn_server = uvicorn.Server(config)
    thread = threading.Thread(target=uvicorn_server.run, daemon=True)
    thread.start()
    while not uvicorn_server.started:
        time.sleep(0.005)
    server.url = f"http://127.0.0.1:{uvicorn_server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        uvicorn_server.force_exit = uvicorn_server.should_exit = True
        thread.join(timeout=10)


class FixedCredential:
    """Signs in without asking anybody, or fails as it is told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.scopes: list[tuple[str, ...]] = []
        self.closed = False
        self._failure = failure

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.append(scopes)
        if self._failure is not None:
            raise self._failure
        return AccessToken("entra-token", int(time.time()) + 3600)

    async def get_token_info(self, *scopes: str, **_: Any) -> AccessTokenInfo:
        token = await self.get_token(*scopes)
        return AccessTokenInfo(token.token, token.expires_on)

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
