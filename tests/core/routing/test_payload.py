"""Payloads, by the keys that their formats promise."""

import pytest

from orchestrator.core.routing.payload import decode, prose, recognise
from orchestrator.core.routing.table import Card, PayloadShape

ALERT = PayloadShape(name="alert", has=(("version", "4"), ("groups.key", None)), headline=("labels.name", "title"))
CARDS = (Card(name="triage", offer="incidents", payloads=(ALERT,)),)


@pytest.mark.parametrize("text", ["", "hello", "{not json", "[]", "[1]", "[" * 50_000, '"text"', "{'a': 1}"])
def test_prose_and_broken_json_are_no_payload(text: str):
    """What does not decode to an object is prose."""
    assert decode(text) is None


@pytest.mark.parametrize("text", ['{"a": 1}', ' \n[{"a": 1}, {"b": 2}]'])
def test_an_object_or_the_first_of_a_list_is_the_payload(text: str):
    """A list stands for its first object."""
    assert decode(text) == {"a": 1}


def test_keys_compare_without_case_and_values_as_text():
    """`Version: 4` equals `version: "4"`; lists stand for their first element."""
    found = recognise({"Version": 4, "groups": [{"KEY": "x"}], "title": "Disk full"}, CARDS)
    assert found is not None
    assert (found.card.name, found.shape.name, found.headline) == ("triage", "alert", "Disk full")


@pytest.mark.parametrize("payload", [{}, {"version": "4"}, {"version": "3", "groups": {"key": 1}}, {"groups": []}])
def test_a_missing_or_other_value_is_not_recognised(payload: dict[str, object]):
    """Every key of the shape must be there."""
    assert recognise(payload, CARDS) is None


def test_prose_is_read_from_the_customary_keys():
    """Texts under known keys are joined; others are not read."""
    assert prose({"Message": "site is down", "id": "7", "body": "  ", "summary": "502"}) == "site is down\n502"
