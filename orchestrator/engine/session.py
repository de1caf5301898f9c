"""What a session knows from its earlier runs."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from orchestrator.core.errors import InputError
from orchestrator.core.journal import Journal
from orchestrator.core.report import Json

MAX_TURNS = 20
MAX_SESSIONS = 10_000


def new_session_id() -> str:
    """A fresh session's id."""
    return f"s-{secrets.token_hex(4)}"


def resume_session(journal: Journal, session_id: str) -> "Session":
    """The session of that id with its reports; InputError with the nearest ids where no run was recorded in it."""
    known = journal.sessions(limit=MAX_SESSIONS)
    if session_id not in known:
        near = get_close_matches(session_id, known, n=3, cutoff=0.5) or list(known[:3])
        mend = f"did you mean {', '.join(map(repr, near))}?" if near else "none is recorded."
        raise InputError(f"there is no session {session_id!r}: {mend} Leave --session out to begin a new one")
    return Session(id=session_id, reports=list(journal.reports(session_id)))


@dataclass(slots=True, kw_only=True)
class Session:
    """A conversation: its id and the reports so far, oldest first."""

    id: str
    reports: list[Json] = field(default_factory=list)

    @property
    def speaking(self) -> str | None:
        """The specialist that answered last."""
        turns = self._turns()
        agent = turns[-1].get("agent") if turns else None
        return str(agent) if agent and agent != "none" else None

    def runs(self) -> tuple[str, ...]:
        """The runs of the reports, oldest first."""
        return tuple(str(report["run"]) for report in self.reports if "run" in report)

    def previous(self) -> Json | None:
        """The newest report that has evidence, else the newest."""
        turns = self._turns()
        known = [turn for turn in turns if turn.get("evidence")] or turns
        return known[-1] if known else None

    def asked_back(self) -> bool:
        """Whether the last answer was a question."""
        return bool(self.reports) and self.reports[-1].get("status") == "needs_input"

    def remembered(self) -> Mapping[str, object]:
        """Guide parameters of the newest run that had any, and `started_at` of its impact."""
        for report in reversed(self._turns()):
            parameters = report.get("parameters")
            if isinstance(parameters, Mapping) and parameters:
                impact = report.get("impact")
                started = impact.get("started_at") if isinstance(impact, Mapping) else None
                return {**parameters, "started_at": started}
        return {}

    def _turns(self) -> list[Json]:
        """The reports of every turn, oldest first; a message with two subjects had two."""
        turns: list[Json] = []
        for report in self.reports:
            several = report.get("turns")
            turns += [turn for turn in several if isinstance(turn, dict)] if isinstance(several, list) else []
            turns += [] if several else [report]
        return turns

    def exchanges(self) -> Sequence[tuple[str, str]]:
        """The last messages and their answers."""
        return [(str(r.get("asked", "")), str(r.get("message", ""))) for r in self.reports[-MAX_TURNS:]]
