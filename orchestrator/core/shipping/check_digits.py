"""Check digits of carriers' numbers, and the making of numbers that carry them.

Each function takes the body without its check digit and gives the digit as a text. Sources:

- GS1: GS1 General Specifications, section 7.9.1, check digit of fixed-length numbers (also USPS Publication 199,
  appendix B, "MOD 10", FedEx Ground and Canada Post).
- Luhn: ISO/IEC 7812-1, annex B.
- MOD 37,36: ISO/IEC 7064, hybrid system with two moduli; DPD's Parcel Label Specification, "check digit".
- S10: UPU standard S10, section "check-digit", weights 8, 6, 4, 2, 3, 5, 9, 7.
- UPS: UPS Guide to Labeling, appendix "1Z tracking number", "check digit calculation".
- FedEx Express: FedEx's developer support (answers.google.com/answers/threadview/id/207899.html), with UPS's rule too.
- MOD 7: air waybills of IATA and of DHL Express: the number before it, divided by 7, leaves it.
"""

from itertools import cycle

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = frozenset("0123456789")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_LONG_MAILER, _SHORT_MAILER = 9, 6
_USPS_LENGTH = 22


def gs1_digit(body: str) -> str:
    """Weights 3 and 1 from the right, up to the next ten."""
    return _up_to_ten(_weighted(body, (3, 1)))


def luhn_digit(body: str) -> str:
    """Every second digit from the right doubled and summed by its digits, up to the next ten."""
    doubled = (_digit(char) * weight for char, weight in zip(reversed(body), cycle((2, 1)), strict=False))
    return _up_to_ten(sum(sum(divmod(number, 10)) for number in doubled))


def mod7_digit(body: str) -> str:
    """What is left of the whole number after division by seven."""
    rest = 0
    for char in body:
        rest = (rest * 10 + _digit(char)) % 7
    return str(rest)


def fedex_digit(body: str) -> str:
    """Weights 1, 3, 7 from the right, modulo 11, of which ten counts as zero."""
    return str(_weighted(body, (1, 3, 7)) % 11 % 10)


def ups_digit(body: str) -> str:
    """Every second character of `body` doubled, beginning with the second; letters count as (A = 2, ..., H = 9, I = 0).

    `body` stands between the `1Z` and the check digit; OnTrac's numbers use it with their letter.
    """
    total = sum(_letter_value(char) * weight for char, weight in zip(body, cycle((1, 2)), strict=False))
    return _up_to_ten(total)


def s10_digit(body: str) -> str:
    """Of the eight digits of an S10 serial number: 11 less the weighted sum modulo 11, with 10 as 0 and 11 as 5."""
    if len(body) != len(_S10_WEIGHTS):
        raise ValueError(f"the serial number {body!r} has {len(body)} digits: give {len(_S10_WEIGHTS)}")
    left = 11 - sum(_digit(char) * weight for char, weight in zip(body, _S10_WEIGHTS, strict=True)) % 11
    return {10: "0", 11: "5"}.get(left, str(left))


def mod_37_36_digit(body: str) -> str:
    """A digit or a letter over digits and letters, by ISO/IEC 7064 MOD 37,36."""
    product = 36
    for char in body:
        product = ((product + _alphanumeric_value(char)) % 36 or 36) * 2 % 37
    return _ALPHANUMERIC[(37 - product) % 36]


def ups_number(shipper: str, service: str, serial: int) -> str:
    """A number of UPS's form: `1Z`, six characters of the shipper, two of the service, seven digits, check digit."""
    body = _characters(shipper, 6, "shipper") + _characters(service, 2, "service") + _serial(serial, 7)
    return f"1Z{body}{ups_digit(body)}"


def s10_number(service: str, serial: int, country: str) -> str:
    """An international postal number: two letters of the service (`RR`, `CP`, ...), nine digits, the country."""
    letters, place = _letters(service, "service"), _letters(country, "country")
    body = _serial(serial, 8)
    return f"{letters}{body}{s10_digit(body)}{place}"


def usps_number(stc: str, mailer: str, serial: int) -> str:
    """An Intelligent Mail package barcode of 22 digits, as a commercial mailer makes them.

    Publication 199, section 2.2: application identifier 92 with a nine-digit mailer id, which begins with 9, or 93 with
    one of six digits, which does not; the service type code has three digits.
    """
    if len(stc) != 3 or not _DIGITS.issuperset(stc):  # noqa: PLR2004 - its length in the format
        raise ValueError(f"the service type code is {stc!r}: give three digits, such as 055")
    long = len(mailer) == _LONG_MAILER and mailer.startswith("9")
    short = len(mailer) == _SHORT_MAILER and not mailer.startswith("9")
    if not (long or short) or not _DIGITS.issuperset(mailer):
        raise ValueError(f"the mailer id is {mailer!r}: give nine digits that begin with 9, or six that do not")
    head = f"{'92' if long else '93'}{stc}{mailer}"
    body = head + _serial(serial, _USPS_LENGTH - 1 - len(head))
    return body + gs1_digit(body)


def _up_to_ten(total: int) -> str:
    return str(-total % 10)


def _weighted(body: str, weights: tuple[int, ...]) -> int:
    """The sum of the digits times the weights, which repeat, from the right."""
    return sum(_digit(char) * weight for char, weight in zip(reversed(body), cycle(weights), strict=False))


def _digit(char: str) -> int:
    if char not in _DIGITS:
        raise ValueError(f"{char!r} is no digit from 0 to 9")
    return int(char)


def _letter_value(char: str) -> int:
    """A digit is itself; A to Z go on 2, 3, ..., 9, 0, 1, 2, ..."""
    return (_alphanumeric_value(char) - 8) % 10 if char not in _DIGITS else int(char)


def _alphanumeric_value(char: str) -> int:
    value = _ALPHANUMERIC.find(char)
    if value < 0 or len(char) != 1:
        raise ValueError(f"{char!r} is no digit from 0 to 9 and no letter from A to Z")
    return value


def _serial(number: int, digits: int) -> str:
    if not 0 <= number < 10**digits:
        raise ValueError(f"the serial number is {number}: give one from 0 to {10**digits - 1}")
    return f"{number:0{digits}d}"


def _characters(text: str, length: int, name: str) -> str:
    if len(text) != length or not set(_ALPHANUMERIC).issuperset(text):
        raise ValueError(f"the {name} is {text!r}: give {length} digits or capital letters")
    return text


def _letters(text: str, name: str) -> str:
    if len(text) != 2 or not set(_ALPHANUMERIC[10:]).issuperset(text):  # noqa: PLR2004 - their length in the format
        raise ValueError(f"the {name} is {text!r}: give two capital letters")
    return text
