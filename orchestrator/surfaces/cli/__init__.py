"""The command line: one module per command group, bound to the application that is passed in."""

from orchestrator.surfaces.cli.process import build_cli, run_cli

__all__ = ["build_cli", "run_cli"]
