"""Recognises questions about the record ("what is open?", "who approved the restart?") by how they are put.

Only a message that is such a question as a whole counts: one that tells of an incident and names an id in passing is
about the incident.
"""

import re
from dataclasses import dataclass

from orchestrator.core.record import RecordState, RecordView

_LONGEST = 160  # characters; who writes more tells of something
_ID = r"inc-\d{1,9}"
_ACTION = r"a-\d{1,9}"
_LEAD = r"(?:(?:hi|hello|hey|please|ok|okay|and|so|now|switchboard|can you|could you|tell me|do you know)[,: ]+)*"
_TAIL = r"(?: (?:please|now|right now|today|currently|at the moment|so far))*"
_SINCE = r"(?:,? (?:since|after|from|in the last|over the last|within the last|today|yesterday)\b.{0,60})?"
_DOING = (
    r"(?:restart|rollback|roll[- ]back|scale[- ]?(?:out|up|down|in)|scaling|drain|fail[- ]?over|deploy|toggle|"
    r"flag(?: change)?|mitigation|change|fix|action)s?"
)
_OF = r"(?:on|of|in|with|to|about|for|around)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuestion:
    """A question to the record, as a message puts it; a time stays in the message."""

    view: RecordView
    incident: str = ""
    state: RecordState = RecordState.ALL
    about: str = ""


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{_LEAD}(?:{pattern}){_TAIL}\W*", re.IGNORECASE)


_OPEN = _whole(
    r"(?:what|which|how many)(?: (?:incidents?|alerts?|issues?))?(?:'s| is| are|s are)(?: there)?"
    r"(?: still| currently)? (?:open|unresolved|ongoing)(?: incidents?| issues?)?"
    r"|(?:are there|is there|do we have|have we got)(?: any| an)? open incidents?"
    r"|(?:list|show|show me|give me|what are)(?: me)?(?: all)?(?: the| our)? open incidents?"
    r"|(?:any )?open incidents?"
)
_WAITING = _whole(
    r"(?:which|what)(?: (?:actions?|approvals?))?(?: is| are)(?: still| currently)? (?:waiting|pending)"
    r"(?: (?:for|on) (?:an? |my |our )?(?:approvals?|decisions?|me|us|someone|somebody|anyone))?"
    r"|(?:what|which actions?) needs? (?:an? |my |our )?(?:approval|decision)"
    r"|(?:(?:list|show|show me|what are)(?: all)?(?: the| our)?|any) (?:pending|waiting|open) (?:approvals?|actions?)"
    r"|pending (?:approvals?|actions?)"
)
_DECIDED = _whole(
    rf"who(?: has)? (?:approved|denied|allowed|authori[sz]ed|signed off(?: on)?|rejected|confirmed|did) "
    rf"(?:{_ACTION}|(?:the |that |this )(?P<about>(?:[\w-]+ )?{_DOING}(?: (?:of|for|on|in) (?:the )?[\w.-]+)?))"
    rf"(?: {_OF} {_ID})?"
)
_OF_ACTION = _whole(rf"(?:(?:what is )?(?:the )?status of|what happened {_OF}|how is|show(?: me)?) {_ACTION}|{_ACTION}")
_DONE = _whole(
    rf"(?:what|which)(?: (?:actions?|fix(?:es)?|changes?))? (?:was|were|has been|have been|did (?:we|you|people)) "
    rf"(?:done|taken|tried|performed|made|do)(?: {_OF} {_ID})"
    rf"|(?:list |show(?: me)? )?(?:the )?actions (?:of|for|on|in) {_ID}"
)
_HAPPENED = _whole(
    rf"what(?:'s| has| is)? (?:happened|happening|been happening|changed|been done|new|going on) {_OF} {_ID}{_SINCE}"
    rf"|(?:show(?: me)? )?(?:the )?(?:timeline|history) (?:of|for) {_ID}{_SINCE}"
)
_SUMMED = _whole(
    rf"(?:give me |write |show(?: me)? )?(?:a |the )?(?:summari[sz]e|summary of|sum up|recap|catch me up on|"
    rf"brief me on|brief(?:ing)? (?:on|for)|catch-?up (?:on|for)|explain|what is) {_ID}"
    rf"(?: for (?:someone|somebody|anyone|people|a (?:new )?(?:colleague|person|responder)|me|the team|new people)"
    rf"(?: (?:who (?:joins?|is joining)|joining|new|who just joined))?)?"
)
_LIKE = _whole(
    rf"(?:what|which|any|are there|is there)?(?: (?:past|earlier|other|previous))?(?: incidents?)?(?: (?:is|are|were))?"
    rf"(?: any)?(?: incidents?)? ?(?:similar to|like) {_ID}"
    rf"|anything like {_ID}"
    rf"|have we (?:seen|had) (?:something like |anything like )?{_ID}(?: before)?"
)
_STANDS = _whole(
    rf"(?:what(?:'s| is) )?(?:the )?(?:status|state) (?:of|on|for) {_ID}"
    rf"|how(?:'s| is) {_ID}(?: going| doing)?"
    rf"|(?:is|was) {_ID} (?:open|resolved|closed|over|acknowledged|done)(?: yet)?"
    rf"|who (?:owns|has|is on|is handling|acknowledged) {_ID}"
    rf"|(?:what about |show(?: me)? )?{_ID}"
)


def record_question(text: str) -> RecordQuestion | None:
    """What of the record a message asks for; None where it asks for something else."""
    said = " ".join(text.split())
    if not said or len(said) > _LONGEST:
        return None
    if _OPEN.fullmatch(said):
        return RecordQuestion(view=RecordView.INCIDENTS, state=RecordState.OPEN)
    if _WAITING.fullmatch(said):
        return RecordQuestion(view=RecordView.ACTIONS, state=RecordState.WAITING)
    return _about_actions(said) or _about_incident(said)


def _about_actions(said: str) -> RecordQuestion | None:
    for pattern in (_DECIDED, _OF_ACTION, _DONE):
        if found := pattern.fullmatch(said):
            about = _named(_ACTION, said) or (found.groupdict().get("about") or "").strip()
            return RecordQuestion(view=RecordView.ACTIONS, incident=_named(_ID, said), about=about)
    return None


def _about_incident(said: str) -> RecordQuestion | None:
    views = (
        (_HAPPENED, RecordView.TIMELINE),
        (_SUMMED, RecordView.SUMMARY),
        (_LIKE, RecordView.SIMILAR),
        (_STANDS, RecordView.INCIDENTS),
    )
    view = next((view for pattern, view in views if pattern.fullmatch(said)), None)
    return RecordQuestion(view=view, incident=_named(_ID, said)) if view else None


def _named(pattern: str, said: str) -> str:
    """The first id of that form, in capitals."""
    found = re.search(rf"\b{pattern}\b", said, re.IGNORECASE)
    return found[0].upper() if found else ""
