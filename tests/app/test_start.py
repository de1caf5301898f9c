"""What starting costs, in modules."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import asyncio, sys
from pathlib import Path
from orchestrator.app.application import App
from orchestrator.surfaces.application import Options
async def main():
    async with App().converse(Options(logs=(sys.argv[1],))) as conversation:
        await conversation.ask("is api healthy?", listen=lambda event: None)
asyncio.run(main())
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""
HEAVY = [
    *("pybars._compiler", "scipy", "pandas", "azure.ai.projects", "azure.search.documents", "azure.monitor.query"),
    *("dbos", "sqlalchemy", "psycopg"),
]


def test_ask_imports_no_module_that_it_does_not_need(tmp_path: Path) -> None:
    """The handlebars compiler, the Azure clients and what workers need stay out of an embedded answer."""
    (tmp_path / "AppRequests.csv").write_text("TimeGenerated,AppRoleName,Success\n2026-05-04T10:00:00Z,api,true\n")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), *HEAVY], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
