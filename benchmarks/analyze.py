"""What `switchboard analyze` costs: turns a second and memory, beside libraries that score sentiment alone.

    python benchmarks/analyze.py                              # 1,000,000 generated turns, on two processes
    python benchmarks/analyze.py --turns 100000 --json
    python benchmarks/analyze.py --turns 10000000 --no-peers  # ten times as much, measured

The conversations are generated (`analysing/conversations.py`); redaction, language, reasons, products, a scorecard and
compliance rules are on, and what came of each column is counted. VADER and TextBlob score the same turns in the same
run, on as many processes, and give one number a turn, without evidence. Everything is measured from the start of the
command to its end, with its imports; memory is that of all its processes together. `--spark` runs it on PySpark too.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from analysing.conversations import write_conversations
from analysing.measuring import Usage, measure

HERE = Path(__file__).resolve().parent
PROGRAM = Path(sys.executable).with_name("switchboard")
PEERS = HERE / "analysing" / "peers.py"
EVERYTHING = ("--scorecard", "support_chat", "--reasons", "retail", "--products", "retail", "--compliance", "support")
LOOKED_AT = 2_000
MEGABYTE = 1_000_000


def figures_of(usage: Usage, turns: int) -> dict[str, Any]:
    """What is printed of a run."""
    if usage.code:
        raise SystemExit(f"a command ended with {usage.code}:\n{usage.errors or usage.output}")
    return {
        "turns": turns,
        "seconds": round(usage.seconds, 2),
        "turns_per_s": round(turns / usage.seconds),
        "processor_us_per_turn": round(usage.processor_s / turns * 1e6, 1),
        "peak_mb": round(usage.peak_bytes / MEGABYTE),
    }


def analyze(source: Path, out: Path, turns: int, *options: str) -> dict[str, Any]:
    """A batch of our own, measured."""
    usage = measure(
        [str(PROGRAM), "analyze", str(source), "--out", str(out), *EVERYTHING, *options, "--json"], cwd=out.parent
    )
    return figures_of(usage, turns)


def peer(name: str, source: Path, turns: int, processes: int) -> dict[str, Any]:
    """A library, measured."""
    return figures_of(
        measure([sys.executable, str(PEERS), name, str(source), str(processes)], cwd=source.parent), turns
    )


def filled(out: Path) -> dict[str, Any]:
    """Of the first conversations of a result: how many have each column, and what was redacted in quotes."""
    columns: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    count = placeholders = 0
    with out.open(encoding="utf-8") as lines:
        for count, line in enumerate(lines, 1):
            document = json.loads(line)
            languages[document["language"]["code"]] += 1
            flat = {**document, **{f"overall.{name}": value for name, value in document["overall"].items()}}
            columns.update(name for name, value in flat.items() if value not in (None, [], {}, ""))
            placeholders += line.count("[email]") + line.count("[phone]") + line.count("[card]")
            if count == LOOKED_AT:
                break
    return {
        "conversations": count,
        "share_by_column": {name: round(columns[name] / count, 3) for name in sorted(columns)},
        "languages": dict(languages.most_common()),
        "placeholders": placeholders,
    }


def run(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """All measurements."""
    source, out = folder / "conversations.jsonl", folder / "result.jsonl"
    count, words = write_conversations(source, options.turns, seed=options.seed)
    ours = "ours"
    found: dict[str, Any] = {
        "cores": len(os.sched_getaffinity(0)),
        "processes": options.processes,
        "conversations": count,
        "words_per_turn": round(words / options.turns, 1),
        "input_mb": round(source.stat().st_size / MEGABYTE),
        ours: analyze(source, out, options.turns, "--processes", str(options.processes)),
    }
    found["result_mb"] = round(out.stat().st_size / MEGABYTE)
    found["columns"] = filled(out)
    out.unlink()
    if not options.no_peers:
        for name in ("vader", "textblob"):
            found[name] = peer(name, source, options.turns, options.processes)
            found[name]["times_our_turns_per_s"] = ratio(found[name], found[ours])
        found["ours_one_process"] = analyze(source, out, options.turns, "--processes", "1")
        found["ours_one_process"]["times_our_turns_per_s"] = ratio(found["ours_one_process"], found[ours])
        out.unlink()
    tenth = folder / "tenth.jsonl"
    write_conversations(tenth, options.turns // 10, seed=options.seed)
    found["ours_tenth"] = analyze(tenth, out, options.turns // 10, "--processes", str(options.processes))
    found["ten_times_as_much"] = {
        "times_the_seconds": round(found[ours]["seconds"] / found["ours_tenth"]["seconds"], 2),
        "times_the_memory": round(found[ours]["peak_mb"] / found["ours_tenth"]["peak_mb"], 2),
    }
    if options.spark:
        found["spark"] = on_spark(options.spark, source, folder / "spark", options.turns)
    return found


def on_spark(python: Path, source: Path, out: Path, turns: int) -> dict[str, Any]:
    """The same on Spark, on this machine: with the start of Spark, and its own time without it."""
    program = "import sys; from orchestrator.app.main import main; sys.exit(main())"
    command = [
        str(python.absolute()),
        "-c",
        program,
        "analyze",
        str(source),
        "--out",
        str(out),
        *EVERYTHING,
        "--engine",
        "spark",
    ]
    usage = measure([*command, "--json"], cwd=out.parent)
    figures = figures_of(usage, turns)
    own_s = float(json.loads(usage.output)["seconds"])
    return {**figures, "seconds_without_start": own_s, "turns_per_s_without_start": round(turns / own_s)}


def ratio(one: dict[str, Any], other: dict[str, Any]) -> float:
    """How many times as fast."""
    return round(float(one["turns_per_s"]) / float(other["turns_per_s"]), 2)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peers", action="store_true", help="only ourselves, and a tenth of it")
    parser.add_argument(
        "--spark",
        type=Path,
        nargs="?",
        const=sys.executable,
        metavar="PYTHON",
        help="on Spark too, by the Python that has PySpark (.ci/extras/spark4/bin/python); needs Java",
    )
    parser.add_argument("--folder", type=Path, help="where the files are made; 700 bytes a turn are needed")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        found = run(Path(name), options)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for key, value in found.items():
        shown = ", ".join(f"{name} {number}" for name, number in value.items()) if isinstance(value, dict) else value
        print(f"{key.replace('_', ' '):20} {shown}")


if __name__ == "__main__":
    main()
