"""Keys of actions, fingerprints of payloads, and the values of outcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.workflows import Accepted, Secret, WorkflowSpec, action_key, kind_of, payload_sha256

WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(WORDS, st.text(min_size=1), st.integers(1, 10**6))
def test_a_key_is_the_same_for_the_same_fact(kind: str, subject: str, epoch: int) -> None:
    """Whatever the subject holds, the key is one plain word of bounded length that names its kind."""
    key = action_key(kind, subject.encode("utf-8", "replace").decode(), epoch=epoch)
    assert key == action_key(kind, subject.encode("utf-8", "replace").decode(), epoch=epoch)
    assert kind_of(key) == kind
    assert key.isascii()
    assert len(key) < 150
    assert set(' "\\#/?&') & set(key) == set()


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_subjects_have_two_keys(one: str, other: str) -> None:
    """Also where only signs differ that a key cannot hold."""
    first, second = (action_key("act", text) for text in (one, other))
    assert (first == second) == (one == other)


def test_a_new_decision_is_a_new_key() -> None:
    """Who asks once more on purpose makes an epoch, and every kind has its own."""
    keys = {action_key("act", "O-1"), action_key("act", "O-1", epoch=2), action_key("undo", "O-1")}
    assert keys == {"act:O-1:1", "act:O-1:2", "undo:O-1:1"}


@pytest.mark.parametrize(
    ("kind", "subject", "epoch", "problem"),
    [("Act", "x", 1, "'Act' is not snake_case"), ("act", "", 1, "needs a subject"), ("act", "x", 0, "count from 1")],
)
def test_what_makes_no_key(kind: str, subject: str, epoch: int, problem: str) -> None:
    """The value is named."""
    with pytest.raises(ValueError, match=problem):
        action_key(kind, subject, epoch=epoch)


@pytest.mark.parametrize("key", ["", "act", "act:x", "act:x:0", "Act:x:1", "act:x y:1", "act:x:1:2", "act:x:1\n"])
def test_what_is_no_key_names_no_kind(key: str) -> None:
    """It was not made by `action_key`."""
    assert kind_of(key) is None


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_the_fingerprint_knows_no_order(payload: dict[str, object]) -> None:
    """Names in another order are the same payload."""
    assert payload_sha256(payload) == payload_sha256(dict(reversed(payload.items())))


def test_the_fingerprint_tells_payloads_apart() -> None:
    """Text from number, absent from null."""
    payloads: list[dict[str, object]] = [{}, {"a": None}, {"a": 1}, {"a": "1"}, {"a": [1]}, {"b": 1}]
    assert len({payload_sha256(payload) for payload in payloads}) == len(payloads)


def test_where_to_poll_is_not_shown() -> None:
    """An outcome can be printed as it is; a spec prints without its schemas."""
    accepted = Accepted(key="k", location=Secret("https://x/?sig=abcdefgh"))
    assert "abcdefgh" not in repr(accepted)
    assert "location" not in repr(accepted)
    assert "properties" not in repr(WorkflowSpec(name="a", title="t", changing=False, request={"properties": {}}))
