"""Makes redaction reversible: tokens in the result, what they stand for sealed in a file beside it, the key kept apart.

A token is an HMAC of what it stands for, so the same value has the same token wherever the key is the same. A value is
sealed by AES-SIV (RFC 5297), which needs no nonce: an ended batch that goes on writes the same bytes.
"""

import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from sqlite3 import connect

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.redactor import Redactor, distinct, token
from orchestrator.core.personal_data.spans import Kind

_HEAD = "switchboard-redaction-key-1"
_LENGTH = 64
_PARTS = "vault-*.jsonl"
_MOST_KNOWN = 100_000
"""Tokens that a process remembers to have written; then it forgets them, and may write one twice."""


class RedactionKey:
    """A key: makes tokens, seals values and opens them.

    Args:
        secret: 64 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._tokens = _derived(secret, b"tokens")
        self._cipher = AESSIV(_derived(secret, b"values"))
        self.fingerprint = _derived(secret, b"fingerprint").hex()[:16]

    def placeholder(self, kind: Kind, original: str) -> str:
        """What stands in place of a value."""
        said = f"{kind.value}\0{original}".encode("utf-8", "surrogatepass")
        return f"[{kind.value}:{token(hmac.new(self._tokens, said, sha256).hexdigest())}]"

    def seal(self, placeholder: str, original: str) -> str:
        """A value as the vault has it."""
        data = original.encode("utf-8", "surrogatepass")
        return b64encode(self._cipher.encrypt(data, [placeholder.encode()])).decode()

    def open(self, placeholder: str, sealed: str) -> str:
        """The value again; InputError where it was not sealed by this key, or was changed."""
        try:
            data = self._cipher.decrypt(b64decode(sealed), [placeholder.encode()])
        except (InvalidTag, ValueError) as error:
            raise InputError(f"{placeholder} was not sealed by this key, or the vault was changed") from error
        return data.decode("utf-8", "surrogatepass")


def _derived(secret: bytes, use: bytes) -> bytes:
    return hmac.new(secret, use, "sha512").digest()


def write_key(path: Path) -> None:
    """Make a key; its file can be read by its owner alone. InputError where there is one, or none can be written."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError(f"{str(path)!r} is there: a key that is lost opens nothing again, so name another") from error
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{_HEAD} {b64encode(secrets.token_bytes(_LENGTH)).decode()}\n")


def read_key(path: Path) -> RedactionKey:
    """The key of a file.

    Raises:
        InputError: There is none, it is none, or others than its owner can read it.
    """
    try:
        others = os.name == "posix" and path.stat().st_mode & 0o077
        text = path.read_text("ascii")
    except (OSError, ValueError) as error:
        raise InputError(f"the key {str(path)!r} cannot be read: {error}") from error
    if others:
        raise InputError(f"the key {str(path)!r} can be read by others: run chmod 600 {path}")
    head, _, coded = text.strip().partition(" ")
    try:
        secret = b64decode(coded, validate=True)
    except ValueError:
        secret = b""
    if head != _HEAD or len(secret) != _LENGTH:
        raise InputError(f"{str(path)!r} is no key: make one with `switchboard redactions key --out FILE`")
    return RedactionKey(secret)


def vault_of(out: Path) -> Path:
    """The vault of a result."""
    return out.with_name(f"{out.name}.vault")


@dataclass(frozen=True, slots=True)
class Sealing:
    """How a batch seals; picklable, as the worker processes do it, each into a file of its own.

    Attributes:
        key: Its file.
        folder: Where the parts of the vault are written; what is left there by an ended process counts too.
    """

    key: Path
    folder: Path

    def redactor(self, rules: Redactor) -> Redactor:
        """The rules, with tokens as what they write."""
        return _Sealer(read_key(self.key), self.folder).redactor(rules)

    def finish(self, vault: Path) -> None:
        """Bring the parts together, each token once and in order: the same bytes, whoever found what first."""
        new = vault.with_name(f".{vault.name}.new")
        path = self.folder / "vault.sqlite"
        path.unlink(missing_ok=True)
        with closing(connect(path)) as database, new.open("w", encoding="ascii", newline="\n") as file:
            database.execute("CREATE TABLE vault (token TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID")
            for part in sorted(self.folder.glob(_PARTS)):
                database.executemany("INSERT OR IGNORE INTO vault VALUES (?, ?)", _whole_lines(part))
            file.writelines(line for (line,) in database.execute("SELECT line FROM vault ORDER BY token"))
            file.flush()
            os.fsync(file.fileno())
        new.replace(vault)


class _Sealer:
    """Writes what it seals; a token is on its way to the disk before the result that has it leaves the process."""

    def __init__(self, key: RedactionKey, folder: Path) -> None:
        self._key = key
        self._known: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"vault-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def redactor(self, rules: Redactor) -> Redactor:
        return replace(rules, replace=self._in_text, replace_in_name=self._in_name)

    def __del__(self) -> None:
        os.close(self._file)

    def _in_text(self, kind: Kind, original: str) -> str:
        return self._kept(self._key.placeholder(kind, original), original)

    def _in_name(self, kind: Kind, original: str) -> str:
        return self._kept(distinct(kind, original), original)

    def _kept(self, placeholder: str, original: str) -> str:
        if placeholder not in self._known:
            entry = {"token": placeholder, "sealed": self._key.seal(placeholder, original)}
            os.write(self._file, f"{json.dumps(entry)}\n".encode())
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known.add(placeholder)
        return placeholder


def _whole_lines(part: Path) -> Iterator[tuple[str, str]]:
    with part.open(encoding="ascii") as file:
        for line in file:
            if line.endswith("\n"):  # one that was broken off is written again by who scores its record again
                yield json.loads(line)["token"], line
