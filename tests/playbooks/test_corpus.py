"""Tests of reading guides and queries from JSON Lines."""

from pathlib import Path

import pytest

from orchestrator.core.errors import InputError
from playbooks.corpus import GuideQuery, load_corpus, load_queries


def write(folder: Path, *lines: str) -> Path:
    """A file of these lines."""
    path = folder / "f.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_load_corpus(tmp_path: Path):
    """Each record is a guide; other fields and empty lines are left alone."""
    path = write(
        tmp_path,
        '{"id": "a", "title": "T", "text": "x", "repo": 1}',
        "",
        '{"id": "b", "title": "U", "text": "", "alerts": ["N"]}',
    )
    documents = load_corpus(path)
    assert [(d.id, d.kind, d.fields["title"], d.fields["alerts"]) for d in documents] == [
        ("a", "guide", "T", ""),
        ("b", "guide", "U", "N"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON at column"),
        ("[]", "is not an object"),
        ('{"title": "T", "text": ""}', "id: None is not text"),
        ('{"id": "a", "title": 3, "text": ""}', "title: 3 is not text"),
        ('{"id": "a", "title": "T"}', "text: None is not text"),
        ('{"id": "a", "title": "T", "text": "", "alerts": "x"}', "alerts: 'x' is not a list of text"),
        ('{"id": "first", "title": "T", "text": ""}', "id: 'first' is there twice"),
    ],
)
def test_errors_name_their_place(tmp_path: Path, line: str, message: str):
    """What is wrong is said with file and line."""
    path = write(tmp_path, '{"id": "first", "title": "T", "text": ""}', line)
    with pytest.raises(InputError) as error:
        load_corpus(path)
    assert error.value.message.startswith(f"{path}:2")
    assert message in error.value.message


def test_load_queries(tmp_path: Path):
    """The text is in the named field, else in the first known one; an alert's name may be given beside it."""
    path = write(tmp_path, '{"id": "1", "query_full": "A: b", "query_nameless": "b", "alert": "A", "alertname": "X"}')
    assert load_queries(path) == [GuideQuery(id="1", text="A: b", alert="A")]
    assert load_queries(path, field="query_nameless") == [GuideQuery(id="1", text="b", alert="A")]


def test_queries_without_text(tmp_path: Path):
    """A record without any known field, or with an alert that is no text, is refused."""
    with pytest.raises(InputError, match="text: None is not text"):
        load_queries(write(tmp_path, '{"id": "1"}'))
    with pytest.raises(InputError, match="alert: 3 is not text"):
        load_queries(write(tmp_path, '{"id": "1", "text": "x", "alert": 3}'))


def test_files_that_cannot_be_read(tmp_path: Path):
    """A missing file and one that is not UTF-8 are named."""
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        load_corpus(tmp_path / "none.jsonl")
    (tmp_path / "x.jsonl").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        load_corpus(tmp_path / "x.jsonl")
