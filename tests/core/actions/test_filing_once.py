"""What is bought is bought once, until it was given back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.core.actions.commands import Claim, Deny, Report, Rule, Ruled
from orchestrator.core.actions.filing import Blocked, Known, New, place
from orchestrator.core.actions.subject import acted_on
from orchestrator.core.ruling import Decision
from orchestrator.core.workflows import Done, Unknown

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
BUY = {"workflow": "create_shipment", "subject": "W1", "verification": None, "once_until": "void_shipment"}
GIVE_BACK = {"workflow": "void_shipment", "subject": "W1", "verification": None}


def acted(propose: Callable[..., Any], rulings: Callable[..., Ruled], outcome: Any = None, **fields: Any) -> Any:
    """An action that was called, with that outcome, done by default."""
    told = propose(**fields)
    told.tell(Rule(ruled=rulings(Decision.ALLOWED)))
    told.tell(Claim(process="p", fingerprint=told.action.request.fingerprint, patience=timedelta(minutes=5)))
    told.tell(Report(attempt=1, outcome=outcome or Done(key=told.action.key, status=200)))
    return told.action


def test_bought_once(propose: Callable[..., Any], rulings: Callable[..., Ruled]):
    """Neither another run nor a person who asks once more buys it again, and other arguments are refused."""
    bought = acted(propose, rulings, **BUY)
    later = replace(bought.request, run="r-2")
    assert place(later, [bought], now=NOW, again=True) == Known(action=bought)
    other = place(replace(later, arguments={"order_id": "W1", "service": "express"}), [bought], now=NOW, again=True)
    assert isinstance(other, Blocked)
    assert "void_shipment takes it back first" in other.reason


def test_bought_anew_after_it_was_given_back(propose: Callable[..., Any], rulings: Callable[..., Ruled]):
    """A voided label frees its order; buying again closes it again."""
    bought, voided = acted(propose, rulings, **BUY), acted(propose, rulings, **GIVE_BACK)
    assert place(bought.request, [bought, voided], now=NOW, again=True) == New()
    assert place(bought.request, [bought, voided, bought], now=NOW) == Known(action=bought)


def test_giving_back_is_not_settled(propose: Callable[..., Any], rulings: Callable[..., Ruled]):
    """While nobody knows whether the label was voided, nothing is bought."""
    bought = acted(propose, rulings, **BUY)
    lost = acted(propose, rulings, outcome=Unknown(key="k", reason="lost"), **GIVE_BACK)
    assert isinstance(place(bought.request, [bought, lost], now=NOW), Blocked)


def test_each_way_to_change_an_order_is_a_fact_of_its_own():
    """A new address is not in the way of new items; the same operation is one fact."""
    address = acted_on({"order_id": "W1", "operation": "modify_address"}, environment="production")
    items = acted_on({"order_id": "W1", "operation": "modify_items"}, environment="production")
    assert (address, items) == ("W1.modify_address", "W1.modify_items")


MINE = {**GIVE_BACK, "requested_by": "customer:ada_1", "authenticated": True, "run": "r-1"}


@pytest.mark.parametrize(
    ("by", "authenticated", "stands"),
    [("customer:ada_1", True, False), ("local:carol", True, True), ("customer:ada_1", False, True)],
)
def test_a_no_of_ones_own(
    propose: Callable[..., Any], rulings: Callable[..., Ruled], by: str, *, authenticated: bool, stands: bool
):
    """Who said no and asks again may; another's no stands, and so does one of somebody whom no service vouches for."""
    told = propose(**{**MINE, "authenticated": authenticated})
    told.tell(Rule(ruled=rulings(Decision.APPROVAL)))
    told.tell(Deny(by=by, reason="the requester said no", via="conversation"))
    found = place(replace(told.action.request, run="r-2"), [told.action], now=NOW)
    assert found == (Known(action=told.action) if stands else New())
