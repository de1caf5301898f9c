"""A batch of conversations is killed again and again: is anything missing, doubled, or other than without kills?

    python benchmarks/analysis_kills.py                       # 10,000 conversations, 200 kills
    python benchmarks/analysis_kills.py --kills 20 --json
    python benchmarks/analysis_kills.py --form csv            # a row for each message, out of order

SIGKILL goes to the whole process group or to one worker process, at a random time between the start and nearly the
length of an undisturbed run. What was ended is gone on with by `--resume` until it ends by itself, then the next batch
begins. Beside conversations of one or two turns stand records that cannot, and ids that come twice.
Every file that comes out is compared with that of the undisturbed run, byte by byte, and its ids are counted.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from analysing.conversations import conversations

PROGRAM = Path(sys.executable).with_name("switchboard")
MOST_S = 300
MOST_FAILURES = 3


@dataclass
class Figures:
    """What happened."""

    conversations: int = 0
    rejected: int = 0
    undisturbed_s: float = 0.0
    kills: int = 0
    kills_of_all: int = 0
    kills_of_a_worker: int = 0
    ended_before_the_kill: int = 0
    resumptions: int = 0
    batches: int = 0
    missing: int = 0
    doubled: int = 0
    other_bytes: int = 0
    hung: int = 0
    failed: int = 0
    left_over: int = 0
    wall_s: float = 0.0


def write_input(path: Path, count: int) -> list[str]:
    """So many conversations with bad records and repeated ids among them; the ids that must come out, in order."""
    rng = random.Random(5)  # noqa: S311  # a seed to repeat by
    ids: list[str] = []
    with path.open("w", encoding="utf-8") as out:
        for line, _ in conversations(count * 2, seed=3, lengths=(1, 2)):
            if len(ids) == count:
                break
            ids.append(json.loads(line)["id"])
            out.write(f"{line}\n")
            if rng.random() < 0.01:
                out.write("{broken\n" if rng.random() < 0.5 else f"{line}\n")
    return ids


def write_rows(path: Path, source: Path) -> None:
    """The same as rows of messages, those of some conversations apart from each other."""
    import csv

    rows = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.startswith("{broken"):
            document = json.loads(line)
            rows += [(document["id"], one["speaker"], one["text"], one["at"]) for one in document["turns"]]
    middle = len(rows) // 2
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("id", "speaker", "text", "at"))
        writer.writerows(dict.fromkeys(row for pair in zip(rows[:middle], rows[middle:], strict=False) for row in pair))


def command(source: Path, out: Path, *, resume: bool) -> list[str]:
    """The batch, with two worker processes."""
    given = [str(PROGRAM), "analyze", str(source), "--out", str(out), "--processes", "2", "--json"]
    return [*given, "--resume"] if resume else given


def workers_of(process: int) -> list[int]:
    """The processes that a process started and that score."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                is_worker = b"spawn_main" in (entry / "cmdline").read_bytes()
            except (OSError, IndexError, ValueError):
                continue
            if parent == process and is_worker:
                found.append(int(entry.name))
    return found


def run_killed(source: Path, out: Path, after_s: float, figures: Figures, rng: random.Random, *, resume: bool) -> bool:
    """Start the batch and kill something after a time; whether it came to its end by itself."""
    child = subprocess.Popen(
        command(source, out, resume=resume), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        child.wait(after_s)
        figures.ended_before_the_kill += 1
    except subprocess.TimeoutExpired:
        workers = workers_of(child.pid)
        figures.kills += 1
        if workers and rng.random() < 0.4:
            figures.kills_of_a_worker += 1
            os.kill(rng.choice(workers), signal.SIGKILL)
            try:
                child.wait(MOST_S)
            except subprocess.TimeoutExpired:
                figures.hung += 1
                os.killpg(child.pid, signal.SIGKILL)
        else:
            figures.kills_of_all += 1
            os.killpg(child.pid, signal.SIGKILL)
    _, errors = child.communicate()
    if child.returncode not in {0, 1, -signal.SIGKILL} or (child.returncode == 1 and not out.exists()):
        figures.failed += 1
        print(errors.decode(errors="replace"), file=sys.stderr)
        if figures.failed >= MOST_FAILURES:
            raise SystemExit("the batch fails by itself: mend that first")
    return out.exists()


def digest(path: Path) -> str:
    """Of a file's bytes; empty where there is none."""
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def measure(folder: Path, options: argparse.Namespace) -> Figures:
    """Kill until it was often enough."""
    figures = Figures()
    rng = random.Random(options.seed)  # noqa: S311  # a seed to repeat by
    source = folder / "conversations.jsonl"
    ids = write_input(source, options.conversations)
    if options.form == "csv":
        write_rows(folder / "messages.csv", source)
        source = folder / "messages.csv"
        ids = []
    straight = folder / "straight.jsonl"
    started = time.perf_counter()
    done = subprocess.run(command(source, straight, resume=False), capture_output=True, check=False, text=True)
    figures.undisturbed_s = round(time.perf_counter() - started, 2)
    document = json.loads(done.stdout)
    figures.conversations, figures.rejected = document["conversations"], document["rejected"]
    written = [json.loads(line)["id"] for line in straight.read_text(encoding="utf-8").splitlines()]
    ids = ids or list(dict.fromkeys(written))
    figures.missing += len(set(ids) - set(written))
    figures.doubled += len(written) - len(set(written))
    figures.other_bytes += written != ids
    rejects = Path(f"{straight}.rejects.jsonl")
    began = time.perf_counter()
    length = figures.undisturbed_s
    while figures.kills < options.kills:
        out = folder / f"killed{figures.batches}.jsonl"
        resume = False
        while True:
            started = time.perf_counter()
            if run_killed(source, out, rng.uniform(0, 0.85 * length), figures, rng, resume=resume):
                break
            resume = True
            figures.resumptions += 1
        if not resume:  # other work on the machine may have slowed the first run
            length = min(length, time.perf_counter() - started)
        figures.batches += 1
        compare(out, straight, rejects, ids, figures)
        print(f"{figures.kills} kills, {figures.batches} batches", file=sys.stderr)
    figures.wall_s = round(time.perf_counter() - began, 1)
    return figures


def compare(out: Path, straight: Path, rejects: Path, ids: list[str], figures: Figures) -> None:
    """Count what differs from the undisturbed run, and remove the files."""
    mine = Path(f"{out}.rejects.jsonl")
    if digest(out) != digest(straight) or digest(mine) != digest(rejects):
        figures.other_bytes += 1
        counts = Counter(json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines())
        figures.missing += len(set(ids) - set(counts))
        figures.doubled += sum(count - 1 for count in counts.values())
    figures.left_over += out.with_name(f"{out.name}.partial").exists()
    out.unlink(missing_ok=True)
    mine.unlink(missing_ok=True)


def main() -> int:
    """Print the figures; exit code 1 where anything came to harm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=("jsonl", "csv"), default="jsonl")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), options)
    if options.json:
        print(json.dumps(asdict(figures), indent=2))
    else:
        for key, value in asdict(figures).items():
            print(f"{key.replace('_', ' '):24} {value}")
    return int(
        any((figures.missing, figures.doubled, figures.other_bytes, figures.hung, figures.failed, figures.left_over))
    )


if __name__ == "__main__":
    sys.exit(main())
