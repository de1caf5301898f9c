"""The part of the fake application that knows handoff items and policies."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.core.errors import InputError, Place
from orchestrator.surfaces.application import CheckedPolicies, Document, Proposal
from playbooks.problems import error, warning

HOSTILE = "\x1b[31mred\x1b[0m\u202e"


def item(**changes: object) -> Document:
    """An item of the list."""
    found: Document = {
        "id": "H-3",
        "kind": "unknown_action",
        "state": "open",
        "priority": "urgent",
        "title": f"Unknown outcome of restart_service {HOSTILE}",
        "question": "Was cart restarted?",
        "facts": [
            {"text": "the reply was lost", "source": "A-7", "evidence": []},
            {"text": "18 % of requests failed", "source": "r7k2m9", "evidence": ["E1", "E2"]},
        ],
        "service": "cart",
        "owner": "team-buy",
        "escalation": "buy on call, +1-555-0102",
        "run": "r7k2m9",
        "action": "A-7",
        "incident": "INC-2",
        "opened_at": "2026-11-22T10:46:00Z",
        "due": "2026-11-22T11:16:00Z",
        "claimed_by": None,
        "reminded_at": None,
        "overdue": True,
        "history": [],
    }
    return {**found, **changes}


class FakeHandoffs:
    """Some items, one of which is taken; a policy that forbids what has `drain` in its name."""

    def list_handoffs(self, *, states: Sequence[str], limit: int) -> tuple[Document, ...]:
        """Two; none that are resolved."""
        taken = item(id="H-4", state="claimed", claimed_by="local:bob", priority="normal", overdue=False, owner=None)
        return () if "resolved" in states else (item(), taken)[:limit]

    def show_handoff(self, item_id: str) -> Document:
        """The item, with a history."""
        if item_id == "H-9":
            raise InputError("there is no handoff item 'H-9'; the nearest are H-3, H-4")
        history = [
            {"kind": "claimed", "at": "2026-11-22T10:50:00Z", "who": "local:alice", "note": ""},
            {"kind": "released", "at": "2026-11-22T10:55:00Z", "who": "local:alice", "note": "my shift ends"},
        ]
        return item(history=history)

    def change_handoff(self, item_id: str, *, what: str, note: str) -> Document:
        """As asked; H-4 is another's."""
        if item_id == "H-4":
            return item(id="H-4", state="claimed", claimed_by="local:bob", refused="H-4 is taken by local:bob")
        states = {"claim": "claimed", "release": "open", "resolve": "resolved"}
        kind = {"claim": "claimed", "release": "released", "resolve": "resolved"}[what]
        change: Document = {"kind": kind, "at": "2026-11-22T10:50:00Z", "who": "local:alice", "note": note}
        return item(state=states[what], history=[change], refused=None)

    def check_policies(self, folder: Path | None) -> CheckedPolicies:
        """A doubt, and a fault where the folder's name says so."""
        place = Place(f"{folder or 'policies'}/p.yaml", 3, "rules[0].id")
        found = [warning(place, f"nobody may approve {HOSTILE}")]
        found += [error(place, "there is no role 'on_cal'")] if folder and "broken" in folder.name else []
        return CheckedPolicies(folder=str(folder or "policies"), rules=2, problems=tuple(found))

    def explain_policy(self, action: str | None, *, about: Proposal | None, mode: str | None) -> Document:
        """One person must approve; nobody may drain."""
        name = about.action if about else f"restart_service of {action}"
        ruling: Document = {
            "decision": "approval",
            "rule": "fixes",
            "place": "policies/p.yaml:3",
            "reasons": ["the rule 'fixes' asks for one person of on_call", "the mode is review"],
            "approvals": 1,
            "roles": ["on_call"],
            "approvers": ["local:alice"],
            "consent": "requester",
            "break_glass": ["lead"],
            "expires_after_s": 1800.0,
        }
        if "drain" in name:
            nothing: Document = {"roles": [], "approvers": [], "consent": None, "break_glass": [], "approvals": 0}
            ruling |= {**nothing, "decision": "forbidden", "rule": None, "place": None, "expires_after_s": None}
            ruling["reasons"] = [f"no rule is for it {HOSTILE}"]
        you: Document = {"name": "local:alice", "roles": ["on_call"], "may_approve": True, "may_break_glass": False}
        return {
            "action": name,
            "environment": (about.environment if about else None) or "sample",
            "services": list(about.services) if about else ["cart"],
            "blast_radius": {"value": about.reach if about else 3, "unit": (about.unit if about else "pods") or None},
            "tainted": about.tainted if about else False,
            "mode": mode or "review",
            "policy": "9f3c2a71d0be",
            **ruling,
            "you": you,
        }
