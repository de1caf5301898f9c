"""Plays requests through a world: each trace is a tree of requests and calls that share an operation id."""

from collections.abc import Iterator
from math import cos, exp, pi
from random import Random
from typing import NamedTuple

from playbooks.samples import names
from playbooks.samples.chance import chance
from playbooks.samples.fault import Effect, Failure, Fault, Visit
from playbooks.samples.noise import Noise
from playbooks.samples.telemetry import Telemetry, Trace
from playbooks.samples.topology import Call, Roster, Service, World


class Outcome(NamedTuple):
    """How a call or request ended."""

    failure: Failure | None
    code: str
    took_ms: float


class Sent(NamedTuple):
    """A message put on a queue."""

    t: float
    queue: str
    trace: Trace
    call_id: str


def fallback_flag(service: str) -> str:
    """The flag that makes a service do without what it calls."""
    return f"{service}-fallback"


_NO_EFFECT = Effect()
_STRAY = (Failure("timeout", "", 0.0), Failure("status", "503", 80.0))


class Traffic:
    """Plays operations; `sent` holds the messages that workers are to take."""

    def __init__(
        self, world: World, *, fault: Fault, noise: Noise, telemetry: Telemetry, rng: Random, per_minute: float
    ) -> None:
        self.sent: list[Sent] = []
        self._world = world
        self._fault = fault
        self._noise = noise
        self._telemetry = telemetry
        self._rng = rng
        self._per_minute = per_minute
        self._roster = Roster(world)
        self._flags = {
            name: tuple((flag, world.flags[flag]) for flag in world.flags if name in world.flags[flag].services)
            for name in world.services
        }

    def play(self, start: float = 0.0, end: float | None = None) -> None:
        """All operations that enter from outside, to the world's end by default."""
        entries = [service for service in self._world.services.values() if service.entry > 0]
        weights = [service.entry for service in entries]
        for t in self._arrivals(start, self._world.length_s if end is None else end):
            service = self._rng.choices(entries, weights)[0]
            self.visit(service, t, Trace.draw(self._rng), parent_id="")

    def _arrivals(self, start: float, end: float) -> Iterator[float]:
        """Poisson arrivals whose rate follows the hour: least at 02:30 UTC, most at 14:30."""
        t = start
        while t < end:
            hour = (self._world.epoch_s + t) % 86_400 / 3_600
            rate = self._per_minute / 60 * (1.0 - 0.35 * cos((hour - 2.5) / 24 * 2 * pi))
            t += self._rng.expovariate(rate)
            if t < end:
                yield t

    def visit(
        self,
        service: Service,
        t: float,
        trace: Trace,
        *,
        parent_id: str,
        slow_ms: float = 0.0,
        broken: Failure | None = None,
    ) -> Outcome:
        """One request on one instance and all that it causes; `slow_ms` and `broken` come from a queue's worker."""
        rng = self._rng
        ready = self._roster.alive(service.name, t)
        if not ready:
            return Outcome(Failure("refused"), "", 1_000.0)
        instance = rng.choice(ready)
        if instance.down_at(t):
            lost = instance.outages[-1].reason == "NodeLost"
            return Outcome(Failure("unreachable" if lost else "refused"), "", 3_000.0 if lost else 20.0)
        operation = rng.choices(service.operations, [op.weight for op in service.operations])[0]
        visit = Visit(service, instance, operation, t, self._evaluate(service.name, t, trace))
        effect = self._fault.on_request(visit, rng) or _NO_EFFECT
        request_id = f"{rng.getrandbits(64):016x}"
        own_ms = slow_ms or operation.own_ms * exp(0.45 * rng.gauss(0.0, 1.0)) * effect.slow * self._blip(
            service.name, t
        )
        skip = effect.failure is not None and chance(rng, 0.5)
        below = Outcome(None, "", 0.0) if skip else self._calls(visit, t + own_ms / 2_000, trace, request_id)
        outcome = self._conclude(visit, effect.failure or broken, below, own_ms)
        self._telemetry.request(visit, trace, outcome=outcome, request_id=request_id, parent_id=parent_id)
        self._aside(visit, trace, request_id)
        return outcome

    def _evaluate(self, service: str, t: float, trace: Trace) -> dict[str, bool]:
        return {name: trace.bucket(name) < flag.share_at(t) for name, flag in self._flags[service]}

    def _blip(self, service: str, t: float) -> float:
        name, start, end = self._noise.blip
        return 7.0 if name == service and start <= t < end else 1.0

    def _calls(self, visit: Visit, t: float, trace: Trace, request_id: str) -> Outcome:
        """The operation's calls one after another, up to the first required one that fails."""
        spent = 0.0
        for call in visit.operation.calls:
            if self._rng.random() >= call.share or self._falls_back(visit, call):
                continue
            outcome = self._call(visit, call, t + spent / 1_000, trace, request_id)
            spent += outcome.took_ms
            if outcome.failure:
                failed_at = t + spent / 1_000
                self._telemetry.failed_call(visit, trace, call=call, outcome=outcome, t=failed_at, parent_id=request_id)
                if call.required:
                    return Outcome(outcome.failure, outcome.code, spent)
        return Outcome(None, "", spent)

    def _falls_back(self, visit: Visit, call: Call) -> bool:
        """A service with its fallback switched on leaves a broken target alone."""
        return visit.flags.get(fallback_flag(visit.service.name), False) and self._fault.broken(call.target, visit.t)

    def _call(self, visit: Visit, call: Call, t: float, trace: Trace, request_id: str) -> Outcome:
        """One call with its retries, each a dependency of its own."""
        spent = 0.0
        for attempt in range(call.retries + 1):
            outcome = self._attempt(visit, call, t + spent / 1_000, trace, request_id)
            spent += outcome.took_ms
            if outcome.failure is None:
                break
            if attempt < call.retries:
                spent += 100.0 * 2**attempt * self._rng.uniform(0.7, 1.4)
        return Outcome(outcome.failure, outcome.code, spent)

    def _attempt(self, visit: Visit, call: Call, t: float, trace: Trace, request_id: str) -> Outcome:
        rng, target = self._rng, call.target
        call_id = f"{rng.getrandbits(64):016x}"
        effect = self._fault.on_call(visit._replace(t=t), target, rng) or _NO_EFFECT
        if effect.failure:
            outcome = Outcome(effect.failure, effect.failure.code, effect.failure.took_ms)
        elif target.kind == "service":
            outcome = self._answer(self.visit(self._world.services[target.name], t + 0.001, trace, parent_id=call_id))
        else:
            took = target.latency_ms * exp(0.5 * rng.gauss(0.0, 1.0)) * effect.slow
            outcome = Outcome(None, "", took)
            if chance(rng, 0.0008) and target.kind in ("partner", "blob"):
                outcome = Outcome(rng.choice(_STRAY), "503", took)
        if outcome.took_ms > call.timeout_ms:
            outcome = Outcome(Failure("timeout"), "", call.timeout_ms)
        if target.kind == "queue" and outcome.failure is None:
            self.sent.append(Sent(t + outcome.took_ms / 1_000, target.host, trace, call_id))
        self._telemetry.dependency(visit, trace, call=call, outcome=outcome, t=t, call_id=call_id, parent_id=request_id)
        return outcome

    def _answer(self, reply: Outcome) -> Outcome:
        """A callee's outcome as its caller sees it: a status, or no connection."""
        took = reply.took_ms + 1.0 + self._rng.expovariate(0.7)
        if reply.failure is None or not reply.code:
            return Outcome(reply.failure, reply.code, took)
        if reply.code.startswith("4"):
            return Outcome(None, reply.code, took)  # a caller passes a client's mistake on without failing itself
        return Outcome(Failure("status", reply.code), reply.code, took)

    def _conclude(self, visit: Visit, own: Failure | None, below: Outcome, own_ms: float) -> Outcome:
        """A request's outcome from its own failure, its calls' failure, or chance."""
        took = own_ms + below.took_ms
        service = visit.service
        if own:
            return Outcome(own, own.code, took)
        if below.failure:
            timed_out = below.failure.problem == "timeout" and service.tier == "edge"
            code = "504" if timed_out else service.relay_code
            return Outcome(Failure("relayed", code), code, took)
        if self._rng.random() < service.noise:
            if chance(self._rng, 0.65):
                code = self._rng.choice(("404", "404", "400"))
                return Outcome(Failure("client", code), code, took)
            return Outcome(Failure("invalid", "500"), "500", took)
        ok = "0" if service.tier == "worker" else "201" if visit.operation.name.startswith("POST") else "200"
        return Outcome(None, ok, took)

    def _aside(self, visit: Visit, trace: Trace, request_id: str) -> None:
        """A handled exception that has always been there."""
        if visit.service.name == self._noise.noisy and chance(self._rng, 0.1):
            shape = visit.service.stack.shapes["invalid"]
            fields = {"entity": names.singular(visit.service.name)}
            self._telemetry.exception(
                visit, trace, shape=shape, fields=fields, t=visit.t, parent_id=request_id, handled=True
            )
