"""Reads the routing data: shared words, one file per specialist, and the topics that nobody here handles."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from orchestrator.core.errors import InputError, Place
from orchestrator.core.routing.table import Card, Cue, PayloadShape, RoutingTable, Thresholds
from playbooks.routing.document import Document, load_document

SHIPPED = Path(__file__).parent
_WORD_WEIGHT = 3.0
_HINT_WEIGHT = 1.0
_SHARED = ("concepts", "patterns", "masks", "plain", "followups", "assents", "thresholds")
_CARD = ("agent", "offer", "does", "concepts", "words", "hints", "cues", "examples", "payloads")
_TOPIC = ("offer", "concepts", "words", "hints", "cues", "examples")
_PAYLOAD = ("name", "has", "headline")


def load_routing_table(folder: Path = SHIPPED) -> RoutingTable:
    """The table in a folder: `words.yaml`, `elsewhere.yaml`, and each `specialists/*.yaml` in the order of its names.

    Raises:
        InputError: A file is missing or wrong; the message starts with file, line and field.
    """
    shared = load_document(folder / "words.yaml", allowed=_SHARED)
    elsewhere = load_document(folder / "elsewhere.yaml", allowed=("topics",))
    files = sorted((folder / "specialists").glob("*.yaml"))
    if not files:
        raise InputError(f"{folder / 'specialists'}: no specialist there; add one file per specialist, <name>.yaml")
    entries = [_Entry(load_document(file, allowed=_CARD), handled=True) for file in files]
    entries += [_Entry(topic, handled=False) for topic in elsewhere.children("topics", allowed=_TOPIC)]
    concepts = _concepts(shared, entries)
    patterns = _patterns(shared)
    _check_names(entries)
    known = {*concepts, *patterns}
    return RoutingTable(
        concepts=concepts,
        patterns=patterns,
        masks=shared.phrases("masks"),
        plain=shared.phrases("plain"),
        followups=tuple(_known(name, known, shared.place("followups")) for name in shared.phrases("followups")),
        assents=tuple(_known(name, known, shared.place("assents")) for name in shared.phrases("assents")),
        thresholds=_thresholds(shared),
        cards=tuple(entry.card(known) for entry in entries),
    )


class _Entry:
    """A specialist's or a topic's part of the data."""

    def __init__(self, document: Document, *, handled: bool) -> None:
        self.document = document
        self.handled = handled
        self.name = document.text("agent") if handled else document.name

    def concepts(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Its own concepts; `words` and `hints` are concepts named after it."""
        own = self.document.child("concepts")
        for name in own.names():
            yield name, own.phrases(name)
        for field in ("words", "hints"):
            if phrases := self.document.phrases(field):
                yield f"{self.name}.{field}", phrases

    def card(self, known: set[str]) -> Card:
        """The card, its cues checked against the concepts there are."""
        listed = self.document.child("cues")
        cues = [_cue(text, listed.number(text), known, listed.place(text)) for text in listed.names()]
        for field, weight in (("words", _WORD_WEIGHT), ("hints", _HINT_WEIGHT)):
            if f"{self.name}.{field}" in known:
                cues.append(Cue(chains=((f"{self.name}.{field}",),), unless=(), weight=weight, text=field))
        return Card(
            name=self.name,
            offer=self.document.text("offer"),
            handled=self.handled,
            cues=tuple(cues),
            examples=self.document.lines("examples"),
            payloads=tuple(map(_shape, self.document.children("payloads", allowed=_PAYLOAD))) if self.handled else (),
        )


def _concepts(shared: Document, entries: Iterable[_Entry]) -> dict[str, tuple[str, ...]]:
    """All concepts by name; a name is given once."""
    listed = shared.child("concepts")
    concepts = {name: listed.phrases(name) for name in listed.names()}
    for entry in entries:
        for name, phrases in entry.concepts():
            if name in concepts:
                raise InputError(f"{entry.document.place(name)}: concept {name!r} exists already; choose another name")
            concepts[name] = phrases
    return concepts


def _patterns(shared: Document) -> dict[str, str]:
    listed = shared.child("patterns")
    patterns = {name: listed.text(name) for name in listed.names()}
    for name, regex in patterns.items():
        try:
            re.compile(regex)
        except re.error as error:
            raise InputError(
                f"{listed.place(name)}: {regex!r} is no regular expression ({error}); correct it"
            ) from error
    return patterns


def _check_names(entries: Iterable[_Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen:
            raise InputError(f"{entry.document.place('agent')}: {entry.name!r} is there twice; choose another name")
        seen.add(entry.name)


def _cue(text: str, weight: float, known: set[str], place: Place) -> Cue:
    """A cue from its notation: `a > b + c - d`: b soon after a, and c, all in one clause, and no d."""
    needs, *absent = (part.strip() for part in text.split(" - "))
    chains = tuple(
        tuple(_known(link.strip(), known, place) for link in chain.split(" > ")) for chain in needs.split(" + ")
    )
    return Cue(chains=chains, unless=tuple(_known(name, known, place) for name in absent), weight=weight, text=text)


def _known(name: str, known: set[str], place: Place) -> str:
    if name not in known:
        near = get_close_matches(name, known, n=3)
        raise InputError(f"{place}: no concept {name!r}; nearest: {', '.join(near) or 'none'}")
    return name


def _shape(entry: Document) -> PayloadShape:
    has = entry.child("has")
    tests = tuple((path, has.optional_text(path)) for path in has.names())
    if not tests:
        raise InputError(f"{entry.place('has')}: a payload without keys matches everything; name the keys it has")
    return PayloadShape(name=entry.text("name"), has=tests, headline=entry.phrases("headline"))


def _thresholds(shared: Document) -> Thresholds:
    listed = shared.child("thresholds")
    given = {name: listed.number(name) for name in listed.names()}
    names = [field.name for field in fields(Thresholds)]
    for name in given:
        if name not in names:
            raise InputError(f"{shared.place('thresholds')}: no threshold {name!r}; use {', '.join(names)}")
    return Thresholds(**given)
