"""The part of the fake application that knows proposed actions: it remembers who decided what."""

from collections.abc import Callable

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Document

HOSTILE = "\x1b[31mred\x1b[0m\u202e"
YOU: Document = {"name": "local:alice", "roles": ["on_call"], "may_approve": True, "may_break_glass": False}
RULING: Document = {
    "decision": "approval",
    "rule": "fixes",
    "place": "policies/p.yaml:3",
    "reasons": ["the rule 'fixes' asks for one person of on_call"],
    "approvals": 1,
    "roles": ["on_call"],
    "approvers": ["local:alice", "local:bob"],
    "consent": None,
    "break_glass": ["lead"],
    "expires_after_s": 1800.0,
    "you": YOU,
}


def action(name: str = "A-7", **changes: object) -> Document:
    """A proposed action."""
    found: Document = {
        "id": name,
        "state": "waiting",
        "digest": "d1",
        "open_to_you": True,
        "due": False,
        "action": "rollback_deployment",
        "arguments": {"service": "checkout", "version": "v41"},
        "environment": "sample",
        "services": ["checkout"],
        "by_hand": "kubectl rollout undo deployment/checkout",
        "blast_radius": {"value": 4, "unit": "instances of the new version are replaced"},
        "tainted": False,
        "verify": {"step": "impact", "window_after": "15m", "wait": "5m", "expect": "row.share <= 0.01"},
        "undo": {"action": "deploy_version", "arguments": {"service": "checkout", "version": "v42"}},
        "guide": {"id": "deploy_regression", "version": "9f3c2a71d0be"},
        "run": "r7k2m9",
        "incident": None,
        "claims": [{"text": f"18 % of requests fail since v42 {HOSTILE}", "evidence": ["E1", "E2"]}],
        "requester": {"name": "local:alice", "authenticated": False},
        "proposed_at": "2026-11-22T10:46:00Z",
        "expires_at": "2026-11-22T11:16:00Z",
        "age_s": 120.0,
        "expires_in_s": 1680.0,
        "policy": RULING,
        "approvals": [],
        "history": [{"at": "2026-11-22T10:46:00Z", "what": "proposed", "who": None, "text": "Proposed by the guide."}],
    }
    return {**found, **changes}


class FakeApprovals:
    """A-7 waits for one, A-8 for two, A-9 has an unknown outcome, A-5 was done; what is decided is in `decided`."""

    def __init__(self) -> None:
        self.decided: list[tuple[object, ...]] = []

    proposed: list[Document] | None = None
    hidden = False
    forbidden = False

    def proposals(self) -> Document:
        """What the next report proposes; as it is where nothing is set."""
        return {} if self.proposed is None else {"actions": self.proposed}

    def _actions(self) -> dict[str, Document]:
        done = [name for kind, name, *_ in self.decided if kind == "approve"]
        two: Document = {**RULING, "approvals": 2}
        first = action(open_to_you=not self.hidden)
        if self.forbidden:
            first["policy"] = {**RULING, "decision": "forbidden", "reasons": ["a freeze"]}
        found = [
            action(state="verified", open_to_you=False) if "A-7" in done else first,
            action("A-8", action="drain_zone", arguments={"zone": "2"}, policy=two),
            action("A-9", state="unknown", open_to_you=False),
            action("A-6", state="done", open_to_you=False, due=True),
            action("A-5", state="verified", open_to_you=False),
        ]
        return {str(item["id"]): item for item in found}

    def list_approvals(self, *, everything: bool, limit: int) -> tuple[Document, ...]:
        """Those that wait for somebody, or all."""
        over = {"verified", "done"}
        found = [item for item in self._actions().values() if everything or item["state"] not in over]
        return tuple(found[:limit])

    def show_approval(self, name: str) -> Document:
        """By its id."""
        found = self._actions().get(name.upper())
        if found is None:
            raise InputError(f"there is no action {name!r}; the nearest are A-7, A-8")
        return found

    async def approve(
        self,
        name: str,
        *,
        digest: str,
        break_glass: str | None,
        wait: bool,
        tell: Callable[[str], None],
        via: str = "cli",
    ) -> Document:
        """Done, waiting for another, or refused where something else was shown."""
        found = self.show_approval(name)
        if digest != "d1":
            return {**found, "result": {"status": "refused", "message": f"{name} is not what was shown"}}
        self.decided.append(("approve", name, break_glass, via))
        if name == "A-8":
            return {**found, "result": {"status": "waiting", "message": "one of two persons has approved"}}
        if name == "A-9":
            return {**found, "result": {"status": "unknown", "message": "the reply was lost", "next": "settle A-9"}}
        tell("calling roll_back_deploy")
        result: Document = {
            "status": "done",
            "message": "done once",
            "outcome": "4 instances replaced",
            "verification": "holds: row.share <= 0.01",
            "undo": "deploy_version is proposed as A-10",
        }
        return {**self.show_approval(name), "result": result}

    async def deny(self, name: str, *, reason: str, via: str = "cli") -> Document:
        """Denied; what was done cannot be."""
        if name == "A-5":
            return {**self.show_approval(name), "result": {"status": "refused", "message": "A-5 was done"}}
        self.decided.append(("deny", name, reason, via))
        denied = action(name, state="denied", open_to_you=False)
        return {**denied, "result": {"status": "done", "message": f"denied: {reason}"}}

    async def review(self, name: str, *, note: str) -> Document:
        """Reviewed."""
        self.decided.append(("review", name, note))
        return {**self.show_approval(name), "result": {"status": "done", "message": f"reviewed: {note}"}}

    async def settle(self, name: str, *, found: str | None, note: str, tell: Callable[[str], None]) -> Document:
        """Still unknown where nobody found out."""
        self.decided.append(("settle", name, found, note))
        if name == "A-6":
            tell("looking whether it helped")
            return {
                **self.show_approval(name),
                "state": "verified",
                "result": {"status": "done", "message": "verified"},
            }
        status = "done" if found else "unknown"
        return {**self.show_approval(name), "result": {"status": status, "message": f"found {found}"}}
