"""Makes the address under which a query opens in the Azure portal. Pure.

The form is that of the portal's own "share a link to query", whose query is gzipped, then base64, then percent-encoded:
for one resource as described in Microsoft's BCTech samples (samples/AppInsights/HTML), for several as Grafana's Azure
Monitor data source writes it (`getQueryUrl`).
"""

import gzip
import json
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from orchestrator.core.table import iso_utc
from orchestrator.core.window import Window

PORTAL = "https://portal.azure.com"
_PORTALS = {".us": "https://portal.azure.us", ".cn": "https://portal.azure.cn"}
_LONGEST = 8_000
"""Browsers and chat programs cut longer addresses."""


def portal_of(endpoint: str) -> str:
    """The portal of the cloud that a query endpoint belongs to."""
    host = urlsplit(endpoint).hostname or ""
    return next((portal for ending, portal in _PORTALS.items() if host.endswith(ending)), PORTAL)


def portal_link(query: str, *, resources: Sequence[str], window: Window | None, portal: str = PORTAL) -> str | None:
    """The address that opens the query on these resources; None without one, or where it would be too long.

    Without a window the portal is told P1D, as a time in the query itself takes its place there.
    """
    if not resources:
        return None
    packed = quote(b64encode(gzip.compress(query.encode(), mtime=0)).decode(), safe="")
    span = f"{iso_utc(window.start)}/{iso_utc(window.end)}" if window else "P1D"
    if len(resources) == 1:
        link = (
            f"{portal}/#blade/Microsoft_Azure_Monitoring_Logs/LogsBlade/resourceId/{quote(resources[0], safe='')}"
            f"/source/LogsBlade.AnalyticsShareLinkToQuery/q/{packed}/timespan/{quote(span, safe='')}"
        )
    else:
        scope = json.dumps({"resources": [{"resourceId": item} for item in resources]}, separators=(",", ":"))
        link = (
            f"{portal}/#blade/Microsoft_OperationsManagementSuite_Workspace/AnalyticsBlade/initiator"
            f"/AnalyticsShareLinkToQuery/isQueryEditorVisible/true/scope/{quote(scope, safe='')}/query/{packed}"
            f"/isQueryBase64Compressed/true/timespanInIsoFormat/{quote(span, safe='')}"
        )
    return link if len(link) <= _LONGEST else None
