"""The sample shop's customers, and where it ships from."""

from decimal import Decimal

from orchestrator.core.orders.order import Customer, PaymentKind, PaymentMethod
from orchestrator.core.shipping.address import Address

_Place = tuple[str, str, str, str, str, str]
"""The parts of an address, in the order in which it is written."""


def _place(place: _Place, *, name: str, phone: str, email: str) -> Address:
    line1, line2, city, state, code, country = place
    return Address(
        person_name=name,
        address_line1=line1,
        address_line2=line2,
        city=city,
        state_code=state,
        postal_code=code,
        country_code=country,
        phone_number=phone,
        email=email,
        residential=True,
    )


def _card(number: int, brand: str, last_four: str) -> PaymentMethod:
    return PaymentMethod(id=f"credit_card_{number}", kind=PaymentKind.CREDIT_CARD, brand=brand, last_four=last_four)


def _gift(number: int, balance: str) -> PaymentMethod:
    return PaymentMethod(id=f"gift_card_{number}", kind=PaymentKind.GIFT_CARD, balance=Decimal(balance))


def _paypal(number: int) -> PaymentMethod:
    return PaymentMethod(id=f"paypal_{number}", kind=PaymentKind.PAYPAL)


def _customer(customer_id: str, first: str, last: str, place: _Place, phone: str, *pay: PaymentMethod) -> Customer:
    email = f"{first}.{last}@example.com".lower()
    return Customer(
        id=customer_id,
        first_name=first,
        last_name=last,
        email=email,
        address=_place(place, name=f"{first} {last}", phone=phone, email=email),
        payment_methods=pay,
    )


SHIP_FROM = Address(
    company_name="Orchard and Anvil",
    address_line1="1840 NW Quarry Street",
    city="Portland",
    state_code="OR",
    postal_code="97209",
    country_code="US",
    phone_number="+1 503-555-0100",
    email="warehouse@example.com",
    residential=False,
)
CUSTOMERS = (
    _customer(
        *("ines_calloway_1001", "Ines", "Calloway"),
        ("412 Alder Lane", "Apt 3", "Portland", "OR", "97205", "US"),
        *("+1 503-555-0142", _card(9001, "visa", "4420"), _gift(9002, "80.00")),
    ),
    _customer(
        *("tobias_renner_1002", "Tobias", "Renner"),
        ("77 Congress Court", "", "Austin", "TX", "78701", "US"),
        *("+1 512-555-0117", _paypal(9003), _gift(9004, "12.50")),
    ),
    _customer(
        *("amara_osei_1003", "Amara", "Osei"),
        ("2209 Lincoln Terrace", "Unit 5B", "Chicago", "IL", "60614", "US"),
        *("+1 312-555-0163", _card(9005, "mastercard", "1188")),
    ),
    _customer(
        *("jonah_whitfield_1004", "Jonah", "Whitfield"),
        ("918 Larimer Row", "", "Denver", "CO", "80202", "US"),
        *("+1 303-555-0128", _card(9006, "visa", "7301"), _paypal(9007)),
    ),
    _customer(
        *("priya_raman_1005", "Priya", "Raman"),
        ("35 Stuyvesant Mews", "Floor 4", "New York", "NY", "10003", "US"),
        *("+1 212-555-0185", _gift(9008, "340.00"), _card(9009, "amex", "0005")),
    ),
    _customer(
        *("marc_delacroix_1006", "Marc", "Delacroix"),
        ("240 Queens Wharf", "Suite 1102", "Toronto", "ON", "M5V 2T6", "CA"),
        *("+1 416-555-0171", _card(9010, "visa", "5512")),
    ),
    _customer(
        *("lena_hartwig_1007", "Lena", "Hartwig"),
        ("Gartenhof 14", "", "Berlin", "", "10115", "DE"),
        *("+49 30 23125014", _paypal(9011), _card(9012, "mastercard", "9034")),
    ),
    _customer(
        *("owen_prescott_1008", "Owen", "Prescott"),
        ("6 Lantern Yard", "", "London", "", "N1 9GU", "GB"),
        *("+44 20 7946 0138", _card(9013, "visa", "2207")),
    ),
    _customer(
        *("yuki_morimoto_1009", "Yuki", "Morimoto"),
        ("1-4-9 Jingumae", "", "Shibuya-ku", "Tokyo", "150-0001", "JP"),
        *("", _card(9014, "jcb", "6640")),
    ),
    _customer(
        *("carlos_ibarra_1010", "Carlos", "Ibarra"),
        ("PO Box 1420", "", "Miami", "FL", "33130", "US"),
        *("+1 305-555-0109", _card(9015, "visa", "8123"), _gift(9016, "25.00")),
    ),
    _customer(
        *("noor_haddad_1011", "Noor", "Haddad"),
        ("58 Pike Steps", "", "Seattle", "WA", "98101", "US"),
        *("+1 206-555-0154", _paypal(9017)),
    ),
    _customer(
        *("grace_whitfield_1012", "Grace", "Whitfield"),
        ("918 Larimer Row", "", "Denver", "CO", "80202", "US"),
        *("+1 303-555-0129", _card(9018, "mastercard", "3377"), _gift(9019, "5.00")),
    ),
)
