import json
from pathlib import Path
from typing import Any

import pytest

Run = Any


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("checkout returns 502", 0),
        ("healthy", 0),
        ("no data", 0),
        ("inconclusive", 0),
        ("not covered", 0),
        ("abstained", 0),
        ("failed", 1),
        ("needs input", 2),
        ("waiting", 3),
        ("two subjects", 3),
    ],
)
def test_exit_code_tells_the_status(run: Run, message: str, code: int):
    """And with --json it is the same, with one document on stdout and nothing on stderr."""
    plain = run("ask", message)
    as_json = run("ask", message, "--json")
    assert (code, code) == (plain.code, as_json.code)
    assert isinstance(json.loads(as_json.out), dict)
    assert (plain.err, as_json.err) == ("", "")


def test_missing_parameter_is_a_document_with_questions(run: Run):
    """A script sees what to give."""
    document = json.loads(run("ask", "needs input", "--json").out)
    assert document["status"] == "needs_input"
    assert [question["parameter"] for question in document["questions"]] == ["p_service"]


def test_words_need_no_quotes(run: Run, application: Any):
    """Several words are one message."""
    run("ask", "checkout", "is", "slow", "--json")
    assert application.asked == ["checkout is slow"]


def test_options_reach_the_application(run: Run, application: Any):
    """Each option of ask, read into its type."""
    argv = [
        "ask",
        "x",
        "--agent",
        "triage",
        "--logs",
        "a",
        "--logs",
        "T=b.csv",
        "--guides",
        "g",
        "--services",
        "s.yaml",
    ]
    argv += [
        "--session",
        "s9",
        "--now",
        "2026-11-22T11:45+01:00",
        "--tz",
        "Europe/Berlin",
        "--param",
        "p_x=a=b",
        "--strict",
    ]
    assert run(*argv).code == 0
    options = application.opened[0]
    assert (options.agent, options.logs, options.session, options.tz) == (
        "triage",
        ("a", "T=b.csv"),
        "s9",
        "Europe/Berlin",
    )
    assert (options.guides, options.services) == (Path("g"), Path("s.yaml"))
    assert options.now.isoformat() == "2026-11-22T10:45:00+00:00"
    assert options.parameters == {"p_x": "a=b"}
    assert options.strict


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["ask", ""], "the message is empty"),
        (["ask", "x", "--now", "yesterdayish"], "--now 'yesterdayish' is not an ISO 8601 time"),
        (["ask", "x", "--now", "0001-01-01", "--tz", "Asia/Tokyo"], "outside of the calendar"),
        (["ask", "x", "--tz", "Europe/Berlim"], "did you mean 'Europe/Berlin'"),
        (["ask", "x", "--tz", "berlin"], "'Europe/Berlin'"),
        (["ask", "x", "--tz", "../etc/passwd"], "is not a time zone"),
        (["ask", "x", "--tz", ""], "is not a time zone"),
        (["ask", "x", "--param", "p_service"], "is not NAME=VALUE"),
        (["ask", "x", "--param", "a=1", "--param", "a=2"], "given twice"),
        (["ask", "x", "--logs", "missing"], "is no folder"),
        (["ask", "x", "--logs", "T="], "--logs 'T=' names no file"),
        (["ask", "x", "--logs", ""], "--logs '' names no file"),
        (["ask", "x", "--logs", "a", "--workspace", "w"], "exclude each other"),
        (["ask", "x", "--agnet", "triage"], "--agent"),
        (["ask"], "TEXT"),
        (["aks", "x"], "Did you mean 'ask'"),
        (["guides", "serch", "x"], "Did you mean 'search'"),
        (["guides", "show", "queue_backlgo"], "did you mean 'queue_backlog'?"),
        (["guides", "new", "Bad Id"], "such as 'bad_id'"),
        (["guides", "search"], "nothing to search for"),
        (["guides", "search", "x", "--top", "0"], "--top"),
        (["route"], "no message"),
        (["route", "x", "--jsonl", "f"], "exclude each other"),
        (["route", "--jsonl", "nowhere.jsonl"], "'nowhere.jsonl' cannot be read"),
        (["logs", "query", "AppRequest | count"], "did you mean 'AppRequests'?"),
        (["logs", "query", "  "], "the query is empty"),
        (["runs", "show", "nope"], "the newest is 'r7k2m9'"),
        (["runs", "show", "last", "--evidence", "E99"], "this run has E1, E2, E3, E4"),
        (["runs", "list", "--limit", "0"], "--limit"),
        (["samples", "make", "x"], "--out"),
        (["samples", "make", "x", "--out", "o", "--format", "xlsx"], "'xlsx' is not one of 'parquet', 'csv'"),
    ],
)
def test_bad_input_is_told_on_stderr(run: Run, argv: list[str], said: str):
    """Exit code 2, the value and the mend on stderr, nothing on stdout, no stack trace."""
    ended = run(*argv)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_failed_service_is_one_line(run: Run):
    """An error of ours that is nobody's bad input ends with 1."""
    assert run("ask", "model") == (1, "", "switchboard: the chat service answered 503: try again later\n")


def test_unexpected_error_names_log_and_run(run: Run, application: Any):
    """The trace goes to the log, with the run's id; the user sees one line."""
    ended = run("ask", "crash")
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "in run r7k2m9 (ZeroDivisionError)" in ended.err
    assert "switchboard.log" in ended.err
    assert [(type(error), of_run) for error, of_run in application.failures] == [(ZeroDivisionError, "r7k2m9")]


def test_error_while_writing_the_log_changes_nothing(run: Run, application: Any):
    """A full disk must not bring the stack trace back."""
    application.broken = True
    ended = run("ask", "crash")
    expected = "switchboard: something went wrong in run r7k2m9 (ZeroDivisionError); no log could be written\n"
    assert (ended.code, ended.err) == (1, expected)


def test_memory_error_is_no_stack_trace_either(run: Run):
    """Whatever breaks, the process edge answers."""
    ended = run("logs", "query", "T | take 5", "--logs", "memory")
    assert (ended.code, "Traceback" in ended.err, "MemoryError" in ended.err) == (1, False, True)


def test_interrupt_says_where_the_rest_is(run: Run):
    """Ctrl-C is 130, and what was found is kept."""
    ended = run("ask", "interrupt")
    assert (ended.code, ended.out) == (130, "")
    assert "switchboard runs show r7k2m9" in ended.err


def test_route_says_why(run: Run):
    """For people one answer, for scripts one document."""
    assert run("route", "checkout", "is", "slow").out.startswith("triage  (confidence 0.93)\n  because says")
    document = json.loads(run("route", "hello", "--json").out)
    assert (document["agent"], document["agents"], document["abstained"]) == ("none", [], True)
    assert document["question"] == "What about?"


def test_route_goes_on_after_a_bad_line(run: Run, tmp_path: Path):
    """Bad lines are reported with their numbers; good ones are answered in order; exit code 1."""
    lines = [
        b'\xef\xbb\xbf{"id": "a", "text": "checkout is slow"}',
        b"not json",
        b"",
        b'{"id": "c"}',
        b'{"id": true, "text": "x"}',
        b'{"id": "e", "text": "\xff"}',
        b"[1]",
        b'{"id": 7, "text": "hello"}',
    ]
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(lines))
    ended = run("route", "--jsonl", str(path))
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert [(line["id"], line["agent"]) for line in found] == [("a", "triage"), (7, "none")]
    assert {"id", "agent", "agents", "confidence", "abstained", "reason"} <= found[0].keys()
    assert [line.split(":")[1] for line in ended.err.replace(str(path), "f").splitlines()] == ["2", "4", "5", "6", "7"]
    assert ended.code == 1


def test_search_answers_line_by_line(run: Run, tmp_path: Path):
    """Ids come back as given; top limits the hits."""
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "text": "queue"}\n{"id": "b", "query": "nothing"}\n')
    ended = run("guides", "search", "--jsonl", str(path), "--top", "1")
    assert [json.loads(line) for line in ended.out.splitlines()] == [
        {"id": 1, "hits": [{"guide": "queue_backlog", "score": 0.75}], "abstained": False},
        {"id": "b", "hits": [], "abstained": True},
    ]
    assert ended.code == 0


def test_search_shows_titles(run: Run):
    """For people."""
    assert "queue_backlog  0.750  Queue backlog" in run("guides", "search", "queue").out


def test_query_prints_columns_and_rows(run: Run):
    """Warnings of reading go to stderr, so that stdout is one document."""
    ended = run("logs", "query", "T | take 1", "--json")
    assert json.loads(ended.out) == {
        "columns": [
            {"name": "at", "type": "datetime"},
            {"name": "name", "type": "string"},
            {"name": "n", "type": "long"},
        ],
        "rows": [["2026-11-22T10:45:00Z", "a", 12411]],
    }
    assert "req.csv:7" in ended.err


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_query_that_reaches_its_limit_is_bad_input(run: Run, form: list[str]):
    """As any query that cannot be answered; the limit is named."""
    ended = run("logs", "query", "T | slow", *form)
    assert ended.code == 2
    assert "the result is failed: stopped at the time limit of 30 s" in ended.err


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-22T11:45", ["--tz", "Europe/Berlin"], "2026-11-22T10:45:00+00:00"),
        ("2026-07-22T12:45", ["--tz", "Europe/Berlin"], "2026-07-22T10:45:00+00:00"),
        ("2026-11-22", ["--tz", "Asia/Kolkata"], "2026-11-21T18:30:00+00:00"),
        ("2026-11-22T10:45", [], "2026-11-22T10:45:00+00:00"),
        ("2026-11-22T10:45Z", ["--tz", "Europe/Berlin"], "2026-11-22T10:45:00+00:00"),
    ],
)
def test_now_without_offset_is_a_time_of_the_zone(run: Run, application: Any, now: str, zone: list[str], expected: str):
    """The user's zone holds for the clock too; an offset wins."""
    assert run("ask", "x", "--now", now, *zone).code == 0
    assert application.opened[0].now.isoformat() == expected


def test_query_table_strips_what_a_terminal_acts_on(run: Run):
    """A log cell cannot recolour, retitle or reorder the screen, in a table or in JSON."""
    table, document = run("logs", "query", "hostile").out, run("logs", "query", "hostile", "--json").out
    for text in (table, document):
        assert {"\x1b", "\x9b", "\u202e", "\u2066"}.isdisjoint(text)
    assert "[bold]markup[/bold]" in table
    assert "\u202e" in json.loads(document)["rows"][0][1]


def test_query_result_is_exact_and_readable(run: Run, monkeypatch: pytest.MonkeyPatch):
    """A table where it fits; where it does not, a block per row, so that no cell is cut or broken up."""
    wide = run("logs", "query", "T | take 1").out
    assert wide.splitlines() == ["at                    name      n", "2026-11-22T10:45:00Z  a     12411", "1 row"]
    monkeypatch.setenv("COLUMNS", "40")
    narrow = run("logs", "query", "hostile").out
    assert narrow.splitlines()[:2] == ["row 1", "  at    2026-11-22T10:45:00Z"]


def test_runs_are_listed_and_shown(run: Run):
    """The list, a past report, its post, one of its evidences."""
    assert "cause found" in run("runs", "list").out
    assert len(json.loads(run("runs", "list", "--limit", "1", "--json").out)["runs"]) == 1
    assert "CAUSE FOUND" in run("runs", "show", "last").out
    assert run("runs", "show", "last", "--post").out.startswith("Status: SAMPLE DATA - CAUSE FOUND")
    assert "POST /orders" in run("runs", "show", "last", "--evidence", "e3").out
    assert json.loads(run("runs", "show", "last", "--json").out)["run"] == "r7k2m9"


def test_a_claim_that_no_longer_holds_is_exit_1(run: Run):
    """And every claim is listed with its outcome."""
    fine, stale = run("runs", "verify", "last"), run("runs", "verify", "stale")
    assert (fine.code, stale.code) == (0, 1)
    assert ("1. HOLDS  18.2% fail" in stale.out, "2. FAILS  old" in stale.out) == (True, True)
    document = json.loads(run("runs", "verify", "stale", "--json").out)
    assert [claim["outcome"] for claim in document["claims"]] == ["holds", "fails"]


def test_doctor_tells_what_is_wrong(run: Run):
    """With the mend, and an exit code for scripts."""
    fine, wrong = run("doctor"), run("doctor", "--logs", "x")
    assert (fine.code, wrong.code) == (0, 1)
    assert "give an existing one" in wrong.out
    assert [finding["state"] for finding in json.loads(run("doctor", "--json").out)["findings"]] == ["ok", "off"]


def test_samples_are_listed_and_made(run: Run, tmp_path: Path):
    """The folder, seed and form are passed on."""
    assert "bad_deploy" in run("samples", "list").out
    made = json.loads(run("samples", "make", "bad_deploy", "--out", str(tmp_path), "--seed", "7", "--json").out)
    assert (made["seed"], made["format"]) == (7, "parquet")


def test_guide_run_prints_a_report(run: Run, application: Any):
    """With its parameters; the exit code is the report's."""
    ended = run("guides", "run", "needs_input", "--param", "p_service=checkout")
    assert (ended.code, "I NEED TO KNOW MORE" in ended.out) == (2, True)
    assert application.opened[0].parameters == {"p_service": "checkout"}


def test_lint_lists_problems_with_their_places(run: Run):
    """A line each that editors can jump to, cleaned; exit code 1 for a fault, 0 for a doubt."""
    doubtful, broken = run("guides", "lint", "fine.md"), run("guides", "lint", "fine.md", "broken.md")
    assert (doubtful.code, broken.code) == (0, 1)
    assert doubtful.out.splitlines() == [
        "fine.md:3: steps.look: warning: no `otherwise` branch",
        "1 guide: 0 errors, 1 warning",
    ]
    assert broken.out.splitlines()[-1] == "2 guides: 1 error, 2 warnings"
    assert "\x1b" not in broken.out
    document = json.loads(run("guides", "lint", "broken.md", "--json").out)
    assert [problem["level"] for problem in document["guides"][0]["problems"]] == ["warning", "error"]


def test_check_tells_each_step_and_each_problem(run: Run):
    """A line per step with its place where it is not right, then the problems; exit code 1 for a fault, 2 for none."""
    fine, broken = run("guides", "check", "fine.md"), run("guides", "check", "broken.md")
    assert (fine.code, broken.code) == (0, 1)
    assert fine.out.splitlines() == [
        "SAMPLE DATA: no logs are configured",
        "fine",
        "  ok      look (kql): there is no table T, which is optional",
        "1 guide against the bundled sample: 1 ok",
    ]
    assert broken.out.splitlines()[3:] == [
        "  wrong   depth (resource_graph) (broken.md:20)",
        "  failed  far (kql) (broken.md:30): the log service cannot be reached",
        "  skipped cpu (metrics) (broken.md:40): its resource is not known",
        "broken.md:21: steps.depth.resource_graph: error: no column 'nam'; did you mean 'name'?",
        "1 guide against the bundled sample: 1 ok, 1 wrong, 1 failed, 1 skipped",
    ]
    document = json.loads(run("guides", "check", "broken.md", "--json").out)
    assert (document["source"], document["wrong"], document["skipped"]) == ("sample", 1, 1)


def test_check_live_needs_a_workspace(run: Run):
    """Files and samples do not count; a workspace does."""
    refused = run("guides", "check", "fine.md", "--live")
    assert (refused.code, "--live asks a workspace" in refused.err) == (2, True)
    asked = run("guides", "check", "fine.md", "--live", "--workspace", "11111111-2222-3333-4444-555555555555")
    assert (asked.code, "against live logs" in asked.out) == (0, True)


def test_guide_tests_say_what_differs(run: Run):
    """Each test with its outcome, a guide without tests, the count; exit code 1 where one failed."""
    passed, failed = run("guides", "test", "fine.md"), run("guides", "test", "broken.md")
    assert (passed.code, failed.code) == (0, 1)
    assert passed.out.splitlines() == [
        "passed  fine: a healthy system",
        "untested: no tests; write untested.test.yaml",
        "2 guides, 1 test: 1 passed, 0 failed",
    ]
    assert "FAILED  broken: a fault (broken.test.yaml:9)" in failed.out
    assert "verdict: expected 'healthy', got 'no_data'" in failed.out
    document = json.loads(run("guides", "test", "broken.md", "--json").out)
    assert (document["passed"], document["failed"]) == (1, 1)


def test_new_guide_is_never_overwritten(run: Run, tmp_path: Path):
    """The second call is refused and changes nothing."""
    first = run("guides", "new", "cache_cold", "--guides", str(tmp_path))
    path = tmp_path / "cache_cold.md"
    path.write_text("mine")
    second = run("guides", "new", "cache_cold", "--guides", str(tmp_path))
    assert (first.code, second.code, path.read_text()) == (0, 2, "mine")
    assert "is there already" in second.err


def test_new_guide_parses(run: Run, tmp_path: Path):
    """What is written can be run as it is."""
    from playbooks.parse import parse_guide  # noqa: PLC0415  # heavy

    run("guides", "new", "cache_cold", "--guides", str(tmp_path))
    path = tmp_path / "cache_cold.md"
    guide = parse_guide(path.read_text(), path=str(path))
    assert (guide.id, [step.id for step in guide.steps]) == ("cache_cold", ["failures"])


def test_version_is_the_distributions(run: Run):
    """As a command and as an option."""
    assert run("version").out == run("--version").out
    assert json.loads(run("version", "--json").out)["version"]


def test_guides_are_listed_and_shown(run: Run, tmp_path: Path):
    """With a hint where a folder has none."""
    assert "queue_backlog  2026-10-01  Queue backlog" in run("guides", "list").out
    assert "guides new" in run("guides", "list", "--guides", str(tmp_path)).out
    assert run("guides", "show", "memory_leak").out == "# memory_leak\n"
    document = json.loads(run("guides", "show", "memory_leak", "--json").out)
    assert (document["id"], document["text"]) == ("memory_leak", "# memory_leak\n")
    assert [guide["id"] for guide in json.loads(run("guides", "list", "--json").out)["guides"]] == [
        "queue_backlog",
        "memory_leak",
    ]


def test_sample_says_how_to_use_it(run: Run, tmp_path: Path):
    """The last line can be typed."""
    assert run("samples", "make", "x", "--out", str(tmp_path)).out.endswith(f"--logs {tmp_path}\n")
    assert json.loads(run("samples", "list", "--json").out)["samples"][0]["name"] == "bad_deploy"


def test_search_for_nothing_says_so(run: Run):
    """An empty answer is an answer."""
    assert run("guides", "search", "nothing") == (0, "Nothing found.\n", "")
