"""Scores the router on labelled messages, beside a TF-IDF baseline that leaves one source out.

    python benchmarks/routing.py [--data messages.jsonl] [--json]

A row is `{"text", "route", "route_confidence", "source"}`. Rows count where `route_confidence` is direct or derived:
there the route follows from the source's own intent. The router never saw the messages; the baseline trains on them.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from orchestrator.core.routing.router import NONE, Router
from playbooks.routing.loader import load_routing_table

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "routing" / "messages.dev.jsonl"
COUNTED = ("direct", "derived")
# The data's routes in our names: the only place that maps them.
LABELS = {
    "incident_triage": "triage",
    "shipment_handling": "shipment",
    "conversation_analysis": "sentiment",
    "human_handoff": "handoff",
    "out_of_scope": NONE,
}
CLASSES = (*sorted(set(LABELS.values()) - {NONE}), NONE)
RESAMPLES = 1_000
SEED = 20_260


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled message."""

    text: str
    gold: str
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided on a row; `agents` has all subjects' specialists."""

    row: Row
    predicted: str
    confidence: float
    agents: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the first specialist, or none, is the label."""
        return self.predicted == self.row.gold


def load_rows(path: Path) -> list[Row]:
    """The rows that count; raises `SystemExit` with a message when the file or a route is not known."""
    if not path.exists():
        raise SystemExit(f"no such file: {path}; give one with --data")
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        entry = json.loads(line)
        if entry["route_confidence"] in COUNTED:
            if entry["route"] not in LABELS:
                raise SystemExit(f"{path}:{number}: unknown route {entry['route']!r}; known: {', '.join(LABELS)}")
            rows.append(Row(entry["text"], LABELS[entry["route"]], entry["source"]))
    return rows


def decide(router: Router, rows: Iterable[Row]) -> tuple[list[Outcome], list[float]]:
    """An outcome and the milliseconds it took, per row."""
    outcomes, elapsed_ms = [], []
    for row in rows:
        started = time.perf_counter()
        route = router.route(row.text)
        elapsed_ms.append((time.perf_counter() - started) * 1e3)
        outcomes.append(Outcome(row, route.agent, route.confidence, route.agents))
    return outcomes, elapsed_ms


def accuracy(outcomes: Sequence[Outcome]) -> dict[str, float | int]:
    """Share that is right, with its 95 % Wilson interval (Wilson 1927)."""
    n, right = len(outcomes), sum(outcome.right for outcome in outcomes)
    if not n:
        return {"n": 0, "accuracy": 0.0, "low": 0.0, "high": 1.0}
    z, share = 1.96, right / n
    middle = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return {"n": n, "accuracy": share, "low": (middle - spread) / scale, "high": (middle + spread) / scale}


def f1_of(counts: Mapping[tuple[str, str], int], label: str) -> float:
    """F1 of a class from counts by (gold, predicted); 0 where the class is in neither."""
    hits = counts.get((label, label), 0)
    total = sum(count * ((gold == label) + (predicted == label)) for (gold, predicted), count in counts.items())
    return 2 * hits / total if total else 0.0


def per_class(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float | int]]:
    """Precision, recall and F1 with a 95 % bootstrap interval (percentiles of resampled rows), per class."""
    counts = Counter((outcome.row.gold, outcome.predicted) for outcome in outcomes)
    chance = random.Random(SEED)  # noqa: S311  # resampling, not secrets
    kinds, weights = list(counts), list(counts.values())
    samples = [Counter(chance.choices(kinds, weights, k=len(outcomes))) for _ in range(RESAMPLES)]
    report: dict[str, dict[str, float | int]] = {}
    for label in CLASSES:
        gold = sum(count for (wanted, _), count in counts.items() if wanted == label)
        predicted = sum(count for (_, decided), count in counts.items() if decided == label)
        spread = sorted(f1_of(sample, label) for sample in samples)
        report[label] = {
            "n": gold,
            "precision": counts[label, label] / predicted if predicted else 0.0,
            "recall": counts[label, label] / gold if gold else 0.0,
            "f1": f1_of(counts, label),
            "low": spread[int(RESAMPLES * 0.025)],
            "high": spread[int(RESAMPLES * 0.975)],
        }
    return report


def abstention_curve(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """What remains when decisions below a confidence become abstentions.

    `answered`: share of all messages that go to a specialist; `accuracy`: of those; `found`: share of the messages
    that have a specialist which still reach theirs; `overall`: accuracy with the rest counted as none.
    """
    wanted = sum(outcome.row.gold != NONE for outcome in outcomes)
    curve = []
    for least in (0.0, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75):
        kept = [outcome for outcome in outcomes if outcome.predicted != NONE and outcome.confidence >= least]
        right = sum(outcome.right for outcome in kept)
        dropped = len(outcomes) - len(kept)
        refused = sum(outcome.row.gold == NONE for outcome in outcomes) - sum(o.row.gold == NONE for o in kept)
        curve.append(
            {
                "confidence": least,
                "answered": len(kept) / len(outcomes),
                "accuracy": right / len(kept) if kept else 0.0,
                "found": right / wanted if wanted else 0.0,
                "overall": (right + refused) / (len(kept) + dropped),
            }
        )
    return curve


def baseline(rows: Sequence[Row]) -> dict[str, dict[str, float | int]] | None:
    """TF-IDF and a linear SVM, trained on all sources but the one it is tested on; None without scikit-learn."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # extra `bench`
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC
    except ImportError:
        return None
    report, everything = {}, []
    for source in sorted({row.source for row in rows}):
        train = [row for row in rows if row.source != source]
        test = [row for row in rows if row.source == source]
        model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC(C=1.0))
        model.fit([row.text for row in train], [row.gold for row in train])
        guesses = model.predict([row.text for row in test])
        outcomes = [Outcome(row, str(guess), 0.0, ()) for row, guess in zip(test, guesses, strict=True)]
        report[source] = accuracy(outcomes)
        everything += outcomes
    report["all"] = accuracy(everything)
    return report


def report_on(path: Path) -> dict[str, object]:
    """All figures for a file."""
    rows = load_rows(path)
    router = Router(load_routing_table())
    outcomes, elapsed_ms = decide(router, rows)
    by_source: dict[str, list[Outcome]] = defaultdict(list)
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        by_source[outcome.row.source].append(outcome)
        confusion[outcome.row.gold][outcome.predicted] += 1
    ordered = sorted(elapsed_ms)
    return {
        "data": str(path),
        "all": accuracy(outcomes),
        "always_none": accuracy([Outcome(row, NONE, 0.0, ()) for row in rows]),
        "by_source": {source: accuracy(found) for source, found in sorted(by_source.items())},
        "by_class": per_class(outcomes),
        "several_subjects": sum(len(outcome.agents) > 1 for outcome in outcomes) / len(outcomes),
        "abstention": abstention_curve(outcomes),
        "confusion": {gold: dict(sorted(found.items())) for gold, found in sorted(confusion.items())},
        "latency_ms": {"p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)]},
        "baseline_by_source": baseline(rows),
    }


def show(report: dict[str, object]) -> None:
    """The figures as text."""

    def line(name: str, figures: dict[str, float]) -> None:
        body = "  ".join(
            f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}" for key, value in figures.items()
        )
        print(f"  {name:<22}{body}")

    for title, key in (("router, all and by source", "by_source"), ("by class", "by_class")):
        print(title)
        if key == "by_source":
            line("all", report["all"])  # type: ignore[arg-type]
            line("(always none)", report["always_none"])  # type: ignore[arg-type]
        for name, figures in report[key].items():  # type: ignore[attr-defined]
            line(name, figures)
    print("abstaining below a confidence")
    for point in report["abstention"]:  # type: ignore[attr-defined]
        line("", point)
    print("confusion (label: decisions)")
    for gold, found in report["confusion"].items():  # type: ignore[attr-defined]
        print(f"  {gold:<12}{found}")
    print(f"several subjects: {report['several_subjects']:.3f} of messages")
    line("latency, ms", report["latency_ms"])  # type: ignore[arg-type]
    print("TF-IDF and a linear SVM, source left out")
    for name, figures in (report["baseline_by_source"] or {"not run: install the extra `bench`": {}}).items():  # type: ignore[attr-defined]
        line(name, figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="labelled messages, one JSON object per line")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    report = report_on(options.data)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        show(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
