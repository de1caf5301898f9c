"""A sample folder that is played on: rows are added, together or not at all, and nothing else is touched."""

import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.core.errors import InputError
from playbooks.samples.environment import advance, advance_sample, clock_of, is_environment
from playbooks.samples.marks import FOLDER, read_state
from playbooks.samples.remedies import Remedy
from playbooks.samples.scenario import make
from plugins.monitor.embedded.duckdb import DuckDbLogs
from plugins.monitor.embedded.folder import discover

END = datetime(2026, 6, 16, 10, 50, tzinfo=UTC)
BACK = Remedy(
    number=4,
    action="roll_back_deploy",
    arguments={"service": "checkout", "from_version": "4.12.1", "to_version": "4.11.2"},
)
SHARES = """AppRequests
| where AppRoleName == "checkout" and TimeGenerated >= datetime(2026-06-16T10:55:00Z)
| summarize n = count(), bad = countif(not(Success))"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's folder as it is made; no test changes it."""
    folder = tmp_path_factory.mktemp("made") / "shop"
    make("shop", seed=7, out=folder)
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """A shop of the test's own."""
    return Path(shutil.copytree(made, tmp_path / "shop"))


@pytest.fixture(scope="module")
def alone(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in which one writer made the change and let six minutes pass."""
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("alone") / "shop"))
    advance(folder, [BACK], minutes(6))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """A folder's files with their bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def minutes(count: int) -> datetime:
    """So long after the first end."""
    return END + timedelta(minutes=count)


async def rows_of(folder: Path, kql: str, now: datetime) -> tuple[tuple[object, ...], ...]:
    """What a query answers."""
    async with DuckDbLogs.open([str(folder)], now=now) as logs:
        return (await logs.query(kql)).rows


async def test_a_change_is_seen_in_what_follows(shop: Path) -> None:
    """After the rollback checkout answers again, the clock has moved, and the first files are as they were."""
    before = contents(shop)
    clock = await advance_sample(shop, [BACK], minutes(20))
    ((n, bad),) = await rows_of(shop, SHARES, clock)
    after = contents(shop)
    assert clock == clock_of(shop) == minutes(20)
    assert isinstance(n, int)
    assert isinstance(bad, int)
    assert n > 50
    assert bad < n * 0.05
    assert before == {name: after[name] for name in before}


async def test_without_a_change_it_stays_as_bad(shop: Path) -> None:
    """Time alone mends nothing."""
    clock = await advance_sample(shop, [], minutes(20))
    ((n, bad),) = await rows_of(shop, SHARES, clock)
    assert isinstance(n, int)
    assert isinstance(bad, int)
    assert bad > n * 0.5


def test_a_change_happens_once_and_at_the_clock_of_its_time(shop: Path) -> None:
    """Told again it is not done again; one that comes later happens later."""
    later = Remedy(number=9, action="deploy_version", arguments={"service": "checkout", "version": "4.12.1"})
    advance(shop, [BACK], minutes(5))
    advance(shop, [BACK], minutes(5))
    advance(shop, [BACK, later], minutes(7))
    state = read_state(shop)
    assert [(one.minute, one.change.number) for one in state.changes] == [(0, 4), (5, 9)]
    assert (state.minutes, state.seen, len(state.parts)) == (7, 9, 2)


def test_nothing_new_writes_nothing(shop: Path) -> None:
    """Neither an earlier time nor a change that is known."""
    advance(shop, [BACK], minutes(3))
    before = contents(shop)
    assert advance(shop, [BACK], minutes(1)) == minutes(3)
    assert before == contents(shop)


def test_a_change_without_time_is_remembered(shop: Path) -> None:
    """It takes effect as soon as time passes."""
    assert advance(shop, [BACK], END) == END
    assert [one.minute for one in read_state(shop).changes] == [0]


def test_several_at_once_add_each_row_once(shop: Path, alone: Path) -> None:
    """Whoever loses looks again; the rows are those that one alone would have added."""
    with ThreadPoolExecutor(3) as pool:
        clocks = list(pool.map(lambda count: advance(shop, [BACK], minutes(count)), (6, 6, 6)))
    state = read_state(shop)
    assert set(clocks) == {minutes(6)}
    assert len(state.changes) == 1
    parts = {path.name for path in (shop / FOLDER).iterdir() if path.is_dir()}
    assert parts == set(state.parts)
    assert _files(shop) == _files(alone)


def _files(folder: Path) -> dict[str, list[bytes]]:
    return {name: [path.read_bytes() for path in table.files] for name, table in discover([str(folder)]).tables.items()}


def test_a_writer_that_is_killed_leaves_nothing_that_counts(shop: Path, alone: Path) -> None:
    """Killed at whatever moment, the next one gives the rows that one alone would have added."""
    program = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from playbooks.samples.environment import advance; from playbooks.samples.remedies import Remedy\n"
        f"print('go', flush=True); advance(Path(sys.argv[1]), [{BACK!r}], datetime.fromisoformat(sys.argv[2]))"
    )
    for pause_s in (0.3, 0.6):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(shop), minutes(6).isoformat()], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"go\n"
            time.sleep(pause_s)  # any moment will do; none is waited for
            process.send_signal(signal.SIGKILL)
    assert advance(shop, [BACK], minutes(6)) == minutes(6)
    assert _files(shop) == _files(alone)


def test_a_folder_that_is_no_sample_is_never_touched(tmp_path: Path) -> None:
    """Whoever wants effects there is told so."""
    (tmp_path / "AppRequests.csv").write_text("TimeGenerated\n2026-01-01T00:00:00Z\n")
    assert not is_environment(tmp_path)
    with pytest.raises(InputError, match="is no sample environment"):
        advance(tmp_path, [BACK], minutes(5))
    assert [path.name for path in tmp_path.iterdir()] == ["AppRequests.csv"]


def test_a_sample_of_another_version_is_refused(shop: Path) -> None:
    """Its world can no longer be played."""
    path = shop / FOLDER / "world.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 0'))
    with pytest.raises(InputError, match="is of version 0"):
        advance(shop, [BACK], minutes(5))


def test_a_time_without_zone_is_refused(shop: Path) -> None:
    """It would shift silently."""
    with pytest.raises(InputError, match="no time zone"):
        advance(shop, [], END.replace(tzinfo=None))


@pytest.mark.parametrize("name", ["world.json", "0000.json"])
def test_a_spoilt_note_is_told(shop: Path, name: str) -> None:
    """The file and what to do."""
    (shop / FOLDER / name).write_text("{")
    with pytest.raises(InputError, match=f"{name}.*make the sample anew"):
        advance(shop, [], minutes(1))


async def test_a_csv_sample_goes_on_as_csv(tmp_path: Path) -> None:
    """Further rows are of the folder's own format, and its tables read as one."""
    make("healthy_quiet", seed=3, out=tmp_path / "quiet", fmt="csv")
    end = clock_of(tmp_path / "quiet")
    clock = advance(tmp_path / "quiet", [], end + timedelta(minutes=4))
    ((newest,),) = await rows_of(tmp_path / "quiet", "AppRequests | summarize max(TimeGenerated)", clock)
    assert isinstance(newest, datetime)
    assert end < newest <= clock
