"""A turn spoken by a server of the OpenAI protocol on loopback, through the real client."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function

from orchestrator.core.events import Event, ModelAnswered, ModelFailed, ModelReplaced, ModelSaid, ToolRefused
from orchestrator.core.retrying import RetryPolicy
from orchestrator.core.runs import RunContext, Submission
from orchestrator.core.specs import AgentSpec, Budget
from orchestrator.core.usage import Meter, ModelBudget, Usage
from orchestrator.engine.kernel import build_kernel
from orchestrator.engine.turn import LAST_CALL, REMINDER, Turn
from orchestrator.engine.voice import ModelTerms
from orchestrator.models.embedded import EmbeddedChat
from orchestrator.models.openai import open_chat

SPEC = AgentSpec(
    name="tester",
    description="tests",
    instructions="be exact",
    grants=frozenset({"lookup-look", "lookup-dig", "report-submit"}),
    first={"lookup-dig": "lookup-look"},
)
SUBMIT = ("report-submit", {"claims": [], "hypotheses": ["the pool is full"], "question": ""})
QUICK = RetryPolicy(tries=3, first_wait_s=0.01, longest_wait_s=0.2, total_wait_s=0.5)


class Lookup:
    """Tools that note what they were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    @kernel_function(name="look", description="Look something up.")
    async def look(self, name: Annotated[str, "what"]) -> str:
        """Answer in JSON."""
        self.asked.append(name)
        return json.dumps({"name": name, "state": "down"})

    @kernel_function(name="dig", description="Dig deeper.")
    async def dig(self, name: Annotated[str, "what"]) -> str:
        """Answer in JSON."""
        self.asked.append(f"dig {name}")
        return "{}"


class Talk:
    """One turn over the wire, and what came of it."""

    def __init__(self, server: Any, context: RunContext, *, spec: AgentSpec = SPEC, **terms: Any) -> None:
        self.server, self.context, self.spec = server, context, spec
        self.lookup = Lookup()
        self.events: list[Event] = []
        self.said: list[Event] = []
        self.terms = ModelTerms(**{"retry": QUICK, **terms})
        self.timeout_s = 5.0

    async def run(self) -> Submission:
        """The submission that the turn ends with."""
        self.context.emit, self.context.tell = self.events.append, self.said.append
        self.context.meter = Meter(budget=self.terms.budget, usage=Usage(model="m"))
        url = f"{self.server.url}/v1"
        async with open_chat(base_url=url, model="m", api_key="k-1", timeout_s=self.timeout_s) as chat:
            history = ChatHistory(system_message=self.spec.instructions)
            history.add_user_message("what is wrong?")
            kernel = build_kernel(chat, {"lookup": self.lookup})
            await Turn(kernel, chat, self.spec, self.context, self.terms).run(history)
        assert self.context.submission is not None
        return self.context.submission

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        """What the last request said."""
        messages: list[Mapping[str, Any]] = self.server.requests[-1]["messages"]
        return messages


async def test_a_turn_over_the_wire(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """Tools are offered by schema, a streamed call is run, its result goes back, the report ends the turn."""
    model_server.answers = [wire.call(("lookup-look", {"name": "checkout"})), wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    submission = await talk.run()
    first, second = model_server.requests
    assert talk.lookup.asked == ["checkout"]
    assert {tool["function"]["name"] for tool in first["tools"]} == {"lookup-look", "lookup-dig", "report-submit"}
    assert all("run" not in tool["function"]["parameters"]["properties"] for tool in first["tools"])
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert json.loads(second["messages"][-1]["content"]) == {"name": "checkout", "state": "down"}
    assert submission == Submission(hypotheses=("the pool is full",))


async def test_parallel_calls_run_one_after_another(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """Though their pieces come mixed; each answer goes back under its own id."""
    calls = [("lookup-look", {"name": name}) for name in ("a", "b", "c")]
    model_server.answers = [wire.call(*calls), wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    await talk.run()
    assert talk.lookup.asked == ["a", "b", "c"]
    ids = [message["tool_call_id"] for message in talk.messages if message["role"] == "tool"]
    assert ids == [f"call_lookup-look_{number}" for number in range(3)]


async def test_usage_and_cost_are_counted(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """From the stream, call by call and summed."""
    model_server.answers = [
        wire.call(("lookup-look", {"name": "a"}), usage=(1000, 50)),
        wire.call(SUBMIT, usage=(2000, 30)),
    ]
    talk = Talk(model_server, run_context, budget=ModelBudget(input_price=2.5, output_price=10.0))
    await talk.run()
    answered = talk.of(ModelAnswered)
    assert [(e.input_tokens, e.output_tokens, e.finish) for e in answered] == [
        (1000, 50, "tool_calls"),
        (2000, 30, "tool_calls"),
    ]
    assert [round(e.cost, 6) for e in answered] == [0.003, 0.0053]
    assert run_context.meter is not None
    assert run_context.meter.usage.document() == {
        "model": "m",
        "calls": 2,
        "input_tokens": 3000,
        "output_tokens": 80,
        "cost": 0.0083,
        "estimated": False,
    }


async def test_a_server_that_does_not_count_is_estimated(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """A quarter of the characters, and marked."""
    model_server.answers = [wire.call(SUBMIT, usage=None)]
    talk = Talk(model_server, run_context)
    await talk.run()
    [answered] = talk.of(ModelAnswered)
    assert answered.estimated
    assert answered.input_tokens > 100
    assert answered.output_tokens == 20
    assert answered.cost is None


async def test_a_used_up_budget_ends_the_run_politely(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """The model is told that one call is left, and offered nothing but the report."""
    look = [wire.call(("lookup-look", {"name": str(n)}), usage=(300, 100)) for n in range(2)]
    model_server.answers = [*look, wire.call(SUBMIT, usage=(300, 100))]
    talk = Talk(model_server, run_context, budget=ModelBudget(tokens=1500))
    submission = await talk.run()
    assert submission.hypotheses == ("the pool is full",)
    assert submission.cut_short == ""
    assert talk.messages[-1]["content"] == LAST_CALL
    assert [tool["function"]["name"] for tool in model_server.requests[-1]["tools"]] == ["report-submit"]


async def test_a_model_that_ignores_the_last_call_is_ended(
    model_server: Any, wire: Any, run_context: RunContext
) -> None:
    """With what is there, and why; the tool that it asked for did not run."""
    look = [wire.call(("lookup-look", {"name": str(n)}), usage=(600, 100)) for n in range(3)]
    model_server.answers = look
    talk = Talk(model_server, run_context, budget=ModelBudget(cost=0.002, input_price=1.0, output_price=1.0))
    submission = await talk.run()
    assert talk.lookup.asked == ["0"]
    assert "budget for this run is used up" in submission.cut_short
    assert len(model_server.requests) == 2


async def test_a_busy_service_is_asked_again_as_it_says(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """After the wait that it asks for; each failure is an event."""
    busy = wire.Failed(status=429, headers={"retry-after-ms": "150"})
    model_server.answers = [busy, wire.Failed(status=503), wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    submission = await talk.run()
    assert submission.cut_short == ""
    assert [(e.fault, e.retry_in_s) for e in talk.of(ModelFailed)] == [("throttled", 0.15), ("unavailable", 0.02)]


ENDINGS = [
    ("429 for too long", {"status": 429, "headers": {"retry-after": "900"}}, "busy", 1),
    ("503 again and again", {"status": 503}, "has a fault (503)", 3),
    ("401", {"status": 401}, "did not accept the key", 1),
    ("content filter", {"status": 400, "body": {"error": {"code": "content_filter"}}}, "content filter", 1),
    ("too long", {"status": 400, "body": {"error": {"code": "context_length_exceeded"}}}, "longer than the model", 1),
]


@pytest.mark.parametrize(("failure", "words", "asked"), [case[1:] for case in ENDINGS], ids=[c[0] for c in ENDINGS])
async def test_a_service_that_fails_for_good_ends_the_turn(
    model_server: Any, wire: Any, run_context: RunContext, *, failure: dict[str, Any], words: str, asked: int
) -> None:
    """With what its tools found and why it ended; nothing is waited for longer than the policy says."""
    look = wire.call(("lookup-look", {"name": "a"}))
    model_server.answers = [look, *[wire.Failed(**failure)] * 5]
    talk = Talk(model_server, run_context)
    submission = await talk.run()
    assert words in submission.cut_short
    assert len(model_server.requests) == 1 + asked


async def test_a_stand_in_goes_on_from_what_was_found(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """The embedded planner ends the turn; the report will say so."""
    model_server.answers = [wire.call(("lookup-look", {"name": "a"})), wire.Failed(status=401)]
    talk = Talk(model_server, run_context, stand_in=EmbeddedChat())
    submission = await talk.run()
    assert submission == Submission()
    [replaced] = talk.of(ModelReplaced)
    assert (replaced.model, replaced.by) == ("m", "embedded-planner-1")
    assert "did not accept the key" in run_context.notes[0]
    assert [e.input_tokens for e in talk.of(ModelAnswered)] == [100, None]


@pytest.mark.parametrize("broken", ["reset", "slow", "empty", "unreadable"])
async def test_an_answer_that_breaks_off_is_asked_again(
    model_server: Any, wire: Any, run_context: RunContext, broken: str
) -> None:
    """What came of the broken one counts for nothing."""
    first = {
        "reset": wire.call(("lookup-look", {"name": "never"}), broken=True),
        "slow": wire.say(*["."] * 40, pause_s=0.05),
        "empty": wire.Streamed(usage=None),
        "unreadable": wire.Streamed(raw=["{"]),
    }[broken]
    model_server.answers = [first, wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    talk.timeout_s = 0.5
    submission = await talk.run()
    assert submission.cut_short == ""
    assert talk.lookup.asked == []
    assert len(talk.of(ModelFailed)) == 1


async def test_a_filtered_answer_ends_the_turn(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """A filter that stops the stream in the middle: no call of it runs."""
    model_server.answers = [wire.say("I will", finish="content_filter")]
    talk = Talk(model_server, run_context)
    assert "content filter stopped" in (await talk.run()).cut_short


async def test_malformed_arguments_are_told_then_ended(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """Three times; servers are never sent the broken text back."""
    model_server.answers = [wire.call(("lookup-look", '{"name": "a')) for _ in range(3)]
    talk = Talk(model_server, run_context)
    submission = await talk.run()
    assert "no JSON object 3 times" in submission.cut_short
    assert talk.lookup.asked == []
    assert [call["function"]["arguments"] for m in talk.messages for call in m.get("tool_calls", [])] == ["{}", "{}"]


async def test_huge_arguments_are_refused(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """And not sent back."""
    model_server.answers = [wire.call(("lookup-look", {"name": "x" * 200_000})), wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    await talk.run()
    assert talk.lookup.asked == []
    assert "the limit is 100,000" in talk.of(ToolRefused)[0].reason
    assert len(json.dumps(talk.messages)) < 5000


async def test_a_model_that_loops_is_told_then_ended(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """The same call runs twice and no more."""
    model_server.answers = [wire.call(("lookup-look", {"name": "a"})) for _ in range(9)]
    talk = Talk(model_server, run_context)
    submission = await talk.run()
    assert talk.lookup.asked == ["a", "a"]
    assert "same call 5 times" in submission.cut_short
    assert len(model_server.requests) == 5


async def test_unknown_tools_are_refused_then_ended(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """Six in a row."""
    model_server.answers = [wire.call((f"shell-run{n}", {"command": "rm"})) for n in range(9)]
    talk = Talk(model_server, run_context)
    assert "6 calls of the model in a row were refused" in (await talk.run()).cut_short


async def test_a_tool_out_of_order_is_refused_with_the_reason(
    model_server: Any, wire: Any, run_context: RunContext
) -> None:
    """Until the one that comes first has answered."""
    dig, look = ("lookup-dig", {"name": "d"}), ("lookup-look", {"name": "a"})
    model_server.answers = [wire.call(dig), wire.call(look, dig), wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    await talk.run()
    assert talk.lookup.asked == ["a", "dig d"]
    assert "call lookup-look first" in talk.of(ToolRefused)[0].reason


@pytest.mark.parametrize(
    ("texts", "finish", "why"),
    [
        (["It is DNS."], "stop", "it only spoke"),
        ([""], "stop", "its answers were empty"),
        (["It is a long"], "length", "cut at the length limit"),
    ],
)
async def test_a_model_that_never_submits_is_reminded_then_ended(
    model_server: Any, wire: Any, run_context: RunContext, *, texts: list[str], finish: str, why: str
) -> None:
    """Its words are kept as a hypothesis."""
    model_server.answers = [wire.say(*texts, finish=finish) for _ in range(2)]
    talk = Talk(model_server, run_context)
    submission = await talk.run()
    assert why in submission.cut_short
    assert submission.hypotheses == tuple(text for text in texts if text)
    assert (talk.messages[-1]["content"] == REMINDER) is (finish == "stop")


async def test_calls_without_end_meet_their_limit(model_server: Any, wire: Any, run_context: RunContext) -> None:
    """The last call is announced; then the turn ends."""
    spec = AgentSpec(name="t", description="t", instructions="t", grants=SPEC.grants, budget=Budget(model_calls=3))
    model_server.answers = [wire.call(("lookup-look", {"name": str(n)})) for n in range(9)]
    talk = Talk(model_server, run_context, spec=spec)
    submission = await talk.run()
    assert "3 times, its limit" in submission.cut_short
    assert talk.lookup.asked == ["0", "1"]


async def test_words_stream_in_whole_lines_without_secrets(
    model_server: Any, wire: Any, run_context: RunContext
) -> None:
    """A secret that is split over two pieces is never told, and nothing of it is stored."""
    pieces = ["The key is pass", "word=hunt", "er2-and-more\nand\x1b[31m th", "e pool is full"]
    model_server.answers = [wire.say(*pieces), wire.call(SUBMIT)]
    talk = Talk(model_server, run_context)
    await talk.run()
    told = [event.text for event in talk.said if isinstance(event, ModelSaid)]
    assert told == ["The key is password=[redacted key]\n", "and [31m the pool is full"]
    assert not talk.of(ModelSaid)
