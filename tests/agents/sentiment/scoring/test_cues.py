"""Tests of the shipped words and phrases as data."""

from agents.sentiment.scoring.cues import SAY, load_cues
from agents.sentiment.scoring.features import AGENT_CUES, CLOSING, CUSTOMER_CUES, TROUBLE
from agents.sentiment.scoring.lexicon import load_lexicon


def test_every_cue_is_one_that_conversations_are_weighed_by() -> None:
    """A name that nobody knows would count nothing, or be an error in the midst of a batch."""
    named = {(cue.who, cue.name) for cue in load_cues().cues.values() if cue.name != SAY}

    assert {("customer", name) for name in CUSTOMER_CUES} | {("agent", name) for name in AGENT_CUES} == named


def test_content_and_trouble_are_cues_of_the_customer() -> None:
    """And never both."""
    assert ([], frozenset()) == (sorted((CLOSING | TROUBLE) - set(CUSTOMER_CUES)), CLOSING & TROUBLE)


def test_valences_stay_on_their_scale() -> None:
    """Words from -3 to 3, phrases as well."""
    lexicon, book = load_lexicon(), load_cues()
    valences = [*lexicon.customer.values(), *(cue.valence or 0.0 for cue in book.cues.values())]

    assert (min(valences) >= -3, max(valences) <= 3) == (True, True)


def test_an_agents_words_weigh_less() -> None:
    """In the same direction."""
    lexicon = load_lexicon()

    assert [
        word
        for word, valence in lexicon.customer.items()
        if abs(lexicon.agent[word]) > abs(valence) or lexicon.agent[word] * valence < 0
    ] == []
