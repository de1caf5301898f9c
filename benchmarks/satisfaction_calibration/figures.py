"""Prints the figures of the calibrated scorer alone: `python benchmarks/satisfaction_calibration/figures.py`."""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from satisfaction_calibration.cases import load_cases
from satisfaction_calibration.held_out import calibrated

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "satisfaction"


def main() -> None:
    """Score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(json.dumps(calibrated(load_cases(given.data), folds=given.folds, seed=given.seed), indent=2))


if __name__ == "__main__":
    main()
