"""The sample of generated conversations."""

import json
from collections import Counter
from pathlib import Path

from orchestrator.core.conversations.reading import read_conversation
from playbooks.products import load_products
from playbooks.samples.conversations.conversations import COUNT, make_conversations, write_conversations

MADE = list(make_conversations())


def test_the_same_seed_makes_the_same_conversations():
    """And another seed others."""
    assert list(make_conversations(0)) == MADE
    assert list(make_conversations(1)) != MADE


def test_each_can_be_analysed_and_says_that_it_is_generated():
    """In the form that `analyze` reads, with ids of their own."""
    read = [read_conversation(one) for one in MADE]
    assert len({one.id for one in read}) == COUNT
    assert all(one.metadata["generated"] is True for one in read)


def test_two_agents_have_enough_conversations_to_be_compared():
    """And the others have not."""
    counts = Counter(one["agent_id"] for one in MADE)
    assert sum(count >= 35 for count in counts.values()) == 2
    assert sum(count < 30 for count in counts.values()) == len(counts) - 2


def test_satisfaction_falls_as_more_is_late():
    """The truth that a report of the sample should show."""
    halves = [[one for one in MADE if (str(one["started_at"]) < "2026-09-21") is first] for first in (True, False)]
    truths = [[one["metadata"]["truth"] for one in half] for half in halves]  # type: ignore[index]  # an object
    means = [sum(one["satisfaction"] for one in half) / len(half) for half in truths]
    late = [sum(one["contact_reason"] == "late_delivery" for one in half) / len(half) for half in truths]
    assert means[0] - means[1] > 0.6
    assert late[1] - late[0] > 0.2


def test_some_are_in_other_languages_and_some_were_surveyed():
    """Enough surveys for an agreement, and languages that are told rather than scored."""
    assert sum("survey_csat" in one for one in MADE) >= 30
    assert Counter(one["metadata"]["truth"]["language"] == "en" for one in MADE)[False] == 7  # type: ignore[index]  # as above


def test_the_file_holds_what_was_made(tmp_path: Path):
    """A conversation a line."""
    told = write_conversations(tmp_path / "out", seed=0)
    lines = Path(str(told["file"])).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == MADE


def test_the_products_of_the_shop_come_with_it(tmp_path: Path):
    """As a list that `--products` takes, with every product that a conversation is about."""
    told = write_conversations(tmp_path / "out", seed=0)
    named = {one.title for one in load_products(Path(str(told["products"]))).products}
    about = {one["metadata"]["truth"]["product"] for one in MADE} - {None}  # type: ignore[index]  # as above
    assert about <= named
