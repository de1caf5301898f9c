"""Scores the redaction of personal data on generated turns, beside Presidio where it is installed.

    python benchmarks/redaction.py [--turns 4000] [--seed 20] [--data turns.jsonl] [--json]

A row of `--data` is `{"text", "spans": [{"start", "end", "kind"}]}`, code points, kinds as `--json` names them. The
generator knows nothing of our patterns: it writes numbers from the issuers' rules and puts them into sentences of its
own, with as many numbers that are nobody's (orders, parcels, dates, versions, prices, serials).
A span counts as found where every letter and digit of it is covered, by whatever kind; what is replaced counts as right
where it touches one. Presidio runs with spaCy's blank pipeline unless one of its English models is installed.
"""

import argparse
import json
import random
import string
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from orchestrator.core.personal_data.finding import find_personal
from orchestrator.core.personal_data.spans import Span

Find = Callable[[str], Sequence[Span]]
_WORDS = "the parcel never came and nobody could tell me why it was sent back to your depot again last week".split()  # noqa: SIM905 - words


class Row(NamedTuple):
    """A turn and what is personal in it: start, end, kind."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices(string.digits, k=count))


def _card(draw: random.Random) -> str:
    first, length = draw.choice((("4", 16), ("51", 16), ("2305", 16), ("37", 15), ("6011", 16)))
    body = first + _digits(draw, length - len(first) - 1)
    total = sum(int(one) if place % 2 else sum(divmod(2 * int(one), 10)) for place, one in enumerate(body[::-1]))
    whole = f"{body}{-total % 10}"
    mark = draw.choice(("", " ", "-"))
    cuts = (0, 4, 10, 15) if length == 15 else (0, 4, 8, 12, 16)
    return mark.join(whole[a:b] for a, b in pairwise(cuts))


def _iban(draw: random.Random) -> str:
    country, bank, length = draw.choice((("DE", "", 18), ("NL", "INGB", 10), ("FR", "", 23), ("GB", "BARC", 14)))
    body = bank + _digits(draw, length)
    number = int("".join(str(int(one, 36)) for one in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02d}{body}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4)) if draw.random() < 0.6 else whole


def _email(draw: random.Random) -> str:
    name = draw.choice(("maria", "k.osei", "tom_becker", "li.wei88", "o'neil", "ines+shop", "müller"))
    host = draw.choice(("example.net", "mail.example.de", "uni.example.edu", "example.co.uk"))
    at = draw.choice(("@", "@", "@", "@", " at ")) if name[-1].isdigit() else "@"
    written = f"{name}{at}{host}"
    return written.upper() if draw.random() < 0.1 else written


def _phone(draw: random.Random) -> str:
    area, middle = draw.choice("23456789") + _digits(draw, 2), draw.choice("23456789") + _digits(draw, 2)
    last = _digits(draw, 4)
    return draw.choice(
        (
            f"{area}-{middle}-{last}",
            f"({area}) {middle}-{last}",
            f"{area}.{middle}.{last}",
            f"+1 {area} {middle} {last}",
            f"+49 {draw.choice('13')}{_digits(draw, 2)} {_digits(draw, 7)}",
            f"+33 6 {' '.join(_digits(draw, 2) for _ in range(4))}",
            f"07{_digits(draw, 3)} {_digits(draw, 6)}",
            f"{area}{middle}{last}",
        )
    )


def _national(draw: random.Random) -> str:
    if draw.random() < 0.6:
        return f"{draw.randint(1, 665):03d}-{draw.randint(1, 99):02d}-{draw.randint(1, 9999):04d}"
    digits = _digits(draw, 6)
    return (
        f"{draw.choice('ABCEHJ')}{draw.choice('ABCEHJ')} {digits[:2]} {digits[2:4]} {digits[4:]} {draw.choice('ABCD')}"
    )


def _secret(draw: random.Random) -> str:
    letters = string.ascii_letters + string.digits
    return draw.choice(("sk-", "ghp_", "xoxb-")) + "".join(draw.choices(letters, k=36))


_PERSONAL = {
    "card": (_card, ("charge it to {}", "the visa ends wrong, it is {}", "pay with {} please", "{} is my card")),
    "iban": (_iban, ("refund to {}", "my bank account: {}", "send the money to {} today")),
    "email": (_email, ("reach me at {}", "the receipt went to {}", "{} is where I read mail", "login {} fails")),
    "phone": (_phone, ("ring me on {}", "my cell is {}", "text {} when you are near", "phone: {}")),
    "national_id": (_national, ("for the tax form: {}", "social security {}", "my national insurance no. is {}")),
    "secret": (_secret, ("the key {} does not work", "token: {}", "I pasted {} into the app")),
}
_NOBODYS: tuple[Callable[[random.Random], str], ...] = (
    lambda draw: f"order {_digits(draw, 10)} is late",
    lambda draw: f"my order number is {_digits(draw, 3)}-{_digits(draw, 7)}-{_digits(draw, 7)}",
    lambda draw: f"tracking says {draw.choice(('1Z', 'JD'))}{_digits(draw, 16)}",
    lambda draw: f"parcel 00{_digits(draw, 18)} is stuck",
    lambda draw: f"since {draw.randint(2019, 2025)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d} 10:15",
    lambda draw: f"on {draw.randint(1, 28)}/{draw.randint(1, 12)}/{draw.randint(2019, 2025)} I wrote",
    lambda draw: f"firmware {draw.randint(1, 20)}.{draw.randint(0, 30)}.{_digits(draw, 4)}.{_digits(draw, 3)}",
    lambda draw: f"it cost ${draw.randint(1, 9)},{_digits(draw, 3)}.{_digits(draw, 2)}",
    lambda draw: f"serial {_digits(draw, 12)} on the back",
    lambda draw: f"session {uuid.UUID(int=draw.getrandbits(128))}",
    lambda draw: f"invoice INV-{_digits(draw, 8)} of {_digits(draw, 6)}",
    lambda draw: f"size {draw.randint(34, 48)} and {draw.randint(2, 9)} pairs, item {_digits(draw, 8)}",
)


def generate(turns: int, seed: int) -> list[Row]:
    """Turns: half plain, a quarter with something personal, a quarter with numbers that are nobody's."""
    draw = random.Random(seed)  # noqa: S311 - sentences, no secrets
    rows = []
    for _ in range(turns):
        before, after = (" ".join(draw.choices(_WORDS, k=draw.randint(3, 8))) for _ in range(2))
        kind = draw.random()
        if kind < 0.5:
            rows.append(Row(f"{before} {after}", ()))
        elif kind < 0.75:
            rows.append(Row(f"{before}, {draw.choice(_NOBODYS)(draw)}, {after}", ()))
        else:
            name = draw.choice(tuple(_PERSONAL))
            make, frames = _PERSONAL[name]
            left, _, right = draw.choice(frames).partition("{}")
            value, start = make(draw), len(f"{before}, {left}")
            rows.append(Row(f"{before}, {left}{value}{right}, {after}", ((start, start + len(value), name),)))
    return rows


def read_rows(path: Path) -> list[Row]:
    """Rows of a file."""
    lines = path.read_text("utf-8").splitlines()
    documents = [json.loads(line) for line in lines if line.strip()]
    return [
        Row(one["text"], tuple((span["start"], span["end"], span["kind"]) for span in one["spans"]))
        for one in documents
    ]


def score(rows: Sequence[Row], find: Find) -> dict[str, object]:
    """Recall by the kind that it is, precision by the kind that was said, and microseconds a turn."""
    began = time.process_time()
    found = [find(row.text) for row in rows]
    spent = time.process_time() - began
    true: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    said: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row, spans in zip(rows, found, strict=True):
        hidden = {place for span in spans for place in range(span.start, span.end)}
        for start, end, kind in row.spans:
            true[kind] += 1
            covered[kind] += all(place in hidden for place in range(start, end) if row.text[place].isalnum())
        for span in spans:
            said[span.kind.value] += 1
            right[span.kind.value] += any(span.start < end and start < span.end for start, end, _ in row.spans)
    return {
        "recall": _shares(covered, true),
        "precision": _shares(right, said),
        "microseconds": round(spent / max(1, len(rows)) * 1e6, 1),
    }


def _shares(part: Counter[str], whole: Counter[str]) -> dict[str, float]:
    shares = {kind: round(part[kind] / count, 4) for kind, count in sorted(whole.items())}
    return {**shares, "all": round(part.total() / whole.total(), 4)} if whole else shares


def finders() -> Iterable[tuple[str, Find]]:
    """Ours, and Presidio's own patterns where it is installed."""
    yield "switchboard", find_personal
    if find_spec("presidio_analyzer") is not None:
        from orchestrator.app.analysis.presidio import _KINDS, _LEAST_SCORE, _Finder, presidio_name

        finder = _Finder()

        def theirs(text: str) -> list[Span]:
            found = finder._analyzer.analyze(
                text, language="en", entities=finder._entities, score_threshold=_LEAST_SCORE
            )
            return [Span(_KINDS[one.entity_type], one.start, one.end) for one in found]

        yield presidio_name(), theirs


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = read_rows(asked.data) if asked.data else generate(asked.turns, asked.seed)
    figures = {name: score(rows, find) for name, find in finders()}
    document = {"turns": len(rows), "personal": sum(len(row.spans) for row in rows), "figures": figures}
    if asked.json:
        print(json.dumps(document))
        return 0
    print(f"{document['turns']:,d} turns, {document['personal']:,d} personal spans")
    for name, one in figures.items():
        print(f"\n{name}: {one['microseconds']} microseconds of processor time a turn")
        print("  recall   ", one["recall"])
        print("  precision", one["precision"])
    if len(figures) == 1:
        print("\nPresidio is not installed: pip install 'switchboard[presidio]' scores it in the same run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
