"""What a run has done so far, folded from its events; pure."""

from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.core.events import (
    Event,
    GuideMatched,
    HandedOff,
    ModelFailed,
    ModelReplaced,
    ModelSaid,
    Routed,
    RunStarted,
    StepFinished,
    StepStarted,
    TurnStarted,
    WindowResolved,
)
from orchestrator.core.table import iso_utc
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import Fields
from orchestrator.surfaces.terminal.steps import StepLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStep:
    """A step with the wave it runs in: steps that run side by side share one."""

    key: tuple[str, str]
    line: StepLine
    wave: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All that the live display shows."""

    run: str = ""
    sample: bool = False
    doing: str = "Starting"
    window: Fields = field(default_factory=dict)
    guide: Fields = field(default_factory=dict)
    steps: tuple[LiveStep, ...] = ()
    turns: int = 0
    wave: int = 0

    def after(self, event: Event) -> "Progress":
        """With one more event taken in."""
        begun = self.turns + isinstance(event, TurnStarted)
        told = replace(self, doing=_doing(event) or self.doing, turns=begun)
        match event:
            case RunStarted():
                return replace(told, run=event.run, sample=event.source == "sample")
            case GuideMatched() if event.guide:
                return replace(told, guide=self.guide or {"id": event.guide, "title": event.title})
            case WindowResolved():
                return replace(told, window=self.window or _window(event))
            case StepStarted():
                return told.with_started(event)
            case StepFinished():
                return told.with_finished(event)
            case _:
                return told

    def with_started(self, event: StepStarted) -> "Progress":
        """With a step begun; it joins the wave while one of that still runs."""
        beside = any(not item.line.status for item in self.steps if item.wave == self.wave)
        wave = self.wave if beside else self.wave + 1
        key = (event.guide, event.step)
        step = LiveStep(key=key, line=StepLine(title=clean(event.title or event.step)), wave=wave)
        others = tuple(item for item in self.steps if item.key != key)
        return replace(self, steps=(*others, step), wave=wave)

    def with_finished(self, event: StepFinished) -> "Progress":
        """With a step decided; it keeps its place."""
        key = (event.guide, event.step)
        known = next((item for item in self.steps if item.key == key), None)
        line = StepLine(
            title=clean(event.title or event.step),
            status=event.status,
            outcome=event.outcome or "",
            said=clean(event.text),
            evidence=event.evidence or "",
            elapsed_ms=event.elapsed_ms,
        )
        done = LiveStep(key=key, line=line, wave=known.wave if known else 0)
        steps = tuple(done if item.key == key else item for item in self.steps) if known else (*self.steps, done)
        return replace(self, steps=steps)


def _doing(event: Event) -> str:
    """What the run does after that event; empty where it goes on with the same."""
    match event:
        case RunStarted():
            return "Finding who can answer"
        case Routed():
            return f"Asking {clean(', '.join(event.agents))}" if event.agents else "Asking back"
        case GuideMatched():
            return "Running the guide" if event.guide else "Answering"
        case StepFinished():
            return "Judging what was found"
        case HandedOff():
            return f"Handing over to {clean(event.target)}"
        case _:
            return _model_doing(event)


def _model_doing(event: Event) -> str:
    """What a model does; empty where the event is none of its."""
    match event:
        case ModelSaid():
            # a reading, not an answer: only its newest line, while it is thought
            return next((f"The model: {clean(line)}" for line in reversed(event.text.splitlines()) if line.strip()), "")
        case ModelFailed(retry_in_s=float() | int()):
            return f"The model failed ({clean(event.fault)}), asking it again in {event.retry_in_s:.0f} s"
        case ModelReplaced():
            return f"Going on with {clean(event.by)}"
        case _:
            return ""


def _window(event: WindowResolved) -> Fields:
    try:
        zone: str = ZoneInfo(event.timezone).key
    except (ZoneInfoNotFoundError, ValueError):
        zone = "UTC"
    return {"from": iso_utc(event.start), "to": iso_utc(event.end), "timezone": zone, "origin": event.origin}
