import io
import json
import pickletools
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agents.sentiment.scoring.lines import JudgeFromDocument
from orchestrator.app.analysis.spark import ship
from orchestrator.batch.spark import executor
from orchestrator.batch.spark.archive import pack
from orchestrator.batch.spark.names import quoted
from orchestrator.batch.spark.session import first_line, java_version
from orchestrator.batch.spark.shipping import shipped_function
from orchestrator.batch.spark.table_target import merge_sql
from orchestrator.core.conversations.lines import ScoredLine
from orchestrator.core.conversations.reasons import ContactReason
from orchestrator.core.conversations.scoring import Scoring, scoring_document
from orchestrator.core.errors import InputError, SwitchboardError

REASON = ContactReason(id="late", title="Late", group="delivery", phrases={"order is late": 2.0})
SCORING = Scoring(reasons=(REASON,))
RECORD = b'{"id":"c1","turns":[{"speaker":"customer","text":"My order is late, for the third time!"}]}'
EXECUTOR = Path(executor.__file__)

ALONE = """
import importlib.abc, json, sys, types
module = types.ModuleType("shipped"); sys.modules["shipped"] = module
exec(open(sys.argv[1]).read(), module.__dict__)
foreign = types.ModuleType("agents"); sys.modules["agents"] = foreign
factory = ("agents.sentiment.scoring.lines", "JudgeFromDocument")
order = module.Order(open(sys.argv[2], "rb").read(), "key", factory, sys.argv[3], (), False, (), (), (10**6, ""))
judge = module.judge_of(order)
outside = [name for name in sys.modules if name.partition(".")[0] in ("orchestrator", "playbooks", "plugins")]
print(json.dumps({
    "line": judge.judge(sys.argv[4].encode()).line.decode(),
    "outside": outside,
    "kept": sys.modules["agents"] is foreign,
    "once": module.judge_of(order) is judge,
    "site": any("site-packages" in path for path in sys.path),
}))
"""


def test_the_archive_alone_scores_a_conversation(tmp_path: Path) -> None:
    """With nothing but the standard library, and another `agents` installed, the document is the same."""
    archive = tmp_path / "scorer.zip"
    archive.write_bytes(ship(SCORING).archive)
    configuration = json.dumps(scoring_document(SCORING))
    expected = JudgeFromDocument(configuration)().judge(RECORD)
    assert isinstance(expected, ScoredLine)

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, str(EXECUTOR), str(archive), configuration, RECORD.decode()],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    assert {
        "line": expected.line.decode(),
        "outside": [],
        "kept": True,
        "once": True,
        "site": False,
    } == json.loads(done.stdout)


def test_the_archive_is_importable_from_a_path(tmp_path: Path) -> None:
    """The archive is an ordinary zip of modules: whoever wants to may put it on the path instead."""
    archive = tmp_path / "scorer.zip"
    archive.write_bytes(ship(SCORING).archive)
    text = "import sys; sys.path.insert(0, sys.argv[1]); from agents.sentiment.scoring.lines import LineJudge as j"
    text += "; print(j)"

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", text, str(archive)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "<class 'agents.sentiment.scoring.lines.LineJudge'>"


def test_equal_modules_give_equal_bytes() -> None:
    """The archive has no dates of its own, so that an executor's process makes one judge for all tasks."""
    assert pack(["agents.sentiment.scoring.lines"]) == pack(["agents.sentiment.scoring.lines"])


def test_the_archive_holds_what_the_scorer_imports_and_nothing_else() -> None:
    """No surface, no engine, no plugin travels; data files do."""
    names = zipfile.ZipFile(io.BytesIO(ship(SCORING).archive)).namelist()
    rooms = {"/".join(name.split("/")[:3]) for name in names if name.count("/") >= 3}

    assert rooms == {"agents/sentiment/scoring", "orchestrator/core/conversations", "orchestrator/core/personal_data"}
    assert "agents/sentiment/scoring/lexicon.txt" in names


def test_what_is_shipped_imports_nothing_of_ours_late() -> None:
    """Imports inside functions would be answered by what an executor has installed."""
    with zipfile.ZipFile(io.BytesIO(ship(SCORING).archive)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    late = [
        (name, line)
        for name, text in texts.items()
        for line in text.splitlines()
        if line.startswith(" ") and line.strip().startswith(("from orchestrator", "from agents", "import "))
    ]

    assert late == []


def test_what_needs_another_package_is_not_packed() -> None:
    """A module that imports what executors need not have is refused when it is packed, not when it runs."""
    with pytest.raises(SwitchboardError, match="which a Spark executor need not have"):
        pack(["orchestrator.batch.spark.session"])


def test_the_function_is_pickled_by_value() -> None:
    """Nothing in the pickle names a module of ours, and it is small."""
    cloudpickle = pytest.importorskip("pyspark.cloudpickle", reason="PySpark is not installed")
    data = cloudpickle.dumps(shipped_function(ship(SCORING), rows=False))
    texts = [str(argument) for code, argument, _ in pickletools.genops(data) if "UNICODE" in code.name]

    assert [text for text in texts if text.startswith(("orchestrator.batch", "orchestrator.app"))] == []
    assert len(data) < 400_000


def test_messages_stand_by_their_times_where_each_has_one() -> None:
    """A list of messages becomes the record that a batch on one machine makes of them."""
    rows = [
        {"id": "a", "speaker": "agent", "text": "two", "at": "2026-01-01T10:00:02Z", "queue": ""},
        {"id": "a", "speaker": "customer", "text": "one", "at": "2026-01-01 10:00:01", "queue": "q"},
    ]
    whole, turn = ("id", "queue"), ("speaker", "text", "at")

    sorted_rows = json.loads(executor.conversation_of(json.dumps(rows).encode(), whole, turn))
    rows[0].pop("at")
    as_given = json.loads(executor.conversation_of(json.dumps(rows).encode(), whole, turn))

    assert (sorted_rows["id"], sorted_rows["queue"]) == ("a", "q")
    assert [one["text"] for one in sorted_rows["turns"]] == ["one", "two"]
    assert [one["text"] for one in as_given["turns"]] == ["two", "one"]


@pytest.mark.parametrize(
    ("told", "version"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 8), ("no java", None)],
)
def test_javas_version(told: str, version: int | None) -> None:
    """The major version, of new and of old names."""
    assert version == java_version(told)


def test_the_line_of_an_error_that_says_what_was_wrong() -> None:
    """Of an executor's failure it is the last exception's, not the trace."""
    text = "It failed\nTraceback (most recent call last):\n  File 'x', line 1\nKeyError: 'a'\n\n  at java.base"

    assert first_line(text) == "KeyError: 'a'"
    assert first_line("[PATH_NOT_FOUND] no such path.\nmore") == "[PATH_NOT_FOUND] no such path."


def test_names_of_tables_are_quoted() -> None:
    """A name cannot end the statement that it stands in."""
    assert quoted("main.sales.chats", suffix="_run") == "`main`.`sales`.`chats_run`"
    with pytest.raises(InputError, match="is no name of a table"):
        quoted("chats; DROP TABLE x")


def test_the_statement_that_merges() -> None:
    """Rows with the same id and scorer's version are replaced if they differ, the others are added."""
    assert merge_sql("sales.scores", "new") == (
        "MERGE INTO `sales`.`scores` AS target USING `new` AS source "
        "ON target.id = source.id AND target.scorer_version = source.scorer_version "
        "WHEN MATCHED AND (target.config_sha256 <> source.config_sha256 OR target.input_sha256 <> source.input_sha256) "
        "THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
