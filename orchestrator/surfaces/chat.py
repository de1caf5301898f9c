"""`switchboard chat`: a prompt with history and follow-ups in one session."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.output import ColorDepth

from orchestrator.core.errors import SwitchboardError
from orchestrator.surfaces.application import Conversation, Document, Options
from orchestrator.surfaces.chat_approvals import ChatApprovals
from orchestrator.surfaces.cli.answering import listener, page
from orchestrator.surfaces.cli.edge import unexpected
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.invocation import Invocation
from orchestrator.surfaces.cli.output import out_screen, progress, warn, write
from orchestrator.surfaces.decisions import read_decision
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.evidence import evidence_page
from orchestrator.surfaces.terminal.fields import entries, text
from orchestrator.surfaces.terminal.layout import labelled
from orchestrator.surfaces.terminal.lists import runs_list

COMMANDS: dict[str, str] = {
    "/help": "this list",
    "/evidence E2": "one evidence of the last answer in full; 'show me E2' does the same",
    "/runs": "the newest runs",
    "/approvals": "the actions that wait for approval; /approvals A-7 shows one in full",
    "approve A-7": "approve an action that was shown; 'deny A-7 because REASON' says no",
    "/new": "a new session, which remembers nothing of this one",
    "/quit": "leave (so does Ctrl-D)",
}
_SHOW = re.compile(r"(?:show|open|print|display)\s+(?:me\s+)?(?:the\s+)?(?:evidence\s+)?(E\d+)\s*[.!?]?", re.IGNORECASE)
_NAMES = sorted(command.partition(" ")[0] for command in COMMANDS if command.startswith("/"))
_RUNS = 10


class Chat:
    """Reads messages, answers each, until it is left."""

    def __init__(self, invocation: Invocation, options: Options) -> None:
        self._invocation = invocation
        self._application = invocation.application
        self._options = options
        self._interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._leaving = False
        self._approvals = ChatApprovals(self._application)

    def run(self) -> int:
        """Chat until /quit or the end of input; the exit code."""
        asyncio.run(self._sessions())
        return ExitCode.ANSWERED

    async def _sessions(self) -> None:
        """One session after another: /new begins the next."""
        lines = self._lines()
        options = self._options
        while not self._leaving:
            self._approvals = ChatApprovals(self._application)
            async with AsyncExitStack() as stack:
                with progress(keep=False):
                    conversation = await stack.enter_async_context(self._application.converse(options))
                self._greet(conversation)
                await self._converse(conversation, lines)
            options = replace(options, session=None)

    def _greet(self, conversation: Conversation) -> None:
        if self._interactive:
            write(f"Session {clean(conversation.session)}. Ask, or /help. Ctrl-C stops a run, Ctrl-D leaves.\n")

    async def _converse(self, conversation: Conversation, lines: AsyncIterator[str]) -> None:
        async for line in lines:
            if line.strip().lower() in {"/quit", "/exit"}:
                self._leaving = True
                return
            if line.strip().lower() == "/new":
                return
            await self._respond(conversation, line.strip())
        self._leaving = True

    async def _respond(self, conversation: Conversation, line: str) -> None:
        """Do a command, or answer a message; an error is said and the chat goes on."""
        if not line:
            return
        try:
            if line.startswith("/"):
                self._command(conversation, line)
            elif asked := _SHOW.fullmatch(line):
                self._show(conversation, asked[1])
            elif not await self._decided(conversation, line):
                await self._ask(conversation, line)
        except SwitchboardError as error:
            warn(error.message)
        except Exception as error:  # noqa: BLE001  # the edge: one bad answer does not end the conversation
            unexpected(self._invocation, error)

    async def _decided(self, conversation: Conversation, line: str) -> bool:
        """Whether the line was about a proposed action, and is dealt with."""
        decision = read_decision(line)
        return decision is not None and await self._approvals.decide(decision, conversation.last_report())

    def _command(self, conversation: Conversation, line: str) -> None:
        name, _, rest = line.partition(" ")
        match name.lower():
            case "/help":
                write(out_screen().text(labelled(list(COMMANDS.items()), indent=2)))
            case "/evidence":
                self._show(conversation, rest.strip() or "E1")
            case "/approvals":
                self._approvals.show(rest.strip() or None)
            case "/runs":
                write(runs_list(self._application.list_runs(limit=_RUNS), out_screen()))
            case _:
                near = get_close_matches(name.lower(), _NAMES, n=1, cutoff=0.4)
                mend = f"did you mean {near[0]}?" if near else "/help lists what there is"
                warn(f"there is no command {name!r}: {mend}")

    def _show(self, conversation: Conversation, evidence_id: str) -> None:
        found = conversation.evidence(evidence_id.upper())
        if found is None:
            warn(f"there is no evidence {evidence_id!r}: {_known(conversation.last_report())}")
            return
        screen = out_screen()
        write(screen.text(*evidence_page(found, screen)))

    async def _ask(self, conversation: Conversation, line: str) -> None:
        """Answer one message; Ctrl-C cancels it and leaves the chat running."""
        with progress(keep=True) as live:
            task = asyncio.ensure_future(conversation.ask(line, listen=listener(self._invocation, live)))
            with _interrupts(task.cancel):
                await asyncio.wait({task})
        if task.cancelled():
            warn("Stopped. Ask on, or /quit.")
            return
        screen = out_screen()
        write(page(task.result(), live, screen) + "\n")

    async def _lines(self) -> AsyncIterator[str]:
        """Typed lines from a terminal, else the lines of stdin."""
        if not self._interactive:
            for raw in sys.stdin.buffer:
                yield raw.decode("utf-8-sig", "replace")
            return
        prompt = self._prompt()
        while True:
            try:
                yield await prompt.prompt_async()
            except KeyboardInterrupt:
                continue  # Ctrl-C clears the line
            except EOFError:
                return

    def _prompt(self) -> PromptSession[str]:
        screen = out_screen()
        return PromptSession(
            message=FormattedText([("bold" if screen.color else "", f"{screen.marks.prompt} ")]),
            history=_history(self._application.state_dir()),
            completer=WordCompleter(_NAMES, sentence=True),
            complete_while_typing=False,
            color_depth=None if screen.color else ColorDepth.DEPTH_1_BIT,
            enable_history_search=True,
        )


def _known(report: Document | None) -> str:
    if report is None:
        return "ask something first"
    parts = [*entries(report, "turns"), report]
    ids = list(dict.fromkeys(text(item, "id") for part in parts for item in entries(part, "evidence")))
    return f"the last answer has {', '.join(ids)}" if ids else "the last answer has none"


def _history(folder: Path | None) -> History:
    """Kept in the state folder, readable by its owner only; in memory where that cannot be written."""
    if folder is None:
        return InMemoryHistory()
    path = folder / "chat_history"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


@contextmanager
def _interrupts(stop: Callable[[], object]) -> Iterator[None]:
    """While the block runs, the first Ctrl-C calls `stop`; a second one ends the program as usual."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)

    def once(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        loop.call_soon_threadsafe(stop)

    signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
