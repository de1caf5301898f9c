"""Reads clauses about the customer's life, mood and manner, which ask for nothing and bound nothing."""

from agents.shipment.requests.catalogue import Catalogue
from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.joints import SEPARATORS, Follows
from agents.shipment.requests.ordering import read_order
from agents.shipment.requests.paying import read_method
from agents.shipment.requests.phrases import Pair, Statement, Story, Thing
from agents.shipment.requests.pointing import PRONOUNS, read_thing
from agents.shipment.requests.valuing import is_fact

_SUBJECTS = frozenset({"it", "they", "he", "she", "there", "everything", "everyone", "nobody", "nothing", "somebody"})

_DETERMINERS = frozenset({"your", "the", "a", "an", "some", "this", "that", "these", "those", "his", "her", "their"})

_ADVERBS = frozenset({"never", "barely", "hardly", "recently", "newly", "just", "once", "badly", "slightly"})

_MODAL = frozenset({"will", "would", "can", "could", "shall", "may", "might"})

_PLEASED = frozenset(
    {"happy", "satisfied", "pleased", "delighted", "like", "likes", "love", "loves", "enjoy", "enjoys", "adores"}
)

_LONG_NUMBER = 4


def read_chat(cursor: Cursor, follows: Follows) -> list[Statement] | None:
    """`You speak very little`, `your partner thinks it is too much`: a subject that does or is something.

    None of the words may be one by which customers want, limit, delay or take back something, nor a way to pay, an
    order or a value; a product may be named where it or somebody else is the subject.
    """
    start = cursor.position
    is_own = bool(cursor.word("you"))
    if not (is_own or cursor.at().text in _SUBJECTS | _DETERMINERS):
        return None
    limits = cursor.scene.words.danger | cursor.known("chatting_limits")
    things: list[Thing] = []
    if is_own and cursor.at().text in _MODAL and cursor.at(1).text != "be":
        cursor.position = start
        return None
    if is_own and _thinks(cursor):
        is_own = False
    does = is_own
    while not (cursor.is_done or (cursor.position > start + 1 and _ends(cursor, follows))):
        thing = None if is_own or cursor.at().text in PRONOUNS else read_thing(cursor)
        if thing is not None and thing.product_ids:
            things.append(thing)
        elif thing is not None or _says_more(cursor, limits):
            cursor.position = start
            return None
        else:
            does = does or _is_verb(cursor, start)
            cursor.position += 1
    words = {token.text for token in cursor.sentence.tokens[start : cursor.position]}
    if not does or is_pleased(words) or cursor.position < start + 2:
        cursor.position = start
        return None
    return [Story(things=tuple(things))] if things else []


def _is_verb(cursor: Cursor, start: int) -> bool:
    """Whether the word says what the clause's subject does or did; `your never used tent` has none."""
    text = cursor.at().text
    subject = 1 if cursor.sentence.tokens[start].text in _SUBJECTS else 2
    if cursor.at(-1).text in _ADVERBS | _DETERMINERS:
        return text in {"is", "are", "was", "were", "has", "had"} and cursor.at(-1).text in _ADVERBS
    is_past = text.endswith("ed") and cursor.position >= start + subject
    return is_past or text in cursor.known("chatting_verbs")


def skip_complaint(cursor: Cursor) -> None:
    """Takes `, both of which arrived damaged`, `that does not work` after an item: what is said of it."""
    start = cursor.position
    cursor.word(",")
    if not cursor.said("chatting_relatives"):
        cursor.position = start
        return
    first = cursor.position
    limits = cursor.scene.words.danger | cursor.known("chatting_limits")
    while not (
        cursor.is_done or cursor.at().text in SEPARATORS or cursor.at().text in {"because", "since", "as", "due"}
    ):
        if _says_more(cursor, limits) or read_thing(cursor) is not None:
            cursor.position = start
            return
        cursor.position += 1
    if cursor.position == first:
        cursor.position = start


def is_pleased(words: set[str]) -> bool:
    """Whether the words say that something is liked, which may take a request back."""
    return bool(words & _PLEASED and words & {"it", "them", "that", "this"} and not words & {"not", "never"})


def _ends(cursor: Cursor, follows: Follows) -> bool:
    """Whether another clause starts behind a joint that stands here."""
    if cursor.at().text not in SEPARATORS:
        return False
    probe = Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=cursor.position)
    probe.skip(SEPARATORS)
    return follows(cursor) or probe.pattern(cursor.scene.words.story)


def _thinks(cursor: Cursor) -> bool:
    """Takes `think that`, `find`: what follows has a subject of its own."""
    start = cursor.position
    cursor.word("also", "just", "really", "now", "personally")
    if cursor.word(
        "think", "find", "feel", "believe", "say", "complain", "noticed", "realized", "found", "saw", "hear", "heard"
    ):
        has_joint = bool(cursor.word("that"))
        verbs = {token.text for token in cursor.sentence.tokens[cursor.position :]} & cursor.known("chatting_verbs")
        if cursor.at().text in _SUBJECTS | _DETERMINERS and (has_joint or verbs):
            return True
    cursor.position = start
    return False


def _says_more(cursor: Cursor, limits: frozenset[str]) -> bool:
    """Whether the word may be part of a wish."""
    token, catalogue = cursor.at(), cursor.scene.catalogue
    if (token.text, cursor.at(1).text) in {("any", "more"), ("any", "longer")}:
        return False
    if (cursor.at(-1).text, token.text) in {("any", "more"), ("any", "longer"), ("at", "all"), ("after", "all")}:
        return False
    if token.text in limits or token.kind not in {"word", "mark", "number"}:
        return True
    if token.kind == "number" and len(token.text) >= _LONG_NUMBER:
        return True
    if catalogue.product_at(cursor.sentence, cursor.position) or _names_value(cursor, catalogue):
        return True
    probe = Cursor(cursor.sentence, cursor.scene, topic=cursor.topic, start=cursor.position)
    return read_method(probe) is not None or read_order(probe) is not None


def _names_value(cursor: Cursor, catalogue: Catalogue) -> bool:
    """Whether a value of what is spoken of stands here; `too small` is a complaint."""
    if cursor.at(-1).text == "too":
        return False
    found: tuple[int, frozenset[Pair]] | None = next(
        catalogue.values_at(cursor.sentence, cursor.position, cursor.topic), None
    )
    return found is not None and not is_fact(cursor)
