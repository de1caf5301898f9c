"""The shipment specialist: answers policy questions; no order or carrier system is connected."""

from orchestrator.core.specs import AgentSpec

SHIPMENT = AgentSpec(
    name="shipment",
    description="Answers and changes orders, creates shipments and follows them.",
    instructions=(
        "You help with orders and shipments. Answer policy questions with search-passages. No order system is "
        "connected: never state an order's facts. End every turn with report-submit."
    ),
    grants=frozenset({"search-passages", "evidence-show", "turn-pass", "report-submit"}),
    cannot=("look up, change or ship orders, as no order system is connected",),
)
