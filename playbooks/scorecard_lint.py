"""Lint of scorecards: answers that are never given, and lists that nothing names."""

from collections.abc import Iterator
from pathlib import Path

from orchestrator.core.conversations.scorecard import Question, Scale
from playbooks.problems import Problem, warning
from playbooks.scorecard import ReadScorecard, read_scorecard, read_text, scorecard_path


def lint_scorecard(path_or_id: Path | str) -> tuple[Problem, ...]:
    """All faults and doubts of a scorecard, by line; InputError where there is none."""
    path = scorecard_path(path_or_id)
    read = read_scorecard(read_text(path), file=str(path))
    found = [*read.problems, *_doubts(read)]
    return tuple(sorted(found, key=lambda problem: problem.place.line or 0))


def _doubts(read: ReadScorecard) -> Iterator[Problem]:
    for name, place in read.unused.items():
        yield warning(place, f"no condition names the list {name!r}; leave it out")
    if read.scorecard is None:
        return
    for question in read.scorecard.questions:
        for message in (*_unreached(question), *_never_given(question)):
            yield warning(read.places[question.id], message)


def _unreached(question: Question) -> Iterator[str]:
    for number, answering in enumerate(question.answers):
        earlier = next((one for one in question.answers[:number] if one.when == answering.when), None)
        if earlier is not None:
            yield (
                f"the answer {answering.value:g} of {question.id!r} is never reached: {earlier.value:g} has the same "
                "condition and stands before it"
            )


def _never_given(question: Question) -> Iterator[str]:
    if question.scale is Scale.NUMERIC or question.manual or question.otherwise is None:
        return  # a person may give any value
    given = {one.value for one in question.answers} | {question.otherwise}
    for anchor in question.anchors:
        if anchor.value not in given:
            yield f"no answer of {question.id!r} gives the value {anchor.value:g}: {anchor.text!r}"
