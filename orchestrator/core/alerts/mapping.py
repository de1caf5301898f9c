"""A mapping: from where in a payload of any shape each field of an alert is taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.core.alerts.fields import Fields, plain_text
from orchestrator.core.errors import InputError

_LIMIT = 20_000
TARGETS = (
    *("title", "rule", "description", "condition", "severity", "service", "resource_id", "labels", "fired_at"),
    *("resolved_at", "changed_at", "fingerprint", "url", "runbook", "query", "query_from", "query_to", "dimensions"),
)
REQUIRED = ("title",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one field comes from.

    Attributes:
        path: Names and list places from the record on; empty where the field is a constant.
        constant: Its value, where there is no path.
        values: What the payload's words come to; a word that is not there stays as it is.
        default: The value where the path leads nowhere.
    """

    path: tuple[str, ...] = ()
    constant: object = None
    values: Mapping[str, object] = field(default_factory=dict)
    default: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMapping:
    """A whole mapping.

    Attributes:
        fields: Where each field comes from; empty where only `severities` are given.
        records: The path of the list of alerts; empty where the payload is one alert.
        severities: What a sender's words for severity come to, in every format.
    """

    fields: Mapping[str, Source]
    records: tuple[str, ...] = ()
    severities: Mapping[str, int] = field(default_factory=dict)

    def alerts_in(self, payload: object) -> Iterator[object]:
        """The records of a payload; InputError where there is no list."""
        if not self.records:
            yield payload
            return
        found = walk(payload, self.records)
        if not isinstance(found, list):
            raise InputError(f"there is no list at {'.'.join(self.records)!r}, where the mapping has its records")
        yield from found

    def plain(self, record: Mapping[str, object]) -> Mapping[str, object]:
        """The record in our own shape; InputError where a field that must be there is not."""
        made = {name: _value(source, record) for name, source in self.fields.items()}
        for name in REQUIRED:
            if made.get(name) in (None, ""):
                path = ".".join(self.fields[name].path)
                raise InputError(f"there is nothing at {path!r}, from where the mapping takes {name!r}")
        return {name: value for name, value in made.items() if value is not None}


def _value(source: Source, record: Mapping[str, object]) -> object:
    if not source.path:
        return source.constant
    found = walk(record, source.path)
    if found is None:
        return source.default
    known = {name.casefold(): value for name, value in source.values.items()}
    return known.get(plain_text(found, limit=_LIMIT).casefold(), found)


def walk(value: object, path: tuple[str, ...]) -> object:
    """What stands at a path; a number takes that element of a list."""
    for name in path:
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else None
        else:
            value = Fields(value).at(name) if isinstance(value, Mapping) else None
    return value
