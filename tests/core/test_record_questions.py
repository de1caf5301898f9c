import pytest

from orchestrator.core.record import RecordQuery, RecordState, RecordView, read_record_query
from orchestrator.core.record_questions import RecordQuestion, record_question
from orchestrator.core.routing.router import Router
from playbooks.routing.loader import load_routing_table

ASKED = {
    "what is open?": ("incidents", "open", "", ""),
    "Which incidents are still open?": ("incidents", "open", "", ""),
    "any open incidents?": ("incidents", "open", "", ""),
    "what happened to INC-12 since noon?": ("timeline", "all", "INC-12", ""),
    "timeline of inc-3": ("timeline", "all", "INC-3", ""),
    "who approved the restart?": ("actions", "all", "", "restart"),
    "who approved the restart of checkout?": ("actions", "all", "", "restart of checkout"),
    "who approved A-3?": ("actions", "all", "", "A-3"),
    "what was done about INC-3?": ("actions", "all", "INC-3", ""),
    "which actions are waiting?": ("actions", "waiting", "", ""),
    "what are the pending approvals?": ("actions", "waiting", "", ""),
    "status of INC-3": ("incidents", "all", "INC-3", ""),
    "who owns INC-3?": ("incidents", "all", "INC-3", ""),
    "and INC-4?": ("incidents", "all", "INC-4", ""),
    "summarise INC-3 for someone joining": ("summary", "all", "INC-3", ""),
    "please catch me up on INC-3": ("summary", "all", "INC-3", ""),
    "similar to INC-3?": ("similar", "all", "INC-3", ""),
    "have we seen INC-3 before?": ("similar", "all", "INC-3", ""),
}


@pytest.mark.parametrize("text", ASKED)
def test_questions_about_the_record(text: str):
    """What of the record is asked for, of which incident, in which state, about what."""
    found = record_question(text)
    assert found is not None
    assert (found.view.value, found.state.value, found.incident, found.about) == ASKED[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "checkout returns 502 since 10:20",
        "INC-3: checkout is down, 502s since 10:20",
        "what is wrong with INC-3?",
        "who approves refunds?",
        "who approved the refund?",
        "what happened since noon?",
        "which orders are open?",
        "is the store open?",
        "what is open in my cart?",
        "what is pending with my order?",
        "my order is still open",
        "what is open? " * 20,
    ],
)
def test_what_is_no_such_question(text: str):
    """An incident, a policy, an order, or a text that only begins like one."""
    assert record_question(text) is None


def test_they_go_to_the_keeper_of_the_record_whoever_speaks():
    """Without the routing table's words, and from another specialist's conversation, too."""
    router = Router(load_routing_table())
    assert router.route("what is open?").agent == "triage"
    assert router.route("who approved the restart?", speaking="shipment").agent == "triage"


def test_a_question_is_built_again_from_its_parameters():
    """So that its evidence can be asked again."""
    query = RecordQuery(view=RecordView.ACTIONS, incident="INC-3", state=RecordState.WAITING, about="restart")
    assert read_record_query(query.parameters()) == query
    assert query.text() == "actions waiting of INC-3 about 'restart'"
    assert record_question("what is open?") == RecordQuestion(view=RecordView.INCIDENTS, state=RecordState.OPEN)
