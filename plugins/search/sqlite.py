"""The embedded search index: SQLite FTS5 stores the terms and finds candidates, `ranking` orders them."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from orchestrator.core.errors import QueryError, StoreError
from orchestrator.core.ports import Document, FacetCount, Hit, SearchPage, SearchQuery, WriteResult
from plugins.search.analysis import name_terms, pack, passages, text_terms, unpack, unstorable
from plugins.search.paging import Window, rank_blocks, window
from plugins.search.query import QueryTerms, match_expression, query_terms
from plugins.search.ranking import Candidate, Ranked, Statistics
from plugins.search.sections import excerpt

_VERSION = 1  # of the schema and of the terms; an index is built anew when either changes
_CANDIDATES = 200  # documents that BM25 passes on to `rank`
_NAME_WEIGHT, _TEXT_WEIGHT = 4.0, 1.0  # of the two columns, when candidates are found
_KEPT = 4_000  # documents whose terms are kept in memory
_BUSY_S = 10.0
_SCHEMA = """
    CREATE TABLE document (
        key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        fields TEXT NOT NULL, length INTEGER NOT NULL, sections INTEGER NOT NULL
    );
    CREATE TABLE filter (
        key INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, name, value)
    ) WITHOUT ROWID;
    CREATE INDEX filter_value ON filter (name, value, key);
    CREATE VIRTUAL TABLE term USING fts5(names, text, tokenize = 'unicode61 remove_diacritics 0');
    CREATE VIRTUAL TABLE vocabulary USING fts5vocab(term, 'row');
"""
Answer = TypeVar("Answer")


class SqliteIndex:
    """The `Index` port on one SQLite file, or in memory.

    Fields: `title`, `heading`, `alerts`, `symptoms` and `causes` (a line each) are names that a query may meet as a
    whole; `services` and everything else is text; `body` is Markdown, and a passage is one of its sections.
    A field whose name begins with `_` is kept and not searched.

    Safe to use from several tasks and several processes: a batch is one transaction, readers never wait for a writer.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._frequency: dict[str, int] = {}
        self._parsed: dict[int, Candidate] = {}
        self._data_version = -1

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open or create the index; `":memory:"` keeps it in memory. Raises `StoreError`."""
        with _translated(path):
            connection = sqlite3.connect(str(path), timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
            try:
                _prepare(connection, path)
            except BaseException:
                connection.close()
                raise
        return cls(connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._connection.close()

    async def search(self, query: SearchQuery) -> tuple[Hit, ...]:
        """The best documents, best first. A score is the share (0 to 1) of what a perfect document would reach."""
        return await self._run(lambda: self._search(query))

    async def page(self, query: SearchQuery) -> SearchPage:
        """One page with its total and facets; there are no answers, and a caption is the passage."""
        return await self._run(lambda: self._page(query))

    async def write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        """Insert or replace in one transaction; a document that cannot be stored does not hold up the others."""
        return await self._run(lambda: self._write(documents))

    async def delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        """Remove in one transaction; deleting what is not there succeeds."""
        return await self._run(lambda: self._delete(ids))

    async def _run(self, work: Callable[[], Answer]) -> Answer:
        """In a thread: a search takes milliseconds, but a write may wait for another process."""

        def locked() -> Answer:
            with self._lock, _translated("the search index"):
                return work()

        return await asyncio.to_thread(locked)

    def _search(self, query: SearchQuery) -> tuple[Hit, ...]:
        wanted = _words(query)
        with self._transaction("DEFERRED"):
            return self._hits(wanted, query)

    def _page(self, query: SearchQuery) -> SearchPage:
        wanted = _words(query)
        with self._transaction("DEFERRED"):
            return SearchPage(
                hits=self._hits(wanted, query),
                total=self._total(wanted, query),
                facets={name: self._facet(wanted, query, name) for name in query.facets},
            )

    def _hits(self, wanted: QueryTerms, query: SearchQuery) -> tuple[Hit, ...]:
        if not wanted.weights or query.top < 1:
            return ()
        self._forget_changes()
        part = window(query, least=_CANDIDATES)
        candidates = self._candidates(wanted, query, part)
        ranked = rank_blocks(wanted, candidates, self._statistics(wanted, candidates), block=part.block)
        return tuple(self._hit(found) for found in ranked[part.skip :][: query.top])

    def _total(self, wanted: QueryTerms, query: SearchQuery) -> int:
        if not wanted.weights:
            return 0
        matching, values = _matching(wanted, query)
        found: int = self._connection.execute(f"SELECT count(*) {matching}", values).fetchone()[0]
        return found

    def _facet(self, wanted: QueryTerms, query: SearchQuery, name: str) -> tuple[FacetCount, ...]:
        if not wanted.weights:
            return ()
        matching, values = _matching(wanted, query)
        if name == "kind":
            sql = f"SELECT document.kind, count(*) AS number {matching} GROUP BY 1"
        else:
            sql = f"SELECT value, count(*) AS number FROM filter WHERE key IN (SELECT document.key {matching})"  # noqa: S608  # only our own text and question marks
            sql, values = f"{sql} AND name = ? GROUP BY 1", [*values, name]
        rows = self._connection.execute(f"{sql} ORDER BY number DESC, 1", values)
        return tuple(FacetCount(value, count) for value, count in rows)

    def _candidates(self, wanted: QueryTerms, query: SearchQuery, part: Window) -> list[Candidate]:
        matching, values = _matching(wanted, query)
        rows = self._connection.execute(
            f"SELECT term.rowid {matching} "
            f"ORDER BY bm25(term, {_NAME_WEIGHT}, {_TEXT_WEIGHT}), document.id LIMIT ? OFFSET ?",
            [*values, part.stop - part.start, part.start],
        )
        return [self._candidate(key) for (key,) in rows.fetchall()]

    def _candidate(self, key: int) -> Candidate:
        """A document's terms, kept in memory: the same documents are candidates again and again."""
        known = self._parsed.get(key)
        if known is None:
            names, text = self._connection.execute("SELECT names, text FROM term WHERE rowid = ?", (key,)).fetchone()
            known = Candidate(key=key, names=unpack(names), sections=unpack(text))
            if len(self._parsed) < _KEPT:
                self._parsed[key] = known
        return known

    def _forget_changes(self) -> None:
        """Drop what is kept in memory when another connection has written."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._data_version:
            self._forget()
            self._data_version = version

    def _forget(self) -> None:
        self._frequency.clear()
        self._parsed.clear()

    def _statistics(self, wanted: QueryTerms, candidates: Iterable[Candidate]) -> Statistics:
        count, length, parts = self._connection.execute(
            "SELECT count(*), total(length), total(sections) FROM document"
        ).fetchone()
        words = {word for candidate in candidates for name in candidate.names for word in name}
        for word in words.union(wanted.weights).difference(self._frequency):
            row = self._connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (word,)).fetchone()
            self._frequency[word] = row[0] if row else 0
        return Statistics(
            documents=count,
            mean_length=length / count if count else 0.0,
            mean_section=length / parts if parts else 0.0,
            frequency=self._frequency,
        )

    def _hit(self, found: Ranked) -> Hit:
        row = self._connection.execute("SELECT id, kind, fields FROM document WHERE key = ?", (found.key,)).fetchone()
        fields: dict[str, str] = json.loads(row[2])
        parts = passages(fields)
        passage = excerpt(parts[min(found.section, len(parts) - 1)])
        title = fields.get("title") or row[0]
        return Hit(
            id=row[0], kind=row[1], score=found.score, title=title, passage=passage, fields=fields, caption=passage
        )

    def _write(self, documents: Sequence[Document]) -> tuple[WriteResult, ...]:
        with self._transaction("IMMEDIATE"):
            return tuple(self._store(document) for document in documents)

    def _store(self, document: Document) -> WriteResult:
        if reason := unstorable(document):
            return WriteResult(id=document.id, stored=False, reason=reason)
        self._remove(document.id)
        fields = dict(document.fields)
        parts = text_terms(fields)
        length = sum(len(part) for part in parts)
        key = self._connection.execute(
            "INSERT INTO document (id, kind, fields, length, sections) VALUES (?, ?, ?, ?, ?)",
            (document.id, document.kind, json.dumps(fields, ensure_ascii=False), length, len(parts)),
        ).lastrowid
        self._connection.execute(
            "INSERT INTO term (rowid, names, text) VALUES (?, ?, ?)", (key, pack(name_terms(document)), pack(parts))
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO filter (key, name, value) VALUES (?, ?, ?)",
            [(key, name, value) for name, values in dict(document.filters or {}).items() for value in values],
        )
        return WriteResult(id=document.id, stored=True)

    def _delete(self, ids: Sequence[str]) -> tuple[WriteResult, ...]:
        with self._transaction("IMMEDIATE"):
            for identifier in ids:
                self._remove(identifier)
        return tuple(WriteResult(id=identifier, stored=True) for identifier in ids)

    def _remove(self, identifier: str) -> None:
        row = self._connection.execute("SELECT key FROM document WHERE id = ?", (identifier,)).fetchone()
        if row:
            self._connection.execute("DELETE FROM term WHERE rowid = ?", row)
            self._connection.execute("DELETE FROM filter WHERE key = ?", row)
            self._connection.execute("DELETE FROM document WHERE key = ?", row)

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[None]:
        self._connection.execute(f"BEGIN {mode}")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        if mode == "IMMEDIATE":
            self._forget()


def _prepare(connection: sqlite3.Connection, path: str | Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")
    if version not in (0, _VERSION):
        raise StoreError(
            f"{path}: a search index of version {version!r}, this program writes {_VERSION}; delete the file"
        )


@contextmanager
def _translated(place: object) -> Iterator[None]:
    """The one place where SQLite's errors become ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        busy = "locked" in str(error)
        mend = "another process is writing; try again" if busy else "check that the file and its folder are writable"
        raise StoreError(f"{place}: {error}; {mend}", retryable=busy) from error
    except sqlite3.Error as error:
        raise StoreError(f"{place}: {error}; delete the file, it is built anew from the guides") from error


def _words(query: SearchQuery) -> QueryTerms:
    if query.mode in {"vector", "hybrid"}:
        raise QueryError(f"the search mode {query.mode!r} needs vectors and this index has none; search by 'keyword'")
    return query_terms(query.text)


def _matching(wanted: QueryTerms, query: SearchQuery) -> tuple[str, list[object]]:
    """SQL from FROM on, for the documents that match, and its values."""
    conditions, values = _conditions(query)
    # CROSS JOIN keeps the order "terms first": the planner's own order visits every document (40 times slower).
    joined = "FROM term CROSS JOIN document ON document.key = term.rowid WHERE term MATCH ?"
    return f"{joined}{conditions}", [match_expression(tuple(wanted.weights)), *values]


def _conditions(query: SearchQuery) -> tuple[str, list[str]]:
    """SQL after `MATCH ?` and its values."""
    sql, values = "", list[str]()
    if query.kinds:
        sql += f" AND document.kind IN ({_marks(query.kinds)})"
        values.extend(query.kinds)
    for name, allowed in query.where:
        if name == "kind":
            sql += f" AND document.kind IN ({_marks(allowed)})"
            values.extend(allowed)
            continue
        # Not correlated, so that it is answered once and not per row.
        sql += f" AND document.key IN (SELECT key FROM filter WHERE name = ? AND value IN ({_marks(allowed)}))"  # noqa: S608  # question marks only
        values.extend((name, *allowed))
    return sql, values


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
