"""What troubles of the metrics service and of Resource Graph mean, in words that name the mend."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.core.errors import QueryError
from plugins.monitor.azure.faults import Fault, Trouble, said
from plugins.monitor.graph_query import TABLES
from plugins.monitor.names import did_you_mean, nearest

_TEXTS = {
    Fault.SIGN_IN: "cannot sign in to Azure: run `az login`, or set SWITCHBOARD_CREDENTIAL to an identity that this "
    "machine has",
    Fault.FORBIDDEN: "this identity may not read {place}: give it the role {role} on the subscription",
    Fault.MISSING: "there is no {place}: correct the id",
    Fault.REFUSED: "{service} refuses the query",
    Fault.THROTTLED: "{service} takes no more queries of this identity for now: ask again later",
    Fault.BUSY: "{service} is not available: ask again later",
    Fault.TIMED_OUT: "{service} did not answer in time: ask for less",
    Fault.UNREACHABLE: "{service} cannot be reached: look at the network",
    Fault.RESET: "the connection to {service} broke off: ask again",
    Fault.UNREADABLE: "{service} sent what cannot be read: look at any proxy on the way",
    Fault.FAILED: "{service} failed",
}
_VALID_METRICS = re.compile(r"metric: (?P<name>[^,]+), Valid metrics: (?P<valid>[^.\n]+)", re.IGNORECASE)
_UNKNOWN_NAME = re.compile(r"(?:named|table|column) '(?P<name>[\w.]+)'", re.IGNORECASE)


def metrics_error(trouble: Trouble, *, place: str) -> QueryError:
    """An error of the metrics service about `place`, with the metrics whose names are like the one refused."""
    found = _VALID_METRICS.search(trouble.text)
    near: tuple[str, ...] = ()
    if found is not None:
        name = found["name"].strip()
        near = nearest(name, [item.strip() for item in found["valid"].split(",")])
        message = f"there is no metric {name!r}{did_you_mean(near)}"
    else:
        message = _message(trouble, service="Azure Monitor's metrics", place=place, role="Monitoring Reader")
    return _error(trouble, message, near=near)


def graph_error(trouble: Trouble) -> QueryError:
    """An error of Resource Graph, with the line of the query and the tables whose names are like the one refused."""
    message = _message(trouble, service="Azure Resource Graph", place="the resources asked for", role="Reader")
    if trouble.kind is not Fault.REFUSED:
        return _error(trouble, message)
    documents = _documents(trouble.details)
    line = next((item["line"] for item in documents if isinstance(item.get("line"), int)), None)
    token = next((str(item["token"]) for item in documents if item.get("token")), "")
    found = _UNKNOWN_NAME.search(" ".join(str(item.get("message")) for item in documents))
    near = nearest(found["name"], TABLES) if found else ()
    at = f"line {line}: " if line else ""
    return _error(
        trouble, f"{at}{message}{f' at {token!r}' if token else ''}{did_you_mean(near)}", near=near, line=line
    )


def _message(trouble: Trouble, *, service: str, place: str, role: str) -> str:
    text = _TEXTS[trouble.kind].format(service=service, place=place, role=role)
    if trouble.kind is Fault.FAILED and trouble.status:
        text += f" with status {trouble.status}"
    told = said(tuple(item for item in _documents(trouble.details) if item.get("message")))
    return f"{text} [{told}]" if told else text


def _error(trouble: Trouble, message: str, *, near: tuple[str, ...] = (), line: int | None = None) -> QueryError:
    return QueryError(
        message,
        line=line,
        nearest=near,
        retryable=trouble.kind is not Fault.REFUSED,  # all others may be gone at the next try
        retry_after_s=trouble.retry_after_s,
    )


def _documents(details: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The documents, and then those beside them: Resource Graph tells first that, then where a query is wrong."""
    lists = [item["details"] for item in details if isinstance(item.get("details"), list)]
    return [*details, *(other for beside in lists for other in beside[1:] if isinstance(other, Mapping))]
