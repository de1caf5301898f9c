"""Purges the state store: rows by age, and words about a person in those that stay."""

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from orchestrator.core.errors import StoreError
from orchestrator.core.purging import PurgedTable, Subject
from orchestrator.store.database import Connection, Database, Row, Value, next_number
from orchestrator.store.documents import stamp, to_text
from orchestrator.store.purged_tables import PURGED, Purged

ALONE = "purge"
_VERSION = re.compile(r'"([0-9a-f]{8,64})"')
_KEEPERS = "SELECT body FROM journal WHERE kind = 'RunStarted' UNION ALL SELECT body FROM run_requests"
_NOTE = "INSERT INTO purges (number, at, purged_by, before, body) VALUES (?, ?, ?, ?, ?)"


class _RolledBackError(Exception):
    """Ends a dry run."""


def purge_before(database: Database, before: datetime, *, dry_run: bool = False) -> tuple[PurgedTable, ...]:
    """Delete what was last touched before then and is over; by table, what went and what stays since it is not over."""
    done: list[PurgedTable] = []
    with _transaction(database, dry_run=dry_run) as connection:
        for table in PURGED:
            if table.old:
                done.append(_delete(connection, table, before=before))
            elif table.table == "pinned_texts":
                done.append(PurgedTable(table=table.table, rows=_delete_unpinned(connection), kept=0))
    return tuple(done)


def purge_subject(database: Database, subject: Subject, *, dry_run: bool = False) -> tuple[PurgedTable, ...]:
    """Overwrite what names the subject; by table, in how many rows, and in how many that are not over it stays."""
    # values that must stay apart are overwritten by a word that tells this purge from another
    apart = f"[purged-{secrets.token_hex(4)}]"
    with _transaction(database, dry_run=dry_run) as connection:
        return tuple(_overwrite(connection, table, subject, apart=apart) for table in PURGED if table.words)


def note_purge(
    database: Database, tables: Sequence[PurgedTable], *, by: str, now: datetime, before: datetime | None
) -> None:
    """Write down that this was purged."""
    rows = {table.table: table.rows for table in tables if table.rows}
    with database.transaction(alone=ALONE) as connection:
        number = next_number(connection, "purges")
        connection.execute(_NOTE, number, stamp(now), by, stamp(before) if before else None, to_text(rows))


def compact(database: Database) -> bool:
    """Give the room of what went back, so that the file holds it no longer; False where others are at work."""
    try:
        if database.dialect == "sqlite":
            database.read("VACUUM")
            database.read("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            database.read("VACUUM " + ", ".join(table.table for table in PURGED))
    except StoreError as error:
        if not error.retryable:
            raise
        return False
    return True


@contextmanager
def _transaction(database: Database, *, dry_run: bool) -> Iterator[Connection]:
    """A transaction; a dry run does all of it and takes it back, so that its counts are the true ones."""
    with suppress(_RolledBackError), database.transaction(alone=ALONE) as connection:
        yield connection
        _finish(dry_run=dry_run)


def _finish(*, dry_run: bool) -> None:
    if dry_run:
        raise _RolledBackError


def _delete(connection: Connection, table: Purged, *, before: datetime) -> PurgedTable:
    values = [stamp(before)] * table.old.count("?")
    is_open = table.open or "1 = 0"
    ((kept,),) = connection.execute(
        f"SELECT count(*) FROM {table.table} WHERE ({table.old}) AND ({is_open})",  # noqa: S608  # the declared table's
        *values,
    )
    ((old,),) = connection.execute(
        f"SELECT count(*) FROM {table.table} WHERE ({table.old}) AND NOT ({is_open})",  # noqa: S608  # the declared table's
        *values,
    )
    if old:
        connection.execute(f"DELETE FROM {table.table} WHERE ({table.old}) AND NOT ({is_open})", *values)  # noqa: S608  # the declared table's
    return PurgedTable(table=table.table, rows=_count(old), kept=_count(kept))


def _delete_unpinned(connection: Connection) -> int:
    """Texts that no run that is left keeps to."""
    used = {version for (body,) in connection.execute(_KEEPERS) for version in _VERSION.findall(str(body))}
    known = [str(version) for (version,) in connection.execute("SELECT version FROM pinned_texts")]
    unused = [version for version in known if version not in used]
    for version in unused:
        connection.execute("DELETE FROM pinned_texts WHERE version = ?", version)
    return len(unused)


def _overwrite(connection: Connection, table: Purged, subject: Subject, *, apart: str) -> PurgedTable:
    rows = kept = 0
    for row in _named(connection, table, subject):
        key, words, is_open = row[: len(table.key)], row[len(table.key) : -1], row[-1]
        changed = {
            column: _purged(subject, word, instead=apart if column in table.unique else None)
            for column, word in zip(table.words, words, strict=True)
        }
        if list(changed.values()) == list(words):
            continue
        if is_open:
            kept += 1
            continue
        assignments = ", ".join(
            [*(f"{column} = ?" for column in table.words), *(f"{column} = ''" for column in table.sealed)]
        )
        same = " AND ".join(f"{column} = ?" for column in table.key)
        # what another process wrote meanwhile is not overwritten: it is met by the next purge
        as_read = " AND ".join(f"{column} IS NOT DISTINCT FROM ?" for column in table.words)
        written = connection.execute(
            f"UPDATE {table.table} SET {assignments} WHERE {same} AND {as_read} RETURNING 1",  # noqa: S608  # the declared table's
            *changed.values(),
            *(_value(part) for part in key),
            *(None if word is None else _value(word) for word in words),
        )
        rows += len(written)
        kept += 1 - len(written)
    return PurgedTable(table=table.table, rows=rows, kept=kept)


def _named(connection: Connection, table: Purged, subject: Subject) -> list[Row]:
    """The rows that may name the subject: key, words, and whether they are open."""
    probe = subject.probe()
    held = " OR ".join(f"lower({column}) LIKE ?" for column in table.words) if probe else "1 = 1"
    values = [f"%{probe}%"] * len(table.words) if probe else []
    columns = ", ".join((*table.key, *table.words))
    is_open = table.open or "1 = 0"
    return connection.execute(
        f"SELECT {columns}, CASE WHEN {is_open} THEN 1 ELSE 0 END FROM {table.table} WHERE {held}",  # noqa: S608  # the declared table's
        *values,
    )


def _purged(subject: Subject, word: object, *, instead: str | None) -> str | None:
    """A column's text without the subject; JSON stays JSON."""
    if word is None:
        return None
    text = str(word)
    if instead is not None:
        return subject.pattern().sub(instead, text)
    try:
        document = json.loads(text) if text[:1] in {"{", "[", '"'} else None
    except (ValueError, RecursionError):  # a text that only begins so, or a damaged document
        document = None
    if document is None:
        return str(subject.purge(text))
    purged = subject.purge(document)
    return text if purged == document else to_text(purged)


def _count(value: object) -> int:
    return int(str(value))


def _value(part: object) -> Value:
    return part if isinstance(part, int) else str(part)
