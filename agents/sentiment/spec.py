"""The sentiment specialist: no scorer is connected."""

from orchestrator.core.specs import AgentSpec

SENTIMENT = AgentSpec(
    name="sentiment",
    description="Scores conversations turn by turn and as a whole, with reasons quoted from the text.",
    instructions=(
        "You analyse customer conversations. No scorer is connected: say so, and answer questions about policies "
        "and manuals with search-passages. End every turn with report-submit."
    ),
    grants=frozenset({"search-passages", "evidence-show", "turn-pass", "report-submit"}),
    cannot=("score conversations, as no scorer is connected",),
)
