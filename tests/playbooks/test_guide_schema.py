import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.core.errors import Place
from playbooks.markdown import read_document
from playbooks.yaml_values import read_yaml

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "guide.schema.json").read_text(encoding="utf-8"))
GUIDES = sorted([*(ROOT / "playbooks" / "guides").rglob("*.md"), Path(__file__).parent / "data/dependency_failing.md"])


def parts_of(path: Path) -> dict[str, Any]:
    """The YAML parts of a guide, as the schema describes them."""
    document = read_document(path.read_text(encoding="utf-8"), file=str(path))
    steps = {
        section.id: read_yaml(block.text, place=Place(str(path))).plain()
        for section in document.sections
        for block in section.blocks
        if block.info == "yaml step"
    }
    metrics = {
        section.id: read_yaml(block.text, place=Place(str(path))).plain()
        for section in document.sections
        for block in section.blocks
        if block.info == "metrics"
    }
    return {
        "metrics": metrics,
        "front_matter": read_yaml(document.front_matter, place=Place(str(path))).plain(),
        "steps": steps,
    }


@pytest.mark.parametrize("path", [path for path in GUIDES if path.name != "README.md"], ids=lambda path: path.stem)
def test_guides_match_the_schema(path: Path):
    """Every guide that ships, and the sample, is valid by the published schema."""
    errors = [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(parts_of(path))]
    assert errors == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("front_matter", "id"), "Not Snake"),
        (("front_matter", "ownr"), "me"),
        (("front_matter", "parameters"), {"p_x": {"type": "strng"}}),
        (("front_matter", "parameters"), {"p_x": {"type": "string", "from": [{"message": "tim"}]}}),
        (("steps", "decide"), {}),
        (("steps", "decide"), {"branches": []}),
        (("steps", "decide"), {"branches": [{"otherwise": True, "finding": "x", "unknown": "y"}]}),
        (("steps", "decide"), {"branches": [{"when": "true", "otherwise": True, "finding": "x"}]}),
        (("steps", "decide"), {"branches": [{"otherwise": True, "conclude": {"cause": "x"}}]}),
        (("steps", "decide"), {"timeout_s": 0, "branches": [{"otherwise": True, "finding": "x"}]}),
        (("metrics", "decide"), {"resource": "{p_x}", "namespace": "N", "names": ["a"], "aggregation": "mean"}),
        (("metrics", "decide"), {"resource": "{p_x}", "namespace": "N", "names": ["a,b"], "aggregation": "total"}),
        (("metrics", "decide"), {"namespace": "N", "names": ["a"], "aggregation": "total"}),
        (("steps", "decide"), {"ask": "How?", "run": "x", "branches": [{"otherwise": True, "finding": "x"}]}),
    ],
)
def test_the_schema_refuses_faults(where: tuple[str, str], value: object):
    """What the parser refuses by shape, the schema refuses too."""
    parts = parts_of(Path(__file__).parent / "data" / "dependency_failing.md")
    parts[where[0]][where[1]] = value
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(parts)
