"""Takes secrets out of what leaves: logs, models, stored events, screens.

Shapes are the published ones of Azure keys, tokens and connection strings; each rule keeps the words around the secret,
so that a reader still sees what was there. A key without a shape of its own (32 hexadecimal digits look like a trace
id) is known by its name only: `api-key: ...`, `AccountKey=...`, or the key of a mapping.

Every repeat is bounded or ends where the next attempt begins, so that the work grows with the text and not faster.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_FLAGS = re.ASCII | re.IGNORECASE
_NOT_YET = r"(?!\[redacted )"
_NAME = (
    r"(?:(?<![A-Za-z0-9])(?:pwd|access[-_]?key)|account[-_ ]?key|shared[-_]?access[-_]?(?:key|signature)|"
    r"instrumentation[-_]?key|api[-_ ]?key|subscription[-_]key|functions[-_]key|sas[-_]key|"
    r"(?:admin|master|search|storage|account)[-_]key|client[-_]?secret|client[-_]?assertion|secret|"
    r"password|passwd|passphrase|passwort|kennwort|(?:access|refresh|id|auth|sas)[-_]?token)"
)
# between a name and its value: `=`, `: `, `": "`, `%3D`, and `', b'` as in a list of headers
_TO_VALUE = r"[\\\"']{0,3}[ \t]{0,3}(?:={1,2}|=>|:|%3D|%3A|(?<=[\"']),)[ \t]{0,3}b?"
_SCHEME = r"(?:(?:Bearer|Basic|SharedKey|ApiKey|Negotiate)[ \t]{1,3})"


def _any_text(_found: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    Attributes:
        name: What is said in place of the secret.
        hints: Lower-case texts; a text with none of them is not searched.
        pattern: With a group `keep` before the secret, which stays.
        holds: Whether what was found, without `keep`, is a secret.
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = _any_text

    def apply(self, text: str) -> str:
        """The text without secrets of this kind."""
        return self.pattern.sub(self._replacement, text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where secrets of this kind stand, without what is kept before them."""
        for found in self.pattern.finditer(text):
            start = found.end("keep")
            if start < found.end() and self.holds(text[start : found.end()]):
                yield start, found.end()

    def _replacement(self, found: re.Match[str]) -> str:
        keep = found["keep"]
        return f"{keep}[redacted {self.name}]" if self.holds(found[0][len(keep) :]) else found[0]


_SIGNED = re.compile(r"(?:[?&;]|\\u0026|%26|%3F)sig(?:=|%3D)", _FLAGS)


def _is_signed(address: str) -> bool:
    return _SIGNED.search(address) is not None


def _is_user_and_password(text: str) -> bool:
    """Whether it is base64 of `user:password`, and not a word of prose after "basic". Source: RFC 7617, section 2."""
    try:
        return b":" in base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False


def _rule(
    name: str, hints: str, pattern: str, *, flags: int = re.ASCII, holds: Callable[[str], bool] = _any_text
) -> Rule:
    keeping = pattern if "?P<keep>" in pattern else f"(?P<keep>){pattern}"
    return Rule(name, tuple(hints.split("|")), re.compile(keeping, flags), holds)


_NAMES = "key|secret|assertion|passw|passphrase|kennwort|pwd|token|signature"
_RULES: tuple[Rule, ...] = (
    _rule(
        "private-key",
        "private key",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
        flags=re.ASCII | re.DOTALL,
    ),
    # a trigger's whole address is a secret, not its signature alone; `&` may be escaped as in JSON or HTML
    _rule("sas-url", "sig=|sig%3d", r"\bhttps?://[^\s\"'<>]+", flags=_FLAGS, holds=_is_signed),
    _rule(
        "sas-signature",
        "sig=|sig%3d",
        rf"(?P<keep>(?:(?<![A-Za-z0-9])|(?<=%26)|(?<=%3F)|(?<=u0026))sig(?:=|%3D)){_NOT_YET}[^&\s\"'<>`\\;,]+",
        flags=_FLAGS,
    ),
    _rule(
        "cookie",
        "cookie",
        rf"(?P<keep>cookie{_TO_VALUE}[\\\"']{{0,3}}){_NOT_YET}(?=[^\r\n\"'=]{{1,80}}=)[^\r\n\"']+",
        flags=_FLAGS,
    ),
    _rule(
        "token",
        "authorization",
        rf"(?P<keep>authorization{_TO_VALUE}[\\\"']{{0,3}}(?:{_SCHEME}(?=[^\s])|(?!{_SCHEME}))){_NOT_YET}"
        r"(?:(?<=[ \t])[^\s\"',;{}]{4,}|[^\s\"',;{}]{16,})",
        flags=_FLAGS,
    ),
    _rule(
        "token",
        "bearer",
        r"(?P<keep>\bBearer[ \t]{1,3})(?=[A-Za-z\-._~+/]{0,200}[0-9])[A-Za-z0-9\-._~+/]{16,}=*",
        flags=_FLAGS,
    ),
    _rule(
        "token",
        "basic",
        r"(?P<keep>\bBasic[ \t]{1,3})[A-Za-z0-9+/]{6,}={0,2}",
        flags=_FLAGS,
        holds=_is_user_and_password,
    ),
    _rule(
        "key",
        _NAMES,
        rf"(?P<keep>{_NAME}{_TO_VALUE}(?P<quote>\\?[\"'])){_NOT_YET}(?:(?!(?P=quote))[^\n]){{1,4096}}",
        flags=_FLAGS,
    ),
    _rule(
        "key",
        _NAMES,
        rf"(?P<keep>{_NAME}{_TO_VALUE}){_NOT_YET}[^\s;&\"'<>\\]{{3,4096}}[^\s;&\"'<>\\,.)}}\]]",
        flags=_FLAGS,
    ),
    # as an argument of a command
    _rule(
        "key",
        "password|passwd|passin|passout|secret|-key|-token",
        r"(?P<keep>(?<![\w-])(?:--(?:[a-z]{1,20}-){0,3}(?:password|passwd|secret|api-key|account-key|token)[ =]"
        rf"|-pass(?:in|out)[ ]pass:)){_NOT_YET}(?![$<-])[^\s\"']{{4,}}",
        flags=_FLAGS,
    ),
    _rule(
        "password",
        "://",
        rf"(?P<keep>\b[a-z][a-z0-9+.-]{{0,30}}://[^\s:/@]{{0,256}}:){_NOT_YET}[^\s/\"'<>]{{1,512}}(?=@)",
        flags=_FLAGS,
    ),
    _rule("token", "eyj", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}"),
    _rule("token", "0.a|1.a", r"(?<![A-Za-z0-9._-])[01]\.A[A-Za-z0-9_-]{40,}(?:\.[A-Za-z0-9_-]+)*"),
    _rule("token", "m.", r"\bM\.[A-Z][0-9]{1,4}_[A-Z0-9]{2,8}\.[^\s\"'&<>]{20,}"),
    _rule("key", "q~", r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~-])"),
    _rule("key", "sk-|pk-|rk-", r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}"),
    # Published prefixes: AWS access key ids (IAM user guide, unique identifiers), Google API keys, Slack tokens,
    # Stripe keys
    _rule("key", "akia|asia", r"(?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _rule("key", "aiza", r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _rule("token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _rule("key", "_live_|_test_", r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _rule(
        "key", "ghp_|gho_|ghu_|ghs_|ghr_|github_pat_", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"
    ),
    # Azure's identifiable keys: the letters in the middle name the service.
    # Source: github.com/microsoft/security-utilities, the list of patterns with high confidence.
    _rule(
        "key", "jqqj9", r"(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9][A-L][A-Za-z0-9]{24}(?:[A-Za-z0-9]{2}==)?"
    ),
    _rule("key", "azse", r"(?<![A-Za-z0-9])[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}(?![A-Za-z0-9])"),
    _rule("key", "azfu", r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]=="),
    _rule(
        "key",
        "aiot|+asb|+aeh|+arm|azeg",
        r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{33}(?:AIoT|\+ASb|\+AEh|\+ARm|AZEG)[A-P][A-Za-z0-9+/]{5}=",
    ),
    # 64 bytes in base64: Storage, Cosmos DB, Batch; the run is 86 characters long and no longer
    _rule("key", "==", r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])"),
)
# most texts have no hint at all, and one search tells so eight times as fast as a search for each
_HINT = re.compile("|".join(sorted({re.escape(hint) for rule in _RULES for hint in rule.hints})))
# names of headers, settings and JSON fields, without the marks between their words
_SECRET_FIELDS = frozenset(
    (
        *("accesskey", "accountkey", "apikey", "xapikey", "aegsaskey", "instrumentationkey", "sharedaccesskey"),
        *("ocpapimsubscriptionkey", "xfunctionskey", "sharedaccesssignature", "sas", "sig", "connectionstring"),
        *("accesstoken", "idtoken", "refreshtoken", "sastoken", "clientassertion", "clientsecret", "secret"),
        *("authorization", "proxyauthorization", "xmsauthorizationauxiliary", "cookie", "setcookie"),
        *("password", "passwd", "passphrase", "pwd", "passwort", "kennwort"),
    )
)


def redact(text: str) -> str:
    """The text with each secret replaced by `[redacted <what it was>]`."""
    while (cleaned := _once(text)) != text:  # what one rule takes out may lay a boundary open for another
        text = cleaned
    return text


def secret_spans(text: str) -> list[tuple[int, int]]:
    """Where secrets stand by each rule alone; two may overlap, and one that is found may lay another open."""
    lowered = text.lower()
    if _HINT.search(lowered) is None:
        return []
    return [span for rule in _RULES if any(hint in lowered for hint in rule.hints) for span in rule.spans(text)]


def _once(text: str) -> str:
    lowered = text.lower()
    if _HINT.search(lowered) is None:
        return text
    for rule in _RULES:
        if any(hint in lowered for hint in rule.hints):
            text = rule.apply(text)
    return text


def is_secret_field(name: object) -> bool:
    """Whether a field, header or setting of that name holds a secret as a whole."""
    plain = name.decode("latin-1") if isinstance(name, bytes) else name
    return isinstance(plain, str) and re.sub(r"[-_ ]", "", plain).lower() in _SECRET_FIELDS


def redact_value(value: object) -> object:
    """The same for every text inside a JSON value, bytes and keys too; the text of a secret field goes as a whole."""
    match value:
        case str():
            return redact(value)
        case bytes():
            return redact(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        case Mapping():
            return {redact_value(key): _field(key, item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return _several(value)
        case _:
            return value


def _several(values: list[object] | tuple[object, ...] | set[object] | frozenset[object]) -> object:
    cleaned = [redact_value(item) for item in values]
    if isinstance(values, list):
        return cleaned
    return tuple(cleaned) if isinstance(values, tuple) else frozenset(cleaned)


def _field(name: object, value: object) -> object:
    if not is_secret_field(name):
        return redact_value(value)
    match value:
        case "" | b"":
            return value
        case str():
            return "[redacted key]"
        case bytes():
            return b"[redacted key]"
        case _:
            return redact_value(value)
