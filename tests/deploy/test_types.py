import os
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ANSWER: list[dict[str, Any]] = [
    {
        "$type": "Resource",
        "name": "A.B/jobs@2025-01-01",
        "bodyType": {
            "$type": "Object",
            "name": "A.B/jobs",
            "properties": [
                {"name": "id", "type": "string", "flags": "ReadOnly, DeployTimeConstant"},
                {"name": "name", "type": "string", "flags": "Required"},
                {"name": "properties", "type": "JobProperties"},
                {"name": "tags", "type": "Tags"},
            ],
        },
    },
    {"$type": "Object", "name": "Tags", "properties": [], "additionalPropertiesType": "string"},
    {
        "$type": "Object",
        "name": "JobProperties",
        "properties": [
            {"name": "trigger", "type": "Manual | Schedule", "flags": "Required"},
            {"name": "count", "type": "int"},
            {"name": "steps", "type": "Step[]"},
            {"name": "auth", "type": "Auth"},
        ],
    },
    {"$type": "Object", "name": "Step", "properties": [{"name": "image", "type": "string"}]},
    {
        "$type": "DiscriminatedObject",
        "name": "Auth",
        "baseProperties": [{"name": "target", "type": "string"}],
        "elements": [
            {
                "$type": "Object",
                "name": "Key",
                "properties": [
                    {"name": "kind", "type": "Key", "flags": "Required"},
                    {"name": "key", "type": "string", "flags": "Required"},
                ],
            }
        ],
    },
]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "n", "properties": {"trigger": "Manual", "steps": [{"image": "i"}]}, "tags": {"a": "b"}}, []),
        ({"name": "n", "id": "i"}, ["r.id: read-only"]),
        ({"properties": {"trigger": "Manual"}}, ["r.name: must be given"]),
        (
            {"name": "n", "properties": {"trigger": "Never"}},
            ["r.properties.trigger: 'Never' is none of Manual | Schedule"],
        ),
        ({"name": "n", "properties": {"trigger": "Manual", "count": "1"}}, ["r.properties.count: '1' is none of int"]),
        (
            {"name": "n", "properties": {"trigger": "Manual", "steps": [{"imag": "i"}]}},
            ["r.properties.steps[0].imag: there is no such property; there are image"],
        ),
        (
            {"name": "n", "properties": {"trigger": "Manual", "auth": {"kind": "Key", "target": "t"}}},
            ["r.properties.auth.key: must be given"],
        ),
    ],
)
def test_a_body_is_held_against_its_type(bicep_types: ModuleType, body: dict[str, Any], says: list[str]):
    """Unknown, missing and read-only properties are told with their place, wrong words and kinds of value too."""
    types = bicep_types.Types(ANSWER)
    assert types.in_object(body, types.root, "r") == says


def test_the_template_fits_the_published_types(bicep: ModuleType, bicep_types: ModuleType, infra: Path):
    """No resource of the template has a property that Azure does not know; skipped without Microsoft's program."""
    program = os.environ.get("AZMCP") or shutil.which("azmcp")
    if program is None:
        pytest.skip("azmcp is not on the path (npm: @azure/mcp)")
    files = bicep.reached(infra / "main.bicep")
    kinds = {item.type for template in files.values() for item in template.resources}
    types = {kind: bicep_types.fetch_types(program, kind) for kind in kinds}
    assert sum(known is not None for known in types.values()) >= 13
    assert [line for template in files.values() for line in bicep_types.type_problems(template, types)] == []
