import pytest

from agents.shipment.requests.identity import Identity, read_identity
from orchestrator.core.shipping.address import Address

SAID = (
    ("You are Lea Brandt in zip code 97201.", Identity(names=("Lea Brandt",), postal_code="97201")),
    ("My name is Lea Brandt and my zip code is 97201", Identity(names=("Lea Brandt",), postal_code="97201")),
    (
        "You name is Lea Brandt and your email is lea@example.org.",
        Identity(names=("Lea Brandt",), emails=("lea@example.org",)),
    ),
    ("You are lea_brandt_11 living in zipcode 97201.", Identity(customer_id="lea_brandt_11", postal_code="97201")),
    ("You are Lea Brandt from Portland OR, 97201.", Identity(names=("Lea Brandt",), postal_code="97201")),
    (
        "Two mails: lea@example.org and l.brandt+shop@mail.example.org.",
        Identity(emails=("lea@example.org", "l.brandt+shop@mail.example.org")),
    ),
    ("It is #W1234567 for 12345678 pieces.", Identity()),
    ("zip code 97201, or zip code 97202", Identity()),
    ("", Identity()),
    (
        "Your name is Lea Brandt, and you live in 12 Oak Street, Apt 4, Boston, Massachusetts, 02110.",
        Identity(
            names=("Lea Brandt",),
            postal_code="02110",
            address=Address(
                address_line1="12 Oak Street",
                address_line2="Apt 4",
                city="Boston",
                state_code="MA",
                postal_code="02110",
                country_code="US",
            ),
        ),
    ),
)


@pytest.mark.parametrize(("text", "identity"), SAID, ids=range(len(SAID)))
def test_identity(text: str, identity: Identity) -> None:
    """Who writes is read as it stands, and nothing is completed."""
    assert identity == read_identity(text)


def test_long_text() -> None:
    """A text without end is read as far as the limit, and quickly."""
    assert Identity() == read_identity("1 a " * 20_000)
