"""Further rows of a sample that was played on: those that its newest state names, and no others."""

import json
from pathlib import Path

import pytest

from orchestrator.core.errors import InputError
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.folder import discover


def written(folder: Path, *, states: dict[str, object]) -> Path:
    """A sample with a table, two folders of further rows, and these states."""
    (folder / ".sample").mkdir(parents=True)
    (folder / "Requests.csv").write_text("n\n1\n")
    for part, value in (("0001-aa", 2), ("0002-bb", 3)):
        (folder / ".sample" / part).mkdir()
        (folder / ".sample" / part / "Requests.csv").write_text(f"n\n{value}\n")
    (folder / ".sample" / "0002-bb" / "Events.csv").write_text("name\nx\n")
    (folder / ".sample" / "world.json").write_text("{}")
    for name, document in states.items():
        (folder / ".sample" / name).write_text(json.dumps(document))
    return folder


FIRST, SECOND = {"parts": ["0001-aa"]}, {"parts": ["0001-aa", "0002-bb"]}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({}, {"Requests": 1}),
        ({"0000.json": {"parts": []}}, {"Requests": 1}),
        ({"0000.json": {"parts": []}, "0001.json": FIRST}, {"Requests": 2}),
        ({"0001.json": FIRST, "0002.json": SECOND}, {"Requests": 3, "Events": 1}),
        ({"9999.json": FIRST, "10000.json": SECOND}, {"Requests": 3, "Events": 1}),
    ],
)
def test_the_newest_state_counts(tmp_path: Path, states: dict[str, object], expected: dict[str, int]) -> None:
    """Each table has its first file and those of the parts; a table may begin in one."""
    tables = discover([str(written(tmp_path, states=states))]).tables
    assert {name: len(table.files) for name, table in tables.items()} == expected


async def test_tables_read_as_one(tmp_path: Path) -> None:
    """A query sees all rows."""
    folder = written(tmp_path, states={"0002.json": SECOND})
    async with DuckDbLogs.open([str(folder)]) as logs:
        assert (await logs.query("Requests | summarize sum(n)")).rows == ((6,),)


def test_a_folder_without_a_world_is_read_as_it_is(tmp_path: Path) -> None:
    """What lies hidden in a folder of one's own is not looked at."""
    folder = written(tmp_path, states={"0002.json": SECOND})
    (folder / ".sample" / "world.json").unlink()
    assert {name: len(table.files) for name, table in discover([str(folder)]).tables.items()} == {"Requests": 1}


@pytest.mark.parametrize("document", [[], {}, {"parts": "x"}, {"parts": ["../../etc"]}, {"parts": [1]}])
def test_a_spoilt_state_is_told(tmp_path: Path, document: object) -> None:
    """The file is named, and no path leads out of the folder."""
    folder = written(tmp_path, states={"0003.json": document})
    with pytest.raises(InputError, match=r"0003\.json.*make the sample anew"):
        discover([str(folder)])
