"""Reads short remarks on what was asked before: what to keep, that nothing shall be done, why, by what to pay."""

from dataclasses import replace

from agents.shipment.requests.cursor import Cursor
from agents.shipment.requests.joints import SEPARATORS
from agents.shipment.requests.paying import read_paying, read_paying_if
from agents.shipment.requests.phrases import Go, Guard, Keep, Method, Mood, OnlyOne, Reason, Statement, Verb
from agents.shipment.requests.pointing import read_things
from agents.shipment.requests.reasoning import read_unneeded, said_reason
from agents.shipment.requests.telling import read_given, read_number, read_stated, read_told


def read_keeping(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`you want to keep the lamp`."""
    start = cursor.position
    cursor.said("stating_keep")
    if (
        cursor.word("keep", "keeping", "leave", "leaving")
        and (things := read_things(cursor))
        and not things[0].is_pronoun
    ):
        cursor.phrase("as is", "as it is", "as they are", "unchanged", "untouched", "alone", "the way it is")
        return [Keep(things=things)]
    cursor.position = start
    things = read_things(cursor)
    if things and all(thing.product_ids and not thing.pairs and thing.count is None for thing in things):
        at_end = cursor.said("stating_kept_well") and (cursor.is_done or cursor.at().text in SEPARATORS)
        return [Keep(things=things)] if at_end else None
    cursor.position = start
    return None


def read_saving(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`you prefer to do whatever saves you most money`."""
    start = cursor.position
    cursor.said("stating_saving")
    cursor.word("do")
    if cursor.said("stating_saving_2"):
        cursor.word("the")
        if cursor.phrase("most money", "more money", "most"):
            return [OnlyOne()]
    cursor.position = start
    if cursor.said("stating_only"):
        noun = cursor.word("return", "exchange", "refund")
        if noun and cursor.is_done:
            return [OnlyOne(verb=Verb.EXCHANGE if noun == "exchange" else Verb.RETURN)]
    cursor.position = start
    return None


def read_nothing(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`no action`: after a condition, that the act before is dropped."""
    said = cursor.said("stating_nothing")
    return [Guard()] if said else None


def read_reason(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`you no longer need it`, `it was ordered by mistake`: a reason as a sentence of its own."""
    start = cursor.position
    if reason := said_reason(cursor, between=frozenset()):
        return [Reason(reason=reason)]
    if cursor.said("stating_unneeded"):
        reason = said_reason(cursor, between=cursor.known("telling_before_reason"))
        told = read_unneeded(cursor) if reason else []
        if reason and (cursor.is_done or cursor.at().text in SEPARATORS):
            return [Reason(reason=reason), *told]
    cursor.position = start
    return None


def read_payment(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """By what to pay, as a clause of its own."""
    start = cursor.position
    optional = cursor.phrase("if possible", "if it is possible", "if at all possible") and cursor.word(",")
    paying = read_paying_if(cursor) or read_paying(cursor)
    if paying is None:
        cursor.position = start
        return None
    if optional:
        paying = replace(paying, method=replace(paying.method, otherwise=Method(is_original=True)))
    return [paying]


def given(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """The order that is named when asked for it."""
    return read_given(cursor)


def stated(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """The address that is the right one."""
    return read_stated(cursor) or read_number(cursor)


def told(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """What was bought, ordered or received."""
    return read_told(cursor)


def read_harmless(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """A known phrase without a bearing on what is to be done."""
    return [] if cursor.pattern(cursor.scene.words.harmless) else None


def read_go(cursor: Cursor, _mood: Mood | None) -> list[Statement] | None:
    """`If that is possible, do it`: what was only asked is wanted."""
    start = cursor.position
    if cursor.said("stating_once_possible"):
        cursor.word(",", "then")
        if cursor.said("stating_once_possible_2"):
            return [Go()]
    cursor.position = start
    return None
