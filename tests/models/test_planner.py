"""The embedded planner's decisions."""

import json

import pytest

from orchestrator.models.planner import Calls, End, Message, ToolResult, plan

TRIAGE = ["guides-search", "guides-run", "search-passages", "evidence-show", "report-submit"]
OTHER = ["search-passages", "report-submit"]


def asked(text: str, *results: tuple[str, dict[str, object]]) -> list[Message]:
    """A history: the system's words, the user's, and what tools answered since."""
    tools = [Message(role="tool", results=(ToolResult(name, json.dumps(value)),)) for name, value in results]
    return [Message(role="system", text="you are"), Message(role="user", text=text), *tools]


def call(history: list[Message], tools: list[str] = TRIAGE) -> tuple[str, dict[str, object]]:
    """The one call that the planner wants."""
    decision = plan(history, tools)
    assert isinstance(decision, Calls)
    (only,) = decision.calls
    return only.name, dict(only.arguments)


FOUND = ("guides-search", {"candidates": [{"guide": "a"}, {"guide": "b"}]})


def ran(status: str, *refs: str) -> tuple[str, dict[str, object]]:
    """What a guide's run answers."""
    return "guides-run", {"verdict": {"status": status}, "claims": [{"ref": ref} for ref in refs]}


def test_an_incident_is_three_calls() -> None:
    """Search, run the best guide, submit what it showed."""
    text = "checkout returns 502"
    assert call(asked(text)) == ("guides-search", {"question": text})
    assert call(asked(text, FOUND))[1]["guide_id"] == "a"
    assert call(asked(text, FOUND, ran("cause_found", "C1", "C2"))) == (
        "report-submit",
        {"claims": ["C1", "C2"], "hypotheses": [], "question": ""},
    )
    assert plan(asked(text, FOUND, ran("cause_found"), ("report-submit", {})), TRIAGE) == End()


@pytest.mark.parametrize("status", ["inconclusive", "healthy", "no_data"])
def test_an_unsettled_guide_gives_way_to_the_next(status: str) -> None:
    """The second candidate runs, and all claims are submitted."""
    assert call(asked("x", FOUND, ran(status, "C1")))[1]["guide_id"] == "b"
    assert call(asked("x", FOUND, ran(status, "C1"), ran("inconclusive", "C2")))[1]["claims"] == ["C1", "C2"]


def test_another_guide_cannot_help_without_answers() -> None:
    """The turn ends with the question."""
    assert call(asked("x", FOUND, ran("needs_input")))[0] == "report-submit"


def test_nothing_covered_ends_the_turn() -> None:
    """Without candidates nothing is run."""
    assert call(asked("x", ("guides-search", {"candidates": []})))[0] == "report-submit"


@pytest.mark.parametrize("text", ["show me E2", "E2", "please open evidence E2 again"])
def test_evidence_is_shown_again(text: str) -> None:
    """A follow-up that names evidence shows it, then ends."""
    assert call(asked(text)) == ("evidence-show", {"evidence_id": "E2"})
    assert call(asked(text, ("evidence-show", {"found": True})))[0] == "report-submit"


def test_a_question_about_a_policy_goes_to_search() -> None:
    """A document question runs no guide."""
    assert call(asked("what is our failover policy?")) == (
        "search-passages",
        {"question": "what is our failover policy?"},
    )


def test_a_long_report_that_names_an_sla_is_an_incident() -> None:
    """Only a short question is taken for one about documents."""
    assert call(asked("Availability dropped below the SLA. " * 20))[0] == "guides-search"


@pytest.mark.parametrize("text", ["policy fails since 10:20", "what is wrong with policy-api?", "manual is failing"])
def test_a_service_that_is_named_like_a_document_is_an_incident(text: str) -> None:
    """Only a question about a document is one."""
    assert call(asked(text))[0] == "guides-search"


def test_a_guide_can_be_named() -> None:
    """`run guide` skips the search."""
    assert call(asked("run guide memory_oom for cart"))[1]["guide_id"] == "memory_oom"


def test_a_specialist_without_guides_searches_passages() -> None:
    """Search once, then submit."""
    question = "can shoes be returned after a month?"
    assert call(asked(question), OTHER)[0] == "search-passages"
    assert call(asked(question, ("search-passages", {"claims": [{"ref": "C1"}]})), OTHER)[1]["claims"] == ["C1"]


def test_no_passage_answers_for_somebodys_own_order() -> None:
    """A policy is no answer to where a parcel is."""
    assert call(asked("where is my parcel?"), OTHER)[0] == "report-submit"


def test_only_the_newest_message_counts() -> None:
    """Results of an earlier message do not end a new one, and a follow-up is searched with what it follows."""
    history = [*asked("x", FOUND, ran("cause_found"), ("report-submit", {})), Message(role="user", text="and cart?")]
    assert call(history) == ("guides-search", {"question": "x and cart?"})


def test_text_that_is_not_json_is_no_result() -> None:
    """A refusal is read as an answer without candidates."""
    history = [*asked("x"), Message(role="tool", results=(ToolResult("guides-search", "refused: no"),))]
    assert call(history)[0] == "report-submit"


def test_a_tool_that_is_not_offered_is_not_called() -> None:
    """The planner says so instead."""
    decision = plan(asked("x"), ["guides-run"])
    assert isinstance(decision, End)
    assert "guides-search" in decision.text


@pytest.mark.parametrize(
    "text", ["show me the evidence", "please show me all the evidence again", "list your evidence"]
)
def test_all_evidence_is_shown(text: str) -> None:
    """Without an id all of it is meant."""
    assert call(asked(text)) == ("evidence-show", {"evidence_id": "all"})


def test_evidence_in_an_incident_is_not_a_wish_to_see_it() -> None:
    """Words behind it make it a report."""
    assert call(asked("show me the evidence that checkout is failing since 10:20"))[0] == "guides-search"


def said(text: str, answer: str) -> list[Message]:
    """An exchange of the history."""
    return [Message(role="user", text=text), Message(role="assistant", text=answer)]


@pytest.mark.parametrize("text", ["is it still failing?", "how many users are affected?", "what did you rule out?"])
def test_a_question_about_the_last_report_keeps_its_subject(text: str) -> None:
    """It is searched with the message that the report answered."""
    history = [*said("checkout returns 502", "Suspected cause (high confidence): x"), *asked(text)]
    assert call(history) == ("guides-search", {"question": f"checkout returns 502 {text}"})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("the lift is stuck", "No guide covers this: no words in common"),
        ("the widgets", "SAMPLE DATA. I need to know more before I can look."),
        ("hm", "I do not know who should answer this. What is it about?"),
        ("what is our failover policy?", "Two people approve."),
        ("show me E1", ""),
        ("and for cart?", "Healthy: nothing"),
        ("what is open?", "INC-3 is open."),
    ],
)
def test_what_ran_no_guide_of_its_own_is_nothing_to_go_on_with(text: str, answer: str) -> None:
    """The follow-up is to the last message that named its subject."""
    history = [*said("checkout returns 502", "Suspected cause: x"), *said(text, answer), *asked("is it still failing?")]
    assert call(history)[1]["question"] == "checkout returns 502 is it still failing?"


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("what is open?", "record-incidents", {"incident_id": "", "state": "open"}),
        ("what happened to INC-3 since noon?", "record-timeline", {"incident_id": "INC-3", "since": ""}),
        ("who approved A-7?", "record-actions", {"incident_id": "", "about": "A-7", "state": "all"}),
        ("summarise INC-3", "record-summary", {"incident_id": "INC-3"}),
        ("similar to INC-3?", "record-similar", {"incident_id": "INC-3"}),
    ],
)
def test_a_question_about_the_record_is_one_look(text: str, name: str, arguments: dict[str, str]) -> None:
    """Then what it showed is submitted; where there is no such tool, it is a message like any other."""
    tools = [*TRIAGE, "record-incidents", "record-timeline", "record-actions", "record-summary", "record-similar"]
    assert call(asked(text), tools) == (name, arguments)
    looked = asked(text, (name, {"claims": [{"ref": "C1"}]}))
    assert call(looked, tools) == ("report-submit", {"claims": ["C1"], "hypotheses": [], "question": ""})
    assert call(asked(text))[0] == "guides-search"
