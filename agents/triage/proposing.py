"""A concluded mitigation as the report's action: exact arguments, their origin, how far it reaches, what follows."""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.triage.lineage import Concluding, inventory_names, led_to, tainted_by
from agents.triage.outcome import Concluded, GuideOutcome, ProposedMitigation
from orchestrator.core.errors import InputError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.report import Json
from orchestrator.core.table import json_value
from playbooks.guide import Branch, Guide, Step, Verify
from playbooks.literals import parse_timespan
from playbooks.mitigations import BY_HAND
from playbooks.services import Services

_SERVICE_ARGUMENTS = ("service", "service_name")
_SERVICE_PARAMETER = "p_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposing:
    """The conclusion whose mitigations are proposed, and what they are checked against."""

    outcome: GuideOutcome
    lead: Concluded
    guide: Guide
    origins: Mapping[str, str]
    services: Services

    def action(self, item: ProposedMitigation) -> Json:
        """One mitigation."""
        taint = self._taint(item)
        undo = {"action": item.undo_action, "arguments": json_value(dict(item.undo_arguments))}
        return {
            "action": item.action,
            "workflow": None if item.action == BY_HAND else item.action,
            "arguments": json_value(dict(item.arguments)),
            "service": self._service(item.arguments),
            "by_hand": item.by_hand,
            "blast_radius": {"value": json_value(item.blast_radius), "unit": item.blast_unit},
            "because": {"text": self.lead.summary, "evidence": list(self.lead.statement.evidence)},
            "tainted": bool(taint),
            "taint": list(taint),
            "guide": {"id": self.guide.id, "version": self.guide.version},
            "parameters": parameters_document(self.outcome.parameters),
            "verify": verify_document(item.verify),
            "undo": undo if item.undo_action else None,
            "status": "incomplete" if item.problem else "proposed",
            "problem": item.problem,
        }

    def _taint(self, item: ProposedMitigation) -> tuple[str, ...]:
        if item.written is None:
            return ()
        step = self.guide.step(self.lead.statement.step)
        return tainted_by(
            Concluding(
                guide=self.guide,
                step=step,
                branch=_taken(step, self.lead),
                check=self.lead.statement.check,
                led=led_to(self.guide, step.id, self.outcome.steps),
            ),
            item.written,
            arguments=item.arguments,
            undo_arguments=item.undo_arguments,
            origins=self.origins,
            known=inventory_names(self.services),
        )

    def _service(self, arguments: Mapping[str, object]) -> str | None:
        """What it acts on, by the inventory's id where there is one; the run's where no argument names any."""
        own = {item.name: item.value for item in self.outcome.parameters}
        for value in (*(arguments.get(name) for name in _SERVICE_ARGUMENTS), own.get(_SERVICE_PARAMETER)):
            if isinstance(value, str) and value:
                found = self.services.find(value)
                return found.id if found is not None else value
        return None


def actions_of(
    outcome: GuideOutcome, guide: Guide, *, origins: Mapping[str, str], services: Services
) -> tuple[Json, ...]:
    """The actions that the leading conclusion proposes, in the guide's order."""
    if not outcome.conclusions:
        return ()
    lead = outcome.conclusions[0]
    proposing = _Proposing(outcome=outcome, lead=lead, guide=guide, origins=origins, services=services)
    return tuple(proposing.action(item) for item in lead.mitigations)


def parameters_document(parameters: tuple[QueryParameter, ...]) -> Json:
    """Parameters by name, with their types, as evidence has them."""
    return {item.name: {"type": item.type.value, "value": json_value(item.value)} for item in parameters}


def verify_document(verify: Verify | None) -> Json | None:
    """How it is seen afterwards that it helped, as the guide says."""
    if verify is None:
        return None
    return {
        "kql": verify.kql,
        "step": verify.step,
        "window_after": verify.window_after,
        "wait": verify.wait,
        "expect": verify.expect,
        "wait_s": _seconds(verify.wait),
        "window_s": _seconds(verify.window_after),
    }


def _seconds(text: str) -> float | None:
    """The length of time; None where it is none."""
    try:
        return parse_timespan(text).total_seconds()
    except InputError:
        return None


def _taken(step: Step, lead: Concluded) -> Branch | None:
    """The branch that concluded, by what it says."""
    template = lead.statement.template
    return next((item for item in step.branches if item.conclusion and item.conclusion.summary == template), None)
