"""Does each guide find its own cause, and only that?

Without `--data`: a matrix of every guide on every kind of generated folder, over several seeds. A guide is right when
it finds its cause on a folder with its fault, finds no cause on any other, and says `no_data` where the service logs
nothing or the tables are empty.

With `--data DIR`: an outsider's incident in the form of `case.json` (its `incident` text and `parameters` are read,
nothing else) and gzipped CSV tables, asked with the guide in `benchmarks/guides`.
"""

import argparse
import asyncio
import concurrent.futures
import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CAUSES = {
    "deploy_regression": "bad_deploy",
    "dependency_failure": "dependency_down",
    "db_connections": "db_connections_exhausted",
    "queue_backlog": "queue_backlog",
    "memory_oom": "memory_leak_oom",
    "certificate_expiry": "certificate_expired",
    "zone_outage": "zone_outage",
    "config_flag": "bad_config_flag",
}
TRUTH = {
    "deploy_5xx": "bad_deploy",
    "dependency_down": "dependency_down",
    "db_connections_exhausted": "db_connections_exhausted",
    "queue_backlog": "queue_backlog",
    "memory_leak_oom": "memory_leak_oom",
    "certificate_expired": "certificate_expired",
    "zone_outage": "zone_outage",
    "bad_config_flag": "bad_config_flag",
}
HEALTHY = ("healthy_busy", "healthy_quiet")
Report = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One guide on one folder."""

    guide: str
    scenario: str
    seed: int
    truth: str | None
    status: str
    cause: str | None
    object_named: bool

    @property
    def right(self) -> bool:
        """Its own cause on its own fault, none elsewhere; where nothing is logged, no data."""
        if self.scenario in {"silent", "empty"}:
            return self.status == "no_data"
        own = CAUSES.get(self.guide) == self.truth
        return self.cause == self.truth if own else self.cause is None


def folders(root: Path, seed: int) -> list[tuple[str, Path, Any]]:
    """Every incident and healthy system of a seed, with its truth."""
    from playbooks.samples.scenario import SCENARIOS, make

    names = [name for name in SCENARIOS if name != "shop"]
    return [(name, root / f"{name}-{seed}", make(name, seed=seed, out=root / f"{name}-{seed}")) for name in names]


async def run_seed(root: Path, seed: int) -> dict[str, list[Any]]:
    """All cells of a seed, and what `ask` says without being told a guide."""
    cells: list[Cell] = []
    asks: list[tuple[str, str | None, str | None, str]] = []
    for name, folder, manifest in folders(root, seed):
        service = manifest.service or manifest.services[seed % len(manifest.services)]
        since = (manifest.started_at or manifest.end).strftime("%Y-%m-%dT%H:%MZ")
        when = f"since {since}" if manifest.started_at else "in the last 45 minutes"
        truth = TRUTH.get(manifest.kind)
        questions = [(guide, f"run guide {guide} for {service} {when}") for guide in CAUSES]
        reports = await ask_all(folder, [text for _, text in questions], {})
        objects = {text.casefold() for text in (manifest.object, *manifest.also) if text}
        for (guide, _), report in zip(questions, reports, strict=True):
            cells.append(cell(guide, name, seed, truth, report, objects))
        (report,) = await ask_all(folder, [f"{service} is failing {when}"], {})
        verdict = report["verdict"] or {"cause": None, "status": f"{report['status']}: {report['message']}"}
        asks.append((f"{name} seed {seed}", truth, verdict["cause"], verdict["status"]))
        if name == HEALTHY[0]:
            cells += await without_data(root, folder, seed, manifest)
    return {"cells": cells, "asks": asks}


async def without_data(root: Path, folder: Path, seed: int, manifest: Any) -> list[Cell]:
    """Every guide for a service that logs nothing, and on tables without rows."""
    questions = [f"run guide {guide}" for guide in CAUSES]
    silent = await ask_all(folder, questions, {"p_service": "billing-archive"})
    empty_folder = root / f"empty-{seed}"
    empty_folder.mkdir()
    import duckdb

    for file in folder.glob("*.parquet"):
        duckdb.sql(f"COPY (SELECT * FROM '{file}' LIMIT 0) TO '{empty_folder / file.name}'")
    empty = await ask_all(empty_folder, questions, {"p_service": manifest.services[0]}, now=manifest.end)
    pairs = [*zip(CAUSES, silent, ["silent"] * 8, strict=True), *zip(CAUSES, empty, ["empty"] * 8, strict=True)]
    return [cell(guide, kind, seed, None, report, set()) for guide, report, kind in pairs]


def cell(guide: str, scenario: str, seed: int, truth: str | None, report: Report, objects: set[str]) -> Cell:
    """What a report means for the matrix."""
    verdict = report["verdict"] or {}
    named = str(verdict.get("object") or "").casefold()
    hit = bool(named) and any(item in named or named in item for item in objects)
    return Cell(guide, scenario, seed, truth, verdict.get("status", report["status"]), verdict.get("cause"), hit)


async def ask_all(
    folder: Path, questions: Sequence[str], parameters: Mapping[str, str], *, now: Any = None
) -> list[Report]:
    """The reports of several questions on one folder, each in a session of its own."""
    from orchestrator.app.assembly import open_switchboard
    from orchestrator.engine.session import Session
    from orchestrator.settings import load_settings
    from orchestrator.surfaces.application import Options

    options = Options(logs=(str(folder),), parameters=parameters, now=now)
    async with open_switchboard(options, load_settings()) as switchboard:
        return [
            await switchboard.ask(text, session=Session(id=f"b{n}"), listen=lambda _: None, agent="triage")
            for n, text in enumerate(questions)
        ]


def one_seed(seed: int) -> dict[str, list[Any]]:
    """A seed in a process of its own, with a state folder of its own."""
    with tempfile.TemporaryDirectory() as root:
        os.environ["SWITCHBOARD_STATE"] = str(Path(root) / "state")
        return asyncio.run(run_seed(Path(root), seed))


def matrix(seeds: Sequence[int], jobs: int) -> dict[str, Any]:
    """Run all seeds and count."""
    started = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(max_workers=jobs) as pool:
        results = list(pool.map(one_seed, seeds))
    cells: list[Cell] = [item for result in results for item in result["cells"]]
    asks = [item for result in results for item in result["asks"]]
    own = [item for item in cells if CAUSES[item.guide] == item.truth]
    foreign = [item for item in cells if CAUSES[item.guide] != item.truth and item.scenario not in {"silent", "empty"}]
    dark = [item for item in cells if item.scenario in {"silent", "empty"}]
    faulty_asks = [item for item in asks if item[1]]
    return {
        "seeds": len(seeds),
        "runs": len(cells),
        "own_fault": share(own),
        "own_fault_by_guide": {guide: share([c for c in own if c.guide == guide]) for guide in CAUSES},
        "object_named": ratio(sum(c.object_named for c in own if c.right), sum(c.right for c in own)),
        "no_cause_elsewhere": share(foreign),
        "no_cause_on_healthy": share([c for c in foreign if c.scenario in HEALTHY]),
        "no_data_when_silent_or_empty": share(dark),
        "never_healthy_without_data": ratio(sum(c.status != "healthy" for c in dark), len(dark)),
        "ask_names_the_cause": ratio(sum(a[1] == a[2] for a in faulty_asks), len(faulty_asks)),
        "ask_names_no_cause_on_healthy": ratio(
            sum(a[2] is None for a in asks if not a[1]), len(asks) - len(faulty_asks)
        ),
        "statuses": {name: dict(counts) for name, counts in statuses(cells).items()},
        "mistakes": mistakes(cells, asks),
        "seconds": round(time.perf_counter() - started, 1),
    }


def share(cells: Sequence[Cell]) -> dict[str, Any]:
    """How many are right, of how many."""
    return ratio(sum(item.right for item in cells), len(cells))


def ratio(part: int, whole: int) -> dict[str, Any]:
    """A share with its counts."""
    return {"share": round(part / whole, 4) if whole else None, "right": part, "of": whole}


def statuses(cells: Sequence[Cell]) -> dict[str, Counter[str]]:
    """Verdicts by kind of folder."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for item in cells:
        counts[item.scenario][item.status] += 1
    return counts


def mistakes(cells: Sequence[Cell], asks: Sequence[tuple[str, str | None, str | None, str]]) -> list[str]:
    """Every wrong cell, so that somebody can look at it."""
    wrong = [
        f"{c.guide} on {c.scenario} seed {c.seed}: {c.status} {c.cause or ''}".strip() for c in cells if not c.right
    ]
    return wrong + [
        f"ask on {name}: {status} {cause or ''}".strip() for name, truth, cause, status in asks if truth != cause
    ]


def outsider(data: Path) -> dict[str, Any]:
    """Ask the outsider's incident in a cold process, as a person would."""
    import subprocess

    case = json.loads((data / "case.json").read_text(encoding="utf-8"))
    given = case["parameters"]
    tables = sorted(data.glob("*.csv.gz"))
    logs = [part for file in tables for part in ("--logs", f"{file.name.removesuffix('.csv.gz')}={file}")]
    times = ["--param", f"p_from={given['start_time']}", "--param", f"p_to={given['end_time']}"]
    command = [str(Path(sys.executable).with_name("switchboard")), "ask", "-", *logs, *times]
    with tempfile.TemporaryDirectory() as state:
        started = time.perf_counter()
        done = subprocess.run(
            [*command, "--guides", str(HERE / "guides"), "--json"],
            input=case["incident"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "SWITCHBOARD_STATE": state},
        )
        elapsed = time.perf_counter() - started
    report = json.loads(done.stdout)
    return {
        "verdict": report["verdict"],
        "claims": [claim["text"] for claim in report["claims"]],
        "ruled_out": [claim["text"] for claim in report["ruled_out"]],
        "tables": len(tables),
        "queries": len(report["evidence"]),
        "seconds_whole_process": round(elapsed, 2),
        "seconds_original_queries_alone_on_sqlite": 5.2,
    }


def main() -> None:
    """Print figures for people, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder with case.json and *.csv.gz")
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds the matrix takes")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.data:
        figures = outsider(arguments.data)
    else:
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        figures = matrix(list(seeds), arguments.jobs)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:32} {json.dumps(value) if not isinstance(value, list) else ''}")
        for line in value if isinstance(value, list) else ():
            print(f"    {line}")


if __name__ == "__main__":
    main()
