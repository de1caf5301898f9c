"""Scores the contact reasons on labelled messages, beside a TF-IDF classifier and beside titles as keywords.

    python benchmarks/contact_reasons.py [--data messages.jsonl] [--json]

A row is `{"text", "source", "source_label", "split_key"}`. The reasons were written from general knowledge and then
corrected on the even half of the rows (by a checksum of `split_key`, which near-duplicates share); the odd half was
only counted. The baseline is trained on the even half: it knows how this source's messages are written, ours does not.
Rows whose label has no counterpart here are talk of other things: how often a reason is found there is printed, too.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from agents.sentiment.scoring.phrases import PhraseTable
from agents.sentiment.scoring.reading import Reading
from agents.sentiment.scoring.reasons import ReasonTable
from agents.sentiment.scoring.talk_cues import talk_phrases
from orchestrator.core.conversations.conversation import Conversation, Speaker, Turn
from orchestrator.core.conversations.reasons import ContactReason
from playbooks.contact_reasons import load_reasons

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "routing" / "messages.dev.jsonl"
LISTS = Path(__file__).resolve().parents[1] / "playbooks" / "contact_reasons"
NONE = ""
_SMALL = frozenset({"a", "an", "the", "of", "to", "is", "or", "and", "in", "how", "i"})
RETAIL = {
    "bitext": {
        "cancel_order": "cancel_order",
        "change_order": "change_order",
        "change_shipping_address": "change_delivery_address",
        "set_up_shipping_address": "change_delivery_address",
        "check_cancellation_fee": "cancellation_fee",
        "check_invoice": "invoice",
        "get_invoice": "invoice",
        "check_payment_methods": "payment_methods",
        "check_refund_policy": "refund_policy",
        "complaint": "complaint",
        "contact_customer_service": "contact_details",
        "contact_human_agent": "speak_to_person",
        "create_account": "create_account",
        "registration_problems": "create_account",
        "delete_account": "close_account",
        "delivery_options": "delivery_options",
        "delivery_period": "delivery_time",
        "edit_account": "update_account",
        "switch_account": "update_account",
        "get_refund": "request_refund",
        "newsletter_subscription": "newsletter",
        "payment_issue": "payment_problem",
        "place_order": "place_order",
        "recover_password": "reset_password",
        "review": "feedback",
        "track_order": "track_delivery",
        "track_refund": "refund_status",
    },
    "clinc": {"order_status": "track_delivery"},
    "tau2-retail": {
        "cancel_pending_order": "cancel_order",
        "exchange_delivered_order_items": "exchange_item",
        "modify_pending_order_items": "change_order",
        "modify_pending_order_address": "change_delivery_address",
        "return_delivered_order_items": "return_item",
    },
}
# finer reasons of ours that are one with another in the sources
FOLDED = {
    "order_status": "track_delivery",
    "late_delivery": "track_delivery",
    "lost_parcel": "track_delivery",
    "delivery_area": "delivery_options",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled message; `gold` is empty where it is about other things, `odd` where it was never looked at."""

    text: str
    gold: str
    source: str
    odd: bool


Judge = Callable[[str], str]


def load_rows(path: Path, labels: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """The rows of the sources that are mapped; `SystemExit` with a message where the file is missing."""
    if not path.exists():
        raise SystemExit(f"no such file: {path}; give one with --data")
    entries = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Row(
            entry["text"],
            labels[entry["source"]].get(entry["source_label"], NONE),
            entry["source"],
            crc32(entry["split_key"].encode()) % 2 == 1,
        )
        for entry in entries
        if entry["source"] in labels
    ]


def ours(reasons: Sequence[ContactReason]) -> Judge:
    """What the scorer finds in a conversation of one turn."""
    table = ReasonTable(reasons)
    phrases = PhraseTable((*table.phrases, *talk_phrases()))

    def judge(text: str) -> str:
        conversation = Conversation("benchmark", (Turn(Speaker.CUSTOMER, text),))
        reason = table.find(Reading(conversation, phrases)).reason or NONE
        return FOLDED.get(reason, reason)

    return judge


def by_titles(reasons: Sequence[ContactReason]) -> Judge:
    """The reason with the largest share of its title's words in the text: what needs no list of phrases."""
    titles = {reason.id: frozenset(_words(f"{reason.id.replace('_', ' ')} {reason.title}")) for reason in reasons}

    def judge(text: str) -> str:
        words = _words(text)
        best = max(titles, key=lambda name: len(titles[name] & words) / len(titles[name]) ** 0.5)
        return FOLDED.get(best, best) if titles[best] & words else NONE

    return judge


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower())) - _SMALL


def trained(rows: Iterable[Row]) -> Judge:
    """TF-IDF of words and pairs of words with logistic regression, trained on these rows."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=20, max_iter=2000))
    counted = list(rows)
    model.fit([row.text for row in counted], [row.gold for row in counted])
    return lambda text: str(model.predict([text])[0])


def measure(rows: Sequence[Row], judge: Judge) -> dict[str, float | int]:
    """Accuracy, macro-F1 over the labels that occur, abstentions, and accuracy of what is not abstained from."""
    pairs = [(row.gold, judge(row.text)) for row in rows]
    right = sum(gold == found for gold, found in pairs)
    decided = sum(found != NONE for _, found in pairs)
    f1s = [_f1(pairs, label) for label in sorted({gold for gold, _ in pairs})]
    return {
        "n": len(pairs),
        "accuracy": right / len(pairs),
        "macro_f1": sum(f1s) / len(f1s),
        "abstained": 1 - decided / len(pairs),
        "accuracy_decided": right / decided if decided else 0.0,
    }


def _f1(pairs: Iterable[tuple[str, str]], label: str) -> float:
    hits = misses = 0
    for gold, found in pairs:
        hits += gold == found == label
        misses += (gold == label) != (found == label)
    return 2 * hits / (2 * hits + misses) if hits else 0.0


def report(rows: Sequence[Row], reasons: Sequence[ContactReason]) -> dict[str, object]:
    """Every figure, by half."""
    labelled = [row for row in rows if row.gold]
    judges = {"ours": ours(reasons), "titles": by_titles(reasons)}
    half = {"even": [row for row in labelled if not row.odd], "odd": [row for row in labelled if row.odd]}
    figures: dict[str, object] = {
        name: {kind: measure(half[kind], judge) for kind in half} for name, judge in judges.items()
    }
    try:
        figures["tfidf"] = {"odd": measure(half["odd"], trained(half["even"]))}
    except ImportError:
        print("the TF-IDF baseline needs scikit-learn: pip install 'switchboard[bench]'", file=sys.stderr)
    figures["by_source"] = {
        source: measure([row for row in half["odd"] if row.source == source], judges["ours"])
        for source in sorted({row.source for row in half["odd"]})
    }
    others = [row for row in rows if not row.gold]
    figures["found_in_other_talk"] = sum(judges["ours"](row.text) != NONE for row in others) / max(1, len(others))
    figures["other_talk"] = len(others)
    return figures


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Scores the contact reasons on labelled messages.")
    parser.add_argument("--data", type=Path, default=DATA, help="rows of {text, source, source_label, split_key}")
    parser.add_argument("--json", action="store_true", help="print one document")
    arguments = parser.parse_args()
    started = time.perf_counter()
    documents = {"retail": report(load_rows(arguments.data, RETAIL), load_reasons(LISTS / "retail.yaml").reasons)}
    if arguments.json:
        print(json.dumps(documents, indent=2))
        return 0
    for name, figures in documents.items():
        print(f"# {name}")
        print(json.dumps(figures, indent=1))
    print(f"{time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
