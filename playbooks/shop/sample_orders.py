"""The sample shop's orders: each state, and each thing that may keep an order from shipping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from orchestrator.core.shipping.address import Address

_FIRST = datetime(2026, 10, 19, 8, 15, tzinfo=UTC)
_GAP = timedelta(hours=21, minutes=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOrder:
    """An order as it is told here: articles with their numbers, and what is not as usual.

    Attributes:
        parcel: The serial number of the parcel in which it left; 0 where it has not.
    """

    id: str
    customer_id: str
    items: Mapping[str, int]
    status: str = "pending"
    paid: bool = True
    paid_by: str = ""
    holds: tuple[str, ...] = ()
    parcel: int = 0
    address: Address | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def placed_at(self) -> datetime:
        """When it was placed: they follow each other evenly."""
        return _FIRST + (int(self.id.removeprefix("#")) - 1001) * _GAP


def _address(name: str, place: tuple[str, str, str, str], *, phone: str = "") -> Address:
    line1, city, state, code = place
    return Address(
        person_name=name,
        address_line1=line1,
        city=city,
        state_code=state,
        postal_code=code,
        country_code="US",
        phone_number=phone,
    )


_INES, _TOBIAS, _AMARA, _JONAH = "ines_calloway_1001", "tobias_renner_1002", "amara_osei_1003", "jonah_whitfield_1004"
_PRIYA, _MARC, _LENA, _OWEN = "priya_raman_1005", "marc_delacroix_1006", "lena_hartwig_1007", "owen_prescott_1008"
_YUKI, _CARLOS, _NOOR, _GRACE = "yuki_morimoto_1009", "carlos_ibarra_1010", "noor_haddad_1011", "grace_whitfield_1012"
_GONE = {"cancel_reason": "no longer needed"}

ORDERS = (
    # what has arrived
    SampleOrder(id="#1001", customer_id=_INES, items={"610201": 1, "610901": 4}, status="delivered", parcel=1),
    SampleOrder(id="#1002", customer_id=_TOBIAS, items={"610301": 1}, status="delivered", parcel=2),
    SampleOrder(id="#1003", customer_id=_AMARA, items={"611101": 1, "611202": 2}, status="delivered", parcel=3),
    SampleOrder(id="#1004", customer_id=_PRIYA, items={"611301": 1}, status="delivered", parcel=4),
    SampleOrder(id="#1005", customer_id=_LENA, items={"610601": 1}, status="delivered", parcel=5),
    SampleOrder(
        id="#1006",
        customer_id=_JONAH,
        items={"610203": 2},
        status="return requested",
        parcel=6,
        details={"return_items": ["610203"], "return_payment_method_id": "credit_card_9006"},
    ),
    SampleOrder(
        id="#1007",
        customer_id=_NOOR,
        items={"610902": 2},
        status="exchange requested",
        parcel=7,
        details={
            "exchange_items": ["610902"],
            "exchange_new_items": ["610901"],
            "exchange_payment_method_id": "paypal_9017",
            "exchange_price_difference": 0,
        },
    ),
    # cancelled
    SampleOrder(id="#1008", customer_id=_CARLOS, items={"610302": 1}, status="cancelled", details=_GONE),
    SampleOrder(id="#1009", customer_id=_GRACE, items={"610101": 1}, status="cancelled", paid=False, details=_GONE),
    # packed or on the way
    SampleOrder(id="#1010", customer_id=_INES, items={"611102": 1}, status="processed", parcel=8),
    SampleOrder(id="#1011", customer_id=_MARC, items={"610102": 1}, status="processed", parcel=9),
    SampleOrder(id="#1012", customer_id=_AMARA, items={"610802": 1}, status="processed"),
    # pending, paid, in stock, with a good address: ready to ship
    SampleOrder(id="#1013", customer_id=_INES, items={"610101": 1, "610901": 2}),
    SampleOrder(id="#1014", customer_id=_TOBIAS, items={"610202": 1}, paid_by="paypal_9003"),
    SampleOrder(id="#1015", customer_id=_AMARA, items={"610303": 1, "611201": 3}),
    SampleOrder(id="#1016", customer_id=_JONAH, items={"611103": 1}),
    SampleOrder(id="#1017", customer_id=_PRIYA, items={"610104": 1}, paid_by="gift_card_9008"),
    SampleOrder(id="#1018", customer_id=_NOOR, items={"610902": 6}),
    SampleOrder(id="#1019", customer_id=_GRACE, items={"610204": 1}),
    SampleOrder(id="#1020", customer_id=_GRACE, items={"611202": 1}, status="pending (items modified)"),
    # across a border
    SampleOrder(id="#1021", customer_id=_MARC, items={"610201": 2}),
    SampleOrder(id="#1022", customer_id=_LENA, items={"610301": 1}),
    SampleOrder(id="#1023", customer_id=_OWEN, items={"611101": 1, "610901": 1}),
    SampleOrder(id="#1024", customer_id=_YUKI, items={"610203": 1}),
    SampleOrder(id="#1025", customer_id=_OWEN, items={"611501": 1}),
    # goods with rules of their own
    SampleOrder(id="#1026", customer_id=_TOBIAS, items={"610402": 1}),
    SampleOrder(id="#1027", customer_id=_LENA, items={"610401": 2}),
    SampleOrder(id="#1028", customer_id=_AMARA, items={"610501": 1}),
    SampleOrder(id="#1029", customer_id=_OWEN, items={"610602": 1}),
    SampleOrder(id="#1030", customer_id=_JONAH, items={"610701": 1}),
    SampleOrder(id="#1031", customer_id=_PRIYA, items={"610801": 1}, paid_by="credit_card_9009"),
    SampleOrder(id="#1032", customer_id=_YUKI, items={"611001": 2}),
    SampleOrder(id="#1033", customer_id=_MARC, items={"611401": 1}),
    # what keeps an order from shipping
    SampleOrder(id="#1034", customer_id=_INES, items={"610302": 1}, paid=False),
    SampleOrder(id="#1035", customer_id=_TOBIAS, items={"611302": 1}, holds=("fraud_review",)),
    SampleOrder(id="#1036", customer_id=_AMARA, items={"610103": 1}),
    SampleOrder(id="#1037", customer_id=_NOOR, items={"610903": 2, "611201": 1}),
    SampleOrder(
        id="#1038",
        customer_id=_JONAH,
        items={"610901": 2},
        address=_address("Jonah Whitfield", ("918 Larimer Row", "Denver", "CO", "10003"), phone="+1 303-555-0128"),
    ),
    SampleOrder(id="#1039", customer_id=_CARLOS, items={"610801": 1}),
    SampleOrder(
        id="#1040",
        customer_id=_GRACE,
        items={"610101": 1},
        address=_address("Grace Whitfield", ("", "Denver", "CO", "")),
    ),
    SampleOrder(id="#1041", customer_id=_CARLOS, items={"610902": 1}, paid_by="gift_card_9016"),
    SampleOrder(
        id="#1042",
        customer_id=_PRIYA,
        items={"611202": 1},
        address=_address("Priya Raman", ("Unit 5120 Box 88", "APO", "AP", "96350")),
        paid_by="gift_card_9008",
    ),
)
