"""Tests of telling languages, short texts among them."""

import pytest

from agents.sentiment.scoring.language import Language, LanguageDetector
from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.evidence import ReasonCode

DETECTOR = LanguageDetector()
TABLE = PhraseTable([("refund", "reason:refund"), ("kettle", "product:kettle")])


def detected(*said: str, declared: str = "") -> Language:
    """The language of what a customer says."""
    turns = tuple(Turn(Speaker.CUSTOMER, text) for text in said)
    return DETECTOR.detect(Reading(Conversation("c", turns, language=declared), TABLE))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my parcel? I have been waiting for two weeks.", "en"),
        ("my order is late", "en"),
        ("Wo ist mein Paket? Ich warte seit zwei Wochen.", "de"),
        ("Où est mon colis ? Je l'attends depuis deux semaines.", "fr"),
        ("¿Dónde está mi paquete? Lo estoy esperando desde hace dos semanas.", "es"),
        ("Dove è il mio pacco? Lo sto aspettando da due settimane.", "it"),
        ("Onde está a minha encomenda? Não recebi nada ainda.", "pt"),
        ("Waar is mijn pakket? Ik wacht al twee weken.", "nl"),
        ("Gdzie jest moja paczka? Czekam już dwa tygodnie.", "pl"),
        ("Где моя посылка? Я жду уже две недели.", "ru"),
        ("我的包裹在哪里。我已经等了两个星期了。", "zh"),
        ("注文した商品がまだ届いていません。", "ja"),
        ("제 소포가 아직 도착하지 않았어요.", "ko"),
        ("أين طردي؟ أنا أنتظر منذ أسبوعين.", "ar"),
    ],
)  # fmt: skip
def test_a_sentence_tells_its_language(text: str, code: str):
    """Only English is supported."""
    found = detected(text)
    assert (code, code == "en") == (found.code, found.supported)


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("", "", (None, False, ReasonCode.NO_TEXT)),
        ("12345", "", (None, False, ReasonCode.TOO_SHORT)),
        ("refund", "", ("en", True, ReasonCode.TOO_SHORT)),
        ("kettle", "", (None, False, ReasonCode.TOO_SHORT)),
        ("12345", "de-AT", ("de", False, ReasonCode.TOO_SHORT)),
        ("12345", "en_GB", ("en", True, ReasonCode.TOO_SHORT)),
    ],
    ids=["nothing", "number", "an English phrase", "a product", "declared", "declared English"],
)
def test_what_is_too_short_goes_by_what_is_known(
    text: str, declared: str, expected: tuple[str | None, bool, ReasonCode]
):
    """By what the source says, else by the scorer's own phrases; a product's name is in no language."""
    found = detected(text, declared=declared)
    assert expected == (found.code, found.supported, found.skipped[0].reason_code)


def test_a_conversation_may_be_in_two_languages():
    """The one that most is in, and the other."""
    found = detected(
        "Hello, I have not received my order and I do not know where it is.",
        "Es tut mir leid, aber ich kann nicht so gut Englisch, und ich habe noch nichts bekommen.",
        "So what should I do now? It was for my brother and he is here.",
    )
    assert (found.code, found.others) == ("en", ("de",))
