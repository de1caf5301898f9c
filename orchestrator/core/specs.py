"""What a specialist is: its words, the tools it may use and in which order, its budget."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds of one turn."""

    tool_calls: int = 24
    model_calls: int = 16
    seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a model may err before code ends its turn.

    Attributes:
        reminders: It answers in words, or with nothing, in place of a report.
        malformed: It calls a tool with arguments that are no JSON object.
        same_call: It makes one call with the same arguments; more are not run.
        refusals: Calls are refused one after another, for whatever reason.
    """

    reminders: int = 1
    malformed: int = 3
    same_call: int = 2
    refusals: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """A specialist.

    Attributes:
        name: Its id, `[0-9A-Za-z_-]+`.
        description: What it is for, one sentence.
        instructions: The system prompt that a model gets.
        grants: Fully qualified tool names (`guides-run`); what is not granted is refused.
        first: For a tool, the tool that must have answered before in the same turn.
        cannot: What people may expect of it that it cannot do, as plain sentences.
        budget: Bounds of a turn.
        patience: How often a model may err.
    """

    name: str
    description: str
    instructions: str
    grants: frozenset[str]
    first: Mapping[str, str] = field(default_factory=dict)
    cannot: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    patience: Patience = field(default_factory=Patience)
