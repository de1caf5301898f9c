"""Messages that lean on the one before."""

import pytest

from orchestrator.core.followup import completed, is_elliptical, replied


@pytest.mark.parametrize(
    "text",
    [
        "and for cart?",
        "what about eu-west?",
        "is it still failing?",
        "how many users are affected?",
        "what did you rule out?",
        "why did that happen?",
    ],
)
def test_a_question_that_names_nothing_is_about_the_last_report(text: str) -> None:
    """Subject and time stand in the message before."""
    assert is_elliptical(text)


@pytest.mark.parametrize(
    "text",
    [
        "is it slow in checkout?",
        "is it failing since 10:20?",
        "can you check why cart is failing?",
        "how many pods are running?",
        "checkout returns 502",
        "it is still failing",
        "",
    ],
)
def test_a_message_that_names_something_stands_alone(text: str) -> None:
    """A word that may be a service, a time or a symptom is not explained by the message before."""
    assert not is_elliptical(text)


def needs(asked: str, parameter: str) -> dict[str, object]:
    """A report that ended with one question."""
    return {"status": "needs_input", "asked": asked, "questions": [{"parameter": parameter}]}


def test_the_answer_completes_the_message() -> None:
    """A name goes behind the message that lacked it."""
    assert completed("beta", needs("widgets broken", "p_service")) == "widgets broken beta"
    assert replied("beta ", needs("widgets broken", "p_service")) == ("p_service", "beta")


def test_an_answer_that_did_not_help_is_left_out() -> None:
    """The same question asked again starts from the first message."""
    earlier = [needs("widgets broken", "p_service"), needs("widgets broken foo", "p_service")]
    last = needs("widgets broken nope", "p_service")
    assert completed("beta", last, earlier=earlier[:1]) == "widgets broken beta"
    assert completed("beta", needs("widgets broken foo", "p_service"), earlier=earlier[:1]) == "widgets broken beta"


def test_an_answer_to_another_question_stays() -> None:
    """What was said about the service holds while the zone is asked for."""
    earlier = [needs("widgets broken", "p_service")]
    assert completed("west", needs("widgets broken beta", "p_zone"), earlier=earlier) == "widgets broken beta west"


def test_answers_to_steps_do_not_grow_the_message() -> None:
    """However often a step asks, the incident is what was said first."""
    first = needs("widgets broken in beta", "confirm_restart")
    whole = completed("no", first)
    assert completed("nope", needs(whole, "confirm_restart"), earlier=[first]) == "widgets broken in beta"


def test_a_long_message_is_a_new_one() -> None:
    """A brief one after an answer is, too."""
    text = "the orders queue grows and nobody knows why it does"
    assert completed(text, needs("widgets broken", "p_service")) == text
    assert completed("beta", {"status": "healthy", "asked": "x"}) == "beta"
    assert replied("beta", {"status": "healthy"}) is None
