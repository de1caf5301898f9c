"""Holds `.ci/lock.txt` against pyproject.toml and against an environment, or writes it anew.

python .ci/lock.py --check       offline: does the lock still satisfy what the project declares?
python .ci/lock.py --installed   does this environment hold the locked versions?
python .ci/lock.py --write       resolve anew with uv, keeping this environment's versions: those were tested
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = ROOT / ".ci" / "lock.txt"
BUILD_LOCK = ROOT / ".ci" / "lock-build.txt"
EXTRAS = ("metrics", "telemetry", "worker")
# two of semantic-kernel's packages are published as source only: setuptools and wheel make wheels of them
BUILD = ("hatchling>=1.25", "setuptools", "wheel", "pip")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;(?P<marker>[^\\]*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One locked version, with how many hashes are known of its files."""

    version: str
    marker: str
    hashes: int


def read_lock(text: str) -> dict[str, Pin]:
    """The pins of a requirements file with hashes, by canonical name."""
    pins: dict[str, Pin] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if found := PIN.match(entry.strip()):
            pins[canonicalize_name(found["name"])] = Pin(
                version=found["version"],
                marker=(found["marker"] or "").split("--hash")[0].strip(),
                hashes=entry.count("--hash=sha256:"),
            )
    return pins


def declared(document: Mapping[str, object], *, extras: Iterable[str] = EXTRAS) -> tuple[Requirement, ...]:
    """What pyproject.toml asks for at run time, those extras included."""
    project = document["project"]
    assert isinstance(project, dict)
    optional = project.get("optional-dependencies", {})
    texts = [*project["dependencies"], *(text for extra in extras for text in optional.get(extra, ()))]
    return tuple(Requirement(text) for text in texts)


def mismatches(requirements: Iterable[Requirement], pins: Mapping[str, Pin]) -> list[str]:
    """Requirements that no pin satisfies, and pins without a hash."""
    found = []
    for requirement in requirements:
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None:
            found.append(f"{requirement.name} is not locked; run python .ci/lock.py --write")
        elif not requirement.specifier.contains(pin.version, prereleases=True):
            found.append(f"{requirement.name} is locked at {pin.version!r}, but {requirement} is declared")
    found += [f"{name} {pin.version} has no hash" for name, pin in pins.items() if not pin.hashes]
    return found


def differences(pins: Mapping[str, Pin], installed: Mapping[str, str]) -> list[str]:
    """Where an environment holds other versions than the lock, or lacks a package that no marker excuses."""
    found = []
    for name, pin in sorted(pins.items()):
        here = installed.get(name)
        if here is None and not pin.marker:
            found.append(f"{name} {pin.version} is locked, and is not installed")
        elif here is not None and here != pin.version:
            found.append(f"{name} is locked at {pin.version}, and {here} is installed")
    return found


def installed_versions() -> dict[str, str]:
    """What this interpreter has, by canonical name."""
    return {canonicalize_name(item.metadata["Name"]): item.version for item in distributions()}


def write() -> None:
    """Resolve for every Python and system at once; uv must be on the path or beside this interpreter."""
    beside = Path(sys.executable).with_name("uv")
    command = [str(beside) if beside.exists() else "uv", "pip", "compile", "--quiet", "--universal"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    with tempfile.TemporaryDirectory() as folder:
        tested, build = Path(folder, "tested.txt"), Path(folder, "build.in")
        ours = {"switchboard"}
        lines = (f"{name}=={version}" for name, version in installed_versions().items() if name not in ours)
        tested.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
        build.write_text("\n".join(BUILD) + "\n", encoding="utf-8")
        extras = [part for extra in EXTRAS for part in ("--extra", extra)]
        project = ["pyproject.toml", *extras, "--constraint", str(tested), "--output-file", str(LOCK)]
        subprocess.run([*command, *project], cwd=ROOT, check=True)
        subprocess.run([*command, str(build), "--output-file", str(BUILD_LOCK)], cwd=ROOT, check=True)


def main() -> int:
    """Print what does not fit; 1 where something does not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true")
    action.add_argument("--installed", action="store_true")
    action.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.write:
        write()
    pins = read_lock(LOCK.read_text(encoding="utf-8"))
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = differences(pins, installed_versions()) if arguments.installed else mismatches(declared(document), pins)
    for line in found:
        print(line)
    print(f"{len(pins)} packages locked, {len(found)} do not fit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
