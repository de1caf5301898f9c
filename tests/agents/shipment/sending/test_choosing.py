"""Tests of the choice of a service."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shipment.sending.choosing import Chosen, NoChoice, RefusedService, choose, read_refused, stronger_signature
from agents.shipment.sending.zones import arrival_day
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.planning import Wishes
from orchestrator.core.shipping.shipment import Rate
from playbooks.shipping.delivery_services import ServiceWays

CHICAGO = Address(city="Chicago", state_code="IL", country_code="US")
WAYS = ServiceWays(ground=frozenset({("a", "road"), ("b", "road")}), air=frozenset({("a", "air"), ("c", "air")}))
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def rate(carrier: str, service: str, amount: str, *, days: int | None = None, currency: str = "USD") -> Rate:
    """A rate that promises delivery so many days from now, or nothing."""
    promised = None if days is None else NOON + timedelta(days=days)
    return Rate(carrier=carrier, service=service, amount=Decimal(amount), currency=currency, promised_at=promised)


CHEAP, GOOD, FAST, OTHER = (
    rate("b", "road", "5"),
    rate("a", "road", "8", days=4),
    rate("a", "air", "20", days=1),
    rate("c", "sled", "9", days=2),
)
RATES = [CHEAP, GOOD, FAST, OTHER]


@pytest.mark.parametrize(
    ("wishes", "ground_only", "expected"),
    [
        (Wishes(), False, CHEAP),
        (Wishes(fastest=True), False, FAST),
        (Wishes(fastest=True, max_price=Decimal(10)), False, OTHER),
        (Wishes(deliver_by=date(2026, 11, 29)), False, GOOD),
        (Wishes(deliver_by=date(2026, 11, 28)), False, OTHER),
        (Wishes(deliver_by=date(2026, 11, 29)), True, GOOD),
        (Wishes(fastest=True), True, GOOD),
        (Wishes(service="Air"), False, FAST),
        (Wishes(service="a road"), False, GOOD),
    ],
)
def test_wishes_choose(wishes: Wishes, ground_only: bool, expected: Rate):  # noqa: FBT001  # a case of the table
    """The cheapest that does, or the fastest; a day, a price, a service and the ground are limits."""
    result = choose(RATES, wishes=wishes, ship_to=CHICAGO, ways=WAYS, ground_only=ground_only)
    assert isinstance(result, Chosen)
    assert result.rate == expected


def test_reasons_are_in_words():
    """It is told why it is this one, and of each other why it is not."""
    result = choose(
        RATES,
        wishes=Wishes(deliver_by=date(2026, 11, 29), max_price=Decimal(10)),
        ship_to=CHICAGO,
        ways=WAYS,
        refused=[RefusedService(carrier="c", service="rocket", code="Hazard", reason="it does not carry these goods")],
    )
    assert isinstance(result, Chosen)
    assert result.why == "a road for 8.00 USD is the cheapest of 2 services that do"
    assert result.promise == "promised by Sunday, 2026-11-29 06:00 Chicago time"
    assert [(one.rate.service, one.why, one.fits) for one in result.passed_over] == [
        ("sled", "1.00 USD dearer", True),
        ("road", "it promises no day, and it must arrive by 2026-11-29", False),
        ("air", "20.00 USD is more than 10.00", False),
    ]
    assert result.others == (OTHER,)
    assert [one.reason for one in result.refused] == ["it does not carry these goods"]


def test_no_rate_is_refused_with_each_reason():
    """Where nothing does, every reason is told."""
    refused = [RefusedService(carrier="c", service="rocket", code="PoBox", reason="it goes to no box")]
    result = choose([FAST], wishes=Wishes(), ship_to=CHICAGO, ways=WAYS, refused=refused, ground_only=True)
    assert isinstance(result, NoChoice)
    assert result.shown == "a air: it goes by air, and the goods may not; c rocket: it goes to no box"
    assert result.document()["rate"] is None
    assert choose([], wishes=Wishes(), ship_to=CHICAGO, ways=WAYS).document()["reasons_shown"] == (
        "no carrier offered a rate"
    )


def test_prices_of_several_currencies_are_not_compared():
    """A rate in another currency than the order's is passed over; without the order's, none is chosen."""
    rates = [rate("a", "road", "8"), rate("b", "road", "5", currency="CAD")]
    result = choose(rates, wishes=Wishes(), ship_to=CHICAGO, ways=WAYS, currency="USD")
    assert isinstance(result, Chosen)
    assert result.rate == rates[0]
    assert isinstance(choose(rates, wishes=Wishes(), ship_to=CHICAGO, ways=WAYS), NoChoice)


def test_day_of_arrival_is_the_day_there():
    """01:00 UTC is still the evening before in Chicago; where zones differ, the later day counts."""
    late = datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert arrival_day(late, CHICAGO) == date(2026, 11, 27)
    assert arrival_day(late, Address(country_code="DE")) == date(2026, 11, 28)
    assert arrival_day(datetime(2026, 11, 28, 5, 30, tzinfo=UTC), Address(country_code="US", state_code="TN")) == (
        date(2026, 11, 28)
    )
    assert arrival_day(late, Address()) == date(2026, 11, 28)


RANDOM_RATES = st.builds(
    rate,
    st.sampled_from("abc"),
    st.sampled_from(["road", "air", "sled"]),
    st.decimals(-1, 50, places=2).map(str) | st.just("NaN"),
    days=st.none() | st.integers(0, 9),
    currency=st.sampled_from(["USD", "USD", "EUR"]),
)


@given(
    rates=st.lists(RANDOM_RATES, max_size=8),
    wishes=st.builds(
        Wishes,
        fastest=st.booleans(),
        max_price=st.none() | st.decimals(0, 50, places=2),
        deliver_by=st.none() | st.dates(date(2026, 11, 25), date(2026, 12, 3)),
        service=st.sampled_from(["", "road"]),
    ),
    ground_only=st.booleans(),
    forbidden=st.sampled_from(["", "road", "air"]),
    seed=st.integers(0, 9),
)
def test_never_a_rate_that_does_not_do(
    rates: list[Rate],
    wishes: Wishes,
    ground_only: bool,  # noqa: FBT001  # drawn
    forbidden: str,
    seed: int,
):
    """Never above the cap, later than the day, refused, by air, or in another currency; order never matters."""
    refused = [RefusedService(carrier="a", service=forbidden, code="X", reason="no")] if forbidden else []

    def chosen(among: list[Rate]) -> Chosen | NoChoice:
        return choose(
            among,
            wishes=wishes,
            ship_to=CHICAGO,
            ways=WAYS,
            refused=refused,
            ground_only=ground_only,
            currency="USD",
        )

    def does(one: Rate) -> bool:
        return (
            one.amount.is_finite()
            and one.amount >= 0
            and one.currency == "USD"
            and (wishes.max_price is None or one.amount <= wishes.max_price)
            and (one.carrier, one.service) != ("a", forbidden)
            and (not ground_only or (one.carrier, one.service) in WAYS.ground)
            and (not wishes.service or one.service == wishes.service)
            and (
                wishes.deliver_by is None
                or (one.promised_at is not None and one.promised_at.date() <= wishes.deliver_by)
            )
        )

    result = chosen(rates)
    if isinstance(result, Chosen):
        assert does(result.rate)
        assert all(does(one) for one in result.others)
        if not wishes.fastest:
            assert result.rate.amount == min(one.amount for one in rates if does(one))
    else:
        assert not any(does(one) for one in rates)
    shuffled = list(rates)
    Random(seed).shuffle(shuffled)  # noqa: S311  # no secret
    assert repr(chosen(shuffled)) == repr(result)


def test_strictest_signature_counts():
    """What the goods ask for is not weakened by what is wished."""
    assert stronger_signature("none", "adult") == "adult"
    assert stronger_signature("", "any") == "any"
    assert stronger_signature("") == "none"


def test_refusals_are_read_from_json():
    """A refusal of the workflow is read, and a wrong one is named."""
    document = {"carrier": "ups", "service": "ground", "code": "PoBox", "reason": "no boxes"}
    assert read_refused(document).document() == document
    with pytest.raises(ValueError, match="reason is empty"):
        read_refused({"carrier": "ups", "reason": ""})
