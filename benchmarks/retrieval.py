"""Scores guide search on alerts whose guide is known, beside plain BM25 over one text field in the same run.

`python benchmarks/retrieval.py --data PATH... [--json]`: a folder that holds `corpus.jsonl` and `pairs*.jsonl` files,
or those files (`id`, `query_full`, `query_nameless`, `gold` or null, `also_ok`, maybe `collection` and `tier`).
"""

import argparse
import asyncio
import json
import re
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.triage.matching import GuideMatcher
from orchestrator.core.ports import Document
from playbooks.corpus import load_corpus
from playbooks.services import Services
from plugins.search.sqlite import SqliteIndex

FORMS = ("query_full", "query_nameless")
TOP = 10
DATA = Path(__file__).parents[2] / "shared" / "data" / "guide_retrieval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An alert and the guides that are right for it; none means that the corpus has no guide."""

    id: str
    queries: dict[str, str]
    right: frozenset[str]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one search answered."""

    pair: Pair
    form: str
    found: tuple[str, ...]
    abstained: bool
    confidence: float

    @property
    def rank(self) -> int:
        """Place of the first right guide from 1; 0 if it is not there."""
        return next((place for place, guide in enumerate(self.found, start=1) if guide in self.pair.right), 0)


def load_pairs(paths: Iterable[Path]) -> list[Pair]:
    """The pairs of all files; groups are what quality is reported by."""
    pairs = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            right = frozenset([record["gold"], *record["also_ok"]] if record.get("gold") else [])
            collection, tier = record.get("collection"), record.get("tier")
            groups = [collection, f"tier:{tier}", f"{collection}/{tier}" if tier == "linked" else None]
            queries = {form: record[form] for form in FORMS if form in record}
            pairs.append(Pair(id=record["id"], queries=queries, right=right, groups=("all", *filter(None, groups))))
    return pairs


async def search_guides(documents: Sequence[Document], pairs: Sequence[Pair]) -> tuple[list[Outcome], float]:
    """Ours: the outcomes, and seconds per query."""
    outcomes = []
    async with SqliteIndex.open(":memory:") as index:
        await index.write(documents)
        matcher = GuideMatcher(index, Services())
        started = time.perf_counter()
        for pair in pairs:
            for form, text in pair.queries.items():
                match = await matcher.match(text, top=TOP)
                found = tuple(guide for guide, _, _ in match.nearest)
                abstained = match.guide_id is None
                outcomes.append(
                    Outcome(pair=pair, form=form, found=found, abstained=abstained, confidence=match.confidence)
                )
        return outcomes, (time.perf_counter() - started) / max(1, len(outcomes))


def search_plain(documents: Sequence[Document], pairs: Sequence[Pair]) -> tuple[list[Outcome], float]:
    """The baseline: FTS5's own BM25 with its Porter stemmer over title and text as one field; it never abstains."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(id UNINDEXED, x, tokenize = 'porter unicode61')")
    rows = [(document.id, f"{document.fields['title']}\n{document.fields['body']}") for document in documents]
    connection.executemany("INSERT INTO f VALUES (?, ?)", rows)
    outcomes = []
    started = time.perf_counter()
    for pair in pairs:
        for form, text in pair.queries.items():
            words = dict.fromkeys(re.findall(r"\w+", re.sub(r"<\S{1,60}>", " ", text).lower()))
            match = " OR ".join(f'"{word}"' for word in words)
            sql = "SELECT id FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT ?"
            found = tuple(row[0] for row in connection.execute(sql, (match, TOP))) if words else ()
            outcomes.append(Outcome(pair=pair, form=form, found=found, abstained=False, confidence=1.0))
    elapsed = time.perf_counter() - started
    connection.close()
    return outcomes, elapsed / max(1, len(outcomes))


def quality(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Recall and reciprocal rank over the alerts that have a guide, whether or not the search abstained."""
    ranks = [outcome.rank for outcome in outcomes if outcome.pair.right]
    share: Callable[[int], float] = lambda top: round(sum(0 < rank <= top for rank in ranks) / len(ranks), 3)  # noqa: E731
    mrr = round(sum(1 / rank for rank in ranks if rank) / len(ranks), 3)
    return {"n": len(ranks), "recall@1": share(1), "recall@3": share(3), "recall@10": share(10), "mrr": mrr}


def by_group(outcomes: Sequence[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """Quality by group and form of the query."""
    groups: dict[str, dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        for group in outcome.pair.groups if outcome.pair.right else ():
            groups[group][outcome.form].append(outcome)
    return {group: {form: quality(found) for form, found in forms.items()} for group, forms in sorted(groups.items())}


def abstention(outcomes: Sequence[Outcome]) -> dict[str, float | int]:
    """How the floor does: `recall` of the alerts without a guide, `kept_right` of the answers that were right."""
    without = [outcome for outcome in outcomes if not outcome.pair.right]
    abstained = [outcome for outcome in outcomes if outcome.abstained]
    right = [outcome for outcome in outcomes if outcome.rank == 1]
    not_first = sum(outcome.rank != 1 for outcome in abstained)
    return {
        "without_guide": len(without),
        "abstained": len(abstained),
        "recall": round(sum(outcome.abstained for outcome in without) / max(1, len(without)), 3),
        "precision": round(sum(not outcome.pair.right for outcome in abstained) / max(1, len(abstained)), 3),
        "precision_or_wrong": round(not_first / max(1, len(abstained)), 3),
        "kept_right": round(sum(not outcome.abstained for outcome in right) / max(1, len(right)), 3),
    }


def calibration(outcomes: Sequence[Outcome]) -> list[dict[str, float | int]]:
    """Confidence against the share of right first guides, in five bins."""
    bins = []
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = [outcome for outcome in outcomes if low <= outcome.confidence < low + 0.2 + (low == 0.8)]
        if inside:
            mean = round(sum(outcome.confidence for outcome in inside) / len(inside), 3)
            share = round(sum(outcome.rank == 1 for outcome in inside) / len(inside), 3)
            bins.append({"from": low, "n": len(inside), "confidence": mean, "right": share})
    return bins


def files_of(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The corpus files and the files of pairs; a folder stands for those in it."""
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    corpora = [file for file in files if file.name.startswith("corpus")]
    return corpora, [file for file in files if file not in corpora and file.name.startswith("pairs")]


def report(corpora: Sequence[Path], pair_files: Sequence[Path]) -> dict[str, object]:
    """All figures as one document."""
    documents = [document for path in corpora for document in load_corpus(path)]
    pairs = load_pairs(pair_files)
    ours, ours_s = asyncio.run(search_guides(documents, pairs))
    plain, plain_s = search_plain(documents, pairs)
    ours_by, plain_by = by_group(ours), by_group(plain)
    ratios = {
        form: {
            name: round(ours_by["all"][form][name] / max(1e-9, plain_by["all"][form][name]), 2)
            for name in ("recall@1", "recall@3", "mrr")
        }
        for form in ours_by.get("all", {})
    }
    return {
        "ratio_to_plain_bm25": ratios,
        "guides": len(documents),
        "pairs": len(pairs),
        "ms_per_query": {"ours": round(1000 * ours_s, 1), "plain_bm25": round(1000 * plain_s, 1)},
        "abstention": {form: abstention([o for o in ours if o.form == form]) for form in FORMS},
        "calibration": calibration(ours),
        "ours": ours_by,
        "plain_bm25": plain_by,
    }


def show(figures: dict[str, object]) -> None:
    """Print the figures, ratios first."""
    for name, value in figures.items():
        if name not in {"ours", "plain_bm25"}:
            print(f"{name}: {json.dumps(value)}")
    print(f"{'':38}{'ours':>6} @1    @3   @10   mrr | plain BM25 @1    @3   @10   mrr")
    ours, plain = figures["ours"], figures["plain_bm25"]
    assert isinstance(ours, dict)
    assert isinstance(plain, dict)
    for group, forms in ours.items():
        for form, values in forms.items():
            cells = [
                "  ".join(f"{side[name]:.2f}" for name in ("recall@1", "recall@3", "recall@10", "mrr"))
                for side in (values, plain[group][form])
            ]
            print(f"{group:32.32} {form[6:]:9} {values['n']:4}  {cells[0]} | {cells[1]:>32}")


def main() -> int:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", default=[DATA], help="folder, or corpus and pairs files")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    corpora, pair_files = files_of(arguments.data)
    if not (corpora and pair_files) or not all(file.is_file() for file in (*corpora, *pair_files)):
        given = ", ".join(map(str, arguments.data))
        print(f"{given}: no corpus*.jsonl or no pairs*.jsonl here; give the folder of a retrieval set", file=sys.stderr)
        return 2
    figures = report(corpora, pair_files)
    if arguments.json:
        print(json.dumps(figures, indent=1))
    else:
        show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
