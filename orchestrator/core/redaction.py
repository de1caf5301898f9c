"""Takes secrets out of what leaves: logs, models, stored events, screens.

Patterns follow the published shapes of Azure keys and tokens; each keeps the words around the secret, so that a reader
still sees what was there.
"""

import re
from collections.abc import Mapping

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "private-key",
        re.compile(
            r"(?P<keep>)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
        ),
    ),
    ("sas-signature", re.compile(r"(?P<keep>[?&;]sig=)[^&\s\"'<>]+", re.IGNORECASE)),
    (
        "key",
        re.compile(
            r"(?P<keep>\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|InstrumentationKey|api[-_ ]?key|"
            r"x-functions-key|client[-_]?secret|password|passwd|pwd|secret)[\"']?\s*[=:]\s*[\"']?)"
            r"[^\s;,&\"'<>{}]{4,}",
            re.IGNORECASE,
        ),
    ),
    ("token", re.compile(r"(?P<keep>\b(?:Bearer|Basic)\s+)[A-Za-z0-9\-._~+/]{8,}=*", re.IGNORECASE)),
    ("token", re.compile(r"(?P<keep>)\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")),
    ("key", re.compile(r"(?P<keep>)\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}")),
    ("key", re.compile(r"(?P<keep>)(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])")),
    ("password", re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/@]+:)[^\s/@]+(?=@)", re.IGNORECASE)),
)


def redact(text: str) -> str:
    """The text with each secret replaced by `[redacted <what it was>]`."""
    for name, pattern in _RULES:
        text = pattern.sub(rf"\g<keep>[redacted {name}]", text)
    return text


def redact_value(value: object) -> object:
    """The same for every text inside a JSON value."""
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {key: redact_value(item) for key, item in value.items()}
        case list():
            return [redact_value(item) for item in value]
        case tuple():
            return tuple(redact_value(item) for item in value)
        case _:
            return value
