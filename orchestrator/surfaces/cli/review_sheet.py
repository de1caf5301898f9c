"""Asks a person about the conversations of a sheet, one after another; each is stored once it is answered."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Application, Document
from orchestrator.surfaces.cli.output import out_screen, warn
from orchestrator.surfaces.review_application import Answer
from orchestrator.surfaces.terminal.fields import entries, items, number, text
from orchestrator.surfaces.terminal.reviews import conversation_page

QUESTIONS = ("satisfaction", "resolved")
_OF_TURNS = "turn_quality"
_ASKED = {
    "satisfaction": "How satisfied is the customer at the end, 1 to 5",
    "resolved": "Is the customer's matter resolved, yes or no",
    "sentiment": "The customer's mood, negative, neutral or positive",
    "quality": "How well did the conversation go, 1 to 5",
    _OF_TURNS: "How well does it go after this turn, 1 to 5",
}
_SKIP, _STOP = "-", "q"


class _StoppedError(Exception):
    """The person wants to stop."""


def review_sheet(
    application: Application, sheet: Path, *, reviewer: str | None, questions: Sequence[str], reveal: bool
) -> Document:
    """Ask and store; how many conversations were answered, and how many are left."""
    for question in questions:
        if question not in _ASKED and not question.startswith("scorecard."):
            application.check_answer(question, "")
    waiting = [one for one in application.read_sheet(sheet, reviewer=reviewer) if not _done(one, questions)]
    if not waiting:
        warn("Nothing is left to score on this sheet.")
    elif not sys.stdin.isatty():
        raise InputError("scoring a sheet needs a terminal: give --from FILE to take in labels")
    scored, screen = 0, replace(out_screen(), color=False)  # stdout is for the document
    try:
        for place, item in enumerate(waiting, 1):
            warn(f"\n{place} of {len(waiting)}; {_SKIP} leaves a question out, {_STOP} stops")
            warn(conversation_page(item, screen))
            answers = _ask(application, item, reviewer=reviewer, questions=questions)
            if answers:
                stored = application.store_answers(answers)
                scored += 1
                if reveal:
                    _reveal(stored)
    except (_StoppedError, typer.Abort, KeyboardInterrupt, EOFError):
        warn("\nStopped. What was answered is stored; the same command goes on with the next.")
    return {"scored": scored, "left": len(waiting) - scored}


def _done(item: Document, questions: Sequence[str]) -> bool:
    return set(questions) <= {str(one) for one in items(item, "answered")}


def _ask(application: Application, item: Document, *, reviewer: str | None, questions: Sequence[str]) -> list[Answer]:
    answers = []
    known = set(items(item, "answered"))
    for question in (one for one in questions if one not in known):
        places = entries(item, "turns") if question == _OF_TURNS else [{}]
        for place in places:
            index = number(place, "index")
            value = _answer(application, question, None if index is None else int(index))
            if value is not None:
                answers.append(
                    Answer(
                        conversation=text(item, "conversation"),
                        question=question,
                        turn=None if index is None else int(index),
                        value=value,
                        reviewer=reviewer,
                        sample=text(item, "sample"),
                    )
                )
    return answers


def _answer(application: Application, question: str, turn: int | None) -> str | None:
    """An answer that the question takes; None where it is left out."""
    asked = _ASKED.get(question, question)
    where = "" if turn is None else f" [{turn}]"
    while True:
        value = str(typer.prompt(f"{asked}{where}", err=True)).strip()
        if value == _SKIP:
            return None
        if value == _STOP:
            raise _StoppedError
        try:
            application.check_answer(question, value)
        except InputError as error:
            warn(str(error))
        else:
            return value


def _reveal(stored: Document) -> None:
    for answer in entries(stored, "answers"):
        warn(f"{text(answer, 'question')}: yours {text(answer, 'value')}, automatic {text(answer, 'automatic') or '-'}")
