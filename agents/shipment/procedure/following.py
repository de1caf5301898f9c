"""Follows a procedure to its end: a proposal with its exact arguments and price, a refusal, a question, or a person."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from orchestrator.core.claims import DONE, Frame, StepFrame
from orchestrator.core.errors import ExpressionError
from orchestrator.core.expressions import compile_expression, evaluate_bool
from orchestrator.core.rendering import placeholders, render, resolve
from orchestrator.core.report import Json, Statement, StatementKind
from playbooks.procedure import EACH, WANTED, Check, Ending, Procedure, Proposing, Read, Work

MESSAGE = "message"
CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a step gave: the document, and the evidence that holds it; no document where nobody answered, with why."""

    document: Json | None
    evidence: str
    reason: str = ""


class Reading(Protocol):
    """Who asks and keeps what was answered as evidence."""

    async def read(self, step: str, workflow: str, body: Json, *, purpose: str) -> Known:
        """What a reading workflow answers."""
        ...

    async def note(self, step: str, document: Json, *, source: str, purpose: str) -> Known:
        """Keep what was worked out or said."""
        ...


Works: TypeAlias = Mapping[str, Callable[[Json], Json]]
"""What code can work out, by name: pure, from a document to a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be done, exactly."""

    workflow: str
    subject: str
    arguments: Json
    amount: float
    currency: str
    once_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The procedure ended before a proposal: refused, to be asked, or a person's; `text` says why or asks."""

    ending: Ending
    text: str
    check: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How a procedure ended.

    Attributes:
        end: The proposal, how else it ended, or None where it only answers.
        said: The sentences, in order: what was shown on the way, then what will be done or why not.
        statements: The same as claims over the evidence.
        known: What each step gave, by its name.
    """

    procedure: Procedure
    end: Proposal | Ended | None
    said: tuple[str, ...]
    statements: tuple[Statement, ...]
    known: Mapping[str, object]

    @property
    def found(self) -> tuple[Statement, ...]:
        """What was shown on the way, without what would be done."""
        says = len(self.procedure.propose.says) if self.procedure.propose and isinstance(self.end, Proposal) else 0
        return self.statements[: len(self.statements) - says]


async def follow(
    procedure: Procedure,
    wanted: Json,
    *,
    reading: Reading,
    works: Works,
    now: str,
    source: str = MESSAGE,
    given: Mapping[str, Known] | None = None,
) -> Followed:
    """Follow a procedure for what is wanted; `now` is ISO 8601 in UTC, `source` says who wants it."""
    path = _Path(procedure=procedure, reading=reading, works=works)
    for name in procedure.given:
        known = (given or {}).get(name)
        if known is None:
            text = f"{procedure.id} begins with the {name}, and none is known here"
            return path.ended(Ended(ending="person", text=text, check=name))
        path.keep(name, known)
    missing = next((name for name in procedure.needs if wanted.get(name) in (None, "", [])), None)
    whole = {**dict.fromkeys((*procedure.needs, *procedure.takes)), **wanted, "now": now}
    await path.note(WANTED, whole, source=source, purpose="what is wanted")
    if missing is not None:
        text = procedure.needs[missing]
        return path.ended(Ended(ending="ask", text=text, check=missing), say=False)
    for step in procedure.steps:
        ended = await path.take(step)
        if ended is not None:
            return path.ended(ended)
    return path.done()


@dataclass(slots=True, kw_only=True)
class _Path:
    """A procedure under way."""

    procedure: Procedure
    reading: Reading
    works: Works
    scope: dict[str, object] = field(default_factory=dict)
    frames: list[StepFrame] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    async def note(self, step: str, document: Json, *, source: str, purpose: str) -> None:
        self.keep(step, await self.reading.note(step, document, source=source, purpose=purpose))

    async def take(self, step: Read | Work | Check) -> Ended | None:
        """Take a step; how it ended the procedure, where it did."""
        try:
            if step.when is not None and not evaluate_bool(step.when, self.scope):
                if not isinstance(step, Check):
                    self.scope[step.id] = None
                return None
            match step:
                case Read():
                    return await self._read(step)
                case Work():
                    return await self._work(step)
                case Check():
                    return self._check(step)
        except ExpressionError as error:
            return Ended(ending="person", text=f"{step.id} cannot be told: {error.message}", check=step.id)

    async def _read(self, step: Read) -> Ended | None:
        if step.each is not None:
            return await self._read_each(step, step.each)
        known = await self._asked(step, self.scope)
        if isinstance(known, Ended):
            return known
        self.keep(step.id, known)
        return None

    async def _read_each(self, step: Read, each: str) -> Ended | None:
        answers: list[object] = []
        values = compile_expression(each).evaluate(self.scope)
        for value in values if isinstance(values, list) else [values]:
            known = await self._asked(step, {**self.scope, EACH: value})
            if isinstance(known, Ended):
                return known
            answers.append(known.document)
        await self.note(step.id, {"answers": answers}, source=f"{CODE}:collected", purpose=step.purpose)
        return None

    async def _asked(self, step: Read, scope: Mapping[str, object]) -> Known | Ended:
        body = without_nulls(resolve(step.body, scope))
        assert isinstance(body, dict)
        known = await self.reading.read(step.id, step.workflow, body, purpose=step.purpose)
        if known.document is None:
            return Ended(ending="person", text=f"{step.workflow} did not answer: {known.reason}", check=step.id)
        return known

    async def _work(self, step: Work) -> Ended | None:
        work = self.works.get(step.work)
        if work is None:
            return Ended(ending="person", text=f"nothing here works out {step.work!r}", check=step.id)
        arguments = resolve(step.arguments, self.scope)
        assert isinstance(arguments, dict)
        try:
            found = work(arguments)
        except ValueError as error:  # a document of a shop that lacks something, or has it in another form
            return Ended(ending="person", text=f"{step.id} cannot be worked out: {error}", check=step.id)
        await self.note(step.id, found, source=f"{CODE}:{step.work}", purpose=step.purpose)
        return None

    def _check(self, step: Check) -> Ended | None:
        if evaluate_bool(step.expect, self.scope):
            if step.shows:
                self._say(step.shows, check=step.expect)
            return None
        text = render(step.outcome.text, self.scope)
        if step.outcome.ending != "ask":
            self._say(step.outcome.text, check=f"!({step.expect})")
        return Ended(ending=step.outcome.ending, text=text, check=step.id)

    def ended(self, end: Ended, *, say: bool = True) -> Followed:
        if say and end.text not in self.said and end.ending != "ask":
            self.said.append(end.text)
        return self._followed(end)

    def done(self) -> Followed:
        try:
            if self.procedure.propose is None:
                for template in self.procedure.answer:
                    self._say(template, check=_shown(template, self.scope))
                return self._followed(None)
            return self._followed(self._proposal(self.procedure.propose))
        except ExpressionError as error:
            return self.ended(Ended(ending="person", text=f"it cannot be told: {error.message}", check="propose"))

    def _proposal(self, propose: Proposing) -> Proposal:
        arguments = without_nulls(resolve(propose.arguments, self.scope))
        amount = compile_expression(propose.amount).evaluate(self.scope)
        currency = compile_expression(propose.currency).evaluate(self.scope)
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise ExpressionError(f"the price {propose.amount!r} is {amount!r}, which is no number")
        assert isinstance(arguments, dict)
        for template in propose.says:
            self._say(template, check=_shown(template, self.scope))
        return Proposal(
            workflow=propose.workflow,
            subject=render(propose.subject, self.scope),
            arguments=arguments,
            amount=float(amount),
            currency=str(currency),
            once_until=propose.once_until,
        )

    def _followed(self, end: Proposal | Ended | None) -> Followed:
        return Followed(
            procedure=self.procedure,
            end=end,
            said=tuple(self.said),
            statements=tuple(self.statements),
            known=dict(self.scope),
        )

    def keep(self, step: str, known: Known) -> None:
        self.scope[step] = known.document
        self.frames.append(StepFrame(step=step, evidence=known.evidence, status=DONE))

    def _say(self, template: str, *, check: str) -> None:
        text = render(template, self.scope)
        self.said.append(text)
        named = tuple(frame.step for frame in self.frames)
        self.statements.append(
            Statement(
                kind=StatementKind.SHOWN,
                template=template,
                check=check,
                evidence=self._cited(template, check),
                frame=Frame(values={}, steps=tuple(self.frames), current=named[-1], named=named),
            )
        )

    def _cited(self, *texts: str) -> tuple[str, ...]:
        """The evidence of the steps that the texts read; the newest where they read none."""
        read = [frame for frame in self.frames if any(f"{frame.step}." in text for text in texts)]
        return tuple(str(frame.evidence) for frame in read or self.frames[-1:])


def _shown(template: str, scope: Mapping[str, object]) -> str:
    """A check that holds while everything that a sentence shows is as it is shown."""
    return " && ".join(_as_now(one, scope) for one in dict.fromkeys(placeholders(template))) or "true"


def _as_now(expression: str, scope: Mapping[str, object]) -> str:
    value = compile_expression(expression).evaluate(scope)
    match value:
        case None:
            return f"({expression}) == null"
        case bool() | int() | float() | str():
            return f"({expression}) == {json.dumps(value)}"
        case _:
            return f"({expression}) != null"


def without_nulls(value: object) -> object:
    """A document without what is null: a request leaves out what is not known."""
    match value:
        case Mapping():
            return {str(name): without_nulls(item) for name, item in value.items() if item is not None}
        case list() | tuple():
            return [without_nulls(item) for item in value]
        case _:
            return value


def in_order(value: object, *, names: Sequence[str] = ()) -> object:
    """A document whose fields stand in one order: `names` first at the top, the rest by name, at any depth.

    Maps that CEL gives come in no order of their own; the same plan is to print the same bytes.
    """
    match value:
        case Mapping():
            first = [name for name in names if name in value]
            rest = sorted(str(name) for name in value if name not in first)
            return {name: in_order(value[name]) for name in (*first, *rest)}
        case list() | tuple():
            return [in_order(item) for item in value]
        case _:
            return value
