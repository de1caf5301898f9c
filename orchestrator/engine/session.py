"""What a session knows from its earlier runs."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.report import Json

MAX_TURNS = 20


def new_session_id() -> str:
    """A fresh session's id."""
    return f"s-{secrets.token_hex(4)}"


@dataclass(slots=True, kw_only=True)
class Session:
    """A conversation: its id and the reports so far, oldest first."""

    id: str
    reports: list[Json] = field(default_factory=list)

    @property
    def speaking(self) -> str | None:
        """The specialist that answered last."""
        agent = self.reports[-1].get("agent") if self.reports else None
        return str(agent) if agent and agent != "none" else None

    def previous(self) -> Json | None:
        """The newest report that has evidence, else the newest."""
        with_evidence = [report for report in self.reports if report.get("evidence")]
        known = with_evidence or self.reports
        return known[-1] if known else None

    def remembered(self) -> Mapping[str, object]:
        """Guide parameters of the newest run that had any, and `started_at` of its impact."""
        for report in reversed(self.reports):
            parameters = report.get("parameters")
            if isinstance(parameters, Mapping) and parameters:
                impact = report.get("impact")
                started = impact.get("started_at") if isinstance(impact, Mapping) else None
                return {**parameters, "started_at": started}
        return {}

    def exchanges(self) -> Sequence[tuple[str, str]]:
        """The last messages and their answers."""
        return [(str(r.get("asked", "")), str(r.get("message", ""))) for r in self.reports[-MAX_TURNS:]]
