"""International bank account numbers, by their country's length and their check digits."""

import re
from collections.abc import Iterator

# Source: SWIFT, IBAN Registry, release 103 (SWIFT is the registration authority of ISO 13616): each country's length.
LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FK", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HN", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    **dict.fromkeys(("LC",), 32),
    **dict.fromkeys(("RU",), 33),
}
# searched by its check digits, the letters before them looked at then: letters are everywhere
_CHECK = re.compile(r"[0-9]{2}")
_IBAN = re.compile(r"[A-Za-z]{2}[ \-]?[0-9]{2}(?:[ \-\n]{0,2}[A-Za-z0-9]){11,29}")
_CHARACTER = re.compile(r"[A-Za-z0-9]")


def iban_spans(text: str) -> Iterator[tuple[int, int]]:
    """The account numbers of a text."""
    for check in _CHECK.finditer(text):
        begin = check.start() - (3 if text[check.start() - 1 : check.start()] in {" ", "-"} else 2)
        length = LENGTHS.get(text[begin : begin + 2].upper()) if begin >= 0 else None
        if length is None or text[begin - 1 : begin].isalnum() or (found := _IBAN.match(text, begin)) is None:
            continue
        places = [character.start() for character in _CHARACTER.finditer(text, *found.span())][:length]
        end = places[-1] + 1
        whole = len(places) == length and (end == len(text) or not text[end].isalnum())
        if whole and _checked("".join(text[place] for place in places)):
            yield found.start(), end


def _checked(iban: str) -> bool:
    """Source: ISO 13616-1, annex; ISO/IEC 7064, MOD 97-10."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1
