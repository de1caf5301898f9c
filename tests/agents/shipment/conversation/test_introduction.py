"""Who writes is told from what is wanted."""

import pytest

from agents.shipment.conversation.introduction import bare_introduction, without_introduction


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I am Ada Moss, 60614. Cancel my order, please.", "Cancel my order, please."),
        ("Hi, my name is Ada Moss and my zip code is 60614", ""),
        ("ada@example.com", ""),
        ("hello, I'm ada_moss_1 in 60614.\nreturn the lamp", "return the lamp"),
        ("Ada Moss 60614", ""),
        ("ada@example.com: where is order 1013?", "where is order 1013?"),
        ("Return Blue Lamp", "Return Blue Lamp"),
        ("it is Broken Glass", "it is Broken Glass"),
        ("Send it to 101 Highway, New York, 10001", "Send it to 101 Highway, New York, 10001"),
        ("cancel order #1015. It is 12345 things", "cancel order #1015. It is 12345 things"),
    ],
)
def test_what_is_left(text: str, left: str):
    """Capitals alone introduce nobody: an article may have a name, too."""
    assert without_introduction(text) == left


def test_a_name_with_a_postcode():
    """As people answer who they are."""
    assert bare_introduction("Ada Moss, 60614") == ("Ada Moss", "60614")
    assert bare_introduction("Ada Moss") is None
    assert bare_introduction("ship 60614") is None
