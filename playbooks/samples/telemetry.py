"""Writes what Application Insights and the container logs hold of one request, call or exception."""

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING

from playbooks.samples import names
from playbooks.samples.chance import chance
from playbooks.samples.fault import Failure, Visit
from playbooks.samples.noise import Noise
from playbooks.samples.recorder import Recorder
from playbooks.samples.stacks import Shape, phrase
from playbooks.samples.tables import performance_bucket
from playbooks.samples.topology import Call, Instance, Service, World

if TYPE_CHECKING:
    from playbooks.samples.traffic import Outcome

WARNING, ERROR = 2, 3


@dataclass(frozen=True, slots=True)
class Trace:
    """One distributed operation; `kept` decides the same for all its telemetry, as sampling by operation id does."""

    operation_id: str
    kept: float

    @classmethod
    def draw(cls, rng: Random) -> "Trace":
        """A new one."""
        return cls(f"{rng.getrandbits(128):032x}", rng.random())

    def bucket(self, flag: str) -> float:
        """Where the operation falls in a flag's rollout, in [0, 1)."""
        digest = blake2b(f"{flag}/{self.operation_id}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") / 2**32


@lru_cache(maxsize=4_096)
def _bag(environment: str, flags: tuple[tuple[str, bool], ...]) -> str:
    """Custom properties as JSON text."""
    values = {environment: "Production"} | {f"feature_flag.{name}": "on" if on else "off" for name, on in flags}
    return json.dumps(values, separators=(",", ":"))


_ENVIRONMENT = {"dotnet": "AspNetCoreEnvironment", "java": "spring.profiles.active", "python": "deployment.environment"}
_FRAMES = {
    "dotnet": ("{pascal}.Controllers.{pascal}Controller.{verb}", "{pascal}, Version={version}.0, Culture=neutral"),
    "java": ("com.{org}.{package}.{pascal}Controller.{verb}", "{package}-{version}.jar"),
    "python": ("{package}.handlers.{verb}", "{package}"),
}


class Telemetry:
    """Puts rows of played requests into a recorder, minding sampling and the telemetry gap."""

    def __init__(self, world: World, *, recorder: Recorder, noise: Noise, rng: Random) -> None:
        self._world = world
        self._recorder = recorder
        self._gap = noise.gap
        self._rng = rng
        self._roles: dict[str, tuple[object, ...]] = {}

    def request(self, visit: Visit, trace: Trace, *, outcome: "Outcome", request_id: str, parent_id: str) -> None:
        """A request with its log lines, its flags, and its exception if it failed by itself."""
        if not self._kept(visit, trace):
            return
        service, operation = visit.service, visit.operation
        is_message = service.tier == "worker"
        source = f"sb://{operation.path}" if is_message else ""
        url = "" if is_message else f"https://{service.name}.{self._world.org}.example{self._path(operation.path)}"
        took = round(outcome.took_ms, 4)
        row = (
            request_id, trace.operation_id, parent_id, operation.name, operation.name, url, source,
            outcome.failure is None, outcome.code, took, performance_bucket(took),
            self.properties(visit), f'{{"timeSinceEnqueued":{self._waited_ms}}}' if is_message else "{}",
        )  # fmt: skip
        done = visit.t + took / 1_000
        self._recorder.put("AppRequests", visit.t, row + self._role(service, visit.instance), emitted=done)
        self._flag_events(visit, trace, request_id)
        self._lines(visit, trace, outcome.failure, code=outcome.code, t=done, request_id=request_id)

    def message(self, waited_s: float) -> None:
        """How long the next worker's message lay in its queue."""
        self._waited_ms = round(waited_s * 1_000)

    _waited_ms = 0

    def dependency(
        self, visit: Visit, trace: Trace, *, call: Call, outcome: "Outcome", t: float, call_id: str, parent_id: str
    ) -> None:
        """One attempt of a call; calls that a circuit breaker held back leave nothing."""
        if not self._kept(visit, trace) or (outcome.failure and not outcome.failure.sent):
            return
        target = call.target
        ok = outcome.failure is None and not outcome.code.startswith("4")
        code = outcome.code if outcome.code or outcome.failure is None else visit.service.stack.no_response
        if outcome.failure is None and not code:
            code = {"partner": "200", "blob": "200", "queue": ""}.get(target.kind, "0")
        name, data = self._command(call)
        took = round(outcome.took_ms, 4)
        row = (
            call_id, trace.operation_id, parent_id, visit.operation.name, name, target.host, target.dependency_type,
            data, ok, code, took, performance_bucket(took), self.properties(visit), "{}",
        )  # fmt: skip
        role = self._role(visit.service, visit.instance)
        self._recorder.put("AppDependencies", t, row + role, emitted=t + took / 1_000)

    def failed_call(
        self, visit: Visit, trace: Trace, *, call: Call, outcome: "Outcome", t: float, parent_id: str
    ) -> None:
        """The exception that a failed call raises in its caller, after the last retry."""
        failure = outcome.failure
        assert failure is not None
        stack = visit.service.stack
        shape = failure.shape or stack.shapes.get(failure.problem) or stack.shapes["status"]
        if failure.problem == "timeout" and call.target.kind == "redis":
            shape = stack.shapes["redis_timeout"]
        elif failure.problem == "timeout" and call.target.kind == "postgres":
            shape = stack.shapes["sql"]
        fields = {
            "host": call.target.host.split(" | ")[0], "code": outcome.code or "503",
            "phrase": phrase(outcome.code or "503"),
            "seconds": f"{call.timeout_ms / 1_000:.0f}", "ms": f"{outcome.took_ms:.0f}", "limit": "100",
            "key": f"{visit.service.name}:{self._rng.randint(1_000, 9_999)}",
        }  # fmt: skip
        self.exception(visit, trace, shape=shape, fields=fields, t=t, parent_id=parent_id, handled=not call.required)

    def exception(
        self,
        visit: Visit,
        trace: Trace,
        *,
        shape: Shape,
        fields: dict[str, str],
        t: float,
        parent_id: str,
        handled: bool = False,
    ) -> None:
        """One exception row, and its line on the container's standard error."""
        if not self._kept(visit, trace):
            return
        filled = shape.filled(fields)
        method, assembly = self._frame(visit)
        outer = (filled.outer_type or filled.type, filled.outer_message or filled.message)
        chain = [outer, (filled.type, filled.message)] if filled.outer_type else [outer]
        details = json.dumps([
            {"id": str(index), "outerId": str(max(0, index - 1)), "type": kind, "message": text,
             "severityLevel": "Error",
             "parsedStack": [{"level": 0, "method": method, "assembly": assembly, "line": 0}]}
            for index, (kind, text) in enumerate(chain)
        ])  # fmt: skip
        row = (
            trace.operation_id, parent_id, visit.operation.name, outer[0], *outer, filled.type, filled.message,
            f"{outer[0]} at {method}", method, assembly, "UserCode" if handled else "Unhandled",
            WARNING if handled else ERROR, details, self.properties(visit), "{}",
        )  # fmt: skip
        self._recorder.put("AppExceptions", t, row + self._role(visit.service, visit.instance))
        if not handled:
            self.container_line(
                visit.service, visit.instance, t, level="error", text=f"Unhandled exception. {outer[0]}: {outer[1]}"
            )

    def log(self, visit: Visit, trace: Trace, *, t: float, level: int, text: str, parent_id: str) -> None:
        """One trace row."""
        row = (trace.operation_id, parent_id, visit.operation.name, text, level, self.properties(visit), "{}")
        self._recorder.put("AppTraces", t, row + self._role(visit.service, visit.instance))

    def background(self, service: Service, instance: Instance, t: float, *, level: int, text: str) -> None:
        """A trace row that belongs to no operation."""
        if self._missing(service, t):
            return
        row = ("", "", "", text, level, _bag(_ENVIRONMENT[service.stack.name], ()), "{}")
        self._recorder.put("AppTraces", t, row + self._role(service, instance))

    def container_line(self, service: Service, instance: Instance, t: float, *, level: str, text: str) -> None:
        """One line of a Kubernetes container."""
        if service.hosting != "aks" or self._missing(service, t):
            return
        image = f"acr{self._world.org}.azurecr.io/{service.name}"
        metadata = json.dumps({
            "podLabels": {"app": service.name, "version": instance.version}, "image": image,
            "imageTag": instance.version,
        })  # fmt: skip
        message = json.dumps({"level": level, "message": text, "service": service.name})
        row = (
            instance.node.name, instance.container_id, service.name, instance.name, self._world.namespace, message,
            "stderr" if level == "error" else "stdout", level, metadata, self._world.cluster_id,
        )  # fmt: skip
        self._recorder.put("ContainerLogV2", t, row)

    def properties(self, visit: Visit) -> str:
        """Custom properties: the environment and the flags evaluated."""
        return _bag(_ENVIRONMENT[visit.service.stack.name], tuple(visit.flags.items()))

    def _role(self, service: Service, instance: Instance) -> tuple[object, ...]:
        known = self._roles.get(instance.uid)
        if known is None:
            known = self._roles[instance.uid] = (
                service.name, instance.name, instance.version, service.stack.sdk, "PC", "0.0.0.0",  # noqa: S104  # masked as Azure masks it
                self._world.instrumentation_key, service.item_count, service.resource_id,
            )  # fmt: skip
        return known

    def _kept(self, visit: Visit, trace: Trace) -> bool:
        return trace.kept < visit.service.keep and not self._missing(visit.service, visit.t)

    def _missing(self, service: Service, t: float) -> bool:
        name, start, end = self._gap
        return service.name == name and start <= t < end

    def _path(self, path: str) -> str:
        return path.replace("{id}", str(self._rng.randint(10_000, 99_999)))

    def _command(self, call: Call) -> tuple[str, str]:
        """A dependency's name and the command behind it."""
        target = call.target
        match target.kind:
            case "service":
                return f"GET /api/{target.name}", f"{target.command}/api/{target.name}"
            case "partner":
                return target.name, target.command + target.name.removeprefix("POST ")
            case "postgres":
                return target.name, f"{target.command} * FROM {target.name.removesuffix('db')}_items WHERE id = $1"
            case _:
                return target.name, target.command or target.host

    def _frame(self, visit: Visit) -> tuple[str, str]:
        service = visit.service
        method, assembly = _FRAMES[service.stack.name]
        fields = {
            "pascal": names.pascal(service.name), "package": service.name.replace("-", "_"), "org": self._world.org,
            "version": visit.instance.version,
            "verb": names.VERBS[service.operations.index(visit.operation) % len(names.VERBS)],
        }  # fmt: skip
        return method.format(**fields), assembly.format(**fields)

    def _flag_events(self, visit: Visit, trace: Trace, request_id: str) -> None:
        for name, on in visit.flags.items():
            if chance(self._rng, 0.25):
                bag = {
                    "FeatureName": name, "Enabled": str(on), "Variant": "on" if on else "off",
                    "VariantAssignmentReason": "Percentile", "TargetingId": trace.operation_id[:12],
                }  # fmt: skip
                row = (trace.operation_id, request_id, visit.operation.name, "FeatureEvaluation", json.dumps(bag), "{}")
                self._recorder.put("AppEvents", visit.t, row + self._role(visit.service, visit.instance))

    def _lines(
        self, visit: Visit, trace: Trace, failure: Failure | None, *, code: str, t: float, request_id: str
    ) -> None:
        """What the service itself writes: an exception it raised, an error line, now and then a routine line."""
        operation, stack = visit.operation, visit.service.stack
        if failure and failure.problem not in ("relayed", "client"):
            fields = {"entity": names.singular(visit.service.name), "host": visit.service.name, "limit": "100"}
            shape = failure.shape or stack.shapes[failure.problem]
            self.exception(visit, trace, shape=shape, fields=fields, t=t, parent_id=request_id)
        if failure and failure.problem != "client":
            text = f"{operation.name} failed with {code} ({phrase(code)})"
            self.log(visit, trace, t=t, level=ERROR, text=text, parent_id=request_id)
        elif chance(self._rng, 0.1):
            self.log(visit, trace, t=t, level=1, text=f"{operation.name} completed", parent_id=request_id)
            self.container_line(visit.service, visit.instance, t, level="info", text=f"{operation.name} completed")
