"""Tests of the inventory of services and its parser."""

from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError
from playbooks.services import Service, Services, load_services, parse_services

TEXT = """\
services:
  - id: checkout
    aliases: [shop checkout, cart]
    role_names: [checkout-api]
    resource_ids: [/subscriptions/1/x]
    namespaces: [shop]
    depends_on: [payments]
    owner: team-shop
    escalation: "call the lead"
  - id: payments
"""
SERVICES = parse_services(TEXT, file="services.yaml")


def test_all_fields_are_read():
    """Every field of the format reaches the value."""
    assert next(iter(SERVICES)) == Service(
        id="checkout",
        aliases=("shop checkout", "cart"),
        role_names=("checkout-api",),
        resource_ids=("/subscriptions/1/x",),
        namespaces=("shop",),
        depends_on=("payments",),
        owner="team-shop",
        escalation="call the lead",
    )


@pytest.mark.parametrize("name", ["checkout", "Cart", "CHECKOUT_API", "shop-checkout"])
def test_find_by_any_name(name: str):
    """Ids, aliases and role names find the service, whatever their case and separators."""
    service = SERVICES.find(name)
    assert service is not None
    assert service.id == "checkout"


def test_find_nothing():
    """An unknown name finds nothing, and no name neither."""
    assert SERVICES.find("billing") is None
    assert SERVICES.find("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("payments and the shop checkout fail", ["payments", "checkout"]),
        ("checkouts prepayments", []),
        ("cart, cart and Cart!", ["checkout"]),
        ("", []),
    ],
)
def test_services_in_text(text: str, expected: list[str]):
    """Whole words in the order of the text, each service once."""
    assert [service.id for service in SERVICES.in_text(text)] == expected


def test_longest_name_wins():
    """A name inside a longer one is not found by itself."""
    services = Services((Service(id="checkout"), Service(id="checkout-worker")))
    assert [service.id for service in services.in_text("checkout worker is slow")] == ["checkout-worker"]


def test_nearest():
    """The likeliest meant service comes first."""
    assert SERVICES.nearest("chekout", 1) == ("checkout",)
    assert SERVICES.nearest("paymnt") == ("payments", "checkout")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- checkout", "f.yaml:1: expected one field `services`"),
        ("services: 3", "f.yaml:1: expected one field `services`"),
        ("", "f.yaml:1: expected one field `services`"),
        ("services:\n - {id: a\n", "f.yaml:3: not YAML"),
        ("services:\n - a\n", "f.yaml:2: services: 'a' is not a service"),
        ("services:\n - owner: x\n", "f.yaml:2: id: a service without id"),
        ("services:\n - id: 3\n", "f.yaml:2: id: 3 is not text"),
        ("services:\n - id: a\n   alias: [b]\n", "f.yaml:3: alias: unknown field 'alias'; known: id, aliases"),
        ("services:\n - id: a\n   aliases: b\n", "f.yaml:3: aliases: 'b' is not a list"),
        ("services:\n - id: a\n   aliases: [1]\n", "f.yaml:3: aliases: [1] is not a list of texts"),
        ("services:\n - id: a\n   owner: [b]\n", "f.yaml:3: owner: ['b'] is not text"),
        ("services:\n - id: a\n - id: A\n", "f.yaml:3: id: 'A' is a name of 'a' already"),
        ("services:\n - id: a\n   aliases: [b]\n - id: b\n", "f.yaml:4: id: 'b' is a name of 'a' already"),
        ("services:\n - id: ab\n   depends_on: [ac]\n", "f.yaml:3: depends_on: 'ac' is no service here; nearest: ab"),
    ],
)
def test_errors_name_their_place(text: str, message: str):
    """What is wrong is said with file, line, field and value."""
    with pytest.raises(GuideError) as error:
        parse_services(text, file="f.yaml")
    assert error.value.message.startswith(message)


def test_load_from_a_file(tmp_path: Path):
    """A file is read as UTF-8."""
    path = tmp_path / "services.yaml"
    path.write_text("services:\n - id: größe\n", encoding="utf-8")
    assert [service.id for service in load_services(path)] == ["größe"]


def test_a_file_that_cannot_be_read(tmp_path: Path):
    """A missing file and one that is not text are named."""
    with pytest.raises(GuideError, match=r"none\.yaml: cannot be read"):
        load_services(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(GuideError, match="not UTF-8"):
        load_services(tmp_path / "bytes.yaml")
