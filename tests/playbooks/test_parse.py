from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import GuideError
from orchestrator.core.table import ColumnType
from playbooks.guide import (
    Ask,
    BranchKind,
    Confidence,
    DefaultSource,
    Impact,
    MessageTimeSource,
    MessageValueSource,
    ParameterType,
    SessionSource,
    SubGuide,
    TimeEdge,
)
from playbooks.parse import load_guides, parse_guide

SAMPLE = (Path(__file__).parent / "data" / "dependency_failing.md").read_text(encoding="utf-8")
FRONT = "---\nid: tiny\ntitle: Tiny\nowner: me\nreviewed: 2026-03-01\n---\n"
STEP = "## One {#one}\n```yaml step\nbranches:\n  - otherwise: true\n    unknown: nothing\n```\n"


PIECES = [
    "", "\t", "{", "}", "'", '"', "- ", ": ", "[", "&a ", "*a", "```", "\n", "#", "!!x ", "\x00", "é", "---\n", "{#x}",
    "|", ">", "null", "1e9", "steps.",
]  # fmt: skip


def changed(old: str, new: str) -> str:
    """The sample with one part changed."""
    assert old in SAMPLE
    return SAMPLE.replace(old, new, 1)


def fault(text: str) -> GuideError:
    """The error of a guide that is refused."""
    with pytest.raises(GuideError) as caught:
        parse_guide(text, path="g.md")
    return caught.value


def test_reads_the_front_matter():
    """Identity, tables, parameters, coverage and impact are values."""
    guide = parse_guide(SAMPLE, path="g.md")
    assert (guide.id, guide.reviewed, guide.start) == ("dependency_failing", date(2026, 3, 1), ("dependencies",))
    assert guide.tables["AppExceptions"].optional
    assert guide.tables["AppDependencies"].columns["Success"] is ColumnType.BOOL
    assert guide.applies_to.symptoms == ("502 errors", "timeouts to a backend")
    service, start, end = guide.parameters
    assert service.sources[1:] == (MessageValueSource("AppDependencies", "AppRoleName"), SessionSource())
    assert start.sources[1:] == (MessageTimeSource(TimeEdge.START), DefaultSource("now-1h"))
    assert end.sources[0] == MessageTimeSource(TimeEdge.END)
    assert guide.coverage is not None
    assert guide.coverage.minimum_rows == 50
    assert guide.impact == Impact(step="dependencies", share="row.share", affected="row.failed")


def test_reads_the_steps():
    """Queries, branches, edges and conclusions are values, with true lines."""
    guide = parse_guide(SAMPLE, path="g.md")
    first, _, last = guide.steps
    lines = SAMPLE.split("\n")
    assert lines[first.query_line - 1] == "AppDependencies"
    assert first.kql is not None
    assert first.kql.splitlines()[0] == "AppDependencies"
    assert lines[first.line - 1].startswith("## Which dependencies")
    assert [lines[branch.line - 1].strip()[:6] for branch in first.branches] == ["- when", "- when", "- othe"]
    assert first.next_steps() == ("decide", "who_else")
    assert first.timeout_s == 20.0
    assert first.prose == "People look here first."
    assert first.branches[2].when is None
    conclusion = last.branches[0].conclusion
    assert conclusion is not None
    assert (conclusion.cause, conclusion.confidence) == ("dependency_down", Confidence.HIGH)
    mitigation = conclusion.mitigations[0]
    assert mitigation.arguments == {"target": "{steps.dependencies.rows[0].Target}", "count": 2}
    assert mitigation.verify is not None
    assert mitigation.verify.step == "dependencies"
    assert mitigation.undo_action == "scale_in"
    assert last.branches[0].kind is BranchKind.CONCLUDE


def test_line_ends_and_byte_order_marks_do_not_matter():
    """A guide saved on Windows is the same guide, with the same version."""
    expected = parse_guide(SAMPLE, path="g.md")
    assert expected == parse_guide("\ufeff" + SAMPLE.replace("\n", "\r\n"), path="g.md")


def test_reads_questions_and_sub_guides():
    """In place of a query a step may ask a person or run another guide."""
    text = FRONT + STEP.replace("branches:", "ask: {question: How many?, type: int}\nbranches:")
    assert parse_guide(text, path="g.md").steps[0].ask == Ask(question="How many?", type=ParameterType(ColumnType.INT))
    text = FRONT + STEP.replace("branches:", "run: other\narguments: {p_service: web, n: 3}\nbranches:")
    assert parse_guide(text, path="g.md").steps[0].run == SubGuide(
        guide="other", arguments={"p_service": "web", "n": 3}
    )


def test_on_and_no_stay_texts():
    """YAML 1.2: `on` and `no` are words, and a date is not converted."""
    text = FRONT.replace("title: Tiny", "title: on").replace("owner: me", "owner: no") + STEP
    guide = parse_guide(text, path="g.md")
    assert (guide.title, guide.owner) == ("on", "no")


def test_a_heading_below_a_step_belongs_to_it():
    """Sub-headings without id are the step's prose; one of its own level ends it."""
    text = FRONT + "## One {#one}\nprose\n### Notes\n" + STEP.split("\n", 1)[1] + "## After\n```kql\nT\n```\n"
    guide = parse_guide(text, path="g.md")
    assert "### Notes" in guide.steps[0].prose
    assert guide.steps[0].kql is None


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: dependency_failing", "id: Dep-Failing", 2, "'Dep-Failing' is not snake_case; write 'dep_failing'"),
        ("reviewed: 2026-03-01", "reviewed: lately", 5, "'lately' is not a date; write it as 2026-03-01"),
        ("owner: platform-on-call\n", "", 2, "the key 'owner' is missing"),
        ("owner: platform", "ownr: platform", 4, "unknown key 'ownr'; did you mean 'owner'?"),
        ("title: A dependency fails or is slow", "title: ''", 3, "the text is empty"),
        ("Success: bool", "Success: boole", 11, "unknown type 'boole'; did you mean 'bool'?"),
        ("type: string", "type: list<strin>", 15, "unknown type 'list<strin>'"),
        ("  p_service:\n", "  Target:\n", 14, "not snake_case"),
        ("  p_service:\n", "  rows:\n", 14, "has a meaning in expressions; write 'p_rows'"),
        ("values_of: AppDependencies.AppRoleName", "values_of: AppDependencies.RoleName", 16, "did you mean 'AppRole"),
        ("values_of: AppDependencies", "values_of: AppDependency", 16, "did you mean 'AppDependencies'?"),
        ("message: time,", "message: tim,", 17, "did you mean 'time'?"),
        ("default: now-1h", "default: p_too-1h", 17, "did you mean 'p_to'?"),
        ("default: now-1h", "default: soon", 17, "unknown parameter 'soon'"),
        ("default: now-1h", "default: p_from-1h", 17, "hangs on itself"),
        ("parameter: p_service, min", "parameter: p_servce, min", 19, "did you mean 'p_service'?"),
        ("impact: {step: dependencies", "impact: {step: dependncies", 20, "did you mean 'dependencies'?"),
        ('share: "row.share"', 'share: "rw.share"', 20, "unknown name 'rw'"),
        ("timeout_s: 20", "timeout_s: 0", 37, "out of range"),
        ("timeout_s: 20", "timeouts: 20", 37, "unknown key 'timeouts'; did you mean 'timeout_s'?"),
        ("timeout_s: 20", "metrics: x", 37, "'metrics' is a fenced block of its own"),
        ("timeout_s: 20", "\ttimeout_s: 20", 37, "indent with spaces, not tabs"),
        ("timeout_s: 20", "ask: How many?", 37, "found a kql block and ask"),
        ("out: {bad_targets:", "out: {BadTargets:", 38, "is not snake_case"),
        ('when: "size(rows) == 0"', 'when: "size(rows == 0"', 40, "column 15: found the end, expected ')'"),
        ('when: "size(rows) == 0"', "otherwise: true", 40, "`otherwise` must be the last branch"),
        ("- otherwise: true", "- otherwise: false", 46, "expected `otherwise: true`"),
        ("- otherwise: true\n    ruled_out", "- ruled_out", 46, "exactly one of `when: <condition>` and `otherwise"),
        ("ruled_out:", "healthy: fine\n    ruled_out:", 46, "exactly one of finding, ruled_out, healthy"),
        ("next: [decide]\n  - when", "next: [decid]\n  - when", 42, "unknown step 'decid'; did you mean 'decide'?"),
        ("next: [decide, who_else]", "next: [decide, decide]", 45, "'decide' is named twice"),
        ("{row.n:,d}", "{row.n:,x}", 44, "format ',x' is not known"),
        ("{p_service}", "{p_servce}", 41, "unknown name 'p_servce'; did you mean 'p_service'?"),
        ("size(out.bad_targets) > 0", "size(out.bad) > 0", 43, "no output 'bad'"),
        ("steps.dependencies.status", "steps.dependncies.status", 68, "unknown step 'dependncies'"),
        ("steps.dependencies.status", "steps.dependencies.stat", 68, "a step has status, rows, out, not 'stat'"),
        ("dependencies.out.bad_targets", "dependencies.out.bad", 68, "has no output 'bad'"),
        ("size(rows) > 1", "size(steps.decide.rows) > 1", 57, "step 'decide' does not lead to this one"),
        ("(dependencies_bad_targets)", "(decide_x)", None, ""),
        ("confidence: high", "confidence: sure", 73, "'sure' is not one of high, medium, low"),
        ("cause: dependency_down", "cause: Dependency Down", 70, "is not snake_case"),
        ("- action: scale_out\n          arg", "- arg", 75, "the key 'action' is missing"),
        ("wait: 5m", "wait: soon", 79, "'soon' is not a length of time"),
        ("verify: {step: dependencies", "verify: {step: dependncies", None, "verify names the unknown step"),
        ("{#who_else}", "{#dependencies}", 51, "the step id 'dependencies' is taken in line 26"),
        ("{#who_else}", "{#who-else}", 51, "is not snake_case"),
        ("## Who else calls it? {#who_else}", "## Who else calls it?", 55, "has no id; write `## Title {#step_id}`"),
        ("```yaml step\ntimeout", "```yaml\ntimeout", 26, "has no `yaml step` block; the block 'yaml' in line 36"),
        ('    unknown: "nothing found"', '    unknown: "x"\n    next: [who_else]', 65, "decide -> who_else -> decide"),
        ('    unknown: "nothing found"', '    unknown: "x"\n    next: [dependencies]', 26, "the steps go in a circle"),
        ("reviewed: 2026-03-01", "reviewed: 2026-03-01\nstart: [nowhere]", 6, "unknown step 'nowhere'"),
        ("reviewed: 2026-03-01", "reviewed: 2026-03-01\nstart: [decide]", None, "a start step"),
        ("reviewed: 2026-03-01", "reviewed: 2026-03-01\nx: &a [*a]", 6, "aliases (`*`) are not allowed"),
        ("reviewed: 2026-03-01", "reviewed: !!python/object:os.system x", 5, "the tag"),
        ("reviewed: 2026-03-01", "reviewed: 2026-03-01\nid: other", 6, "the key 'id' stands twice"),
    ],
)  # fmt: skip
def test_names_file_line_and_mend(old: str, new: str, line: int | None, message: str):
    """Each fault is found before a run, at its place."""
    if not message:
        assert parse_guide(changed(old, new), path="g.md").id == "dependency_failing"
        return
    error = fault(changed(old, new))
    assert message in error.message
    assert error.message.startswith("g.md")
    assert line in {None, error.place.line}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("  \n", "the file is empty"),
        ("# A guide", "front matter is missing"),
        ("---\nid: x", "front matter is not closed"),
        ("---\n---\n", "the front matter is empty"),
        ("---\n- a\n---\n", "expected a mapping"),
        (FRONT, "the guide has no step"),
        (FRONT + "```yaml step\nbranches: []\n```\n", "there is no heading above it"),
        (FRONT + "## One {#one}\n```yaml step\n```\n", "the `yaml step` block is empty"),
        (FRONT + "## One {#one}\n```yaml step\nbranches: []\n```\n", "at least one branch"),
        (FRONT + "## One {#one}\n```yaml step\nbranches:\n", "is not closed"),
        (FRONT + STEP + STEP.split("\n", 1)[1], "has 2 `yaml step` blocks"),
        (FRONT + STEP.replace("```yaml", "```kql\nT\n```\n```kql\nU\n```\n```yaml"), "has 2 kql blocks"),
        (FRONT + STEP.replace("```yaml", "```kql\n```\n```yaml"), "the kql block is empty"),
        (FRONT + "x" * 1_000_001, "a guide has at most 1,000,000"),
        (FRONT.replace("title: Tiny", "title: " + "[" * 5000) + STEP, "bad YAML"),
        (FRONT.replace("title: Tiny", "title: " + "[" * 40 + "]" * 40) + STEP, "nested deeper than 30"),
        (FRONT.replace("Tiny", "a\x00b") + STEP, "not readable as YAML"),
        (FRONT.replace("---\n", "---\nx: " + "y" * 200_001 + "\n", 1) + STEP, "characters of YAML"),
    ],
)
def test_refuses_what_is_no_guide(text: str, message: str):
    """Empty, unclosed, huge and hostile files are refused with a message."""
    assert message in fault(text).message


def test_outputs_may_not_collide():
    """An output becomes a parameter of later queries, so its full name must be free."""
    text = changed("timeout_s: 20\nout: {", "timeout_s: 20\nout: {x: '1', ")
    assert parse_guide(text, path="g.md").steps[0].out["x"] == "1"
    taken = text.replace("p_from:", "dependencies_x:").replace("p_from ..", "dependencies_x ..")
    assert "'dependencies_x' in queries, like the parameter" in fault(taken).message


def test_an_output_reaches_only_what_follows():
    """A query may not use the output of a step that does not lead to it."""
    text = changed("AppDependencies\n| where", "AppDependencies | where who_else_found > 1\n| where")
    text = text.replace('- when: "size(rows) > 1"', '- when: "size(rows) > 1"\n    out: {found: "size(rows)"}')
    assert "step 'who_else' does not lead to 'dependencies'" in fault(text).message


def test_loads_a_folder(tmp_path: Path):
    """Every Markdown file with front matter is a guide, by path; README.md and plain notes are none."""
    (tmp_path / "b.md").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "tiny.md").write_text(FRONT + STEP, encoding="utf-8")
    (tmp_path / "README.md").write_text(FRONT, encoding="utf-8")
    (tmp_path / "notes.md").write_text("# Notes", encoding="utf-8")
    assert [guide.id for guide in load_guides(tmp_path)] == ["tiny", "dependency_failing"]


def test_refuses_a_second_guide_of_one_id(tmp_path: Path):
    """Two guides with one id are refused, both named."""
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(SAMPLE, encoding="utf-8")
    with pytest.raises(GuideError, match=r"b\.md:2: id: .*is taken by .*a\.md"):
        load_guides(tmp_path)


def test_refuses_unreadable_files(tmp_path: Path):
    """A folder that is not there, bytes that are no UTF-8, and a file that is too large."""
    with pytest.raises(GuideError, match="no such folder"):
        load_guides(tmp_path / "nowhere")
    (tmp_path / "a.md").write_bytes(b"---\nid: \xff\n---\n")
    with pytest.raises(GuideError, match=r"a\.md:2: the file is not UTF-8"):
        load_guides(tmp_path)
    (tmp_path / "a.md").write_bytes(b"---\n" + b"x" * 1_000_001)
    with pytest.raises(GuideError, match="larger than 1,000,000 bytes"):
        load_guides(tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_guide_parses_or_is_a_guide_error(data: st.DataObject):
    """Whatever becomes of a guide's text, nothing but a guide error comes out."""
    text = SAMPLE
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 40))
        piece = data.draw(st.sampled_from(PIECES))
        text = text[:at] + piece + text[at + length :]
    try:
        found = parse_guide(text, path="g.md").path
    except GuideError as error:
        found = error.place.file
    assert found == "g.md"
