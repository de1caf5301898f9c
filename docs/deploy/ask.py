"""Starts the job `switchboard-ask` with a command of its own, in place of the one that it was made with.

python3 ask.py ask "is checkout healthy?" --json

It needs `az`, signed in, and the group's name in AZURE_RESOURCE_GROUP, or the azd environment that the template filled.
A start that changes anything replaces the whole container, so everything else is sent as it stands; the disk is left
out, since a start cannot mount one.
"""
# ruff: noqa: INP001, T201  # a script that prints, beside the template

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

JOB = "switchboard-ask"
VERSION = "2025-01-01"
KEPT = ("name", "image", "command", "env", "resources")


def start_body(container: Mapping[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """What a start is sent: the job's container with other arguments."""
    kept = {name: container[name] for name in KEPT if container.get(name)}
    return {"containers": [{**kept, "args": list(words)}]}


def output_of(*command: str) -> str:
    """What a command prints; it speaks for itself where it fails."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603  # ours


def main(words: Sequence[str]) -> int:
    """Start the job and print the name of its execution."""
    if not words:
        print(__doc__, file=sys.stderr)
        return 2
    group = os.environ.get("AZURE_RESOURCE_GROUP") or output_of("azd", "env", "get-value", "AZURE_RESOURCE_GROUP")
    job = json.loads(output_of("az", "containerapp", "job", "show", "-g", group, "-n", JOB, "-o", "json"))
    body = json.dumps(start_body(job["properties"]["template"]["containers"][0], words))
    address = f"https://management.azure.com{job['id']}/start?api-version={VERSION}"
    print(output_of("az", "rest", "--method", "post", "--url", address, "--body", body, "--query", "name", "-o", "tsv"))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} ended with {error.returncode}")
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is not installed; docs/azure.md names what is needed")
