"""Calls Logic Apps workflows, and reads what became of a call. Implements the port `Workflows`."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from orchestrator.core.errors import InputError
from orchestrator.core.workflows import (
    Absent,
    Accepted,
    Body,
    Done,
    Outcome,
    Reading,
    Refused,
    Unknown,
    WorkflowSpec,
    kind_of,
    payload_sha256,
)
from plugins.logicapps.address import Address, Target, parse_location, with_path
from plugins.logicapps.attempts import Attempt, Attempts
from plugins.logicapps.exchange import Exchange, wall_clock
from plugins.logicapps.history import RunHistory
from plugins.logicapps.protocol import (
    DEFAULT_GAP_S,
    HELD_S,
    KEY_HEADER,
    TRACKING,
    Failure,
    PollAgain,
    Reply,
    classify,
    classify_poll,
    may_resend,
    quoted_key,
)
from plugins.logicapps.schema import body_problems
from plugins.logicapps.settling import Lookup, RunRecord, read_lookup, settle

_KEY_TEXT = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,200}")
_POLL_HELD_S = 30.0
_LEAST_GAP_S = 0.2
"""A service that says `Retry-After: 0` is not asked without a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """How long and how often.

    Attributes:
        attempts: Tries of one request, where another try is safe at all.
        deadline_s: From the first try to the last poll; then what is known is returned.
        held_s: How long a request is held; None means the plan's own limit.
        gap_s: Between polls, where the service names none.
        backoff_s: Before the second try without `Retry-After`; doubled each time.
    """

    attempts: int = 4
    deadline_s: float = 300.0
    held_s: float | None = None
    gap_s: float = DEFAULT_GAP_S
    backoff_s: float = 0.5


class LogicAppsWorkflows:
    """The workflows at the addresses given.

    Args:
        specs: What the workflows promise; those without an address are left out.
        addresses: Where they are.
        exchange: Sends the requests.
        history: Reads runs, where an identity may.
        sleep: Waits between tries and polls.
        clock: The time, aware.
    """

    def __init__(
        self,
        *,
        specs: Iterable[WorkflowSpec],
        addresses: Iterable[Address],
        exchange: Exchange,
        history: RunHistory | None = None,
        limits: CallLimits | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._addresses = {address.name: address for address in addresses}
        self._specs = {spec.name: spec for spec in specs if spec.name in self._addresses}
        self._exchange = exchange
        self._history = history
        self._limits = limits or CallLimits()
        self._sleep = sleep
        self._clock = clock
        self._attempts = Attempts()

    @property
    def specs(self) -> Mapping[str, WorkflowSpec]:
        """The workflows there are, by name."""
        return self._specs

    async def call(self, name: str, body: Body, *, key: str) -> Outcome:
        """Call a workflow; see the port."""
        spec = self._spec(name)
        if not _KEY_TEXT.fullmatch(key):
            raise InputError(f"the key {key!r} is none: make it by action_key, of at most 200 plain signs")
        payload = {**body, "key": key} if spec.changing else dict(body)
        problem = _local_problem(spec, body, payload, key=key)
        if problem is not None:
            return Refused(key=key, code="TriggerInputSchemaMismatch", message=problem, by="caller")
        return await (self._call_once(spec, payload, key=key) if spec.changing else self._call(spec, payload, key=key))

    async def _call_once(self, spec: WorkflowSpec, payload: Body, *, key: str) -> Outcome:
        """Call, unless this process knows that the key was acted on, or may have been: then a read comes first."""
        fingerprint = payload_sha256(payload)
        async with self._attempts.turn(key):
            before = self._attempts.last(key)
            if before is not None and before.payload != fingerprint:
                message = "this key was sent before with another payload: make a key of the next epoch"
                return Refused(key=key, code="IdempotencyKeyReused", message=message, by="caller")
            if before is not None and isinstance(before.outcome, Done):
                return before.outcome
            if before is not None:
                reading = await self.read(key, name=spec.name)
                if not isinstance(reading, Absent):
                    return reading
            attempt = Attempt(payload=fingerprint, sent_at=self._clock())
            self._attempts.begin(key, attempt)
            outcome = await self._call(spec, payload, key=key)
            self._attempts.end(key, attempt, outcome)
            return outcome

    async def _call(self, spec: WorkflowSpec, payload: Body, *, key: str) -> Outcome:
        deadline = self._clock().timestamp() + self._limits.deadline_s
        outcome = await self._invoke(spec, payload, key=key, deadline=deadline)
        if isinstance(outcome, Accepted) and outcome.location is not None:
            outcome = await self._poll(outcome, trigger=self._addresses[spec.name], deadline=deadline)
        return self._owned(_checked(outcome, spec), spec)

    def _owned(self, outcome: Outcome, spec: WorkflowSpec) -> Outcome:
        """Who can settle what is unknown: a person, where there is no read that could."""
        if not isinstance(outcome, Unknown) or not spec.changing:
            return outcome
        lookup = spec.lookup_by_key in self._specs
        history = self._history is not None and self._addresses[spec.name].resource is not None
        return outcome if lookup or history else replace(outcome, owner="person")

    async def resume(self, name: str, accepted: Accepted) -> Outcome:
        """Go on polling a call that was still running at its deadline."""
        if accepted.location is None:
            return accepted
        deadline = self._clock().timestamp() + self._limits.deadline_s
        outcome = await self._poll(accepted, trigger=self._addresses[self._spec(name).name], deadline=deadline)
        return self._owned(_checked(outcome, self._spec(name)), self._spec(name))

    async def read(self, key: str, *, name: str | None = None, sent_at: datetime | None = None) -> Reading:
        """What became of a key; see the port."""
        spec = self._spec(name or kind_of(key) or key)
        if not spec.changing:
            raise InputError(f"the workflow {spec.name!r} changes nothing, so that no key of it is kept: call it again")
        lookup = await self._look_up(spec, key)
        runs = None if lookup is not None and lookup.state == "done" else await self._runs(spec, key)
        if lookup is not None and lookup.state == "absent" and runs:
            lookup = await self._look_up(spec, key)  # a run that has ended since may have acted after the first look
        attempt = self._attempts.last(key)
        known = sent_at or (attempt.sent_at if attempt else None)
        taken = attempt is not None and attempt.taken
        reading = settle(key, lookup=lookup, runs=runs, now=self._clock(), sent_at=known, taken=taken)
        self._attempts.learn(key, reading)
        return reading

    def _spec(self, name: str) -> WorkflowSpec:
        if name not in self._specs:
            near = get_close_matches(name, self._specs, n=3, cutoff=0.5)
            mend = f"did you mean {', '.join(map(repr, near))}?" if near else f"known are {', '.join(self._specs)}"
            raise InputError(f"there is no workflow {name!r}: {mend if self._specs else 'none is configured'}")
        return self._specs[name]

    async def _invoke(self, spec: WorkflowSpec, payload: Body, *, key: str, deadline: float) -> Outcome:
        """Send the request, again only where that is safe, and read what it became."""
        attempt = 1
        while True:
            result = await self._try(spec, payload, key=key)
            wait = _pause(result, attempt=attempt, backoff_s=self._limits.backoff_s)
            late = self._clock().timestamp() + wait > deadline
            if attempt >= self._limits.attempts or late or not may_resend(result, changing=spec.changing):
                return classify(result, key=key, answering=spec.answering)
            await self._sleep(wait)
            attempt += 1

    async def _try(self, spec: WorkflowSpec, payload: Body, *, key: str) -> Reply | Failure:
        address = self._addresses[spec.name]
        headers = {"Content-Type": "application/json", TRACKING: key if spec.changing else f"{key}.read"}
        if spec.changing:
            headers[KEY_HEADER] = quoted_key(key)
        return await self._exchange.send(
            "POST",
            with_path(address.target, spec.relative_path, payload),
            held_s=self._limits.held_s or HELD_S[address.plan],
            headers=headers,
            content=json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"),
            audience=address.audience,
        )

    async def _poll(self, accepted: Accepted, *, trigger: Address, deadline: float) -> Outcome:
        """Ask at the location until there is an answer, or the deadline: then the call is still accepted."""
        gap = self._limits.gap_s if accepted.retry_after_s is None else accepted.retry_after_s
        while True:
            target = parse_location(accepted.location.reveal(), trigger=trigger.target) if accepted.location else None
            if target is None:
                return _lost(accepted, "the service named no place of its own to ask for the result")
            if self._clock().timestamp() + gap > deadline:
                return accepted
            await self._sleep(max(gap, _LEAST_GAP_S))
            result = await self._ask(target, trigger)
            found = classify_poll(result, key=accepted.key)
            if not isinstance(found, PollAgain):
                return found if found.run_id else replace(found, run_id=accepted.run_id)
            moved = result.location if isinstance(result, Reply) else None
            accepted = replace(accepted, location=moved or accepted.location)
            gap = self._limits.gap_s if found.after_s is None else found.after_s

    async def _ask(self, target: Target, trigger: Address) -> Reply | Failure:
        """A signed location needs no token, and never gets one beside its signature."""
        audience = None if target.signed else trigger.audience
        return await self._exchange.send("GET", target, held_s=_POLL_HELD_S, audience=audience)

    async def _look_up(self, spec: WorkflowSpec, key: str) -> Lookup | None:
        if spec.lookup_by_key is None or spec.lookup_by_key not in self._specs:
            return None
        found = read_lookup(await self.call(spec.lookup_by_key, {"key": key}, key=key))
        problems = body_problems(spec.response, found.result) if found.state == "done" and spec.response else ()
        if problems:
            return Lookup(state="unread", reason=f"lookup_by_key found what is no answer of {spec.name}: {problems[0]}")
        return found

    async def _runs(self, spec: WorkflowSpec, key: str) -> tuple[RunRecord, ...] | None:
        resource = self._addresses[spec.name].resource
        if self._history is None or resource is None:
            return None
        return await self._history.runs(resource, key=key)


def _local_problem(spec: WorkflowSpec, body: Body, payload: Body, *, key: str) -> str | None:
    """Why a body is not sent at all."""
    if spec.changing and body.get("key", key) != key:
        return f"the body's key {body['key']!r} is not the call's {key!r}: leave it out"
    problems = body_problems(spec.request, payload)
    return f"{spec.name}: {'; '.join(problems)}" if problems else None


def _checked(outcome: Outcome, spec: WorkflowSpec) -> Outcome:
    """An answer that is not what the workflow promises says nothing that can be relied on."""
    if not isinstance(outcome, Done) or spec.response is None:
        return outcome
    problems = body_problems(spec.response, outcome.body)
    if not problems:
        return outcome
    reason = f"the workflow answered {outcome.status} with a body that does not fit its schema: {problems[0]}"
    return Unknown(
        key=outcome.key, reason=reason, status=outcome.status, run_id=outcome.run_id, headers=outcome.headers
    )


def _lost(accepted: Accepted, reason: str) -> Unknown:
    return Unknown(key=accepted.key, reason=reason, run_id=accepted.run_id, headers=accepted.headers)


def _pause(result: Reply | Failure, *, attempt: int, backoff_s: float) -> float:
    if isinstance(result, Reply) and result.retry_after_s is not None:
        return result.retry_after_s
    return backoff_s * 2.0 ** (attempt - 1)
