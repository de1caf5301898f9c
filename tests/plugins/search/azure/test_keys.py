"""Tests of ids as keys."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.search.azure.keys import decode_key, encode_key

ALLOWED = re.compile(r"[A-Za-z0-9=-][A-Za-z0-9_=-]*")


@given(st.text(min_size=1, max_size=60))
def test_any_id_has_a_key_and_back(identifier: str):
    """Every id has a key that the service takes, and the key gives the id."""
    key = encode_key(identifier)
    assert ALLOWED.fullmatch(key)
    assert decode_key(key) == identifier


@given(st.text(max_size=8), st.text(max_size=8))
def test_two_ids_never_share_a_key(one: str, other: str):
    """No document can replace another."""
    assert (encode_key(one) == encode_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        ("deploy_regression", "deploy_regression"),
        ("policy/refunds#late", "policy=2Frefunds=23late"),
        ("_a_b", "=5Fa_b"),
        ("=41", "=3D41"),
        ("ä", "=C3=A4"),
    ],
)
def test_keys_stay_readable(identifier: str, key: str):
    """Letters, digits, dashes and underscores are themselves."""
    assert encode_key(identifier) == key
