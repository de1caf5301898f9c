"""Conversations written as lines such as `C: still not working`, read by the shipped words."""

from collections.abc import Callable

import pytest

from agents.sentiment.scoring.course import Course, read_course
from agents.sentiment.scoring.cues import load_cues
from agents.sentiment.scoring.lexicon import load_lexicon
from agents.sentiment.scoring.mood import MoodReader
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn

SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER, "B": Speaker.BOT, "S": Speaker.SYSTEM}


@pytest.fixture(scope="session")
def cue_table() -> PhraseTable:
    """The shipped cues."""
    return PhraseTable(load_cues().phrases)


@pytest.fixture(scope="session")
def moods() -> MoodReader:
    """Reads moods by the shipped words."""
    return MoodReader(load_lexicon(), load_cues())


@pytest.fixture(scope="session")
def talk(cue_table: PhraseTable) -> Callable[..., Reading]:
    """Reads a conversation of lines."""

    def read(*lines: str) -> Reading:
        turns = tuple(Turn(SPEAKERS[line[0]], line[3:]) for line in lines)
        return Reading(Conversation("c", turns), cue_table)

    return read


@pytest.fixture(scope="session")
def course_of(talk: Callable[..., Reading], moods: MoodReader) -> Callable[..., Course]:
    """The course of a conversation of lines."""
    return lambda *lines: read_course(talk(*lines), moods)
