"""Scores the recognition of tracking numbers on public samples, beside a baseline that looks at shape and length only.

    python benchmarks/tracking_numbers.py [--data FOLDER] [--json]

`FOLDER` has one file for each carrier, named as our codes: `{"tracking_numbers": [{"name", "test_numbers": {"valid",
"invalid"}}]}`. A valid number counts as accepted where its carrier is among the candidates, an invalid one as refused
where it is not; an invalid number of one form that is valid in another of the same carrier is left out. Then it draws
numbers of each form with a check digit, writes them with one digit wrong, and counts how many are refused; and draws
numbers that are nobody's, inside a sentence, and counts how many are taken for tracking numbers.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.shipment.numbers.finding import find_numbers
from agents.shipment.numbers.forms import ALL, BY_LENGTH
from agents.shipment.numbers.recognition import normalised, recognise
from orchestrator.core.shipping.check_digits import s10_number, ups_number, usps_number

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "tracking_numbers"
SEED = 20_261
DRAWN = 2_000
Carriers = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A number and what it is."""

    carrier: str
    number: str
    valid: bool


def load_samples(folder: Path) -> list[Sample]:
    """The samples of a folder; `SystemExit` with a message where it has none."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise SystemExit(f"no JSON files in {folder}; give a folder with --data")
    found = []
    for path in files:
        forms = json.loads(path.read_text(encoding="utf-8"))["tracking_numbers"]
        valid = {number for form in forms for number in form["test_numbers"]["valid"]}
        plain = set(map(normalised, valid))
        invalid = {number for form in forms for number in form["test_numbers"]["invalid"]}
        found += [Sample(path.stem, number, valid=True) for number in sorted(valid)]
        found += [Sample(path.stem, n, valid=False) for n in sorted(invalid) if normalised(n) not in plain]
    return found


def ours(number: str) -> frozenset[str]:
    """The carriers that we find."""
    return frozenset(recognise(number).carriers)


def by_shape(number: str) -> frozenset[str]:
    """The carriers of whose forms it has the shape: patterns without check digits."""
    plain = normalised(number)
    return frozenset(form.carrier for form in BY_LENGTH.get(len(plain), ()) if form.match(plain))


def by_length(number: str) -> frozenset[str]:
    """The carriers of whose forms it has the length: the naive baseline."""
    return frozenset(form.carrier for form in BY_LENGTH.get(len(normalised(number)), ()))


def score(samples: Sequence[Sample], carriers: Carriers) -> dict[str, dict[str, int]]:
    """Counts for each carrier and for all."""
    counts: dict[str, dict[str, int]] = {}
    for sample in samples:
        found = carriers(sample.number)
        right = (sample.carrier in found) == sample.valid
        for name in (sample.carrier, "all"):
            row = counts.setdefault(name, dict.fromkeys(("valid", "accepted", "invalid", "refused", "ambiguous"), 0))
            row["valid" if sample.valid else "invalid"] += 1
            row["accepted" if sample.valid else "refused"] += right
            row["ambiguous"] += sample.valid and len(found) > 1
    return counts


def mistyped(carriers: Carriers, chance: random.Random) -> dict[str, float]:
    """The share of numbers with one wrong digit that are not taken for their carrier's, by the form."""
    made: dict[str, Callable[[], str]] = {
        "ups": lambda: ups_number("999AA1", "03", chance.randrange(10**7)),
        "s10": lambda: s10_number("RR", chance.randrange(10**8), "NO"),
        "usps": lambda: usps_number("055", "900000001", chance.randrange(10**7)),
    }
    report = {}
    for carrier, make in made.items():
        refused = sum(carrier not in carriers(_one_wrong(make(), chance)) for _ in range(DRAWN))
        report[carrier] = refused / DRAWN
    return report


def _one_wrong(number: str, chance: random.Random) -> str:
    """The number with one of its last eight digits changed."""
    place = chance.choice([m.start() for m in re.finditer("[0-9]", number)][-8:])
    other = str((int(number[place]) + chance.randint(1, 9)) % 10)
    return number[:place] + other + number[place + 1 :]


def false_alarms(chance: random.Random) -> dict[str, dict[str, float]]:
    """The share of random numbers in sentences that are taken for tracking numbers, by the number's length."""
    sentences = {"parcel": "my parcel: {}, where is it?", "other": "please note {} for me"}
    report: dict[str, dict[str, float]] = {}
    for name, sentence in sentences.items():
        report[name] = {}
        for digits in (10, 12, 16, 22):
            drawn = ("".join(chance.choices("0123456789", k=digits)) for _ in range(DRAWN))
            report[name][str(digits)] = sum(bool(find_numbers(sentence.format(number))) for number in drawn) / DRAWN
    return report


def report_on(folder: Path) -> dict[str, object]:
    """All figures."""
    samples = load_samples(folder)
    started = time.perf_counter()
    counts = score(samples, ours)
    elapsed = (time.perf_counter() - started) / len(samples)
    chance = random.Random(SEED)  # noqa: S311  # samples, not secrets
    return {
        "data": str(folder),
        "forms": len(ALL),
        "with_check_digit": sum(form.check is not None for form in ALL),
        "ours": counts,
        "by_shape": score(samples, by_shape),
        "by_length": score(samples, by_length),
        "mistyped_refused": mistyped(ours, chance),
        "mistyped_refused_by_shape": mistyped(by_shape, chance),
        "false_alarms": false_alarms(chance),
        "microseconds_each": elapsed * 1e6,
    }


def show(report: dict[str, object]) -> None:
    """Print the figures for people."""
    print(f"{report['forms']} forms, {report['with_check_digit']} with a check digit; {report['data']}")
    print(f"{'':14}{'valid accepted':>16}{'invalid refused':>17}{'ambiguous':>11}   shape only      length only")
    ours_, shape, length = (report[name] for name in ("ours", "by_shape", "by_length"))
    assert isinstance(ours_, dict)
    assert isinstance(shape, dict)
    assert isinstance(length, dict)
    for name, row in ours_.items():
        base = "".join(
            f"{other[name]['accepted']:>4}/{other[name]['refused']:<3} ({other[name]['ambiguous']:>2})   "
            for other in (shape, length)
        )
        valid, invalid = (f"{row[a]} of {row[b]}" for a, b in (("accepted", "valid"), ("refused", "invalid")))
        print(f"{name:14}{valid:>16}{invalid:>17}{row['ambiguous']:>11}   {base}")
    print(f"one digit wrong, refused: {report['mistyped_refused']} (shape only: {report['mistyped_refused_by_shape']})")
    print(f"random numbers in sentences taken for tracking numbers, by digits: {report['false_alarms']}")
    print(f"{report['microseconds_each']:.0f} microseconds each")


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of the same form")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    report = report_on(arguments.data)
    if arguments.json:
        json.dump(report, sys.stdout, indent=1)
        print()
    else:
        show(report)


if __name__ == "__main__":
    main()
