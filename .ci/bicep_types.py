"""Holds the resources of a Bicep template against the types that Azure publishes for them.

python .ci/bicep_types.py docs/deploy/infra/main.bicep --azmcp PATH

`azmcp` is Microsoft's own program (npm: @azure/mcp); it carries the types that the Bicep compiler uses: which
properties a resource has, which must be given, which are read-only, which words they take. Nothing is asked over a
network. Resources whose types it lacks are named, and only their structure is checked, by `bicep.py`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bicep import Expression, Template, reached

BICEPS_OWN = frozenset({"parent", "scope", "dependsOn"})  # properties of the language, not of the service


class Types:
    """The published types of one resource, as `azmcp bicepschema get` prints them."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """The entries of one answer."""
        self._objects: dict[str, list[Mapping[str, Any]]] = {}
        self.root: Mapping[str, Any] | None = None
        for entry in entries:
            if entry["$type"] == "Resource":
                self.root = entry["bodyType"]
            elif entry["$type"] in {"Object", "DiscriminatedObject"}:
                self._objects.setdefault(entry["name"], []).append(entry)

    def problems(self, value: Any, kind: str, where: str) -> list[str]:
        """What is wrong with a value of a type such as `JobTemplate`, `string[]` or `Manual | Schedule | string`."""
        if isinstance(value, Expression) or value is None or kind == "any":
            return []
        if kind in self._objects:
            options = [self.in_object(value, entry, where) for entry in self._objects[kind]]
            return min(options, key=len)
        if kind.endswith("[]") and isinstance(value, list):
            inner = kind.removesuffix("[]")
            return [
                line for number, item in enumerate(value) for line in self.problems(item, inner, f"{where}[{number}]")
            ]
        if isinstance(value, dict | list):  # a type that the answer names and leaves out
            return []
        words = kind.split(" | ")
        plain = {"string": str, "int": int, "bool": bool}
        if any(isinstance(value, plain[word]) for word in words if word in plain) or value in words:
            return []
        return [f"{where}: {value!r} is none of {kind}"]

    def in_object(self, value: Any, entry: Mapping[str, Any], where: str) -> list[str]:
        """What is wrong with an object: unknown, missing and read-only properties, and what is within."""
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no object"]
        known = {item["name"]: item for item in properties_of(entry, value)}
        other = entry.get("additionalPropertiesType")
        found = []
        for name, inner in value.items():
            if name in known:
                if "ReadOnly" in known[name].get("flags", ""):
                    found.append(f"{where}.{name}: read-only")
                found += self.problems(inner, known[name]["type"], f"{where}.{name}")
            elif other is not None:
                found += self.problems(inner, other, f"{where}.{name}")
            elif entry.get("properties") or entry.get("elements"):
                found.append(f"{where}.{name}: there is no such property; there are {', '.join(sorted(known))}")
        must = (name for name, item in known.items() if "Required" in item.get("flags", ""))
        return found + [f"{where}.{name}: must be given" for name in must if name not in value]


def properties_of(entry: Mapping[str, Any], value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The properties of an object, or of the variant of it that the value chooses."""
    found = [*entry.get("properties", ()), *entry.get("baseProperties", ())]
    for variant in entry.get("elements", ()):
        chosen = any(value.get(item["name"]) == item["type"] for item in variant["properties"])
        found += variant["properties"] if chosen else ()
    return found


def fetch_types(azmcp: str, kind: str) -> Types | None:
    """The types of one resource, or None where the program has none."""
    done = subprocess.run(
        [azmcp, "bicepschema", "get", "--resource-type", kind],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"AZURE_MCP_COLLECT_TELEMETRY": "false", "HOME": tempfile.gettempdir()},  # it unpacks itself there
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return None
    entries = (answer.get("results") or {}).get("BicepSchemaResult") or ()
    types = Types(entries)
    return types if types.root else None


def type_problems(template: Template, types: Mapping[str, Types | None]) -> list[str]:
    """What is wrong with a file's resources by their published types."""
    found = []
    for item in template.resources:
        known = types.get(item.type)
        if item.existing or known is None or known.root is None:
            continue
        body = {name: value for name, value in item.body.items() if name not in BICEPS_OWN}
        found += known.in_object(body, known.root, f"{template.path.name}: {item.symbol}")
    return found


def main() -> int:
    """Print what is wrong; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", type=Path)
    parser.add_argument("--azmcp", required=True, help="the program that knows the types")
    arguments = parser.parse_args()
    files = reached(arguments.template)
    kinds = sorted({item.type for template in files.values() for item in template.resources})
    types = {kind: fetch_types(arguments.azmcp, kind) for kind in kinds}
    found = [line for template in files.values() for line in type_problems(template, types)]
    for line in found:
        print(line)
    for kind in (kind for kind, known in types.items() if known is None):
        print(f"no types: {kind}")
    checked = sum(known is not None for known in types.values())
    print(f"{checked} of {len(kinds)} resource types checked, {len(found)} problems")
    return 1 if found or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
