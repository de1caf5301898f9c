"""Approvals in a chat: what was proposed is shown with its exact arguments, and only `approve A-7` approves it."""

from typing import assert_never

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Application, Document
from orchestrator.surfaces.cli.output import out_screen, warn, write
from orchestrator.surfaces.decisions import Approve, Decision, Deny, Wish
from orchestrator.surfaces.terminal.approvals import approval_page, approvals_list, proposal_parts, result_text
from orchestrator.surfaces.terminal.fields import entries, fields, sentence, text

_LISTED = 20
VIA = "chat"


class ChatApprovals:
    """The actions that one session has shown; an approval counts for what was shown."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._shown: dict[str, str] = {}

    def show(self, action: str | None) -> None:
        """The list, or one action in full."""
        screen = out_screen()
        if action is None:
            write(approvals_list(self._application.list_approvals(everything=False, limit=_LISTED), screen))
            return
        document = self._application.show_approval(action)
        self._shown[text(document, "id")] = text(document, "digest")
        write(approval_page(document, screen))

    async def decide(self, decision: Decision, report: Document | None) -> bool:
        """Take a decision; False where the line is a message after all.

        So is a yes to what was proposed to the one who asked: the conversation knows who that is, and takes it.
        """
        match decision:
            case Approve(action):
                await self._approve(action, report)
            case Deny(action, reason):
                await self._deny(action, reason)
            case Wish():
                return not _asks_requester(report) and self._propose(report)
            case _:
                assert_never(decision)
        return True

    async def _approve(self, action: str, report: Document | None) -> None:
        document = self._application.show_approval(action)
        if document.get("open_to_you") is True and not self._saw(document, report):
            self._confirm(document)
            return
        # what was shown is approved, not what it may have become since
        digest = self._shown.get(action, text(document, "digest"))
        done = await self._application.approve(action, digest=digest, break_glass=None, wait=False, tell=warn, via=VIA)
        self._print(done)

    def _saw(self, document: Document, report: Document | None) -> bool:
        """Whether this session printed these very arguments."""
        name = text(document, "id")
        if name in self._shown:
            return True
        return any(
            text(action, "id") == name and fields(action, "arguments") == fields(document, "arguments")
            for action in _actions(report)
        )

    def _confirm(self, document: Document) -> None:
        """Show exactly what would be done, and how to say yes or no to it."""
        name = text(document, "id")
        self._shown[name] = text(document, "digest")
        screen = out_screen()
        write(screen.text(*proposal_parts(document, screen)))
        write(f"[Approve] type: approve {name}    [Deny] type: deny {name} because REASON\n")

    async def _deny(self, action: str, reason: str) -> None:
        if not reason:
            raise InputError(f"a denial needs a reason, for the record: deny {action} because REASON")
        self._print(await self._application.deny(action, reason=reason, via=VIA))

    def _propose(self, report: Document | None) -> bool:
        """A wish right after a report: show the one action that waits, or ask which; nothing is approved by it."""
        ids = list(dict.fromkeys(text(action, "id") for action in _actions(report)))
        documents = [self._application.show_approval(name) for name in ids if name]
        waiting = [document for document in documents if text(document, "state") == "waiting"]
        if not waiting:
            return False
        if len(waiting) == 1:
            self._confirm(waiting[0])
            return True
        write(approvals_list(waiting, out_screen()))
        write("Several actions wait. Which one? Type: approve " + " or approve ".join(text(d, "id") for d in waiting))
        return True

    def _print(self, document: Document) -> None:
        result = fields(document, "result")
        if text(result, "status") == "refused":
            warn(sentence(result, "message"))
        else:
            write(result_text(document, out_screen()))


def _asks_requester(report: Document | None) -> bool:
    return any(fields(action, "requester") for action in _actions(report))


def _actions(report: Document | None) -> list[Document]:
    """What a report proposed, in any turn."""
    parts = [*entries(report, "turns"), report] if report else []
    return [dict(action) for part in parts for action in entries(part, "actions")]
