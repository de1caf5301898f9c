"""Check digits against the worked examples of the standards, and numbers made with them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.shipping.check_digits import (
    fedex_digit,
    gs1_digit,
    luhn_digit,
    mod7_digit,
    mod_37_36_digit,
    s10_digit,
    s10_number,
    ups_digit,
    ups_number,
    usps_number,
)

DIGITS = st.text("0123456789", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("digit", "body", "expected"),
    [
        (gs1_digit, "629104150021", "3"),  # GS1 General Specifications, 7.9.1
        (luhn_digit, "7992739871", "3"),  # the usual example of ISO/IEC 7812-1
        (mod7_digit, "8114074", "3"),  # an air waybill of IATA, of the same rule
        (fedex_digit, "01234567898", "3"),
        (ups_digit, "999AA1012345678", "4"),  # the number on UPS's own help pages
        (s10_digit, "47312482", "9"),  # UPU S10
        (s10_digit, "12345678", "5"),
        (mod_37_36_digit, "A12425GABC1234002", "M"),  # a worked example of ISO/IEC 7064 MOD 37,36 (GRid)
    ],
)
def test_worked_examples(digit: Callable[[str], str], body: str, expected: str):
    """Each function gives the digit of a published example."""
    assert digit(body) == expected


@pytest.mark.parametrize(("serial", "expected"), [("00000000", "5"), ("00000008", "0")])
def test_s10_has_no_eleven_and_no_ten(serial: str, expected: str):
    """A rest of eleven is written 5 and one of ten 0."""
    assert s10_digit(serial) == expected


@given(DIGITS, st.integers(0, 29), st.integers(1, 9))
def test_one_wrong_digit_is_seen(body: str, place: int, change: int):
    """GS1, Luhn and MOD 37,36 see every single wrong digit, as their standards promise."""
    place %= len(body)
    wrong = body[:place] + str((int(body[place]) + change) % 10) + body[place + 1 :]
    assert all(digit(wrong) != digit(body) for digit in (gs1_digit, luhn_digit, mod_37_36_digit))


@given(st.text(max_size=20))
def test_foreign_characters_are_named(text: str):
    """What is no ASCII digit is refused with its character, digits of other scripts too."""
    if set(text) <= set("0123456789"):
        assert gs1_digit(text) in set("0123456789")
    else:
        with pytest.raises(ValueError, match="is no digit"):
            gs1_digit(text)


def test_made_numbers():
    """The constructors pad the serial number and append the digit."""
    assert ups_number("999AA1", "01", 2345678) == "1Z999AA10123456784"
    assert s10_number("EE", 47312482, "US") == "EE473124829US"
    assert usps_number("055", "900000001", 7) == "9205590000000100000070"
    assert len(usps_number("055", "123456", 7)) == 22


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ups_number("999aa1", "01", 1), "shipper is '999aa1'"),
        (lambda: ups_number("999AA1", "1", 1), "service is '1'"),
        (lambda: ups_number("999AA1", "01", 10**7), "from 0 to 9999999"),
        (lambda: s10_number("R", 1, "US"), "two capital letters"),
        (lambda: s10_number("RR", -1, "US"), "serial number is -1"),
        (lambda: s10_digit("1234567"), "has 7 digits"),
        (lambda: usps_number("5", "900000001", 7), "three digits"),
        (lambda: usps_number("055", "100000001", 7), "nine digits that begin with 9"),
        (lambda: usps_number("055", "90000000\u0661", 7), "nine digits"),
    ],
)
def test_bad_parts_are_named(make: Callable[[], str], message: str):
    """A part that has not its form is refused with what is wanted."""
    with pytest.raises(ValueError, match=message):
        make()
