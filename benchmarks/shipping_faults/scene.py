"""What is shipped while processes die: a shop of generated orders, a policy that lets them pass, addresses of the host.

Four of five orders may ship. The others are cancelled, unpaid, held, or agreed on at a price that is no more: each of
them must be refused with a reason.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from orchestrator.core.actions.request import ActionRequest, BlastRadius
from orchestrator.core.actions.subject import placed
from orchestrator.core.orders.order import Customer, Goods, Order, OrderItem, Payment, PaymentKind, PaymentMethod
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit
from orchestrator.settings import Settings, WorkflowSetting
from playbooks.shop.customers import save_customer
from playbooks.shop.orders import add_order
from playbooks.shop.tables import prepare

ENVIRONMENT = "benchmark"
CREATE, FIND, QUOTE = "create_shipment", "find_shipment", "quote_shipment"
TOOLS = (CREATE, FIND, QUOTE, "void_shipment")
REFUSED_EVERY = 5
KINDS = ("cancelled", "unpaid", "held", "old_price")
"""What keeps one of five from shipping, in turn."""
FORMATS = ("ZPL", "ZPL", "PDF", "PNG")
POLICY = f"""roles:
  shipping: [local:ann]
rules:
  - id: benchmark
    environments: [{ENVIRONMENT}]
    actions: [{CREATE}]
    approvers: [shipping]
    mode: autonomous
    autonomous_up_to: {{USD: 1000}}
    expires_after: 24h
"""
FROM = Address(
    company_name="Fern & Field",
    address_line1="400 Pine Street",
    city="Seattle",
    state_code="WA",
    postal_code="98101",
    country_code="US",
)
PLACES = (
    ("18 Fillmore Street", "San Francisco", "CA", "94117"),
    ("210 Oak Avenue", "Denver", "CO", "80203"),
    ("77 Harbor Road", "Portland", "ME", "04101"),
    ("905 Magnolia Lane", "Austin", "TX", "78701"),
)
WEIGHTS_G = (450, 2_300)
CUSTOMER = "benchmark_customer"
CARD = "credit_card_1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A folder of its own.

    Attributes:
        orders: How many there are, from 1.
        plant: A protection that is switched off on purpose: `claim`, `key` or `settle`.
        formats: Label formats, in turn.
    """

    root: Path
    orders: int
    port: int
    plant: str | None = None
    formats: Sequence[str] = FORMATS

    @property
    def target(self) -> Path:
        """The host's file."""
        return self.root / "target" / "workflows.db"

    def settings(self) -> Settings:
        """As a process of the program reads them."""
        return Settings(
            state=self.root / "state",
            policies=self.root / "policies",
            mode="autonomous",
            environment=ENVIRONMENT,
            workflows={name: WorkflowSetting(url=SecretStr(url)) for name, url in self.addresses().items()},
        )

    def addresses(self) -> dict[str, str]:
        """The workflows' addresses; none before the host answers for the first time."""
        with suppress(FileNotFoundError):
            found: dict[str, str] = json.loads((self.root / "host.json").read_text())
            return found
        return {}

    def told(self, slot: int) -> Path:
        """What the processes of a slot were told to be so: a line for each."""
        return self.root / f"told-{slot}.log"

    def write(self, *, slots: int) -> None:
        """Make the folder, without the shop."""
        for name in ("state", "policies", "target"):
            (self.root / name).mkdir()
        (self.root / "policies" / "actions.yaml").write_text(POLICY)
        for slot in range(slots):
            self.told(slot).touch()

    def fill(self, connection: sqlite3.Connection) -> None:
        """Put the orders into the shop."""
        prepare(connection, sample=False)
        card = PaymentMethod(id=CARD, kind=PaymentKind.CREDIT_CARD, brand="visa", last_four="4242")
        save_customer(
            connection,
            Customer(
                id=CUSTOMER,
                first_name="Ada",
                last_name="Birch",
                email="ada.birch@example.com",
                address=address(1),
                payment_methods=(card,),
            ),
        )
        for number in range(1, self.orders + 1):
            add_order(connection, order(number), position=number)


def name_of(number: int) -> str:
    """An order's id."""
    return f"B{number:06d}"


def kind_of(number: int) -> str:
    """What keeps an order from shipping; empty where nothing does."""
    return KINDS[number // REFUSED_EVERY % len(KINDS)] if number % REFUSED_EVERY == 0 else ""


def address(number: int) -> Address:
    """Where an order goes to."""
    line1, city, state, code = PLACES[number % len(PLACES)]
    return Address(
        person_name=f"Ada Birch {number}",
        address_line1=line1,
        city=city,
        state_code=state,
        postal_code=code,
        country_code="US",
    )


def order(number: int) -> Order:
    """An order of one article."""
    kind = kind_of(number)
    price = Decimal(20 + number % 30)
    item = OrderItem(
        item_id=f"item-{number % 7}",
        product_id="benchmark",
        name="Linen napkin",
        options={},
        price=price,
        goods=Goods(weight_g=WEIGHTS_G[number % len(WEIGHTS_G)]),
    )
    return Order(
        id=name_of(number),
        customer_id=CUSTOMER,
        address=address(number),
        items=(item,),
        status="cancelled" if kind == "cancelled" else "pending",
        payments=() if kind == "unpaid" else (Payment(kind="payment", amount=price, payment_method_id=CARD),),
        paid=kind != "unpaid",
        holds=("fraud_review",) if kind == "held" else (),
    )


def consignment(number: int) -> Json:
    """What is sent, as `quote_shipment` takes it."""
    grams = WEIGHTS_G[number % len(WEIGHTS_G)]
    parcel = Parcel(
        weight=Decimal(grams),
        weight_unit=WeightUnit.G,
        length=Decimal(30),
        width=Decimal(20),
        height=Decimal(10),
        dimension_unit=DimensionUnit.CM,
        items=(f"item-{number % 7}",),
    )
    return {"ship_from": _plain(FROM), "ship_to": _plain(address(number)), "parcels": [parcel.document()]}


def _plain(place: Address) -> Json:
    return {name: value for name, value in place.document().items() if value not in ("", None)}


def class_of(number: int) -> str:
    """Orders of one class cost the same to ship."""
    return f"{number % len(PLACES)}-{number % len(WEIGHTS_G)}"


def request(scene: Scene, number: int, rates: Mapping[str, Sequence[Json]], *, second: bool = False) -> ActionRequest:
    """The shipment of an order as the planner asks for it; `second` is another wish for the same order.

    It names no version of the order, so that nothing but the ledger and the key keeps a second one from being bought.
    """
    found = rates[class_of(number)]
    rate = found[1] if second else found[0]
    amount = float(str(rate["amount"])) + (0.5 if kind_of(number) == "old_price" else 0.0)
    arguments: Json = {
        **consignment(number),
        "order_id": name_of(number),
        "reference": f"{name_of(number)}-1",
        "is_return": False,
        "carrier": rate["carrier"],
        "service": rate["service"],
        "rate": {"amount": round(amount, 2), "currency": rate["currency"]},
        "label_format": scene.formats[number % len(scene.formats)],
    }
    return ActionRequest(
        workflow=CREATE,
        arguments=arguments,
        subject=placed(name_of(number), environment=ENVIRONMENT),
        environment=ENVIRONMENT,
        radius=BlastRadius(value=amount, unit=str(rate["currency"])),
        requested_by="local:ann",
        once_until="void_shipment",
    )
