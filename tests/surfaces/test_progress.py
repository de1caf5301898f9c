from datetime import UTC, datetime

from orchestrator.core.events import (
    Event,
    GuideMatched,
    HandedOff,
    ModelFailed,
    ModelReplaced,
    ModelSaid,
    Routed,
    StepFinished,
    StepStarted,
    WindowResolved,
)
from orchestrator.surfaces.terminal.progress import Progress


def begun(step: str) -> StepStarted:
    """A step of one guide begins."""
    return StepStarted(guide="g", step=step, title=step.upper())


def ended(step: str, status: str = "done") -> StepFinished:
    """It is decided."""
    return StepFinished(
        guide="g",
        step=step,
        title=step.upper(),
        status=status,
        outcome="finding",
        text="said \x1b[2J",
        evidence="E1",
        elapsed_ms=5.0,
    )


def after(*events: Event) -> Progress:
    """All events taken in."""
    progress = Progress()
    for event in events:
        progress = progress.after(event)
    return progress


def test_steps_that_run_side_by_side_share_a_wave():
    """One that begins while another runs belongs to it; one that begins when all have ended is alone."""
    found = after(begun("a"), begun("b"), ended("a"), begun("c"), ended("b"), ended("c"), begun("d"))
    assert [(step.key[1], step.wave) for step in found.steps] == [("a", 1), ("b", 1), ("c", 1), ("d", 2)]


def test_a_step_keeps_its_place_when_it_ends():
    """Lines do not jump, whichever ends first; what it says is made safe."""
    found = after(begun("a"), begun("b"), ended("b"))
    assert [(step.line.title, step.line.status, step.line.said) for step in found.steps] == [
        ("A", "", ""),
        ("B", "done", "said"),
    ]


def test_skipped_steps_never_began():
    """A step that nobody took is listed all the same."""
    assert [step.line.status for step in after(ended("z", "skipped")).steps] == ["skipped"]


def test_what_is_done_now_is_said():
    """Between the events of steps a reader sees what is going on."""
    routed = Routed(agents=("triage",), confidence=0.9, abstained=False, reason="")
    matched = GuideMatched(guide="g", title="G", version="1", confidence=0.9, by="text", reason="")
    handed = HandedOff(source="triage", target="handoff", reason="", hop=1)
    assert [after(routed).doing, after(routed, matched).doing, after(handed).doing] == [
        "Asking triage",
        "Running the guide",
        "Handing over to handoff",
    ]


def test_window_is_kept_as_first_resolved():
    """With a zone that is not known, UTC is shown."""
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    found = after(WindowResolved(start=start, end=end, timezone="Mars/Base", origin="default"))
    assert found.window == {
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
        "timezone": "UTC",
        "origin": "default",
    }


def test_a_models_newest_words_are_shown_while_it_thinks():
    """A reading, marked as such; and what happens when it fails."""
    said = ModelSaid(model="m", text="I look at the logs.\nThe queue \x1b[2Jgrows.\n")
    failed = ModelFailed(model="m", fault="throttled", reason="busy", retry_in_s=7.0)
    replaced = ModelReplaced(model="m", by="embedded-planner-1", reason="busy")
    assert after(said).doing == "The model: The queue grows."
    assert after(said, failed).doing == "The model failed (throttled), asking it again in 7 s"
    assert after(failed, replaced).doing == "Going on with embedded-planner-1"
