"""What guides were used for, read off the journal once per run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from orchestrator.core.guide_record import GuideRecord
from orchestrator.core.report import Json
from orchestrator.store.database import Connection, Database
from orchestrator.store.documents import from_stamp, from_text

_BATCH = 500
_ENDED = (
    "SELECT j.run, j.at, j.body FROM journal j WHERE j.kind = 'RunFinished' "
    "AND NOT EXISTS (SELECT 1 FROM guide_uses u WHERE u.run = j.run) ORDER BY j.at, j.run, j.seq LIMIT ?"
)
_KEEP = (
    "INSERT INTO guide_uses (run, at, guide, version, verdict) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (run) DO UPDATE SET at = excluded.at, guide = excluded.guide, version = excluded.version, "
    "verdict = excluded.verdict"
)
_OPEN_ENDED = ("inconclusive", "no_data")
# the last word on an incident's verdict counts
_JUDGED = (
    "SELECT m.guide, m.outcome, count(*) FROM incident_marks m WHERE m.guide <> '' AND m.number = "
    "(SELECT max(n.number) FROM incident_marks n WHERE n.incident = m.incident AND n.guide = m.guide) "
    "GROUP BY m.guide, m.outcome"
)
_COUNTED = "SELECT guide, verdict, count(*), max(at) FROM guide_uses WHERE guide <> '' GROUP BY guide, verdict"


class GuideUses:
    """The records of guides in a state store; every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def catch_up(self) -> None:
        """Read the runs that ended since; cheap where none did."""
        while rows := self._database.read(_ENDED, _BATCH):
            with self._database.transaction(alone="guide_uses", durable=False) as connection:
                for run, at, body in rows:
                    _keep(connection, str(run), str(at), from_text(body, what=f"the report of run {run}"))

    def records(self) -> Mapping[str, GuideRecord]:
        """The record of every guide that was used, by its id."""
        self.catch_up()
        found: dict[str, GuideRecord] = {}
        for guide, verdict, count, newest in self._database.read(_COUNTED):
            found[str(guide)] = _counted(
                found.get(str(guide), GuideRecord(guide=str(guide))), str(verdict), cast("int", count), str(newest)
            )
        for guide, outcome, count in self._database.read(_JUDGED):
            before = found.get(str(guide), GuideRecord(guide=str(guide)))
            number = cast("int", count)
            right = outcome == "confirmed"
            found[str(guide)] = replace(before, confirmed=number) if right else replace(before, wrong=number)
        return {guide: replace(record, version=self._version(guide)) for guide, record in sorted(found.items())}

    def _version(self, guide: str) -> str:
        rows = self._database.read(
            "SELECT version FROM guide_uses WHERE guide = ? ORDER BY at DESC, run DESC LIMIT 1", guide
        )
        return str(rows[0][0]) if rows else ""


def _counted(record: GuideRecord, verdict: str, count: int, newest: str) -> GuideRecord:
    at = from_stamp(newest)
    return replace(
        record,
        used=record.used + count,
        inconclusive=record.inconclusive + (count if verdict in _OPEN_ENDED else 0),
        last_used=at if record.last_used is None else max(at, record.last_used),
    )


def _keep(connection: Connection, run: str, at: str, event: Json) -> None:
    """A row for every run, so that none is read twice; without a guide where it has none, or looked at made-up data."""
    report = event.get("report")
    subject = report if isinstance(report, dict) else {}
    guide = subject.get("guide")
    verdict = subject.get("verdict")
    values = ("", "", "")
    if isinstance(guide, dict) and isinstance(verdict, dict) and subject.get("source") != "sample":
        values = (str(guide.get("id") or ""), str(guide.get("version") or ""), str(verdict.get("status") or ""))
    connection.execute(_KEEP, run, at, *values)
