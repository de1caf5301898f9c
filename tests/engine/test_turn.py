"""The turn's loop, driven by a scripted model."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function

from orchestrator.core.errors import ModelError
from orchestrator.core.events import ClaimRejected, Event, ToolCalled, ToolRefused, ToolReturned
from orchestrator.core.ports import Document as IndexDocument
from orchestrator.core.ports import Hit, QueryLimits, QueryParameter, SearchQuery, TableSchema, WriteResult
from orchestrator.core.recording import Recorder
from orchestrator.core.runs import RunContext
from orchestrator.core.specs import AgentSpec, Budget
from orchestrator.core.table import Column, ColumnType, Table
from orchestrator.core.window import Window
from orchestrator.engine.kernel import build_kernel
from orchestrator.engine.turn import Turn
from orchestrator.models.scripted import Line, ScriptedChat

NOW = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)
ROWS = Table(
    (Column("AppRoleName", ColumnType.STRING), Column("n", ColumnType.LONG)),
    (("checkout", 412), ("cart", 3)),
)


class FixedLogs:
    """Logs that answer every query with the same rows."""

    async def query(
        self,
        kql: str,
        *,
        parameters: Sequence[QueryParameter] = (),
        window: Window | None = None,
        limits: QueryLimits | None = None,
    ) -> Table:
        return ROWS

    async def describe(self, kql: str, *, parameters: Sequence[QueryParameter] = ()) -> tuple[Column, ...]:
        return ROWS.columns

    async def schema(self) -> Mapping[str, TableSchema]:
        return {}


class EmptyIndex:
    """An index that holds nothing."""

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        return ()

    async def write(self, documents: Sequence[IndexDocument]) -> tuple[WriteResult, ...]:
        return ()

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        return ()


class Probe:
    """Tools that note what they were called with."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    @kernel_function(name="look", description="Look something up.")
    async def look(
        self,
        name: Annotated[str, "what"],
        run: Annotated[Any, "the run", {"include_in_function_choices": False}],
        times: Annotated[int, "how often"] = 1,
    ) -> str:
        """Record a query and return its evidence."""
        self.seen.append((name, times))
        recorded = await run.recorder.section().ask("look", f"T | where n == {name!r}")
        return json.dumps({"evidence": recorded.evidence_id})

    @kernel_function(name="break", description="Fail.")
    async def explode(self) -> str:
        """Raise what no model may read."""
        raise RuntimeError("password=hunter2")


class Bench:
    """A turn with its tools, events and context."""

    def __init__(self, lines: Sequence[Line], *, budget: Budget | None = None) -> None:
        self.probe = Probe()
        self.events: list[Event] = []
        self.chat = ScriptedChat(lines)
        spec = AgentSpec(
            name="tester",
            description="tests",
            instructions="test",
            grants=frozenset({"probe-look", "probe-break", "report-submit"}),
            budget=budget or Budget(),
        )
        self.context = RunContext(
            run="r",
            session="s",
            asked="?",
            alert=None,
            now=NOW,
            zone="UTC",
            source="files",
            given={},
            remembered={},
            previous=None,
            recorder=Recorder(
                logs=FixedLogs(), index=EmptyIndex(), source="files", found=lambda _: None, clock=lambda: NOW
            ),
            emit=self.events.append,
        )
        kernel = build_kernel(self.chat, {"probe": self.probe})
        self.turn = Turn(kernel, self.chat, spec, self.context)

    async def run(self) -> None:
        history = ChatHistory(system_message="test")
        history.add_user_message("?")
        await self.turn.run(history)
        self.chat.finish()

    @property
    def ended(self) -> str:
        """Why code ended the turn."""
        assert self.context.submission is not None
        return self.context.submission.cut_short

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def submit(*claims: object, hypotheses: Sequence[str] = ()) -> tuple[str, dict[str, object]]:
    """The call that ends a turn."""
    texts = [claim if isinstance(claim, str) else json.dumps(claim) for claim in claims]
    return "report-submit", {"claims": texts, "hypotheses": list(hypotheses), "question": ""}


async def test_tools_run_one_after_another_and_the_report_ends_the_turn() -> None:
    """Two calls of one message run in order, then the submission ends the loop."""
    bench = Bench(
        [
            Line(calls=[("probe-look", {"name": "a"}), ("probe-look", {"name": "b", "times": 2})]),
            Line(calls=[submit()], expects="E2"),
        ]
    )
    await bench.run()
    assert bench.probe.seen == [("a", 1), ("b", 2)]
    assert [event.tool for event in bench.of(ToolCalled)] == ["probe-look", "probe-look", "report-submit"]
    assert [event.ok for event in bench.of(ToolReturned)] == [True, True, True]


async def test_only_granted_tools_are_offered() -> None:
    """The model sees the grants and nothing else of the kernel."""
    bench = Bench([Line(calls=[submit()])])
    await bench.run()
    assert set(bench.chat.offered[0]) == {"probe-look", "probe-break", "report-submit"}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (("evidence-show", {"evidence_id": "E1"}), "not granted"),
        (("no-such", {}), "not granted"),
        (("probe-look", {"nam": "a"}), "no parameter 'nam'"),
        (("probe-look", {}), "'name' is missing"),
        (("probe-look", {"name": 3}), "must be of type string"),
        (("probe-look", {"name": "a", "times": "false"}), "must be of type integer"),
        (("probe-look", {"name": "a", "times": True}), "must be of type integer"),
        (("probe-look", {"name": "a", "run": "mine"}), "no parameter 'run'"),
        (("probe-look", "{not json"), "not JSON"),
        (("probe-look", "[1]"), "one JSON object"),
    ],
)
async def test_a_call_that_does_not_fit_is_refused_and_not_run(
    call: tuple[str, Mapping[str, Any] | str], reason: str
) -> None:
    """The model reads why, and the tool has seen nothing."""
    bench = Bench([Line(calls=[call]), Line(calls=[submit()], expects=reason)])
    await bench.run()
    assert bench.probe.seen == []
    assert reason in bench.of(ToolRefused)[0].reason


async def test_what_a_tool_raises_reaches_no_model() -> None:
    """An unexpected error ends the turn at once: the model is not asked again, and no event tells its text."""
    bench = Bench([Line(calls=[("probe-break", {})]), Line(text="never said")])
    with pytest.raises(RuntimeError):
        await bench.run()
    assert bench.turn.model_calls == 1
    assert "hunter2" not in json.dumps([event.document() for event in bench.events])


async def test_a_model_that_loops_meets_its_budget() -> None:
    """The turn ends with what was found instead of going on for ever."""
    loop = [Line(calls=[("probe-look", {"name": str(n)})]) for n in range(4)]
    bench = Bench(loop, budget=Budget(tool_calls=3))
    await bench.run()
    assert len(bench.probe.seen) == 3
    assert "called 3 tools" in bench.ended


async def test_words_without_a_report_become_a_hypothesis() -> None:
    """A model that only talks is reminded once, then its words are kept as a reading."""
    bench = Bench([Line(text="It is DNS."), Line(text="It is always DNS.")])
    await bench.run()
    assert bench.context.submission is not None
    assert bench.context.submission.claims == ()
    assert bench.context.submission.hypotheses == ("It is always DNS.",)


LOOK = Line(calls=[("probe-look", {"name": "a"})])
TRUE = {"evidence": ["E1"], "check": "rows[0].n > 400", "show": ["rows[0].n"]}


async def test_a_free_claim_is_worded_by_code() -> None:
    """The claim's text holds the check and the value from the rows, no word of the model."""
    bench = Bench([LOOK, Line(calls=[submit(TRUE)])])
    await bench.run()
    assert [offer.claim.text for offer in bench.context.offers.values()] == ["on E1: rows[0].n > 400; rows[0].n = 412"]


@pytest.mark.parametrize(
    "claim",
    [
        {"evidence": ["E1"], "check": "rows[0].n > 999"},
        {"evidence": ["E1"], "check": "rows[0].absent > 1"},
        {"evidence": ["E1"], "check": "rows[0].n"},
        {"evidence": ["E7"], "check": "true"},
        {"evidence": ["E1"], "check": "rows[0].n >"},
    ],
)
async def test_a_free_claim_that_nothing_shows_is_dropped(claim: Mapping[str, object]) -> None:
    """A check that is false, errs, or cites what was not recorded is given back once, and then makes no claim."""
    bench = Bench([LOOK, Line(calls=[submit(claim)]), Line(calls=[submit(claim)], expects="not all claims stand")])
    await bench.run()
    assert bench.context.submission is not None
    assert bench.context.submission.claims == ()
    assert len(bench.of(ClaimRejected)) == 1


async def test_a_claim_that_was_never_offered_is_refused() -> None:
    """A made-up reference does not end the turn."""
    bench = Bench([Line(calls=[submit("C9")]), Line(calls=[submit()], expects="no claim 'C9' was offered")])
    await bench.run()
    assert bench.context.submission is not None


async def test_a_script_that_is_not_played_out_fails() -> None:
    """Unused lines are an error, so that a test cannot pass by ending early."""
    bench = Bench([Line(calls=[submit()]), Line(text="more")])
    with pytest.raises(ModelError, match="not said"):
        await bench.run()


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("{not json", "neither a reference nor JSON"),
        ('{"evidence": ["E1"], "check": "rows[0].n > 400", "text": "the db is down"}', "and no other"),
        ('{"evidence": "E1", "check": "rows[0].n > 400"}', "it needs"),
        ('{"evidence": ["E1"], "check": "rows[0].n > 400", "show": "rows[0].n"}', "list of places"),
        ('{"evidence": [1], "check": "rows[0].n > 400"}', "it needs"),
    ],
)
async def test_a_claim_of_another_form_is_given_back(claim: str, reason: str) -> None:
    """With what it should be; mended, it stands."""
    bench = Bench([LOOK, Line(calls=[submit(claim)]), Line(calls=[submit(TRUE)], expects=reason)])
    await bench.run()
    assert bench.context.submission is not None
    assert bench.context.submission.claims == ("C1",)


async def test_claims_without_number_are_refused() -> None:
    """And what one message may hold is bounded."""
    many = Line(calls=[submit(*["C1"] * 30)])
    bench = Bench([many, Line(calls=[submit()], expects="30 claims were submitted")])
    await bench.run()
    assert bench.context.submission is not None


async def test_a_turn_that_takes_too_long_keeps_what_it_found() -> None:
    """The limit is on the whole turn."""

    class Slow(ScriptedChat):
        async def _inner_get_streaming_chat_message_contents(self, *args: Any, **more: Any) -> Any:
            async for batch in super()._inner_get_streaming_chat_message_contents(*args, **more):
                yield batch
            await asyncio.sleep(0.2)

    bench = Bench([LOOK], budget=Budget(seconds=0.3))
    bench.chat = Slow([LOOK, LOOK, LOOK])
    bench.turn = Turn(bench.turn.kernel, bench.chat, bench.turn.spec, bench.context)
    await bench.turn.run(ChatHistory(system_message="test"))
    assert bench.ended == "the turn took longer than its 0.3 s"
    assert len(bench.context.recorder.evidence()) == 1
