"""A folder is written whole or not at all, the same for the same seed, and never over anything."""

import json
import os
import resource
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestrator.core.errors import InputError
from playbooks.samples.folder import Format
from playbooks.samples.marks import FOLDER
from playbooks.samples.scenario import VERSION, make


def contents(folder: Path) -> dict[str, bytes]:
    """A folder's files."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def tables(folder: Path) -> set[str]:
    """The names of a folder's files of rows."""
    return {path.name for path in folder.iterdir() if path.name != FOLDER}


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, fmt: Format):
    """Twice the same name and seed: the same files."""
    first = make("healthy_quiet", seed=5, out=tmp_path / "a", fmt=fmt)
    second = make("healthy_quiet", seed=5, out=tmp_path / "b", fmt=fmt)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert first == second


def test_another_seed_gives_another_system(tmp_path: Path):
    """Names, times and rows differ."""
    first = make("healthy_quiet", seed=5, out=tmp_path / "a")
    second = make("healthy_quiet", seed=6, out=tmp_path / "b")
    assert first.services != second.services
    assert first.end != second.end


def test_types_are_those_of_azure(tmp_path: Path):
    """Times are timestamps, bags are JSON text, text is never NULL."""
    make("shop", seed=1, out=tmp_path / "shop")
    with duckdb.connect() as connection:
        source = tmp_path / "shop" / "AppRequests.parquet"
        types = dict(
            connection.execute(
                "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(?))", [str(source)]
            ).fetchall()
        )
        bags = connection.execute("SELECT Properties FROM read_parquet(?) LIMIT 5", [str(source)]).fetchall()
        nulls = connection.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE Url IS NULL OR ParentId IS NULL", [str(source)]
        ).fetchall()
    expected = {
        "TimeGenerated": "TIMESTAMP",
        "Success": "BOOLEAN",
        "DurationMs": "DOUBLE",
        "ItemCount": "INTEGER",
        "ResultCode": "VARCHAR",
        "Type": "VARCHAR",
        "TenantId": "VARCHAR",
    }
    assert {name: types[name] for name in expected} == expected
    assert all("Production" in json.loads(bag).values() for (bag,) in bags)
    assert nulls == [(0,)]


def test_the_end_can_be_chosen(tmp_path: Path):
    """The folder ends then, and no row arrived later."""
    end = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
    manifest = make("shop", seed=1, out=tmp_path / "shop", end=end)
    with duckdb.connect() as connection:
        newest = connection.execute(
            "SELECT max(_TimeReceived) FROM read_parquet(?)", [str(tmp_path / "shop" / "AppRequests.parquet")]
        ).fetchall()[0][0]
    assert manifest.end == end
    assert manifest.started_at == datetime(2026, 9, 1, 11, 30, tzinfo=UTC)
    assert 0 <= (end - newest.replace(tzinfo=UTC)).total_seconds() < 120


def test_the_truth_is_written_apart_from_the_data(tmp_path: Path):
    """The manifest goes where it is asked to, and not into the folder."""
    manifest = make("deploy_5xx", seed=1, out=tmp_path / "data", manifest_path=tmp_path / "truth.json")
    stored = json.loads((tmp_path / "truth.json").read_text())
    assert stored["object"] == manifest.object
    assert stored["version"] == VERSION
    assert {Path(name).suffix for name in tables(tmp_path / "data")} == {".parquet"}
    said = "".join(path.read_text() for path in (tmp_path / "data" / FOLDER).iterdir())
    assert [word for word in (manifest.object, manifest.service, manifest.cause) if str(word) in said] == []


def test_a_manifest_inside_the_data_is_refused(tmp_path: Path):
    """A tool that reads the folder could read the truth."""
    with pytest.raises(InputError, match="inside the data folder"):
        make("shop", seed=1, out=tmp_path / "data", manifest_path=tmp_path / "data" / "truth.json")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    """Nothing is overwritten."""
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="not empty"):
        make("shop", seed=1, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path):
    """A folder that was made beforehand serves."""
    out = tmp_path / "made"
    out.mkdir()
    manifest = make("healthy_quiet", seed=1, out=out)
    assert {Path(name).stem for name in tables(out)} == set(manifest.rows)


def test_a_file_in_the_way_is_refused(tmp_path: Path):
    """The path must be a folder's."""
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="is a file"):
        make("shop", seed=1, out=tmp_path / "out")


def test_two_writers_do_not_mix(tmp_path: Path):
    """One of two at the same time wins whole; the other is refused and leaves nothing."""

    def write(seed: int) -> str:
        try:
            make("healthy_quiet", seed=seed, out=tmp_path / "out")
        except InputError as error:
            return error.message
        return "written"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(write, (1, 2)))
    tenants = set()
    with duckdb.connect() as connection:
        for path in (tmp_path / "out").glob("*.parquet"):
            tenants |= set(connection.execute("SELECT DISTINCT TenantId FROM read_parquet(?)", [str(path)]).fetchall())
    assert "not empty" in answers[0]
    assert answers[1] == "written"
    assert len(tenants) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_writer_left_is_removed(tmp_path: Path):
    """Half-made folders of the same name go after an hour; younger ones, and anything else, stay."""
    half, young = ".out.0123456789abcdef", ".out.fedcba9876543210"
    others = [".other.0123456789abcdef", ".out.backup", "out.0123456789abcdef"]
    for name in (half, young, *others):
        (tmp_path / name).mkdir()
        (tmp_path / name / "T.parquet").write_text("half")
    for name in (half, *others):
        os.utime(tmp_path / name, (0, 0))
    make("healthy_quiet", seed=1, out=tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([young, *others, "out"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_refused(tmp_path: Path):
    """The message names the place and the mend."""
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="choose another --out"):
        make("shop", seed=1, out=tmp_path / "out")


def test_a_path_below_a_file_is_refused(tmp_path: Path):
    """What cannot be created is named, also for root."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another --out"):
        make("shop", seed=1, out=tmp_path / "file" / "out")


def test_an_unknown_format_is_refused(tmp_path: Path):
    """The formats there are stand in the message."""
    with pytest.raises(InputError, match="unknown format 'xlsx'; use one of csv, parquet"):
        make("shop", seed=1, out=tmp_path / "out", fmt="xlsx")  # type: ignore[arg-type]  # what a user may type
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_told_and_leaves_nothing(tmp_path: Path):
    """A limit on the size of files stands for it; what was half written is removed."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(InputError, match=r"cannot write into .*: File too large; choose another --out"):
            make("healthy_quiet", seed=1, out=tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())
