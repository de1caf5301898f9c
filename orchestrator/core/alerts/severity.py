"""What senders' words for severity come to on our scale, 0 the worst to 4."""

import re
from collections.abc import Mapping

from orchestrator.core.alerts.alert import MILDEST

DEFAULT = 2
# Azure's names and numbers, PagerDuty's, ServiceNow's, the customary labels of Prometheus, and common others
_NAMES: tuple[tuple[str, ...], ...] = (
    ("critical", "page", "fatal", "emergency", "disaster", "alert", "blocker"),
    ("error", "err", "high", "major"),
    ("warning", "warn", "medium", "minor", "moderate", "average"),
    ("informational", "info", "information", "low", "notice", "ok"),
    ("verbose", "debug", "none"),
)
WORDS: Mapping[str, int] = {name: number for number, names in enumerate(_NAMES) for name in names}
SERVICENOW: Mapping[str, int] = {"critical": 0, "major": 1, "minor": 2, "warning": 3, "info": 4}
SERVICENOW_NUMBERS: Mapping[str, str] = {"1": "critical", "2": "major", "3": "minor", "4": "warning", "5": "info"}
_NUMBERED = re.compile(r"(?P<scale>sev|p|s)[-_ ]?(?P<n>[0-5])", re.IGNORECASE)


def read_severity(word: str, *, words: Mapping[str, int] | None = None) -> int:
    """Our number for a sender's word; 2 where it says nothing that we know.

    Args:
        word: As given. `Sev0` to `Sev4` are Azure's and stay; `SEV1`, `P1` and `S1` are the worst of scales that begin
            at 1, so a capital or bare letter shifts by one.
        words: The sender's own scale, which is asked first.
    """
    plain = word.strip().casefold()
    known = {name.casefold(): number for name, number in (words or {}).items()}
    if plain in known:
        return known[plain]
    if plain in WORDS:
        return WORDS[plain]
    if plain.isascii() and plain.isdigit() and len(plain) == 1:
        return min(int(plain), MILDEST)
    numbered = _NUMBERED.fullmatch(word.strip())
    if numbered is None:
        return DEFAULT
    number = int(numbered["n"])
    return min(number, MILDEST) if numbered["scale"] in {"Sev", "sev"} else min(max(number - 1, 0), MILDEST)
