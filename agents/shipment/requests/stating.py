"""Reads sentences clause by clause into statements; a clause that nothing reads ends the reading there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.shipment.requests.acting import read_act
from agents.shipment.requests.asking import read_asked
from agents.shipment.requests.chatting import read_chat
from agents.shipment.requests.conditioning import conditioned
from agents.shipment.requests.conditions import read_condition
from agents.shipment.requests.cursor import Cursor, Scene
from agents.shipment.requests.details import ANSWERS
from agents.shipment.requests.elisions import read_elided
from agents.shipment.requests.introducing import read_kin, read_who
from agents.shipment.requests.joints import SEPARATORS
from agents.shipment.requests.phrases import (
    Act,
    Guard,
    Mood,
    More,
    Otherwise,
    Reason,
    Statement,
    Story,
    Wish,
)
from agents.shipment.requests.reasoning import read_purpose, said_reason
from agents.shipment.requests.remarking import (
    given,
    read_go,
    read_harmless,
    read_keeping,
    read_nothing,
    read_payment,
    read_reason,
    read_saving,
    stated,
    told,
)
from agents.shipment.requests.telling import read_because, read_mention, read_story
from agents.shipment.requests.tokens import Sentence
from agents.shipment.requests.wishing import read_wish

_STARTS = frozenset({"which", "who", "while", "although", "though"})

_LIKING = frozenset({"you prefer", "prefer", "you would prefer", "you like", "you like the"})

_REQUIRING = frozenset({"should", "must", "has", "needs"})

_MOST_TOKENS = 160


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that no reading accounts for; `what` is what they seem to be."""

    span: tuple[int, int]
    what: str = "words"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says, sentence after sentence, and the first words that are not read."""

    statements: tuple[Statement, ...]
    unread: Unread | None = None


def read_message(sentences: Sequence[Sentence], scene: Scene) -> Reading:
    """All statements of a message, in order."""
    statements: list[Statement] = []
    topic: frozenset[str] = frozenset()
    for sentence in sentences:
        if len(sentence) > _MOST_TOKENS:
            return Reading(tuple(statements), Unread(sentence.span(0, len(sentence))))
        cursor = Cursor(sentence, scene, topic=topic)
        found = read_clauses(cursor)
        if isinstance(found, Unread):
            return Reading(tuple(statements), found)
        statements += found
        topic = cursor.topic
    return Reading(tuple(statements))


def read_clauses(cursor: Cursor, mood: Mood | None = None) -> list[Statement] | Unread:
    """The statements from here to the sentence's end."""
    found: list[Statement] = []
    while True:
        cursor.skip(SEPARATORS)
        if cursor.is_done:
            return found
        start = cursor.position
        _pass_matrix(cursor)
        clause = read_clause(cursor, mood)
        at_end = (
            cursor.is_done
            or cursor.at().text in SEPARATORS
            or cursor.at().text in {"if", "because", "since", "as", "due", "otherwise", *_STARTS}
        )
        if clause is None or not at_end:
            cursor.position = max(start, cursor.position if clause else start)
            return Unread(cursor.sentence.span(cursor.position, len(cursor.sentence)))
        found += clause
        moods = [one.mood for one in clause if isinstance(one, Act)]
        mood = moods[-1] if moods else (mood if isinstance(clause[-1] if clause else None, Reason | Story) else None)


def _pass_matrix(cursor: Cursor) -> None:
    """Takes `you decided that` before `you want to`: it says the same."""
    start = cursor.position
    if cursor.said("stating_matrix"):
        cursor.word(",")
        if cursor.at().text == "you" and cursor.at(1).text in {"want", "would", "wish", "need", "also", "now"}:
            return
    cursor.position = start


def read_clause(cursor: Cursor, mood: Mood | None) -> list[Statement] | None:
    """One clause; an empty list is one without a bearing, None is one that is not read."""
    start = cursor.position
    for read in (
        given,
        read_go,
        _conditional,
        read_nothing,
        read_saving,
        read_keeping,
        _requested,
        _wished,
        read_payment,
        _who,
        _because,
        read_reason,
        _asked,
        stated,
        told,
        read_harmless,
        _mention,
        _purpose,
        _story,
        _chat,
    ):
        cursor.position = start
        found = read(cursor, mood)
        if found is not None:
            return found
    cursor.position = start
    return None


def _requested(cursor: Cursor, mood: Mood | None) -> list[Statement] | None:
    start = cursor.position
    optional = cursor.phrase("if possible", "if it is possible", "if at all possible")
    cursor.word(",")
    act = read_act(cursor, mood) or read_elided(cursor, mood)
    if act is None:
        cursor.position = start
        return None
    return [replace(act, is_optional=act.is_optional or bool(optional))]


def _wished(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """More about the article: `you want medium`, `keep the color`."""
    start = cursor.position
    if not cursor.topic:
        return None
    ids = cursor.topic
    ranked = read_wish(cursor, ids)
    if ranked is not None and ranked == Wish(preferred=ranked.preferred):
        return [More(wish=ranked, product_ids=ids)]
    cursor.position = start
    lead = cursor.said_also("stating_wish_leads")
    wish = read_wish(cursor, ids)
    if wish is None:
        cursor.position = start
        wish = read_wish(cursor, ids)
        lead = ""
    if wish is None or wish.other_product:
        return None
    approved = _approved(cursor) or bool(
        _REQUIRING & {one.text for one in cursor.sentence.tokens[start : cursor.position]}
    )
    if not (lead or approved or not wish.pairs or wish.same or wish.free or wish.preferred):
        return None
    if lead in _LIKING and wish == Wish(pairs=wish.pairs):
        cursor.said("stating_liking")
        wish = Wish(preferred=tuple((pair,) for pair in wish.pairs))
    return [
        More(
            wish=wish,
            product_ids=ids,
            is_instead=bool(cursor.phrase("instead", "in exchange", "in return", "in its place") or wish.barred),
        )
    ]


def _approved(cursor: Cursor) -> bool:
    """Takes `would be good` after an article without a verb."""
    return bool(cursor.said("stating_approved"))


def _clause_follows(cursor: Cursor) -> bool:
    """Whether here, at a joint, another clause starts that asks for something."""
    if cursor.at().text not in {",", "and", "but", "(", ")", "then", ";", ":", "so", "\u2014", "\u2013"}:
        return False
    probe = Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=cursor.position)
    probe.skip(SEPARATORS)
    if probe.is_done:
        return True
    return any(
        read(Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=probe.position), None) is not None
        for read in (*_FOLLOWING, _conditional, _requested, _wished, _asked, _purpose)
    )


def _asked(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    return read_asked(cursor, _clause_follows)


def _conditional(cursor: Cursor, mood: Mood | None) -> list[Statement] | None:
    """`If that is not possible, ...`: the condition, and the rest of the sentence as its body."""
    start = cursor.position
    for condition in read_condition(cursor):
        if condition.kind == "guard":
            return [Otherwise(body=(Guard(),))]
        if condition.kind == "reason":
            reason = said_reason(cursor)
            return [Reason(reason=reason)] if reason else None
        if condition.kind in ANSWERS:
            return ANSWERS[condition.kind](cursor)
        body_start = cursor.position
        body = read_clauses(cursor, mood)
        if isinstance(body, Unread):
            cursor.position = start
            continue
        made = conditioned(condition, body)
        if made is not None:
            return made
        cursor.position = body_start
    cursor.position = start
    return None


def _who(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    return read_who(cursor, _clause_follows)


def _because(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    return read_because(cursor, _clause_follows)


def _story(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    return read_story(cursor, _clause_follows)


def _chat(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    return read_chat(cursor, _clause_follows)


def _mention(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    return read_mention(cursor, _clause_follows)


def _purpose(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    found = read_kin(cursor)
    return found if found is not None else read_purpose(cursor, _clause_follows)


_FOLLOWING = (given, read_payment, told, read_harmless, read_reason)
