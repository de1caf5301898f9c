"""Small examples of each form, made for these tests by the documented field names."""

import pytest

from orchestrator.core.conversations.formats.known import FORMATS, find_format, format_named
from orchestrator.core.conversations.reading import read_conversation

AZURE = {
    "displayName": "Analyze conversations",
    "analysisInput": {
        "conversations": [
            {
                "id": "a1",
                "language": "en",
                "modality": "text",
                "conversationItems": [
                    {"id": "1", "participantId": "Agent_1", "role": "Agent", "text": "Hello."},
                    {"id": "2", "participantId": "customer_7", "text": "My order is late."},
                ],
            },
            {
                "modality": "transcript",
                "conversationItems": [
                    {
                        "id": "1",
                        "participantId": "agent_1",
                        "itn": "good morning",
                        "audioTimings": [{"word": "good", "offset": 11700000, "duration": 2100000}],
                    }
                ],
            },
        ]
    },
    "tasks": [],
}
CALL = {
    "Version": "1.1.0",
    "Channel": "VOICE",
    "LanguageCode": "en-US",
    "CustomerMetadata": {"ContactId": "c1", "InputS3Uri": "s3://bucket/2024/05/01/c1_20240501T09:30_UTC.wav"},
    "Participants": [
        {"ParticipantId": "CUSTOMER", "ParticipantRole": "CUSTOMER"},
        {"ParticipantId": "AGENT", "ParticipantRole": "AGENT"},
    ],
    "Transcript": [
        {"Id": "1", "ParticipantId": "AGENT", "Content": "Hello.", "BeginOffsetMillis": 0, "EndOffsetMillis": 900},
        {"Id": "2", "ParticipantId": "CUSTOMER", "Content": "It is late.", "BeginOffsetMillis": 1500},
    ],
}
CHAT = {
    "Channel": "CHAT",
    "CustomerMetadata": {"ContactId": "c2"},
    "Participants": [{"ParticipantId": "p1", "ParticipantRole": "CUSTOMER"}],
    "Transcript": [
        {
            "AbsoluteTime": "2024-05-01T09:30:00.000Z",
            "ContentType": "application/vnd.amazonaws.connect.event.participant.joined",
            "ParticipantId": "p1",
            "Type": "EVENT",
        },
        {
            "AbsoluteTime": "2024-05-01T09:30:02.500Z",
            "ContentType": "text/plain",
            "ParticipantId": "p1",
            "Content": "Hi",
        },
        {
            "AbsoluteTime": "2024-05-01T09:30:04Z",
            "ParticipantId": "b",
            "ParticipantRole": "CUSTOM_BOT",
            "Content": "Hi!",
        },
    ],
}
GENESYS = {
    "conversationId": "g1",
    "mediaType": "call",
    "conversationStartTime": 1714555800000,
    "participants": [
        {"participantPurpose": "ivr", "startTimeMs": 1714555800000, "endTimeMs": 1714555805000},
        {"participantPurpose": "customer", "startTimeMs": 1714555800000},
        {"participantPurpose": "agent", "userId": "u1", "queueId": "q1", "startTimeMs": 1714555806000},
    ],
    "transcripts": [
        {
            "language": "en-us",
            "phrases": [
                {"text": "welcome", "participantPurpose": "internal", "startTimeMs": 1714555801000},
                {"text": "hi", "decoratedText": "Hi!", "participantPurpose": "external", "startTimeMs": 1714555807000},
                {"text": "hello", "participantPurpose": "internal", "startTimeMs": 1714555809500},
            ],
        }
    ],
}
GOOGLE = {
    "entries": [
        {"start_timestamp_usec": 1714555800000000, "text": "Hello", "role": "AGENT", "user_id": 2},
        {"startTimestampUsec": "1714555805500000", "text": "Hi", "role": "END_USER", "userId": "1"},
        {"text": "I can help", "role": "AUTOMATED_AGENT", "user_id": 3},
    ]
}
GIVEN_OUT = {
    "name": "projects/p/locations/l/conversations/i1",
    "startTime": "2024-05-01T09:30:00.123456789Z",
    "medium": "PHONE_CALL",
    "agentId": "a7",
    "languageCode": "en-US",
    "transcript": {
        "transcriptSegments": [
            {
                "text": "Hello",
                "messageTime": "2024-05-01T09:30:01Z",
                "segmentParticipant": {"role": "HUMAN_AGENT", "userId": "a7"},
            },
            {"text": "Hi", "segmentParticipant": {"role": "END_USER"}},
        ]
    },
}
EXAMPLES = {
    "azure-language": [AZURE, AZURE["analysisInput"], AZURE["analysisInput"]["conversations"][0]],
    "contact-lens": [CALL, CHAT],
    "genesys-cloud": [GENESYS],
    "google-insights": [GOOGLE, GIVEN_OUT],
}
CASES = [(name, document) for name, documents in EXAMPLES.items() for document in documents]


def convert(name: str, document: object) -> list[dict[str, object]]:
    """As a file of the name `file`."""
    return FORMATS[name].convert(document, "file")


@pytest.mark.parametrize(("name", "document"), CASES)
def test_a_form_is_told_from_the_others(name: str, document: object):
    """Each example fits its own form alone."""
    assert [name] == [one.name for one in FORMATS.values() if one.fits(document)]


@pytest.mark.parametrize(("name", "document"), CASES)
def test_what_comes_out_is_ours(name: str, document: object):
    """Our reader takes every conversation."""
    assert all(read_conversation(one).turns for one in convert(name, document))


@pytest.mark.parametrize(
    "document",
    [
        {"id": "1", "turns": [{"speaker": "agent", "text": "hi"}]},
        {"entries": [{"text": "no role"}]},
        {"transcripts": [{"text": "x"}]},
        {"Transcript": ["x"]},
        {"analysisInput": 3},
        [],
        None,
    ],
)
def test_other_documents_have_no_form(document: object):
    """Ours, and what nobody knows, are left as they are."""
    assert find_format(document) is None


def test_azure_language():
    """One request holds several conversations; a role may stand in the participant's name alone."""
    first, second = convert("azure-language", AZURE)

    assert first == {
        "id": "a1",
        "language": "en",
        "turns": [
            {"speaker": "agent", "participant_id": "Agent_1", "text": "Hello."},
            {"speaker": "customer", "participant_id": "customer_7", "text": "My order is late."},
        ],
    }
    assert second["id"] == "file-2"
    assert second["channel"] == "voice"
    assert second["turns"] == [
        {
            "speaker": "agent",
            "participant_id": "agent_1",
            "text": "good morning",
            "at": "1970-01-01T00:00:01.170000Z",
        }
    ]


def test_contact_lens_call():
    """Offsets are counted from the beginning that the recording's name tells."""
    (found,) = convert("contact-lens", CALL)

    assert found == {
        "id": "c1",
        "channel": "voice",
        "language": "en-US",
        "started_at": "2024-05-01T09:30:00Z",
        "turns": [
            {"speaker": "agent", "participant_id": "AGENT", "text": "Hello.", "at": "2024-05-01T09:30:00Z"},
            {
                "speaker": "customer",
                "participant_id": "CUSTOMER",
                "text": "It is late.",
                "at": "2024-05-01T09:30:01.500000Z",
            },
        ],
    }


def test_contact_lens_chat():
    """Somebody joining is no turn, and roles come from the participants where a message has none."""
    (found,) = convert("contact-lens", CHAT)

    assert found["started_at"] == "2024-05-01T09:30:00.000Z"
    assert found["turns"] == [
        {"speaker": "customer", "participant_id": "p1", "text": "Hi", "at": "2024-05-01T09:30:02.500Z"},
        {"speaker": "bot", "participant_id": "b", "text": "Hi!", "at": "2024-05-01T09:30:04Z"},
    ]


def test_genesys_cloud():
    """Who of the organization's own speaks is told by who was there then."""
    (found,) = convert("genesys-cloud", GENESYS)

    assert found == {
        "id": "g1",
        "channel": "voice",
        "queue": "q1",
        "agent_id": "u1",
        "language": "en-us",
        "started_at": "2024-05-01T09:30:00Z",
        "turns": [
            {"speaker": "bot", "text": "welcome", "at": "2024-05-01T09:30:01Z"},
            {"speaker": "customer", "text": "Hi!", "at": "2024-05-01T09:30:07Z"},
            {"speaker": "agent", "participant_id": "u1", "text": "hello", "at": "2024-05-01T09:30:09.500000Z"},
        ],
    }


def test_google_insights():
    """Both spellings of the fields are read; the file's name is the id."""
    (found,) = convert("google-insights", GOOGLE)

    assert found == {
        "id": "file",
        "started_at": "2024-05-01T09:30:00Z",
        "turns": [
            {"speaker": "agent", "participant_id": "2", "text": "Hello", "at": "2024-05-01T09:30:00Z"},
            {"speaker": "customer", "participant_id": "1", "text": "Hi", "at": "2024-05-01T09:30:05.500000Z"},
            {"speaker": "bot", "participant_id": "3", "text": "I can help"},
        ],
    }


def test_google_insights_given_out():
    """What its API gives out has an id, a channel and an agent."""
    (found,) = convert("google-insights", GIVEN_OUT)

    assert found == {
        "id": "i1",
        "started_at": "2024-05-01T09:30:00.123456789Z",
        "channel": "voice",
        "agent_id": "a7",
        "language": "en-US",
        "turns": [
            {"speaker": "agent", "participant_id": "a7", "text": "Hello", "at": "2024-05-01T09:30:01Z"},
            {"speaker": "customer", "text": "Hi"},
        ],
    }


@pytest.mark.parametrize(
    ("name", "document", "expected"),
    [
        (
            "azure-language",
            {"conversations": [{"conversationItems": [{"role": "Generic", "text": "hi"}]}]},
            (
                "conversations[0].conversationItems[0].role: 'Generic' tells neither agent nor customer; "
                "write 'Agent' or 'Customer'"
            ),
        ),
        (
            "contact-lens",
            {"Transcript": [{"ParticipantRole": "GHOST", "Content": "boo"}]},
            (
                "Transcript[0].ParticipantRole: 'GHOST' is not known; write one of AGENT, CUSTOMER, SYSTEM, "
                "CUSTOM_BOT, SUPERVISOR, there or in Participants"
            ),
        ),
        (
            "genesys-cloud",
            {"transcripts": [{"phrases": [{"participantPurpose": "external"}]}]},
            "transcripts[0].phrases[0].decoratedText: it is missing; every turn needs it",
        ),
        (
            "google-insights",
            {"entries": [{"role": "AGENT", "text": "hi", "start_timestamp_usec": "noon"}]},
            "entries[0].start_timestamp_usec: 'noon' is no number; mend it",
        ),
        ("google-insights", {"entries": [3]}, "entries[0]: 3 is no object; give the export as it came"),
        ("contact-lens", {"Transcript": "x"}, "Transcript: 'x' is not a list; mend it"),
    ],
)
def test_what_does_not_fit_is_named(name: str, document: object, expected: str):
    """The message has the place, the value and the mend."""
    with pytest.raises(ValueError, match=r".") as caught:
        convert(name, document)

    assert expected == str(caught.value)


def test_an_unknown_name_is_refused():
    """The names that there are are told."""
    with pytest.raises(ValueError, match="there is no form 'x'; there are switchboard, azure-language, contact-lens"):
        format_named("x")
