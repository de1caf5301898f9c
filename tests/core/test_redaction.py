"""Secrets are taken out, and nothing else."""

import base64
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.redaction import redact, redact_value

# made up, in the published shapes
KEY = "q" * 86 + "=="
STORAGE = "Zk3" * 25 + "Z" + "+ASt" + "Ab3xY" + "A" + "=="
COSMOS = "Zk3" * 25 + "Z" + "ACDb" + "Ab3xY" + "Q" + "=="
SERVICE_BUS = "Zk3" * 11 + "+ASbB" + "Ab3xY" + "="
OPENAI = "Zk3" * 17 + "Z" + "JQQJ99" + "BA" + "ACYeBjFXJ3w3AAABACOGabcd"
SEARCH = "Zk3" * 14 + "AzSeA" + "Ab3xY"
FUNCTIONS = "Zk3" * 14 + "Zk" + "AzFu" + "Ab3xY" + "A=="
HEX = "0123456789abcdef0123456789abcdef"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpM"
JWE = "eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2oja.48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvT"
REFRESH = "0.ARoAv4j5cvGGr0GRqy180BHbR" + "x9Kd" * 12 + ".AgABAAEAAAD" + "--DLA3VO7QrddgJg7Wevr" * 2
SECRET = "Ab1" + "8Q~" + "dE5_fG7.hI9~jK1-" * 2 + "xy"
URL = "https://prod-03.westeurope.logic.azure.com:443/workflows/a1/triggers/manual/paths/invoke?api-version=1&sig=Zk3Zk3_x"

SECRETS = [
    ("GET /run?sp=%2Ftriggers&sv=1.0&sig=abcDEF123-_x HTTP", "abcDEF123-_x", "sv=1.0&sig="),
    (f"POST {URL} answered 401", "westeurope", "answered 401"),
    (f'{{"url": "{URL}"}}'.replace("&", "\\u0026"), "Zk3Zk3_x", '"url": '),
    ("next=%3Fsv%3D1.0%26sig%3DZk3Zk3Zk3 end", "Zk3Zk3Zk3", "end"),
    ("SharedAccessSignature sr=a&sig=Zk3Zk3%3D&se=1&skn=root", "Zk3Zk3", "skn=root"),
    (f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY};EndpointSuffix=x", KEY, "AccountName=a"),
    ("Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=abcdefgh1234", "abcdefgh1234", "SharedAccessKeyName=n"),
    ("InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=e", "11111111-2222", "Ingestion"),
    ("Server=db;User Id=u;Password=hunter2,(hunter2);Encrypt=True", "hunter2", "Encrypt=True"),
    ("postgres://app:s3cr3t-x@db:5432/shop", "s3cr3t-x", "@db:5432/shop"),
    ("postgresql+asyncpg://app:p@ss:w0rd@db/shop?sslmode=require", "w0rd", "@db/shop?sslmode=require"),
    ("redis://:s3cr3t-x@cache:6380", "s3cr3t-x", "@cache:6380"),
    (f"the key {STORAGE} of the account", STORAGE, "of the account"),
    (f"cosmos {COSMOS}", COSMOS, "cosmos"),
    (f"bus {SERVICE_BUS} end", SERVICE_BUS, "end"),
    (f"model key {OPENAI}, revoked", OPENAI, "revoked"),
    (f"search {SEARCH} end", SEARCH, "end"),
    (f"function {FUNCTIONS}", FUNCTIONS, "function"),
    (f"api-key: {HEX}", HEX, "api-key: "),
    (f"Ocp-Apim-Subscription-Key: {HEX}", HEX, "Ocp-Apim"),
    (f"x-functions-key={HEX}", HEX, "x-functions-key"),
    (f"headers=[(b'Api-Key', b'{HEX}'), (b'host', b'a')]", HEX, "b'host'"),
    (f"Headers({{'host': 'a', 'api-key': '{HEX}'}})", HEX, "'host': 'a'"),
    ('{"api_key": "0123456789abcdef"}', "0123456789abcdef", "api_key"),
    ('{\\"clientSecret\\": \\"two words; more\\"}', "words", "clientSecret"),
    ("Authorization: Bearer abcdefgh.ijklmnop", "abcdefgh.ijklmnop", "Authorization: Bearer"),
    ("'authorization': 'SharedKey account:Zk3Zk3Zk3'", "Zk3Zk3", "SharedKey"),
    (f"a Bearer {HEX} was sent", HEX, "was sent"),
    (f"token {JWT} end", "eyJzdWIi", "end"),
    (f"token {JWE} end", "XFBoMYUZ", "end"),
    (f"got {REFRESH} back", "AgABAAEA", "back"),
    ("grant_type=refresh_token&refresh_token=M.C123_BAY.0.U.-Zk3&scope=x", "-Zk3", "scope=x"),
    (f"the secret is {SECRET} now", SECRET, "now"),
    (f"client_id=a&client_secret={SECRET}&scope=b", SECRET, "scope=b"),
    (f"Basic {base64.b64encode(b'app:hunter2hunter2').decode()} sent", "aHVudGVy", "sent"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after", "MIIE", "after"),
    ("'-----BEGIN ENCRYPTED PRIVATE KEY-----\\nMIIE cut off", "MIIE", "'"),
    ("pfx_password=hunter2hunter2 opened", "hunter2", "opened"),
    ("certificatePassword: 'hunter2 hunter2'", "hunter2", "certificatePassword"),
    ("openssl pkcs12 -passin pass:hunter2 -in a.pfx", "hunter2", "-in a.pfx"),
    ("az sql server update --admin-password hunter2! -n a", "hunter2", "-n a"),
    ("Cookie: sid=Zk3Zk3; theme=dark", "Zk3Zk3", "Cookie: "),
    ("Set-Cookie: ARRAffinity=Zk3Zk3;Path=/\r\nDate: now", "Zk3Zk3", "Date: now"),
    ("key sk-abcdefghijklmnopqrstuvwx used", "abcdefghijklmnop", "used"),
    ("key sk-proj-Zk3Zk3Zk3Zk3Zk3Zk3_Zk used", "Zk3Zk3", "used"),
    ("remote https://ghp_Zk3Zk3Zk3Zk3Zk3Zk3Zk3Zk3Zk3Zk3Zk3Zk3@github.com/a", "Zk3Zk3", "@github.com/a"),
    ("github_pat_11AAAAAAA0Zk3Zk3Zk3Zk3Zk3 used", "Zk3Zk3", "used"),
]
TEXTS = [
    "checkout returns 502 since 10:20, 41.2% of 12,345 calls",
    "remaining connection slots are reserved for roles with the SUPERUSER attribute",
    "password authentication failed for user app",
    "AppDependencies | where Target == 'sql-shop.database.windows.net'",
    "AppRequests | where TimeGenerated between (p_from .. p_to) | extend key = strcat(Name, ':', ResultCode)",
    "operation 4f1d8a0e-7f5b-4d1c-9b57-2f8f1c8a1b11 took 00:00:01.2",
    "trace 0af7651916cd43dd8448eb211c80319c, span b7ad6b7169203331",
    "sha256 2c7a79a3e1febbea98bb5ddc6b1da2079f82bc79aff40401db183ec288f17084",
    "/subscriptions/4f1d8a0e-7f5b-4d1c-9b57-2f8f1c8a1b11/resourceGroups/rg-shop/providers/Microsoft.Web/sites/checkout",
    "2026-06-16T10:20:17.356650Z on; 4.11.2 failed 0.33% of 302 in the hour before",
    "Der Kunde meldet: Bestellung 4711 wurde zweimal geliefert; die Prüfsumme stimmt, das Passwort ist zurückgesetzt.",
    "a basic functionality test of the bearer certificates, and basic authentication is off",
    "the cookie banner: it hides the button",
    "https://portal.azure.com/#@contoso.com/resource/subscriptions/x?assignment=1&design=2",
    "violates unique constraint, primary key: orders_pkey",
    "risk-assessment-of-the-new-payment-provider is due; task-list-for-the-next-maintenance-window too",
    "SharedAccessKeyName=RootManageSharedAccessKey",
    "az keyvault secret show --name db --vault-name shop",
    "kubectl create secret generic app --from-file=tls.crt",
]


@pytest.mark.parametrize(("text", "secret", "kept"), SECRETS)
def test_each_kind_of_secret_goes(text: str, secret: str, kept: str) -> None:
    """The secret is gone, the words around it stay."""
    clean = redact(text)
    assert secret not in clean
    assert kept in clean
    assert "[redacted " in clean


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_no_secret_stays(text: str) -> None:
    """An incident's own words are not touched."""
    assert redact(text) == text


PIECES = st.sampled_from([part for text, _, _ in SECRETS for part in (text, text[7:], text[:-5])] + TEXTS)
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=12), st.sampled_from("=:;&'\"+/@ \n")), max_size=5).map("".join)


@given(MIXED)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """The result is stable, however secrets and other text are joined."""
    assert redact(redact(text)) == redact(text)


@given(MIXED)
def test_the_result_is_of_bounded_length(text: str) -> None:
    """A mark is at most 24 characters in place of at least five (`sig=x`), so a text never grows sixfold."""
    assert len(redact(text)) <= 6 * len(text)


HOSTILE: list[Callable[[int], str]] = [
    lambda n: "a" * n,
    lambda n: "a." * (n // 2) + "://",
    lambda n: "https://a" * (n // 9) + " sig=",
    lambda n: "a://b:" * (n // 6) + " ",
    lambda n: "sig=" * (n // 4),
    lambda n: "password=" * (n // 9),
    lambda n: "password" + "'" * n,
    lambda n: "password=," * (n // 10),
    lambda n: 'secret="' + "x" * n,
    lambda n: 'secret="\n' * (n // 9),
    lambda n: "cookie: " * (n // 8),
    lambda n: "Bearer aaaaaaaaaaaaaaaa" * (n // 23),
    lambda n: "Basic " * (n // 6),
    lambda n: "authorization: Basic " * (n // 21),
    lambda n: "eyJ" * (n // 3),
    lambda n: "eyJaaaaaaaa." * (n // 12),
    lambda n: "0.A" * (n // 3),
    lambda n: "-----BEGIN " * (n // 11) + "PRIVATE KEY",
    lambda n: "-----BEGIN PRIVATE KEY-----" * (n // 27),
    lambda n: "sk-" * (n // 3),
    lambda n: "A" * n + "==",
    lambda n: "A+" * (n // 2) + "+ASt==",
    lambda n: "aQ~" * (n // 3),
    lambda n: "--a-" * (n // 4) + "password",
    lambda n: "jqqj9 " + "Z" * n,
    lambda n: "M.C1_" * (n // 5),
    lambda n: "ghp_" * (n // 4),
]


def work(text: str, *, times: int) -> float:
    """Seconds of processor time, the least of several tries."""
    tries = []
    for _ in range(times):
        began = time.process_time()
        redact(text)
        tries.append(time.process_time() - began)
    return min(tries)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_the_work_grows_with_the_text_and_not_faster(number: int) -> None:
    """Sixteen times the text, up to a megabyte, takes nowhere near the 256 times of a quadratic search."""
    small, large = work(HOSTILE[number](62_500), times=3), work(HOSTILE[number](1_000_000), times=1)
    assert large < 80 * max(small, 0.002)


def test_every_text_of_a_value_is_cleaned() -> None:
    """Lists, sets, bytes, keys and mappings are walked; other values are kept."""
    value = {
        "a": ["pwd=topsecret", 1, None],
        "b": {"c": "sig"},
        f"k {OPENAI}": (b"pwd=topsecret",),
        "s": {"pwd=topsecret"},
    }
    assert redact_value(value) == {
        "a": ["pwd=[redacted key]", 1, None],
        "b": {"c": "sig"},
        "k [redacted key]": (b"pwd=[redacted key]",),
        "s": frozenset({"pwd=[redacted key]"}),
    }


@pytest.mark.parametrize(
    "name", ["api-key", "Authorization", "x-functions-key", "client_secret", "Set-Cookie", "refreshToken", b"api-key"]
)
def test_a_secret_field_goes_as_a_whole(name: str | bytes) -> None:
    """A key that looks like a trace id is known by the field's name."""
    assert redact_value({name: HEX, "trace": HEX}) == {name: "[redacted key]", "trace": HEX}


@pytest.mark.parametrize("name", ["key", "keys", "primary_key", "tokens", "secrets", "signature", "token_limit"])
def test_a_field_of_a_like_name_stays(name: str) -> None:
    """Only names that always hold a secret count."""
    assert redact_value({name: HEX}) == {name: HEX}
