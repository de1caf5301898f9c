"""The query of a log alert, asked before anything else: what made the alert fire is the first evidence."""

from collections.abc import Mapping

from orchestrator.core.alerts.alert import AlertQuery
from orchestrator.core.alerts.parse import Reading, read_payload
from orchestrator.core.claims import DONE, Frame, StepFrame
from orchestrator.core.ports import QueryLimits
from orchestrator.core.recording import Recorder
from orchestrator.core.report import Statement, StatementKind, Unknown
from orchestrator.core.runs import Offer, RunContext
from orchestrator.core.selfmade import reaches_out

KEY = "alert_query"
PURPOSE = "the alert's own query"
LIMITS = QueryLimits(rows=1_000, timeout_s=20.0)
_FOUND = "the alert's own query finds {size(rows):,d} rows in its window"
_NONE = "the alert's own query finds no rows in its window"


def query_of(payload: Mapping[str, object], context: RunContext) -> AlertQuery | None:
    """The query of the first alert of a payload that has one."""
    received = read_payload(payload, Reading(), at=context.now)
    return next((item.alert.query for item in received if item.alert is not None and item.alert.query), None)


async def ask_alert_query(context: RunContext) -> Offer | None:
    """Ask it exactly, in its own window, once a run; what it shows is offered as a claim.

    A query that cannot be answered here is recorded as failed, and the run goes on. One that would fetch from elsewhere
    is not asked: an alert is a message from outside and no reviewed code.
    """
    if context.alert is None or _asked(context.recorder):
        return None
    query = query_of(context.alert, context)
    if query is None:
        return None
    outside = reaches_out(query.kql)
    if outside is not None:
        text = "The alert's own query was not asked."
        context.unknown.append(Unknown(text=text, reason=f"{outside} reaches outside of these logs"))
        return None
    recorder = context.recorder
    recorded = await recorder.query(
        recorder.reserve(),
        key=KEY,
        kql=query.kql,
        parameters=(),
        limits=LIMITS,
        window=query.window,
        purpose=PURPOSE,
    )
    if recorded.table is None:
        context.unknown.append(Unknown(text="The alert's own query could not be answered here.", reason=recorded.error))
        return None
    return context.offer(_statement(recorded.evidence_id, found=bool(recorded.table.rows)))


def _asked(recorder: Recorder) -> bool:
    return any(item.purpose == PURPOSE for item in recorder.evidence())


def _statement(evidence_id: str, *, found: bool) -> Statement:
    return Statement(
        kind=StatementKind.SHOWN if found else StatementKind.RULED_OUT,
        template=_FOUND if found else _NONE,
        check="size(rows) > 0" if found else "size(rows) == 0",
        evidence=(evidence_id,),
        frame=Frame(values={}, steps=(StepFrame(step=KEY, evidence=evidence_id, status=DONE),), current=KEY),
    )
