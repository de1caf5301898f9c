"""Proposals of one message rest on each other, or go to a person."""

from typing import Any

from agents.shipment.conversation.proposed import actions_of, entangled
from agents.shipment.procedure.following import Followed, Proposal
from playbooks.procedure import Procedure

ADA = "customer:ada_1"


def proposal(order_id: str, *, workflow: str = "update_order", amount: float = 0.0) -> tuple[Followed, Proposal]:
    """One that was decided on version 4 of its order."""
    end = Proposal(
        workflow=workflow,
        subject=order_id,
        arguments={"order_id": order_id, "order_version": 4},
        amount=amount,
        currency="USD",
        once_until=None,
    )
    procedure = Procedure(id="p", title="P", steps=())
    return Followed(procedure=procedure, end=end, said=(), statements=(), known={}), end


def versions(*proposals: tuple[Followed, Proposal]) -> list[Any]:
    """The versions that their actions expect."""
    return [action["arguments"].get("order_version") for action in actions_of(proposals, requester=ADA)]


def test_a_later_change_expects_what_the_earlier_leaves():
    """Each change of an order is one version; orders count apart, and what else is done to one counts for nothing."""
    assert versions(proposal("#1"), proposal("#2"), proposal("#1"), proposal("#1")) == [4, 4, 5, 6]
    assert versions(proposal("#1", workflow="void_shipment"), proposal("#1")) == [4, None]


def test_sums_that_rest_on_each_other():
    """Two changes of an order that both move money are for a person; one beside a new address is not."""
    assert entangled([proposal("#1", amount=9.0), proposal("#2", amount=9.0)]) == ""
    assert entangled([proposal("#1"), proposal("#1", amount=9.0)]) == ""
    assert entangled([proposal("#1", amount=9.0), proposal("#1", amount=0.5)]) == "#1"
