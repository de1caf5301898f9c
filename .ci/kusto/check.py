"""Has Microsoft's own KQL parser check every query of every shipped guide against the tables of Azure Monitor.

The embedded engine runs the guides in the tests; this says that Log Analytics would understand the same queries, and
that both see the same columns and types. Needs Node.js; the parser is the npm package `@kusto/language-service-next`
(MIT, by Microsoft), in the folder that the argument names: `npm install --prefix FOLDER PACKAGE`.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.triage.coverage import coverage_of
from agents.triage.coverage_query import CoverageQuery
from orchestrator.app.guide_checks import empty_logs
from orchestrator.app.guide_folders import read_guides
from orchestrator.app.log_source import declared_types
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType
from orchestrator.core.window import Window
from playbooks.guide import Guide
from playbooks.typecheck import check_types
from plugins.monitor.azure_schema import azure_tables
from plugins.monitor.lets import render_lets

HERE = Path(__file__).parent
CONTROL = ("AppRequests | where Sucess == true", "AppRequest | count", "AppRequests | summarize nonsense(")
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as Log Analytics would get it, and what the embedded engine says that it yields."""

    guide: str
    text: str
    columns: Mapping[str, str]


async def asked_of(guide: Guide) -> list[Asked]:
    """Every query of a guide with sample values for its parameters."""
    found: list[Asked] = []
    async with empty_logs(guide) as logs:
        loop = asyncio.get_running_loop()

        def describe(kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
            columns = asyncio.run_coroutine_threadsafe(logs.describe(kql, parameters=parameters), loop).result()
            named = {column.name: column.type.value for column in columns}
            found.append(Asked(guide.id, render_lets(parameters) + kql, named))
            return columns

        await asyncio.to_thread(lambda: list(check_types(guide, describe)))
    return found


def coverage_queries(guide: Guide) -> Iterator[Asked]:
    """The queries that count a service's rows, as they are planned for a guide."""
    rule = coverage_of(guide)
    if rule is None:
        return
    service = QueryParameter("coverage_service", ColumnType.STRING, "checkout")
    planned = CoverageQuery(
        coverage=rule, time="TimeGenerated", received="_TimeReceived", service=service, window=WINDOW
    )
    yield Asked(guide.id, render_lets(planned.parameters) + planned.kql, {})
    yield Asked(guide.id, render_lets(planned.parameters_services) + planned.kql_services, {})


def undocumented(guides: Sequence[Guide]) -> Iterator[str]:
    """Columns that a guide declares for a table of Azure Monitor, and that the table's reference does not have."""
    for guide in guides:
        for table in guide.tables.values():
            known = azure_tables().get(table.name)
            for column in table.columns if known is not None else ():
                if column not in (known or {}):
                    yield f"{guide.id}: {table.name} has no column {column!r}"


def schema_for(guides: Sequence[Guide]) -> dict[str, dict[str, str]]:
    """Azure Monitor's tables; a column that a guide declares and the reference does not know is not added."""
    declared = declared_types(guides)
    unknown = {name: columns for name, columns in declared.items() if name not in azure_tables()}
    tables = {**azure_tables(), **unknown}
    return {name: {column: kind.value for column, kind in columns.items()} for name, columns in tables.items()}


def parse(folder: Path, tables: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """What the parser says of each text."""
    document = {"tables": tables, "queries": [{"id": str(n), "text": text} for n, text in enumerate(texts)]}
    done = subprocess.run(
        ["node", str(HERE / "parse.js"), str(folder)], input=json.dumps(document), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def problems_of(asked: Asked, answer: Mapping[str, Any]) -> Iterator[str]:
    """What the parser refuses, and columns on which the two engines differ."""
    for problem in answer["problems"]:
        line = asked.text.splitlines()[problem["line"] - 1].strip()
        yield f"{asked.guide}: line {problem['line']}: {problem['text']!r}: {problem['message']} in: {line[:160]}"
    if answer["problems"] or not asked.columns:
        return
    for name in dict.fromkeys([*asked.columns, *answer["columns"]]):
        ours, theirs = asked.columns.get(name), answer["columns"].get(name)
        if ours != theirs:
            yield f"{asked.guide}: column {name!r} is {ours} here and {theirs} in Kusto: {asked.text[:120]!r}"


async def main() -> int:
    """Print every difference; 1 where there is one, or where the parser accepts what is wrong."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else HERE)
    if shutil.which("node") is None or not (folder / "node_modules" / "@kusto").is_dir():
        print(f"Node.js or the parser is missing: npm install --prefix {folder} @kusto/language-service-next@12.4.1")
        return 2
    guides = read_guides(None)
    asked = [item for guide in guides for item in (*await asked_of(guide), *coverage_queries(guide))]
    answers = parse(folder, schema_for(guides), [item.text for item in asked] + list(CONTROL))
    found = [*undocumented(guides)]
    found += [
        line for item, answer in zip(asked, answers, strict=False) for line in dict.fromkeys(problems_of(item, answer))
    ]
    accepted = [text for text, answer in zip(CONTROL, answers[len(asked) :], strict=True) if not answer["problems"]]
    for line in (*found, *(f"the parser accepts what is wrong: {text}" for text in accepted)):
        print(line)
    print(f"{len(asked)} queries of {len(guides)} guides, {len(found)} problems")
    return 1 if found or accepted else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
