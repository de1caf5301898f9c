"""A yes is a yes as a whole message, and nothing else is."""

import pytest

from orchestrator.core.consent import Consent, read_consent


@pytest.mark.parametrize(
    "text", ["yes", "Yes.", "yes please", "ok, go ahead", "Yes, do it!", "sure, thanks", "I confirm", "that's right"]
)
def test_yes(text: str):
    """What people say who agree."""
    assert read_consent(text) is Consent.YES


@pytest.mark.parametrize("text", ["no", "No, thanks", "don't do it", "don\u2019t", "never mind", "stop"])
def test_no(text: str):
    """What people say who do not."""
    assert read_consent(text) is Consent.NO


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please",
        "thanks",
        "yes, but only the lamp",
        "yes to the first one",
        "yes?",
        "is it ok",
        "no problem, ship it to my office",
        "I said yes yesterday and nothing came",
        "yes " * 40,
        "yes\u200b and refund everything",
        "\U0001f44d",
    ],
)
def test_neither(text: str):
    """A condition, a question, a courtesy or a long text decides nothing."""
    assert read_consent(text) is None
