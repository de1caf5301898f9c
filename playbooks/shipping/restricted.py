"""Reads `shipping/restricted.yaml`: goods that may not go everywhere, by air, or to everybody."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from orchestrator.core.errors import Place
from playbooks.shipping.data_file import read_file
from playbooks.yaml_values import YamlValue, read_yaml

DEFAULT_FILE = Path(__file__).parent / "restricted.yaml"
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_HS = re.compile(r"\d{2,10}")


class Outcome(StrEnum):
    """What becomes of an article on its way, mildest first."""

    ALLOW = "allow"
    NEEDS_SIGNATURE = "needs_signature"
    GROUND_ONLY = "ground_only"
    PERSON = "person"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRule:
    """One rule; what is empty or None fits everything.

    Attributes:
        to: Countries (`US`) and regions (`US-UT`).
        origin: The same, of where it ships from.
        border: Whether it goes to another country.
        box: Whether it goes to a post office box or a military post office.
    """

    outcome: Outcome
    why: str
    source: str
    to: frozenset[str] = frozenset()
    origin: frozenset[str] = frozenset()
    border: bool | None = None
    box: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedGoods:
    """One kind of goods; names are compared by `key_of`.

    Attributes:
        carrier_class: What carriers are told of it; empty where they need not know.
        hs: How HS codes of it begin.
        words: In a name they make somebody look.
        rules: The first that fits decides; the last fits everything.
    """

    id: str
    title: str
    carrier_class: str
    hazards: frozenset[str]
    restricted: frozenset[str]
    hs: tuple[str, ...]
    words: tuple[str, ...]
    rules: tuple[RestrictionRule, ...]
    pattern: re.Pattern[str] | None = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedList:
    """All of them, in the order of the file; between the countries of one market nothing crosses a border."""

    goods: tuple[RestrictedGoods, ...]
    markets: tuple[frozenset[str], ...] = ()

    def border(self, country: str, other: str) -> bool:
        """Whether a border lies between two countries."""
        return country != other and not any({country, other} <= market for market in self.markets)


def key_of(name: str) -> str:
    """A name of a class as it is compared: `UN 3480` and `un3480`, `dry ice` and `dry_ice` are the same."""
    return re.sub(r"[\s_-]", "", name).casefold()


def load_restricted(path: Path = DEFAULT_FILE) -> RestrictedList:
    """Read the file; GuideError with its place where it is wrong, InputError where it cannot be read."""
    return parse_restricted(read_file(path, what="list of restricted goods"), file=str(path))


def parse_restricted(text: str, *, file: str) -> RestrictedList:
    """Parse the text of the file; GuideError where it is wrong, also where one name belongs to two kinds of goods."""
    root = read_yaml(text, place=Place(file, 1))
    found = root.mapping(known=("sources", "markets", "goods"), required=("sources", "goods"))
    sources = {name: value.text() for name, value in found["sources"].mapping().items()}
    entries = found["goods"].items()
    goods = tuple(_goods(item, sources) for item in entries)
    taken: dict[tuple[str, str], str] = {}
    for item, one in zip(entries, goods, strict=True):
        names = [("id", one.id), *(("hazard", name) for name in one.hazards)]
        for key in [*names, *(("restricted", name) for name in one.restricted), *(("hs", code) for code in one.hs)]:
            if key in taken:
                raise item.error(f"{key[1]!r} of {one.id!r} belongs to {taken[key]!r} too; leave it at one of them")
            taken[key] = one.id
    markets = found["markets"].items() if "markets" in found else ()
    return RestrictedList(goods=goods, markets=tuple(_places(item) for item in markets))


def _goods(value: YamlValue, sources: dict[str, str]) -> RestrictedGoods:
    lists = ("hazards", "restricted", "hs", "words")
    found = value.mapping(known=("id", "title", "class", *lists, "rules"), required=("id", "title", "rules"))
    texts = {name: found[name].texts() if name in found else () for name in lists}
    if not any(texts.values()):
        raise value.error(f"nothing would match: give one of {', '.join(lists)}")
    for code in found["hs"].items() if "hs" in found else ():
        if not _HS.fullmatch(code.text()):
            raise code.wrong("the first digits of an HS code, in quotes")
    rules = tuple(_rule(item, sources) for item in found["rules"].items())
    last = rules[-1] if rules else None
    if last is None or last.to or last.origin or last.border is not None or last.box is not None:
        raise found["rules"].error("the last rule must fit everything: add one that has only an outcome")
    words = tuple(word.casefold() for word in texts["words"])
    return RestrictedGoods(
        id=found["id"].text(),
        title=found["title"].text(),
        carrier_class=found["class"].text() if "class" in found else "",
        hazards=frozenset(map(key_of, texts["hazards"])),
        restricted=frozenset(map(key_of, texts["restricted"])),
        hs=texts["hs"],
        words=words,
        rules=rules,
        pattern=re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})s?\b", re.IGNORECASE) if words else None,
    )


def _rule(value: YamlValue, sources: dict[str, str]) -> RestrictionRule:
    conditions = ("to", "from", "border", "box")
    needed = ("outcome", "why", "source")
    found = value.mapping(known=(*conditions, *needed), required=needed)
    return RestrictionRule(
        outcome=Outcome(found["outcome"].choice(list(Outcome))),
        why=found["why"].text(),
        source=sources[found["source"].choice(sources)],
        to=_places(found.get("to")),
        origin=_places(found.get("from")),
        border=_truth(found.get("border")),
        box=_truth(found.get("box")),
    )


def _places(value: YamlValue | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    for item in value.items():
        if not _PLACE.fullmatch(item.text()):
            raise item.wrong("a country such as US, or a region such as US-UT")
    return frozenset(value.texts())


def _truth(value: YamlValue | None) -> bool | None:
    if value is None:
        return None
    if not isinstance(value.value, bool):
        raise value.wrong("true or false")
    return value.value
