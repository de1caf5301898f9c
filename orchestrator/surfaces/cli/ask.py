"""`switchboard ask` and `switchboard chat`."""

import sys
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Document, Listener, Options
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.answering import answer
from orchestrator.surfaces.decisions import Approve, Deny, read_decision

_LONGEST = 1_000_000  # characters; a message is read by people

ASK_EXAMPLES = """\b
Examples:
  switchboard ask "checkout returns 502 since 10:20"
  switchboard ask "is checkout healthy?" --logs ./export --tz Europe/Berlin
  switchboard ask "payment is slow" --logs AppRequests=req.csv --json
  switchboard ask - < alert.json
"""
CHAT_EXAMPLES = """\b
Examples:
  switchboard chat
  switchboard chat --logs ./export --guides ./guides
"""


def add_commands(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command(epilog=ASK_EXAMPLES)(ask)
    cli.command(epilog=CHAT_EXAMPLES)(chat)


def ask(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The question, an alert as JSON, or - for stdin.")],
    *,
    agent: shared.Agent = None,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    guides: shared.Guides = None,
    services: shared.Services = None,
    session: shared.Session = None,
    now: shared.Now = None,
    tz: shared.Zone = None,
    param: shared.Parameters = None,
    strict: shared.Strict = False,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="TEXT", help="Asked with this key before: that report, and no second run."),
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Ask a question and get the answer with its evidence."""
    options = shared.read_options(
        logs=logs,
        workspace=workspace,
        guides=guides,
        services=services,
        agent=agent,
        session=session,
        now=now,
        tz=tz,
        parameters=param,
        strict=strict,
        key=key,
    )
    application = shared.application_of(context)
    message = read_message(text)
    refuse_decision(message)

    async def work(listen: Listener) -> Document:
        async with application.converse(options) as conversation:
            return await conversation.ask(message, listen=listen)

    answer(shared.invocation_of(context), work, as_json=as_json)


def read_message(words: list[str]) -> str:
    """The message: the words, or stdin for a single `-`."""
    text = _stdin() if words == ["-"] else " ".join(words)
    if not text.strip():
        raise InputError("the message is empty: say what is wrong, such as 'checkout returns 502 since 10:20'")
    if len(text) > _LONGEST:
        raise InputError(f"the message has more than {_LONGEST:,d} characters: shorten it")
    return text


def refuse_decision(message: str) -> None:
    """A message approves nothing: who sends it may not be who reads what it is about."""
    match read_decision(message):
        case Approve(action):
            raise InputError(f"a message does not approve an action: switchboard approvals approve {action}")
        case Deny(action):
            raise InputError(f"a message does not deny an action: switchboard approvals deny {action} --reason TEXT")


def _stdin() -> str:
    raw = sys.stdin.buffer.read(4 * _LONGEST + 1)
    return raw.decode("utf-8-sig", "replace")


def chat(
    context: typer.Context,
    *,
    agent: shared.Agent = None,
    logs: shared.Logs = None,
    workspace: shared.Workspace = None,
    guides: shared.Guides = None,
    services: shared.Services = None,
    session: shared.Session = None,
    now: shared.Now = None,
    tz: shared.Zone = None,
    param: shared.Parameters = None,
    strict: shared.Strict = False,
) -> None:
    """Ask and follow up in one session. /help lists what can be typed; Ctrl-C stops a run, Ctrl-D leaves."""
    options = shared.read_options(
        logs=logs,
        workspace=workspace,
        guides=guides,
        services=services,
        agent=agent,
        session=session,
        now=now,
        tz=tz,
        parameters=param,
        strict=strict,
    )
    _chat(context, options)


def _chat(context: typer.Context, options: Options) -> None:
    from orchestrator.surfaces.chat import Chat  # noqa: PLC0415  # prompt_toolkit is needed nowhere else

    raise typer.Exit(Chat(shared.invocation_of(context), options).run())
