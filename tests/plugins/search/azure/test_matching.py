"""The guide that fits is the same on both backends, with the same confidence: the shipped guides, the real matcher."""

import pytest

from agents.triage.matching import GuideMatcher
from agents.triage.passages import answer_passage
from orchestrator.app.assembly import read_services
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.index_fill import documents_of
from orchestrator.core.ports import PagedIndex
from orchestrator.settings import Settings
from orchestrator.surfaces.application import Options

MESSAGES = (
    "checkout returns 502 since 10:20",
    "the pods of cart are OOMKilled and restart",
    "latency of payments rose after the deployment",
    "queue is backing up and consumers are slow",
    "KubePersistentVolumeFillingUp",
    "my cat is hungry",
    "",
)
QUESTIONS = ("how long do I have to return an item?", "what does the refund policy say?", "how do I reset the lamp?")


@pytest.fixture
async def filled(both: tuple[PagedIndex, PagedIndex]) -> tuple[PagedIndex, PagedIndex]:
    """Both backends with the shipped guides, policies and manuals."""
    documents = documents_of(read_guides(None))
    for index in both:
        assert all(one.stored for one in await index.write(documents))
    return both


@pytest.mark.parametrize("text", MESSAGES)
async def test_guides_are_matched_alike(filled: tuple[PagedIndex, PagedIndex], text: str):
    """Guide, confidence and what stands next to it are the same, so that one floor serves both backends."""
    services = read_services(Options(), Settings(), kind="sample")
    embedded, live = [await GuideMatcher(index, services).match(text) for index in filled]
    assert (live.guide_id, live.by, live.reason) == (embedded.guide_id, embedded.by, embedded.reason)
    assert live.confidence == pytest.approx(embedded.confidence)
    assert [found[0] for found in live.nearest] == [found[0] for found in embedded.nearest]
    assert [found[2] for found in live.nearest] == pytest.approx([found[2] for found in embedded.nearest])


@pytest.mark.parametrize("question", QUESTIONS)
async def test_passages_are_chosen_alike(filled: tuple[PagedIndex, PagedIndex], question: str):
    """The passage that answers a question is the same, or none is on both."""
    embedded, live = [await answer_passage(index, question) for index in filled]
    assert (live.id if live else None) == (embedded.id if embedded else None)
    assert (live.passage if live else None) == (embedded.passage if embedded else None)
