import pytest

from orchestrator.core.personal_data.redactor import OFF, STANDARD, redactor_named, token
from orchestrator.core.personal_data.spans import PLACEHOLDER


@pytest.mark.parametrize("name", ["c-1234", "chat/2024-05-01/77", "4111111111111111", "4155550134", "Returns, EU", ""])
def test_usual_names_stay(name: str):
    """Ids of digits alone are ids, whatever their check says."""
    assert name == STANDARD.name(name)


def test_names_that_are_addresses_are_replaced_and_told_apart():
    """Two customers' addresses stay two ids, the same one in every process, and are left alone when met again."""
    first, second = STANDARD.name("jo@example.com"), STANDARD.name("al@example.com")

    assert PLACEHOLDER.fullmatch(first)
    assert first != second
    assert first == STANDARD.name(first)
    assert first == STANDARD.name("jo@example.com")
    assert STANDARD.name("chat +14155550134").startswith("chat [phone:")


def test_nothing_is_replaced_where_that_is_off():
    """`off` leaves texts and names as they are."""
    assert OFF is redactor_named("off")
    assert OFF.text("jo@example.com") == "jo@example.com"
    assert OFF.name("jo@example.com") == "jo@example.com"


def test_no_token_is_a_number():
    """Sixteen digits could be read as a card's."""
    assert token("1234567890123456") == "a234567890123456"
    assert token("1234567890abcdef" + "0" * 16) == "1234567890abcdef"
