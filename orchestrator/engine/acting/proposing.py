"""A report's action as a request: all that an approval is for, read from the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.core.actions.request import ActionRequest, BlastRadius, Undo, Verification
from orchestrator.core.actions.subject import acted_on, placed
from orchestrator.core.report import Json

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where proposals come from.

    Attributes:
        run: The run that proposes.
        requested_by: Who asked, such as `local:ann`.
        environment: Where its actions act.
        inputs: What opens the run's data again.
        incident: What the run was about, where it was one.
    """

    run: str
    requested_by: str
    environment: str
    inputs: Json
    incident: str | None = None
    authenticated: bool = False


def request_of(action: Fields, asked: Asked) -> ActionRequest | None:
    """The request of a proposed action; None where no workflow does it, or something of it is missing."""
    workflow = _text(action.get("workflow"))
    if workflow is None or action.get("status") != "proposed":
        return None
    names = ("arguments", "because", "guide", "requester")
    arguments, because, guide, requester = (_fields(action.get(name)) for name in names)
    subject, environment = _text(action.get("subject")), _text(action.get("environment")) or asked.environment
    return ActionRequest(
        workflow=workflow,
        arguments=arguments,
        subject=placed(subject, environment=environment) if subject else acted_on(arguments, environment=environment),
        environment=environment,
        radius=_radius(_fields(action.get("blast_radius"))),
        requested_by=_text(requester.get("name")) or asked.requested_by,
        authenticated=requester.get("authenticated") is True if requester else asked.authenticated,
        service=_text(action.get("service")),
        by_hand=_text(action.get("by_hand")) or "",
        because=_text(because.get("text")) or "",
        evidence=_texts(because.get("evidence")),
        verification=_verification(action, asked.inputs),
        undo=_undo(_fields(action.get("undo"))),
        tainted=_texts(action.get("taint")),
        incident=asked.incident,
        run=asked.run,
        guide=_text(guide.get("id")),
        guide_version=_text(guide.get("version")),
        once_until=_text(action.get("once_until")),
    )


def _radius(found: Fields) -> BlastRadius:
    value = found.get("value")
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return BlastRadius(value=float(str(value)) if known else None, unit=_text(found.get("unit")) or "")


def _undo(found: Fields) -> Undo | None:
    workflow = _text(found.get("action"))
    return Undo(workflow=workflow, arguments=_fields(found.get("arguments"))) if workflow else None


def _verification(action: Fields, inputs: Json) -> Verification | None:
    """How it is seen that it helped; None where the guide does not say, or not when."""
    found = _fields(action.get("verify"))
    wait, window, expect = found.get("wait_s"), found.get("window_s"), _text(found.get("expect"))
    if not isinstance(wait, int | float) or not isinstance(window, int | float) or expect is None:
        return None
    return Verification(
        step=_text(found.get("step")),
        kql=_text(found.get("kql")),
        expect=expect,
        wait=timedelta(seconds=wait),
        window=timedelta(seconds=window),
        parameters=_fields(action.get("parameters")),
        inputs=inputs,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _fields(value: object) -> Json:
    return {str(name): item for name, item in value.items()} if isinstance(value, Mapping) else {}
