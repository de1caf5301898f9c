"""Tests of whole documents: their schema, what is missing and why, places, and what must not leave."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from agents.sentiment.scoring.document import Document
from agents.sentiment.scoring.scorer import Scorer
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.reading import read_conversation
from orchestrator.core.conversations.scoring import Scoring, scoring_document
from playbooks import compliance_rules, products
from playbooks.contact_reasons import RETAIL, load_reasons
from playbooks.samples.conversations.conversations import make_conversations
from playbooks.scorecard import load_scorecard

ROOT = Path(__file__).resolve().parents[4]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/schemas/analysis.schema.json").read_text(encoding="utf-8")))
SPEAKERS = {"A": Speaker.AGENT, "C": Speaker.CUSTOMER, "B": Speaker.BOT, "S": Speaker.SYSTEM, "V": Speaker.SUPERVISOR}
ODD = {
    "no turns": (),
    "empty turns": ("C:", "A:  ", "C:\n"),
    "one empty turn": ("C:",),
    "system only": ("S: The customer has joined.", "S: The chat was closed."),
    "customer only": ("C: Where is my parcel? It is two weeks late.",),
    "agent only": ("A: Hello, this is Ines. How can I help you?",),
    "one word": ("C: ok",),
    "spanish": ("C: Hola, mi pedido no ha llegado todavía y estoy muy enfadado.", "A: Lo siento mucho, lo miro ahora."),
    "german": ("C: Wo ist mein Paket? Ich warte seit zwei Wochen.", "A: Einen Moment bitte, ich sehe nach."),
    "japanese": ("C: 注文した商品がまだ届いていません。どうなっていますか。",),
    "mixed": ("C: Hi, where is my order? I am still waiting for it.", "A: Lo siento mucho, no puedo ayudar con eso."),
    "emoji": ("C: 😡😡 still nothing 👎🏽", "A: I am so sorry 🙏", "C: thanks 👍"),
    "long": ("C: " + "This is still not working and I am really annoyed. " * 210, "A: I am sorry."),
    "endless word": ("C: " + "a" * 12_000, "A: Sorry?"),
    "capitals with long forms": ("C: İİİ ŞİKAYET ﬃ where is my REFUND??", "A: I'll refund you within three days."),
    "surrogate": ("C: it broke \ud83d again", "A: Sorry to hear that."),
    "zero width": ("C: my\u200border is late\u2028and I hate it", "A: Sorry."),
}  # fmt: skip
PERSONAL = {
    "mail": ("C: My mail is jo.doe@example.com and it still does not work, I hate it.", "jo.doe@example.com"),
    "card": ("C: My card 4111 1111 1111 1111 was charged twice, this is awful!", "4111 1111 1111 1111"),
    "iban": ("C: Please refund me to DE89 3704 0044 0532 0130 00, I am so angry.", "3704 0044 0532"),
    "phone": ("C: Call me on +44 20 7946 0958, this is the third time I ask!", "7946 0958"),
}


@pytest.fixture(scope="module")
def scoring() -> Scoring:
    """With everything on."""
    return Scoring(
        reasons=load_reasons(RETAIL).reasons,
        products=products.load_products(products.FOLDER / "retail.yaml").products,
        scorecard=load_scorecard("support_chat"),
        rules=compliance_rules.load_rules(),
    )


@pytest.fixture(scope="module")
def scorer(scoring: Scoring) -> Scorer:
    """Of that."""
    return Scorer(scoring)


def conversation(*lines: str, step_s: int | None = None) -> Conversation:
    """Of lines such as `C: hello`; `step_s` seconds between the turns, None for no times."""
    began = datetime(2026, 3, 2, 9, tzinfo=UTC)
    times = [None if step_s is None else began + timedelta(seconds=step_s * number) for number in range(len(lines))]
    turns = (Turn(SPEAKERS[line[0]], line[3:], at) for line, at in zip(lines, times, strict=True))
    return Conversation("odd", tuple(turns), agent_id="ag-1", started_at=began)


def nulls(document: Document) -> Iterator[str]:
    """The features that have no value, by their names among the skipped."""
    for part in ("overall", "times"):
        yield from (name for name, value in document[part].items() if value is None)
    yield from (f"conduct.{name}" for name, value in document["conduct"].items() if value is None)
    yield from (name for name in ("trajectory", "contact_reason", "product", "scorecard", "summary")
                if document[name] is None)  # fmt: skip
    if document["language"]["code"] is None:
        yield "language"
    if (document["trajectory"] or {}).get("turned_at", 0) is None:
        yield "trajectory.turned_at"
    yield from (f"compliance.{rule['rule']}" for rule in document["compliance"] if rule["kept"] is None)
    card = document["scorecard"] or {"answers": []}
    yield from (f"scorecard.{one['question']}" for one in card["answers"] if one["value"] is None)


def turn_nulls(document: Document) -> Iterator[str]:
    """The turns without a sentiment or a quality."""
    for turn in document["turns"]:
        yield from (f"turns.{turn['index']}.{name}" for name in ("sentiment", "quality") if turn[name] is None)


def unexplained(document: Document) -> list[str]:
    """The features that have neither a value nor a reason why."""
    skipped = {one["feature"] for one in document["skipped"]}
    of_turns = [] if "turns" in skipped else turn_nulls(document)
    return [name for name in (*nulls(document), *of_turns) if name not in skipped]


def assert_whole(document: Document, said: Conversation) -> None:
    """Fits the schema, explains what is missing, and cites what stands in the text."""
    SCHEMA.validate(document)
    assert unexplained(document) == []
    lengths = [len(turn.text) for turn in said.turns]
    for span in document["evidence"]:
        assert 0 <= span["start"] < span["end"] <= lengths[span["turn"]]
    cited = [place for part in ("compliance", "coaching") for one in document[part] for place in one["evidence"]]
    assert all(place < len(document["evidence"]) for place in cited)


@pytest.mark.parametrize("step_s", [None, 40])
@pytest.mark.parametrize("name", ODD)
def test_odd_conversations_give_whole_documents(scorer: Scorer, name: str, step_s: int | None):
    """Whatever is said, and whether its times are known."""
    said = conversation(*ODD[name], step_s=step_s)
    assert_whole(scorer.score(said), said)


def test_sample_conversations_give_whole_documents(scorer: Scorer):
    """All hundred; unredacted text is exactly what stands at the place."""
    plain = Scorer(Scoring(redaction="off"))
    for document in make_conversations():
        said = read_conversation(document)
        assert_whole(scorer.score(said), said)
        spans = plain.score(said)["evidence"]
        assert [said.turns[span["turn"]].text[span["start"] : span["end"]] for span in spans] == [
            span["text"] for span in spans
        ]


@pytest.mark.parametrize("name", ["spanish", "german", "japanese"])
def test_other_languages_are_marked_and_not_scored(scorer: Scorer, name: str):
    """The times are computed, how long anybody was on hold is not known."""
    document = scorer.score(conversation(*ODD[name], step_s=40))
    assert not document["language"]["supported"]
    assert {None} == set(document["overall"].values())
    assert [{None}] * len(ODD[name]) == [{turn["sentiment"], turn["quality"]} for turn in document["turns"]]
    assert tuple(document[part] for part in ("scorecard", "summary", "product", "evidence")) == (None, None, None, [])
    reasons = {one["feature"]: one["reason_code"] for one in document["skipped"]}
    assert reasons["satisfaction"] == "unsupported_language"
    if len(ODD[name]) > 1:
        assert tuple(document["times"][part] for part in ("first_response_s", "duration_s", "hold_s")) == (
            40.0,
            40.0,
            None,
        )


def test_a_second_language_is_flagged(scorer: Scorer):
    """English is scored, and it is said that a part is something else."""
    document = scorer.score(conversation(*ODD["mixed"]))
    assert (
        document["language"]["code"],
        [flag for flag in document["flags"] if flag.startswith("mixed")],
    ) == ("en", ["mixed_language:es"])


@pytest.mark.parametrize(("line", "secret"), PERSONAL.values(), ids=PERSONAL)
def test_personal_data_never_leave(scorer: Scorer, line: str, secret: str):
    """Neither in the spans nor in the summary."""
    text = json.dumps(scorer.score(conversation(line, "A: I am sorry, I'll look at it.", line)), ensure_ascii=False)
    assert secret not in text


def test_what_is_not_configured_says_so():
    """No list of reasons or products, no scorecard."""
    document = Scorer(Scoring()).score(conversation(*ODD["customer only"]))
    reasons = {one["feature"]: one["reason_code"] for one in document["skipped"]}
    assert [reasons[name] for name in ("contact_reason", "product", "scorecard")] == ["not_configured"] * 3
    assert unexplained(document) == []


def test_documents_are_the_same_in_every_process(scorer: Scorer, scoring: Scoring):
    """Whatever the seed of its hashes."""
    lines = ("C: My trail backpack broke again, I hate it.", "A: I'm so sorry. I'll refund you within two days.")
    code = (
        "import json, sys\n"
        "from agents.sentiment.scoring.lines import LineJudge\n"
        "from orchestrator.core.conversations.scoring import read_scoring\n"
        "said, scoring = map(json.loads, sys.stdin)\n"
        "judge = LineJudge(read_scoring(scoring))\n"
        "sys.stdout.write(judge.judge(json.dumps(said).encode()).line.decode())"
    )
    turns = [{"speaker": SPEAKERS[line[0]].value, "text": line[3:]} for line in lines]
    given = f"{json.dumps({'id': 'x', 'turns': turns})}\n{json.dumps(scoring_document(scoring))}"
    seen = subprocess.run(
        [sys.executable, "-c", code], input=given, capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    ).stdout  # fmt: skip
    expected = scorer.score(read_conversation({"id": "x", "turns": turns}))
    assert expected == json.loads(seen)
