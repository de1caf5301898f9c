"""Orders of a file, and what the other commands read, on a fresh laptop."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orchestrator.app.application import App
from orchestrator.app.shipping.importing import import_file
from orchestrator.core.errors import InputError
from orchestrator.core.shipping.address import Address, read_address
from orchestrator.core.shipping.planning import Planned, Wishes
from orchestrator.settings import Settings


async def test_an_order_has_an_address_to_check():
    """By its id with or without its mark; an order that there is not is named."""
    address = await App().order_address("1021")
    assert address == await App().order_address("#1021")
    assert App().validate_address(address)["result"] == "corrected"
    with pytest.raises(InputError, match="there is no order '77'"):
        await App().order_address("77")


def test_an_address_without_a_city_is_not_valid():
    """Nothing is invented."""
    assert App().validate_address(Address(country_code="US"))["result"] == "unknown"


def test_a_file_that_is_none_is_refused(tmp_path: Path):
    """It names the file and the mend; nothing is taken."""
    for content, words in ((None, "cannot be read"), (b"\xff\xfe\x00", "no UTF-8"), (b"", "is empty")):
        path = tmp_path / "orders.csv"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            import_file(Settings(), path)
        assert words in caught.value.message


def test_orders_are_imported_into_the_shop_on_this_machine_only(tmp_path: Path):
    """Where workflows are configured, the shop is behind those."""
    address: Any = {"url": SecretStr("https://x.logic.azure.com/workflows/a?sig=b"), "audience": None, "resource": None}
    settings = Settings.model_construct(**{**dict(Settings()), "workflows": {"create_shipment": address}})
    with pytest.raises(InputError, match="create_shipment") as caught:
        import_file(settings, tmp_path / "orders.csv")
    assert "sig=" not in caught.value.message


def test_there_is_nothing_to_hand_over_on_a_fresh_laptop():
    """No manifest is made of nothing."""
    assert App().make_manifests(day=date(2026, 11, 25), carrier=None) == ()
    with pytest.raises(InputError, match="no manifest"):
        App().show_manifest("M-1")
    with pytest.raises(InputError, match="no shipment 'S-1'; the nearest are none yet"):
        App().show_shipments("S-1")


async def test_an_imported_order_is_planned(tmp_path: Path):
    """From a row of a file to a price; the same file again changes nothing."""
    path = tmp_path / "orders.csv"
    header = "order_id,email,first_name,last_name,address1,city,region,postal_code,country"
    more = "paid,item_id,product,price,weight,dimensions"
    row = "W9,ann@example.com,Ann,Lee,918 Larimer Row,Denver,CO,80202,US,yes,77,Lamp,30,1.2 kg,30x20x10 cm"
    path.write_text(f"{header},{more}\n{row}\n", encoding="utf-8")
    app = App()
    warehouse = Address(
        company_name="Shop",
        address_line1="9 Dock Road",
        city="Reno",
        state_code="NV",
        postal_code="89501",
        country_code="US",
    )
    first = app.import_orders(path, ship_from=warehouse)
    assert (first["orders"], first["rejected"]) == (1, [])
    assert app.import_orders(path, ship_from=None)["unchanged"] == 1
    assert (await app.order_address("W9")).city == "Denver"
    plan = await app.plan_shipment("W9", Wishes())
    assert isinstance(plan, Planned), plan
    assert plan.request.arguments["order_id"] == "W9"
    assert read_address(plan.request.arguments["ship_from"]) == warehouse
    assert plan.price > 0
