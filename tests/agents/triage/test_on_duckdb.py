"""The queries that the runner writes itself, on the real embedded backend."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.triage.outcome import GuideOutcome
from agents.triage.runner import evidence_keys, run_guide
from orchestrator.core.ports import QueryParameter
from orchestrator.core.recording import Recorder
from orchestrator.core.table import ColumnType
from orchestrator.core.window import Window
from playbooks.guide import DeclaredTable, Guide
from plugins.monitor.embedded.duckdb import DuckDbLogs

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
SPAN = Window(START, START + timedelta(hours=1))


def write_requests(folder: Path, *, minutes: int, lag_s: int | None) -> None:
    """One request of `checkout` every 20 seconds for that many minutes."""
    lines = ["TimeGenerated,AppRoleName,Success" + (",_TimeReceived" if lag_s is not None else "")]
    for n in range(minutes * 3 + 1):
        at = START + timedelta(seconds=20 * n)
        received = f",{at + timedelta(seconds=lag_s):%Y-%m-%dT%H:%M:%SZ}" if lag_s is not None else ""
        lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ},checkout,true{received}")
    (folder / "AppRequests.csv").write_text("\n".join(lines), encoding="utf-8")


def ask(made: Guide, folder: Path, *, service: str | list[str] = "checkout") -> GuideOutcome:
    """Run a guide over the folder."""

    async def main() -> GuideOutcome:
        async with DuckDbLogs.open([str(folder)], now=SPAN.end) as logs:
            recorder = Recorder(logs=logs, index=None, source="files", found=lambda _: None)  # type: ignore[arg-type]
            kind = ColumnType.STRING if isinstance(service, str) else ColumnType.DYNAMIC
            parameters = (QueryParameter("p_service", kind, service),)  # type: ignore[arg-type]
            return await run_guide(
                made,
                port=recorder.section(evidence_keys(made)),
                parameters=parameters,
                window=SPAN,
                emit=lambda _: None,
            )

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("minutes", "lag_s", "expected"),
    [(60, None, "healthy"), (40, None, "no_data"), (56, 300, "healthy"), (50, 60, "no_data")],
)
def test_coverage(kit: Any, tmp_path: Path, *, minutes: int, lag_s: int | None, expected: str):
    """Rows to the end, less lag, are healthy; rows that stop are no data."""
    write_requests(tmp_path, minutes=minutes, lag_s=lag_s)
    made = kit.guide(kit.step("a", kql="AppRequests | where Success == false"))
    outcome = ask(made, tmp_path)
    assert (outcome.verdict.status.value, outcome.coverage.rows, outcome.coverage.lag_s) == (
        expected,
        minutes * 3 + 1,
        lag_s,
    )


def test_one_of_several_services_is_silent(kit: Any, tmp_path: Path):
    """Each of several services is counted alone: the one without rows is named, the other does not cover for it."""
    write_requests(tmp_path, minutes=60, lag_s=None)
    made = kit.guide(kit.step("a", kql="AppRequests | where Success == false"))
    outcome = ask(made, tmp_path, service=["checkout", "ghost"])
    assert (outcome.verdict.status.value, outcome.coverage.rows) == ("no_data", 181)
    assert outcome.verdict.reason.startswith("AppRequests has no rows of ghost in the window")


def test_nearest_service(kit: Any, tmp_path: Path):
    """A service that does not log is told who does."""
    write_requests(tmp_path, minutes=60, lag_s=None)
    outcome = ask(kit.guide(kit.step("a", kql="AppRequests | take 1")), tmp_path, service="checkuot")
    assert (outcome.verdict.status.value, outcome.coverage.nearest) == ("no_data", ("checkout",))


def test_missing_tables(kit: Any, tmp_path: Path):
    """A missing table fails its step with the nearest name, a missing optional one is empty, and the run goes on."""
    write_requests(tmp_path, minutes=60, lag_s=None)
    columns = {"TimeGenerated": ColumnType.DATETIME, "n": ColumnType.LONG}
    made = kit.guide(
        kit.step("gone", kql="AppRequest | take 1"),
        kit.step("extra", kit.branch("ruled_out", "row.c == 0", text="none"), kql="Extra\n| summarize c = count()"),
        start=("gone", "extra"),
        tables={"Extra": DeclaredTable(name="Extra", columns=columns, optional=True)},
    )
    outcome = ask(made, tmp_path)
    assert [step.status.value for step in outcome.steps] == ["failed", "done"]
    assert "AppRequests" in (outcome.steps[0].reason or "")
    assert outcome.ruled_out == ()
    assert outcome.unknown[1].text == "there is no table Extra: nothing can be said (Title of extra)"
    assert outcome.notes == ("there is no table Extra; read as empty",)
    assert outcome.verdict.status.value == "inconclusive"


def test_out_values(kit: Any, tmp_path: Path):
    """A list that one step found filters the query of the next; evidence ids follow the file."""
    write_requests(tmp_path, minutes=60, lag_s=None)
    made = kit.guide(
        kit.step(
            "who",
            kit.branch("finding", None, next=("count",)),
            kql="AppRequests | summarize n = count() by AppRoleName",
            out={"names": "rows.map(r, r.AppRoleName)", "first": "row.AppRoleName"},
        ),
        kit.step(
            "count",
            kit.branch("finding", "row.n == 181", text="{row.n} rows"),
            kql="AppRequests | where AppRoleName in (who_names) and AppRoleName == who_first | summarize n = count()",
        ),
    )
    outcome = ask(made, tmp_path)
    assert [(item.text, item.evidence) for item in outcome.findings] == [("said", ("E1",)), ("181 rows", ("E2",))]
    assert outcome.coverage.evidence == ("E3",)
