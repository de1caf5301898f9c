"""Secrets are taken out, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.redaction import redact, redact_value

KEY = "q" * 86 + "=="


@pytest.mark.parametrize(
    ("text", "secret", "kept"),
    [
        ("GET /run?sp=%2Ftriggers&sv=1.0&sig=abcDEF123-_x HTTP", "abcDEF123-_x", "sv=1.0&sig="),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + KEY + ";EndpointSuffix=x", KEY, "AccountName=a"),
        (
            "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=abcdefgh1234",
            "abcdefgh1234",
            "SharedAccessKeyName=n",
        ),
        ("Authorization: Bearer abcdefgh.ijklmnop", "abcdefgh.ijklmnop", "Authorization: Bearer"),
        ("token eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM_c end", "eyJhbGciOiJI", "end"),
        ("Server=db;User Id=u;Password=hunter2hunter2;Encrypt=True", "hunter2hunter2", "Encrypt=True"),
        ("postgres://app:s3cr3t-x@db:5432/shop", "s3cr3t-x", "@db:5432/shop"),
        ('{"api_key": "0123456789abcdef"}', "0123456789abcdef", "api_key"),
        ("InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=e", "11111111-2222", "Ingestion"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after", "MIIE", "after"),
        ("key sk-abcdefghijklmnopqrstuvwx used", "abcdefghijklmnop", "used"),
    ],
)
def test_each_kind_of_secret_goes(text: str, secret: str, kept: str) -> None:
    """The secret is gone, the words around it stay."""
    clean = redact(text)
    assert secret not in clean
    assert kept in clean
    assert "[redacted " in clean


@pytest.mark.parametrize(
    "text",
    [
        "checkout returns 502 since 10:20, 41.2% of 12,345 calls",
        "remaining connection slots are reserved for roles with the SUPERUSER attribute",
        "password authentication failed for user app",
        "AppDependencies | where Target == 'sql-shop.database.windows.net'",
        "operation 4f1d8a0e-7f5b-4d1c-9b57-2f8f1c8a1b11 took 00:00:01.2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """An incident's own words are not touched."""
    assert redact(text) == text


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """The result is stable."""
    assert redact(redact(text)) == redact(text)


def test_every_text_of_a_value_is_cleaned() -> None:
    """Lists and mappings are walked; other values are kept."""
    value = {"a": ["pwd=topsecret", 1, None], "b": {"c": "sig"}}
    assert redact_value(value) == {"a": ["pwd=[redacted key]", 1, None], "b": {"c": "sig"}}
