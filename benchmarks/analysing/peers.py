"""Scores the turns of a file by a sentiment library alone, on several processes; run by `benchmarks/analyze.py`.

python benchmarks/analysing/peers.py vader|textblob FILE PROCESSES
"""

import json
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

Score = Callable[[str], float]


def vader() -> Score:
    """VADER's compound value of a text."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    found = SentimentIntensityAnalyzer().polarity_scores
    return lambda text: float(found(text)["compound"])


def textblob() -> Score:
    """TextBlob's polarity of a text."""
    from textblob import TextBlob

    return lambda text: float(TextBlob(text).sentiment.polarity)


LIBRARIES = {"vader": vader, "textblob": textblob}


def score_share(name: str, path: Path, share: int, shares: int) -> tuple[int, float]:
    """Score every so many-th conversation of a file: how many turns, and the sum of their scores."""
    score = LIBRARIES[name]()
    turns, total = 0, 0.0
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            if number % shares == share:
                for turn in json.loads(line)["turns"]:
                    total += score(turn["text"])
                    turns += 1
    return turns, total


def main() -> None:
    """Print one document: turns, seconds, the mean of the scores."""
    name, path, processes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    started = time.perf_counter()
    with get_context("spawn").Pool(processes) as pool:
        parts = pool.starmap(score_share, [(name, path, share, processes) for share in range(processes)])
    turns = sum(count for count, _ in parts)
    mean = sum(total for _, total in parts) / turns if turns else 0.0
    print(json.dumps({"turns": turns, "seconds": round(time.perf_counter() - started, 3), "mean": round(mean, 4)}))


if __name__ == "__main__":
    main()
