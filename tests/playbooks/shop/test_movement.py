"""How sample carriers move parcels: every fate happens, always in the same way, and in an order that makes sense."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.incidents import IncidentReason
from orchestrator.core.shipping.shipment import Parcel, Rate, TrackingEvent, TrackingStatus, WeightUnit
from playbooks.shop.carriers import CODES, tracking_number
from playbooks.shop.movement import moved
from playbooks.shop.rating import Consignment, rate_of
from playbooks.shop.shipments import Sent
from playbooks.shop.tariff_reading import shipped_tariff

ORDERED = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
END = ORDERED + timedelta(days=90)
SHOP = Address(company_name="Shop", city="Portland", state_code="OR", country_code="US")
PLACES = {
    "overland_ground": Address(person_name="Ines Calloway", city="New York", state_code="NY", country_code="US"),
    "swiftair_overnight": Address(person_name="Ines Calloway", city="Reno", state_code="NV", country_code="US"),
    "union_international": Address(person_name="Lena Hartwig", city="Berlin", country_code="DE"),
}


def _sent(name: str, *, at: datetime = ORDERED, test_mode: bool = False) -> Sent:
    tariff, place = shipped_tariff(), PLACES[name]
    carrier, service = next((c, s) for c in tariff.carriers for s in c.services if s.service == name)
    parcels = (Parcel(weight=Decimal(1), weight_unit=WeightUnit.KG),)
    consignment = Consignment(ship_from=SHOP, ship_to=place, parcels=parcels)
    rate = rate_of(tariff, carrier, service, consignment, ordered_at=at)
    assert isinstance(rate, Rate)
    assert rate.promised_at is not None
    return Sent(
        key="k",
        order_id="#1",
        reference="#1-1",
        carrier=carrier.carrier,
        service=name,
        zone=tariff.zone_of(SHOP, place) or "",
        ship_from=SHOP,
        ship_to=place,
        return_to=None,
        parcels=parcels,
        rate=rate,
        is_return=False,
        test_mode=test_mode,
        signature="any",
        insurance=None,
        created_at=at,
        promised_at=rate.promised_at,
        void_by=at + timedelta(days=14),
        status_before="pending",
    )


def _ways(name: str, count: int = 400) -> list[tuple[TrackingEvent, ...]]:
    tariff, sent = shipped_tariff(), _sent(name)
    found = tariff.service(sent.carrier, name)
    assert found is not None
    numbers = [tracking_number(found[1], serial) for serial in range(count)]
    return [moved(sent, number, tariff=tariff, now=END) for number in numbers]


@pytest.mark.parametrize("name", PLACES)
def test_every_end_happens_and_most_arrive_as_promised(name: str) -> None:
    """Most are delivered by the promise; some late, some sent back, some lost, and each with its reason."""
    ways, promised = _ways(name), _sent(name).promised_at
    ends = [way[-1].status for way in ways]
    on_time = [way for way in ways if way[-1].status is TrackingStatus.DELIVERED and way[-1].occurred_at <= promised]
    assert set(ends) == {TrackingStatus.DELIVERED, TrackingStatus.RETURN_TO_SENDER, TrackingStatus.UNKNOWN}
    assert 0.5 * len(ways) < len(on_time) < len(ways)
    reasons = {event.reason for way in ways for event in way if event.reason}
    assert reasons <= {reason.value for reason in IncidentReason}
    statuses = {event.status for way in ways for event in way}
    assert statuses == set(TrackingStatus) - {TrackingStatus.PENDING, TrackingStatus.CANCELLED}


@pytest.mark.parametrize("name", PLACES)
def test_a_way_is_told_in_order_and_in_the_carriers_codes(name: str) -> None:
    """It begins with the pickup, time never runs back, and no two things happen at once."""
    for way in _ways(name):
        times = [event.occurred_at for event in way]
        assert way[0].status is TrackingStatus.PICKED_UP
        assert times == sorted(set(times))
        assert {event.carrier_code for event in way} <= set(CODES[_sent(name).carrier].values())


def test_the_same_number_moves_in_the_same_way() -> None:
    """A second look tells the same, a look between tells the beginning of it."""
    tariff, sent = shipped_tariff(), _sent("overland_ground")
    for serial in range(40):
        number = f"N{serial}"
        whole = moved(sent, number, tariff=tariff, now=END)
        between = ORDERED + timedelta(days=serial / 5)
        assert moved(sent, number, tariff=tariff, now=END) == whole
        part = moved(sent, number, tariff=tariff, now=between)
        assert part == whole[: len(part)]
        assert all(event.occurred_at <= between for event in part)


def test_there_is_time_between_the_order_and_the_pickup() -> None:
    """Two hours at least, at any hour of the week, so that a label can be given back."""
    tariff = shipped_tariff()
    for hour in range(24 * 7):
        sent = _sent("overland_ground", at=ORDERED + timedelta(hours=hour))
        first = moved(sent, "N1", tariff=tariff, now=END)[0]
        assert first.occurred_at - sent.created_at >= timedelta(hours=2)


def test_who_took_it_is_told_where_a_signature_was_wanted() -> None:
    """The recipient's initial and name."""
    signed = {way[-1].signed_by for way in _ways("overland_ground") if way[-1].status is TrackingStatus.DELIVERED}
    assert signed == {"I. CALLOWAY"}


def test_a_test_label_never_moves() -> None:
    """Nobody fetches it."""
    assert moved(_sent("overland_ground", test_mode=True), "N1", tariff=shipped_tariff(), now=END) == ()


def test_every_carrier_has_a_code_for_everything() -> None:
    """And no carrier uses one code for two things."""
    names = set(CODES["overland"])
    assert {carrier.carrier for carrier in shipped_tariff().carriers} == set(CODES)
    for codes in CODES.values():
        assert set(codes) == names
        assert len(set(codes.values())) == len(codes)
