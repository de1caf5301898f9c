"""Reviews from end to end: a sample, people's answers, disputes, agreement, a calibration that the scorer applies."""

import csv
import io
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agents.sentiment.scoring.lines import LineJudge
from orchestrator.app.application import App
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.surfaces.cli import run_cli

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CHANCE = Random(7)  # noqa: S311  # reproducible on purpose
MAIL = "ann.lee@shop.example"


def talk(at: int) -> dict[str, Any]:
    """A conversation that goes well where it is even, said in a shop's own words."""
    word = "goldlined" if at % 2 == 0 else "greytag"
    filler = CHANCE.sample(["blue", "bag", "van", "box", "size", "street", "label", "depot"], 4)
    texts = (
        f"My parcel is {word} {filler[0]}, mail {MAIL}",
        f"I see {filler[1]}",
        f"So {word} {filler[2]} {filler[3]}",
    )
    turns = [{"speaker": ("customer", "agent")[place % 2], "text": text} for place, text in enumerate(texts)]
    return {"id": f"c{at:02}", "started_at": f"2026-{4 + at // 30:02}-03T09:00:00Z", "turns": turns}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Sixty conversations, and the results of the shipped scorer."""
    lines = [json.dumps(talk(at)).encode() for at in range(60)]
    judge = LineJudge(Scoring())
    results = [judge.judge(line).line for line in lines]  # type: ignore[union-attr]  # all can be scored
    return {"chats.jsonl": b"\n".join(lines), "scores.jsonl": b"\n".join(results)}


@pytest.fixture(autouse=True)
def _folder(files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the test's own that holds them."""
    monkeypatch.chdir(tmp_path)
    for name, content in files.items():
        Path(name).write_bytes(content)


def run(capsys: pytest.CaptureFixture[str], *argv: str, schema: str = "", code: int = 0) -> Any:
    """What a command says, checked against its schema; as text where it has none."""
    capsys.readouterr()
    ended = run_cli(App(), ["reviews", *argv, *(["--json"] if schema else [])])
    said = capsys.readouterr()
    assert ended == code, said.err
    if not schema:
        return said.out if code == 0 else said.err
    document = json.loads(said.out)
    Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_text())).validate(document)
    return document


def sample(capsys: pytest.CaptureFixture[str], size: int = 60) -> Any:
    """Draw into `sheet.jsonl`."""
    argv = ("sample", "scores.jsonl", "--conversations", "chats.jsonl", "--size", str(size), "--out", "sheet.jsonl")
    return run(capsys, *argv, schema="review_sample")


def label(*people: str) -> None:
    """A wide table of labels: what goes well is resolved."""
    with Path("labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["conversation", "satisfaction", "resolved", "reviewer"])
        for line in Path("sheet.jsonl").read_text().splitlines():
            name = json.loads(line)["conversation"]
            well = int(name[1:]) % 2 == 0
            rows.writerows([name, 5 if well else 1, "yes" if well else "no", who] for who in people)


def test_a_sheet_is_blind_and_redacted(capsys: pytest.CaptureFixture[str]):
    """It holds turns and no score; drawing again over it is refused."""
    drawn = sample(capsys, size=12)
    sheet = Path("sheet.jsonl").read_text()
    assert (drawn["drawn"], drawn["of"], len(sheet.splitlines())) == (12, 60, 12)
    assert MAIL not in sheet
    assert set(json.loads(sheet.splitlines()[0])) == {"sample", "conversation", "turns"}
    argv = ("sample", "scores.jsonl", "--conversations", "chats.jsonl", "--size", "5", "--out", "sheet.jsonl")
    assert "is there already" in run(capsys, *argv, code=2)


def test_labels_of_a_file_are_stored_once_and_revisions_kept(capsys: pytest.CaptureFixture[str]):
    """Read twice it changes nothing; another answer is a revision, and the export has both."""
    sample(capsys, size=10)
    label("ann", "bo")
    first = run(capsys, "score", "--from", "labels.csv", schema="reviews_stored")
    assert (first["read"], first["stored"]) == (40, 40)
    assert run(capsys, "score", "--from", "labels.csv", schema="reviews_stored")["unchanged"] == 40
    name = json.loads(Path("sheet.jsonl").read_text().splitlines()[0])["conversation"]
    Path("again.jsonl").write_text(
        json.dumps({"conversation": name, "question": "satisfaction", "value": 3, "note": f"as {MAIL} says"})
    )
    again = run(capsys, "score", "--from", "again.jsonl", "--as", "ann", schema="reviews_stored")
    assert (again["stored"], again["revised"]) == (1, 1)
    run(capsys, "export", "--out", "all.csv")
    with Path("all.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    last = rows[-1]
    assert (len(rows), last["reviewer"], last["revision"], last["value"]) == (41, "ann", "2", "3.0")
    assert MAIL not in last["note"]
    assert float(last["automatic"]) > 0


def test_a_file_with_a_wrong_row_stores_nothing(capsys: pytest.CaptureFixture[str]):
    """The row, the value and the mend are named."""
    Path("bad.csv").write_text("conversation,question,value\nc01,satisfaction,4\nc02,satisfaction,9\n")
    assert "satisfaction '9': write a number from 1 to 5" in run(capsys, "score", "--from", "bad.csv", code=2)
    Path("odd.csv").write_text("conversation,mood\nc01,4\n")
    assert "odd.csv:2: the column 'mood' is not known" in run(capsys, "score", "--from", "odd.csv", code=2)
    Path("turn.csv").write_text("conversation,question,value\nc01,turn_quality,4\n")
    assert "name the turn, from 0" in run(capsys, "score", "--from", "turn.csv", code=2)
    assert run(capsys, "agreement", schema="review_agreement")["reviews"] == 0


def test_disputes_are_settled_by_another_person(capsys: pytest.CaptureFixture[str]):
    """Both are kept, with the score that it is about."""
    argv = (
        "dispute",
        "c03",
        "--question",
        "satisfaction",
        "--value",
        "4",
        "--reason",
        f"{MAIL} was glad",
        "--as",
        "bo",
    )
    opened = run(capsys, *argv, "--results", "scores.jsonl", schema="review_dispute")
    assert (opened["id"], opened["state"], opened["automatic"] > 0) == ("D-1", "open", True)
    assert MAIL not in opened["reason"]
    assert "another person must" in run(capsys, "dispute", "D-1", "--uphold", "--as", "bo", code=2)
    settled = run(capsys, "dispute", "D-1", "--reject", "--note", "no", "--as", "ann", schema="review_dispute")
    assert (settled["state"], settled["settled_by"]) == ("rejected", "ann")
    assert run(capsys, "disputes", schema="review_disputes")["disputes"] == [settled]
    assert run(capsys, "disputes", "--open", schema="review_disputes")["disputes"] == []


def test_agreement_and_drift_are_told_of_enough_samples(capsys: pytest.CaptureFixture[str]):
    """People agree wholly with each other; the shipped scorer does not know the shop's words."""
    sample(capsys)
    label("ann", "bo")
    run(capsys, "score", "--from", "labels.csv")
    told = run(capsys, "agreement", schema="review_agreement")
    satisfaction = told["questions"]["satisfaction"]
    assert satisfaction["human_human"]["alpha"]["value"] == 1.0
    assert abs(satisfaction["human_automatic"]["kappa"]["value"]) < 0.3
    drift = run(capsys, "drift", schema="review_drift")
    periods = [one["period"] for one in drift["questions"]["satisfaction"]["periods"]]
    assert periods == ["2026-04", "2026-05"]
    assert {one["changed"] for one in drift["questions"]["satisfaction"]["changes"]} == {False}


def test_a_calibration_gains_on_unseen_conversations_and_is_applied(capsys: pytest.CaptureFixture[str]):
    """It tells the shop's good word from the bad one, and `analyze` takes it."""
    sample(capsys, size=42)
    label("ann")
    run(capsys, "score", "--from", "labels.csv")
    argv = ("calibrate", "--conversations", "chats.jsonl", "--out", "weights.json")
    told = run(capsys, *argv, schema="review_calibration")
    assert (told["conversations"], sorted(told["scores"]), list(told["refused"])) == (
        42,
        ["resolved", "satisfaction"],
        ["turn_quality"],
    )
    assert told["scores"]["resolved"]["calibrated"]["resolved_auc"] == 1.0
    analyzed = ["analyze", "chats.jsonl", "--calibration", "weights.json", "--out", "calibrated.jsonl", "--json"]
    assert run_cli(App(), analyzed) == 0
    results = [json.loads(line) for line in Path("calibrated.jsonl").read_text().splitlines()]
    assert {one["overall"]["resolved"] > 0.5 for one in results[::2]} == {True}
    assert {one["overall"]["resolved"] < 0.5 for one in results[1::2]} == {True}
    assert results[0]["provenance"]["calibration"] is not None
    weights = json.loads(Path("weights.json").read_text())
    for change, why in (
        ({"scorer_version": "0"}, "made for scorer version '0'"),
        ({"form": 9}, "no calibration of form"),
    ):
        Path("odd.json").write_text(json.dumps({**weights, **change}))
        capsys.readouterr()
        assert run_cli(App(), [*analyzed[:3], "odd.json", *analyzed[4:]]) == 2
        assert why in capsys.readouterr().err
    weights["resolved"]["features"][-1] = "other"
    Path("odd.json").write_text(json.dumps(weights))
    assert run_cli(App(), [*analyzed[:3], "odd.json", *analyzed[4:]]) == 2
    assert "weighs other features" in capsys.readouterr().err


def test_too_few_labels_write_nothing(capsys: pytest.CaptureFixture[str]):
    """Each score's lack is named; the pages say what is refused."""
    assert "No answers yet" in run(capsys, "agreement")
    sample(capsys, size=10)
    label("ann")
    run(capsys, "score", "--from", "labels.csv")
    assert "scores: kappa             -      refused: under 20 samples" in run(capsys, "agreement")
    assert "too few samples to compare periods" in run(capsys, "drift")
    said = run(capsys, "calibrate", "--conversations", "chats.jsonl", "--out", "weights.json", code=2)
    assert "satisfaction: 10 labelled conversations: at least 30 are needed" in said
    assert not Path("weights.json").exists()


def test_a_sheet_needs_a_terminal_or_a_file(capsys: pytest.CaptureFixture[str]):
    """Told, not hung."""
    sample(capsys, size=10)
    assert "needs a terminal" in run(capsys, "score", "sheet.jsonl", code=2)
    assert "one of the two" in run(capsys, "score", code=2)
    assert "no line of a sheet" in run(capsys, "score", "scores.jsonl", code=2)


class Typed(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def test_a_sheet_is_scored_one_after_another_and_gone_on_with(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """A wrong answer is asked again, one may be left out; stopped half-way, the same command shows what is left."""
    sample(capsys, size=3)
    monkeypatch.setattr("sys.stdin", Typed("7\n4\nyes\n2\nq\n"))
    assert run_cli(App(), ["reviews", "score", "sheet.jsonl", "--as", "ann", "--reveal"]) == 0
    said = capsys.readouterr()
    names = [json.loads(line)["conversation"] for line in Path("sheet.jsonl").read_text().splitlines()]
    assert [name in said.err for name in names] == [True, True, False]
    assert "satisfaction '7': write a number from 1 to 5" in said.err
    assert "satisfaction: yours 4.0, automatic" in said.err
    assert run(capsys, "agreement", schema="review_agreement")["reviews"] == 2
    monkeypatch.setattr("sys.stdin", Typed("2\nno\n-\nno\n"))
    told = run(capsys, "score", "sheet.jsonl", "--as", "ann", schema="review_sheet")
    assert told == {"scored": 2, "left": 0}
    assert run(capsys, "agreement", schema="review_agreement")["reviews"] == 5
