"""Addresses of workflows: read from settings, split so that the secret part travels apart, written for a request.

Forms (https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app): `.../workflows/<id>/triggers/
<trigger>/paths/invoke?api-version=...&sp=...&sv=...&sig=...`, the older `.../triggers/<trigger>/run`, and that of a
Standard plan, `https://<app>.azurewebsites.net/api/<workflow>/triggers/<trigger>/invoke`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from orchestrator.core.errors import InputError, SettingsError
from orchestrator.core.workflows import Secret

_TRIGGER = re.compile(r".+/triggers/[^/]+/(?:paths/invoke|invoke|run)(?P<relative>/[^?]*)?")
_RESOURCE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Logic/workflows/[^/]+", re.IGNORECASE
)
_SIGNED = ("sp", "sv", "sig")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_FIELD = re.compile(r"\{(?P<name>\w+)\}")
HASH = "%25%23"
"""How a literal `#` is sent in a path (https://learn.microsoft.com/azure/connectors/connectors-native-reqres)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes: `url` can be shown, `query` is the secret that is put behind it at the last moment."""

    url: str
    query: Secret
    signed: bool

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The trigger of one workflow.

    Attributes:
        audience: For an address without signature: the audience of the Entra token.
        resource: The workflow's Azure resource id, where its run history may be read.
        plan: Its hosting plan, which limits how long a request is held.
    """

    name: str
    target: Target
    audience: str | None = None
    resource: str | None = None
    plan: Literal["consumption", "standard"] = "consumption"


def parse_address(name: str, url: str, *, audience: str | None = None, resource: str | None = None) -> Address:
    """The address of a setting; SettingsError names the workflow and what is wrong, never the address."""
    target = _target(url, refuse=lambda problem: _wrong(name, problem))
    if not _TRIGGER.fullmatch(urlsplit(target.url).path):
        raise _wrong(name, "its url is not that of a request trigger (.../triggers/<name>/paths/invoke)")
    if target.signed and audience is not None:
        raise _wrong(name, "its url has a signature (sig=) and it has an audience, and a request may have only one")
    if not target.signed and audience is None:
        raise _wrong(name, "its url has no signature (sig=) and it has no audience")
    missing = [part for part in _SIGNED if target.signed and part not in dict(parse_qsl(target.query.reveal()))]
    if missing:
        raise _wrong(name, f"its url has a signature and lacks {' and '.join(missing)}")
    if resource is not None and not _RESOURCE.fullmatch(resource):
        raise _wrong(name, f"its resource {resource!r} is not the Azure id of a workflow")
    host = urlsplit(target.url).hostname or ""
    plan: Literal["consumption", "standard"] = "standard" if host.endswith(".azurewebsites.net") else "consumption"
    return Address(name=name, target=target, audience=audience, resource=resource, plan=plan)


def parse_location(location: str, *, trigger: Target) -> Target | None:
    """Where to ask for the answer; None for a location that cannot be used: no address, or plain http elsewhere."""
    if location.startswith("/"):
        location = f"{trigger.origin}{location}"
    try:
        found = _target(location, refuse=ValueError)
    except ValueError:
        return None
    same = found.origin == trigger.origin
    return found if same or (found.signed and found.url.startswith("https://")) else None


def _target(url: str, *, refuse: Callable[[str], Exception]) -> Target:
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise refuse("its url cannot be read") from None
    if not host or parts.scheme not in {"http", "https"} or parts.username or parts.fragment:
        raise refuse("its url is no plain https address")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise refuse("its url is plain http, where anyone on the way could read it")
    signed = "sig" in dict(parse_qsl(parts.query, keep_blank_values=True))
    return Target(url=f"{parts.scheme}://{parts.netloc}{parts.path}", query=Secret(parts.query), signed=signed)


def _wrong(name: str, problem: str) -> SettingsError:
    return SettingsError(
        f"the workflow {name!r} of the settings cannot be called: {problem}; copy the trigger's address from the "
        "portal, or remove its signature and give an audience"
    )


def with_path(target: Target, template: str | None, body: Mapping[str, object]) -> Target:
    """The target with the trigger's relative path, its fields filled from the body."""
    if template is None:
        return target

    def field(found: re.Match[str]) -> str:
        value = body.get(found["name"])
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            raise InputError(
                f"the path {template!r} needs the field {found['name']!r}, which is {value!r}: give a text"
            )
        return path_value(str(value))

    relative = _FIELD.sub(field, template.lstrip("/"))
    return Target(url=f"{target.url.rstrip('/')}/{relative}", query=target.query, signed=target.signed)


def path_value(text: str) -> str:
    """A text as one segment of a path: percent-encoded, `#` in the service's own way, dots so that none climbs."""
    encoded = "".join(HASH if sign == "#" else quote(sign, safe="") for sign in text)
    return encoded.replace(".", "%2E") if set(text) == {"."} else encoded


def path_text(raw: str) -> str:
    """The text of one raw segment: `path_value` undone."""
    return unquote(raw.replace(HASH, "%23"))
