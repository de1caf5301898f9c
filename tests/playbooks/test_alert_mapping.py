"""Mapping files: what they make of a payload, and what is wrong with them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.core.alerts.alert import Condition
from orchestrator.core.alerts.parse import Reading, Received, read_payload
from orchestrator.core.errors import GuideError, InputError
from playbooks.alert_mapping import load_mapping, parse_mapping

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAPPING = """
records: data.items
title: text.headline
condition:
  path: state
  values: {down: fired, up: resolved}
severity: {path: level, values: {P1: 0}, default: 3}
service: apps[1]
rule: {constant: uptime}
fired_at: since
fingerprint: key
"""
ITEM = {
    "text": {"Headline": "pay is down"},
    "state": "DOWN",
    "level": "p1",
    "apps": ["x", "pay"],
    "since": 1_795_342_800,
}


def read(payload: object, mapping: str = MAPPING) -> list[Received]:
    """What a mapping makes of a payload."""
    return list(read_payload(payload, Reading(mapping=parse_mapping(mapping, file="m.yaml")), at=NOW))


def test_each_record_becomes_an_alert():
    """By paths, words, constants and defaults; words are compared without case."""
    over = {"text": {"headline": "pay is up"}, "state": "up", "key": "k"}
    first, second = (item.alert for item in read({"data": {"items": [ITEM, over]}}))
    assert first is not None
    assert second is not None
    assert (first.title, first.rule, first.services, first.severity) == ("pay is down", "uptime", ("pay",), 0)
    assert first.fired_at == datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
    assert (first.condition, second.condition, second.severity) == (Condition.FIRED, Condition.RESOLVED, 3)


def test_a_record_without_what_must_be_there_does_not_lose_the_others():
    """It is told from where it should have come, and kept."""
    found = read({"data": {"items": [{"state": "down"}, 7, ITEM]}})
    assert [item.alert is not None for item in found] == [False, False, True]
    assert "nothing at 'text.headline', from where the mapping takes 'title'" in found[0].problem
    assert found[0].body == '{"state": "down"}'


def test_a_payload_without_the_list_is_kept():
    """With the path that leads nowhere."""
    (item,) = read({"data": {}})
    assert "no list at 'data.items'" in item.problem


def test_known_formats_are_read_as_what_they_are():
    """Mapping or not."""
    azure = {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": {"alertRule": "r"}}}
    (item,) = read(azure)
    assert item.alert is not None
    assert item.alert.format == "azure_monitor"


def test_a_scale_of_ones_own_holds_for_every_format():
    """It may be all that a mapping says."""
    group = {"version": "4", "groupKey": "g", "alerts": [{"labels": {"alertname": "a", "severity": "Gold"}}]}
    (item,) = read(group, "severities: {gold: 0, silver: 2}\n")
    assert item.alert is not None
    assert (item.alert.severity, item.alert.severity_word) == (0, "Gold")
    (unknown,) = read({"hello": 1}, "severities: {gold: 0}\n")
    assert unknown.alert is None


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("severities: {gold: 9}\n", 1, "a severity from 0"),
        ("rule: a\n", 1, "'title' is missing"),
        ("title: a\ntitel: b\n", 2, "unknown key 'titel'"),
        ("title: a\nseverity: {values: {P1: 0}}\n", 2, "either a path or a constant"),
        ("title: a\nseverity: {path: b, values: {P1: 7}}\n", 2, "7 is no severity"),
        ("title: a\ncondition:\n  path: b\n  values: {down: broken}\n", 4, "'broken' is no condition"),
        ("title: a..b\n", 1, "is no path"),
        ("title: {path: a, way: b}\n", 1, "unknown key 'way'"),
        ("- title\n", 1, "expected a mapping"),
    ],
)
def test_faults_are_told_with_their_line(text: str, line: int, problem: str):
    """Before anything is taken in."""
    with pytest.raises(GuideError, match=problem) as caught:
        parse_mapping(text, file="m.yaml")
    assert caught.value.place.line == line


def test_a_file_that_is_not_there(tmp_path: Path):
    """The message names it."""
    with pytest.raises(InputError, match="cannot be read"):
        load_mapping(tmp_path / "no.yaml")
