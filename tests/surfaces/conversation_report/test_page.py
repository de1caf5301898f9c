"""The report as a page: whole, safe to open, and honest about what is few."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from orchestrator.core.conversations.statistics.aggregate import Aggregate
from orchestrator.surfaces.conversation_report.page import page

Json = dict[str, object]
START = datetime(2026, 8, 31, 8, tzinfo=UTC)
HOSTILE = (
    "</script><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>\"'&amp;\u202egnp\x1b[31m\ud83d"
)
VOID = {"meta", "input"}
MOST_BYTES = 1_500_000


def result(number: int, **changes: object) -> Json:
    """A result document; satisfaction falls from the second half on, as there is more of what is late."""
    late = number % 4 == 0 or number >= 60
    evidence = {"feature": "satisfaction", "turn": 0, "start": 0, "end": 8, "text": f"useless {number}"}
    return {
        "id": f"c{number:04}",
        "started_at": (START + timedelta(hours=8 * number)).isoformat(),
        "channel": "chat",
        "queue": "orders",
        "agent": f"agent-{number % 3}",
        "survey_csat": 1 + number % 5,
        "language": {"code": "en", "supported": True},
        "overall": {
            "satisfaction": (1.5 if late else 4.0) + number % 5 / 5,
            "resolved": 0.2 if late else 0.9,
            "transferred": 0.6,
        },
        "trajectory": {"shape": "worsened", "turned_at": 0},
        "contact_reason": "late_delivery" if late else "size_advice",
        "product": "desk_lamp",
        "times": {"first_response_s": 30.0},
        "turns": [{"index": 0, "speaker": "customer", "sentiment": -0.5}],
        "scorecard": {
            "id": "card",
            "revision": 2,
            "normalized_score": 0.62,
            "answers": [{"question": "greets", "value": True, "na": False, "auto_fail": False}],
        },
        "compliance": [{"rule": "notice", "kept": False}],
        "coaching": [{"hint": "slow", "turn": 0}],
        "summary": "The customer waits.",
        "evidence": [evidence, {**evidence, "feature": "contact_reason"}],
        "skipped": [{"feature": "hold", "reason_code": "no_times"}],
        "flags": ["recomputed:satisfaction"],
        "provenance": {"scorer_version": "1", "config_sha256": "0" * 64, "model": None, "redaction": "standard"},
        **changes,
    }


def page_of(*documents: Json) -> str:
    """The page of some results."""
    aggregate = Aggregate()
    for document in documents:
        aggregate.add(document)
    return page(aggregate, names={"late_delivery": "A delivery is late"})


def text_of(html: str) -> str:
    """What is read on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main>")[2].partition("</main>")[0]))


class Parsed(HTMLParser):
    """The elements of a page; an error where they do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def whole() -> str:
    """A page with all its sections."""
    return page_of(*(result(number) for number in range(120)))


def test_the_page_needs_nothing_but_itself(whole: str):
    """No element loads anything, and links stay on the page."""
    parsed = Parsed(whole)
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(parsed.names)
    assert {value[0] for _, name, value in parsed.attributes if name == "href"} == {"#"}
    assert [name for _, name, _ in parsed.attributes if name in {"src", "srcset", "style", "action"}] == []
    assert "url(" not in whole
    assert "@import" not in whole


def test_style_and_script_are_held_to_by_their_hashes(whole: str):
    """Whatever else got onto the page would not run."""
    policy = next(value for tag, name, value in Parsed(whole).attributes if tag == "meta" and "default-src" in value)
    for name in ("style", "script"):
        (inner,) = re.findall(rf"<{name}>(.*?)</{name}>", whole, re.DOTALL)
        assert f"{name}-src 'sha256-{b64encode(sha256(inner.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")


def test_links_of_the_menu_have_their_section(whole: str):
    """And ids are there once."""
    parsed = Parsed(whole)
    ids = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in parsed.attributes if name == "href"} <= set(ids)


def test_every_table_has_a_caption_and_headers_a_scope(whole: str):
    """For those who hear the page."""
    parsed = Parsed(whole)
    assert parsed.names.count("table") == parsed.names.count("caption")
    heads = parsed.names.count("th")
    assert heads == sum(tag == "th" and name == "scope" for tag, name, _ in parsed.attributes)


def test_text_of_conversations_never_becomes_markup():
    """Every field that a source fills, in every place where it is shown."""
    hostile = [
        result(
            number,
            id=f"{number}{HOSTILE}",
            channel=HOSTILE,
            queue=HOSTILE,
            agent=HOSTILE,
            product=HOSTILE,
            contact_reason=HOSTILE,
            summary=HOSTILE,
            language={"code": HOSTILE},
            trajectory={"shape": HOSTILE},
            turns=[{"index": 0, "speaker": HOSTILE, "sentiment": 1}],
            scorecard={
                "id": HOSTILE,
                "revision": HOSTILE,
                "normalized_score": 1,
                "answers": [{"question": HOSTILE, "value": HOSTILE, "auto_fail": True}],
            },
            compliance=[{"rule": HOSTILE, "kept": False}],
            coaching=[{"hint": HOSTILE}],
            evidence=[{"feature": name, "turn": 0, "text": HOSTILE} for name in ("contact_reason", HOSTILE)],
            skipped=[{"feature": HOSTILE, "reason_code": HOSTILE}],
            flags=[HOSTILE],
            provenance={"scorer_version": HOSTILE, "config_sha256": HOSTILE, "model": HOSTILE, "redaction": HOSTILE},
        )
        for number in range(40)
    ]
    found = page_of(*hostile)
    parsed = Parsed(found)
    assert (parsed.names.count("script"), parsed.names.count("img"), found.count("</script>")) == (1, 0, 1)
    assert [name for _, name, _ in parsed.attributes if name.startswith("on")] == []
    assert {"\u202e", "\x1b", "\ud83d"} & set(found) == set()


def test_huge_names_and_many_kinds_keep_the_page_small():
    """A page is mailed about."""
    many = (
        result(
            number,
            id=f"{number}" * 300,
            queue=f"{number}-" + "q" * 900,
            product=f"{number}-" + "p" * 900,
            agent=f"a{number}",
            survey_csat=None,
        )
        for number in range(1200)
    )
    assert len(page_of(*many).encode()) < MOST_BYTES


def test_a_change_is_told_with_its_mix_and_rate(whole: str):
    """With the intervals of both, and the days of the two periods."""
    told = text_of(whole)
    assert "Satisfaction fell from" in told
    assert re.search(r"By contact reason, .\d\.\d\d \([^)]+\) of it is mix and .\d\.\d\d \([^)]+\) is rate", told)
    assert "The largest part is “Size advice”: " in told


def test_no_sentence_says_why(whole: str):
    """The numbers show where a change sits, not its cause."""
    told = text_of(whole).replace("not what caused it", "").lower()
    assert [word for word in ("because", "due to", "caused", "thanks to") if word in told] == []


def test_agents_with_few_conversations_are_not_ranked():
    """29 are too few, 30 are enough."""
    few = text_of(page_of(*(result(number, agent="agent-few") for number in range(29))))
    enough = text_of(page_of(*(result(number, agent="agent-many") for number in range(30))))
    assert "1 agent with fewer than 30 conversations, in order of name, not ranked" in few
    assert "Order is by mean satisfaction" not in few
    assert "Order is by mean satisfaction" in enough


def test_of_very_many_agents_the_first_and_the_last_are_shown():
    """Those between are in the results."""
    many = (
        result(
            number, agent=f"agent-{number % 50:02}", survey_csat=None, overall={"satisfaction": 1 + number % 50 / 20}
        )
        for number in range(50 * 30)
    )
    told = text_of(page_of(*many))
    assert "10 more agents between these" in told
    ranked = told.partition("Order is by mean satisfaction")[2].partition("Agreement with people")[0]
    assert re.findall(r"agent-\d\d", ranked) == [f"agent-{at:02}" for at in [*range(49, 29, -1), *range(19, -1, -1)]]


def test_agreement_is_refused_with_fewer_than_twenty_scores():
    """19 are too few, 20 are enough."""
    few = text_of(page_of(*(result(number) for number in range(19))))
    enough = text_of(page_of(*(result(number) for number in range(20))))
    assert "19 conversations have such a score. Agreement is told from 20 on" in few
    assert "kappa" not in few
    assert "quadratically weighted kappa" in enough


def test_a_sample_says_that_it_is_one(whole: str):
    """First of all; a page of real conversations does not."""
    sample = text_of(page_of(*(result(number, generated=True) for number in range(3))))
    assert sample.strip().startswith("SAMPLE DATA: all of these conversations are generated")
    assert "SAMPLE" not in whole


def test_a_page_of_unredacted_results_says_so(whole: str):
    """Whoever passes it on should know."""
    raw = {"provenance": {"scorer_version": "1", "config_sha256": "0", "model": None, "redaction": "off"}}
    assert "Personal data are not redacted on this page" in text_of(page_of(result(0), result(1, **raw)))
    assert "not redacted" not in text_of(whole)


def test_a_page_of_nothing_says_so():
    """And has no empty charts."""
    found = page_of()
    assert "There is no conversation in the results." in text_of(found)
    assert "svg" not in Parsed(found).names


def test_without_times_there_is_nothing_over_time():
    """No empty chart, and it is said how many have no time."""
    found = page_of(*(result(number, started_at=None, times={}) for number in range(30)))
    assert [name for name in ("time", "moved") if f'id="{name}"' in found] == []
    assert "30 without a time" in text_of(found)


def test_a_language_that_is_not_scored_has_no_figures():
    """The page says why instead of showing zeros."""
    nothing = {
        "language": {"code": "de", "supported": False},
        "overall": {"satisfaction": None},
        "contact_reason": None,
        "skipped": [{"feature": "satisfaction", "reason_code": "unsupported_language"}],
    }
    told = text_of(page_of(*(result(number, **nothing) for number in range(25))))
    assert "No conversation has a satisfaction" in told
    assert "25 in a language that is not scored" in told
    assert "All that rests on the text the language is not one that is scored unsupported_language 25" in told


def test_the_worst_and_the_best_are_shown_with_their_quotes(whole: str):
    """Worst first, open; each quote with its turn, its speaker and what rests on it."""
    told = text_of(whole)
    worst, best = told.index("Lowest satisfaction"), told.index("Highest satisfaction")
    assert worst < told.index("useless", worst) < best
    assert "turn 1 · customer useless" in told


def test_one_conversation_is_told_without_an_interval_of_means():
    """A single value does not tell its spread."""
    assert "Predicted satisfaction is 1.50 of 5;" in text_of(page_of(result(0)))
