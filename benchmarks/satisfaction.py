"""Scores the conversation scorer on people's labels, beside VADER and TF-IDF models, with paired intervals.

    python benchmarks/satisfaction.py [--data PATH [PATH ...]] [--seed 1] [--json] [--no-calibrated]

A path is a folder of *.jsonl, or a file of whole conversations (`turns` with `speaker`, `text_en`, `sentences_en`,
`emotion`, `interaction_quality`; `task_success`, `dropped`) or of turns (`conversation`, `context_en`, `response_en`,
`interaction_quality`). `shipped` is the scorer as it ships: its weights were set by hand, nothing is fitted on such
data. `calibrated` has been fitted to the labels by the product's own review path, each part scored by what was fitted
on the others; so have the TF-IDF models.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from satisfaction_scoring.figures import shipped
from satisfaction_scoring.loading import Talk, load_talks

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "satisfaction"
DIGITS = 4


def calibrated(talks: Sequence[Talk], *, folds: int, seed: int) -> Mapping[str, object]:
    """The figures of the scorer calibrated to the labels, or why there are none."""
    from satisfaction_calibration.held_out import calibrated as by_reviews

    cases = [one.case for one in talks]
    if not any(case.counted for case in cases) or not any(case.success is not None for case in cases):
        return {"skipped": "needs both whole conversations and turns: give both files"}
    return by_reviews(cases, folds=folds, seed=seed)


def rounded(value: object) -> object:
    """A document with its numbers rounded."""
    if isinstance(value, float):
        return round(value, DIGITS)
    return {name: rounded(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _told(document: Mapping[str, object], name: str = "") -> None:
    for key, value in document.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, Mapping):
            _told(value, path)
        else:
            print(f"{path:<60} {value}")


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Scores the conversation scorer on people's labels.")
    parser.add_argument("--data", type=Path, nargs="+", default=[DATA], help="files of either form, or folders of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one document")
    parser.add_argument("--no-calibrated", action="store_true", help="leave out what takes longest")
    given = parser.parse_args()
    started = time.perf_counter()
    talks = load_talks(given.data)
    figures: dict[str, object] = {"shipped": shipped(talks, seed=given.seed)}
    if not given.no_calibrated:
        figures["calibrated"] = calibrated(talks, folds=given.folds, seed=given.seed)
    document = {name: rounded(value) for name, value in figures.items()}
    if given.json:
        print(json.dumps(document, indent=2))
    else:
        _told(document)
        print(f"{time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
