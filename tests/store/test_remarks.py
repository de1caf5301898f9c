from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.events import RunFinished
from orchestrator.core.guide_record import GuideRecord
from orchestrator.core.incidents.dossier import Mark, NoteKind, Outcome
from orchestrator.store.database import Database
from orchestrator.store.guide_uses import GuideUses
from orchestrator.store.journal import StoredJournal
from orchestrator.store.remarks import StoredRemarks

AT = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
KEY = "AccountKey=" + "c2VjcmV0" * 8


@pytest.fixture
def remarks(database: Database) -> StoredRemarks:
    """Of an empty store, by a fixed clock."""
    return StoredRemarks(database, clock=lambda: AT)


def mark(incident: str, outcome: Outcome, guide: str = "g") -> Mark:
    """A person's word on that guide's verdict."""
    return Mark(incident=incident, number=0, at=AT, who="local:ana", outcome=outcome, run="r", guide=guide, cause="c")


def test_notes_are_numbered_and_keep_no_secret(remarks: StoredRemarks):
    """Each incident counts for itself; what is written is redacted on its way in."""
    remarks.add_note("INC-1", who="local:ana", kind=NoteKind.NOTE, text=f"the key is {KEY}")
    pinned = remarks.add_note("INC-1", who="local:bo", kind=NoteKind.PIN, text="this", about="claim:r#C1")
    other = remarks.add_note("INC-2", who="local:bo", kind=NoteKind.UPDATE, text="posted")
    found = remarks.notes("INC-1")
    assert [note.id for note in (*found, other)] == ["note:INC-1/1", "note:INC-1/2", "note:INC-2/1"]
    assert found[1] == pinned
    assert "c2VjcmV0" not in found[0].text


def test_marks_are_kept_and_the_last_of_an_incident_counts(database: Database, remarks: StoredRemarks):
    """Who changes their mind is counted once."""
    stored = remarks.add_mark(mark("INC-1", Outcome.WRONG))
    remarks.add_mark(mark("INC-1", Outcome.CONFIRMED))
    remarks.add_mark(mark("INC-2", Outcome.CONFIRMED))
    remarks.add_mark(mark("INC-3", Outcome.WRONG))
    remarks.add_mark(mark("INC-4", Outcome.CONFIRMED, guide=""))
    assert remarks.marks("INC-1")[0] == stored
    assert GuideUses(database).records() == {"g": GuideRecord(guide="g", confirmed=2, wrong=1)}


def test_a_guide_s_record_is_counted_from_the_journal(database: Database, remarks: StoredRemarks):
    """Runs on real data count, each once, however often it is asked; sample data and runs without a guide do not."""
    moments = iter(AT + timedelta(minutes=n) for n in range(9))
    journal = StoredJournal(database, clock=lambda: next(moments))
    for run, status, source, version in (
        ("r1", "cause_found", "files", "v1"),
        ("r2", "inconclusive", "live", "v2"),
        ("r3", "cause_found", "sample", "v3"),
    ):
        guide = {"id": "g", "version": version}
        journal.append(run, RunFinished(status="answered", report=_report(source, status, guide)))
    journal.append("r4", RunFinished(status="answered", report={"source": "live", "guide": None, "verdict": None}))
    remarks.add_mark(mark("INC-1", Outcome.CONFIRMED))
    remarks.add_mark(mark("INC-2", Outcome.WRONG, guide="unused"))
    uses = GuideUses(database)
    expected = {
        "g": GuideRecord(
            guide="g", used=2, confirmed=1, inconclusive=1, last_used=AT + timedelta(minutes=1), version="v2"
        ),
        "unused": GuideRecord(guide="unused", wrong=1),
    }
    assert uses.records() == expected
    assert uses.records() == expected
    assert expected["g"].brief() == {"used": 2, "confirmed": 1, "wrong": 0}


def _report(source: str, status: str, guide: dict[str, str]) -> dict[str, object]:
    return {"source": source, "guide": guide, "verdict": {"status": status}}
