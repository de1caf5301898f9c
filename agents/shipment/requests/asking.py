"""Reads what the customer only wants to know."""

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.joints import Follows
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.paying import names_way
from agents.shipment.requests.phrases import OrderPhrase, Question, Statement, Story, Thing
from agents.shipment.requests.pointing import PRONOUNS, read_thing

_ASKED_TO = frozenset({"agent", "@you", "them", "support", "service", "representative"})


def read_asked(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """A question, to the end of its clause; an `if` in the middle, or a bare imperative, makes it none."""
    start = cursor.position
    words = cursor.scene.words
    if not (cursor.pattern(words.questions) or (_is_asking(cursor) and cursor.pattern(words.interrogatives))):
        return None
    verbs = {phrase for phrases in words.verbs.values() for phrase in phrases}
    first = cursor.position
    things: list[Thing] = []
    while not cursor.is_done and not (cursor.position > first and follows(cursor)):
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
