"""Reads scorecards: questions with scales, written anchors, weights and conditions (format: docs/scorecards.md)."""

from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.core.conversations.conditions import FEATURES
from orchestrator.core.conversations.scorecard import Anchor, Answering, Question, Scale, Scorecard, Section
from orchestrator.core.errors import GuideError, InputError, Place
from playbooks.conversation_conditions import feature_name, read_condition
from playbooks.problems import Level, Problem, error
from playbooks.said_phrases import NAME, SaidLists
from playbooks.yaml_values import YamlValue, nearest_names, read_yaml

FOLDER = Path(__file__).with_name("scorecards")
_TOP = ("id", "title", "revision", "phrases", "sections")
_SECTION = ("id", "title", "questions")
_QUESTION = (
    "id", "text", "weight", "scale", "best", "numeric", "applies", "auto_fail", "answers", "otherwise", "manual",
)  # fmt: skip
_NUMERIC = ("feature", "best", "worst")
_YES_NO = {"yes": 1.0, "no": 0.0}
_FEWEST = 2


@dataclass(slots=True)
class ReadScorecard:
    """What a file says, with its faults.

    Attributes:
        scorecard: What could be read; None where the head of the file could not be.
        places: Of the questions, by id.
        unused: Lists of phrases that no condition names.
    """

    scorecard: Scorecard | None = None
    places: dict[str, Place] = field(default_factory=dict)
    unused: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load_scorecard(path_or_id: Path | str) -> Scorecard:
    """The scorecard of a file, or the shipped one of an id.

    Raises:
        InputError: There is no such file.
        GuideError: The first fault in it, with line and field.
    """
    path = scorecard_path(path_or_id)
    read = read_scorecard(read_text(path), file=str(path))
    first = next((problem for problem in read.problems if problem.level is Level.ERROR), None)
    if first is not None:
        raise GuideError(first.message, place=first.place)
    assert read.scorecard is not None  # without a fault everything was read
    return read.scorecard


def scorecard_path(path_or_id: Path | str) -> Path:
    """The file of a path or of a shipped scorecard's id; InputError where there is none."""
    path = Path(path_or_id)
    if path.is_file():
        return path
    shipped = {one.stem: one for one in sorted(FOLDER.glob("*.yaml"))}
    if str(path_or_id) in shipped:
        return shipped[str(path_or_id)]
    hint = nearest_names(str(path_or_id), shipped)
    raise InputError(f"there is no scorecard {str(path_or_id)!r}{hint}; name a file, or a shipped one")


def read_text(path: Path) -> str:
    """The text of a file that people write; InputError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read ({fault}); make it readable UTF-8 text") from fault


def read_scorecard(text: str, *, file: str) -> ReadScorecard:
    """What can be read of a YAML text, and every fault in it."""
    read = ReadScorecard()
    try:
        entries = read_yaml(text, place=Place(file, 1)).mapping(
            known=_TOP, required=("id", "title", "revision", "sections")
        )
        name = read_id(entries["id"])
        lists = SaidLists(f"scorecard:{name}", entries.get("phrases"))
        revision = _revision(entries["revision"])
        title = entries["title"].text()
        groups = [(_section(item), item) for item in entries["sections"].items()]
    except GuideError as fault:
        read.problems.append(error(fault.place, fault.problem))
        return read
    questions = [one for section, item in groups for one in _questions(read, item, section.id, lists)]
    _refuse_weightless(read, questions, entries["sections"].place)
    read.unused = {name: value.place for name, value in lists.unused().items()}
    read.scorecard = Scorecard(
        id=name,
        title=title,
        revision=revision,
        sections=tuple(section for section, _ in groups),
        questions=tuple(questions),
        phrases=lists.used(),
    )
    return read


def _refuse_weightless(read: ReadScorecard, questions: list[Question], place: Place) -> None:
    if not questions and not read.problems:
        read.problems.append(error(place, "there is no question; write some"))
    elif questions and not any(question.weight for question in questions):
        read.problems.append(error(place, "every weight is 0, so that there is no score; give one question a weight"))


def read_id(value: YamlValue) -> str:
    """A name in small letters, digits and underscores."""
    name = value.text()
    if not NAME.fullmatch(name):
        raise value.error(f"the id {name!r} is not snake_case: use small letters, digits and underscores")
    return name


def _revision(value: YamlValue) -> int:
    number = value.number()
    if number < 1 or number != int(number):
        raise value.error(f"the revision {number:g} is no whole number from 1 on; count it up with every change")
    return int(number)


def _section(value: YamlValue) -> Section:
    entries = value.mapping(known=_SECTION, required=_SECTION)
    return Section(id=read_id(entries["id"]), title=entries["title"].text())


def _questions(read: ReadScorecard, value: YamlValue, section: str, lists: SaidLists) -> list[Question]:
    """Each question by itself, so that one fault hides no other."""
    found = []
    for item in _listed(read, value.mapping()["questions"]):
        try:
            entries = item.mapping(known=_QUESTION, required=("id", "text", "weight", "scale"))
            question = _question(entries, section, lists)
            if question.id in read.places:
                raise entries["id"].error(
                    f"the question {question.id!r} is there twice, first at {read.places[question.id]}; choose another"
                )
            read.places[question.id] = entries["id"].place
            found.append(question)
        except GuideError as fault:
            read.problems.append(error(fault.place, fault.problem))
    return found


def _listed(read: ReadScorecard, value: YamlValue) -> tuple[YamlValue, ...]:
    if isinstance(value.value, tuple):
        return value.value
    read.problems.append(error(value.place, "expected a list; write `- id: ...` below it"))
    return ()


def _question(entries: dict[str, YamlValue], section: str, lists: SaidLists) -> Question:
    scale, anchors = _scale(entries["scale"], numeric="numeric" in entries)
    _refuse_useless(entries)
    best, worst, feature = _ends(entries, scale, anchors)
    known = tuple(anchor.value for anchor in anchors)
    return Question(
        id=read_id(entries["id"]),
        text=entries["text"].text(),
        section=section,
        scale=scale,
        anchors=anchors,
        weight=_weight(entries["weight"]),
        best=best,
        worst=worst,
        applies=read_condition(entries["applies"], lists) if "applies" in entries else None,
        auto_fail=tuple(_value(item, scale, known) for item in entries["auto_fail"].items())
        if "auto_fail" in entries
        else (),
        answers=tuple(_answering(item, scale, known, lists) for item in entries["answers"].items())
        if "answers" in entries
        else (),
        otherwise=_value(entries["otherwise"], scale, known) if "otherwise" in entries else None,
        feature=feature,
    )


def _refuse_useless(entries: dict[str, YamlValue]) -> None:
    """A question is answered by conditions, by a number, or by a person, and says which."""
    ways = [key for key in ("answers", "numeric", "manual") if key in entries]
    if len(ways) != 1:
        found = " and ".join(ways) or "none"
        raise entries["id"].error(f"a question has one of answers, numeric and manual, found {found}")
    if ways == ["manual"] and entries["manual"].plain() is not True:
        raise entries["manual"].wrong("true")
    if "otherwise" in entries and ways != ["answers"]:
        raise entries["otherwise"].error("it is of no use without `answers`; leave it out")
    if "auto_fail" in entries and ways == ["numeric"]:
        raise entries["auto_fail"].error("a number fails nothing; write `answers` with conditions on the feature")


def _scale(value: YamlValue, *, numeric: bool) -> tuple[Scale, tuple[Anchor, ...]]:
    """Each value with its anchor, from best to worst as written."""
    entries = value.mapping()
    if len(entries) < _FEWEST:
        raise value.error("a scale has at least two values, each with its anchor: `2: ...`")
    if set(entries) <= set(_YES_NO) and not numeric:
        anchors = tuple(Anchor(value=_YES_NO[key], text=item.text()) for key, item in entries.items())
        return Scale.YES_NO, anchors
    anchors = tuple(Anchor(value=_key(key, item), text=item.text()) for key, item in entries.items())
    if len({anchor.value for anchor in anchors}) < len(anchors):
        raise value.error("a value of the scale is there twice; keep one")
    return Scale.NUMERIC if numeric else Scale.CHOICE, anchors


def _key(key: str, item: YamlValue) -> float:
    try:
        return float(key)
    except ValueError:
        raise item.error(f"{key!r} is no value of a scale; write numbers, or yes and no") from None


def _ends(entries: dict[str, YamlValue], scale: Scale, anchors: tuple[Anchor, ...]) -> tuple[float, float, str]:
    """The best and the worst value, and the feature of a numeric scale."""
    known = tuple(anchor.value for anchor in anchors)
    if scale is not Scale.NUMERIC:
        best = _value(entries["best"], scale, known) if "best" in entries else max(known)
        if best not in {max(known), min(known)}:
            raise entries["best"].error("the best value stands at an end of the scale")
        return best, min(known) if best == max(known) else max(known), ""
    numeric = entries["numeric"].mapping(known=_NUMERIC, required=_NUMERIC)
    name = feature_name(numeric["feature"])
    if FEATURES[name] != "number":
        raise numeric["feature"].error(f"{name} is a text and has no place on a scale; choose a number")
    best, worst = numeric["best"].number(), numeric["worst"].number()
    if best == worst:
        raise numeric["worst"].error(f"best and worst are both {best:g}; nothing lies between them")
    return best, worst, name


def _weight(value: YamlValue) -> float:
    weight = value.number()
    if not 0 <= weight <= 1000:  # noqa: PLR2004 - said in the message
        raise value.error(f"the weight {weight:g} is not from 0 to 1000")
    return weight


def _value(value: YamlValue, scale: Scale, known: tuple[float, ...]) -> float:
    if scale is Scale.YES_NO:
        return _YES_NO[value.choice(_YES_NO)]
    number = value.number()
    if number not in known:
        listed = ", ".join(f"{one:g}" for one in known)
        raise value.error(f"{number:g} is no value of the scale, which has {listed}")
    return number


def _answering(value: YamlValue, scale: Scale, known: tuple[float, ...], lists: SaidLists) -> Answering:
    entries = value.mapping(known=("value", "when"), required=("value", "when"))
    return Answering(value=_value(entries["value"], scale, known), when=read_condition(entries["when"], lists))
