"""A smaller form of `benchmarks/search_writes.py`."""

from importlib import util
from pathlib import Path

BENCHMARK = Path(__file__).parents[4] / "benchmarks" / "search_writes.py"


async def test_ours_loses_nothing_where_the_sdk_does():
    """After a reset and a 429 ours stored every document and said so; the SDK's sender lost some without a word."""
    spec = util.spec_from_file_location("search_writes", BENCHMARK)
    assert spec
    assert spec.loader
    benchmark = util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    ours, sender, plain = await benchmark.run(300, seed=7)
    assert (ours.stored, ours.said_stored, ours.said_failed, ours.lost) == (300, 300, 0, 0)
    assert sender.lost > 200
    assert (plain.stored + plain.said_failed, plain.lost) == (300, 0)
