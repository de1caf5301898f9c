"""Conversations as tools: answers about those that are stored, and the scores of one that is pasted."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

from semantic_kernel.functions import kernel_function

from agents.sentiment.pasted_scores import score_rows, score_statements, score_table
from agents.sentiment.questions.asked import CAN_ASK, AskedInsight, NotAsked, read_question
from agents.sentiment.questions.naming import Names
from agents.sentiment.questions.telling import Told
from orchestrator.core.conversations.conversation import Conversation
from orchestrator.core.conversations.insights import (
    NO_INSIGHTS,
    Filter,
    Form,
    Group,
    InsightQuery,
    Measure,
    Name,
    Span,
    read_insight_query,
)
from orchestrator.core.conversations.pasted import named_file, read_pasted
from orchestrator.core.errors import QueryError, ToolError
from orchestrator.core.events import WindowResolved
from orchestrator.core.reading import reading
from orchestrator.core.report import Statement, Unknown
from orchestrator.core.runs import RunContext

HIDDEN = {"include_in_function_choices": False}
KEPT = "insights"
"""The name under which a session remembers its last question."""
NO_CONVERSATION = (
    "I see no conversation in that. Paste it with a line for each turn that begins with who speaks, such as "
    "'customer: where is my parcel' and 'agent: let me look'."
)
_EXAMPLES = 2


class Known(Protocol):
    """What the store tells of itself, which is no answer."""

    async def names(self) -> tuple[Name, ...]:
        """By what conversations can be narrowed."""
        ...

    async def extent(self) -> Span:
        """When the first and the last began."""
        ...


class InsightTools:
    """Plugin `insights`: read-only.

    Args:
        known: What the store holds.
        topics: What a contact reason is called and belongs to, by its id.
        clock: What relative times are relative to.
        source: How a report names the data: live or files.
    """

    def __init__(
        self, *, known: Known, topics: Callable[[], Mapping[str, str]], clock: Callable[[], datetime], source: str
    ) -> None:
        self._known = known
        self._topics = topics
        self._clock = clock
        self._source = source

    @kernel_function(
        name="ask",
        description=(
            "Answer a question about stored conversations in plain words: satisfaction, sentiment, quality, how many "
            "were resolved, abandoned or transferred; of a period, by contact reason, product, queue or channel; what "
            "changed; the best or worst conversations."
        ),
    )
    async def ask(
        self,
        question: Annotated[str, "the question with its period, such as: which queue was worst in June"],
        run: Annotated[Any, "the run", HIDDEN],
    ) -> str:
        """Claims with the figures, and conversations as examples."""
        context = _context(run)
        try:
            names = Names.of(await self._known.names(), self._topics())
        except QueryError as error:
            return _unanswered(context, f"{error.message[:1].upper()}{error.message[1:]}.")
        if not names.conversations:
            context.next.append("store what was scored: switchboard insights import RESULTS.jsonl")
            return _unanswered(context, f"{NO_INSIGHTS[:1].upper()}{NO_INSIGHTS[1:]}.")
        asked = read_question(
            question, now=self._clock(), zone=context.zone, names=names, previous=_before(context.remembered)
        )
        context.source = self._source
        if isinstance(asked, NotAsked):
            return _unanswered(context, f"{asked.reason} I can be asked about {CAN_ASK}.")
        return await self._answer(context, asked)

    async def _answer(self, context: RunContext, asked: AskedInsight) -> str:
        query = asked.query
        _show_window(context, query)
        recorded = await context.recorder.ask_insights(query, purpose=reading(query.text(), limit=200))
        if recorded.table is None:
            return _unanswered(context, f"The insights gave no answer: {recorded.error}.")
        told, rows = Told(evidence=recorded.evidence_id, asked=asked), recorded.table.records()
        statements = told.examples(rows) if query.form is Form.EXAMPLES else told.answer(rows)
        context.values[KEPT] = query.document()
        context.notes.extend(asked.notes)
        if not any(row.get("conversations") or row.get("id") for row in rows):
            await self._tell_extent(context)
        statements += await self._examples(context, asked, rows)
        if not statements:
            return _unanswered(context, "No stored conversation fits that.")
        return _offered(context, statements)

    async def _tell_extent(self, context: RunContext) -> None:
        """What there is, where the period holds nothing."""
        extent = await self._known.extent()
        if extent.start:
            context.notes.append(f"the stored conversations began between {extent.start} and {extent.end}")

    async def _examples(
        self, context: RunContext, asked: AskedInsight, rows: Sequence[Mapping[str, object]]
    ) -> list[Statement]:
        """Conversations that show what the figures are made of."""
        query = _example_query(asked.query, rows)
        if query is None:
            return []
        recorded = await context.recorder.ask_insights(query, purpose="conversations as examples")
        if recorded.table is None:
            return []
        asked = AskedInsight(query=query, period=asked.period, about=asked.about)
        return Told(evidence=recorded.evidence_id, asked=asked).examples(recorded.table.records())


class ConversationTools:
    """Plugin `conversations`.

    Args:
        score: The scorer, made when it is first needed.
    """

    def __init__(self, score: Callable[[], Callable[[Conversation], Mapping[str, object]]]) -> None:
        self._score = score

    @kernel_function(
        name="score",
        description=(
            "Score the conversation that the user's message holds, a line for each turn that begins with who speaks: "
            "sentiment, satisfaction, contact reason, whether it was resolved, each with what was said. Reads the "
            "message itself and takes no argument."
        ),
    )
    async def score(self, run: Annotated[Any, "the run", HIDDEN]) -> str:
        """Claims with the scores and their quotes."""
        context = _context(run)
        text = context.whole or context.asked
        conversation = read_pasted(text)
        context.source = "files"
        if conversation is None:
            return _unanswered(context, _no_conversation(context, text))
        result = self._score()(conversation)
        recorder = context.recorder
        recorded = await recorder.note(
            recorder.reserve(),
            key="conversation",
            table=score_table(score_rows(result)),
            source="conversation",
            purpose="the scores of the conversation in the message",
        )
        assert recorded.table is not None
        return _offered(context, score_statements(recorded.table.records(), recorded.evidence_id))


def _no_conversation(context: RunContext, text: str) -> str:
    """Why nothing is scored; a file is not opened because a message names it."""
    if file := named_file(text):
        shown = reading(file, limit=80)
        context.next.append(f"switchboard analyze {shown} --out results.jsonl --report report.html")
        return f"A chat opens no files; {shown!r} is scored by the command analyze."
    return NO_CONVERSATION


def _example_query(query: InsightQuery, rows: Sequence[Mapping[str, object]]) -> InsightQuery | None:
    """The question for conversations that go with an answer; None where there is nothing to show."""
    narrowed = query.filter
    if query.form is Form.EXAMPLES or not any(row.get("n") for row in rows):
        return None
    if query.form is Form.RANKING:
        first = next((row for row in rows if row["kind"] == "group" and (row["enough"] or not row["value"])), None)
        first = first or next((row for row in rows if row["kind"] == "group"), None)
        if first is None or query.group is Group.AGENT:
            return None
        narrowed = _narrowed(narrowed, query.group, str(first["key"]))
    total = rows[0]
    change = total.get("change")
    highest = query.highest_first if query.form is not Form.CHANGE else isinstance(change, float) and change > 0
    if query.form is Form.VALUE and not query.measure.is_share:
        highest = False
    if query.measure is Measure.NEGATIVE:
        return _examples_of(query, Measure.SENTIMENT, narrowed, highest_first=False)
    return _examples_of(query, query.measure, narrowed, highest_first=highest)


def _examples_of(query: InsightQuery, measure: Measure, narrowed: Filter, *, highest_first: bool) -> InsightQuery:
    return InsightQuery(
        form=Form.EXAMPLES,
        measure=measure,
        span=query.span,
        filter=narrowed,
        highest_first=highest_first,
        limit=_EXAMPLES,
    )


def _narrowed(narrowed: Filter, group: Group, key: str) -> Filter:
    fields = {"reasons": Group.REASON, "products": Group.PRODUCT, "queues": Group.QUEUE, "channels": Group.CHANNEL}
    values = {name: (key,) if one is group else getattr(narrowed, name) for name, one in fields.items()}
    return Filter(agents=narrowed.agents, **values)


def _before(remembered: Mapping[str, object]) -> InsightQuery | None:
    """The session's last question; None where it asked none that is still understood."""
    kept = remembered.get(KEPT)
    try:
        return read_insight_query(kept) if kept is not None else None
    except ValueError:
        return None


def _show_window(context: RunContext, query: InsightQuery) -> None:
    if query.span.start and query.span.end:
        start, end = (datetime.fromisoformat(moment) for moment in (query.span.start, query.span.end))
        context.emit(WindowResolved(start=start, end=end, timezone=context.zone, origin="the period of the question"))


def _offered(context: RunContext, statements: Sequence[Statement]) -> str:
    offers = [offer for statement in statements if (offer := context.offer(statement)) is not None]
    return json.dumps({"found": True, "claims": [{"ref": one.ref, "text": one.claim.text} for one in offers]})


def _unanswered(context: RunContext, why: str) -> str:
    context.unknown.append(Unknown(text=why))
    return json.dumps({"found": False, "error": why, "claims": []})


def _context(run: object) -> RunContext:
    if not isinstance(run, RunContext):
        raise ToolError("this tool is called by the turn only")
    return run
