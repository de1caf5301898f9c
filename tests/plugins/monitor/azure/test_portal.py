"""Addresses in the Azure portal."""

import gzip
import itertools
import json
from base64 import b64decode
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from orchestrator.core.window import Window
from plugins.monitor.azure.portal import portal_link, portal_of

SHOP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/shop"
PAY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/pay"
QUERY = 'let p_service = "shop & söhne"; AppRequests\n| where AppRoleName == p_service'
WINDOW = Window(datetime(2024, 1, 20, 10, tzinfo=UTC), datetime(2024, 1, 20, 10, 30, 0, 5, tzinfo=UTC))


def parts_of(link: str | None) -> dict[str, str]:
    """What stands behind each word of the address, decoded."""
    pieces = str(link).partition("/#blade/")[2].split("/")
    return {name: unquote(value) for name, value in itertools.pairwise(pieces)}


def unpacked(text: str) -> str:
    """The query that the portal shows."""
    return gzip.decompress(b64decode(text)).decode()


def test_one_resource_opens_its_logs():
    """The query comes back letter by letter, with its parameters and its times."""
    parts = parts_of(portal_link(QUERY, resources=[SHOP], window=WINDOW))
    assert (parts["resourceId"], unpacked(parts["q"])) == (SHOP, QUERY)
    assert parts["timespan"] == "2024-01-20T10:00:00Z/2024-01-20T10:30:00.000005Z"
    assert parts["Microsoft_Azure_Monitoring_Logs"] == "LogsBlade"


def test_several_resources_open_as_one_scope():
    """All of them."""
    parts = parts_of(portal_link(QUERY, resources=[SHOP, PAY], window=None))
    assert json.loads(parts["scope"]) == {"resources": [{"resourceId": SHOP}, {"resourceId": PAY}]}
    assert (unpacked(parts["query"]), parts["timespanInIsoFormat"]) == (QUERY, "P1D")


def test_the_same_query_has_the_same_address():
    """No time of making is in it."""
    assert portal_link(QUERY, resources=[SHOP], window=WINDOW) == portal_link(QUERY, resources=[SHOP], window=WINDOW)


def test_no_resource_and_too_long_a_query_have_none():
    """An address that is cut on its way opens another query."""
    noise = "".join(f"{number * number:x}" for number in range(5_000))
    assert portal_link(QUERY, resources=[], window=None) is None
    assert portal_link(noise, resources=[SHOP], window=None) is None


@pytest.mark.parametrize(
    ("endpoint", "portal"),
    [
        ("https://api.loganalytics.io", "https://portal.azure.com"),
        ("https://api.loganalytics.us", "https://portal.azure.us"),
        ("https://api.loganalytics.azure.cn/v1", "https://portal.azure.cn"),
        ("http://127.0.0.1:1", "https://portal.azure.com"),
    ],
)
def test_every_cloud_has_its_portal(endpoint: str, portal: str):
    """Known by the endpoint's ending."""
    assert portal_of(endpoint) == portal
