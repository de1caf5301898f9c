"""The reports of turns that no specialist answered."""

from orchestrator.core.errors import SwitchboardError
from orchestrator.core.report import Json, Question, Report, Status, Unknown, in_words
from orchestrator.core.routing.router import Route
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec


def abstained_report(route: Route, *, run: str, session: str, asked: str, source: str) -> Report:
    """Nobody is sure to be the right one: a question back."""
    question = route.question or "What should I look at?"
    return Report(
        status=Status.ABSTAINED,
        run=run,
        session=session,
        agent="none",
        asked=asked,
        message=in_words(f"I do not know who should answer this. {question}", source=source),
        source=source,
        questions=(Question(text=question),),
        route={"agents": [], "confidence": route.confidence, "reason": route.reason},
    )


def failed_report(context: RunContext, spec: AgentSpec, error: SwitchboardError, route: Json) -> Report:
    """What a turn that broke off can still say: its evidence, and why it ended."""
    return Report(
        status=Status.FAILED,
        run=context.run,
        session=context.session,
        agent=spec.name,
        asked=context.asked,
        message=in_words(f"The run failed: {error.message}", source=context.source),
        source=context.source,
        evidence=tuple(item.document() for item in context.recorder.evidence()),
        unknown=(Unknown(text="the run broke off", reason=error.message),),
        notes=(*context.notes, *context.about_data()),
        route=route,
    )
