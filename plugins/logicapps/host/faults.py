"""Faults that a host can be told to make: data, in the order in which requests meet them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from orchestrator.core.errors import InputError


class FaultKind(StrEnum):
    """What goes wrong."""

    DELAY = "delay"
    """The work begins `seconds` late."""
    ACCEPT = "accept"
    """202 with a location, which answers 202 another `polls` times."""
    THROTTLE = "throttle"
    """429 with `retry_after_s`, before any work."""
    ERROR = "error"
    """The status `status` (500), before the work, or with `after_work` after it."""
    LATE_REPLY = "late_reply"
    """504 after the work was done."""
    LOST_REPLY = "lost_reply"
    """The connection is cut after the work, or with `after_work: false` before it."""
    LOST_LOCATION = "lost_location"
    """202 without saying where to ask, while the work goes on."""
    DUPLICATE = "duplicate"
    """The request is delivered to the workflow twice, at the same time."""
    RESUBMIT = "resubmit"
    """The run is submitted again after it ended."""
    LATE_DELIVERY = "late_delivery"
    """The connection is cut, and the request arrives `seconds` later all the same."""
    CRASH = "crash"
    """The process dies in the middle of the run, before its first action, or with `after_work` after it."""
    INNER = "inner"
    """An action within the run fails with `status` (503), with `after_work` after it acted; the workflow retries it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    Attributes:
        workflow: Whose; `*` is any.
        times: How many requests (or actions, for `inner`) meet it.
        skip: How many it lets pass before.
        after_work: Whether the work is done all the same; None means the kind's own way.
    """

    kind: FaultKind
    workflow: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    polls: int = 1
    retry_after_s: float | None = None
    status: int | None = None
    after_work: bool | None = None


@dataclass(slots=True)
class _Pending:
    """A fault with what is left of it."""

    fault: Fault
    skip: int
    times: int


class FaultPlan:
    """The faults still to come."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._pending: list[_Pending] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """One more, behind the others."""
        self._pending.append(_Pending(fault, fault.skip, fault.times))

    def next_for_request(self, workflow: str) -> Fault | None:
        """The fault that the next request of a workflow meets."""
        return self._take(workflow, inner=False)

    def next_for_action(self, workflow: str) -> Fault | None:
        """The fault that the next action of a run meets."""
        return self._take(workflow, inner=True)

    def _take(self, workflow: str, *, inner: bool) -> Fault | None:
        for pending in self._pending:
            fault = pending.fault
            if (fault.kind is FaultKind.INNER) != inner or fault.workflow not in {"*", workflow} or pending.times < 1:
                continue
            if pending.skip:
                pending.skip -= 1
                continue
            pending.times -= 1
            return fault
        return None


_TYPES: Mapping[str, tuple[type, ...]] = {
    "kind": (str,),
    "workflow": (str,),
    "times": (int,),
    "skip": (int,),
    "seconds": (int, float),
    "polls": (int,),
    "retry_after_s": (int, float),
    "status": (int,),
    "after_work": (bool,),
}


def parse_faults(document: object, *, source: str) -> tuple[Fault, ...]:
    """The faults of a JSON list; InputError names the file, the entry (from 1) and the field."""
    if not isinstance(document, list):
        raise InputError(f'{source}: it is no list: write it like [{{"kind": "throttle", "retry_after_s": 1}}]')
    return tuple(_fault(entry, place=f"{source}: fault {number}") for number, entry in enumerate(document, start=1))


def _fault(entry: object, *, place: str) -> Fault:
    if not isinstance(entry, dict):
        raise InputError(f"{place} is {entry!r}: give an object with a kind")
    known = ", ".join(field.name for field in fields(Fault))
    for name, value in entry.items():
        if name not in _TYPES:
            raise InputError(f"{place}: there is no field {name!r}; known are {known}")
        wrong_bool = isinstance(value, bool) and bool not in _TYPES[name]
        negative = isinstance(value, int | float) and value < 0
        if wrong_bool or negative or not isinstance(value, _TYPES[name]):
            raise InputError(f"{place}: {name} is {value!r}: give {' or '.join(t.__name__ for t in _TYPES[name])}")
    try:
        kind = FaultKind(entry.get("kind", ""))
    except ValueError:
        kinds = ", ".join(FaultKind)
        raise InputError(f"{place}: kind is {entry.get('kind')!r}: give one of {kinds}") from None
    return Fault(kind=kind, **{name: value for name, value in entry.items() if name != "kind"})
