from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.reading import read_conversation, read_time

HALF_PAST_NINE = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)


def document(**fields: object) -> dict[str, object]:
    """A conversation of one turn, with further fields."""
    return {"id": "c1", "turns": [{"speaker": "customer", "text": "Hello"}], **fields}


def turn(**fields: object) -> dict[str, object]:
    """A conversation of one turn with these fields."""
    return {"id": "c1", "turns": [{"speaker": "customer", "text": "Hello", **fields}]}


def fault(found: object) -> str:
    """What is said of a document that is refused."""
    with pytest.raises(ValueError, match=r".") as refused:
        read_conversation(found)
    return str(refused.value)


def test_every_field_is_read() -> None:
    """A whole document becomes the value with the same fields."""
    found = read_conversation(
        {
            "id": 17,
            "turns": [{"speaker": "agent", "participant_id": 4, "text": "Hi", "at": "2024-05-01T11:30:00+02:00"}],
            "channel": "chat",
            "queue": "returns",
            "agent_id": "a7",
            "customer_id": 99,
            "started_at": "2024-05-01T09:30:00",
            "language": "en-GB",
            "survey_csat": 4,
            "metadata": {"product": "lamp"},
        }
    )
    assert found == Conversation(
        id="17",
        turns=(Turn(Speaker.AGENT, "Hi", HALF_PAST_NINE, "4"),),
        channel="chat",
        queue="returns",
        agent_id="a7",
        customer_id="99",
        started_at=HALF_PAST_NINE,
        language="en-GB",
        survey_csat=4.0,
        metadata={"product": "lamp"},
    )


def test_what_is_null_is_not_given() -> None:
    """Null fields read as missing ones."""
    names = ("channel", "queue", "agent_id", "customer_id", "started_at", "language", "survey_csat", "metadata")
    assert read_conversation(document(**dict.fromkeys(names))) == read_conversation(document())


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ("customer", "customer"),
        ("Visitor", "customer"),
        ("END_USER", "customer"),
        ("end-user", "customer"),
        (" Human Agent ", "agent"),
        ("HUMAN_AGENT", "agent"),
        ("operator", "agent"),
        ("assistant", "bot"),
        ("AUTOMATED_AGENT", "bot"),
        ("EVENT", "system"),
        ("Team lead", "supervisor"),
    ],
)
def test_speakers_have_many_names(said: str, speaker: str) -> None:
    """Common names of speakers are known, in any case."""
    assert read_conversation(turn(speaker=said)).turns[0].speaker == speaker


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2024-05-01T09:30:00Z", HALF_PAST_NINE),
        ("2024-05-01 09:30", HALF_PAST_NINE),
        ("2024-05-01T04:30:00.000-05:00", HALF_PAST_NINE),
        (1714555800, HALF_PAST_NINE),
        (1714555800.0, HALF_PAST_NINE),
        (1714555800000, HALF_PAST_NINE),
        (1714555800000000, HALF_PAST_NINE),
        ("1714555800", HALF_PAST_NINE),
        ("1714555800000", HALF_PAST_NINE),
        (datetime(2024, 5, 1, 9, 30), HALF_PAST_NINE),  # noqa: DTZ001 - Parquet has times without a zone
        (datetime(2024, 5, 1, 11, 30, tzinfo=timezone(timedelta(hours=2))), HALF_PAST_NINE),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_utc(said: object, at: datetime | None) -> None:
    """ISO 8601 with or without a zone, and counts since 1970."""
    assert read_conversation(turn(at=said)).turns[0].at == at


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "conversation: a list; write an object with 'id' and 'turns'"),
        (None, "conversation: missing or null; write an object with 'id' and 'turns'"),
        ({"id": "a"}, 'turns: missing or null; write a list of {"speaker": ..., "text": ...}'),
        ({"id": "a", "turns": []}, "turns: the list is empty; a conversation needs at least one turn"),
        ({"id": "a", "turns": ["Hi"]}, 'turns[0]: \'Hi\' is a text; write {"speaker": ..., "text": ...}'),
        ({"turns": [{"speaker": "bot", "text": ""}]}, "id: null names nothing; every conversation needs an id"),
        (document(id=True), "id: True is true or false; write a text or a whole number"),
        (document(id=1.5), "id: 1.5 is a number; write a text or a whole number"),
        (document(id=" "), "id: ' ' names nothing"),
        (document(id="a" * 1001), "id: 1,001 characters, more than 1,000; shorten it"),
        (document(chanel="chat"), "chanel: unknown field; did you mean 'channel'?"),
        (document(zzz=1), "zzz: unknown field; known: id, turns, channel"),
        (document(metadata=[1]), "metadata: a list; write an object"),
        (document(survey_csat=7), "survey_csat: 7 is not from 1 to 5; convert other scales first"),
        (document(survey_csat="good"), "survey_csat: 'good' is no number; write 1 to 5"),
        (document(survey_csat=float("nan")), "survey_csat: nan is no number; write 1 to 5"),
        (document(survey_csat=True), "survey_csat: True is no number; write 1 to 5"),
        (document(started_at="yesterday"), "started_at: 'yesterday' is no time; write ISO 8601 such as"),
        (turn(speaker="custommer"), "turns[0].speaker: 'custommer' is not known; did you mean 'customer'?"),
        (turn(speaker="robert"), "write one of customer, agent, bot, system, supervisor"),
        (turn(speaker=None), "turns[0].speaker: missing or null; write one of customer, agent"),
        (turn(text=None), 'turns[0].text: missing or null; write a text, "" for a turn without words'),
        (turn(text=5), 'turns[0].text: 5 is a number; write a text, "" for a turn without words'),
        (turn(txt="Hi"), "turns[0].txt: unknown field; did you mean 'text'?"),
        (turn(at="2024-05-01"), "turns[0].at: '2024-05-01' is a day without a time; add the time, or leave it out"),
        (turn(at="2024-13-01T00:00:00Z"), "turns[0].at: '2024-13-01T00:00:00Z' is no time; write ISO 8601"),
        (turn(at=float("nan")), "turns[0].at: nan is no time"),
        (turn(at=1e300), "turns[0].at: 1e+300 is no time"),
        (turn(at=True), "turns[0].at: True is no time"),
        (turn(at=[1]), "turns[0].at: a list is no time"),
        (turn(participant_id=[]), "turns[0].participant_id: a list; write a text or a whole number"),
    ],
)
def test_what_is_wrong_is_named(found: object, said: str) -> None:
    """Field, value and mend are in the message."""
    assert said in fault(found)


def test_long_values_are_cut_in_messages() -> None:
    """A message stays a line, however long the value."""
    assert len(fault(turn(at="x" * 100_000))) < 250


def test_unstorable_characters_are_replaced_one_for_one() -> None:
    """Null characters and halves of surrogate pairs become U+FFFD, so that offsets hold."""
    found = read_conversation(turn(text="a\x00b\ud83dc\U0001f600d", participant_id="x\udc00"))
    assert found.turns[0] == Turn(Speaker.CUSTOMER, "a\ufffdb\ufffdc\U0001f600d", None, "x\ufffd")


def test_a_long_text_is_read_whole() -> None:
    """Ten million characters are a text like others."""
    assert len(read_conversation(turn(text="word " * 2_000_000)).turns[0].text) == 10_000_000


def test_a_count_out_of_range_names_its_field() -> None:
    """`read_time` serves other readers, with their field's name."""
    with pytest.raises(ValueError, match=r"^created: 1e\+30 is no time"):
        read_time(1e30, "created")


def conversations() -> st.SearchStrategy[Conversation]:
    """Conversations of any content."""
    names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
    times = st.none() | st.datetimes(timezones=st.just(UTC))
    turns = st.builds(Turn, st.sampled_from(Speaker), names, times, names)
    return st.builds(
        Conversation,
        id=names.filter(str.strip),
        turns=st.lists(turns, min_size=1, max_size=4).map(tuple),
        channel=names,
        started_at=times,
        survey_csat=st.none() | st.floats(1, 5),
        metadata=st.dictionaries(names, st.integers(), max_size=2),
    )


def conversation_document(conversation: Conversation) -> dict[str, object]:
    """The JSON form of a conversation, without what is not known; `read_conversation` reads it back."""
    document: dict[str, object] = {
        "id": conversation.id,
        "turns": [turn_document(turn) for turn in conversation.turns],
    }
    for name in ("channel", "queue", "agent_id", "customer_id", "started_at", "language", "survey_csat", "metadata"):
        value = getattr(conversation, name)
        if isinstance(value, datetime):
            document[name] = written(value)
        elif isinstance(value, Mapping):
            if value:
                document[name] = dict(value)
        elif value not in {None, ""}:
            document[name] = value
    return document


def turn_document(turn: Turn) -> dict[str, object]:
    """The JSON form of a turn."""
    document: dict[str, object] = {"speaker": turn.speaker.value, "text": turn.text}
    if turn.participant_id:
        document["participant_id"] = turn.participant_id
    if turn.at is not None:
        document["at"] = written(turn.at)
    return document


def written(time: datetime) -> str:
    """A time as JSON has it."""
    return time.isoformat().replace("+00:00", "Z")


@settings(max_examples=50)
@given(conversations())
def test_what_is_written_is_read_back(conversation: Conversation) -> None:
    """The JSON form keeps everything."""
    assert read_conversation(conversation_document(conversation)) == conversation
