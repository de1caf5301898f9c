"""The console script."""

import gc
import sys

INTERRUPTED = 130  # as a shell has it: 128 and the number of SIGINT
# Objects before the collector looks for cycles among the young, and rounds before it looks at the middle-aged and the
# old. Importing makes some 400,000 objects that live as long as the process, and the default (700, 10, 10) walks them
# over and over: a ninth of a cold answer's time. Peak memory is the same.
GC_THRESHOLD = (50_000, 20, 100)


def main() -> int:
    """Run the command line; the exit code."""
    gc.set_threshold(*GC_THRESHOLD)
    try:  # imported here, so that Ctrl-C while they load is no stack trace
        from orchestrator.app.application import App  # noqa: PLC0415
        from orchestrator.surfaces.cli import run_cli  # noqa: PLC0415
    except KeyboardInterrupt:
        return INTERRUPTED
    return run_cli(App(), sys.argv[1:])
