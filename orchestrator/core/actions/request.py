"""What is to be done, exactly: the values that an approval is for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta

from orchestrator.core.errors import StoreError
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRadius:
    """How far an action reaches, computed from data; a value of None is unknown and above every limit."""

    value: float | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How it is told afterwards whether the action helped, in a window of its own.

    Attributes:
        step: A step of the guide, or None where `kql` is given.
        expect: CEL over the rows; true where it helped.
        wait: From the action to the window's start.
        window: The window's length.
        parameters: The run's guide parameters by name, as JSON with their types.
        inputs: What opens the same data again.
    """

    step: str | None
    kql: str | None
    expect: str
    wait: timedelta
    window: timedelta
    parameters: Json = field(default_factory=dict)
    inputs: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What takes the action back."""

    workflow: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """One action with all that is to be known before somebody says yes.

    Attributes:
        workflow: Which workflow acts.
        arguments: Exactly what it is called with, without the key.
        subject: What it acts on: part of the key, so that one fact is acted on once.
        service: The service of the inventory, where it is about one.
        by_hand: The command that does the same; empty where a value is not safe in a shell.
        because: The claim that led to it, with `evidence`, the ids of the run's evidence.
        tainted: Why free text had a hand in it, in sentences; empty where it had none.
        requested_by: A name such as `local:ann`; `authenticated` where a service vouches for it.
        undo_of: The action that this one takes back.
        once_until: Where named, it is done once on its subject until this workflow was done there: what is bought is
            not bought again before it was given back.
    """

    workflow: str
    arguments: Mapping[str, object]
    subject: str
    environment: str
    radius: BlastRadius
    requested_by: str
    service: str | None = None
    by_hand: str = ""
    because: str = ""
    evidence: tuple[str, ...] = ()
    verification: Verification | None = None
    undo: Undo | None = None
    tainted: tuple[str, ...] = ()
    authenticated: bool = False
    incident: str | None = None
    run: str | None = None
    guide: str | None = None
    guide_version: str | None = None
    undo_of: str | None = None
    once_until: str | None = None

    @property
    def fingerprint(self) -> str:
        """What an approval is for: workflow, arguments, environment, guide and version, radius; SHA-256."""
        exact = {
            "workflow": self.workflow,
            "arguments": dict(self.arguments),
            "environment": self.environment,
            "guide": self.guide,
            "guide_version": self.guide_version,
            "radius": [self.radius.value, self.radius.unit],
        }
        text = json.dumps(exact, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def document(self) -> Json:
        """As JSON; `read_request` builds it again."""
        found: Json = {item.name: getattr(self, item.name) for item in fields(self)}
        check = self.verification
        return {
            **found,
            "arguments": dict(self.arguments),
            "evidence": list(self.evidence),
            "tainted": list(self.tainted),
            "radius": {"value": self.radius.value, "unit": self.radius.unit},
            "undo": {"workflow": self.undo.workflow, "arguments": dict(self.undo.arguments)} if self.undo else None,
            "verification": None
            if check is None
            else {
                "step": check.step,
                "kql": check.kql,
                "expect": check.expect,
                "wait_s": check.wait.total_seconds(),
                "window_s": check.window.total_seconds(),
                "parameters": check.parameters,
                "inputs": check.inputs,
            },
        }


def read_request(document: Mapping[str, object]) -> ActionRequest:
    """The request that `ActionRequest.document` wrote; StoreError where it is damaged."""
    try:
        return _read(dict(document))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"the state store holds a damaged action ({type(error).__name__}: {error}); restore the store from a copy"
        ) from error


def _read(found: dict[str, object]) -> ActionRequest:
    radius, undo, check = found.pop("radius"), found.pop("undo"), found.pop("verification")
    if not isinstance(radius, Mapping):
        raise TypeError("the radius is no object")
    lists = {name: tuple(_texts(found.pop(name))) for name in ("evidence", "tainted")}
    return ActionRequest(
        **found,  # type: ignore[arg-type]  # read from our own document; a wrong field is a TypeError
        **lists,  # type: ignore[arg-type]  # the two tuples
        radius=BlastRadius(value=radius["value"], unit=str(radius["unit"])),
        undo=Undo(workflow=str(undo["workflow"]), arguments=undo["arguments"]) if isinstance(undo, Mapping) else None,
        verification=_verification(check) if isinstance(check, Mapping) else None,
    )


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return [str(item) for item in value]


def _verification(check: Mapping[str, object]) -> Verification:
    parameters, inputs = check["parameters"], check["inputs"]
    return Verification(
        step=_text(check["step"]),
        kql=_text(check["kql"]),
        expect=str(check["expect"]),
        wait=timedelta(seconds=float(str(check["wait_s"]))),
        window=timedelta(seconds=float(str(check["window_s"]))),
        parameters=dict(parameters) if isinstance(parameters, Mapping) else {},
        inputs=dict(inputs) if isinstance(inputs, Mapping) else {},
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
