"""Tracking numbers: every published form, wrong check digits, what is no number, and (where present) public samples."""

import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.shipment.numbers.form import Form
from agents.shipment.numbers.forms import ALL, BY_LENGTH
from agents.shipment.numbers.recognition import normalised, recognise
from orchestrator.core.shipping.check_digits import s10_number, ups_number, usps_number

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = ROOT.parent / "shared" / "data" / "tracking_numbers"
CHECKED = [form for form in ALL if form.check is not None]
FORM_IDS = [f"{form.carrier} {form.name}" for form in ALL]
CHECKED_IDS = [f"{form.carrier} {form.name}" for form in CHECKED]


def samples(kind: str) -> list[tuple[str, str, str]]:
    """(carrier, form, number) of the public data: carriers are named as its files are."""
    found = []
    for path in sorted(SAMPLES.glob("*.json")):
        for form in json.loads(path.read_text(encoding="utf-8"))["tracking_numbers"]:
            found += [(path.stem, form["name"], number) for number in form["test_numbers"][kind]]
    return found


def valid_of(carrier: str) -> set[str]:
    """What the data calls valid of a carrier, in any of its forms."""
    return {normalised(number) for name, _, number in samples("valid") if name == carrier}


needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason=f"{SAMPLES} is not there")


def with_digit(form: Form, number: str, *, right: bool) -> str:
    """The number with its right check digit, or with another one."""
    match = form.match(number)
    assert match is not None
    digit, start = form.check(match), match.start("check")  # type: ignore[misc]  # only checked forms come here
    if not right:
        digit = str((int(digit, 36) + 1) % 10)
    return number[:start] + digit + number[start + 1 :]


@needs_samples
def test_valid_samples_are_accepted():
    """Every valid number has its carrier among the candidates."""
    missed = [(name, form, number) for name, form, number in samples("valid") if name not in recognise(number).carriers]
    assert (missed, len(samples("valid")) > 50) == ([], True)


@needs_samples
def test_invalid_samples_are_refused():
    """No invalid number is taken for one of that carrier; what is valid in another of its forms is not invalid."""
    taken = [
        (name, form, number)
        for name, form, number in samples("invalid")
        if normalised(number) not in valid_of(name) and name in recognise(number).carriers
    ]
    assert (taken, len(samples("invalid")) > 20) == ([], True)


@pytest.mark.parametrize("form", ALL, ids=FORM_IDS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_number_of_a_form_is_recognised(form: Form, data: st.DataObject):
    """A random number of each form with its right check digit is accepted, however it is written."""
    number = data.draw(st.from_regex(re.compile(form.pattern, re.ASCII), fullmatch=True))
    if form.carrier == "s10":
        number = number[:11] + "NO"
    number = with_digit(form, number, right=True) if form.check else number
    assert len(number) in form.lengths
    written = data.draw(st.sampled_from([number, number.lower(), " ".join(number), f" {number[:4]}-{number[4:]} "]))
    found = recognise(written)
    assert found.number == number
    assert (form.carrier, form.name, form.check is not None) in {
        (one.carrier, one.format, one.checked) for one in found.candidates
    }


@pytest.mark.parametrize("form", CHECKED, ids=CHECKED_IDS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_wrong_check_digit_is_refused_and_explained(form: Form, data: st.DataObject):
    """With any other check digit the form is not a candidate, and the reason names the digit expected."""
    number = data.draw(st.from_regex(re.compile(form.pattern, re.ASCII), fullmatch=True))
    if form.carrier == "s10":
        number = number[:11] + "NO"
    right, wrong = (with_digit(form, number, right=which) for which in (True, False))
    if right == wrong:
        return
    found = recognise(wrong)
    assert form.name not in {one.format for one in found.candidates if one.carrier == form.carrier}
    expected = form.check(form.match(wrong))  # type: ignore[misc,arg-type]  # it is checked, and it matches
    assert any(
        f"{form.carrier} {form.name}: wrong check digit" in near and near.endswith(expected) for near in found.near
    )


def test_made_numbers_are_recognised():
    """What the constructors of the check digits make is what is recognised, with what the number says."""
    ups = recognise(ups_number("999AA1", "03", 2345678)).candidates[0]
    assert (ups.carrier, ups.checked, ups.service) == ("ups", True, "Ground")
    assert ups.tracking_url == f"https://www.ups.com/track?tracknum={ups.tracked_as}"
    post = recognise(s10_number("RR", 12345678, "GB")).candidates[0]
    assert (post.carrier, post.origin_country, post.service) == ("s10", "GB", "registered letter")
    usps = recognise("42094103" + usps_number("055", "900000001", 7)).candidates[0]
    assert (usps.carrier, usps.tracked_as) == ("usps", "9205590000000100000070")


def test_ambiguity_is_reported():
    """A number that two carriers may have given out says so, and what tells them apart."""
    found = recognise("320610804900")
    assert (found.ambiguous, found.carriers) == (True, ("fedex", "purolator"))
    assert "fedex (Express, 12 digits): 12 digits, check digit by weights" in found.distinction
    assert recognise("1Z999AA10123456784").distinction == ""
    assert found.document()["ambiguous"] is True


def test_a_proved_form_goes_before_one_without_a_check_digit():
    """An S10 number that begins with LX may be of DHL eCommerce too; the proof goes first."""
    found = recognise(s10_number("LX", 12345678, "CN"))
    assert [(one.carrier, one.checked) for one in found.candidates] == [("s10", True), ("dhl", False)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no tracking number"),
        (" - ", "there is no tracking number"),
        ("1Z999AA1012345678", "ups 1Z: 17 characters, expected 18"),
        ("1Z999AA10123456785", "ups 1Z: wrong check digit 5: expected 4"),
        ("RB123456785XX", "'XX' is the code of no country"),
        ("RB123456785AQ", "'AQ' is the code of no country"),
        ("12345", "5 characters: tracking numbers have 10 to 42"),
        ("QQQQQQQQQQQ", "'QQQQQQQQQQQ' has the form of no carrier"),
        ("1Z999AA1012345678\u0664", "is in no tracking number"),
        ("\uff11\uff3a999AA10123456784", "'\uff11' is in no tracking number"),
        ("1Z999AA1\U0001f4a50123456784", "is in no tracking number"),
        ("\u202e48765432101AA999Z1", "is in no tracking number"),
        ("stra\u00dfe12345", "is in no tracking number"),
        ("1Z999AA10123456784; DROP TABLE", "';' is in no tracking number"),
        ("9" * 10_000, "10,000 characters are no tracking number"),
        (" " * 10_000, "10,000 characters are no tracking number"),
        ("7Q" * 99, "198 characters: tracking numbers have 10 to 42"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(text: str, reason: str):
    """Wrong lengths, other scripts, emoji, right-to-left marks, empty and endless texts are refused in words."""
    found = recognise(text)
    assert (found.candidates, reason in found.reason) == ((), True), found.reason


@given(st.text(max_size=250))
def test_any_text_is_answered(text: str):
    """No text is an error; a number is of ASCII capitals and digits, and a candidate means no reason."""
    found = recognise(text)
    assert set(found.number) <= set(string.ascii_uppercase + string.digits)
    assert bool(found.candidates) != bool(found.reason)


def test_every_form_says_where_it_is_published():
    """Each form names its source and what tells it apart; its name is its carrier's only one."""
    assert all(len(form.source) > 15 and form.mark for form in ALL)
    names = [(form.carrier, form.name) for form in ALL]
    assert len(set(names)) == len(names)
    assert all(form in BY_LENGTH[length] for form in ALL for length in form.lengths)
    assert {form.carrier for form in ALL} == {
        *("amazon", "canadapost", "canpar", "dhl", "dpd", "fedex", "gofo", "landmark", "lasership", "old_dominion"),
        *("ontrac", "purolator", "s10", "speedee", "ups", "usps", "yodel", "yunexpress"),
    }
