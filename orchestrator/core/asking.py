"""What the queue keeps of a question, so that any worker can ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.core.report import Json
from orchestrator.core.table import iso_utc

ASK = "ask"  # the kind of such requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message to be answered with what the settings name.

    Attributes:
        agent: A specialist, in place of routing.
        session: Goes on with that session; None begins one.
        parameters: Guide parameters given outright, as text.
        now: The clock; None is the data's own.
    """

    message: str
    agent: str | None = None
    session: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None

    def document(self) -> Json:
        """As the body of a request; `read_question` reads it."""
        return {
            "message": self.message,
            "agent": self.agent,
            "session": self.session,
            "parameters": dict(self.parameters),
            "now": iso_utc(self.now) if self.now else None,
        }


def read_question(body: Json) -> Question:
    """The question of a request; what is not there is None."""
    parameters, now = body.get("parameters"), body.get("now")
    return Question(
        message=str(body.get("message") or ""),
        agent=_text(body.get("agent")),
        session=_text(body.get("session")),
        parameters={str(name): str(value) for name, value in parameters.items()}
        if isinstance(parameters, Mapping)
        else {},
        now=datetime.fromisoformat(now) if isinstance(now, str) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
