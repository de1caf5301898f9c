"""Makes untrusted text safe to print: no control characters, no escape sequences, no hidden or reordering marks."""

import re

# CSI, OSC/DCS/APC/PM/SOS strings up to their terminator, and two-byte escapes. Source: ECMA-48, sections 5.3 to 5.6.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
_SPACES = re.compile(r"[\t\v\f\x85\u2028\u2029]+")
_BREAKS = re.compile(r"\r\n?")
# C0 without line feed, DEL, C1, bidi marks and overrides, zero-width fillers, interlinear and tag characters.
_HIDDEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    r"|[\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def clean(text: object) -> str:
    """One line of safe text; a run of white space becomes one space."""
    return _BLANKS.sub(" ", clean_lines(text)).strip()


def clean_lines(text: object) -> str:
    """Safe text that keeps its line breaks and indentation."""
    found = _ESCAPES.sub("", str(text))
    found = _SPACES.sub("    ", _BREAKS.sub("\n", found))
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _HIDDEN.sub("", found))
