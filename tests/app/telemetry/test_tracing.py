"""Spans of hand-made runs: what real ones rarely show."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from opentelemetry import context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orchestrator.app.telemetry.spans import Spans
from orchestrator.app.telemetry.tracing import RunTrace
from orchestrator.app.telemetry.vocabulary import Vocabulary
from orchestrator.core.events import (
    Event,
    EvidenceFound,
    HandedOff,
    ModelAnswered,
    ModelFailed,
    ModelReplaced,
    ModelSaid,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    ToolCalled,
    ToolRefused,
    ToolReturned,
    TurnFinished,
    TurnStarted,
    WindowResolved,
)
from orchestrator.core.table import iso_utc

START = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
START_NS = int(START.timestamp()) * 1_000_000_000
Heard = tuple[float, Event]


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    before = context.get_current()
    yield
    context.attach(before)


def ms(value: float) -> int:
    """Milliseconds from the start, as nanoseconds since 1970."""
    return START_NS + int(value * 1_000_000)


def traced(*heard: Heard, error: str | None = None, closed: float = 1_000) -> list[ReadableSpan]:
    """The spans of a run whose events were heard at those milliseconds."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    vocabulary = Vocabulary(provider="azure.ai.openai", tools=frozenset({"orders-cancel"}))
    run = RunTrace(Spans(provider.get_tracer("t")), vocabulary)
    for at, event in heard:
        run.take(event, ms(at))
    run.close(error, ms(closed))
    return sorted(exporter.get_finished_spans(), key=lambda span: (span.start_time or 0, -(span.end_time or 0)))


def tree(spans: list[ReadableSpan]) -> list[tuple[str, str]]:
    """Each span's name with its parent's."""
    names = {span.context.span_id: span.name for span in spans}
    return [(span.name, names[span.parent.span_id] if span.parent else "") for span in spans]


def times(spans: list[ReadableSpan]) -> dict[str, tuple[float, float]]:
    """Start and end in milliseconds from the start."""
    return {s.name: ((s.start_time - START_NS) / 1e6, (s.end_time - START_NS) / 1e6) for s in spans}  # type: ignore[operator]


def named(spans: list[ReadableSpan], name: str) -> ReadableSpan:
    """The span of that name."""
    (found,) = [span for span in spans if span.name == name]
    return found


def run_started() -> Event:
    """The first event."""
    return RunStarted(run="r", session="s", message="m", source="live", at=START, now=START, inputs={})


def step_started(step: str) -> Event:
    """A step of guide `g` begins."""
    return StepStarted(guide="g", step=step, title="t")


def step_finished(step: str, elapsed_ms: float, status: str = "done") -> Event:
    """A step of guide `g` ends."""
    return StepFinished(
        guide="g",
        step=step,
        title="t",
        status=status,
        outcome="finding" if status == "done" else None,
        text="text of a row",
        evidence="E1",
        elapsed_ms=elapsed_ms,
    )


def found(step: str, at: float, elapsed_ms: float, **fields: Any) -> Event:
    """Evidence whose query was asked at that millisecond."""
    asked = iso_utc(datetime.fromtimestamp(ms(at) / 1e9, UTC))
    return EvidenceFound(
        evidence={
            "id": "E1",
            "step": step,
            "source": "logs:live",
            "query": "T | take 1",
            "status": "complete",
            "row_count": 3,
            "at": asked,
            "elapsed_ms": elapsed_ms,
            **fields,
        }
    )


def called(tool: str = "guides-run", call: str = "c1") -> Event:
    """A tool is called."""
    return ToolCalled(call=call, tool=tool, arguments={"text": "said by a person"})


def turn_finished(agent: str = "triage", status: str = "answered") -> Event:
    """A turn ends after 80 ms."""
    return TurnFinished(agent=agent, turn=1, status=status, model_calls=1, tool_calls=1, elapsed_ms=80)


TURN = (run_started(), TurnStarted(agent="triage", turn=1, text="m"))
WINDOW = WindowResolved(start=START, end=START, timezone="UTC", origin="message")


def test_parallel_steps_and_their_queries_keep_apart() -> None:
    """Two steps run over each other; each query lies under its own step, each span has its own length."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (2, called()),
        (3, WINDOW),
        (4, step_started("a")),
        (5, step_started("b")),
        (30, found("b", at=6, elapsed_ms=20)),
        (31, step_finished("b", elapsed_ms=25.5)),
        (50, found("a", at=7, elapsed_ms=40)),
        (51, step_finished("a", elapsed_ms=46)),
        (60, ToolReturned(call="c1", tool="guides-run", ok=True, result_sha256="", elapsed_ms=57)),
        (82, turn_finished()),
        (90, RunFinished(status="answered", report={})),
    )
    query = "query azure.monitor.logs"
    assert sorted(tree(spans)) == sorted(
        [
            ("invoke_workflow switchboard", ""),
            ("invoke_agent triage", "invoke_workflow switchboard"),
            ("execute_tool guides-run", "invoke_agent triage"),
            ("guide g", "execute_tool guides-run"),
            ("step a", "guide g"),
            ("step b", "guide g"),
            (query, "step a"),
            (query, "step b"),
        ]
    )
    lengths = times([span for span in spans if span.name != query])
    assert lengths == {
        "invoke_workflow switchboard": (0, 90),
        "invoke_agent triage": (1, 81),
        "execute_tool guides-run": (2, 60),
        "guide g": (3, 60),
        "step a": (4, 50),
        "step b": (5, 30.5),
    }
    assert [times([span])[query] for span in spans if span.name == query] == [(6, 26), (7, 47)]


def test_an_inner_guide_lies_inside_its_step() -> None:
    """`outer/inner` is a step of the guide that the step `outer` runs."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (2, called()),
        (3, step_started("outer")),
        (4, step_started("outer/inner")),
        (9, found("outer/inner", at=5, elapsed_ms=2)),
        (10, step_finished("outer/inner", elapsed_ms=5)),
        (12, step_finished("outer", elapsed_ms=9)),
    )
    assert ("step outer/inner", "step outer") in tree(spans)
    assert ("query azure.monitor.logs", "step outer/inner") in tree(spans)


def test_a_span_is_not_shorter_than_its_children() -> None:
    """Rounded times of a step may be shorter than those of its query."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (2, step_started("a")),
        (12, found("a", at=3, elapsed_ms=8.9)),
        (13, step_finished("a", elapsed_ms=9)),
    )
    assert times(spans)["step a"] == (2, 11.9)


def test_a_skipped_step_has_no_span_and_a_held_one_waits() -> None:
    """Skipped steps never began; one that asks a person ends with its guide, and not as an error."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (2, called()),
        (3, step_started("held")),
        (4, step_finished("skipped", elapsed_ms=0, status="skipped")),
        (9, ToolReturned(call="c1", tool="guides-run", ok=True, result_sha256="", elapsed_ms=7)),
        (10, turn_finished(status="needs_input")),
        (11, RunFinished(status="needs_input", report={})),
    )
    assert "step skipped" not in {span.name for span in spans}
    held = named(spans, "step held")
    assert held.status.is_unset
    assert held.attributes["switchboard.step.status"] == "waiting"


def test_what_fails_is_an_error_with_its_type() -> None:
    """A query, a step, a turn and a run that failed; the reasons stay here."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (2, step_started("a")),
        (8, found("a", at=3, elapsed_ms=2, status="failed", reason="no table Erika")),
        (9, step_finished("a", elapsed_ms=7, status="failed")),
        (81, turn_finished(status="failed")),
        (90, RunFinished(status="failed", report={"message": "no table Erika"})),
    )
    errors = {
        span.name: (span.attributes["error.type"], span.status.is_ok)
        for span in spans
        if "error.type" in span.attributes
    }
    assert errors == {
        "query azure.monitor.logs": ("query_failed", False),
        "step a": ("step_failed", False),
        "guide g": ("turn_failed", False),
        "invoke_agent triage": ("turn_failed", False),
        "invoke_workflow switchboard": ("run_failed", False),
    }
    assert "Erika" not in str([span.to_json() for span in spans])


def test_a_run_that_breaks_off_ends_everything_that_is_open() -> None:
    """Each open span ends then, with the error's class as its type."""
    spans = traced((0, TURN[0]), (1, TURN[1]), (2, called()), (3, step_started("a")), error="OSError", closed=40)
    assert {(span.attributes["error.type"], times([span])[span.name][1]) for span in spans} == {("OSError", 40)}
    assert len(spans) == 5


def test_a_turn_that_is_passed_on_is_a_span_of_its_own() -> None:
    """Both lie under the run, one after the other."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (81, turn_finished(status="passed_on")),
        (82, HandedOff(source="triage", target="handoff", reason="said by a person", hop=1)),
        (200, turn_finished("handoff")),
        (201, RunFinished(status="answered", report={})),
    )
    assert tree(spans)[1:] == [
        ("invoke_agent triage", "invoke_workflow switchboard"),
        ("invoke_agent handoff", "invoke_workflow switchboard"),
    ]
    assert [span.attributes["switchboard.hop"] for span in spans[1:]] == [0, 1]


def test_a_model_call_carries_tokens_and_its_turn_the_sum() -> None:
    """Start is the answer's time less what it took; the provider comes from this process."""
    answer = ModelAnswered(
        model="gpt-x", input_tokens=100, output_tokens=7, cost=0.5, finish="tool_calls", elapsed_ms=20.0
    )
    spans = traced((0, TURN[0]), (1, TURN[1]), (30, answer), (60, answer), (81, turn_finished()))
    chats = [span for span in spans if span.name == "chat gpt-x"]
    assert [times([span])["chat gpt-x"] for span in chats] == [(10, 30), (40, 60)]
    assert dict(chats[0].attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.response.finish_reasons": ("tool_calls",),
        "switchboard.usage.cost": 0.5,
        "switchboard.usage.estimated": False,
    }
    turn = named(spans, "invoke_agent triage").attributes
    assert (turn["gen_ai.usage.input_tokens"], turn["gen_ai.usage.output_tokens"]) == (200, 14)


def test_a_failed_model_call_is_an_error_and_the_stand_in_is_named() -> None:
    """Each try has its own time, without the wait between; the planner that goes on is another provider."""

    def failed(wait: float | None) -> Event:
        return ModelFailed(model="gpt-x", fault="throttled", reason="said by a server", retry_in_s=wait)

    answer = ModelAnswered(
        model="embedded-planner-1", input_tokens=None, output_tokens=None, cost=None, finish="stop", elapsed_ms=1.0
    )
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (11, failed(0.02)),
        (40, failed(None)),
        (41, ModelReplaced(model="gpt-x", by="embedded-planner-1", reason="said by a server")),
        (45, answer),
        (46, ModelSaid(model="embedded-planner-1", text="said by a model")),
    )
    tries = [span for span in spans if span.name == "chat gpt-x"]
    assert [(times([span])["chat gpt-x"], span.attributes["error.type"]) for span in tries] == [
        ((1, 11), "throttled"),
        ((31, 40), "throttled"),
    ]
    assert tries[0].attributes["gen_ai.provider.name"] == "azure.ai.openai"
    assert named(spans, "chat embedded-planner-1").attributes["gen_ai.provider.name"] == "switchboard"
    assert named(spans, "invoke_agent triage").attributes["switchboard.model.replaced_by"] == "embedded-planner-1"
    assert "said by" not in str([span.to_json() for span in spans])


def test_a_refused_call_is_an_error_and_made_up_names_stay_here() -> None:
    """Refused while it ran, refused before it ran by a granted name, and by a name that a model made up."""
    spans = traced(
        (0, TURN[0]),
        (1, TURN[1]),
        (2, called("logs-query", "c1")),
        (4, ToolRefused(call="c1", tool="logs-query", reason="said by a person")),
        (5, ToolRefused(call="c2", tool="orders-cancel", reason="said by a person")),
        (6, ToolRefused(call="c3", tool="mail-erika", reason="said by a person")),
    )
    refused = {span.name: span.attributes["error.type"] for span in spans if span.name.startswith("execute_tool")}
    assert refused == {
        "execute_tool logs-query": "refused",
        "execute_tool orders-cancel": "refused",
        "execute_tool _OTHER": "refused",
    }
    assert "erika" not in str([span.to_json() for span in spans])
    assert "said by" not in str([span.to_json() for span in spans])


@pytest.mark.parametrize(
    ("step", "source", "query", "name"),
    [
        ("search", "search:files", "what Erika asked", "search sqlite"),
        ("q1", "logs:live", "T | where Name == 'Erika'", "query azure.monitor.logs"),
        ("a", "resource_graph:live", "resources | where name == 'Erika'", "query azure.resource_graph"),
    ],
)
def test_the_text_of_a_query_is_exported_only_if_a_guide_wrote_it(
    step: str, source: str, query: str, name: str
) -> None:
    """What a person or a model may have written has no text, only a system, a size and a time."""
    spans = traced(
        (0, TURN[0]), (1, TURN[1]), (2, step_started("a")), (9, found(step, 3, 2, source=source, query=query))
    )
    attributes = dict(named(spans, name).attributes)
    assert "db.query.text" not in attributes
    assert attributes["db.response.returned_rows"] == 3


def test_a_persons_answer_is_no_query() -> None:
    """Evidence without a query text has no span."""
    spans = traced((0, TURN[0]), (1, TURN[1]), (9, found("a", 3, 2, source="person", query="")))
    assert [span.name for span in spans] == ["invoke_workflow switchboard", "invoke_agent triage"]
