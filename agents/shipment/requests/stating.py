"""Reads sentences clause by clause into statements; a clause that nothing reads ends the reading there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.shipment.requests.acting import read_act
from agents.shipment.requests.chatting import read_chat
from agents.shipment.requests.conditioning import conditioned
from agents.shipment.requests.conditions import read_condition
from agents.shipment.requests.cursor import Cursor, Scene
from agents.shipment.requests.details import ANSWERS
from agents.shipment.requests.elisions import read_elided
from agents.shipment.requests.introducing import read_kin, read_who
from agents.shipment.requests.joints import SEPARATORS
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.paying import names_way
from agents.shipment.requests.phrases import (
    Act,
    Guard,
    Mood,
    More,
    OrderPhrase,
    Otherwise,
    Question,
    Reason,
    Statement,
    Story,
    Thing,
    Wish,
)
from agents.shipment.requests.pointing import PRONOUNS, read_thing
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

_ASKED_TO = frozenset({"agent", "@you", "them", "support", "service", "representative"})

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
    """A question, to the end of its clause; an `if` in the middle, or a bare imperative, makes it none."""
    start = cursor.position
    words = cursor.scene.words
    if not (cursor.pattern(words.questions) or (_is_asking(cursor) and cursor.pattern(words.interrogatives))):
        return None
    verbs = {phrase for phrases in words.verbs.values() for phrase in phrases}
    first = cursor.position
    things: list[Thing] = []
    while not cursor.is_done and not (cursor.position > first and _clause_follows(cursor)):
        token, before = cursor.at(), cursor.at(-1).text
        after_joint = before in {",", "and", "then", "but"}
        if token.text in {"unless", "otherwise", "except"} or names_way(cursor):
            return None
        if (
            token.text == "if"
            and after_joint
            and "," in {one.text for one in cursor.sentence.tokens[cursor.position :]}
        ):
            return None
        if token.text in verbs and (after_joint or (before == "to" and cursor.at(-2).text in _ASKED_TO)):
            return None
        thing = read_thing(cursor) if token.text not in PRONOUNS and cursor.position >= first else None
        if thing is not None and thing.product_ids:
            things.append(thing)
        elif thing is None:
            cursor.position += 1
    asked = Question(text=cursor.sentence.text(start, cursor.position), order=_asked_of(cursor, start))
    return [asked, Story(things=tuple(things))] if things else [asked]


def _is_asking(cursor: Cursor) -> bool:
    """Whether the sentence is a question, or has said before that something is to be known."""
    before = {token.text for token in cursor.sentence.tokens[: cursor.position]}
    return cursor.sentence.asked or bool(before & cursor.known("stating_asking"))


def _asked_of(cursor: Cursor, start: int) -> OrderPhrase | None:
    """The order whose parcel a question is about; None where it is about something else."""
    words = {token.text for token in cursor.sentence.tokens[start : cursor.position]}
    if not words & cursor.known("stating_parcel"):
        return None
    for position in range(start, cursor.position):
        probe = Cursor(cursor.sentence, cursor.scene, start=position)
        order = read_order(probe)
        if order is not None and probe.position <= cursor.position:
            return order
    return None


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
