"""`switchboard approvals`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Document
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.terminal.approvals import approval_page, approvals_list, proposal_parts, result_text
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import fields, sentence, text

LIST_EXAMPLES = """\b
Examples:
  switchboard approvals list
  switchboard approvals list --all --limit 5 --json
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard approvals show A-7
"""
APPROVE_EXAMPLES = """\b
Examples:
  switchboard approvals approve A-7
  switchboard approvals approve A-7 --yes --wait
  switchboard approvals approve A-7 --break-glass "checkout is down and nobody else answers"
"""
DENY_EXAMPLES = """\b
Examples:
  switchboard approvals deny A-7 --reason "a deploy is under way"
"""
REVIEW_EXAMPLES = """\b
Examples:
  switchboard approvals review A-7 --note "it was right: nobody else was there"
"""
SETTLE_EXAMPLES = """\b
Examples:
  switchboard approvals settle A-7
  switchboard approvals settle A-7 --done --note "the pods are 4 minutes old"
"""
Action = Annotated[str, typer.Argument(metavar="ACTION", help="The action's id, such as A-7.")]
_LIMIT = 10_000
_EXITS = {
    "done": ExitCode.ANSWERED,
    "waiting": ExitCode.WAITING,
    "accepted": ExitCode.WAITING,
    "unknown": ExitCode.WAITING,
    "failed": ExitCode.FAILED,
    "unverified": ExitCode.FAILED,
    "refused": ExitCode.BAD_INPUT,
}


class Found(StrEnum):
    """What a person found out about an action whose outcome was unknown."""

    DONE = "done"
    ABSENT = "absent"


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(
        help="Approve or deny proposed actions, and see what became of them.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list", epilog=LIST_EXAMPLES)(list_)
    group.command(epilog=SHOW_EXAMPLES)(show)
    group.command(epilog=APPROVE_EXAMPLES)(approve)
    group.command(epilog=DENY_EXAMPLES)(deny)
    group.command(epilog=REVIEW_EXAMPLES)(review)
    group.command(epilog=SETTLE_EXAMPLES)(settle)
    cli.add_typer(group, name="approvals")


def list_(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that wait for nobody any more.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=_LIMIT, help="How many.")] = 20,
    as_json: shared.AsJson = False,
) -> None:
    """List the actions that wait for approval, or for somebody to settle them."""
    # one more than is shown tells whether there are more
    found = shared.application_of(context).list_approvals(everything=everything, limit=limit + 1)
    actions, more = found[:limit], len(found) > limit
    if as_json:
        write_json({"actions": list(actions), "more": more})
    else:
        write(approvals_list(actions, out_screen(), more=more))


def show(context: typer.Context, action: Action, *, as_json: shared.AsJson = False) -> None:
    """Show an action: exact arguments, how far it reaches, who may approve, and what became of it.

    What can be found out about it by now, such as whether it helped, is looked for first.
    """
    application = shared.application_of(context)
    document = application.show_approval(action)
    if document.get("due") is True:
        document = asyncio.run(_looked(lambda: application.settle(action, found=None, note="", tell=_tell)))
    if as_json:
        write_json(document)
    else:
        write(approval_page(document, out_screen()))


async def _looked(work: Callable[[], Awaitable[Document]]) -> Document:
    """The action once it was looked after; without what the looking came to."""
    found = await work()
    return {name: value for name, value in found.items() if name != "result"}


def approve(
    context: typer.Context,
    action: Action,
    *,
    break_glass: Annotated[
        str | None,
        typer.Option("--break-glass", metavar="REASON", help="Act alone, where a role of yours may; it is reviewed."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is verified, on live data.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Approve an action for exactly these arguments; once enough have, it is done, once.

    Exit code 0 done, 3 still waiting, 1 failed or not verified, 2 refused.
    """
    if break_glass is not None and not break_glass.strip():
        raise InputError("--break-glass needs a reason, which everybody will read: say why nobody else can approve")
    application = shared.application_of(context)
    shown = application.show_approval(action)
    # who has approved and now breaks the glass says something new
    says_more = break_glass is not None and text(shown, "state") == "waiting"
    counts = shown.get("open_to_you") is True or says_more
    if counts and not yes and not _asked(shown, action, break_glass, as_json=as_json):
        warn(f"Nothing was approved. To say no for good: switchboard approvals deny {clean(action)} --reason TEXT")
        raise typer.Exit(ExitCode.WAITING)

    async def work() -> Document:
        return await application.approve(
            action, digest=text(shown, "digest"), break_glass=break_glass, wait=wait, tell=_tell
        )

    _finish(work, as_json=as_json)


def _asked(shown: Document, action: str, break_glass: str | None, *, as_json: bool) -> bool:
    """Show what would be done and ask; InputError where nobody can be asked."""
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            f"approving {action!r} asks for a yes on a terminal: look at it with "
            f"`switchboard approvals show {action}`, then give --yes"
        )
    screen = out_screen()
    write(screen.text(*proposal_parts(shown, screen)))
    how = " alone, behind broken glass, to be reviewed" if break_glass else ""
    return typer.confirm(f"Approve exactly this{how}?", default=False)


def _tell(line: str) -> None:
    """Progress goes where the answer does not."""
    warn(line)


def deny(
    context: typer.Context,
    action: Action,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")],
    as_json: shared.AsJson = False,
) -> None:
    """Say no to an action; it is not done, and cannot be approved any more."""
    application = shared.application_of(context)
    _finish(lambda: application.deny(action, reason=reason), as_json=as_json)


def review(
    context: typer.Context,
    action: Action,
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What you find about it.")],
    as_json: shared.AsJson = False,
) -> None:
    """Review what somebody did alone behind broken glass; not one's own."""
    application = shared.application_of(context)
    _finish(lambda: application.review(action, note=note), as_json=as_json)


def settle(
    context: typer.Context,
    action: Action,
    *,
    done: Annotated[
        bool | None,
        typer.Option(
            "--done/--not-done", help="What you found out, where its target cannot be read.", show_default=False
        ),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How you found out.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Find out what became of an action whose outcome is unknown, by reading its target; it is not done again."""
    if done is not None and not note.strip():
        raise InputError("--done and --not-done need a --note that says how you found out")
    found = None if done is None else (Found.DONE if done else Found.ABSENT).value
    application = shared.application_of(context)
    _finish(lambda: application.settle(action, found=found, note=note, tell=_tell), as_json=as_json)


def _finish(work: Callable[[], Awaitable[Document]], *, as_json: bool) -> None:
    """Do it, print what came of it, and leave with its exit code."""

    async def awaited() -> Document:
        return await work()

    document = asyncio.run(awaited())
    result = fields(document, "result")
    if as_json:
        write_json(document)
    elif text(result, "status") == "refused":
        warn(f"switchboard: {sentence(result, 'message')}")
    else:
        write(result_text(document, out_screen()))
    raise typer.Exit(exit_of_result(result))


def exit_of_result(result: object) -> ExitCode:
    """0 done, 3 waiting, 1 failed or not verified, 2 refused."""
    status = str(result.get("status")) if isinstance(result, dict) else ""
    return _EXITS.get(status, ExitCode.FAILED)
