from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError
from playbooks.guide_test import cases_path, load_cases, parse_cases
from playbooks.parse import parse_guide

SAMPLE = (Path(__file__).parent / "data" / "dependency_failing.md").read_text(encoding="utf-8")
GUIDE = parse_guide(SAMPLE, path="g.md")
CASES = """\
guide: dependency_failing
tests:
  - name: a failing database is named
    now: 2026-03-01T11:00:00Z
    tz: Europe/Berlin
    message: checkout fails since 11:20
    parameters: {p_service: checkout}
    tables:
      AppDependencies:
        - {TimeGenerated: 2026-03-01T10:30:00Z, AppRoleName: checkout, Target: db, Success: false, ItemCount: 5}
        - {repeat: 3, every: 1m, row: {TimeGenerated: 2026-03-01T10:31:00Z, Target: cache, DurationMs: 1}}
    expect:
      path: [dependencies, who_else, decide]
      verdict: {status: cause_found, cause: dependency_down, object: db, confidence: high}
      evidence:
        dependencies: {status: done, kind: finding, rows: 2, row: {Target: db}, text: "failing: db"}
  - name: nothing logs
    now: 2026-03-01T11:00:00Z
    expect: {verdict: needs_input, questions: [p_service]}
"""


def test_reads_cases():
    """Tables are typed by the guide; expectations are values; what is left out is not compared."""
    full, short = parse_cases(CASES, path="g.test.yaml", guide=GUIDE)
    table = full.tables["AppDependencies"]
    first = dict(zip([c.name for c in table.columns], table.rows[0], strict=True))
    assert first["TimeGenerated"] == datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
    assert (first["Success"], first["ItemCount"], first["DurationMs"]) == (False, 5, None)
    assert [row[0] for row in table.rows[1:]] == [datetime(2026, 3, 1, 10, m, tzinfo=UTC) for m in (31, 32, 33)]
    assert full.path == ("dependencies", "who_else", "decide")
    assert full.verdict.cause == "dependency_down"
    assert full.evidence[0].row_count == 2
    assert (short.path, short.questions, short.verdict.status) == (None, ("p_service",), "needs_input")
    assert (short.line, str(full.tz)) == (17, "Europe/Berlin")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("guide: dependency_failing", "guide: other", 1, "this is a test of 'other'"),
        ("now: 2026-03-01T11:00:00Z\n    tz", "now: noon\n    tz", 4, "'noon' is not a time"),
        ("tz: Europe/Berlin", "tz: Berlin", 5, "unknown time zone 'Berlin'"),
        ("parameters: {p_service", "parameters: {p_servce", 7, "did you mean 'p_service'?"),
        ("AppDependencies:", "AppDependency:", 9, "did you mean 'AppDependencies'?"),
        ("Target: db, Succ", "Targt: db, Succ", 10, "did you mean 'Target'?"),
        ("ItemCount: 5", "ItemCount: many", 10, "column ItemCount: 'many' is not a whole number"),
        ("repeat: 3", "repeat: 0", 11, "is not a number of rows"),
        ("every: 1m", "every: often", 11, "'often' is not a length of time"),
        ("who_else, decide]", "who_els, decide]", 13, "did you mean 'who_else'?"),
        ("cause: dependency_down", "cause: dependency_up", 14, "did you mean 'dependency_down'?"),
        ("status: cause_found", "status: found", 14, "is not one of cause_found"),
        ("dependencies: {status", "dependncies: {status", 16, "did you mean 'dependencies'?"),
        ("questions: [p_service]", "questions: [p_x]", 19, "unknown parameter 'p_x'"),
        ("name: nothing logs", "name: a failing database is named", 3, "two tests are named"),
    ],
)
def test_names_the_fault(old: str, new: str, line: int, message: str):
    """A test that does not fit its guide is refused at its place."""
    assert old in CASES
    with pytest.raises(GuideError) as caught:
        parse_cases(CASES.replace(old, new, 1), path="g.test.yaml", guide=GUIDE)
    assert message in caught.value.message
    assert line == caught.value.place.line


def test_loads_what_lies_beside_the_guide(tmp_path: Path):
    """`x.md` is tested by `x.test.yaml`; a guide without one has no tests."""
    guide = parse_guide(SAMPLE, path=str(tmp_path / "x.md"))
    assert load_cases(guide) == ()
    assert cases_path(guide) == tmp_path / "x.test.yaml"
    cases_path(guide).write_text(CASES, encoding="utf-8")
    assert [case.name for case in load_cases(guide)] == ["a failing database is named", "nothing logs"]
