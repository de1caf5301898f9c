"""A plan as a document."""

import json
from decimal import Decimal

from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.shipping.planning import Planned, plan_document
from orchestrator.core.shipping.shipment import Rate


def test_the_same_plan_prints_the_same_bytes():
    """However the names of what was worked out happened to be ordered; the request's own names stay as they are."""
    documents = [
        plan_document(
            Planned(
                request=ActionRequest(
                    workflow="create_shipment",
                    arguments={"order_id": "1", "parcels": [dict.fromkeys(names, 1)], "carrier": "ups"},
                    subject="1",
                    environment="sample",
                    radius=BlastRadius(value=1.0, unit="USD"),
                    requested_by="local:ann",
                ),
                summary=("Ship it",),
                rate=Rate(carrier="ups", service="ups_ground", amount=Decimal(1), currency="USD"),
            )
        )
        for names in ("ab", "ba")
    ]
    first, second = map(json.dumps, documents)
    assert first == second
    assert list(documents[0]["arguments"]) == ["order_id", "parcels", "carrier"]  # type: ignore[call-overload]  # JSON
