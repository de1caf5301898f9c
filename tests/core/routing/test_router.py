"""The router's decisions on a small table."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import InputError
from orchestrator.core.routing.router import NONE, Route, Router, Subject
from orchestrator.core.routing.table import Card, Cue, PayloadShape, RoutingTable, Thresholds


def _cue(*chains: tuple[str, ...], weight: float, unless: tuple[str, ...] = ()) -> Cue:
    return Cue(chains=chains, unless=unless, weight=weight, text=" + ".join(" > ".join(chain) for chain in chains))


TABLE = RoutingTable(
    concepts={
        "order": ("order", "parcel"),
        "cancel": ("cancel", "call off"),
        "where": ("where is",),
        "server": ("server", "database"),
        "broken": ("down", "crash"),
        "talk": ("talk",),
        "human": ("human",),
        "calls": ("=calls",),
        "weather": ("weather", "rain"),
        "it": ("that", "it", "show me"),
        "yes": ("yes", "thanks"),
        "again": ("again",),
    },
    patterns={"code": r"\b5\d\d\b"},
    masks=("in order to",),
    plain=("sever",),
    followups=("it",),
    assents=("yes",),
    cards=(
        Card(
            name="triage",
            offer="an incident",
            cues=(
                _cue(("server",), ("broken",), weight=4.0),
                _cue(("server",), weight=1.0),
                _cue(("code",), weight=2.5),
            ),
            examples=("the moon base lost pressure",),
            payloads=(PayloadShape(name="alert", has=(("alert", None),), headline=("alert",)),),
        ),
        Card(
            name="shipment",
            offer="an order",
            cues=(
                _cue(("cancel",), ("order",), weight=4.0, unless=("code",)),
                _cue(("where",), ("order",), weight=4.0),
                _cue(("order",), weight=1.0),
            ),
        ),
        Card(
            name="handoff", offer="a person", cues=(_cue(("talk", "human"), weight=5.0), _cue(("calls",), weight=2.5))
        ),
        Card(name="weather", offer="the weather", handled=False, cues=(_cue(("weather",), weight=3.0),)),
    ),
)
ROUTER = Router(TABLE)


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("the server is down", "triage"),
        ("DATABASE CRASHED!!", "triage"),
        ("cancelling my parcels", "shipment"),
        ("please call off the order", "shipment"),
        ("where's my order", "shipment"),
        ("cancle the ordder", "shipment"),
        ("I want to talk to one of your humans", "handoff"),
        ("got 502 on save", "triage"),
        ("too many calls", "handoff"),
    ],
)
def test_evidence_routes(text: str, agent: str):
    """Words in any form, phrases, chains, patterns and misspellings are evidence."""
    assert ROUTER.route(text).agents == (agent,)


@pytest.mark.parametrize(
    "text",
    [
        "a call",
        "in order to cancel",
        "talk is cheap and nobody we know here would say human",
        "an order",
        "hello there",
        "sever it down",
    ],
)
def test_too_little_evidence_abstains(text: str):
    """Other forms of exact words, masked words, far chains, weak cues and plain words do not route."""
    route = ROUTER.route(text)
    assert (route.agents, route.agent, route.abstained) == ((), NONE, True)


def test_the_reason_names_words_agent_and_runner_up():
    """The reason quotes the user's words and the scores of winner and next."""
    reason = ROUTER.route("Cancel my ORDER 503").reason
    assert reason == "'503' -> triage 2.5; next shipment 1.0"


def test_confidence_is_the_share_of_the_evidence():
    """4.0 and half of 1.0 against the floor of 2.0: 4.5 of 6.5."""
    assert ROUTER.route("where is my order").confidence == round(4.5 / 6.5, 3)


def test_an_example_is_evidence_by_likeness():
    """A message like an example goes to its card, and the reason shows the example."""
    route = ROUTER.route("The moon base lost pressure!")
    assert route.agents == ("triage",)
    assert "like 'the moon base lost pressure'" in route.reason


def test_a_topic_of_nobody_abstains_and_says_so():
    """The question names the topic and what there is instead."""
    route = ROUTER.route("will it rain on my order")
    assert route.reason == "'rain' -> weather 3.0, which nobody here handles"
    assert route.question == (
        "Nobody here handles the weather. I can help with an incident, an order, or a person. Is it one of these?"
    )


def test_a_tie_asks_which():
    """Equal evidence for two specialists is asked about."""
    route = ROUTER.route("cancel order server down")
    assert route.agents == ()
    assert route.question == "Is this about an incident or an order?"


def test_weak_evidence_asks_about_its_specialist():
    """Below the floor, the question offers the best candidate."""
    assert (
        ROUTER.route("order").question == "Is this about an order? I can help with an incident, an order, or a person."
    )


def test_two_subjects_become_two_turns_in_order():
    """Each subject has its part of the text, in order."""
    route = ROUTER.route("The server is down since noon and where is my order, please?")
    assert route.agents == ("triage", "shipment")
    assert route.subjects == (
        Subject("triage", "The server is down since noon"),
        Subject("shipment", "and where is my order, please?"),
    )
    assert route.reason.startswith("2 subjects: ")


def test_an_agent_may_have_two_turns():
    """Subjects alternate; the agent is listed once."""
    route = ROUTER.route("Where is my order? The server is down. Cancel the order.")
    assert route.agents == ("shipment", "triage")
    assert [subject.agent for subject in route.subjects] == ["shipment", "triage", "shipment"]


def test_one_subject_is_the_whole_text():
    """A message with one subject is not cut."""
    assert ROUTER.route(" Hello. Where is my order? Thanks ").subjects == (
        Subject("shipment", "Hello. Where is my order? Thanks"),
    )


@pytest.mark.parametrize("text", ["yes", "and that one?", "show me", "what now", "hmm, an order perhaps", "cancel it"])
def test_a_follow_up_stays_with_the_one_speaking(text: str):
    """Brief, referring and unclear messages stay."""
    assert ROUTER.route(text, speaking="triage").agents == ("triage",)


@pytest.mark.parametrize(
    ("text", "agents"),
    [
        ("where is my order", ("shipment",)),
        ("I want to talk to a human", ("handoff",)),
        ("what about the weather", ()),
        ("show me that again and where is my order", ("triage", "shipment")),
        ("thanks for that, where is my order", ("shipment",)),
        ("the server is down and where is my order", ("triage", "shipment")),
    ],
)
def test_a_clear_change_of_subject_leaves(text: str, agents: tuple[str, ...]):
    """Strong evidence elsewhere ends a specialist's turn, or shares the message with it."""
    assert ROUTER.route(text, speaking="triage").agents == agents


def test_an_unknown_speaker_is_refused():
    """The error names the value and the specialists there are."""
    with pytest.raises(InputError, match=r"unknown specialist 'weather': use one of triage, shipment, handoff"):
        ROUTER.route("yes", speaking="weather")


@pytest.mark.parametrize("as_text", [False, True])
def test_a_known_payload_goes_to_its_specialist(as_text: bool):  # noqa: FBT001
    """An object and its JSON text route alike; the subject is the payload."""
    payload = {"alert": "DiskFull"}
    route = ROUTER.route(json.dumps(payload) if as_text else payload)
    assert route == Route(
        agents=("triage",),
        confidence=1.0,
        abstained=False,
        reason="alert payload: DiskFull",
        subjects=(Subject("triage", '{"alert": "DiskFull"}'),),
    )


def test_an_unknown_payload_is_read_by_its_text():
    """The customary text keys are routed as a message."""
    assert ROUTER.route({"message": "where is my order"}).agents == ("shipment",)


def test_an_unknown_payload_without_text_is_asked_about():
    """The reason lists its keys."""
    route = ROUTER.route({"b": 1, "a": 2})
    assert (route.agents, route.reason) == ((), "a JSON object of no known form, keys: a, b")
    assert route.question is not None


@pytest.mark.parametrize("text", ["", "   \n", "\U0001f937\U0001f937", "?!...", "\x00"])
def test_no_words_abstain(text: str):
    """Nothing to read is asked about."""
    assert ROUTER.route(text).reason == "no words in the message"


def test_another_script_is_asked_about_in_english():
    """The question says that English is understood."""
    question = ROUTER.route("\u6ce8\u6587\u306f\u3069\u3053\u3067\u3059\u304b").question or ""
    assert question.startswith("I understand English only.")


def test_a_long_text_is_one_subject_read_at_both_ends():
    """Evidence at the head and the tail of a long paste counts; the subject is all of it."""
    text = "x " * 5_000 + "the server is down"
    route = ROUTER.route(text)
    assert route.agents == ("triage",)
    assert route.subjects == (Subject("triage", text.strip()),)


def test_thresholds_are_data():
    """A lower floor lets a weak cue through."""
    lenient = RoutingTable(
        concepts=TABLE.concepts, cards=TABLE.cards, patterns=TABLE.patterns, thresholds=Thresholds(floor=0.5)
    )
    assert Router(lenient).route("an order").agents == ("shipment",)


@given(st.text(max_size=300) | st.dictionaries(st.text(max_size=8), st.text(max_size=30) | st.none(), max_size=5))
def test_every_message_gets_a_consistent_route(message: str | Mapping[str, object]):
    """Whatever comes in: same route twice, confidence in 0 to 1, and a question exactly when nobody takes it."""
    for speaking in (None, "shipment"):
        route = ROUTER.route(message, speaking=speaking)
        assert route == ROUTER.route(message, speaking=speaking)
        assert 0.0 <= route.confidence <= 1.0
        assert route.abstained == (not route.agents) == (route.question is not None)
        assert tuple(dict.fromkeys(subject.agent for subject in route.subjects)) == route.agents


@given(
    st.lists(
        st.sampled_from(["server", "down", "cancel", "order", "where is", "talk", "human", "rain", "and", ",", "."]),
        max_size=30,
    )
)
def test_mixed_subjects_lose_no_text(parts: list[str]):
    """Joined, the subjects of a message hold all of its words."""
    text = " ".join(parts)
    route = ROUTER.route(text)
    if route.agents:
        joined = " ".join(subject.text for subject in route.subjects)
        letters = text.replace(",", " ").replace(".", " ").split()
        assert joined.replace(",", " ").replace(".", " ").split() == letters


def test_a_chain_may_enclose_another_word():
    """In "talk to the server human", what stands inside a chain still counts for the cue's other chains."""
    cue = _cue(("server",), ("talk", "human"), weight=9.0)
    table = RoutingTable(concepts=TABLE.concepts, cards=(Card(name="handoff", offer="a person", cues=(cue,)),))
    assert Router(table).route("talk to the server human").agents == ("handoff",)
