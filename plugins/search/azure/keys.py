"""Document ids as keys of Azure AI Search, which may hold letters, digits, dashes, underscores and equal signs only."""

import re

MAX_KEY = 1024  # characters; https://learn.microsoft.com/rest/api/searchservice/naming-rules
_UNSAFE = re.compile(rb"[^A-Za-z0-9_-]|\A_")  # a key may not begin with an underscore
_ESCAPED = re.compile(rb"=([0-9A-F]{2})")


def encode_key(identifier: str) -> str:
    """The key of an id: every other byte of its UTF-8 as `=` and two hexadecimal digits. Snake case stays readable."""
    return _UNSAFE.sub(lambda found: b"=%02X" % found[0][0], identifier.encode()).decode("ascii")


def decode_key(key: str) -> str:
    """The id that has this key."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), key.encode("ascii")).decode()
