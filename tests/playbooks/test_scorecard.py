"""Tests of reading and linting scorecards."""

from pathlib import Path

import pytest

from orchestrator.core.conversations.conditions import All, By, Feature, Nearby, Not, Phrases, Says
from orchestrator.core.conversations.scorecard import Anchor, Answering, Question, Scale, Scorecard, Section
from orchestrator.core.errors import GuideError, InputError
from playbooks.problems import Level
from playbooks.scorecard import FOLDER, load_scorecard
from playbooks.scorecard_lint import lint_scorecard

TEXT = """\
id: mine
title: Mine
revision: 2
phrases:
  hello: [Hello, good day]
  later: ["(see|speak) you"]
sections:
  - id: opening
    title: Opening
    questions:
      - id: greeting
        text: Greets?
        weight: 2
        scale:
          yes: Greets.
          no: Does not.
        applies: {not: {feature: {name: channel, is: [email]}}}
        auto_fail: no
        answers:
          - value: yes
            when:
              all:
                - {says: [hello, "how (do|are) you"], within: {first_turns: 2}}
                - says: conduct.thanks
                  by: customer
                  unless: later
                  times: 2
                  after: {says: hello, turns: 3}
                  before: {says: later, by: anyone}
        otherwise: no
      - id: speed
        text: How fast?
        weight: 1
        scale: {10: At once., 60: Slow.}
        numeric: {feature: times.first_response_s, best: 10, worst: 60}
      - id: right
        text: Right?
        weight: 3
        scale: {2: Right., 1: Nearly., 0: Wrong.}
        manual: true
"""


def written(folder: Path, text: str = TEXT) -> Path:
    """A file with that scorecard."""
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_field_is_read(tmp_path: Path):
    """Each of the format reaches its value."""
    hello, inline, later = "scorecard:mine.hello", "scorecard:mine.1", "scorecard:mine.later"
    thanks = Says(
        lists=("conduct:thanks",),
        by=By.CUSTOMER,
        unless=(later,),
        times=2,
        after=Nearby(says=Says(lists=(hello,)), turns=3),
        before=Nearby(says=Says(lists=(later,), by=By.ANYONE)),
    )
    greeting = Question(
        id="greeting",
        text="Greets?",
        section="opening",
        scale=Scale.YES_NO,
        anchors=(Anchor(value=1, text="Greets."), Anchor(value=0, text="Does not.")),
        weight=2,
        best=1,
        worst=0,
        applies=Not(condition=Feature(name="channel", values=("email",))),
        auto_fail=(0,),
        answers=(
            Answering(value=1, when=All(conditions=(Says(lists=(hello, inline), first_turns=2), thanks))),
        ),
        otherwise=0,
    )  # fmt: skip
    speed = Question(
        id="speed",
        text="How fast?",
        section="opening",
        scale=Scale.NUMERIC,
        anchors=(Anchor(value=10, text="At once."), Anchor(value=60, text="Slow.")),
        weight=1,
        best=10,
        worst=60,
        feature="times.first_response_s",
    )
    right = Question(
        id="right",
        text="Right?",
        section="opening",
        scale=Scale.CHOICE,
        anchors=tuple(Anchor(value=v, text=t) for v, t in ((2, "Right."), (1, "Nearly."), (0, "Wrong."))),
        weight=3,
        best=2,
        worst=0,
    )
    expected = Scorecard(
        id="mine",
        title="Mine",
        revision=2,
        sections=(Section(id="opening", title="Opening"),),
        questions=(greeting, speed, right),
        phrases=(
            Phrases(label=hello, phrases=("hello", "good day")),
            Phrases(label=later, phrases=("(see|speak) you",)),
            Phrases(label=inline, phrases=("how (do|are) you",)),
        ),
    )
    found = load_scorecard(written(tmp_path))
    assert expected == found
    assert [one.manual for one in found.questions] == [False, False, True]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: mine", "id: My own", r"mine.yaml:1: id: the id 'My own' is not snake_case"),
        ("revision: 2", "revision: 1.5", r"mine.yaml:3: revision: the revision 1.5 is no whole number"),
        ("revision: 2\n", "", r"the key 'revision' is missing"),
        ("id: speed", "id: greeting", r"the question 'greeting' is there twice, first at .*mine.yaml:11"),
        ("name: channel", "name: chanel", r"there is no feature 'chanel'; did you mean 'channel'\?"),
        ("is: [email]", "at_least: 1", r"channel is a text; write `is: \[...\]`"),
        ("feature: times.first_response_s", "feature: channel", "channel is a text and has no place on a scale"),
        ("best: 10, worst: 60", "best: 10, worst: 10", "best and worst are both 10"),
        ("          no: Does not.\n", "", "a scale has at least two values"),
        ("no: Does not.", "maybe: Hm.", "'yes' is no value of a scale; write numbers, or yes and no"),
        ("no: Does not.", "no:", r"mine.yaml:16: .*scale.no: found nothing, expected a text"),
        ("auto_fail: no", "auto_fail: never", "'never' is not one of yes, no"),
        ("manual: true", "manual: false", "found false|found true or false False, expected true"),
        ("manual: true", "manual: true\n        otherwise: 1", "it is of no use without `answers`"),
        ("        manual: true\n", "", "a question has one of answers, numeric and manual, found none"),
        ("weight: 3", "weight: -1", "the weight -1 is not from 0 to 1000"),
        ("says: conduct.thanks", "says: conduct.thank", "there is no list 'conduct.thank'; did you mean"),
        ("times: 2", "times: 0.5", "0.5 is no count"),
        ("              all:", "              every:", "found 'every'.*a condition has one of says,"),
        ("{first_turns: 2}", "{turns: 2}", "unknown key 'turns'; did you mean"),
        ('"(see|speak) you"', '"(see|(speak)) you"', r"the brackets of .* do not fit"),
        ('"(see|speak) you"', '"~ you"', "begins or ends with ~"),
        ('"(see|speak) you"', '"see|speak you"', r"has \| outside of brackets"),
        ('"(see|speak) you"', '"100% sure"', "'100%' is never one word of a conversation"),
        ("otherwise: no", "otherwise: 3", "'3' is not one of yes, no"),
        ("  - id: opening", "  - id: opening\n    colour: red", "unknown key 'colour'"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_mend(tmp_path: Path, old: str, new: str, message: str):
    """File, line and field, and what to write."""
    assert old in TEXT
    with pytest.raises(GuideError, match=message):
        load_scorecard(written(tmp_path, TEXT.replace(old, new, 1)))


def test_a_scorecard_is_named_by_file_or_id(tmp_path: Path):
    """A shipped one by its id; one that is not there with the nearest name."""
    assert load_scorecard(FOLDER / "support_chat.yaml") == load_scorecard("support_chat")
    with pytest.raises(InputError, match="there is no scorecard 'suport_chat'; did you mean 'support_chat'"):
        load_scorecard("suport_chat")
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        load_scorecard(tmp_path / "bad.yaml")


def test_weights_that_are_all_zero_are_a_fault(tmp_path: Path):
    """There would be no score."""
    text = TEXT.replace("weight: 2", "weight: 0").replace("weight: 1", "weight: 0").replace("weight: 3", "weight: 0")
    with pytest.raises(GuideError, match="every weight is 0"):
        load_scorecard(written(tmp_path, text))


def test_lint_finds_every_fault_and_doubt(tmp_path: Path):
    """One fault hides no other; doubts are warnings."""
    text = TEXT.replace(
        "        otherwise: no\n",
        "          - value: no\n            when: {says: hello}\n          - value: yes\n"
        "            when: {says: hello}\n        otherwise: yes\n",
    )
    text = text.replace("manual: true", "answers: [{value: 2, when: {says: hello}}]\n        otherwise: 1")
    text = text.replace("phrases:\n", "phrases:\n  idle: [so it is]\n").replace("best: 10", "best: fast")
    found = [(one.level, one.place.line, one.message) for one in lint_scorecard(written(tmp_path, text))]
    assert found == [
        (Level.WARNING, 5, "no condition names the list 'idle'; leave it out"),
        (
            Level.WARNING,
            12,
            "the answer 1 of 'greeting' is never reached: 0 has the same condition and stands before it",
        ),
        (Level.ERROR, 40, "found a text 'fast', expected a number"),
        (Level.WARNING, 41, "no answer of 'right' gives the value 0: 'Wrong.'"),
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scorecards_have_no_faults(path: Path):
    """No faults, no doubts, and an id that is the file's name."""
    assert ((), path.stem) == (lint_scorecard(path), load_scorecard(path).id)
