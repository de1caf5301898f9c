"""Tracking numbers inside messages: found where they are proved, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.numbers.finding import find_numbers
from orchestrator.core.shipping.check_digits import ups_number, usps_number


def numbers(text: str) -> tuple[str, ...]:
    """The numbers found."""
    return tuple(found.number for found in find_numbers(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is 1Z 999 AA1 01 2345 6784?", ("1Z999AA10123456784",)),
        ("1z999aa10123456784.", ("1Z999AA10123456784",)),
        ("My letter RB123456785GB, and JJD 0002 2576 3903 2011", ("RB123456785GB", "JJD0002257639032011")),
        ("Where is 799531274483?", ("799531274483",)),
        ("parcels 799531274483, 790535312317", ("799531274483", "790535312317")),
        ("usps 9400 1112 0620 6407 6288 45 thanks", ("9400111206206407628845",)),
        ("420 11213 92 6129098349792366623 8", ("420112139261290983497923666238",)),
        ("Order: tracking 799531274483", ("799531274483",)),
        ("my UPS waybill K1506235620", ("K1506235620",)),
        ("DHL waybill 3318810036", ("3318810036",)),
        ("twice: TBA502887274000 TBA502887274000", ("TBA502887274000",)),
        ("(1Z999AA10123456784)", ("1Z999AA10123456784",)),
        ("https://www.ups.com/track?tracknum=1Z999AA10123456784", ("1Z999AA10123456784",)),
    ],
)
def test_numbers_are_found(text: str, expected: tuple[str, ...]):
    """However they are grouped, in their order, each once."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call me at 555 123 4567 about my package",
        "phone 799531274483 for the parcel",
        "the parcel of order 799531274483",
        "parcel, card 4111 1111 1111 1111",
        "track item 3318810036 of my order",
        "+1 799531274483, my parcel",
        "order #799531274483 of the parcel",
        "the number 799531274483",  # nothing says that it is a parcel's
        "1Z999AA10123456785 is mistyped",
        "3318810036 is my parcel",  # a short number needs the word itself
        "tracking: a 1506235621 thing",
        "tracking k 1506235620",
        "INTERNATIONAL SHIPPING 2026 please",
        "caf\u00e91Z999AA10123456784",
        "1Z999AA10123456784\u00e9",
        "order #W2378156 of sara_doe_496, item 1008292230",
    ],
)
def test_other_numbers_are_left(text: str):
    """Phone and order numbers, mistyped ones and parts of words are not taken for tracking numbers."""
    assert numbers(text) == ()


@given(st.integers(0, 10**7 - 1), st.sampled_from([" ", "-", ""]), st.integers(1, 6))
def test_every_number_is_found_in_a_sentence(serial: int, gap: str, size: int):
    """Any UPS and any USPS number is found in a sentence, in groups of any size."""
    for number in (ups_number("999AA1", "03", serial), usps_number("055", "900000001", serial)):
        written = gap.join(number[start : start + size] for start in range(0, len(number), size))
        assert numbers(f"Good morning! My parcel has the number {written}, and it has not come.") == (number,)


@pytest.mark.parametrize(
    "piece", ["1 ", "1Z", "A1-", "12345678 ", "9", "\U0001f4a5", "\u0663", "\u202e", "- - ", "ab "]
)
def test_long_messages_end(piece: str):
    """A message of 10,000 pieces is read in bounded steps, and what lies behind its first part is not read."""
    assert "1Z999AA10123456784" not in numbers(piece * 10_000 + " 1Z999AA10123456784")


@given(st.text(max_size=300))
def test_any_message_is_answered(text: str):
    """No message is an error, and each number found is proved."""
    for found in find_numbers(text):
        assert all(one.checked or one.distinct for one in found.candidates)
        assert found.candidates
