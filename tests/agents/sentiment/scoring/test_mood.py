"""Tests of the mood of single turns: negation, contrast, intensity, politeness, cues, who speaks."""

from collections.abc import Callable

import pytest

from agents.sentiment.scoring.course import Course
from agents.sentiment.scoring.mood import label_of

CourseOf = Callable[..., Course]

NEGATIVE = """
The charger is not working at all.
This is not good enough.
I am not happy with how this was handled.
It never arrived and nobody told me anything.
I've been waiting for three weeks now.
This is the third time I'm contacting you about this.
Thanks for nothing.
Great, another week without internet.
I would have appreciated an answer sooner.
With all due respect, that is no solution.
You promised a call back and nobody called.
The agent was friendly, but my problem is still not solved.
The sofa looks nice but it arrived with a broken leg.
I can't log in to my account.
I was charged twice.
Hello??
I have explained this five times already.
So you're telling me I have to pay again?
I am losing my patience.
I don't understand why this takes so long.
How is that possible?
You still haven't answered my question.
It would have been nice to be told.
it doesnt let me pay
my order hasnt come yet
The delivery was supposed to come yesterday.
Could you finally tell me where my order is?
I'd appreciate it if you could actually read my message.
Forget it, I'll buy it elsewhere.
Hardly helpful.
The website won't load.
I paid for express shipping and it took ten days.
There's a stain on the shirt.
It's been a month.
""".strip().split("\n")
POSITIVE = """
Thank you so much, that worked!
You were very helpful.
I'm not unhappy with it, it's quite good.
No problem at all, thank you.
Not bad at all!
Can't complain, great service.
It was slow at first, but now it works perfectly.
I really appreciate it.
That solved it, thank you.
Everything is fine now, thanks.
Five stars from me.
I'll definitely order again.
""".strip().split("\n")
NEUTRAL = """
My order number is 12345.
I would like to change my delivery address.
Where can I find the invoice?
Where is my parcel?
The blue one, please.
I'd like to cancel my subscription.
How do I return an item?
How can I reset my password?
Ok.
""".strip().split("\n")


@pytest.mark.parametrize(
    ("expected", "text"),
    [(label, text) for label, texts in (("negative", NEGATIVE), ("positive", POSITIVE), ("neutral", NEUTRAL))
     for text in texts],
)  # fmt: skip
def test_what_a_customer_says_has_the_mood_that_people_hear(course_of: CourseOf, expected: str, text: str) -> None:
    """Labels of turns written for this test."""
    assert expected == label_of(course_of(f"C: {text}")[0].mood.score)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("This is very bad.", "This is bad."),
        ("I am very disappointed.", "I am disappointed."),
        ("This is bad!!!", "This is bad."),
        ("This is BAD.", "This is bad."),
        ("It is good but slow.", "It is slow but good."),
        ("Although it is cheap, it is broken.", "Although it is broken, it is great."),
        ("I have been waiting for months.", "I have been waiting for hours."),
        ("Is it good?", "It is good."),
        ("This is bad.", "This is slightly bad."),
        ("Thanks anyway.", "Thanks."),
    ],
)
def test_what_stands_around_a_word_moves_it(course_of: CourseOf, worse: str, better: str) -> None:
    """Intensity, shouting, contrast, how long somebody waits, and questions."""
    first, second = (course_of(f"C: {text}")[0].mood.score for text in (worse, better))

    assert first < second


def test_a_negation_ends_with_its_clause(course_of: CourseOf) -> None:
    """What comes after a comma, or after `why`, is not negated."""
    scores = [course_of(f"C: {text}")[0].mood.score for text in ("No, it is great.", "I don't know why it is great.")]

    assert [score > 0 for score in scores] == [True, True]


def test_an_agents_talk_of_the_customers_matter_is_not_the_agents_mood(course_of: CourseOf) -> None:
    """A delay is what the talk is about."""
    customer, agent = course_of("C: There is a delay.", "A: There is a delay.")

    assert (customer.mood.score < agent.mood.score, label_of(agent.mood.score)) == (True, "neutral")


def test_a_system_has_no_mood(course_of: CourseOf) -> None:
    """Its words are nobody's."""
    (step,) = course_of("S: Terrible failure of the chat")

    assert step.mood == (0.0, (), ())


def test_moods_stay_on_their_scale(course_of: CourseOf) -> None:
    """However much is said."""
    (step,) = course_of("C: " + "terrible awful horrible worst " * 50)

    assert -1 <= step.mood.score < -0.9


def test_a_phrase_speaks_for_its_words(course_of: CourseOf) -> None:
    """`Thanks` within `thanks for nothing` is no thanks."""
    (step,) = course_of("C: Thanks for nothing")

    assert {"hollow_thanks"} == step.names
