"""What finds and replaces personal data in all that leaves a scorer: texts, and the names that a source gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.redacting import Replace, redact_spans
from orchestrator.core.personal_data.spans import TOKEN_LENGTH, Kind, Span, placeholder

UNREDACTED = "off"
"""The name of the rules that redact nothing."""
Find = Callable[[str, str], Sequence[Span]]
"""Finds personal data in a text; also given what was said before it."""
_IN_NAMES = frozenset({Kind.EMAIL, Kind.PHONE})
_PERSON = b"switchboard-name"  # hashes of the same name elsewhere are others


def token(digest: str) -> str:
    """The token of a placeholder: the beginning of a hexadecimal digest, with a letter, so that it is no number."""
    cut = digest[:TOKEN_LENGTH]
    return cut if any(character > "9" for character in cut) else f"a{cut[1:]}"


def distinct(kind: Kind, original: str) -> str:
    """A placeholder that differs where the originals do: names must tell conversations apart.

    It hides an address from readers, not from those who guess it: they can make the placeholder and compare.
    """
    digest = blake2b(original.encode("utf-8", "surrogatepass"), digest_size=TOKEN_LENGTH, person=_PERSON).hexdigest()
    return f"[{kind.value}:{token(digest)}]"


def _find(text: str, earlier: str) -> Sequence[Span]:
    return find_personal(text, earlier=earlier)


def _find_in_name(text: str, _earlier: str) -> Sequence[Span]:
    # digits alone are an id like any other, whether or not they pass a card's check
    return find_personal(text, kinds=_IN_NAMES)


def _find_nothing(_text: str, _earlier: str) -> Sequence[Span]:
    return ()


@dataclass(frozen=True, slots=True)
class Redactor:
    """Rules of redaction.

    Attributes:
        find: In texts.
        find_in_name: In ids, queues and channels.
        replace: Makes what stands in place of what was found in a text, `replace_in_name` in a name.
    """

    find: Find = _find
    find_in_name: Find = _find_in_name
    replace: Replace = placeholder
    replace_in_name: Replace = distinct

    def text(self, text: str, earlier: str = "") -> str:
        """A text as it may leave."""
        return redact_spans(text, self.find(text, earlier), replace=self.replace)

    def name(self, name: str) -> str:
        """A name as it may leave; two that differ still do."""
        if name.isalnum():  # as most are
            return name
        return redact_spans(name, self.find_in_name(name, ""), replace=self.replace_in_name)


STANDARD = Redactor()
"""Our own short list."""
OFF = Redactor(find=_find_nothing, find_in_name=_find_nothing)


def redactor_named(name: str) -> Redactor:
    """The rules of a name: none for `off`, else our own."""
    return OFF if name == UNREDACTED else STANDARD
