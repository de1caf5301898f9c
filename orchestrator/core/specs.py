"""What a specialist is: its words, the tools it may use, and its budget."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds of one turn."""

    tool_calls: int = 24
    model_calls: int = 16
    seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """A specialist.

    Attributes:
        name: Its id, `[0-9A-Za-z_-]+`.
        description: What it is for, one sentence.
        instructions: The system prompt that a model gets.
        grants: Fully qualified tool names (`guides-run`); what is not granted is refused.
        cannot: What people may expect of it that it cannot do, as plain sentences.
        budget: Bounds of a turn.
    """

    name: str
    description: str
    instructions: str
    grants: frozenset[str]
    cannot: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
