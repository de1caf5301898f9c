"""A run that is taken up again proposes nothing anew, and an undo is never what it undoes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orchestrator.core.actions.commands import Claim, Report, Rule, Ruled
from orchestrator.core.actions.filing import Known, New, place
from orchestrator.core.actions.state import Stage
from orchestrator.core.ruling import Decision
from orchestrator.core.workflows import Done

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
KEY = "restart_service:checkout:1"


def done(propose: Callable[..., Any], rulings: Callable[..., Ruled]) -> Any:
    """An action of run r-1 that was done and that nothing is looked for."""
    told = propose(run="r-1", verification=None)
    told.tell(Rule(ruled=rulings(Decision.ALLOWED)))
    told.tell(Claim(process="p", fingerprint=told.action.request.fingerprint, patience=told.action.expires_at - NOW))
    told.tell(Report(attempt=1, outcome=Done(key=KEY, status=200)))
    assert told.action.stage is Stage.UNTOLD
    return told.action


def test_the_same_run_again(propose: Callable[..., Any], rulings: Callable[..., Ruled]):
    """Whatever became of what it proposed."""
    action = done(propose, rulings)
    assert place(action.request, [action], now=NOW) == Known(action=action)


def test_another_run_or_a_person_once_more(propose: Callable[..., Any], rulings: Callable[..., Ruled]):
    """What was done may be needed again."""
    action = done(propose, rulings)
    assert place(replace(action.request, run="r-2"), [action], now=NOW) == New()
    assert place(action.request, [action], now=NOW, again=True) == New()


def test_an_undo_by_the_same_arguments(propose: Callable[..., Any], rulings: Callable[..., Ruled]):
    """It is another action than the one that it takes back."""
    action = done(propose, rulings)
    assert place(replace(action.request, undo_of=action.id), [action], now=NOW) == New()
