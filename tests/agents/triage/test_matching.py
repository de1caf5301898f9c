"""Tests of matching an incident to a guide."""

from collections.abc import AsyncIterator

import pytest

from agents.triage.matching import ONE_IS_RIGHT, GuideMatcher
from playbooks.documents import guide_document
from playbooks.services import Service, Services
from plugins.search.sqlite import SqliteIndex

GUIDES = (
    guide_document(
        "db_connections",
        title="Database connections exhausted",
        alerts=["DatabaseConnectionsHigh", "Pool exhausted"],
        symptoms=["connection pool exhausted", "too many clients already"],
    ),
    guide_document(
        "oom", title="Memory leak and OOM kills", alerts=["PodOOM"], symptoms=["pods restart out of memory"]
    ),
    guide_document("queue", title="Queue backlog", symptoms=["messages wait in the queue"], services=["orders"]),
    guide_document("certificate", title="Expired certificate", symptoms=["certificate has expired", "TLS handshake"]),
    guide_document("disk_a", title="Disk full on node", symptoms=["no space left on device"]),
    guide_document("disk_b", title="Disk full on database", symptoms=["no space left on device"]),
)
SERVICES = Services((Service(id="orders", aliases=("order-api",)), Service(id="checkout")))


@pytest.fixture
async def matcher() -> AsyncIterator[GuideMatcher]:
    """A matcher over six guides."""
    async with SqliteIndex.open(":memory:") as index:
        await index.write(GUIDES)
        yield GuideMatcher(index, SERVICES)


@pytest.mark.parametrize("alert", ["DatabaseConnectionsHigh", "database_connections_high", "pool-EXHAUSTED"])
async def test_alert_name_comes_first(matcher: GuideMatcher, alert: str):
    """An alert's name decides, whatever its format, against a text that fits another guide."""
    match = await matcher.match("pods restart out of memory", alert=alert)
    assert (match.guide_id, match.by) == ("db_connections", "alert")
    assert match.nearest[0][0] == "db_connections"
    scores = [score for _, _, score in match.nearest]
    assert scores == sorted(scores, reverse=True)


async def test_alert_name_inside_the_text(matcher: GuideMatcher):
    """A name that stands in the message counts as given."""
    match = await matcher.match("FIRING: PodOOM for checkout")
    assert (match.guide_id, match.by, match.needs) == ("oom", "alert", None)


async def test_unknown_alert_falls_back_to_the_text(matcher: GuideMatcher):
    """An alert that no guide names leaves the symptoms to decide."""
    match = await matcher.match("too many clients already", alert="SomethingElse")
    assert (match.guide_id, match.by) == ("db_connections", "symptoms")


async def test_symptoms(matcher: GuideMatcher):
    """A message that says a symptom finds its guide with good confidence."""
    match = await matcher.match("checkout says the certificate has expired since 10:20")
    assert (match.guide_id, match.by) == ("certificate", "symptoms")
    assert match.confidence > 0.5


async def test_services(matcher: GuideMatcher):
    """A guide that is written for the service in question is found by it."""
    match = await matcher.match("messages wait", service="Order API")
    assert (match.guide_id, match.by) == ("queue", "services")


async def test_names_of_services_do_not_blur(matcher: GuideMatcher):
    """A service that no guide knows does not lower the score of the symptom."""
    plain = await matcher.match("no space left on device")
    named = await matcher.match("checkout: no space left on device")
    assert named.nearest == plain.nearest


async def test_names_that_only_the_logs_know_do_not_blur_either():
    """A service that no inventory lists, whose name's words are no symptom."""
    text = "telemetry-feed-importer-frontend-eu: messages wait"
    async with SqliteIndex.open(":memory:") as index:
        await index.write(GUIDES)
        unknown = await GuideMatcher(index, Services()).match(text)
        known = await GuideMatcher(index, Services(), names=["telemetry-feed-importer-frontend-eu"]).match(text)
    assert known.guide_id == "queue"
    assert known.nearest[0][2] > unknown.nearest[0][2]


async def test_ties_are_candidates(matcher: GuideMatcher):
    """Guides that fit equally are all offered, in order."""
    match = await matcher.match("no space left on device")
    assert {candidate.guide_id for candidate in match.candidates[:2]} == {"disk_a", "disk_b"}
    assert match.candidates[0].guide_id == match.guide_id
    assert match.candidates[0].confidence == match.confidence
    assert "1 more" in match.reason


@pytest.mark.parametrize(
    "text", ["what is our parental leave policy?", "the printer on floor 3 has a paper jam", "hello"]
)
async def test_not_covered(matcher: GuideMatcher, text: str):
    """What no guide is about is not covered, and the answer says what is missing."""
    match = await matcher.match(text)
    assert (match.guide_id, match.candidates) == (None, ())
    assert match.needs is not None
    assert "applies_to" in match.needs


async def test_not_covered_names_the_nearest(matcher: GuideMatcher):
    """At most three guides that share something are named."""
    match = await matcher.match("the marketing newsletter about our new database of wines went to the wrong people")
    assert match.guide_id is None
    assert 0 < len(match.nearest) <= 3
    assert "floor" in match.reason


@pytest.mark.parametrize("text", ["", "???", "🔥"])
async def test_nothing_to_search_for(matcher: GuideMatcher, text: str):
    """A message without words asks for some."""
    match = await matcher.match(text)
    assert match.guide_id is None
    assert match.reason == "the message holds no words to search for"


async def test_floor_is_a_setting():
    """A floor of 1 covers nothing that is not found by its alert."""
    async with SqliteIndex.open(":memory:") as index:
        await index.write(GUIDES)
        matcher = GuideMatcher(index, SERVICES, floor=1.0)
        assert (await matcher.match("certificate has expired")).guide_id is None
        assert (await matcher.match("PodOOM")).guide_id == "oom"


async def test_top_bounds_the_nearest(matcher: GuideMatcher):
    """`top` is how many of the nearest come back."""
    assert len((await matcher.match("no space left on device", top=1)).nearest) == 1


def test_shares_rise_with_score_and_margin():
    """The calibrated share is between 0 and 1 and rises with the score and with the distance to the rest."""
    shares = [ONE_IS_RIGHT.share(score, rest) for score, rest in ((0.0, ()), (0.05, (0.05,) * 3), (0.2, (0.05,) * 3))]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
