"""What is purged and what stays, in both stores."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.core.errors import InputError
from orchestrator.core.events import Event, RunFinished, RunStarted
from orchestrator.core.pinning import PinnedText
from orchestrator.core.purging import Subject
from orchestrator.core.queueing import RunRequest
from orchestrator.store.database import Database, SqliteDatabase
from orchestrator.store.documents import stamp
from orchestrator.store.journal import StoredJournal
from orchestrator.store.memory import StoredMemory
from orchestrator.store.pins import StoredPins
from orchestrator.store.purged_tables import PURGED
from orchestrator.store.purging import compact, note_purge, purge_before, purge_subject
from orchestrator.store.queue import StoredQueue

OLD = datetime(2026, 5, 4, 10, 50, tzinfo=UTC)
BEFORE = OLD + timedelta(days=30)
NEW = OLD + timedelta(days=60)
MAIL = "ann.lee@shop.example"


def run(database: Database, name: str, *, at: datetime, status: str | None = "answered", said: str = "why?") -> None:
    """A run with a result, asked for through the queue; without status it has no end."""
    journal = StoredJournal(database, clock=lambda: at)
    started = RunStarted(
        run=name,
        session="s",
        message=said,
        source="files",
        at=at,
        now=at,
        inputs={},
        guides={"g": f"{'a' * 10}{len(name):02d}"},
    )
    events: list[Event] = [started]
    if status is not None:
        events.append(RunFinished(status=status, report={"agent": "triage", "message": f"I told {MAIL}."}))
    for event in events:
        journal.append(name, event)
    StoredMemory(database, name, clock=lambda: at).keep("1/query/E1", {"rows": [[MAIL, 1]]})
    queue = StoredQueue(database)
    queue.request(
        RunRequest(run=name, kind="ask", body={"message": said}, by="local:ann", key=f"k:{MAIL}:{name}"), now=at
    )
    if status in {"answered", "failed"}:
        queue.claim("e", now=at, lease_s=60, run=name)
        queue.end(name, executor="e", outcome=status, now=at)


def runs(database: Database) -> set[object]:
    """The runs of which anything is left."""
    tables = ("journal", "results", "run_requests")
    return {name for table in tables for (name,) in database.read(f"SELECT run FROM {table}")}  # noqa: S608  # ours


def everything(database: Database) -> str:
    """All that is stored."""
    return "\n".join(str(database.read(f"SELECT * FROM {item.table}")) for item in PURGED)  # noqa: S608  # declared


def test_every_table_is_declared(database: Database) -> None:
    """A new table says how it is purged, and which of its columns may name a person."""
    found = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if database.dialect == "sqlite"
        else "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() "
        "AND table_name <> 'schema_version'"
    )
    assert {name for (name,) in database.read(found)} == {item.table for item in PURGED}
    assert len({item.table for item in PURGED}) == len(PURGED)
    for item in PURGED:
        assert not set(item.words) & set(item.key)
        assert set(item.unique) <= set(item.words)


def test_what_is_old_and_over_goes(database: Database) -> None:
    """What is under way, waits, or has no end stays, and is counted; so does what is new."""
    for name, status in (("over", "answered"), ("failed", "failed"), ("waits", "waiting"), ("killed", None)):
        run(database, name, at=OLD, status=status)
    run(database, "new", at=NEW)
    counts = {item.table: (item.rows, item.kept) for item in purge_before(database, BEFORE)}
    assert runs(database) == {"waits", "killed", "new"}
    assert (counts["journal"], counts["results"], counts["run_requests"]) == ((4, 3), (2, 2), (2, 2))


def test_a_dry_run_counts_and_changes_nothing(database: Database) -> None:
    """It counts what the purge then does."""
    for name in ("a", "b"):
        run(database, name, at=OLD)
    before = everything(database)
    by_age = purge_before(database, BEFORE, dry_run=True)
    by_name = purge_subject(database, Subject(MAIL), dry_run=True)
    assert everything(database) == before
    assert purge_subject(database, Subject(MAIL)) == by_name
    assert purge_before(database, BEFORE) == by_age
    assert sum(item.rows for item in by_age) == 8


def test_a_guide_that_no_run_keeps_to_goes(database: Database) -> None:
    """Others stay, however old they are."""
    run(database, "old", at=OLD)
    run(database, "stays", at=NEW)
    texts = [PinnedText(version=f"{'a' * 10}{len(name):02d}", path="g.md", text="#") for name in ("old", "stays")]
    StoredPins(database).pin(texts)
    purge_before(database, BEFORE)
    assert [StoredPins(database).pinned(text.version) for text in texts] == [None, texts[1]]


def test_a_person_is_taken_out_of_the_record(database: Database) -> None:
    """Out of every table, in any case of letters; the record keeps its shape and can be read."""
    for name in ("a", "b"):
        run(database, name, at=OLD, said=f'order of ANN.LEE@shop.example, "{MAIL}"; not joann.lee@shop.example')
    counts = {item.table: (item.rows, item.kept) for item in purge_subject(database, Subject(MAIL)) if item.rows}
    assert counts == {"journal": (4, 0), "results": (2, 0), "run_requests": (2, 0)}
    left = everything(database).lower()
    assert left.count(MAIL) == left.count(f"jo{MAIL}") == 4
    journal, queue = StoredJournal(database), StoredQueue(database)
    assert journal.events("a")[0]["message"] == 'order of [purged], "[purged]"; not joann.lee@shop.example'
    assert journal.runs(limit=1)[0].status == "answered"
    assert StoredMemory(database, "a").recall("1/query/E1") == {"rows": [["[purged]", 1]]}
    keys = [found.request.key or "" for name in ("a", "b") if (found := queue.find(name))]
    assert [key.split("]")[1] for key in keys] == [":a", ":b"]


def test_words_of_what_is_not_over_stay(database: Database) -> None:
    """They are counted, to be purged once it is over."""
    run(database, "killed", at=OLD, status=None, said=MAIL)
    counts = {item.table: (item.rows, item.kept) for item in purge_subject(database, Subject(MAIL)) if item.kept}
    assert counts == {"journal": (0, 1), "results": (0, 1), "run_requests": (0, 1)}
    assert StoredJournal(database).events("killed")[0]["message"] == MAIL


@pytest.mark.parametrize(
    ("stage", "kinds", "stays"),
    [
        ("verified", ("ActionRequested", "ActionVerified"), False),
        ("denied", ("ActionRequested", "ActionDenied"), False),
        ("waiting", ("ActionRequested", "ActionRuled"), True),
        ("unknown", ("ActionRequested", "OutcomeUnknown"), True),
        ("verified", ("ActionRequested", "GlassBroken"), True),
        ("verified", ("ActionRequested", "GlassBroken", "GlassReviewed"), False),
    ],
)
def test_an_action_stays_while_somebody_has_to_see_to_it(
    database: Database, stage: str, kinds: Sequence[str], *, stays: bool
) -> None:
    """And with it the run that proposed it; one that is settled goes, and its words before it."""
    run(database, "r", at=OLD)
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO actions (number, workflow, subject, action_key, stage, run, requested_at, version) "
            "VALUES (1, 'restart_service', ?, ?, ?, 'r', ?, 1)",
            *(MAIL, f"restart_service:{MAIL}:1", stage, stamp(OLD)),
        )
        for seq, kind in enumerate(kinds, start=1):
            connection.execute("INSERT INTO action_events VALUES (1, ?, ?, ?, ?)", seq, stamp(OLD), kind, f'"{MAIL}"')
    named = {item.table: (item.rows, item.kept) for item in purge_subject(database, Subject(MAIL))}
    assert named["action_events"] == ((0, len(kinds)) if stays else (len(kinds), 0))
    aged = {item.table: (item.rows, item.kept) for item in purge_before(database, BEFORE)}
    assert aged["actions"] == ((0, 0) if stays else (1, 0))
    assert aged["action_events"] == ((0, len(kinds)) if stays else (len(kinds), 0))
    assert runs(database) == ({"r"} if stays else set())


@pytest.mark.parametrize(
    ("subject", "value", "left"),
    [
        (
            "C-10442",
            {"id": "c-10442", "C-10442": ["XC-10442", "C-104421"]},
            {"id": "[purged]", "[purged]": ["XC-10442", "C-104421"]},
        ),
        ("10442", [10442, "10442 is late", 104421, True, None], ["[purged]", "[purged] is late", 104421, True, None]),
        ("Ann  Lee", "Ann\nLee and ANN LEE, not Joann Lee", "[purged] and [purged], not Joann Lee"),
        ("Ünal", ["ÜNAL?", "ünal"], ["[purged]?", "[purged]"]),
    ],
)
def test_a_subject_is_a_word_of_its_own(subject: str, value: object, left: object) -> None:
    """Not a part of another, and a number as well as a text."""
    assert Subject(subject).purge(value) == left


@pytest.mark.parametrize("subject", ["", "ab", "  a ", "status", "finding", "kind_of", "2026-05-04", "17"])
def test_a_subject_that_would_take_much_else_along_is_refused(subject: str) -> None:
    """Fields and states of records are written so."""
    with pytest.raises(InputError, match="too common to purge"):
        Subject(subject)


def test_a_name_without_ascii_letters_is_found(database: Database) -> None:
    """The database cannot look for it by itself."""
    run(database, "a", at=OLD, said="Παπαδόπουλος is unhappy")
    purge_subject(database, Subject("παπαδόπουλος"))
    assert StoredJournal(database).events("a")[0]["message"] == "[purged] is unhappy"


def test_what_was_purged_is_gone_from_the_file(tmp_path: Path) -> None:
    """Neither free pages nor the log that was written ahead hold it."""
    with SqliteDatabase(tmp_path / "journal.db") as database:
        run(database, "a", at=OLD, said=f"order of {MAIL}")
        purge_subject(database, Subject(MAIL))
        assert compact(database)
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert MAIL.encode() not in files


def test_a_purge_is_noted_without_its_subject(database: Database) -> None:
    """When, by whom, and how many rows of which tables."""
    run(database, "a", at=OLD)
    note_purge(database, purge_subject(database, Subject(MAIL)), by="local:ben", now=NEW, before=None)
    assert compact(database)
    ((number, at, by, before, body),) = database.read("SELECT * FROM purges")
    assert (number, at, by, before) == (1, "2026-07-03T10:50:00.000000Z", "local:ben", None)
    assert body == '{"results": 1, "run_requests": 1, "journal": 1}'
    assert MAIL not in everything(database)


def test_others_at_work_do_not_keep_a_purge(open_again: Callable[[], Database]) -> None:
    """A reader with an open transaction only keeps the file from being compacted, and that is told."""
    database, other = open_again(), open_again()
    run(database, "a", at=OLD)
    purge_before(database, BEFORE)
    if database.dialect == "sqlite":
        database.read("PRAGMA busy_timeout = 50")
    with other.transaction():
        assert compact(database) is (database.dialect == "postgresql")
    assert runs(other) == set()
