"""Makes the bill of materials of an environment and fails on a licence that nobody allowed.

python .ci/licences.py --sbom build/sbom.json [--python PATH] [--locked]

The bill is CycloneDX JSON, made by `cyclonedx-py` (OWASP's cyclonedx-bom) from the packages' own metadata; it holds
each package's version and licence. `--python` names the environment, by default the one that runs this script. With
`--locked` only packages of the lock are judged: the others are tools that no deployment has.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lock import LOCK, read_lock
from packaging.utils import canonicalize_name

CLASSIFIER = "License :: OSI Approved :: "
# licences that ask for no more than their own notice: SPDX ids, and the names that PyPI's classifiers have
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MITNFA",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "Zlib",
        "Apache Software License",
        "BSD License",
        "ISC License (ISCL)",
        "MIT License",
        "Python Software Foundation License",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """A package that may stay for a reason, under the licence that it had when the reason was written."""

    licence: str
    reason: str


EXCEPTIONS: Mapping[str, Excuse] = {
    "antlr4-python3-runtime": Excuse(
        licence="none stated", reason="its metadata says only BSD; the project's LICENSE.txt is BSD-3-Clause"
    ),
    "certifi": Excuse(
        licence="MPL-2.0 AND Mozilla Public License 2.0 (MPL 2.0)",
        reason="Mozilla's list of certificates, passed on unchanged, which MPL-2.0 section 3.1 allows",
    ),
    "protobuf": Excuse(licence="none stated", reason="its LICENSE file is BSD-3-Clause; its metadata has no id"),
    "psycopg": Excuse(
        licence="LGPL-3.0-only",
        reason="the driver of PostgreSQL, which the worker needs; used unchanged, anyone can replace it",
    ),
    "psycopg-binary": Excuse(
        licence="LGPL-3.0-only",
        reason="the same driver as compiled by its authors; used unchanged, anyone can replace it",
    ),
    "pybars4": Excuse(
        licence="GNU Library or Lesser General Public License (LGPL)",
        reason="semantic-kernel's Handlebars; used unchanged as a library that anyone can replace in the environment",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One package of the bill."""

    name: str
    version: str
    licence: str


def components(
    bill: Mapping[str, Any], *, ours: str = "switchboard", only: Container[str] | None = None
) -> tuple[Component, ...]:
    """The packages of a CycloneDX document, by name, without our own; where `only` is given, those in it."""
    found = (
        Component(
            name=canonicalize_name(item["name"]),
            version=item.get("version", ""),
            licence=stated(item.get("licenses", ())),
        )
        for item in bill.get("components", ())
    )
    wanted = (item for item in found if item.name != ours and (only is None or item.name in only))
    return tuple(sorted(wanted, key=lambda item: item.name))


def stated(licences: Iterable[Mapping[str, Any]]) -> str:
    """What a package says of its licence, as one expression; every entry holds."""
    names = []
    for entry in licences:
        licence = entry.get("license", {})
        name = entry.get("expression") or licence.get("id") or licence.get("name", "")
        names.append(name.removeprefix(CLASSIFIER))
    return " AND ".join(names) or "none stated"


def allowed(licence: str) -> bool:
    """Whether each licence that must hold is allowed; of a plain choice (`A OR B`) one is enough."""
    choice = " OR " in licence and " AND " not in licence
    parts = [part.strip("() ") for part in re.split(r" (?:AND|OR) ", licence)]
    # names of classifiers keep their own parentheses: ISC License (ISCL)
    known = [part in ALLOWED or f"{part})" in ALLOWED for part in parts]
    return any(known) if choice else all(known)


def refused(found: Iterable[Component]) -> list[str]:
    """The packages whose licence is neither allowed nor excepted, each with what to do."""
    lines = []
    for item in found:
        if allowed(item.licence):
            continue
        excepted = EXCEPTIONS.get(item.name)
        if excepted is None:
            lines.append(
                f"{item.name} {item.version}: {item.licence}; do without it, or write the exception's reason down"
            )
        elif excepted.licence != item.licence:
            lines.append(f"{item.name} {item.version}: {item.licence}, but it was excepted for {excepted.licence}")
    return lines


def make(path: Path, python: str) -> None:
    """Write the bill of that environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [str(tool) if tool.exists() else "cyclonedx-py", "environment", python]
    subprocess.run([*command, "--output-format", "JSON", "--output-file", str(path)], check=True)


def main() -> int:
    """Write the bill and print a summary; 1 where a licence is refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sbom", type=Path, required=True, help="where the bill is written")
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the environment")
    parser.add_argument("--locked", action="store_true", help="judge only what the lock holds")
    arguments = parser.parse_args()
    make(arguments.sbom, arguments.python)
    only = read_lock(LOCK.read_text(encoding="utf-8")) if arguments.locked else None
    found = components(json.loads(arguments.sbom.read_text(encoding="utf-8")), only=only)
    for licence, count in Counter(item.licence for item in found).most_common():
        print(f"{count:4}  {licence}")
    for item in found:
        if item.name in EXCEPTIONS:
            print(f"excepted: {item.name}, {EXCEPTIONS[item.name].reason}")
    problems = refused(found)
    for line in problems:
        print(f"refused: {line}")
    print(f"{len(found)} packages, {len(problems)} refused; the bill is {arguments.sbom}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
