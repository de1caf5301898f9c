"""Where senders write which service an alert is about."""

from collections.abc import Iterable

_KEYS = (
    *("service", "service_name", "servicename", "service.name", "app_role_name", "approlename", "cloud_rolename"),
    *(
        "cloud/rolename",
        "rolename",
        "app",
        "application",
        "app_name",
        "app.kubernetes.io/name",
        "component",
        "workload",
    ),
    *("deployment", "job", "container"),
)


def service_names(*sources: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Names of services among labels and dimensions, the most telling key first."""
    found: dict[str, list[str]] = {}
    for name, value in (pair for pairs in sources for pair in pairs):
        found.setdefault(name.casefold(), []).append(value)
    return tuple(dict.fromkeys(value for key in _KEYS for value in found.get(key, ())))
