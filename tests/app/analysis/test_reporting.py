"""The page of a batch, made of its result."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.analysis.analyzing import analyze
from orchestrator.app.analysis.reporting import names_of
from orchestrator.app.analysis.reviewing import store_answers
from orchestrator.batch.results import read_results
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.conversations.statistics.result import part
from orchestrator.core.errors import InputError
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document
from orchestrator.surfaces.review_application import Answer
from playbooks.samples.conversations.conversations import make_conversations

FORMS = ("jsonl", "csv", "parquet")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with thirty generated conversations, and the result in each form with its page."""
    folder = tmp_path_factory.mktemp("made")
    talks = "".join(f"{json.dumps(one)}\n" for one in make_conversations(0, 30))
    (folder / "talks.jsonl").write_text(talks)
    for form in FORMS:
        run(folder, f"y.{form}", f"{form}.html", inputs=(str(folder / "talks.jsonl"),))
    return folder


def run(folder: Path, out: str, report: str, *, state: Path | None = None, **more: Any) -> Document:
    """What `analyze` makes of a request whose files are in a folder."""
    settings = Settings(_env_file=None, state=state or folder / "state")
    reasons = folder / "reasons.yaml"  # one, as it takes a while to build the scorer of sixty
    reasons.write_text("id: few\nreasons:\n  - {id: late, title: A delivery is late, phrases: [late, not arrived]}\n")
    given = {"inputs": (), "out": folder / out, "report": folder / report, "reasons": str(reasons), **more}
    return analyze(AnalysisRequest(**given), lambda: settings, watch=lambda _: None)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_result_has_the_same_page(made: Path, form: str):
    """With the batch, and later from the result alone."""
    done = run(made, f"y.{form}", f"later-{form}.html")
    assert (done["inputs"], done["conversations"], done["report"]) == ([], 30, str(made / f"later-{form}.html"))
    assert (made / f"later-{form}.html").read_bytes() == (made / "jsonl.html").read_bytes()
    assert (made / f"{form}.html").read_bytes() == (made / "jsonl.html").read_bytes()


def test_the_page_of_a_sample_says_so(made: Path):
    """Its conversations are generated."""
    assert "SAMPLE DATA: all of these conversations are generated" in (made / "jsonl.html").read_text()


def test_a_table_gives_back_what_was_written(made: Path):
    """All fields but those that are null, which a table leaves empty."""
    lines, rows = (list(read_results(made / name)) for name in ("y.jsonl", "y.csv"))
    one, two = next(pair for pair in zip(lines, rows, strict=True) if part(pair[0], "language")["supported"])
    for name in ("id", "overall", "turns", "evidence", "skipped", "times", "generated", "agent"):
        assert two[name] == one[name], name


def test_the_newest_whole_result_of_spark_is_read(made: Path):
    """Its folder names the one that counts."""
    spark = made / "spark"
    for number, name in ((1, "old"), (2, "new")):
        (spark / f"commits/{number:09d}").mkdir(parents=True)
        (spark / f"commits/{number:09d}/part-0000.txt").write_text(f"{name}\n")
        (spark / f"data/{name}").mkdir(parents=True)
    (spark / "data/new/part-0000.parquet").write_bytes((made / "y.parquet").read_bytes())
    assert run(made, "spark", "spark.html")["conversations"] == 30
    assert (made / "spark.html").read_bytes() == (made / "jsonl.html").read_bytes()


def test_agents_are_pseudonymous(made: Path):
    """No id of the source is in the result or on the page; the same agent has the same name."""
    written = (made / "y.jsonl").read_text() + (made / "jsonl.html").read_text()
    given = {str(one["agent_id"]) for one in make_conversations(0, 30)}
    named = {one["agent"] for one in read_results(made / "y.jsonl")}
    assert [name for name in given if name in written] == []
    assert len(named) == len(given)


def test_peoples_reviews_stand_beside_our_scores(made: Path, tmp_path: Path):
    """Those in the state store, of the conversations of the result."""
    scored = [one for one in read_results(made / "y.jsonl") if part(one, "overall")["satisfaction"] is not None]
    given = [
        Answer(conversation=str(one["id"]), question="satisfaction", value=str(1 + at % 5), reviewer="p1")
        for at, one in enumerate(scored[:22])
    ]
    store_answers(Settings(_env_file=None, state=tmp_path), given)
    run(made, "y.jsonl", "reviewed.html", state=tmp_path)
    html = (made / "reviewed.html").read_text()
    assert "Reviews by people" in html
    assert "Of 22 conversations with such a score" in html


@pytest.mark.parametrize(
    ("name", "told"), [("folder", "is a folder"), ("nowhere/r.html", "no folder that is there"), ("x.jsonl", "another")]
)
def test_a_report_that_cannot_be_written_is_refused_before_scoring(made: Path, name: str, told: str):
    """A folder, a folder that is not there, and a file that is written otherwise."""
    (made / "folder").mkdir(exist_ok=True)
    with pytest.raises(InputError, match=told):
        run(made, "x.jsonl", name, inputs=(str(made / "talks.jsonl"),))
    assert not (made / "x.jsonl").exists()


@pytest.mark.parametrize("out", [None, Path("abfss://store@account.dfs.core.windows.net/scores")])
def test_spark_has_no_page_of_what_is_elsewhere(out: Path | None, tmp_path: Path):
    """A table, or a folder of a store; said before Spark is started."""
    request = AnalysisRequest(inputs=("x.jsonl",), out=out, report=tmp_path / "r.html", engine="spark")
    with pytest.raises(InputError, match="a folder of this machine"):
        analyze(request, lambda: Settings(_env_file=None), watch=lambda _: None)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("gone.jsonl", None, "there is no result"),
        ("talks.jsonl", '{"id": "1", "turns": []}\n', ":1: no result"),
        ("broken.jsonl", '{"id": "1", "overall"', ":1: no result"),
        ("other.csv", "a,b\n1,2\n", "has no column 'id'"),
        ("other.parquet", "none", "cannot be read"),
    ],
)
def test_what_is_no_result_is_named(tmp_path: Path, name: str, text: str | None, told: str):
    """With its place, and without a page."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=told):
        run(tmp_path, name, "r.html")
    assert not (tmp_path / "r.html").exists()


def test_ids_are_called_by_their_titles():
    """Those of the configuration."""
    assert names_of(Scoring(reasons=(ContactReason(id="late", title="A delivery is late"),))) == {
        "late": "A delivery is late"
    }
