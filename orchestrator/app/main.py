"""The console script."""

import sys

from orchestrator.app.application import App
from orchestrator.surfaces.cli import run_cli


def main() -> int:
    """Run the command line; the exit code."""
    return run_cli(App(), sys.argv[1:])
