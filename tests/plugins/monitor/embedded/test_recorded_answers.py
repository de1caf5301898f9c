"""Recorded results of Kusto itself, where that data is at hand: nothing is answered wrongly in silence."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from plugins.monitor.embedded.duckdb import DuckDbLogs

ROOT = Path(__file__).resolve().parents[4]
DATA = ROOT.parent / "shared" / "data" / "kql"
EVERY = 7
"""One case in so many, to stay fast; `benchmarks/kql.py` runs them all."""


def _benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kql_benchmark", ROOT / "benchmarks" / "kql.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not DATA.exists(), reason=f"no recorded results at {DATA}")
async def test_no_silent_wrong_answer(logs: DuckDbLogs):
    """Equal or refused, on results that the real engine gave."""
    benchmark = _benchmark()
    cases = [case for case in benchmark.read_cases(DATA) if case.source.startswith("emulator")][::EVERY]
    wrong = []
    for case in cases:
        outcome, why = benchmark.judge(case, await benchmark.ask_port(logs, case))
        if outcome in {"wrong", "error"}:
            wrong.append((case.id, why))
    assert cases
    assert wrong == []
