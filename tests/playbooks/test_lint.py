from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType
from playbooks.lint import Level, lint_guide
from playbooks.parse import load_guides, parse_guide

SAMPLE = (Path(__file__).parent / "data" / "dependency_failing.md").read_text(encoding="utf-8")
SHIPPED = Path(__file__).parents[2] / "playbooks" / "guides"
TARGETS = (
    Column("Target", ColumnType.STRING),
    Column("n", ColumnType.LONG),
    Column("failed", ColumnType.LONG),
    Column("share", ColumnType.REAL),
)


def describe(kql: str, parameters: Sequence[QueryParameter]) -> tuple[Column, ...]:
    """The columns of the sample's two queries, as a log backend would tell them."""
    if "AppDependencees" in kql:
        raise QueryError("unknown table 'AppDependencees'; did you mean AppDependencies?", line=1)
    if "dependencies_bad_targets" in kql:
        assert [p.type for p in parameters if p.name == "dependencies_bad_targets"] == [ColumnType.DYNAMIC]
        return (Column("AppRoleName", ColumnType.STRING), Column("n", ColumnType.LONG))
    return TARGETS


def problems(old: str = "", new: str = "") -> list[str]:
    """The problems of the sample with one part changed, but for its unused table."""
    assert old in SAMPLE
    guide = parse_guide(SAMPLE.replace(old, new, 1) if old else SAMPLE, path="g.md")
    return [str(p) for p in lint_guide(guide, describe=describe) if "AppExceptions" not in p.message]


def test_a_sound_guide_has_no_problem():
    """The sample has none but an optional table that no query asks."""
    assert problems() == []
    (unused,) = lint_guide(parse_guide(SAMPLE, path="g.md"), describe=describe)
    assert (unused.level, unused.place.field) == (Level.WARNING, "tables.AppExceptions")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("row.share:", "row.shre:", "branches[1].finding: error: expression 'row.shre': row has no 'shre'"),
        ("size(out.bad_targets) > 0", "out.bad_targets", "yields list<string>, expected bool"),
        ("r.share > 0.2", "r.n > 0.2 * r.n", "'*' does not take double and int; write double(r.n)"),
        ("row.share:.1%", "row.Target:.1%", "{row.Target:.1%} formats numbers, and this is string"),
        ("size(rows) > 1", "row.failed > 1", "row has no 'failed'; there are: AppRoleName, n"),
        ("AppDependencies\n|", "AppDependencees\n|", "g.md:31: steps.dependencies.kql: error: unknown table"),
        ("p_service and", "p_servce and", "g.md:31: steps.dependencies.kql: error: no parameter 'p_servce'"),
        ("between (p_from .. p_to)", "> ago(1h)", "g.md:32: steps.dependencies.kql: warning: ago() reads"),
        ("between (p_from .. p_to)", "> datetime(2026-01-01)", "the time '2026-01-01' is written in; use a parameter"),
        ("between (p_from .. p_to)", "> p_from", "g.md:18: parameters.p_to: warning: the parameter"),
        ("n = sum(ItemCount), failed = sumif(ItemCount, not(Success))", "n = count(), failed = countif(not(Success))",
         "count() counts rows of AppDependencies, which is sampled; write sum(ItemCount)"),
        ('- when: "size(rows) == 0"\n    unknown:', '- when: "size(rows) == 0"\n    finding:',
         "no `unknown` branch"),
        ("steps.dependencies.status == 'done'", "size(rows) > 0", "a step without query has no rows"),
        ("size(rows) == 0", "true", "the condition is always true"),
        ("size(rows) == 0", "size(out.bad_targets) > 0", "stands twice"),
        ('- otherwise: true\n    unknown: "nothing found"', '- when: "1 > 2"\n    unknown: "x"',
         "no `otherwise` branch"),
        ('rows[0].n"', 'rows[0].m"', "has no 'm'"),
        ("r.share < 0.05", "r.share < '1'", "'<' does not take double and string"),
        ("by_hand:", "#", "the mitigation has no by_hand"),
        ('share: "row.share"', 'share: "row.Target"', "impact.share: error: expression 'row.Target' yields string"),
        ("out: {bad_targets:", "out: {spare: '1', bad_targets:", "the output 'spare' is used nowhere"),
        ("row.n:,d", "row.n / row.failed", "drops the fraction"),
        ("failed = sumif(", "latest = sumif(", "KQL keeps the word 'latest' for itself"),
    ],
)  # fmt: skip
def test_finds(old: str, new: str, expected: str):
    """Mistyped expressions are errors; what can mislead is a warning; both name their place."""
    assert any(expected in problem for problem in problems(old, new))


def test_finds_what_never_runs():
    """A step that no edge names, and that is no start, is never reached."""
    spare = "## Spare {#spare}\n```yaml step\nbranches: [{otherwise: true, unknown: x}]\n```\n"
    guide = parse_guide(SAMPLE + spare, path="g.md")
    messages = [p.message for p in lint_guide(guide, describe=describe) if p.place.field == "steps.spare"]
    assert messages[1] == "no path leads from dependencies to step 'spare': it never runs"


def test_works_without_columns():
    """Where no backend tells the columns, rows are untyped and names are still checked."""
    guide = parse_guide(SAMPLE.replace("row.share:", "row.shre:", 1), path="g.md")
    assert [p.message for p in lint_guide(guide)] == ["no query asks the table 'AppExceptions'"]


def test_the_shipped_guides_have_no_error():
    """Every guide that ships parses, and has no error that needs no data to be seen."""
    found = [str(p) for guide in load_guides(SHIPPED) for p in lint_guide(guide) if p.level is Level.ERROR]
    assert found == []
