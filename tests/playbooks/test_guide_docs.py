import re
from pathlib import Path

from playbooks.guide_test import parse_cases
from playbooks.lint import lint_guide
from playbooks.parse import parse_guide

DOCS = (Path(__file__).parents[2] / "docs" / "guides.md").read_text(encoding="utf-8")


def example(opening: str, closing: str, start: str) -> str:
    """The fenced example whose text starts with some words."""
    found = re.search(
        re.escape(opening) + r"\n(" + re.escape(start) + r".*?)\n" + re.escape(closing) + r"\n", DOCS, re.DOTALL
    )
    assert found is not None
    return found[1] + "\n"


def test_the_documented_guide_and_its_tests_parse():
    """What the reference shows is a guide without problems, and tests that fit it."""
    guide = parse_guide(example("````markdown", "````", "---"), path="g.md")
    assert lint_guide(guide) == ()
    cases = parse_cases(example("```yaml", "```", "guide:"), path="g.test.yaml", guide=guide)
    assert [case.verdict.status for case in cases] == ["cause_found", "needs_input"]


def test_the_documented_fragments_parse():
    """Parameters, coverage, impact and mitigations are shown as they may be written."""
    parameters = example("```yaml", "```", "parameters:")
    step = "---\n## One {#one}\n```yaml step\nbranches:\n  - otherwise: true\n    conclude:\n      cause: x\n"
    step += "      object: o\n      summary: s\n      confidence: low\n"
    mitigations = example("```yaml", "```", "mitigations:").replace("steps.who_else.rows.size()", "size(p_service)")
    step += "".join(f"      {line}\n" for line in mitigations.replace("step: dependencies", "step: one").splitlines())
    front = "---\nid: t\ntitle: T\nowner: me\nreviewed: 2026-03-01\ntables: {AppRequests: {AppRoleName: string}}\n"
    impact = example("```yaml", "```", "coverage:").replace("step: errors", "step: one")
    guide = parse_guide(front + parameters + impact + step + "```\n", path="g.md")
    assert [parameter.name for parameter in guide.parameters] == ["p_service", "p_from", "p_to", "p_before", "p_limit"]
    assert guide.coverage is not None
    assert guide.coverage.minimum_rows == 50
