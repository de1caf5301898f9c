"""What is made for Azure costs nothing where it is not used."""

import importlib.util
import os
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "startup.py"


def test_an_embedded_answer_loads_nothing_of_azure(tmp_path: Path):
    """Neither help nor an answer loads a module of the watched families that Semantic Kernel does not load itself."""
    spec = importlib.util.spec_from_file_location("startup", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    startup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(startup)
    figures = startup.modules({**os.environ, "SWITCHBOARD_STATE": str(tmp_path)})
    assert figures["beyond_semantic_kernel"] == {"help": [], "ask": []}
    assert figures["help"]["watched"] == {}
    assert figures["semantic_kernel"]["watched"]  # the baseline is not an empty list
