"""What became of an action, in a sentence."""

import pytest

from agents.shipment.conversation.outcomes import outcome_text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {
                "stage": "untold",
                "workflow": "create_shipment",
                "answer": {
                    "number": "SH-1",
                    "order_id": "#1",
                    "tracking_numbers": ["N1", "N2"],
                    "rate": {"amount": 12.5, "currency": "EUR"},
                },
            },
            "done: shipment SH-1 of order #1, tracking number N1, N2, 12.50 EUR",
        ),
        (
            {
                "stage": "done",
                "workflow": "update_order",
                "answer": {
                    "order_id": "#1",
                    "status": "cancelled",
                    "refunds": [{"amount": 3, "payment_method_id": "card_1"}],
                    "charges": [],
                },
            },
            "done: order #1 is now cancelled; refund 3.00 (card_1)",
        ),
        ({"stage": "waiting", "declined": "a person must"}, "not done: a person must"),
        (
            {"stage": "unknown", "owner": "H-3"},
            "it is not known yet whether it was done; it is not done twice, and H-3 looks at it",
        ),
        ({"stage": "failed", "standing": "A-1 failed: NoStock"}, "not done: A-1 failed: NoStock"),
    ],
)
def test_said(told: dict[str, object], said: str):
    """Done with what came of it, not done with why, or not known with who looks."""
    assert outcome_text(told) == said


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("modify_address", "done: order #1 goes to the new address"),
        ("modify_payment", "done: order #1 is paid the new way"),
        ("modify_items", "done: the items of order #1 are changed"),
        ("return", "done: order #1 is now pending"),
    ],
)
def test_what_changed_is_said(operation: str, said: str):
    """Where an operation leaves the status, that it is pending says nothing."""
    answer = {"order_id": "#1", "operation": operation, "status": "pending", "refunds": [], "charges": []}
    assert outcome_text({"stage": "done", "workflow": "update_order", "answer": answer}) == said
