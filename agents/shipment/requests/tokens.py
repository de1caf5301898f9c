"""Cuts a message into sentences of normalised tokens, each with its place in the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

MAX_CHARACTERS = 6_000
MAX_TOKENS = 160
_TOKEN = re.compile(
    r"(?P<literal>\{[^{}]{0,400}\})"
    r"|(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<order>\#?[Ww]\d{5,12}\b(?:['\u2019]s\b)?|\#\d{5,12}\b(?:['\u2019]s\b)?)"
    r"|(?P<code>\b(?=[A-Z0-9]{0,33}[A-Z])(?=[A-Z0-9]{0,33}\d)[A-Z0-9]{10,34}\b)"
    r"|(?P<id>\b[a-z]+_[a-z0-9_]+\b)"
    r"|(?P<money>\$\d+(?:,\d{3})*(?:\.\d+)?)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:['\u2019][^\W\d_]+)*)"
    r"|(?P<mark>[.,;:!?()\"\u201c\u201d>&/+%#-]|\S)"
)
_POSSESSIVE = re.compile("['\u2019]s$")
_SENTENCE_END = {".", "!", "?"}
_CONTRACTIONS = {"d": "would", "re": "are", "m": "are", "ve": "have", "ll": "will"}
_ONE_PERSON = {
    "i": "you",
    "me": "you",
    "myself": "yourself",
    "we": "you",
    "us": "you",
    "my": "your",
    "mine": "yours",
    "our": "your",
    "am": "are",
    "cannot": "can not",
    "im": "you are",
    "dont": "do not",
    "doesnt": "does not",
    "wanna": "want to",
    "tho": "though",
    "cant": "can not",
    "wont": "will not",
    "isnt": "is not",
}
_FIRST = {"i", "my", "me", "mine", "we", "our", "im"}
_SECOND = {"you", "your", "yours"}
_NOT = {"can't": "can not", "won't": "will not", "shan't": "shall not"}
_JOINING = {"-", "#", '"', "“", "”"}
_NUMBERS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark; `text` is normalised, first and second person as one, `raw` is as written."""

    text: str
    raw: str
    kind: str
    start: int
    end: int


class Sentence:
    """The tokens of one sentence, and what they make when joined, so that patterns can be matched from any token."""

    def __init__(self, tokens: Sequence[Token], *, asked: bool, source: str = "") -> None:
        self.source = source
        self.tokens = tuple(tokens)
        self.asked = asked
        self.joined = "".join(f"{token.text} " for token in self.tokens)
        ends = list(accumulate(len(token.text) + 1 for token in self.tokens))
        self.starts = (0, *ends)
        self._positions = {start: index for index, start in enumerate(self.starts)}

    def __len__(self) -> int:
        return len(self.tokens)

    def match(self, pattern: re.Pattern[str], position: int) -> int | None:
        """The position after what the pattern matches from there; None where it does not, or matches nothing."""
        found = pattern.match(self.joined, self.starts[position])
        end = self._positions.get(found.end()) if found else None
        return None if end is None or end == position else end

    def text(self, position: int, end: int | None = None) -> str:
        """The normalised words of a stretch."""
        return " ".join(token.text for token in self.tokens[position:end])

    def span(self, position: int, end: int) -> tuple[int, int]:
        """Where a stretch stands in the message."""
        return self.tokens[position].start, self.tokens[max(position, end - 1)].end


def singular(word: str) -> str:
    """A noun without its plural ending, by rule; words that are both stay comparable with each other."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):  # noqa: PLR2004  # shorter words have no plural of use
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("elves"):
        return word[:-3] + "f"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def digits(word: str) -> str:
    """A number word as digits; every other word as it is."""
    return _NUMBERS.get(word, word)


def _is_first_person(text: str) -> bool:
    """Whether the customer speaks of themselves as I, so that `you` is the one who is written to."""
    words = [found.group().lower() for found in re.finditer(r"[^\W\d_]+", text)]
    return 0 < sum(word in _FIRST for word in words) >= sum(word in _SECOND for word in words)


def tokens_of(text: str, *, is_first_person: bool = False, offset: int = 0) -> Iterator[Token]:
    """The tokens of a text, contractions written out and hyphens left out; the other of the two persons gets an `@`."""
    for found in _TOKEN.finditer(text):
        kind, raw = str(found.lastgroup), found.group().lower()
        if raw in _JOINING:
            continue
        for word in _words(raw) if kind == "word" else (_POSSESSIVE.sub("", raw) if kind == "order" else raw,):
            other = is_first_person and word in {"you", "your"} and raw.startswith("you")
            yield Token(f"@{word}" if other else word, raw, kind, found.start() + offset, found.end() + offset)


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text; a number's or an id's point ends none, an empty line ends one."""
    sentences: list[Sentence] = []
    start = 0
    for paragraph in text.split("\n\n"):
        sentences += _sentences(paragraph, source=text, offset=start)
        start += len(paragraph) + 2
    return tuple(sentences)


def _sentences(paragraph: str, *, source: str, offset: int) -> Iterator[Sentence]:
    run: list[Token] = []
    is_first = _is_first_person(paragraph)
    for token in tokens_of(paragraph, is_first_person=is_first, offset=offset):
        if run and run[-1].kind == "word" and source.startswith("You ", token.start):
            yield Sentence(run, asked=False, source=source)  # a point was forgotten: within a sentence it is `you`
            run = [token]
        elif token.text not in _SENTENCE_END:
            run.append(token)
        elif run:
            yield Sentence(run, asked=token.text == "?", source=source)
            run = []
    if run:
        yield Sentence(run, asked=False, source=source)


def joined_form(words: Sequence[str]) -> str:
    """Words as one key: singular, number words as digits, without spaces, so that `book shelves` is `bookshelf`."""
    return "".join(singular(digits(word)) for word in words)


def _words(raw: str) -> tuple[str, ...]:
    raw = raw.replace("\u2019", "'")
    if raw in _NOT:
        return tuple(_NOT[raw].split())
    if raw.endswith("n't"):
        return (raw[:-3], "not")
    head, mark, tail = raw.partition("'")
    head_words = tuple(_ONE_PERSON.get(head, head).split())
    if not mark or tail not in _CONTRACTIONS:
        is_verb = mark and tail == "s" and head in {"it", "that", "there", "what", "where", "here", "this", "he", "she"}
        return (*head_words, "is") if is_verb else head_words
    return (*head_words, _CONTRACTIONS[tail])
