"""Manifests as rows, in both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from shipped import NOW, RULED, bought, buying, event, filed

from orchestrator.core.errors import InputError
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import Database
from orchestrator.store.manifests import StoredManifests
from orchestrator.store.shipments import StoredShipments

DAY = date(2026, 11, 25)


@pytest.fixture
def shop(database: Database) -> Database:
    """S-1 and S-2 of UPS and S-3 of DHL are to be handed over; none of the others is."""
    actions, shipments = StoredActions(database), StoredShipments(database)
    bought(actions, buying("#1"), tracking_numbers=["T1"])
    bought(actions, buying("#2"), tracking_numbers=["T2"], rate={"amount": 0.1, "currency": "USD"})
    bought(actions, buying("#3"), tracking_numbers=["T3"], carrier="dhl")
    bought(actions, buying("#4"), tracking_numbers=["T4"], test_mode=True)
    bought(actions, buying("#5", is_return=True), tracking_numbers=["T5"])
    bought(actions, buying("#6"), tracking_numbers=["T6"])
    filed(actions, buying("#7"), ruled=RULED)
    bought(actions, buying("#8"), tracking_numbers=["T8"], created_at="2026-11-26T00:10:00Z")
    for action in shipments.behind():
        shipments.refresh(action, now=NOW)
    shipments.tell("S-6", [event("picked_up", at=NOW)], parcel="T6", now=NOW)
    return database


def names(manifest: dict[str, object]) -> list[str]:
    """The ids of what is on it."""
    listed = manifest["shipments"]
    assert isinstance(listed, list)
    return [str(line["id"]) for line in listed]


def test_what_waits_is_on_one_manifest_for_each_carrier(shop: Database):
    """Not what was picked up, is a return, is worth nothing, or was bought later; with totals."""
    dhl, ups = StoredManifests(shop).make(day=DAY, carrier=None, by="local:ann", now=NOW)
    assert (names(dhl), names(ups)) == (["S-3"], ["S-1", "S-2"])
    assert (ups["id"], ups["carrier"], ups["made_by"]) == ("M-2", "ups", "local:ann")
    assert ups["totals"] == {"shipments": 2, "parcels": 2, "weight_kg": 3.0, "amounts": {"USD": 12.6}}


def test_a_shipment_is_on_one_manifest_only(shop: Database):
    """Whoever asks and however often; the next day's holds what came since."""
    stored = StoredManifests(shop)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: stored.make(day=DAY, carrier="ups", by="a", now=NOW), range(4)))
    assert sorted(name for manifests in made for one in manifests for name in names(one)) == ["S-1", "S-2"]
    tomorrow = DAY + timedelta(days=1)
    later = stored.make(day=tomorrow, carrier=None, by="a", now=datetime(2026, 11, 26, 16, tzinfo=UTC))
    assert [(one["carrier"], names(one)) for one in later] == [("dhl", ["S-3"]), ("ups", ["S-8"])]
    assert StoredShipments(shop).find("S-1").document(now=NOW)["manifest"] == "M-1"


def test_a_manifest_is_printed_again_unchanged(shop: Database):
    """Whatever becomes of what is on it."""
    stored = StoredManifests(shop)
    (made,) = stored.make(day=DAY, carrier="dhl", by="a", now=NOW)
    StoredShipments(shop).tell("S-3", [event("delivered", at=NOW)], parcel="T3", now=NOW)
    assert stored.find("m-1") == made
    assert stored.of_day(day=DAY, carrier=None) == (made,)
    assert stored.of_day(day=DAY, carrier="ups") == ()
    with pytest.raises(InputError, match="no manifest 'M-9'"):
        stored.find("M-9")
    with pytest.raises(InputError, match="no manifest 'S-1'"):
        stored.find("S-1")
