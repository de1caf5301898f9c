"""Reads sentences clause by clause into statements; a clause that nothing reads ends the reading there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.shipment.requests.acting import read_act
from agents.shipment.requests.conditions import Condition, read_condition
from agents.shipment.requests.cursor import Cursor, Scene
from agents.shipment.requests.paying import read_paying
from agents.shipment.requests.phrases import (
    Act,
    Confirmed,
    Guard,
    Mood,
    More,
    Otherwise,
    Question,
    Reason,
    Statement,
    Story,
    Wish,
)
from agents.shipment.requests.pointing import read_order, read_things
from agents.shipment.requests.tokens import Sentence
from agents.shipment.requests.wishing import read_wish

_SEPARATORS = frozenset({
    ",", "and", "but", "(", ")", "also", "lastly", "finally", "first", "then", "next", "additionally", "so", "well", "oh", "ok", "okay",
    ":", "besides", "secondly", "firstly", "furthermore", "moreover", "afterwards", "plus", "anyway", "second", "—", "–",
})  # fmt: skip
_WISH_LEADS = (
    "you want it to be", "you want the new one to be", "you want to have", "you want to get", "you would like to get", "you want",
    "you would like", "you prefer", "you would prefer", "you need", "want", "you would go for", "you will go for", "go for",
    "you would take", "make it", "you are looking for", "you would like to have", "you are fine with", "you are okay with",
    "you will take", "you also want", "prefer", "it should be", "it must be", "you would rather have", "ensure", "you can accept",
    "you can allow", "you wish for", "you hope for", "the new one should be",
)  # fmt: skip
_GOT = ("received", "bought", "ordered", "purchased", "placed", "got", "have", "made")
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
        cursor.skip(_SEPARATORS)
        if cursor.is_done:
            return found
        start = cursor.position
        clause = read_clause(cursor, mood)
        at_end = (
            cursor.is_done
            or cursor.at().text in _SEPARATORS
            or cursor.at().text in {"if", "because", "since", "as", "due", "otherwise"}
        )
        if clause is None or not at_end:
            cursor.position = max(start, cursor.position if clause else start)
            return Unread(cursor.sentence.span(cursor.position, len(cursor.sentence)))
        found += clause
        moods = [one.mood for one in clause if isinstance(one, Act)]
        mood = moods[-1] if moods else (mood if isinstance(clause[-1] if clause else None, Reason | Story) else None)


def read_clause(cursor: Cursor, mood: Mood | None) -> list[Statement] | None:
    """One clause; an empty list is one without a bearing, None is one that is not read."""
    start = cursor.position
    for read in (_conditional, _requested, _wished, _paid, _because, _asked, _told, _harmless):
        cursor.position = start
        found = read(cursor, mood)
        if found is not None:
            return found
    cursor.position = start
    return None


def _requested(cursor: Cursor, mood: Mood | None) -> list[Statement] | None:
    act = read_act(cursor, mood)
    return None if act is None else [act]


def _wished(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """More about the article: `you want medium`, `keep the color`."""
    start = cursor.position
    if not cursor.topic:
        return None
    lead = cursor.phrase(*sorted(_WISH_LEADS, key=len, reverse=True))
    ids = cursor.topic
    wish = read_wish(cursor, ids)
    if wish is None:
        cursor.position = start
        wish = read_wish(cursor, ids)
        lead = ""
    if wish is None or (not lead and wish.pairs and not (wish.same or wish.free or wish.preferred)):
        return None
    if lead in {"you prefer", "prefer", "you would prefer"} and wish.pairs and wish == Wish(pairs=wish.pairs):
        wish = Wish(preferred=tuple((pair,) for pair in wish.pairs))
    return [More(wish=wish, product_ids=ids)]


def _paid(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    paying = read_paying(cursor)
    return None if paying is None else [paying]


def _because(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`because it is too small`: words of any kind, but none that could be a wish or a condition."""
    if not cursor.pattern(cursor.scene.words.because):
        return None
    start = cursor.position
    reason = said_reason(cursor)
    if reason:
        cursor.position = len(cursor.sentence) if not _stops(cursor, start) else cursor.position
        return [Reason(reason=reason)] if cursor.is_done or cursor.at().text in _SEPARATORS else None
    while not cursor.is_done and not _clause_follows(cursor):
        if cursor.at().text in cursor.scene.words.danger or cursor.at().kind in {"order", "literal"}:
            return None
        cursor.position += 1
    return [] if cursor.position > start else None


def _stops(cursor: Cursor, start: int) -> bool:
    """Whether the words since `start` were not the rest of the sentence."""
    return cursor.position != start


def said_reason(cursor: Cursor) -> str:
    """The policy's reason whose words stand in the clause from here, and the cursor after them; empty where none does."""
    words = cursor.scene.words
    for ahead in range(7):
        if cursor.at(ahead).text in {"", ",", "and", "but"}:
            return ""
        for reason, phrases in words.reasons.items():
            for phrase in sorted(phrases, key=len, reverse=True):
                parts = phrase.split(" ")
                here = cursor.position + ahead
                if cursor.sentence.text(here, here + len(parts)) == phrase:
                    cursor.position = here + len(parts)
                    cursor.phrase(
                        "it any more",
                        "it anymore",
                        "them anymore",
                        "them",
                        "it",
                        "the items",
                        "any more",
                        "anymore",
                        "the order",
                        "this order",
                    )
                    return reason
    return ""


def _clause_follows(cursor: Cursor) -> bool:
    """Whether here, at a joint, another clause starts that asks for something."""
    if cursor.at().text not in {",", "and", "but", "(", ")", "then"}:
        return False
    probe = Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=cursor.position)
    probe.skip(_SEPARATORS)
    if probe.is_done:
        return True
    return any(
        read(Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=probe.position), None) is not None
        for read in (_conditional, _requested, _paid, _asked, _told, _harmless)
    )


def _asked(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """A question, to the end of its clause; an `if` in the middle, or a bare imperative, makes it none."""
    start = cursor.position
    words = cursor.scene.words
    if not cursor.pattern(words.questions):
        return None
    verbs = {phrase for phrases in words.verbs.values() for phrase in phrases}
    first = cursor.position
    while not cursor.is_done and not (cursor.position > first and _clause_follows(cursor)):
        token, before = cursor.at(), cursor.at(-1).text
        after_joint = before in {",", "and", "then", "but"}
        if token.text in {"if", "unless", "otherwise", "except"} and cursor.position > first:
            return None
        if token.text in verbs and after_joint:
            return None
        cursor.position += 1
    return [Question(text=cursor.sentence.text(start, cursor.position))]


def _told(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`You received your order 1`, `you just bought a lamp with USB`: what later words may point to."""
    start = cursor.position
    if cursor.word("for", "in", "regarding", "about", "from", "on", "concerning"):
        named = read_order(cursor)
        if named is not None and named.ids and (cursor.is_done or cursor.at().text in {",", ":"}):
            return [Story(orders=(named,))]
        cursor.position = start
        return None
    if not cursor.word("you"):
        return None
    just = False
    while word := cursor.word("just", "recently", "have", "had", "already", "also"):
        just = just or word == "just"
    verb = cursor.word(*_GOT)
    if not verb:
        cursor.position = start
        return None
    hints = {"pending"} if just and verb != "received" else {"delivered"} if verb == "received" else set[str]()
    order = read_order(cursor)
    if order is not None:
        return [Story(orders=(replace(order, hints=order.hints | hints),))]
    things = read_things(cursor)
    if not things:
        cursor.position = start
        return None
    return [Story(things=tuple(replace(one, hints=one.hints | hints) for one in things))]


def _harmless(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    words = cursor.scene.words
    start = cursor.position
    for patterns in (words.harmless, words.story):
        cursor.position = start
        if cursor.pattern(patterns) and (
            cursor.is_done or cursor.at().text in _SEPARATORS | {"because", "since", "as", "due"}
        ):
            return []
    cursor.position = start
    return None


def _conditional(cursor: Cursor, mood: Mood | None) -> list[Statement] | None:
    """`If that is not possible, ...`: the condition, and the rest of the sentence as its body."""
    start = cursor.position
    for condition in read_condition(cursor):
        if condition.kind == "guard":
            return [Guard()]
        if condition.kind == "reason":
            reason = said_reason(cursor)
            return [Reason(reason=reason)] if reason else None
        body_start = cursor.position
        body = read_clauses(cursor, mood)
        if isinstance(body, Unread):
            cursor.position = start
            continue
        made = _conditioned(condition, body)
        if made is not None:
            return made
        cursor.position = body_start
    cursor.position = start
    return None


def _conditioned(condition: Condition, body: list[Statement]) -> list[Statement] | None:
    acts = [one for one in body if isinstance(one, Act)]
    match condition.kind:
        case "confirm":
            drops = any(act.mood is Mood.FORBID for act in acts) or condition.drops_all
            kept = tuple(one for one in body if not (isinstance(one, Act) and one.mood is Mood.FORBID))
            return [Confirmed(body=kept, drops_all=drops, is_only=condition.is_only)]
        case "impossible":
            return [Otherwise(body=tuple(body))] if body else None
        case "unshipped":
            return [replace(one, needs_pending=True) if isinstance(one, Act) else one for one in body]
        case "several":
            wishes = [one for one in body if isinstance(one, More)]
            return list(body) if len(wishes) == len(body) else None
        case _:
            return None
