import json
import os
from pathlib import Path

import pytest

from orchestrator.app.analysis.analyzing import analyze
from orchestrator.app.analysis.restoring import restore
from orchestrator.app.analysis.vault import RedactionKey, Sealing, read_key, vault_of, write_key
from orchestrator.core.errors import InputError
from orchestrator.core.personal_data.redactor import STANDARD
from orchestrator.core.personal_data.spans import PLACEHOLDER, Kind
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import AnalysisRequest

PRIVATE = ("jo@example.com", "415-555-0134", "4111 1111 1111 1111")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key in a folder of its own."""
    path = tmp_path / "keys" / "redaction.key"
    path.parent.mkdir()
    write_key(path)
    return path


def conversations(path: Path) -> Path:
    """Six with personal data in texts and in an id, and one that cannot be read."""
    said = "This is awful, I am furious! Mail jo@example.com, call 415-555-0134, my card is 4111 1111 1111 1111"
    talks = [
        {"id": "jo@example.com" if number == 3 else f"c{number}", "turns": [{"speaker": "customer", "text": said}]}
        for number in range(6)
    ]
    lines = [json.dumps(one) for one in (*talks, {"id": "x", "turns": "jo@example.com"})]
    path.write_text("\n".join(lines))
    return path


def run(tmp_path: Path, key: Path | None, out: str, **options: object) -> Path:
    """The result of the six."""
    path = tmp_path / out
    request = AnalysisRequest(
        inputs=(str(conversations(tmp_path / "in.jsonl")),), out=path, redaction_key=key, scorecard="none", **options
    )
    analyze(request, Settings, watch=lambda _: None)
    return path


def test_a_key_is_its_owners_and_made_once(tmp_path: Path, key: Path):
    """A key that is there is never written over: what it sealed would be lost."""
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="is there"):
        write_key(key)
    key.chmod(0o644)
    with pytest.raises(InputError, match="can be read by others: run chmod 600"):
        read_key(key)
    (tmp_path / "no.key").write_text("hello")
    (tmp_path / "no.key").chmod(0o600)
    with pytest.raises(InputError, match="is no key: make one with"):
        read_key(tmp_path / "no.key")


def test_the_same_key_makes_the_same_tokens():
    """Tokens and sealed values depend on key and value alone; another key opens nothing."""
    one, other = RedactionKey(b"1" * 64), RedactionKey(b"2" * 64)
    placeholder = one.placeholder(Kind.EMAIL, "jo@example.com")

    assert PLACEHOLDER.fullmatch(placeholder)
    assert placeholder == RedactionKey(b"1" * 64).placeholder(Kind.EMAIL, "jo@example.com")
    assert placeholder != other.placeholder(Kind.EMAIL, "jo@example.com")
    assert one.seal(placeholder, "jo") == one.seal(placeholder, "jo")
    assert one.open(placeholder, one.seal(placeholder, "jo\ud800")) == "jo\ud800"
    with pytest.raises(InputError, match="was not sealed by this key"):
        other.open(placeholder, one.seal(placeholder, "jo"))
    with pytest.raises(InputError, match="was not sealed by this key"):
        one.open("[email:0123456789abcdef]", one.seal(placeholder, "jo"))


def test_a_result_is_restored_by_its_key(tmp_path: Path, key: Path):
    """Result, rejects and vault show nothing; with the key all comes back."""
    out = run(tmp_path, key, "out.jsonl")
    done = restore(out, key, None, tmp_path / "private.jsonl")

    written = [out, vault_of(out), tmp_path / "out.jsonl.rejects.jsonl"]
    assert [one for one in PRIVATE for path in written if one in path.read_text()] == []
    restored = (tmp_path / "private.jsonl").read_text()
    assert "jo@example.com" in restored
    assert "[email" not in restored
    assert done["unknown"] == 0
    assert (tmp_path / "private.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_worker_process_writes_the_same_bytes(tmp_path: Path, key: Path):
    """Result and vault are the same, whoever found what first."""
    here, there = run(tmp_path, key, "a.jsonl"), run(tmp_path, key, "b.jsonl", processes=1)

    assert here.read_bytes() == there.read_bytes()
    assert vault_of(here).read_bytes() == vault_of(there).read_bytes()


def test_parts_of_an_ended_process_count(tmp_path: Path, key: Path):
    """What an earlier process sealed is in the vault, each token once; a line that was broken off is not."""
    sealing = Sealing(key, tmp_path / "partial")
    first = sealing.redactor(STANDARD).text("jo@example.com")
    second = sealing.redactor(STANDARD).text("jo@example.com, al@example.com")
    (tmp_path / "partial" / "vault-1-x.jsonl").write_text('{"token": "[email:0')

    sealing.finish(tmp_path / "v.jsonl")

    tokens = [json.loads(line)["token"] for line in (tmp_path / "v.jsonl").read_text().splitlines()]
    assert sorted(second.split(", ")) == tokens
    assert first in tokens


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"redaction": "off"}, "--redaction off redacts nothing"),
        ({"engine": "spark"}, "--engine local"),
        ({"redaction": "hope"}, "--redaction 'hope' is not known here; give short, off or presidio"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path: Path, key: Path, options: dict[str, str], expected: str):
    """Before anything is read."""
    with pytest.raises(InputError, match=expected):
        run(tmp_path, key, "out.jsonl", **options)


def test_a_key_beside_the_result_is_refused(tmp_path: Path, key: Path):
    """Whoever gets the folder would get both."""
    near = tmp_path / "near.key"
    os.link(key, near)

    with pytest.raises(InputError, match="lies beside the result"):
        run(tmp_path, near, "out.jsonl")


def test_what_cannot_be_restored_leaves_nothing(tmp_path: Path, key: Path):
    """A vault of another key, a result that is broken, a file of another kind: told, with no half file left."""
    other = tmp_path / "keys" / "other.key"
    write_key(other)
    text = Sealing(other, tmp_path / "partial").redactor(STANDARD).text("jo@example.com")
    Sealing(other, tmp_path / "partial").finish(tmp_path / "r.jsonl.vault")
    result, private = tmp_path / "r.jsonl", tmp_path / "private.jsonl"
    result.write_text(json.dumps({"text": text}) + "\n")

    with pytest.raises(InputError, match="was not sealed by this key"):
        restore(result, key, None, private)
    result.write_text("{\n")
    with pytest.raises(InputError, match=r"r\.jsonl:1: not JSON"):
        restore(result, other, None, private)
    with pytest.raises(InputError, match="is not JSON Lines"):
        restore(tmp_path / "r.csv", key, None, private)
    with pytest.raises(InputError, match=r"the vault .* cannot be read: .*; name it with --vault"):
        restore(result, other, tmp_path / "none", private)
    assert not private.exists()
