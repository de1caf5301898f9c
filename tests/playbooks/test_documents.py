"""Tests of turning guides, policies and manuals into documents."""

from pathlib import Path

import pytest

import playbooks
from orchestrator.core.errors import GuideError
from playbooks.documents import alert_key, alert_names, guide_document, load_documents, split


def test_guide_document():
    """Lists become lines, alerts and services become filters."""
    document = guide_document(
        "db", title="Database", alerts=["Db Full", "db-down"], services=["Checkout"], symptoms=["slow"], text="# Body"
    )
    assert dict(document.fields) == {
        "title": "Database",
        "alerts": "Db Full\ndb-down",
        "services": "Checkout",
        "symptoms": "slow",
        "causes": "",
        "body": "# Body",
    }
    assert dict(document.filters) == {"alert": ("dbfull", "dbdown"), "service": ("checkout",)}
    assert document.kind == "guide"


@pytest.mark.parametrize(
    ("guide_id", "title", "alerts", "expected"),
    [
        ("x/KubePodCrashLooping", "Kube Pod", (), ("KubePodCrashLooping",)),
        ("x/redis", "RedisNodeDown", (), ("RedisNodeDown",)),
        ("x/PostgreSQL", "GitLab", (), ()),
        ("x/KubePodCrashLooping", "t", ("Own",), ("Own",)),
        ("README", "Redis", (), ()),
        ("db_connections", "Database connections exhausted", (), ()),
    ],
)
def test_guides_named_like_alerts(guide_id: str, title: str, alerts: tuple[str, ...], expected: tuple[str, ...]):
    """A guide that lists no alert but is named like one is for that alert."""
    assert alert_names(guide_id, title=title, alerts=alerts) == expected


def test_alert_keys_ignore_format():
    """Case and separators do not tell alerts apart."""
    assert {alert_key(name) for name in ("Checkout 5xx-Rate", "checkout_5XX_rate", "Checkout5xxRate")} == {
        "checkout5xxrate"
    }


def test_split_by_heading():
    """Each heading with text makes a passage; the title alone makes none."""
    title, passages = split("# Plan\n\n## When {#when}\nnow\n\n```\n# no heading\n```\n## How?\nso", place="p.md")
    assert title == "Plan"
    assert [(p.heading, p.anchor, p.text, p.line) for p in passages] == [
        ("When", "when", "now\n\n```\n# no heading\n```", 3),
        ("How?", "how", "so", 9),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("only prose", "p.md:1: no heading"), ("# A\nx\n## B\ny\n## B\nz", "p.md:5: the heading 'B' is there twice")],
)
def test_split_errors(text: str, message: str):
    """A text without headings or with one heading twice is refused by line."""
    with pytest.raises(GuideError) as error:
        split(text, place="p.md")
    assert error.value.message.startswith(message)


def test_load_documents(tmp_path: Path):
    """Files in order of their paths, passages in order of the file."""
    (tmp_path / "b.md").write_text("# B\nintro\n## Two\ntext", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.md").write_text("# A\ntext", encoding="utf-8")
    documents = load_documents(tmp_path, kind="policy")
    assert [document.id for document in documents] == ["policy/b#b", "policy/b#two", "policy/sub/a#a"]
    assert dict(documents[1].fields) == {"title": "B", "heading": "Two", "body": "text", "_order": "1"}
    assert dict(documents[1].filters) == {"document": ("policy/b",)}


def test_no_folder_has_no_documents(tmp_path: Path):
    """A missing folder is an empty one."""
    assert load_documents(tmp_path / "none", kind="policy") == []


def test_a_file_that_is_not_text(tmp_path: Path):
    """Bytes that are not UTF-8 are refused by name."""
    (tmp_path / "x.md").write_bytes(b"\xff\xff")
    with pytest.raises(GuideError, match=r"x\.md: byte 0 is not UTF-8"):
        load_documents(tmp_path, kind="policy")


@pytest.mark.parametrize(("folder", "kind"), [("policies", "policy"), ("manuals", "manual")])
def test_shipped_documents_are_readable(folder: str, kind: str):
    """The documents that come with the product parse, and every passage says something."""
    documents = load_documents(Path(playbooks.__path__[0]) / folder, kind=kind)
    assert len(documents) > 5
    assert all(len(document.fields["body"]) > 80 for document in documents)
