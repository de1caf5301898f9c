"""What is said around a number: that it is a phone's, or that it is something else's."""

import re

_PHONES = (
    r"(?:phone|mobile|cell|cellphone|tel|telephone|whats ?app|landline|fax|sms|hotline|handset|voicemail|callback)"
)
_PHONE = re.compile(rf"\b{_PHONES}\b")
_CALL = re.compile(
    r"\b(?:call(?:ing|ed)?|text|ring|dial|reach|contact)(?: (?:me|us|him|her|them|you))?(?: back)?"
    r"(?: at| on| under| via)?\s*[:\-]?\s*\(?$|\b(?:my|his|her|our) (?:\w{3,8} )?number(?: is| was|'s)?\s*[:\-]?\s*\(?$"
)
# nouns that have numbers of their own
_STRONG = (
    r"(?:orders?|tracking|track|invoices?|ref|reference|case|ticket|items?|sku|product|article|policy|booking|reservation"
    r"|confirmation|serial|model|isbn|upc|ean|gtin|asin|imei|zip|postcode|parcel|package|shipment|waybill|barcode|receipt"
    r"|transaction|coupon|voucher|gift ?card|loyalty|po|rma|price|total|amount|part|batch|lot|version|quantity|qty|ssn)"
)
# nouns that have one only where "number", "id" or the like says so
_WEAK = r"(?:account|acct|customer|member|membership|card|return|delivery|label|client|user|employee)"
_OTHER = re.compile(rf"\b(?:{_STRONG}|{_WEAK})\b")
_COUNTED = r"(?:#|number|numbers|no\.?|num|nr\.?|id|code)"
_TO_NUMBER = r"[ \t]*(?:is|was|are|with|for|of)?[ \t]*[:#=(\-\"']{0,3}[ \t]*\(?$"
_OTHER_DIRECTLY = re.compile(
    rf"\b{_STRONG}(?:[ \t]*{_COUNTED})?{_TO_NUMBER}|\b{_WEAK}[ \t]*{_COUNTED}{_TO_NUMBER}|\b(?:id|code){_TO_NUMBER}"
    rf"|[#$€£¥₹][ \t]?\(?$"
)
_AFTER = re.compile(
    rf"[\s,;)\-]{{0,3}}(?:is|was|that'?s|it'?s|=)? ?(?:my|the|his|her|our)? ?(?:\w{{3,8}} )?{_PHONES}\b"
)


def names_other(before: str) -> bool:
    """Whether the words directly before a number say that it is an order's, a parcel's, a price or the like."""
    return _OTHER_DIRECTLY.search(before) is not None


def names_phone(before: str) -> bool:
    """Whether a phone is spoken of before a number."""
    return _PHONE.search(before) is not None


def says_phone(before: str) -> bool:
    """Whether a number is a phone's by what is said before it: "call me at", or a phone as the last thing named."""
    if _CALL.search(before):
        return True
    phone = max((found.end() for found in _PHONE.finditer(before)), default=-1)
    return phone > max((found.end() for found in _OTHER.finditer(before)), default=-1)


def says_phone_after(after: str) -> bool:
    """The same by what is said directly after it: "is my mobile"."""
    return _AFTER.match(after) is not None
