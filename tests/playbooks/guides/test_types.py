"""The shipped guides' expressions fit the columns of their queries, as the embedded engine sees them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column
from playbooks.lint import lint_guide
from playbooks.parse import load_guides
from playbooks.problems import Level
from plugins.monitor.embedded.duckdb import DuckDbLogs

GUIDES = {guide.id: guide for guide in load_guides(Path(__file__).parents[3] / "playbooks" / "guides")}


@pytest.mark.parametrize("name", GUIDES)
def test_every_expression_is_well_typed(name: str, tmp_path: Path) -> None:
    """No error of types, columns or names against tables of the declared columns."""
    guide = GUIDES[name]
    for table in guide.tables.values():
        (tmp_path / f"{table.name}.csv").write_text(",".join(table.columns) + "\n")
    declared = {table.name: table.columns for table in guide.tables.values()}
    logs = DuckDbLogs.open([str(tmp_path)], declared=declared)

    def describe(kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
        return logs._describe(kql, parameters)

    problems = lint_guide(guide, describe=describe)
    logs._con.close()
    assert [str(problem) for problem in problems if problem.level is Level.ERROR] == []
