"""The tables of carriers' codes: complete, sourced, and strict about what stands in them."""

from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError, InputError
from orchestrator.core.shipping.shipment import TrackingStatus
from playbooks.shipping.carrier_codes import Meaning, load_carrier_codes, parse_carrier_codes, shipped_codes


@pytest.mark.parametrize(
    ("carrier", "code", "detail", "status", "reason"),
    [
        ("ups", "I", "", "in_transit", ""),
        ("ups", "I", "OT", "out_for_delivery", ""),
        ("ups", "i", "ot", "out_for_delivery", ""),
        ("ups", "DO", "", "in_transit", ""),
        ("fedex", "DL", "", "delivered", ""),
        ("fedex", "CD", "", "on_hold", "customs_delay"),
        ("usps", "01", "", "delivered", ""),
        ("usps", "04", "", "delivery_failed", "consignee_refused"),
        ("dhl", "DD", "", "delivered", "carrier_damaged_parcel"),
        ("royalmail", "EVGPD", "", "out_for_delivery", ""),
        ("s10", "EMI", "", "delivered", ""),
        ("easypost", "failure", "lost", "unknown", "carrier_parcel_lost"),
        ("easypost", "in_transit", "weather_delay", "in_transit", "weather_delay"),
        ("shippo", "TRANSIT", "notice_left", "delivery_failed", "consignee_not_home"),
        ("karrio", "on_hold", "customs_duties_unpaid", "on_hold", "customs_duties_unpaid"),
    ],
)
def test_documented_codes(carrier: str, code: str, detail: str, status: str, reason: str):
    """A code means what its carrier documents; a detail goes before the code alone, capitals do not matter."""
    assert shipped_codes().meaning(carrier, code, detail) == Meaning(TrackingStatus(status), reason)


@pytest.mark.parametrize(("carrier", "code"), [("ups", "ZZ"), ("usps", "1"), ("ups", ""), ("nobody", "D"), ("", "")])
def test_what_no_table_has_is_unknown(carrier: str, code: str):
    """An unmapped code is never taken for a movement, however much it looks like one."""
    assert shipped_codes().meaning(carrier, code) == Meaning(TrackingStatus.UNKNOWN, known=False)


def test_every_table_names_its_source():
    """Each table says where its codes are published, and only `delivered` codes deliver."""
    tables = shipped_codes().tables
    assert set(tables) == {"ups", "fedex", "usps", "dhl", "royalmail", "s10", "easypost", "shippo", "karrio"}
    assert all(len(table.source) > 30 for table in tables.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "ups: {source: x, codes: {D: deliverd}}",
            r"codes.yaml:1: ups.codes.D: 'deliverd' is not one of .*'delivered'",
        ),
        ("ups: {source: x, codes: {D: {reason: weather_delay}}}", "the key 'status' is missing"),
        ("ups: {source: x, codes: {D: {status: on_hold, reason: rain}}}", "'rain' is not one of"),
        ("ups: {source: x, codes: {D: delivered, d: pending}}", "the code 'd' stands twice"),
        ("ups: {codes: {D: delivered}}", "the key 'source' is missing"),
        ("ups: {source: x, codes: {}, more: 1}", "unknown key 'more'"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(text: str, message: str):
    """What is wrong is named with file, line and field."""
    with pytest.raises(GuideError, match=message):
        parse_carrier_codes(text, file="codes.yaml")


def test_files_that_cannot_be_read(tmp_path: Path):
    """A missing file and one that is not UTF-8 are named."""
    with pytest.raises(InputError, match="cannot be read"):
        load_carrier_codes(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"\xff")
    with pytest.raises(GuideError, match="not UTF-8"):
        load_carrier_codes(tmp_path / "latin.yaml")
