"""Addresses of machines: IPv4 and IPv6. Not looked for unless asked."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

_V4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_V6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:.]{2,45}(?![\w])")
_LEAST_V6 = 5


def ip_spans(text: str) -> Iterator[tuple[int, int]]:
    """The addresses of a text."""
    for form in (_V4, _V6):
        for found in form.finditer(text):
            written = found[0].rstrip(".:") if form is _V6 and not found[0].endswith("::") else found[0]
            if form is _V6 and len(written) < _LEAST_V6:  # `::1` and `12:30` are nobody's
                continue
            if _is_address(written):
                yield found.start(), found.start() + len(written)


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True
