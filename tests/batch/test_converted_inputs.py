import json
from pathlib import Path

import pytest

from orchestrator.app.application import App
from orchestrator.batch.chunk import Position
from orchestrator.batch.inputs.files import find_files
from orchestrator.batch.inputs.opening import open_sources
from orchestrator.batch.inputs.source import Limits
from orchestrator.batch.walk import walk
from orchestrator.core.errors import InputError
from orchestrator.surfaces.cli import run_cli


def google(*texts: str) -> dict[str, object]:
    """A conversation in the form of Google."""
    return {"entries": [{"text": text, "role": "CUSTOMER", "user_id": 1} for text in texts]}


def records(path: Path, tmp_path: Path, *, form: str | None = None, start: Position | None = None) -> list[tuple]:
    """What is read: line, why refused, data, and the place after it."""
    files = find_files([str(path)], never=())
    sources = open_sources(files, {}, Limits(chunk=50), folder=tmp_path, watch=lambda: None, form=form)
    chunks = list(walk(sources, start or Position(), limit=None))
    return [(chunk.line(0), chunk.refused, chunk.data, chunk.after) for chunk in chunks]


def test_a_file_of_another_form_is_found_out(tmp_path: Path):
    """Without --format the first record tells whose form it is."""
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(google("hi"), indent=1))

    ((line, refused, data, _),) = records(path, tmp_path)

    expected = {"id": "talk", "turns": [{"speaker": "customer", "participant_id": "1", "text": "hi"}]}
    assert (1, "", expected) == (line, refused, json.loads(data))


def test_a_record_that_does_not_fit_is_refused_in_its_place(tmp_path: Path):
    """The good ones around it go on, each with the line it stands in."""
    path = tmp_path / "talks.jsonl"
    wrong = {"entries": [{"text": "hi", "role": "GHOST"}]}
    path.write_text("".join(json.dumps(one) + "\n" for one in (google("a"), wrong, google("b"))))

    found = records(path, tmp_path)

    assert [line for line, _, _, _ in found] == [1, 2, 3]
    assert ["entries[0].role: 'GHOST' is not known" in refused for _, refused, _, _ in found] == [False, True, False]
    assert [json.loads(data)["id"] for _, refused, data, _ in found if not refused] == ["talks-1", "talks-3"]


def test_reading_goes_on_after_any_chunk(tmp_path: Path):
    """From each chunk's end come the chunks that came after it."""
    path = tmp_path / "talks.jsonl"
    wrong = {"entries": [{"text": "hi", "role": "GHOST"}]}
    path.write_text("".join(json.dumps(one) + "\n" for one in (google("a"), wrong, google("b"), google("c"))))
    whole = records(path, tmp_path)

    assert [whole[number + 1 :] for number in range(len(whole))] == [
        records(path, tmp_path, start=after) for _, _, _, after in whole
    ]


def test_an_unknown_form_is_refused(tmp_path: Path):
    """The message has the option and the names."""
    path = tmp_path / "talks.jsonl"
    path.write_text("{}\n")

    with pytest.raises(InputError, match="--format: there is no form 'x'; there are switchboard, azure-language"):
        records(path, tmp_path, form="x")


def test_analyze_reads_another_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """From the file to the result: one scored, one refused with its place."""
    talk = {
        "conversationId": "g1",
        "mediaType": "call",
        "transcripts": [
            {
                "phrases": [
                    {"text": "my order never came", "participantPurpose": "external", "startTimeMs": 1714555807000},
                    {
                        "text": "i am sorry, i send it again",
                        "participantPurpose": "agent",
                        "startTimeMs": 1714555809500,
                    },
                ]
            }
        ],
    }
    bad = {"transcripts": [{"phrases": [{"text": "x", "participantPurpose": "ghost"}]}]}
    (tmp_path / "talks.json").write_text(json.dumps([talk, bad]))
    out = tmp_path / "out.jsonl"

    code = run_cli(App(), ["analyze", str(tmp_path / "talks.json"), "--out", str(out)])

    capsys.readouterr()
    result = json.loads(out.read_text())
    rejected = json.loads((tmp_path / "out.jsonl.rejects.jsonl").read_text())
    assert (code, result["id"], result["channel"], result["times"]["first_response_s"]) == (1, "g1", "voice", 2.5)
    assert rejected["reason"].startswith("transcripts[0].phrases[0].participantPurpose: 'ghost' is not known")
