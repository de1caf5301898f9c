"""Tests of the check of phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.addresses.phones import CorrectedPhone, UnknownPhone, ValidPhone, validate_phone


def test_e164_is_valid_as_it_is():
    """A number with its international prefix needs no country."""
    assert validate_phone("+4930901820", "") == ValidPhone(number="+4930901820")


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("(214) 555-0134", "US", "+12145550134"),
        ("030 901820", "Germany", "+4930901820"),
        ("020 7925 0918", "UK", "+442079250918"),
        ("00 49 30 901820", "DE", "+4930901820"),
        ("+1 (214) 555-0134 ext. 5", "", "+12145550134"),
        ("\u200b+49 30\u00a0901820", "", "+4930901820"),
    ],
)
def test_other_ways_to_write_are_corrected(number: str, country: str, expected: str):
    """The number becomes E.164, and what it was is shown."""
    result = validate_phone(number, country)
    assert isinstance(result, CorrectedPhone)
    assert (result.number, result.difference.before, result.difference.after) == (expected, number, expected)
    assert ("extension 5" in result.difference.why) == ("ext" in number)


@pytest.mark.parametrize(
    ("number", "country", "legible"),
    [
        ("030 901820", "", True),
        ("12345", "US", True),
        ("+1 555 000 0000", "US", True),
        ("call me", "US", False),
        ("", "US", False),
        ("1" * 10_000, "US", False),
        ("'; DROP TABLE phones;--", "US", False),
    ],
)
def test_what_is_no_number_has_a_reason(number: str, country: str, legible: bool):  # noqa: FBT001  # a case of the table
    """A wrong number and what is no number at all are told apart."""
    result = validate_phone(number, country)
    assert isinstance(result, UnknownPhone)
    assert result.legible == legible
    assert result.document() == {"result": "unknown", "number": None, "differences": [], "reason": result.reason}


@given(number=st.text(max_size=60), country=st.text(max_size=5))
def test_any_text_has_an_answer(number: str, country: str):
    """No text makes it fail."""
    assert validate_phone(number, country).document()["result"] in {"valid", "corrected", "unknown"}
