"""An alert of a time that the data do not reach: no guide can answer it, and nobody need be asked."""

from collections.abc import Sequence
from datetime import datetime

from agents.triage.coverage import TIME_COLUMN, coverage_of
from agents.triage.reporting import guide_view
from orchestrator.core.ports import QueryParameter
from orchestrator.core.recording import Section
from orchestrator.core.report import GuideResult, Unknown, VerdictView
from orchestrator.core.table import iso_utc
from playbooks.guide import Guide
from playbooks.parameters import Resolved

NEWEST = "newest"
PURPOSE = "how far the data reach"


async def beyond_data(
    guide: Guide, resolved: Resolved, began: datetime, *, section: Section, since: QueryParameter | None
) -> GuideResult:
    """`no_data`, with the table that the guide goes by and its newest row, as one recorded query tells.

    Args:
        guide: What would have run.
        resolved: Its parameters.
        began: When the alert began, which is not before the run's clock.
        section: Where the query is recorded.
        since: From when on live logs are asked, as `values_from`; None for all there are.
    """
    reason = f"the alert began {iso_utc(began)}, and {await _reach(guide, section, since)}"
    summary = f"No data to judge by: {reason}."
    return GuideResult(
        guide=guide_view(guide),
        verdict=VerdictView(status="no_data", summary=summary, reason=reason),
        unknown=(Unknown(text="What happened when the alert began is not in the data.", reason=reason),),
        next=("ask again when rows of that time have arrived, or give the logs of that time",),
        values={item.name: item.value for item in resolved.values},
        origins=resolved.origins,
    )


async def _reach(guide: Guide, section: Section, since: QueryParameter | None) -> str:
    """How far the data reach, in a clause."""
    table = _table(guide)
    if table is None:
        return "the data end before that"
    recent = f" | where {TIME_COLUMN} >= {since.name}" if since else ""
    recorded = await section.ask(
        f"{NEWEST}:{table}",
        f"{table}{recent} | summarize newest = max({TIME_COLUMN})",
        parameters=_given(since),
        purpose=PURPOSE,
    )
    newest = recorded.table.rows[0][0] if recorded.table is not None and recorded.table.rows else None
    if not isinstance(newest, datetime):
        return f"{table} has no rows" if recorded.error is None else f"the newest row of {table} could not be read"
    return f"the newest row of {table} is of {iso_utc(newest)}"


def _given(since: QueryParameter | None) -> Sequence[QueryParameter]:
    return (since,) if since else ()


def _table(guide: Guide) -> str | None:
    """The table by which the guide's coverage is judged, else the first that must be there, else the first."""
    coverage = coverage_of(guide)
    if coverage is not None:
        return coverage.table
    needed = (name for name, table in guide.tables.items() if not table.optional)
    return next(needed, next(iter(guide.tables), None))
