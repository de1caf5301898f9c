import pytest

from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.redacting import redact, redact_spans
from orchestrator.core.personal_data.spans import EVERY_KIND, Kind, Span

PERSONAL = {
    # mail
    "write to jo.doe+x@mail.example.co.uk, please": "write to [email], please",
    "it is JO_DOE@EXAMPLE.COM.": "it is [email].",
    "<jo@example.com>": "<[email]>",
    "jo.doe at example dot com": "[email]",
    "mail me: jo (at) example (dot) org": "mail me: [email]",
    "https://shop.example/?user=jo%40example.com&x=1": "https://shop.example/?user=[email]&x=1",
    # phone
    "call me on (415) 555-0134 tonight": "call me on [phone] tonight",
    "+44 20 7946 0958": "[phone]",
    "1-800-555-0199": "[phone]",
    "my number is 07700 900123": "my number is [phone]",
    "4155550134 is my mobile": "[phone] is my mobile",
    "my phone number is 4155550134": "my phone number is [phone]",
    # cards: 4-4-4-4, one piece, American Express
    "card 4111 1111 1111 1111 exp 12/26": "card [card] exp 12/26",
    "4111111111111111": "[card]",
    "3782 822463 10005": "[card]",
    # accounts
    "IBAN DE89 3704 0044 0532 0130 00.": "IBAN [iban].",
    "gb82west12345698765432": "[iban]",
    # what states give
    "my ssn is 219-09-9999": "my ssn is [national_id]",
    "AB123456C is my NI number": "[national_id] is my NI number",
    "DNI 12345678Z": "DNI [national_id]",
    # secrets
    "my PIN is 4711": "my PIN is [secret]",
    "the password is hunter2!": "the password is [secret]!",
    "Authorization: Bearer abcdefgh1234567890abcdef": "Authorization: Bearer [secret]",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a": "[secret]",
    # digits of other scripts, and marks that are not seen
    "card ４１１１ １１１１ １１１１ １１１１ ok": "card [card] ok",  # noqa: RUF001 - full-width digits
    "call \u0664\u0661\u0665-\u0665\u0665\u0665-\u0660\u0661\u0663\u0664": "call [phone]",
    "jo\u200b.doe@example.com": "[email]",
}
HARMLESS = (
    "order 1234567890 and order #100-2345678-9012345",
    "my order number is 4155550134",
    "tracking number 9400 1000 0000 0000 0000 00",
    "parcel 1Z999AA10123456784",
    "since 2024-05-01 10:30, or 01/05/2024, or 1.5.24",
    "version 10.0.19045.3930 of the app",
    "it was $1,234.56, not 12,345,678",
    "4111 1111 1111 1112",
    "4111111111111112",
    "IBAN GB83 WEST 1234 5698 7654 32",
    "isbn 978-3-16-148410-0",
    "id 123e4567-e89b-12d3-a456-426614174000",
    "zip 94105-1234",
    "flight BA 2490 at gate 22",
    "my password is not working",
    "@support, look at this please",
    "we met at noon. dot your i",
    "user@localhost",
    "192.168.0.1",
)


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_are_replaced(text: str):
    """What is personal is replaced by its kind, and nothing around it."""
    assert PERSONAL[text] == redact(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_stays(text: str):
    """Orders, parcels, dates, versions, prices, and numbers whose check fails stay."""
    assert text == redact(text)


@pytest.mark.parametrize("text", PERSONAL)
def test_redacted_twice_is_once(text: str):
    """A text that is redacted already is left alone."""
    assert redact(text) == redact(redact(text))


@pytest.mark.parametrize(
    ("earlier", "text", "expected"),
    [
        ("my card is", "4111 1111 1111 1111", "[card]"),
        ("What is your phone number?", "4155550134", "[phone]"),
        ("What is your order number?", "4155550134", "4155550134"),
        ("", "4155550134", "4155550134"),
        ("What is your mail address?", "jo at example dot com", "[email]"),
    ],
)
def test_the_turn_before_tells_what_a_number_is(earlier: str, text: str, expected: str):
    """An answer is read together with its question."""
    assert expected == redact(text, earlier=earlier)


def test_spans_count_code_points_of_the_text_as_given():
    """Emoji, accents and invisible marks before and within a span do not move it."""
    text = "😀 é\u200b: jo\u200b@example.com 🙂 (415) 555-0134"

    found = find_personal(text)

    assert [(span.kind, text[span.start : span.end]) for span in found] == [
        (Kind.EMAIL, "jo\u200b@example.com"),
        (Kind.PHONE, "(415) 555-0134"),
    ]


def test_machines_addresses_are_found_only_where_asked():
    """IPv4 and IPv6 are a kind of their own."""
    text = "from 203.0.113.7 and 2001:db8::1, version 1.2.3.4567"

    expected = "from [ip] and [ip], version 1.2.3.4567"
    assert expected == redact(text, kinds=EVERY_KIND)


def test_a_part_never_shows_half_of_what_is_personal():
    """A span that reaches into a part is replaced there as a whole."""
    text = "my card is 4111 1111 1111 1111, thanks"
    spans = find_personal(text)

    assert (Span(Kind.CARD, 11, 30),) == spans
    assert redact_spans(text, spans, start=8, end=16) == "is [card]"
    assert redact_spans(text, spans, start=20) == "[card], thanks"


def test_what_stands_in_its_place_can_be_chosen():
    """A replacement is given the kind and the original."""
    assert redact("jo@example.com!", replace=lambda kind, original: f"<{kind} {original}>") == "<email jo@example.com>!"


@pytest.mark.parametrize("text", ["1 " * 20_000, "a@" * 20_000, "(" * 20_000, "1-" * 20_000, "x." * 20_000 + "at "])
def test_hostile_texts_end(text: str):
    """No text makes the search take more than a time that grows with it."""
    assert len(find_personal(text)) <= len(text)
