"""The alert's name inside a payload, whichever tool sent it."""

from collections.abc import Mapping

_PATHS = (
    ("data", "essentials", "alertRule"),
    ("commonLabels", "alertname"),
    ("groupLabels", "alertname"),
    ("alerts", "labels", "alertname"),
    ("labels", "alertname"),
    ("alertname",),
    ("event", "data", "title"),
    ("payload", "summary"),
    ("data", "alertRule"),
    ("title",),
    ("subject",),
)


def alert_name(payload: Mapping[str, object]) -> str | None:
    """The first of the known places that holds a text; keys match in any case, as senders mix them.

    A list on the way stands for its first element.
    """
    for path in _PATHS:
        found = _at(payload, path)
        if isinstance(found, str) and found.strip():
            return found.strip()
    return None


def _at(value: object, path: tuple[str, ...]) -> object:
    for name in path:
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            return None
        keys = {str(key).lower(): item for key, item in value.items()}
        value = keys.get(name.lower())
    return value
