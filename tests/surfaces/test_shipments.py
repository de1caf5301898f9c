import io
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestrator.surfaces.cli import run_cli
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.shipments import shipment_page

Run = Any
LABEL = b"%PDF-1.4\n%%EOF"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("line", "code"), [("y\n", 0), ("n\n", 3), ("\n", 3), ("maybe\nn\n", 3), ("", 130)])
def test_at_a_terminal_a_yes_is_asked_for(
    application: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, code: int
):
    """After what would be bought; anything but a yes buys nothing, and nor does who leaves there."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(line))
    monkeypatch.setattr(sys, "stdout", screen)
    assert run_cli(application, ["shipments", "create", "W1", "--out", str(tmp_path)]) == code
    shown = screen.getvalue()
    assert shown.index("Price 12.50 USD") < shown.index("Buy exactly this? [y/N]")
    assert [kind for kind, *_ in application.shipping] == (["plan"] if code else ["plan", "buy"])


def test_a_shipment_is_planned_and_bought_with_yes(run: Run, application: Any, tmp_path: Path):
    """Exactly what was planned; the label is written, and what came of it is shown."""
    found = run("shipments", "create", "W1", "--yes", "--out", str(tmp_path / "labels"))
    assert found.code == 0
    assert (tmp_path / "labels" / "S-1.pdf").read_bytes() == LABEL
    for words in ("S-1 is bought", "1Z999AA10123456784", "12.50 USD", "in transit", "S-1.pdf"):
        assert words in found.out
    assert "A-7: calling create_shipment" in found.err
    assert "\x1b" not in found.out
    assert [kind for kind, *_ in application.shipping] == ["plan", "buy"]


def test_without_a_terminal_nothing_is_bought(run: Run, application: Any):
    """What would be bought is shown, and the exit code says that it waits."""
    found = run("shipments", "create", "W1")
    assert found.code == 3
    assert "Price 12.50 USD red" in found.out
    assert "phone_number became +17755550100" in found.out
    assert "Nothing was bought" in found.err
    assert [kind for kind, *_ in application.shipping] == ["plan"]


def test_the_plan_is_a_document(run: Run, application: Any):
    """With --json and without --yes nothing is bought."""
    found = run("shipments", "create", "W1", "--json")
    document = json.loads(found.out)
    assert (found.code, document["status"], document["rate"]["amount"]) == (3, "planned", 12.5)
    assert document["arguments"] == {"order_id": "W1"}
    assert [kind for kind, *_ in application.shipping] == ["plan"]


def test_wishes_are_passed_on(run: Run, application: Any, tmp_path: Path):
    """Each option as its value."""
    place = tmp_path / "to.json"
    place.write_text('{"city": "Reno", "country_code": "US"}')
    options = ["--service", "ups_air", "--by", "2026-12-01", "--fastest", "--max-price", "19.90", "--insure", "100"]
    more = ["--signature", "adult", "--ship-to", str(place), "--label-format", "ZPL", "--return"]
    run("shipments", "create", "W1", *options, *more)
    ((_, order, wishes),) = application.shipping
    assert order == "W1"
    assert (wishes.service, wishes.fastest, wishes.signature, wishes.label_format) == ("ups_air", True, "adult", "ZPL")
    assert (str(wishes.deliver_by), wishes.max_price, wishes.insurance) == ("2026-12-01", Decimal("19.90"), 100)
    assert (wishes.ship_to.city, wishes.is_return) == ("Reno", True)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["create", "W1", "--by", "soon"], "--by 'soon' is no day"),
        (["create", "W1", "--max-price", "cheap"], "--max-price 'cheap' is no amount"),
        (["create", "W1", "--insure", "-3"], "--insure '-3' is no amount"),
        (["create", "W1", "--ship-to", "nowhere.json"], "'nowhere.json' cannot be read"),
        (["cancel", "S-1", "--reason", " "], "--reason is empty"),
        (["resolve", "S-2", "--found", "shipped", "--note", ""], "--note is empty"),
        (["track"], "which shipment?"),
        (["track", "--push", "nowhere.json"], "'nowhere.json' cannot be read"),
        (["validate"], "give one of these"),
        (["validate", "nowhere.json"], "there is no file 'nowhere.json'"),
        (["validate", "--address", "{"], "--address is no JSON"),
        (["validate", "--address", '{"street": "x"}'], "has no field 'street'"),
        (["manifest", "--date", "today"], "--date 'today' is no day"),
        (["manifest", "--out", "m.pdf"], "neither .csv nor .json"),
        (["show", "S-9"], "there is no shipment 'S-9'"),
    ],
)
def test_bad_input_is_named(run: Run, argv: list[str], words: str):
    """What was wrong, and the mend; nothing is done."""
    found = run("shipments", *argv)
    assert (found.code, found.out) == (2, "")
    assert words in found.err


def test_what_is_missing_is_asked(run: Run):
    """With what it may be; exit code 2, as a document too."""
    found = run("shipments", "create", "W3")
    assert found.code == 2
    assert "? Which Springfield? One of: IL; MA." in found.out
    document = json.loads(run("shipments", "create", "W3", "--json").out)
    assert (document["status"], document["questions"][0]["name"]) == ("needs_input", "address")


def test_what_may_not_be_shipped_is_refused(run: Run, application: Any):
    """With the reason; a yes changes nothing about it."""
    found = run("shipments", "create", "W2", "--yes")
    assert found.code == 2
    assert "x order W2 is not paid red" in found.out
    assert [kind for kind, *_ in application.shipping] == ["plan"]


def test_a_folder_for_the_label_is_needed_before_anything_is_bought(run: Run, application: Any, tmp_path: Path):
    """Where there can be none, nothing is bought."""
    (tmp_path / "file").write_bytes(b"mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        found = run("shipments", "create", "W1", "--yes", "--out", str(place))
        assert (found.code, "is no folder for labels" in found.err) == (2, True)
    assert [kind for kind, *_ in application.shipping] == ["plan", "plan"]


def test_what_is_bought_is_told_though_its_label_cannot_be_written(run: Run, tmp_path: Path):
    """A file of that name stays as it is; the exit code says that not all was done."""
    (tmp_path / "S-1.pdf").write_bytes(b"mine")
    found = run("shipments", "create", "W1", "--yes", "--out", str(tmp_path))
    assert (found.code, "S-1 is bought" in found.out, "label:" in found.out) == (1, True, False)
    assert "S-1 is bought, and its label was not written" in found.err
    assert (tmp_path / "S-1.pdf").read_bytes() == b"mine"
    told = run("shipments", "create", "W1", "--yes", "--json", "--out", str(tmp_path))
    assert (told.code, json.loads(told.out)["status"], "label_file" in json.loads(told.out)) == (1, "done", False)


def test_a_reason_that_the_workflow_refuses_is_not_proposed(run: Run, application: Any):
    """It is said how long it may be."""
    found = run("shipments", "cancel", "S-1", "--reason", "x" * 1001)
    assert (found.code, hasattr(application, "shipping")) == (2, False)
    assert "--reason has 1,001 characters: give at most 1,000" in found.err


def test_a_warehouse_is_an_address_that_is_found(run: Run, application: Any, tmp_path: Path):
    """Another is refused before any order is taken; so is a folder where a file of addresses is asked for."""
    place = tmp_path / "warehouse.json"
    place.write_text("{}")
    found = run("shipments", "import", "orders.csv", "--ship-from", str(place))
    assert (found.code, "is no place to ship from: the city is missing" in found.err) == (2, True)
    found = run("shipments", "validate", str(tmp_path))
    assert (found.code, "is a folder" in found.err) == (2, True)
    assert not hasattr(application, "shipping")


def test_a_label_is_printed_again(run: Run, tmp_path: Path):
    """The same bytes; a file that holds something else is not overwritten."""
    path = tmp_path / "again.pdf"
    assert run("shipments", "label", "S-1", "--out", str(path)).code == 0
    assert run("shipments", "label", "S-1", "--out", str(path)).code == 0
    assert path.read_bytes() == LABEL
    path.write_bytes(b"mine")
    found = run("shipments", "label", "S-1", "--out", str(path))
    assert found.code == 2
    assert "holds something else" in found.err
    assert path.read_bytes() == b"mine"


def test_the_list_shows_what_needs_somebody(run: Run):
    """Parked, late and held ones by their word; nothing that a terminal would act on."""
    found = run("shipments", "list")
    states = [line.split()[1] for line in found.out.splitlines()[1:]]
    assert (found.code, states) == (0, ["in", "parked", "late", "on"])
    assert "\x1b" not in found.out


def test_the_list_is_narrowed(run: Run):
    """By one state or several, by order; a word that is no state is refused with those there are."""
    document = json.loads(run("shipments", "list", "--status", "parked", "--status", "late", "--json").out)
    assert ([one["id"] for one in document["shipments"]], document["more"]) == (["S-2", "S-3"], False)
    assert json.loads(run("shipments", "list", "--limit", "1", "--json").out)["more"] is True
    assert run("shipments", "list", "--status", "delivered").out == "There is no such shipment.\n"
    assert run("shipments", "list", "--order", "W7").out == "There is no such shipment.\n"
    refused = run("shipments", "list", "--status", "out for deliver")
    assert (refused.code, refused.out) == (2, "")
    assert "give out_for_delivery" in refused.err
    assert "voided" in run("shipments", "list", "--status", "lost").err


def test_a_page_names_zone_currency_and_direction():
    """Where no heading does: of its times, of what is insured, and that it is on its way back."""
    found = {
        "id": "S-1",
        "order_id": "W1",
        "stage": "bought",
        "status": "pending",
        "is_return": True,
        "rate": {"amount": 12.5, "currency": "USD"},
        "insurance": 100.0,
        "promised_at": "2026-12-01T01:00:00Z",
    }
    assert [line.strip() for line in shipment_page(found, Screen()).splitlines()] == [
        "S-1  order W1  return",
        "state     pending",
        "price     12.50 USD",
        "insured   100.00 USD",
        "promised  2026-12-01 01:00 UTC",
    ]


def test_a_shipment_is_shown_with_all_that_is_known(run: Run):
    """Addresses, price, label, the carrier's words, and what was done."""
    page = run("shipments", "show", "S-1").out
    for words in (
        "S-1  order W1",
        "carrier   ups ups_ground",
        "price     12.50 USD",
        "to        =Ann red, 1 Main Street, Reno, 89501, US",
        "parcels   1.5 kg, 30 x 20 cm",
        "label     application/pdf, 14 bytes",
        "in transit, Reno: Departed red",
        "A-7 Done.",
    ):
        assert words in page


def test_a_carrier_is_asked(run: Run):
    """What is new is counted, what could not be found out is said."""
    found = run("shipments", "track", "S-1")
    assert found.code == 0
    assert found.out.startswith("1 new event\n! 1Z2: not known yet red\n")


def test_what_a_carrier_pushed_is_taken(run: Run, application: Any, tmp_path: Path):
    """As it came, with or without the shipment that it must be about."""
    path = tmp_path / "hook.json"
    path.write_bytes(b'{"a": 1}')
    assert "unknown code ZZ" in run("shipments", "track", "--push", str(path)).out
    run("shipments", "track", "S-1", "--push", str(path))
    assert application.shipping == [("push", b'{"a": 1}', ""), ("push", b'{"a": 1}', "S-1")]


def test_a_shipment_is_given_back(run: Run):
    """The refund is told; one of which nobody knows is not, and waits."""
    found = run("shipments", "cancel", "S-1", "--reason", "wrong size")
    assert found.code == 0
    assert "refund    submitted" in found.out
    assert run("shipments", "cancel", "S-2", "--reason", "x").code == 3


def test_a_parked_shipment_is_settled(run: Run, application: Any):
    """With what was found, the numbers, and how; one that is settled is refused."""
    argv = ["resolve", "S-2", "--found", "shipped", "--number", "1Z1", "--note", "in the portal"]
    found = run("shipments", *argv)
    assert (found.code, application.shipping) == (0, [("resolve", "S-2", "shipped", ("1Z1",), "in the portal")])
    assert "S-2 is settled: shipped" in found.out
    refused = run("shipments", "resolve", "S-1", "--found", "not_shipped", "--note", "x")
    assert (refused.code, refused.out) == (2, "")
    assert "nothing to resolve" in refused.err


def test_addresses_are_checked(run: Run, application: Any, tmp_path: Path):
    """One, those of a file by the line, or an order's; exit code 1 where one cannot be used."""
    assert run("shipments", "validate", "--address", '{"city": "Reno"}').out.startswith("valid  Reno")
    lines = tmp_path / "some.jsonl"
    lines.write_text('{"city": "Reno"}\n\n{"country_code": "US"}\n')
    found = run("shipments", "validate", str(lines))
    assert found.code == 1
    assert "x city: the city is missing red" in found.out
    listed = tmp_path / "some.json"
    listed.write_text('[{"city": "Reno"}]')
    assert len(json.loads(run("shipments", "validate", str(listed), "--json").out)["results"]) == 1
    lines.write_text('{"city": "Reno"}\n{"city": 1}\n')
    refused = run("shipments", "validate", str(lines))
    assert refused.code == 2
    assert f"{lines}:2: city is 1" in refused.err
    assert run("shipments", "validate", "W1").code == 0
    assert application.shipping == [("address", "W1")]


def test_orders_are_imported(run: Run, application: Any, tmp_path: Path):
    """What was rejected is named by its line, and makes the exit code 1."""
    place = tmp_path / "warehouse.json"
    place.write_text('{"city": "Reno"}')
    run("shipments", "import", "orders.csv", "--ship-from", str(place))
    found = run("shipments", "import", "orders.csv")
    assert application.shipping == [("import", "orders.csv", "Reno"), ("import", "orders.csv", None)]
    assert found.code == 1
    for words in ("2 orders taken, 1 as they were", "line 4  W9: no quantity red", "colour"):
        assert words in found.out


def test_a_manifest_is_written(run: Run, application: Any, tmp_path: Path):
    """As CSV whose cells no spreadsheet calculates, or JSON; by day and carrier."""
    sheet, document = tmp_path / "m.csv", tmp_path / "m.json"
    found = run("shipments", "manifest", "--date", "2026-11-22", "--carrier", "ups", "--out", str(sheet))
    assert found.code == 0
    assert "M-1  ups  1 shipment, 1 parcel, 1.5 kg, 12.50 USD" in found.out
    header, line = sheet.read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("manifest,carrier,id,order_id")
    assert line.startswith("M-1,ups,S-1,W1,W1-1,ups_ground,1Z999AA10123456784,1,1.5,'=Ann")
    assert run("shipments", "manifest", "M-1", "--out", str(document)).code == 0
    assert json.loads(document.read_text())["manifests"][0]["id"] == "M-1"
    assert run("shipments", "manifest", "--carrier", "dhl").out == "Nothing is to be handed over.\n"
    assert next(str(day) for kind, day, *_ in application.shipping if kind == "manifest") == "2026-11-22"
