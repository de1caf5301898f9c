"""The embedded planner: decides the next tool calls from what a model would see, deterministically and offline."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.consent import A_PERSON, SAY_YES, read_consent
from orchestrator.core.conversations.pasted import named_file, read_pasted
from orchestrator.core.followup import is_elliptical
from orchestrator.core.record import RecordView
from orchestrator.core.record_questions import RecordQuestion, record_question

MAX_GUIDES = 8
SHORT = 300
# Not no_data: a worker that is gone logs nothing, and the guide of its queue asks other tables.
_SETTLED = frozenset({"cause_found", "needs_input"})
_EVIDENCE = re.compile(r"\b(?:show|open|print|display|see)\b.{0,20}?\b[Ee](\d{1,4})\b|^\W*[Ee](\d{1,4})\W*$")
_ALL_EVIDENCE = re.compile(
    r"^\W*(?:(?:please|can you|could you|and|now)\W+)*(?:show|open|print|display|see|list|give|what is|where is)\b"
    r"(?:\s+(?:me|us|all|of|the|your|that|this|its|more))*\s+(?:evidence|proof)\b"
    r"(?:\W+(?:again|please|for (?:it|that|this)))*\W*$",
    re.IGNORECASE,
)
# How answers begin that found no subject: the message before them is nothing to go on with.
_UNANSWERED = ("No guide covers", "I need to know more", "I do not know")
_NAMED_GUIDE = re.compile(r"\brun (?:the )?guide ([a-z][a-z0-9_]*)\b")
_DOCUMENT = re.compile(
    r"(?<![\w-])(?:polic(?:y|ies)|procedures?|manuals?|handbook|guidelines?|sla|rto|rpo|rules? (?:for|about|on)"
    r"|how long do we keep"
    r"|are we allowed|am i allowed|who (?:approves|may approve|decides|declares))(?![\w-])",
    re.IGNORECASE,
)
_OWN_CASE = re.compile(
    r"\b(?:my|our|this|the) (?:order|parcel|package|delivery|shipment|refund)\b|\b\d{4,}\b", re.IGNORECASE
)
_ERRAND = re.compile(
    r"\b(?:(?:can|could|would|will) you|please|i(?: would|['\u2019]d)? (?:like|want|wish|need)|i(?: have|['\u2019]ve)? "
    r"(?:ordered|bought|received|got|returned)|you (?:want|wish|need|would like))\b",
    re.IGNORECASE,
)
"""How a wish begins, whatever else the message asks."""
_QUESTION = re.compile(
    r"^\W*(?:what|which|where|who|whom|when|how|is there|is it|are|do|does|may|can|am i|tell|show|find|our|the)\b"
    r"|\?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the planner asks for."""

    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered, as the model's history has it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the history: its author's role, its text, and the tool results it carries."""

    role: str
    text: str = ""
    results: tuple[ToolResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Calls:
    """Run these tools, then ask again."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class End:
    """The turn is over."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What has happened since the last message of the user, and the one before it that ran a guide.

    `proposed`: the answer before the message asked for a yes or no.
    """

    asked: str
    before: str = ""
    proposed: bool = False
    results: tuple[tuple[str, Mapping[str, object]], ...] = ()
    tools: frozenset[str] = field(default_factory=frozenset)

    def of(self, name: str) -> list[Mapping[str, object]]:
        return [result for tool, result in self.results if tool == name]


def plan(history: Sequence[Message], tools: Sequence[str]) -> Calls | End:
    """The next calls, from the messages and the names of the tools that are offered."""
    turn = _read(history, tools)
    if turn.of("report-submit"):
        return End()
    name, arguments = _next_call(turn)
    if name not in turn.tools:
        return End(f"I have no tool {name!r} to answer this with.")
    return Calls((ToolCall(f"call_{len(turn.results) + 1}", name, arguments),))


def _read(history: Sequence[Message], tools: Sequence[str]) -> _Turn:
    asked = before = answer = ""
    proposed = False
    results: list[tuple[str, Mapping[str, object]]] = []
    for message in history:
        if message.role == "user":
            before = asked if _sets_subject(asked, answer) else before
            proposed = SAY_YES in answer or A_PERSON in answer  # who may not decide is told so
            asked, answer, results = message.text, "", []
        elif message.role == "assistant":
            answer = message.text or answer
        results += [(result.name, _decoded(result.text)) for result in message.results]
    return _Turn(asked, before, proposed, tuple(results), frozenset(tools))


def _sets_subject(asked: str, answer: str) -> bool:
    """Whether a follow-up goes on from this message, by how it reads and how it was answered."""
    if answer.removeprefix("SAMPLE DATA. ").startswith(_UNANSWERED):
        return False
    refers = is_elliptical(asked) or _shown(asked) is not None or _about_documents(asked)
    refers = refers or record_question(asked) is not None
    return bool(asked) and not refers


def _shown(asked: str) -> str | None:
    """The id of the evidence that a message wants to see, `all` where it names none."""
    named = _EVIDENCE.search(asked)
    if named:
        return f"E{named[1] or named[2]}"
    return "all" if _ALL_EVIDENCE.match(asked) else None


def _decoded(text: str) -> Mapping[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {"error": text}
    return value if isinstance(value, dict) else {"value": value}


def _next_call(turn: _Turn) -> tuple[str, Mapping[str, object]]:
    shown = _shown(turn.asked)
    if shown is not None and "evidence-show" in turn.tools:
        return _submit(turn) if turn.of("evidence-show") else ("evidence-show", {"evidence_id": shown})
    recorded = record_question(turn.asked)
    if recorded is not None and f"record-{recorded.view.value}" in turn.tools:
        return _looked_up(turn, recorded)
    if "insights-ask" in turn.tools:
        return _from_documents(turn) if _about_documents(turn.asked) else _analysed(turn)
    if "guides-run" in turn.tools and (_NAMED_GUIDE.search(turn.asked) or not _about_documents(turn.asked)):
        return _triage(turn)
    if "orders-serve" in turn.tools and not _asks_in_general(turn):
        return _served(turn)
    return _from_documents(turn)


def _analysed(turn: _Turn) -> tuple[str, Mapping[str, object]]:
    """A conversation that the message holds, or a file of them, is scored; anything else is asked of the insights."""
    if turn.of("conversations-score") or turn.of("insights-ask"):
        return _submit(turn)
    if "conversations-score" in turn.tools and (named_file(turn.asked) or read_pasted(turn.asked) is not None):
        return "conversations-score", {}
    return "insights-ask", {"question": turn.asked}


def _asks_in_general(turn: _Turn) -> bool:
    """Whether a document may tell, and none was looked at in vain: a question of nobody's own case, and no wish."""
    if any(found.get("found") is False for found in turn.of("search-passages")):
        return _about_documents(turn.asked)
    asks = len(turn.asked) <= SHORT and _QUESTION.search(turn.asked) is not None
    own = _OWN_CASE.search(turn.asked) or _ERRAND.search(turn.asked)
    return _about_documents(turn.asked) or (asks and own is None)


def _from_documents(turn: _Turn) -> tuple[str, Mapping[str, object]]:
    """One passage, unless a case of the asker's own is meant, which no document tells."""
    if "search-passages" in turn.tools and not turn.of("search-passages") and not _OWN_CASE.search(turn.asked):
        return "search-passages", {"question": turn.asked}
    return _submit(turn)


def _served(turn: _Turn) -> tuple[str, Mapping[str, object]]:
    """A yes or no decides what was proposed; whatever else is said is served, once."""
    confirms = "orders-confirm" in turn.tools and turn.proposed and read_consent(turn.asked) is not None
    name = "orders-confirm" if confirms else "orders-serve"
    return _submit(turn) if turn.of(name) else (name, {})


def _looked_up(turn: _Turn, question: RecordQuestion) -> tuple[str, Mapping[str, object]]:
    """One look into the record, then the report."""
    name = f"record-{question.view.value}"
    if turn.of(name):
        return _submit(turn)
    arguments: dict[str, object] = {"incident_id": question.incident}
    match question.view:
        case RecordView.INCIDENTS:
            arguments |= {"state": question.state.value}
        case RecordView.ACTIONS:
            arguments |= {"about": question.about, "state": question.state.value}
        case RecordView.TIMELINE:
            arguments |= {"since": ""}
        case RecordView.SUMMARY | RecordView.SIMILAR:
            pass
    return name, arguments


def _about_documents(text: str) -> bool:
    """Whether a short question is about a policy or manual; an incident's long report may name both in passing."""
    return len(text) <= SHORT and _DOCUMENT.search(text) is not None and _QUESTION.search(text) is not None


def _triage(turn: _Turn) -> tuple[str, Mapping[str, object]]:
    searched = turn.of("guides-search")
    named = _NAMED_GUIDE.search(turn.asked)
    if not searched and not named:
        question = f"{turn.before} {turn.asked}".strip() if is_elliptical(turn.asked) else turn.asked
        return "guides-search", {"question": question}
    names = [named[1]] if named else _strings(searched[0], "candidates", "guide")
    runs = turn.of("guides-run")
    if len(runs) < min(len(names), MAX_GUIDES) and not (runs and _settled(runs[-1])):
        return "guides-run", {"guide_id": names[len(runs)], "parameters_json": "{}"}
    return _submit(turn)


def _settled(run: Mapping[str, object]) -> bool:
    verdict = run.get("verdict")
    return isinstance(verdict, Mapping) and verdict.get("status") in _SETTLED


def _submit(turn: _Turn) -> tuple[str, Mapping[str, object]]:
    claims = [ref for _, result in turn.results for ref in _strings(result, "claims", "ref")]
    return "report-submit", {"claims": claims, "hypotheses": [], "question": ""}


def _strings(result: Mapping[str, object], key: str, item_key: str) -> list[str]:
    items = result.get(key)
    if not isinstance(items, list):
        return []
    return [str(item[item_key]) for item in items if isinstance(item, Mapping) and item_key in item]
