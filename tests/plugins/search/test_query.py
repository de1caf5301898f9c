"""Tests of the terms and of the MATCH expressions that are made of them."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.search.query import MAX_TERMS, match_expression, query_terms, stem, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KubePodCrashLooping", ["kubernet", "pod", "crash", "loop", "crashloop", "kubepodcrashloop"]),
        ("node_disk_io", ["nod", "disk", "io"]),
        ("kube-state.metrics", ["kubernet", "stat", "metric"]),
        ("500ms p99", ["500ms", "p99"]),
        ("HTTPServer", ["http", "server", "httpserver"]),
        ("the Größe of it", ["gross"]),
        ("", []),
        ("🔥 !!! ***", []),
    ],
)
def test_terms_split_names(text: str, expected: list[str]):
    """Compound names give their parts; what is no word gives nothing."""
    found = terms(text)
    assert [word for word in found if word in expected] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OOM", "out of memory"),
        ("OOMKilled", "ran out of memory"),
        ("k8s", "Kubernetes"),
        ("db", "databases"),
        ("cert", "certificates"),
        ("502", "server errors"),
        ("503", "service unavailable"),
        ("westeurope", "region"),
        ("rolling back", "rollback"),
        ("escalate", "escalation"),
        ("cancelling", "cancel"),
        ("failing", "failed"),
    ],
)
def test_words_of_operations_meet(one: str, other: str):
    """What operations people say in different words shares a term."""
    assert set(terms(one)) & set(terms(other))


@pytest.mark.parametrize(("one", "other"), [("operator", "operation"), ("station", "state"), ("pass", "pas")])
def test_stems_keep_meanings_apart(one: str, other: str):
    """Words of different meaning keep different stems."""
    assert stem(one) != stem(other)


def test_placeholders_and_times_are_no_words():
    """Template placeholders, dates and times of day are left out of a query."""
    wanted = query_terms("<namespace>/{{ $labels.pod }} failed at 10:20 on 2026-11-22T10:20:00Z")
    assert list(wanted.weights) == ["fail"]


def test_early_words_weigh_more():
    """A word's weight falls with its position, and rises with each repetition."""
    weights = query_terms("disk network disk").weights
    assert weights["disk"] > weights["network"]


def test_long_text_is_cut():
    """Ten thousand different words make a bounded query."""
    wanted = query_terms(" ".join(f"word{number}x" for number in range(10_000)))
    assert len(wanted.weights) <= MAX_TERMS


@given(st.text(max_size=300))
def test_any_text_is_a_valid_expression(text: str):
    """No text, however hostile, is read as FTS5 syntax."""
    words = tuple(query_terms(text).weights)
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE f USING fts5(x)")
        found = (
            connection.execute("SELECT x FROM f WHERE f MATCH ?", (match_expression(words),)).fetchall()
            if words
            else []
        )
    finally:
        connection.close()
    assert found == []


def test_operators_are_quoted():
    """A quote inside a word cannot end its string."""
    assert match_expression(['a"b', "NEAR"]) == '"a""b" OR "NEAR"'
