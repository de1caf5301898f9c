"""Tests of answering questions from the policies and manuals that come with the product."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import playbooks
from agents.triage.passages import answer_passage
from playbooks.documents import guide_document, load_documents
from plugins.search.sqlite import SqliteIndex

SHIPPED = Path(playbooks.__path__[0])


@pytest.fixture
async def index() -> AsyncIterator[SqliteIndex]:
    """The shipped documents, and a guide that is no answer to a question."""
    async with SqliteIndex.open(":memory:") as opened:
        await opened.write(load_documents(SHIPPED / "policies", kind="policy"))
        await opened.write(load_documents(SHIPPED / "manuals", kind="manual"))
        await opened.write([guide_document("failover", title="Failover policy", text="what is our failover policy?")])
        yield opened


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is our failover policy?", "policy/failover#when"),
        ("who decides about a failover?", "policy/failover#decision"),
        ("how long do we keep logs?", "policy/data-retention#logs"),
        ("when do we escalate?", "policy/incident-severity#escalation"),
        ("how do I count sampled rows?", "manual/application-insights-sampling#counting"),
        ("why was my pod OOMKilled?", "manual/aks-pod-restarts#oom"),
        ("how do I cancel an order?", "policy/returns#cancel"),
        ("how much is express delivery?", "policy/returns#shipping"),
    ],
)
async def test_the_passage_that_covers_the_question(index: SqliteIndex, question: str, expected: str):
    """The answer is the passage, with its document, heading and text; a whole document is answered by its first."""
    hit = await answer_passage(index, question)
    assert hit is not None
    assert hit.id == expected
    assert hit.fields["title"]
    assert hit.fields["heading"]
    assert hit.fields["body"]


@pytest.mark.parametrize(
    "question",
    [
        "what is our parental leave policy?",
        "what is our travel expense policy?",
        "what is our remote work policy?",
        "what is our password policy?",
        "what is the policy on dogs in the office?",
        "what is the dress code?",
        "who won the world cup?",
        "policy",
        "",
        '"; DROP TABLE document; --',
    ],
)
async def test_subjects_that_nothing_covers(index: SqliteIndex, question: str):
    """Shared words are not enough: where no document is about it there is no answer."""
    assert await answer_passage(index, question) is None
