import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.sentiment.scoring.lines import JudgeFromDocument
from orchestrator.app.analysis.spark import analyze_on_spark
from orchestrator.batch.flat_tables import COLUMNS
from orchestrator.batch.run import BatchJob, run_batch
from orchestrator.batch.spark.folder_target import FolderTarget
from orchestrator.batch.spark.session import errors_in_our_words
from orchestrator.batch.spark.table_target import TableTarget, merge_sql
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scoring import Scoring, scoring_document
from orchestrator.core.errors import InputError, SwitchboardError
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document
from playbooks.samples.conversations.conversations import make_conversations

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'switchboard[spark]'")
pytestmark = [
    pytest.mark.skipif(
        shutil.which("java") is None and "JAVA_HOME" not in os.environ,
        reason="there is no Java: apt-get install openjdk-17-jre-headless",
    ),
    # of PySpark's own, on other versions of what it uses
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning",
        "ignore::FutureWarning",
        "ignore::ResourceWarning",
        "ignore:Failed to set:UserWarning",
    ),
]

SCORING = Scoring(reasons=(ContactReason(id="late", title="Late", phrases={"order is late": 2.0}),))
OTHER = Scoring(redaction="off")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A small session for all tests of this module; on Spark Connect where SPARK_REMOTE says so."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder
    if "SPARK_REMOTE" not in os.environ:
        builder = builder.master("local[2]")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        # short tests end before the better compiler pays
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
        "spark.sql.session.timeZone": "America/New_York",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def talk(name: str, *texts: str, **fields: object) -> str:
    """A line with a conversation of one customer."""
    turns = [{"speaker": "customer", "text": text} for text in texts]
    return json.dumps({"id": name, "turns": turns, **fields}, ensure_ascii=False)


def write(path: Path, *lines: str) -> Path:
    """A file of lines."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def analyze(spark: Any, *inputs: Path, out: Path | None = None, scoring: Scoring = SCORING, **options: Any) -> Document:
    """Score on Spark."""
    request = AnalysisRequest(inputs=tuple(map(str, inputs)), out=out, engine="spark", **options)
    return analyze_on_spark(request, scoring, spark=spark)


def here(*inputs: Path, columns: dict[str, str] | None = None, scoring: Scoring = SCORING) -> tuple[Path, Path]:
    """Score on this machine; the result's table and the rejects."""
    out = inputs[0].with_name("here.parquet")
    job = BatchJob(
        inputs=tuple(map(str, inputs)), out=out, rejects=out.with_suffix(".rejects"), columns=columns or {}, processes=0
    )
    run_batch(job, JudgeFromDocument(json.dumps(scoring_document(scoring))), watch=lambda _: None)
    return out, job.rejects


def table_here(path: Path) -> list[dict[str, Any]]:
    """The rows of a local table."""
    import duckdb  # noqa: PLC0415

    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM read_parquet('{path}') ORDER BY id")  # noqa: S608
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def rows(frame: Any) -> list[dict[str, Any]]:
    """The rows of a frame, by id."""
    return sorted((row.asDict() for row in frame.collect()), key=lambda row: row["id"])


def result(spark: Any, document: Document) -> list[dict[str, Any]]:
    """What a run's document names as the result."""
    return rows(spark.read.parquet(document["out"]))


def rejects_of(folder: object) -> list[dict[str, Any]]:
    """The rejected records, in order."""
    return [json.loads(line) for part in sorted(Path(str(folder)).glob("*.json")) for line in part.open()]


def counts(document: Document) -> tuple[object, ...]:
    """Scored, unchanged, rejected."""
    return document["conversations"], document["unchanged"], document["rejected"]


def newest(spark: Any, out: Path) -> str:
    """The folder of the result that counts."""
    target = FolderTarget(spark=spark, folder=str(out), run="unused")
    target.existing()
    return target.place


def test_the_sample_is_scored_as_on_one_machine(spark: Any, tmp_path: Path) -> None:
    """A hundred conversations give the same documents and the same table."""
    lines = [json.dumps(one, ensure_ascii=False) for one in make_conversations(0)]
    source = write(tmp_path / "a.jsonl", *lines)
    expected = table_here(here(source)[0])

    document = analyze(spark, source, out=tmp_path / "out")
    found = result(spark, document)

    assert counts(document) == (100, 0, 0)
    assert expected == [{name: row[name] for name in COLUMNS} for row in found]
    assert [*COLUMNS, "document", "input_sha256"] == list(found[0])
    assert all(json.loads(row["document"])["overall"]["quality"] == row["quality"] for row in found)
    assert spark.conf.get("spark.sql.session.timeZone") == "America/New_York"


def test_only_what_changed_is_scored(spark: Any, tmp_path: Path) -> None:
    """A second run scores what is new or changed, and replaces it; another configuration scores all."""
    source, out = tmp_path / "a.jsonl", tmp_path / "out"
    write(source, talk("a", "good"), talk("b", "bad"), talk("c", "so so"))
    first = analyze(spark, source, out=out)
    again = analyze(spark, source, out=out)
    write(source, talk("a", "good"), talk("b", "much better now, thanks"), talk("d", "new"))
    changed = analyze(spark, source, out=out)
    other = analyze(spark, source, out=out, scoring=OTHER)

    assert [counts(one) for one in (first, again, changed, other)] == [(3, 0, 0), (0, 3, 0), (2, 1, 0), (3, 0, 0)]
    assert first["out"] == again["out"] != changed["out"]
    assert [row["id"] for row in result(spark, changed)] == ["a", "b", "c", "d"]
    of_b = next(row for row in result(spark, changed) if row["id"] == "b")
    assert json.loads(of_b["document"])["overall"]["sentiment"] > 0
    configurations = {row["id"]: row["config_sha256"] for row in result(spark, other)}
    assert configurations["c"] != configurations["a"] == configurations["d"]


def test_rejected_records_have_their_place(spark: Any, tmp_path: Path) -> None:
    """However Spark splits a file, a bad record has the line, reason and beginning that it has on one machine."""
    source = tmp_path / "a b+c.jsonl"
    lines = [talk("first", "hello"), "", "not json", talk("first", "again")]
    lines += [talk(f"c{number}", "some words " * 30) for number in range(40)] + ['{"id": "late", "turns": []}']
    write(source, *lines)
    with source.open("ab") as stream:
        stream.write(b'{"id": "x", "turns": [{"speaker": "customer", "text": "caf\xff"}]}\r\n')
    expected = [json.loads(line) for line in here(source)[1].open()]

    spark.conf.set("spark.sql.files.maxPartitionBytes", "3000")
    try:
        document = analyze(spark, source, out=tmp_path / "out")
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")
    found = rejects_of(document["rejects"])

    assert counts(document) == (41, 0, 4)
    assert expected == found


def test_messages_of_csv_are_brought_together(spark: Any, tmp_path: Path) -> None:
    """One row for each message, columns named; the documents are those of one machine, and so are the rejects."""
    source = tmp_path / "m.csv"
    columns = {"id": "chat", "speaker": "role", "text": "body", "at": "when"}
    write(
        source,
        "chat,role,body,when,queue,note",
        'x1,customer,"hello, ""you""\nthere",2026-01-01T10:00:05Z,,n',
        "x2,agent,how can I help,,q,n",
        "x1,agent,first of all,2026-01-01T10:00:01Z,late,n",
        ",agent,lost,,,n",
        "x2,customer,my order is late,,r,n",
        "x3,customer,a,,b,c,d",
    )
    expected = table_here(here(source, columns=columns)[0])

    document = analyze(spark, source, out=tmp_path / "out", columns=columns)

    assert counts(document) == (2, 0, 2)
    assert document["ignored_columns"] == ["note"]
    assert expected == [{name: row[name] for name in COLUMNS} for row in result(spark, document)]
    assert sorted(one["reason"].partition(",")[0].partition(":")[0] for one in rejects_of(document["rejects"])) == [
        "the row has more cells than the header",
        "the row has no id",
    ]


def test_lines_may_hold_messages(spark: Any, tmp_path: Path) -> None:
    """JSON Lines of messages are recognised, as on one machine."""
    messages = [
        {"id": "a", "speaker": "customer", "text": "my order is late"},
        {"id": "a", "speaker": "agent", "text": "oh"},
    ]
    source = write(tmp_path / "m.jsonl", *map(json.dumps, messages), "{broken")
    expected = table_here(here(source)[0])

    document = analyze(spark, source, out=tmp_path / "out")

    assert counts(document) == (1, 0, 1)
    assert expected == [{name: row[name] for name in COLUMNS} for row in result(spark, document)]


def test_tables_and_parquet_of_conversations(spark: Any, tmp_path: Path) -> None:
    """Nested turns in a table or a file, with times; other columns of theirs are left out and named."""
    conversation = (
        "SELECT 'p' AS id, array(named_struct('speaker', 'customer', 'text', 'my order is late', "
        "'at', TIMESTAMP '2026-01-01 10:00:00.5Z')) AS turns, DATE '2026-01-01' AS loaded_on, 4 AS survey_csat"
    )
    spark.sql(conversation).write.saveAsTable("chats")
    spark.sql(conversation).drop("loaded_on").coalesce(1).write.parquet(str(tmp_path / "nested"))

    of_table = analyze(spark, out=tmp_path / "out", table="chats")
    of_files = analyze(spark, tmp_path / "nested", out=tmp_path / "other")
    expected = table_here(here(next((tmp_path / "nested").glob("*.parquet")))[0])

    assert (counts(of_table), of_table["ignored_columns"]) == ((1, 0, 0), ["loaded_on"])
    assert expected == [{name: row[name] for name in COLUMNS} for row in result(spark, of_table)]
    assert expected == [{name: row[name] for name in COLUMNS} for row in result(spark, of_files)]


def test_a_table_of_messages_into_a_table(spark: Any) -> None:
    """A view shows the newest whole table; the same rows in another order are unchanged."""
    messages = "('a', 'customer', 'hello'), ('a', 'agent', 'hi'), ('b', 'customer', 'bad')"
    first = f"SELECT * FROM VALUES {messages} AS m(id, role, text)"  # noqa: S608  # the test's own
    spark.sql(first).write.saveAsTable("messages")
    made = analyze(spark, table="messages", out_table="scores")
    spark.sql(f"{first} ORDER BY text DESC").coalesce(1).write.mode("overwrite").saveAsTable("messages")
    again = analyze(spark, table="messages", out_table="scores")
    spark.sql(f"{first} UNION ALL SELECT 'c', 'robot', 'x' UNION ALL SELECT 'b', 'agent', 'sorry'").write.mode(
        "overwrite"
    ).saveAsTable("messages")
    changed = analyze(spark, table="messages", out_table="scores")

    assert [counts(one) for one in (made, again, changed)] == [(2, 0, 0), (0, 2, 0), (1, 1, 1)]
    assert [row["id"] for row in rows(spark.table("scores"))] == ["a", "b"]
    assert changed["rejects"] == "scores_rejects"
    assert [tuple(row)[:3] for row in spark.table("scores_rejects").collect()] == [("messages", None, "c")]
    assert not [one.name for one in spark.catalog.listTables() if "staging" in one.name]


def test_a_table_that_is_no_result_is_refused(spark: Any, tmp_path: Path) -> None:
    """What cannot be merged into is not overwritten."""
    spark.sql("SELECT 1 AS id").write.saveAsTable("precious")
    source = write(tmp_path / "a.jsonl", talk("a", "good"))

    with pytest.raises(InputError, match="neither a Delta table nor a view"):
        analyze(spark, source, out_table="precious")
    with pytest.raises(InputError, match="there is no table 'absent'"):
        analyze(spark, table="absent", out=tmp_path / "out")
    with pytest.raises(InputError, match=r"Spark does not find it: .*PATH_NOT_FOUND"):
        analyze(spark, tmp_path / "absent.jsonl", out=tmp_path / "out")


def test_spark_reads_the_statement_that_merges(spark: Any) -> None:
    """The statement is SQL that Spark parses; only a table that is not Delta makes it refuse."""
    row = "SELECT 'a' AS id, '1' AS scorer_version, 'x' AS config_sha256, 'y' AS input_sha256"
    spark.sql(row).write.saveAsTable("plain")
    spark.table("plain").createOrReplaceTempView("newer")

    with pytest.raises(SwitchboardError, match="MERGE INTO TABLE"), errors_in_our_words():
        spark.sql(merge_sql("plain", "newer")).collect()


def test_a_run_that_was_killed_leaves_the_former_result(spark: Any, tmp_path: Path) -> None:
    """What it had written half-way counts for nothing, and the next run merges into what was there."""
    source, out = write(tmp_path / "a.jsonl", talk("a", "good")), tmp_path / "out"
    former = analyze(spark, source, out=out)
    shutil.copytree(str(former["out"]), out / "staging" / "99990101_killed")
    (out / "data" / "99990101_killed" / "_temporary").mkdir(parents=True)
    (out / "commits" / "000000002" / "_temporary").mkdir(parents=True)

    between = analyze(spark, source, out=out)
    write(source, talk("a", "good"), talk("b", "bad"))
    after = analyze(spark, source, out=out)

    assert (former["out"], (0, 1, 0)) == (between["out"], counts(between))
    assert [row["id"] for row in result(spark, after)] == ["a", "b"]


def test_of_two_runs_at_once_one_is_told(spark: Any, tmp_path: Path) -> None:
    """The second to commit does not replace what the first has written: its work is refused, and nothing is lost."""
    source, out = write(tmp_path / "a.jsonl", talk("a", "good")), tmp_path / "out"
    before = analyze(spark, source, out=out)
    slow = FolderTarget(spark=spark, folder=str(out), run="slow")
    existing = slow.existing()
    assert existing is not None
    write(source, talk("a", "good"), talk("b", "bad"))
    quick = analyze(spark, source, out=out)

    with pytest.raises(SwitchboardError, match="another run has written"):
        slow.merge(existing)
    assert before["out"] != quick["out"] == newest(spark, out)
    analyze(spark, source, out_table="shared")
    slow_table = TableTarget(spark=spark, name="shared", run="slow")
    old = slow_table.existing()
    assert old is not None
    write(source, talk("a", "good"), talk("b", "better"))
    analyze(spark, source, out_table="shared")
    with pytest.raises(SwitchboardError, match="another run has written"):
        slow_table.merge(old)
