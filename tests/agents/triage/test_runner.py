"""Running a guide: each rule of the format by an example."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agents.triage.outcome import StepQuestion
from agents.triage.runner import StepEnd, StepStart, evidence_keys
from agents.triage.scheduler import StepStatus
from orchestrator.core.claims import Claim
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType, Table, TableStatus
from playbooks.guide import (
    Ask,
    DeclaredTable,
    DefaultSource,
    Impact,
    MessageTimeSource,
    Parameter,
    ParameterType,
    SubGuide,
    TimeEdge,
)

ONE: list[dict[str, object]] = [{"x": 1}]
EMPTY = Table((Column("x", ColumnType.LONG),), ())


def states(played: Any) -> Mapping[str, str]:
    """Status by step."""
    return {step.id: step.status.value for step in played.outcome.steps}


def kinds(played: Any) -> Mapping[str, str | None]:
    """Kind by step."""
    return {step.id: step.kind.value if step.kind else None for step in played.outcome.steps}


def test_first_branch_that_holds(kit: Any):
    """Of two branches that hold, only the first is taken."""
    made = kit.guide(
        kit.step(
            "a", kit.branch("finding", "size(rows) > 0", next=("b",)), kit.branch("ruled_out", "true", next=("c",))
        ),
        kit.step("b"),
        kit.step("c"),
    )
    played = kit.play(made, {"a": kit.table(ONE), "b": EMPTY, "c": EMPTY})
    assert states(played) == {"a": "done", "b": "done", "c": "skipped"}
    assert played.outcome.step("c").text == "skipped: a took another branch"


def test_error_takes_unknown_branch(kit: Any):
    """A `when` that errors takes the `unknown` branch and never `otherwise`."""
    made = kit.guide(
        kit.step(
            "a",
            kit.branch("finding", "row.missing > 1"),
            kit.branch("ruled_out", None, next=("b",)),
            kit.branch("unknown", "false", text="cannot tell for {p_service}", next=("c",)),
        ),
        kit.step("b"),
        kit.step("c"),
    )
    played = kit.play(made, {"a": kit.table(ONE), "c": EMPTY})
    assert states(played) == {"a": "done", "b": "skipped", "c": "done"}
    assert played.outcome.step("a").text == "cannot tell for checkout"
    assert "missing" in (played.outcome.step("a").reason or "")
    assert played.outcome.step("a").check is None


def test_error_without_unknown_branch(kit: Any):
    """Without an `unknown` branch the step is unknown with the reason, and takes no edge."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", "row.x > 1"), kit.branch("healthy", None, next=("b",))), kit.step("b")
    )
    played = kit.play(made, {"a": EMPTY})
    assert (states(played), kinds(played)["a"]) == ({"a": "done", "b": "skipped"}, "unknown")
    assert played.outcome.verdict.status.value == "inconclusive"


def test_out_error_reaches_what_needs_it(kit: Any):
    """An `out` that errors makes the `when` that reads it an error, and names the cause."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", "out.top > 1"), kit.branch("ruled_out", None), out={"top": "row.x"})
    )
    step = kit.play(made, {"a": EMPTY}).outcome.step("a")
    assert step.kind.value == "unknown"
    assert "out 'top'" in step.reason


def test_out_error_spares_the_empty_branch(kit: Any):
    """A branch for no rows decides although an `out` has no value without rows."""
    made = kit.guide(kit.step("a", kit.branch("ruled_out", "size(rows) == 0", text="no change"), out={"top": "row.x"}))
    assert kit.play(made, {"a": EMPTY}).outcome.ruled_out[0].text == "no change"


def test_text_error_is_unknown(kit: Any):
    """A branch whose text has no value cannot speak: the step is unknown."""
    made = kit.guide(kit.step("a", kit.branch("finding", "true", text="{row.x}")))
    assert kinds(kit.play(made, {"a": EMPTY})) == {"a": "unknown"}


def test_no_branch_holds(kit: Any):
    """Where no branch holds and none is `otherwise`, the step is unknown and says so."""
    step = kit.play(kit.guide(kit.step("a", kit.branch("finding", "false"))), {"a": EMPTY}).outcome.step("a")
    assert (step.kind.value, step.reason) == ("unknown", "no branch holds")


def test_failed_step_takes_no_edge(kit: Any):
    """A failed query fails its step; without `unknown` branch what follows is skipped, and the rest runs on."""
    made = kit.guide(
        kit.step("a", kit.branch("ruled_out", "true", next=("c",))),
        kit.step("b", kit.branch("finding", "true", text="found")),
        kit.step("c"),
        start=("a", "b"),
    )
    played = kit.play(made, {"a": "no table Tq; nearest: T", "b": EMPTY})
    assert states(played) == {"a": "failed", "b": "done", "c": "skipped"}
    assert played.outcome.step("a").text == "could not be asked: no table Tq; nearest: T"
    assert played.outcome.step("c").text == "skipped: a failed"


def test_failed_step_with_unknown_next(kit: Any):
    """A failed step takes the edges of its `unknown` branch, and its status tells the next."""
    made = kit.guide(
        kit.step("a", kit.branch("ruled_out", "true"), kit.branch("unknown", None, text="none", next=("b",))),
        kit.step("b", kit.branch("finding", "steps.a.status == 'failed'", text="blind"), kql=None),
    )
    played = kit.play(made, {"a": "refused"})
    assert (states(played), kinds(played)["b"]) == ({"a": "failed", "b": "done"}, "finding")


def test_failed_step_says_why(kit: Any):
    """A failed query does not speak with the sentence that its author wrote for no rows."""
    made = kit.guide(kit.step("a", kit.branch("unknown", None, text="no telemetry for {p_service}", out={"m": "2"})))
    outcome = kit.play(made, {"a": "refused"}).outcome
    assert [(item.text, item.template) for item in outcome.unknown] == [("could not be asked: refused", None)]
    assert outcome.step("a").out == {}


def test_rows_of_a_step_that_did_not_run(kit: Any):
    """The rows of a failed step are not zero rows: a `when` over them errors."""
    made = kit.guide(
        kit.step("a", kit.branch("unknown", None, text="none", next=("b",))),
        kit.step("b", kit.branch("ruled_out", "size(steps.a.rows) == 0"), kql=None),
    )
    assert kinds(kit.play(made, {"a": "refused"}))["b"] == "unknown"


def test_timeout_fails_the_step(kit: Any):
    """A query past its step's limit fails that step; others run on to their end."""
    made = kit.guide(kit.step("slow", timeout_s=5.0), kit.step("b"), start=("slow", "b"))
    played = kit.play(made, {"slow": EMPTY, "b": EMPTY}, delays_s={"slow": 60.0, "b": 20.0})
    assert states(played) == {"slow": "failed", "b": "done"}
    assert played.outcome.step("slow").reason == "no answer within its limit of 5 s"
    assert played.elapsed_s == pytest.approx(20.0)


def test_join_waits_for_all(kit: Any):
    """A join runs once, after all that name it are decided, when one took the edge."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", None, next=("j",))),
        kit.step("b", kit.branch("ruled_out", "true"), kit.branch("finding", None, next=("j",))),
        kit.step("j", kit.branch("finding", "steps.a.status == 'done' && steps.b.status == 'done'")),
        start=("a", "b"),
    )
    played = kit.play(made, {"a": EMPTY, "b": EMPTY, "j": EMPTY}, delays_s={"a": 1.0, "b": 9.0, "j": 1.0})
    assert (kinds(played)["j"], played.elapsed_s) == ("finding", pytest.approx(10.0))


def test_skips_propagate(kit: Any):
    """What only a skipped step leads to is skipped too, and says so."""
    made = kit.guide(
        kit.step("a", kit.branch("ruled_out", "true"), kit.branch("finding", None, next=("b",))),
        kit.step("b", kit.branch("ruled_out", None, next=("c",))),
        kit.step("c"),
    )
    played = kit.play(made, {"a": EMPTY})
    assert [step.text for step in played.outcome.steps[1:]] == [
        "skipped: a took another branch",
        "skipped: b was skipped",
    ]
    ends = [item.step for item in played.progress if isinstance(item, StepEnd) and item.status is StepStatus.SKIPPED]
    assert ends == ["b", "c"]


def test_runs_on_after_a_conclusion(kit: Any):
    """A conclusion stops nothing: every reached step runs to its end, and all conclusions are reported."""
    made = kit.guide(
        kit.step("a", kit.branch("conclude", None, text="one", confidence="medium", cause="one")),
        kit.step("b", kit.branch("finding", None, text="seen", next=("c",))),
        kit.step("c", kit.branch("conclude", None, text="two", confidence="medium", cause="two")),
        kit.step("d", kit.branch("conclude", None, text="three", confidence="high", cause="three")),
        start=("a", "b", "d"),
    )
    played = kit.play(made, dict.fromkeys("abcd", EMPTY), delays_s={"c": 9.0, "d": 4.0})
    assert [item.cause for item in played.outcome.conclusions] == ["three", "two", "one"]
    assert played.outcome.verdict.cause == "three"


def test_progress(kit: Any):
    """Each reached step is announced when it begins and when it ends."""
    played = kit.play(kit.guide(kit.step("a", kit.branch("finding", None))), {"a": EMPTY}, delays_s={"a": 2.0})
    start, end = played.progress
    assert start == StepStart("a", "Title of a")
    assert isinstance(end, StepEnd)
    assert (end.status, end.evidence, end.elapsed_s) == (StepStatus.DONE, "E-a", 2.0)


def test_out_reaches_later_kql(kit: Any):
    """An earlier step's value is a typed parameter of a later query; a list is dynamic."""
    made = kit.guide(
        kit.step(
            "a", kit.branch("finding", None, next=("b",), out={"worst": "row.x"}), out={"all": "rows.map(r, r.x)"}
        ),
        kit.step("b", kql="T | where x in (a_all) and x == a_worst // not a_other"),
    )
    played = kit.play(made, {"a": kit.table([{"x": 1}, {"x": 2}]), "b": EMPTY})
    asked = next(item for item in played.port.asked if item.key == "b")
    assert asked.parameters[1:] == (
        QueryParameter("a_all", ColumnType.DYNAMIC, [1, 2]),
        QueryParameter("a_worst", ColumnType.LONG, 1),
    )


def test_missing_out_fails_the_later_query(kit: Any):
    """A query over a value that its step did not give fails that step, with the names."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", None, next=("b",)), out={"top": "row.x"}),
        kit.step("b", kql="T | where x == a_top"),
    )
    played = kit.play(made, {"a": EMPTY, "b": EMPTY})
    assert played.outcome.step("b").reason == "the query needs 'a_top', but step 'a' gave no 'top'"
    assert "b" not in [item.key for item in played.port.asked]


def test_null_out_fails_the_later_query(kit: Any):
    """A null is never compared with: the step that needs it fails."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", None, next=("b",)), out={"top": "row.x"}),
        kit.step("b", kql="T | where x == a_top"),
    )
    rows = Table((Column("x", ColumnType.LONG),), ((None,),))
    assert kit.play(made, {"a": rows}).outcome.step("b").status is StepStatus.FAILED


def test_partial_table(kit: Any):
    """A partial result makes its step partial with the reason, and health impossible."""
    rows = Table((Column("x", ColumnType.LONG),), ((1,),), TableStatus.PARTIAL, "row limit")
    played = kit.play(kit.guide(kit.step("a", kit.branch("healthy", None, text="fine"))), {"a": rows})
    assert (states(played), played.outcome.step("a").reason) == ({"a": "partial"}, "row limit")
    assert played.outcome.verdict.status.value == "inconclusive"


def test_too_many_rows(kit: Any):
    """Of more than 1,000 rows the first 1,000 are used, and the step is partial."""
    rows = kit.table([{"x": n} for n in range(1_200)])
    played = kit.play(kit.guide(kit.step("a", kit.branch("finding", None, text="{size(rows)}"))), {"a": rows})
    step = played.outcome.step("a")
    assert (step.status, step.text) == (StepStatus.PARTIAL, "1000")
    assert step.reason == "only the first 1,000 of 1,200 rows are used"


def test_optional_table(kit: Any):
    """A missing optional table is asked as an empty one, and the step says so."""
    tables = {
        "Extra": DeclaredTable(name="Extra", columns={"n": ColumnType.LONG, "my col": ColumnType.STRING}, optional=True)
    }
    made = kit.guide(kit.step("a", kit.branch("ruled_out", "size(rows) == 0"), kql="Extra\n| take 1"), tables=tables)
    played = kit.play(made, {"a": EMPTY})
    assert played.port.asked[0].kql == "let Extra = datatable(n:long, ['my col']:string)[]; Extra\n| take 1"
    assert played.outcome.step("a").reason == "there is no table Extra, which is optional: read as empty"


def test_ask_waits(kit: Any):
    """A step that asks holds what follows, and the rest runs."""
    ask = Ask(question="Was {p_service} changed?", type=ParameterType(ColumnType.BOOL))
    made = kit.guide(
        kit.step("q", kit.branch("finding", "row.answer", next=("z",)), kql=None, ask=ask),
        kit.step("z"),
        kit.step("a", kit.branch("finding", None)),
        start=("q", "a"),
    )
    played = kit.play(made, {"a": EMPTY})
    assert played.outcome.questions == (StepQuestion(step="q", type=ask.type, text="Was checkout changed?"),)
    assert states(played) == {"q": "skipped", "z": "skipped", "a": "done"}
    assert played.outcome.step("z").text == "waits for an answer to q"


def test_ask_answered(kit: Any):
    """An answer is read as the asked type, recorded as evidence, and decides."""
    ask = Ask(question="Changed?", type=ParameterType(ColumnType.BOOL))
    made = kit.guide(kit.step("q", kit.branch("finding", "row.answer", text="a change"), kql=None, ask=ask))
    played = kit.play(made, answers={"q": "yes"})
    assert played.port.notes["q"].rows == ((True,),)
    assert played.outcome.findings[0].evidence == ("E-q",)


def test_answer_of_the_wrong_type(kit: Any):
    """An answer that does not fit is asked for again, with what is wrong."""
    ask = Ask(question="How many?", type=ParameterType(ColumnType.LONG))
    made = kit.guide(kit.step("q", kql=None, ask=ask))
    assert kit.play(made, answers={"q": "lots"}).outcome.questions[0].problem == "'lots' is not a whole number"


def test_sub_guide(kit: Any):
    """Another guide runs as a step: one row per step, with its verdict, under keys of its own."""
    inner = kit.guide(
        kit.step("look", kit.branch("conclude", None, text="{p_target} is down", cause="db_down", object="{p_target}")),
        id="inner",
        parameters=(Parameter(name="p_target", type=ParameterType(ColumnType.STRING), sources=()),),
    )
    outer = kit.guide(
        kit.step(
            "sub",
            kit.branch("conclude", "row.cause == 'db_down'", text="{row.text}", cause="{x}", object="{row.object}"),
            kql=None,
            run=SubGuide(guide="inner", arguments={"p_target": "{p_service}-db"}),
        )
    )
    played = kit.play(outer, {"sub/look": EMPTY}, guides={"inner": inner})
    assert played.outcome.conclusions[0].object == "checkout-db"
    assert played.port.notes["sub"].records()[0]["step"] == "look"
    assert evidence_keys(outer, {"inner": inner}) == (
        "sub/look", "sub/coverage", "sub/services", "sub", "coverage", "services",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("refused", "inner step 'look' is failed (refused)"),
        (Table(EMPTY.columns, (), TableStatus.PARTIAL, "cut"), "inner step 'look' is partial (cut)"),
        (Table(EMPTY.columns, ((7,),)), "inner step 'look' is unknown (cannot tell 7)"),
    ],
)
def test_sub_guide_that_does_not_tell_all(kit: Any, answer: Table | str, reason: str):
    """A step of another guide that is failed, partial or unknown makes the step that ran it partial: not healthy."""
    inner = kit.guide(
        kit.step("look", kit.branch("unknown", "size(rows) > 0", text="cannot tell {row.x}"), kit.branch("healthy")),
        id="inner",
        coverage=None,
    )
    outer = kit.guide(kit.step("sub", kit.branch("healthy", None), kql=None, run=SubGuide(guide="inner")))
    outcome = kit.play(outer, {"sub/look": answer}, guides={"inner": inner}).outcome
    step = outcome.step("sub")
    assert (step.status.value, step.reason, outcome.verdict.status.value) == ("partial", reason, "inconclusive")
    assert [item.step for item in outcome.unknown] == ([] if "partial" in reason else ["sub/look"])


def test_sub_guide_without_data(kit: Any):
    """A guide that runs as a step and has no data does not let the outer one be healthy."""
    service = Parameter(name="p_service", type=ParameterType(ColumnType.STRING), sources=())
    inner = kit.guide(kit.step("look"), id="inner", parameters=(service,))
    outer = kit.guide(kit.step("sub", kit.branch("healthy", None), kql=None, run=SubGuide(guide="inner")))
    outcome = kit.play(
        outer,
        {"sub/look": EMPTY, "sub/coverage": Table((), ()), "sub/services": Table((), ())},
        guides={"inner": inner},
    ).outcome
    assert "guide 'inner' had no data: AppRequests has no rows of checkout" in (outcome.step("sub").reason or "")
    assert outcome.verdict.status.value == "inconclusive"


def test_sub_guide_defaults(kit: Any):
    """An argument that is not given is a literal default; one without is named."""
    kind = ParameterType(ColumnType.LONG)
    number = Parameter(name="p_n", type=kind, sources=(DefaultSource(7),))
    needed = Parameter(name="p_m", type=kind, sources=())
    outer = kit.guide(kit.step("sub", kql=None, run=SubGuide(guide="inner")))
    inner = kit.guide(kit.step("look"), id="inner", parameters=(number,))
    played = kit.play(outer, {"sub/look": EMPTY}, guides={"inner": inner})
    asked = next(item for item in played.port.asked if item.key == "sub/look")
    assert asked.parameters == (QueryParameter("p_n", ColumnType.LONG, 7),)
    inner = kit.guide(kit.step("look"), id="inner", parameters=(needed,))
    assert kit.play(outer, guides={"inner": inner}).outcome.step("sub").reason == (
        "guide 'inner' needs 'p_m': give it in `arguments`"
    )


def test_sub_guide_times(kit: Any):
    """A sub-guide's times are the window's edges, or hang on those that it has already."""
    kind = ParameterType(ColumnType.DATETIME)
    sources: dict[str, Any] = {
        "p_to": MessageTimeSource(TimeEdge.END),
        "p_from": DefaultSource("p_to-2h"),
        "p_late": DefaultSource("now+5m"),
    }
    times = tuple(Parameter(name=name, type=kind, sources=(source,)) for name, source in sources.items())
    inner = kit.guide(kit.step("look"), id="inner", parameters=times)
    played = kit.play(kit.guide(kit.step("sub", kql=None, run=SubGuide(guide="inner"))), guides={"inner": inner})
    asked = next(item for item in played.port.asked if item.key == "sub/look")
    end = kit.window.end
    assert [item.value for item in asked.parameters] == [end, end - timedelta(hours=2), end + timedelta(minutes=5)]


def test_sub_guide_arguments(kit: Any):
    """An argument that the guide does not take, or of another type, fails the step and says what fits."""
    number = Parameter(name="p_n", type=ParameterType(ColumnType.LONG), sources=())
    inner = kit.guide(kit.step("look"), id="inner", parameters=(number,))
    for arguments, expected in (
        ({"p_x": 1}, "guide 'inner' takes no argument 'p_x'; its parameters are p_n"),
        ({"p_n": "lots"}, "parameter 'p_n' of guide 'inner': 'lots' is not a whole number"),
    ):
        made = kit.guide(kit.step("sub", kql=None, run=SubGuide(guide="inner", arguments=arguments)))
        assert kit.play(made, guides={"inner": inner}).outcome.step("sub").reason == expected


def test_sub_guide_cycle_and_depth(kit: Any):
    """Guides that run each other in a circle, or more than three deep, fail the step that would."""
    first = kit.guide(kit.step("s", kql=None, run=SubGuide(guide="b")), id="g")
    loop = {
        "b": kit.guide(kit.step("s", kit.branch("finding", None), kql=None, run=SubGuide(guide="g")), id="b"),
        "g": first,
    }
    rows = kit.play(first, guides=loop).port.notes["s"].records()
    assert (rows[0]["status"], "circle: g -> b -> g" in str(rows[0]["text"])) == ("failed", True)
    chain = {n: kit.guide(kit.step("s", kql=None, run=SubGuide(guide=chr(ord(n) + 1))), id=n) for n in "bcd"}
    deep = kit.play(first, guides={**chain, "e": kit.guide(kit.step("s"), id="e")})
    assert "at most 3 deep: g -> b -> c -> d" in str(deep.port.notes["s/s"].records()[0]["text"])


def test_unknown_sub_guide(kit: Any):
    """A guide that is not there fails the step with the known ones."""
    made = kit.guide(kit.step("s", kql=None, run=SubGuide(guide="nope")))
    assert kit.play(made, guides={"x": made}).outcome.step("s").reason == "there is no guide 'nope'; known are x"


def test_questions_of_a_sub_guide(kit: Any):
    """A question inside a guide that another runs comes up with its way, and its answer goes down."""
    ask = Ask(question="Changed?", type=ParameterType(ColumnType.BOOL))
    inner = kit.guide(kit.step("q", kit.branch("finding", "row.answer"), kql=None, ask=ask), id="inner")
    outer = kit.guide(kit.step("sub", kql=None, run=SubGuide(guide="inner")))
    assert [item.step for item in kit.play(outer, guides={"inner": inner}).outcome.questions] == ["sub/q"]
    answered = kit.play(outer, guides={"inner": inner}, answers={"sub/q": True})
    assert answered.outcome.needs_input is False


def test_otherwise_is_checkable(kit: Any):
    """The check of `otherwise` says that no earlier `when` held."""
    made = kit.guide(
        kit.step(
            "a", kit.branch("finding", "row.x > 5"), kit.branch("finding", "row.x < 0"), kit.branch("healthy", None)
        )
    )
    assert kit.play(made, {"a": kit.table(ONE)}).outcome.step("a").check == "!(row.x > 5) && !(row.x < 0)"


def test_statements_build_claims(kit: Any):
    """Every statement's check holds again from its evidence alone, steps it names included."""
    made = kit.guide(
        kit.step(
            "a",
            kit.branch("finding", "out.n > 0", text="{out.n} of {out.m}", next=("b",), out={"m": "out.n + 1"}),
            out={"n": "row.x"},
        ),
        kit.step("b", kit.branch("conclude", "steps.a.out.m == 2", text="a gave {steps.a.out.m}"), kql=None),
    )
    tables = {"a": kit.table(ONE)}
    outcome = kit.play(made, tables).outcome
    statements = (*outcome.findings, outcome.conclusions[0].statement)
    claims = [
        Claim(template=s.template, check=s.check, evidence=s.evidence, frame=s.frame, tables={"E-a": tables["a"]})
        for s in statements
    ]
    assert [(claim.text, claim.evidence) for claim in claims] == [("1 of 2", ("E-a",)), ("a gave 2", ("E-a",))]


def test_claims_reach_through_out(kit: Any):
    """A value that a named step took from another step brings that one's evidence along."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", None, next=("b",))),
        kit.step("b", kit.branch("finding", None, next=("c",)), kql=None, out={"n": "steps.a.rows[0].x"}),
        kit.step("c", kit.branch("finding", "steps.b.out.n == 1", text="n is {steps['b'].out.n}"), kql=None),
    )
    statement = kit.play(made, {"a": kit.table(ONE)}).outcome.findings[2]
    assert ([step.step for step in statement.frame.steps], statement.evidence) == (["a", "b", "c"], ("E-a",))


def test_failed_evidence_is_not_cited(kit: Any):
    """A decision over a failed step rests on what did answer."""
    made = kit.guide(
        kit.step("a", kit.branch("unknown", None, next=("c",))),
        kit.step("b", kit.branch("finding", None, next=("c",))),
        kit.step("c", kit.branch("finding", "steps.a.status == 'failed' && size(steps.b.rows) == 1"), kql=None),
        start=("a", "b"),
    )
    outcome = kit.play(made, {"a": "refused", "b": kit.table(ONE)}).outcome
    assert outcome.findings[1].evidence == ("E-b",)
    assert outcome.unknown[0].evidence == ("E-a",)


def test_failed_step_gives_no_out(kit: Any):
    """An `out` of a step that failed does not exist, not even a constant one."""
    made = kit.guide(kit.step("a", kit.branch("unknown", None, out={"m": "2"}), out={"n": "1"}))
    assert kit.play(made, {"a": "refused"}).outcome.step("a").out == {}


def test_decision_cites_its_parents(kit: Any):
    """A decision that names no step rests on the evidence of its direct parents."""
    made = kit.guide(
        kit.step("a", kit.branch("finding", None, next=("c",))),
        kit.step("b", kit.branch("finding", None, next=("c",))),
        kit.step("c", kit.branch("finding", None, next=("d",)), kql=None),
        kit.step("d", kit.branch("conclude", None), kql=None),
        start=("a", "b"),
    )
    outcome = kit.play(made, {"a": EMPTY, "b": EMPTY}).outcome
    assert outcome.conclusions[0].statement.evidence == ("E-a", "E-b")


def test_mitigations(kit: Any):
    """A mitigation's arguments keep their type; one without a value says why it cannot be proposed."""
    good = {
        "action": "restart",
        "arguments": {"n": "{row.x}"},
        "by_hand": "kubectl {p_service}",
        "blast_radius": "row.x * 2",
    }
    bad = {"action": "scale", "arguments": {"n": "{row.nope}"}}
    made = kit.guide(kit.step("a", kit.branch("conclude", None, mitigations=(good, bad))))
    first, second = kit.play(made, {"a": kit.table(ONE)}).outcome.conclusions[0].mitigations
    assert (first.arguments, first.by_hand, first.blast_radius) == ({"n": 1}, "kubectl checkout", 2)
    assert (first.problem, "nope" in (second.problem or "")) == (None, True)


def test_impact(kit: Any):
    """Impact is read from its step's rows; what they do not tell is None."""
    at = datetime(2026, 3, 1, 10, 20, tzinfo=UTC)
    impact = Impact(step="a", started_at="row.at", ongoing="row.x > 0", affected="row.x", share="row.nope")
    made = kit.guide(kit.step("a"), impact=impact)
    facts = kit.play(made, {"a": kit.table([{"x": 3, "at": at}])}).outcome.impact
    assert (facts.started_at, facts.ongoing, facts.affected, facts.share) == (at, True, 3, None)
    assert facts.evidence == ("E-a",)
