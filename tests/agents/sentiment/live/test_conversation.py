"""A conversation scored while it goes on: its end is what the batch says, and what it raises."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

import pytest

from agents.sentiment.live.conversation import LiveScorer
from agents.sentiment.live.state import LiveState, Raised
from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.conversations.triggers import HandoffStep, NegativeTurns, Saying, ScoreReached, Trigger
from playbooks.live_triggers import load_triggers
from playbooks.samples.conversations.conversations import make_conversations

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER, "S": Speaker.SYSTEM}
SHIPPED = LiveScorer(load_triggers())
BATCH = Scorer(Scoring())
NEW = Conversation("c-1", ())
OVERALL = (
    "sentiment", "label", "customer_sentiment", "agent_sentiment", "satisfaction", "quality", "resolved", "abandoned",
)  # fmt: skip
BAD = "C: This is ridiculous, terrible service."


def turns(*lines: str) -> list[Turn]:
    """Turns of lines such as `A: hello`."""
    return [Turn(SPEAKERS[line[0]], line[3:]) for line in lines]


def states(said: Iterable[Turn], scorer: LiveScorer = SHIPPED) -> list[LiveState]:
    """The state after each turn."""
    live = scorer.begin(NEW)
    return [live.add(turn) for turn in said]


def raised(*lines: str, scorer: LiveScorer = SHIPPED) -> list[tuple[int, str]]:
    """Which triggers come with which turn."""
    return [(state.turn, one.trigger.id) for state in states(turns(*lines), scorer) for one in state.raised]


def only(*lines: str, trigger: Trigger) -> list[Raised]:
    """What one trigger raises."""
    return [one for state in states(turns(*lines), LiveScorer([trigger])) for one in state.raised]


@pytest.mark.parametrize("document", list(islice(make_conversations(5), 12)), ids=lambda one: str(one["id"]))
def test_the_last_state_is_what_the_batch_says(document: Mapping[str, object]) -> None:
    """Overall scores, trajectory, and the last turn, to the last digit."""
    known = {name: value for name, value in document.items() if name != "truth"}
    conversation = read_conversation(json.loads(json.dumps(known)))
    batch = BATCH.score(conversation)
    last = states(conversation.turns)[-1]
    if not last.supported:
        pytest.skip("the conversation is not English")
    said = last.document()
    assert said["overall"] == {name: batch["overall"][name] for name in OVERALL}  # type: ignore[index]
    assert said["trajectory"] == batch["trajectory"]
    assert said["turn"] == {"speaker": conversation.turns[-1].speaker.value} | batch["turns"][-1]  # type: ignore[index]


def test_a_conversation_taken_up_later_goes_on_the_same() -> None:
    """What was said before it is watched counts, and raises nothing."""
    said = turns(BAD, "A: Sorry.", BAD, "A: Let me look.", "C: I will sue you.")
    whole = states(said)[-1]
    late = SHIPPED.begin(replace(NEW, turns=tuple(said[:-1]))).add(said[-1])
    assert late == whole
    assert [one.trigger.id for one in late.raised] == ["legal_words"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("C: I am going to cancel my account.", ["threat_to_leave"]),
        ("C: I'll switch to another provider.", ["threat_to_leave"]),
        ("C: I want to cancel my order.", []),
        ("C: I don't want to cancel my account, just to change it.", []),
        ("C: Please let me talk to a real person.", ["asks_for_person"]),
        ("C: Can I speak to your manager?", ["asks_for_person"]),
        ("C: Are you a bot?", ["asks_for_person"]),
        ("C: There is no need to speak to a manager.", []),
        ("C: My lawyer will write to you.", ["legal_words"]),
        ("C: I'll sue.", ["legal_words"]),
        ("C: I reported this to your colleague yesterday.", []),
        ("A: You could talk to a lawyer, or speak to my manager.", []),
        ("C: Where can I find my invoice?", []),
    ],
)
def test_what_customers_say_raises_a_trigger(line: str, expected: list[str]) -> None:
    """A threat to leave, the wish for a person, the law; what denies it does not, nor what the agent says."""
    assert [name for _, name in raised(line)] == expected


def test_two_negative_turns_are_raised_once_a_run() -> None:
    """However long the run is; the agent's turns do not break it, a better turn of the customer does."""
    lines = (BAD, "A: I am sorry.", BAD, "A: I see.", BAD, "C: Great, thank you so much!", BAD, BAD)
    found = [(turn, name) for turn, name in raised(*lines) if name == "two_negative_turns"]
    assert found == [(2, "two_negative_turns"), (7, "two_negative_turns")]


def test_the_cited_words_stand_where_they_are_said_to() -> None:
    """Spans count the code points of the turn as given."""
    lines = ("C: 🙁 Useless service.", "A: Sorry.", "C: ❗ This is ridiculous.")
    said = turns(*lines)
    cited = [one for state in states(said) for found in state.raised for one in found.cited]
    assert {one.evidence.turn for one in cited} == {0, 2}
    assert [one.text for one in cited] == [said[turn].text[start:end] for (_, turn, start, end), _ in cited]


def test_one_cause_is_raised_once() -> None:
    """Saying it again raises nothing, unless the trigger counts it anew after some turns."""
    saying = Saying(phrases=("never again",))
    lines = ("C: never again", "C: never again", "A: oh", "C: never again")
    assert [one.turn for one in only(*lines, trigger=Trigger(id="t", title="T", cause=saying))] == [0]
    anew = Trigger(id="t", title="T", cause=saying, again_after=3)
    assert [one.turn for one in only(*lines, trigger=anew)] == [0, 3]


def test_a_score_is_raised_when_it_is_reached() -> None:
    """From some turns on, with a customer's turn, and again only after it was left."""
    cause = ScoreReached(score="customer_sentiment", at_most=-0.3, after_turns=3)
    good = "C: Wonderful, perfect, great help, thank you so much!"
    lines = (BAD, "A: Sorry.", BAD, BAD, *[good] * 4, *[BAD] * 8)
    found = only(*lines, trigger=Trigger(id="t", title="T", cause=cause))
    assert found[0].turn == 2
    assert len(found) == 2
    assert all(one.value is not None and one.value <= -0.3 for one in found)


def test_cited_words_are_redacted() -> None:
    """Personal data in a span is not shown."""
    saying = Saying(phrases=("mail me at ~ now",))
    (found,) = only("C: mail me at ann.smith@example.com now", trigger=Trigger(id="t", title="T", cause=saying))
    assert "ann.smith" not in json.dumps(found.document())


def test_another_language_is_not_scored() -> None:
    """Its words say nothing here, and nothing is raised."""
    last = states(turns("C: Ich habe mein Paket noch nicht bekommen und das ist sehr schlecht", "A: Das tut mir leid"))
    assert [(state.supported, state.sentiment, state.raised) for state in last] == [(False, None, ())] * 2
    assert set(last[-1].overall.document().values()) == {None}


def test_turns_without_words_or_customer_have_no_scores() -> None:
    """An empty turn, a system's, and an agent alone."""
    empty, system, agent = states(turns("C:  ", "S: Ann joined", "A: Hello, how can I help you?"))
    assert (empty.sentiment, empty.overall.satisfaction, empty.trajectory) == (None, None, None)
    assert system.sentiment is None
    assert agent.overall.agent_sentiment is not None


def test_negative_turns_are_counted_as_configured() -> None:
    """Three of them, and only very bad ones."""
    three = Trigger(id="t", title="T", cause=NegativeTurns(count=3, at_most=-0.5), handoff=HandoffStep.NONE)
    assert [one.turn for one in only(BAD, BAD, "C: Useless.", BAD, BAD, trigger=three)] in ([2], [4])
