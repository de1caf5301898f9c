"""Tests of the check of addresses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agents.shipment.addresses.draft import TEXTS
from agents.shipment.addresses.result import Ambiguous, Corrected, Difference, Unknown, Valid
from agents.shipment.addresses.validating import validate_address
from orchestrator.core.shipping.address import Address

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[4] / "docs/schemas/address-validation.json").read_text(encoding="utf-8"))
)
DALLAS = Address(
    person_name="Ann Lee",
    address_line1="772 Hickory Lane",
    address_line2="Suite 990",
    city="Dallas",
    state_code="TX",
    postal_code="75255",
    country_code="US",
)


def changed(**fields: str) -> Address:
    """The address in Dallas with other fields."""
    return replace(DALLAS, **fields)  # type: ignore[arg-type]  # texts


def differences(result: object) -> dict[str, tuple[str, str]]:
    """What was changed, by field."""
    assert isinstance(result, Corrected)
    return {one.field: (one.before, one.after) for one in result.differences}


def test_good_address_stays_as_it_is():
    """What is right is given back unchanged."""
    assert validate_address(DALLAS) == Valid(address=DALLAS)


def test_contradiction_of_postcode_and_region_is_found():
    """The sample shop's own San Mateo, NY 75227 is wrong in one of two ways, and both are candidates."""
    given_address = changed(city="San Mateo", state_code="NY", postal_code="75227", country_code="USA")
    result = validate_address(given_address)
    assert isinstance(result, Ambiguous)
    assert [(one.state_code, one.postal_code) for one in result.candidates] == [("TX", "75227"), ("NY", "")]
    assert "75227 does not lie in NY" in result.reason
    assert [one.field for one in result.differences] == ["country_code"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"country_code": "USA"}, {"country_code": ("USA", "US")}),
        ({"country_code": "Vereinigte Staaten"}, {"country_code": ("Vereinigte Staaten", "US")}),
        ({"country_code": "us"}, {"country_code": ("us", "US")}),
        ({"state_code": "Texas"}, {"state_code": ("Texas", "TX")}),
        ({"state_code": "tx"}, {"state_code": ("tx", "TX")}),
        ({"state_code": " texas "}, {"state_code": (" texas ", "TX")}),
        ({"state_code": "Tex."}, {"state_code": ("Tex.", "TX")}),
        ({"state_code": "Texs"}, {"state_code": ("Texs", "TX")}),
        ({"state_code": ""}, {"state_code": ("", "TX")}),
        ({"postal_code": "752551234"}, {"postal_code": ("752551234", "75255-1234")}),
        ({"city": "  Dallas,  "}, {"city": ("  Dallas,  ", "Dallas")}),
        ({"city": "Dal\u200blas\x00"}, {"city": ("Dal\u200blas\x00", "Dallas")}),
        ({"address_line1": "772 Hickory \u202eLane \U0001f600"},
         {"address_line1": ("772 Hickory \u202eLane \U0001f600", "772 Hickory Lane")}),
        ({"city": "Mu\u0308nster", "state_code": "TX"}, {"city": ("Mu\u0308nster", "Münster")}),
        ({"address_line1": "", "address_line2": "7 Elm St"},
         {"address_line1": ("", "7 Elm St"), "address_line2": ("7 Elm St", "")}),
        ({"phone_number": "(214) 555-0134"}, {"phone_number": ("(214) 555-0134", "+12145550134")}),
    ],
)  # fmt: skip
def test_corrections_are_shown(fields: dict[str, str], expected: dict[str, tuple[str, str]]):
    """Whatever is changed is told with what it was, and nothing else is changed."""
    given_address = changed(**fields)
    result = validate_address(given_address)
    assert differences(result) == expected
    assert isinstance(result, Corrected)
    undone = replace(result.address, **{name: before for name, (before, _) in expected.items()})  # type: ignore[arg-type]  # texts
    assert undone == given_address


@pytest.mark.parametrize(
    ("country", "postcode", "written"),
    [
        ("GB", "sw1a2aa", "SW1A 2AA"), ("CA", "k1a0a9", "K1A 0A9"), ("NL", "1012lg", "1012 LG"),
        ("DE", "D-10115", "10115"),
        ("CH", "CH-8001", "8001"), ("PL", "00950", "00-950"), ("PT", "2725079", "2725-079"),
        ("BR", "01310100", "01310-100"),
        ("JP", "1000001", "100-0001"), ("CZ", "10000", "100 00"), ("IE", "d02x285", "D02 X285"),
    ],
)  # fmt: skip
def test_postcodes_are_written_as_in_their_country(country: str, postcode: str, written: str):
    """Case, spaces, hyphens and the country before it are the only things that change."""
    regions = {"CA": "ON", "BR": "SP", "JP": "Tokyo"}
    result = validate_address(
        changed(country_code=country, state_code=regions.get(country, ""), postal_code=postcode, city="Somewhere")
    )
    assert isinstance(result, Corrected)
    assert result.address.postal_code == written


def test_lost_zero_of_a_zip_comes_back():
    """A ZIP that a spreadsheet made a number of is one again where the state says so."""
    result = validate_address(changed(city="Cambridge", state_code="MA", postal_code="2139"))
    assert differences(result) == {"postal_code": ("2139", "02139")}


@pytest.mark.parametrize(
    ("fields", "field", "candidates"),
    [
        ({"state_code": "Dakota", "postal_code": ""}, "state_code", [("ND", "US"), ("SD", "US")]),
        ({"country_code": "Korea", "state_code": "", "postal_code": ""}, "country_code", [("", "KR"), ("", "KP")]),
        ({"country_code": "Georgia", "state_code": "", "postal_code": "30301"}, "country_code",
         [("GA", "US"), ("", "Georgia")]),
        ({"country_code": "CA", "state_code": "", "postal_code": "95112"}, "country_code", [("CA", "US"), ("", "CA")]),
    ],
)  # fmt: skip
def test_what_may_mean_several_places_has_candidates(
    fields: dict[str, str], field: str, candidates: list[tuple[str, str]]
):
    """A name that two share, or a country that is a state too, is left to whoever wrote it."""
    result = validate_address(changed(**fields))
    assert isinstance(result, Ambiguous)
    assert result.field == field
    expected = [(state, "GE" if country == "Georgia" else country) for state, country in candidates]
    assert [(one.state_code, one.country_code) for one in result.candidates] == expected


def test_postcode_of_another_city_has_candidates():
    """Where the data knows a city's postcodes, the city and the postcode may each be wrong."""
    place = Address(address_line1="1 Road", city="中寮鄉", state_code="南投縣", postal_code="546", country_code="TW")
    result = validate_address(place)
    assert isinstance(result, Ambiguous)
    assert [(one.city, one.postal_code) for one in result.candidates] == [("中寮鄉", ""), ("", "546")]


def test_missing_region_that_several_hold_has_candidates():
    """06390 begins like New York's and like Connecticut's."""
    result = validate_address(changed(city="Fishers Island", state_code="", postal_code="06390"))
    assert isinstance(result, Ambiguous)
    assert [one.state_code for one in result.candidates] == ["CT", "NY"]


def test_shared_name_is_decided_by_the_postcode():
    """Where the postcode fits one of those who share a name, it is that one, shown as a correction."""
    assert differences(validate_address(changed(city="Fargo", state_code="Dakota", postal_code="58102"))) == {
        "state_code": ("Dakota", "ND")
    }


@pytest.mark.parametrize(
    ("state", "postcode", "country"), [("CA", "94401", "US"), ("SA", "5000", "AU"), ("ON", "K1A 0A9", "CA")]
)
def test_missing_country_is_told_by_region_and_postcode(state: str, postcode: str, country: str):
    """Only one country has that region with that postcode."""
    result = validate_address(changed(city="X City", state_code=state, postal_code=postcode, country_code=""))
    assert differences(result) == {"country_code": ("", country)}


def test_missing_country_that_several_fit_has_candidates():
    """Province 34 with 34100 is Istanbul, and Ubon Ratchathani."""
    result = validate_address(changed(city="X City", state_code="34", postal_code="34100", country_code=""))
    assert isinstance(result, Ambiguous)
    assert [one.country_code for one in result.candidates] == ["TH", "TR"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"postal_code": ""}, ["postal_code"]),
        ({"city": "", "address_line1": "", "address_line2": ""}, ["address_line1", "city"]),
        ({"country_code": "Narnia"}, ["country_code"]),
        ({"country_code": "", "state_code": ""}, ["country_code"]),
        ({"state_code": "Narnia"}, ["state_code"]),
        ({"postal_code": "ABCDE"}, ["postal_code"]),
        ({"postal_code": "K1A 0A9", "state_code": "ON"}, ["postal_code", "state_code"]),
        ({"postal_code": "00000", "state_code": ""}, ["postal_code", "state_code"]),
        ({"postal_code": "75255", "state_code": "Californa"}, ["state_code"]),
        ({"phone_number": "call me"}, ["phone_number"]),
        ({"address_line1": "<b>", "state_code": "NY"}, ["address_line1", "postal_code"]),
        ({"city": "Ramstein", "state_code": "AE", "postal_code": "09012"}, ["city"]),
    ],
)
def test_unknown_names_each_field(fields: dict[str, str], wrong: list[str]):
    """What is missing or wrong has its reason at its field."""
    result = validate_address(changed(**fields))
    assert isinstance(result, Unknown)
    assert list(result.fields) == wrong
    assert all(result.fields.values())


def test_empty_input_is_unknown():
    """Nothing given is nothing known: country, street and city are asked for."""
    result = validate_address(Address())
    assert isinstance(result, Unknown)
    assert list(result.fields) == ["country_code", "address_line1", "city"]


@pytest.mark.parametrize(
    "text",
    [
        "1 Main St'; DROP TABLE orders;--", "x' OR 1=1 --", "StormEvents | take 5", "<script>x</script>", "$(rm -rf /)",
        "`id`", "1 Main St && reboot", "=HYPERLINK(1)", "@SUM(A1)", "{{7*7}}", "${jndi:ldap://x}", "a" * 10_000,
    ],
)  # fmt: skip
def test_what_no_address_holds_is_refused(text: str):
    """It does not come back in the answer, and is never worked on further."""
    result = validate_address(changed(address_line1=text, state_code="NY"))
    assert isinstance(result, Unknown)
    assert "address_line1" in result.fields
    assert result.address.address_line1 == ""
    assert len(json.dumps(result.document())) < 3000


@pytest.mark.parametrize(
    "name", ["O'Brien & Søns", 'Toys "R" Us!', "Yahoo! Inc.", "O\u00b4Brien", "100% Wool", "㈱山田"]
)
def test_real_names_are_no_injection(name: str):
    """Signs that names hold are kept."""
    result = validate_address(changed(person_name=name))
    assert isinstance(result, Valid)
    assert result.address.person_name == name


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"address_line1": "P.O. Box 12", "address_line2": ""}, ["po_box"]),
        ({"address_line1": "PSC 3 Box 12", "address_line2": "", "city": "APO", "state_code": "AE",
          "postal_code": "09012"}, ["military"]),
        ({"address_line1": "Packstation 145", "address_line2": "12345678", "country_code": "DE", "state_code": "",
          "city": "Berlin", "postal_code": "10115"}, ["parcel_locker"]),
        ({"city": "San Juan", "state_code": "PR", "postal_code": "00901"}, ["territory"]),
        ({"address_line1": "Hickory Lane", "address_line2": ""}, ["no_house_number"]),
        ({"address_line2": "Apt"}, ["unit_without_number"]),
        ({"address_line1": "772 " + "Hickory " * 5 + "Lane"}, ["long_line"]),
        ({"person_name": "山田太郎"}, ["not_latin"]),
        ({"email": "nobody"}, ["email_doubtful"]),
        ({"country_code": "BH", "state_code": "", "city": "Manama", "postal_code": "317"}, []),
        ({"country_code": "AE", "state_code": "DU", "city": "Dubai", "postal_code": "00000"}, ["postcode_not_used"]),
        ({"country_code": "KP", "state_code": "", "city": "Pyongyang", "postal_code": "9"}, ["postcode_not_checked"]),
        ({"country_code": "RO", "state_code": "Cluj", "city": "Cluj", "postal_code": "400001"}, ["region_not_known"]),
        ({"country_code": "IE", "state_code": "Narnia", "city": "Dublin", "postal_code": "D02 X285"},
         ["region_not_known"]),
        ({"phone_number": "+1 214 555"}, ["phone_doubtful"]),
    ],
)  # fmt: skip
def test_notes_tell_what_to_know(fields: dict[str, str], codes: list[str]):
    """Boxes, lockers, military addresses and long lines are told, and make no address wrong."""
    result = validate_address(changed(**fields))
    assert isinstance(result, Valid)
    assert [note.code for note in result.notes] == codes


def test_military_address_is_of_the_us():
    """The host country beside an APO is corrected, and shown."""
    result = validate_address(
        changed(address_line1="PSC 3 Box 12", city="APO", state_code="AE", postal_code="09012", country_code="Germany")
    )
    assert differences(result) == {"country_code": ("Germany", "US")}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", "a_b;c@example.com"),
        ("phone_number", "+12145550134<script>"),
        ("person_name", "Ann^XZ"),
        ("company_name", "=cmd"),
    ],
)
def test_names_and_contacts_are_cleaned_too(field: str, text: str):
    """What no name, mail or number holds is refused wherever it stands."""
    result = validate_address(changed(**{field: text}))
    assert isinstance(result, Unknown)
    assert list(result.fields) == [field]
    assert result.address == replace(DALLAS, **{field: ""})  # type: ignore[arg-type]  # texts


def test_missing_unit_is_not_invented():
    """An address without a unit is as good as any."""
    assert validate_address(changed(address_line2="")) == Valid(address=changed(address_line2=""))


def test_unused_region_is_kept():
    """A German state stands in no German address, but it is the writer's."""
    result = validate_address(
        changed(address_line1="Hauptstr. 5", city="Berlin", state_code="Berlin", postal_code="10115", country_code="DE")
    )
    assert isinstance(result, Valid)
    assert [note.code for note in result.notes] == ["region_not_used"]


def test_right_to_left_text_is_an_address():
    """Arabic letters are letters; carriers' labels need others, which is told."""
    result = validate_address(
        Address(address_line1="شارع الشيخ زايد 5", city="دبي", state_code="دبي", country_code="AE")
    )
    assert differences(result) == {"state_code": ("دبي", "DU")}
    assert {note.code for note in result.notes} == {"not_latin"}


ODD = st.text(max_size=60) | st.sampled_from(
    [
        "US",
        "Georgia",
        "CA",
        "TX",
        "75255",
        "K1A 0A9",
        "10115",
        "APO",
        "AE",
        "",
        "Dakota",
        "Korea",
        "P.O. Box 3",
        "+12145550134",
    ]
)


@given(texts=st.dictionaries(st.sampled_from(TEXTS), ODD))
def test_any_texts_have_an_answer(texts: dict[str, str]):
    """Whatever stands in the fields: no exception, a document of the promised form, and no silent change."""
    address = changed(**texts)
    result = validate_address(address)
    assert [error.message for error in SCHEMA.iter_errors(result.document())] == []
    if isinstance(result, Valid):
        assert result.address == address
    if isinstance(result, Corrected):
        undone = replace(result.address, **{one.field: one.before for one in result.differences})  # type: ignore[arg-type]  # texts
        assert undone == address
    if isinstance(result, Ambiguous):
        assert len(set(result.candidates)) == len(result.candidates) > 1


@given(texts=st.dictionaries(st.sampled_from(TEXTS), ODD))
def test_corrected_address_is_valid(texts: dict[str, str]):
    """A correction is whole: checked again, nothing is left to correct."""
    result = validate_address(changed(**texts))
    if isinstance(result, Corrected):
        assert isinstance(validate_address(result.address), Valid)


def test_each_kind_has_its_document():
    """The four answers are of the form that docs/schemas promises."""
    kinds = {}
    for address in (DALLAS, changed(country_code="USA"), changed(state_code="NY"), Address()):
        document = validate_address(address).document()
        assert [error.message for error in SCHEMA.iter_errors(document)] == []
        kinds[document["result"]] = document
    assert list(kinds) == ["valid", "corrected", "ambiguous", "unknown"]
    assert kinds["corrected"]["differences"] == [
        Difference(
            field="country_code", before="USA", after="US", why="the country as its ISO 3166-1 code of two letters"
        ).document()
    ]
