"""Opens what a chat about conversations needs: the insights, the contact reasons' names, and the scorer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.analysis.insight_source import by_workflow, insight_store
from orchestrator.app.workflows import DeferredWorkflows
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from agents.sentiment.tools import ConversationTools, InsightTools
    from orchestrator.core.conversations.conversation import Conversation
    from orchestrator.core.conversations.scoring import Scoring

REASONS = Path(str(files("playbooks"))) / "contact_reasons" / "retail.yaml"


def open_insight_tools(settings: Settings, workflows: DeferredWorkflows, *, now: datetime | None) -> "InsightTools":
    """The tools of questions about insights; `now` is the clock that was set, else they go by the wall clock."""
    from agents.sentiment.tools import InsightTools  # noqa: PLC0415  # brings Semantic Kernel

    return InsightTools(
        known=insight_store(settings, workflows),
        topics=topics,
        clock=lambda: now or datetime.now(UTC),
        source="live" if by_workflow(settings) else "files",
    )


def open_conversation_tools() -> "ConversationTools":
    """The tools of a conversation that is pasted."""
    from agents.sentiment.tools import ConversationTools  # noqa: PLC0415  # brings Semantic Kernel

    return ConversationTools(embedded_scorer)


@cache
def topics() -> Mapping[str, str]:
    """What each contact reason is called and belongs to."""
    return {reason.id: f"{reason.title} {reason.group}" for reason in usual_scoring().reasons}


@cache
def usual_scoring() -> "Scoring":
    """What configures the scorer in a chat: the shipped contact reasons."""
    from orchestrator.core.conversations.scoring import Scoring  # noqa: PLC0415  # with the scorer
    from playbooks.contact_reasons import load_reasons  # noqa: PLC0415  # with the YAML parser

    return Scoring(reasons=load_reasons(REASONS).reasons)


@cache
def embedded_scorer() -> "Callable[[Conversation], Mapping[str, object]]":
    """The scorer, made once."""
    from agents.sentiment.scoring.scorer import Scorer  # noqa: PLC0415  # compiles its phrases

    return Scorer(usual_scoring()).score
