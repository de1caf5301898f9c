"""Reads conditions on conversations, as scorecards and compliance rules write them (format: docs/scorecards.md)."""

from orchestrator.core.conversations.conditions import (
    FEATURES,
    All,
    AnyOf,
    By,
    Condition,
    Feature,
    Nearby,
    Not,
    Says,
)
from playbooks.said_phrases import SaidLists
from playbooks.yaml_values import YamlValue, nearest_names

SAYS = ("says", "by", "unless", "within", "after", "before", "times")
_WITHIN = ("first_turns", "last_turns")
_FEATURE = ("name", "at_least", "at_most", "is")
_KINDS = ("says", "feature", "all", "any", "not")


def read_condition(value: YamlValue, lists: SaidLists) -> Condition:
    """A condition of one kind; GuideError with line and field."""
    entries = value.mapping()
    kind = next((one for one in _KINDS if one in entries), None)
    if kind == "says":
        return read_says(value, lists)
    if kind is None or len(entries) > 1:
        odd = next((key for key in entries if key != kind), "nothing")
        raise value.error(
            f"found {odd!r}{nearest_names(odd, (*_KINDS, *SAYS), listed=False)}; "
            f"a condition has one of {', '.join(_KINDS)}; join several with `all: [...]`"
        )
    inner = entries[kind]
    match kind:
        case "feature":
            return _feature(inner)
        case "not":
            return Not(condition=read_condition(inner, lists))
        case _:
            conditions = tuple(read_condition(item, lists) for item in _listed(inner))
            return All(conditions=conditions) if kind == "all" else AnyOf(conditions=conditions)


def read_says(value: YamlValue, lists: SaidLists, *, known: tuple[str, ...] = SAYS) -> Says:
    """Who says what, and where."""
    entries = value.mapping(known=known, required=("says",))
    within = entries["within"].mapping(known=_WITHIN) if "within" in entries else {}
    return Says(
        lists=lists.labels(entries["says"]),
        by=By(entries["by"].choice([one.value for one in By])) if "by" in entries else By.AGENT,
        unless=lists.labels(entries["unless"]) if "unless" in entries else (),
        first_turns=_count(within.get("first_turns")),
        last_turns=_count(within.get("last_turns")),
        after=_nearby(entries.get("after"), lists),
        before=_nearby(entries.get("before"), lists),
        times=_count(entries.get("times")) or 1,
    )


def _nearby(value: YamlValue | None, lists: SaidLists) -> Nearby | None:
    if value is None:
        return None
    turns = value.mapping().get("turns")
    return Nearby(says=read_says(value, lists, known=("says", "by", "unless", "turns")), turns=_count(turns))


def _count(value: YamlValue | None) -> int | None:
    if value is None:
        return None
    number = value.number()
    if number < 1 or number != int(number):
        raise value.error(f"{number:g} is no count; write a whole number from 1 on")
    return int(number)


def _listed(value: YamlValue) -> tuple[YamlValue, ...]:
    if not isinstance(value.value, tuple) or not value.value:
        raise value.wrong("a list of conditions (`- says: ...`)")
    return value.value


def _feature(value: YamlValue) -> Feature:
    entries = value.mapping(known=_FEATURE, required=("name",))
    name = feature_name(entries["name"])
    bounds = [entries[key] for key in ("at_least", "at_most") if key in entries]
    if FEATURES[name] == "text":
        if bounds or "is" not in entries:
            raise value.error(f"{name} is a text; write `is: [...]` with what it may be")
        return Feature(name=name, values=entries["is"].texts())
    if "is" in entries or not bounds:
        raise value.error(f"{name} is a number; write `at_least`, `at_most` or both")
    low, high = (entries[key].number() if key in entries else None for key in ("at_least", "at_most"))
    if low is not None and high is not None and low > high:
        raise value.error(f"nothing is at least {low:g} and at most {high:g}")
    return Feature(name=name, at_least=low, at_most=high)


def feature_name(value: YamlValue) -> str:
    """The name of a computed feature."""
    name = value.text()
    if name not in FEATURES:
        raise value.error(f"there is no feature {name!r}{nearest_names(name, FEATURES)}")
    return name
