"""Reports of every kind, as an application gives them; the fixtures of the surfaces' tests."""

from collections.abc import Callable

Json = dict[str, object]

WINDOW: Json = {
    "from": "2026-11-22T09:20:00Z",
    "to": "2026-11-22T10:45:00Z",
    "from_local": "2026-11-22T10:20:00+01:00",
    "to_local": "2026-11-22T11:45:00+01:00",
    "timezone": "Europe/Berlin",
    "origin": "from the message: since 10:20; to the newest row of the logs",
}
GUIDE: Json = {
    "id": "requests_fail_after_deploy",
    "title": "Requests fail after a deploy",
    "version": "9f3c2a71d0be4455",
    "reviewed": "2026-10-01",
    "path": "playbooks/guides/requests_fail_after_deploy.md",
}


def evidence(name: str, step: str, columns: list[tuple[str, str]], rows: list[list[object]], **more: object) -> Json:
    """One evidence with typed columns."""
    return {
        "id": name,
        "step": step,
        "source": "logs:sample",
        "query": f"AppRequests\n| where AppRoleName == p_service\n| summarize by {step}",
        "parameters": {"p_service": {"type": "string", "value": "checkout-api"}},
        "status": "complete",
        "reason": None,
        "row_count": len(rows),
        "result_sha256": "ab" * 32,
        "columns": [{"name": column, "type": kind} for column, kind in columns],
        "rows": rows,
        "at": "2026-11-22T10:46:00Z",
        "elapsed_ms": 41.2,
        **more,
    }


def step(name: str, title: str, outcome: str | None, text: str, **more: object) -> Json:
    """One step, done unless said otherwise."""
    found: Json = {"id": name, "title": title, "status": "done", "outcome": outcome, "text": text}
    return {**found, "evidence": "E1", "elapsed_ms": 41.2, **more}


def report(status: str = "answered", **more: object) -> Json:
    """A report with every field, empty where not given."""
    base: Json = {
        "status": status,
        "run": "r7k2m9",
        "session": "s4",
        "agent": "triage",
        "asked": "checkout returns 502 since 10:20",
        "message": "Said in sentences.",
        "source": "files",
        "window": WINDOW,
        "verdict": None,
        "impact": {"started_at": None, "ongoing": None, "affected": None, "share": None},
        "guide": GUIDE,
        "turns": [],
        "route": {"agents": ["triage"], "confidence": 0.93, "reason": "symptom: returns 502"},
    }
    names = ("claims", "evidence", "hypotheses", "ruled_out", "unknown", "next", "actions", "conclusions", "steps")
    return {**base, **{name: [] for name in (*names, "questions", "notes")}, **more}


def verdict(status: str, **more: object) -> Json:
    """A verdict with every field."""
    base: Json = {"cause": None, "object": None, "confidence": None, "summary": "", "reason": ""}
    return {"status": status, **base, **more}


def _series() -> Json:
    rows: list[list[object]] = [
        [f"2026-11-22T09:{m:02d}:00Z", n] for m, n in zip(range(5, 60, 5), _FAILED, strict=True)
    ]
    return evidence("E1", "failures", [("TimeGenerated", "datetime"), ("failed", "long")], rows)


_FAILED = (3, 2, 4, 180, 412, 433, 420, 398, 415, 421, 430)


def cause_found() -> Json:
    """A cause with evidence of three kinds, an action, and something that was not checked."""
    by_operation: list[list[object]] = [
        ["POST /orders", 2412, 0.61],
        ["GET /basket", 512, 0.12],
        ["GET /health", 0, 0.0],
    ]
    deploys: list[list[object]] = [["2026-11-22T09:18:00Z", "checkout-api", "2.41.0", "Microsoft.Web/sites/slots/swap"]]
    return report(
        source="sample",
        message="SAMPLE DATA. Suspected cause (high confidence): release 2.41.0 of checkout-api at 09:18 UTC.",
        verdict=verdict(
            "cause_found",
            cause="bad_deploy",
            object="checkout-api 2.41.0",
            confidence="high",
            summary="18.2% of requests of checkout-api fail since release 2.41.0 at 09:18 UTC",
        ),
        impact={"started_at": "2026-11-22T09:20:00Z", "ongoing": True, "affected": 12411, "share": 0.182},
        steps=[
            step("failures", "How many requests fail?", "finding", "18.2% of 12,411 requests fail since 09:20"),
            step("deploys", "What was released?", "finding", "2.41.0 at 09:18", evidence="E2", elapsed_ms=1240.0),
            step("operations", "Which operations fail?", "finding", "POST /orders most", evidence="E3"),
            step("dependencies", "Which dependencies fail?", "ruled_out", "none above 20 %", evidence="E4"),
            step(
                "exceptions", "Which exceptions are new?", "unknown", "no AppExceptions", status="failed", evidence=None
            ),
            step("region", "Is it one region?", None, "", status="skipped", evidence=None, elapsed_ms=0),
        ],
        claims=[
            {"text": "18.2% of 12,411 requests fail since 09:20", "evidence": ["E1"], "check": "row.share > 0.05"},
            {"text": "release 2.41.0 began two minutes before", "evidence": ["E2"], "check": "size(rows) > 0"},
            {"text": "POST /orders fails most", "evidence": ["E3", "E1"], "check": "row.share > 0.5"},
        ],
        evidence=[
            _series(),
            evidence(
                "E2",
                "deploys",
                [("at", "datetime"), ("service", "string"), ("version", "string"), ("operation", "string")],
                deploys,
            ),
            evidence("E3", "operations", [("Name", "string"), ("n", "long"), ("share", "real")], by_operation),
            evidence("E4", "dependencies", [("Target", "string"), ("share", "real")], [["sql-orders", 0.01]]),
        ],
        ruled_out=[{"text": "no dependency fails in more than 20 % of calls", "evidence": ["E4"], "check": "true"}],
        actions=[
            {
                "action": "swap_slot_back",
                "arguments": {"app": "checkout-api", "slot": "staging"},
                "by_hand": "az webapp deployment slot swap -g shop -n checkout-api --slot staging",
                "blast_radius": {"value": 1, "unit": "app"},
                "verify": {"step": "failures", "window_after": "10m", "wait": "5m", "expect": "row.share < 0.01"},
                "undo": {"action": "swap_slot_back", "arguments": {"slot": "production"}},
                "status": "proposed",
            }
        ],
        next=["For bad_deploy, swap_slot_back: az webapp deployment slot swap -g shop -n checkout-api --slot staging"],
        unknown=[{"step": "exceptions", "text": "new exceptions", "reason": "there is no table AppExceptions"}],
        hypotheses=["a feature flag may have changed with the release"],
        notes=["the clock is the newest row: 10:45 UTC"],
    )


def healthy() -> Json:
    """Nothing is wrong, and the data reach the window's end."""
    return report(
        verdict=verdict("healthy", summary="Healthy: 0.1% of 20,114 requests of checkout-api fail."),
        claims=[{"text": "0.1% of 20,114 requests fail", "evidence": ["E1"], "check": "row.share < 0.01"}],
        evidence=[evidence("E1", "failures", [("n", "long"), ("share", "real")], [[20114, 0.001]])],
        steps=[step("failures", "How many requests fail?", "healthy", "0.1% of 20,114 requests fail")],
    )


def no_data() -> Json:
    """The service logs nothing."""
    said = "AppRequests has no row of chekout; newest row of any service 10:44 UTC; nearest names: checkout-api"
    return report(
        verdict=verdict("no_data", summary=f"No data to judge by: {said}.", reason=said),
        next=[f"Check that telemetry arrives: {said}"],
    )


def inconclusive() -> Json:
    """Checked, and nothing explains it."""
    return report(
        verdict=verdict("inconclusive", summary="No cause shown: the step exceptions failed.", reason="exceptions"),
        unknown=[{"step": "exceptions", "text": "new exceptions", "reason": "there is no table AppExceptions"}],
        next=["Check by hand: Which exceptions are new?"],
    )


def not_covered() -> Json:
    """No guide fits."""
    said = "the nearest guides are queue_backlog, database_connections, memory_leak"
    return report(guide=None, window=None, verdict=verdict("not_covered", reason=said))


def needs_input() -> Json:
    """A parameter is missing."""
    question: Json = {
        "parameter": "p_service",
        "type": "string",
        "text": "Which service?",
        "choices": ["checkout-api", "payment-api"],
    }
    return report("needs_input", window=None, message="I need to know more before I can look.", questions=[question])


def waiting() -> Json:
    """An action waits for a person."""
    return report("waiting", message="The swap waits for approval.")


def failed() -> Json:
    """The run broke off."""
    return report("failed", message="the chat service gave no answer", guide=None, window=None)


def abstained() -> Json:
    """Nobody is sure to be the right one."""
    question: Json = {"parameter": None, "type": None, "text": "Is this about an order or an incident?", "choices": []}
    said = "Is this about an order or an incident?"
    return report("abstained", agent="none", message=said, guide=None, window=None, questions=[question])


def two_subjects() -> Json:
    """Two turns, the second of which waits."""
    turns = [cause_found(), {**waiting(), "agent": "shipment", "asked": "and cancel order 4711"}]
    return {**turns[0], "turns": turns}


HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 [bold]markup[/bold] \u202egnp.exe\u2066 \x9b2J a\r\nb\tc\x00 "
    "\ud800 \u200b:smile:"
)


def hostile() -> Json:
    """Every text carries escape sequences, markup and bidirectional overrides."""
    found: Json = {name: _spoil(value) for name, value in cause_found().items()}
    kept = {name: cause_found()[name] for name in ("status", "source", "window", "run")}
    return {**found, **kept}


def _spoil(value: object) -> object:
    match value:
        case str():
            return f"{value}{HOSTILE}"
        case list():
            return [_spoil(item) for item in value]
        case dict():
            return {name: _spoil(item) for name, item in value.items()}
        case _:
            return value


ALL: dict[str, Callable[[], Json]] = {
    maker.__name__: maker
    for maker in (
        cause_found,
        healthy,
        no_data,
        inconclusive,
        not_covered,
        needs_input,
        waiting,
        failed,
        abstained,
        two_subjects,
        hostile,
    )
}
