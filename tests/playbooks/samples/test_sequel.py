"""A world that is played on: the same rows however far, nothing before the changes, and changes one after another."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from playbooks.samples.remedies import Remedy, Timed
from playbooks.samples.scenario import SCENARIOS, Played, play
from playbooks.samples.sequel import Sequel, play_on
from playbooks.samples.tables import TABLES

ROLL_BACK = {"service": "checkout", "from_version": "4.12.1", "to_version": "4.11.2"}
OUT = {"service": "checkout", "version": "4.12.1"}
MINUTE_US = 60_000_000


@cache
def shop() -> Played:
    """The shop at its end."""
    return play(SCENARIOS["shop"], seed=7)


def change(number: int, minute: int, action: str, **arguments: object) -> Timed:
    """A change at a minute after the end."""
    return Timed(minute, Remedy(number=number, action=action, arguments=arguments))


def failing(world: Played, changes: Sequence[Timed], *, service: str, between: tuple[int, int]) -> float:
    """Share of a service's requests that fail between two minutes after the end."""
    rows = play_on(world, changes, since=0, until=between[1] + 5)["AppRequests"]
    names = [field.name for field in TABLES["AppRequests"]]
    end = round((world.world.epoch_s + world.world.length_s) * 1_000_000)
    start, stop = (end + minute * MINUTE_US for minute in between)
    records = [dict(zip(names, row, strict=True)) for row in rows if start <= row[0] < stop]
    own = [one for one in records if one["AppRoleName"] == service]
    bad = [one for one in own if not one["Success"] and not one["ResultCode"].startswith("4")]
    assert len(own) > 10
    return len(bad) / len(own)


def merged(*parts: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of parts, each table by time."""
    names = sorted({name for part in parts for name in part})
    return {name: sorted((row for part in parts for row in part.get(name, ())), key=lambda r: r[:2]) for name in names}


def test_a_longer_sequel_begins_with_a_shorter_one() -> None:
    """What was seen stays: parts played one after another are the rows of one that is played at once."""
    changes = [change(1, 2, "roll_back_deploy", **ROLL_BACK)]
    parts = [play_on(shop(), changes, since=since, until=until) for since, until in ((0, 3), (3, 4), (4, 10))]
    assert merged(*parts) == merged(play_on(shop(), changes, since=0, until=10))


def test_nothing_before_a_change_depends_on_it() -> None:
    """Rows that arrived by then are the same with it and without."""
    with_it = play_on(shop(), [change(1, 6, "roll_back_deploy", **ROLL_BACK)], since=0, until=6)
    assert with_it == play_on(shop(), [], since=0, until=6)


def test_the_played_world_is_not_touched() -> None:
    """A sequel works on a copy."""
    before = {name: list(items) for name, items in shop().world.instances.items()}
    play_on(shop(), [change(1, 0, "drain_zone", zone=shop().world.nodes[0].zone)], since=0, until=3)
    assert before == shop().world.instances
    assert not shop().world.cordoned


def test_every_row_has_its_time_and_arrives_within_the_span() -> None:
    """No row arrives before the end, none twice, and each is of a table with as many columns."""
    rows = play_on(shop(), [change(1, 0, "restart_service", service="checkout")], since=0, until=8)
    end = round((shop().world.epoch_s + shop().world.length_s) * 1_000_000)
    assert set(rows) <= set(TABLES)
    for name, table in rows.items():
        assert {len(row) for row in table} == {len(TABLES[name])}
        assert all(end < row[1] <= end + 8 * MINUTE_US for row in table)
        assert not set(table) & set(shop().rows.get(name, ()))


def test_a_rollback_and_its_undo() -> None:
    """Failures end with the rollback, begin again when the version comes back, and end with a second rollback."""
    changes = [
        change(1, 0, "roll_back_deploy", **ROLL_BACK),
        change(2, 15, "deploy_version", **OUT),
        change(3, 30, "roll_back_deploy", **ROLL_BACK),
    ]
    shares = [failing(shop(), changes, service="checkout", between=span) for span in ((5, 15), (20, 30), (35, 45))]
    assert [share > 0.4 for share in shares] == [False, True, False]


def test_a_rollback_replaces_instances_and_says_so() -> None:
    """Kubernetes scales the new replica set up, and the activity log has the workflow's call."""
    rows = play_on(shop(), [change(1, 0, "roll_back_deploy", **ROLL_BACK)], since=0, until=10)
    events = [row for row in rows["KubeEvents"] if "ScalingReplicaSet" in row]
    calls = [row for row in rows["AzureActivity"] if "sp-switchboard-workflows" in row]
    assert len(events) == len([one for one in shop().world.instances["checkout"] if one.version == "4.12.1"])
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("restart_service", {"service": "nobody"}),
        ("roll_back_deploy", {**ROLL_BACK, "from_version": "9.9.9"}),
        ("toggle_feature_flag", {"flag": "no-such-flag", "enabled": False}),
        ("drain_zone", {"zone": "mars-1"}),
        ("uncordon_zone", {"zone": "mars-1"}),
        ("renew_certificate", {"host": "api.nobody.example"}),
    ],
)
def test_what_the_world_does_not_have_changes_nothing(action: str, arguments: dict[str, object]) -> None:
    """A change of a service, version, flag, zone or host that is not there leaves every row as it was."""
    assert play_on(shop(), [change(1, 0, action, **arguments)], since=0, until=4) == play_on(
        shop(), [], since=0, until=4
    )


def test_scaling_out_and_in() -> None:
    """Instances come and go; the service stays with those that it had."""
    sequel = Sequel(shop())
    count = [_alive(sequel, "catalog", 0)]
    sequel.change(change(1, 0, "scale_out", service="catalog", instances=9).change, minute=0)
    count.append(_alive(sequel, "catalog", 2))
    sequel.change(change(2, 2, "scale_out", service="catalog", instances=2).change, minute=2)
    count.append(_alive(sequel, "catalog", 4))
    assert count[1:] == [9, 2]
    assert 0 < count[0] < 9


def test_a_drained_zone_takes_nothing_until_it_is_let_back() -> None:
    """Instances leave it, restarts stay out of it, and after that it may be used again."""
    zone = shop().world.nodes[0].zone
    sequel = Sequel(shop())
    sequel.change(change(1, 0, "drain_zone", zone=zone).change, minute=0)
    sequel.change(change(2, 5, "restart_service", service="checkout").change, minute=5)
    world = sequel._world
    late = world.length_s + 10 * 60
    alive = [item for items in world.instances.values() for item in items if item.ready <= late < item.stop]
    hosted = [item for item in alive if world.services[item.service].hosting == "aks"]
    assert [item.name for item in hosted if item.node.zone == zone] == []
    sequel.change(change(3, 10, "uncordon_zone", zone=zone).change, minute=10)
    assert world.cordoned == set()


def test_more_instances_make_an_exhausted_database_worse() -> None:
    """They want connections, too."""
    world = play(SCENARIOS["db_connections_exhausted"], seed=1)
    assert world.fault.truth is not None
    service = world.fault.truth.service
    more = [change(1, 0, "scale_out", service=service, instances=12)]
    assert failing(world, more, service=service, between=(5, 25)) > failing(world, [], service=service, between=(5, 25))


def test_a_leak_goes_on_after_a_restart_has_helped_for_a_while() -> None:
    """No container is killed for the first half hour, and then they are again."""
    world = play(SCENARIOS["memory_leak_oom"], seed=1)
    assert world.fault.truth is not None
    rows = play_on(world, [change(1, 0, "restart_service", service=world.fault.truth.service)], since=0, until=75)
    end = round((world.world.epoch_s + world.world.length_s) * 1_000_000)
    kills = [(row[0] - end) / MINUTE_US for row in rows["KubeEvents"] if "OOMKilling" in row]
    assert [minute for minute in kills if 4 < minute < 25] == []
    assert [minute for minute in kills if minute >= 25]


def test_a_healthy_world_stays_healthy() -> None:
    """Time passes and nothing happens."""
    world = play(SCENARIOS["healthy_quiet"], seed=1)
    busiest = max(world.world.visits().items(), key=lambda item: item[1])[0]
    assert failing(world, [], service=busiest, between=(0, 30)) < 0.05


def _alive(sequel: Sequel, service: str, minute: int) -> int:
    t = sequel._world.length_s + minute * 60
    return sum(1 for item in sequel._world.instances[service] if item.ready <= t < item.stop)
