"""The inventory as text: a new draft with comments, or what was found put into a file that people keep."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from orchestrator.core.report import Json
from playbooks.discovery.sighting import Seen
from playbooks.services import Service, Services, parse_services

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_HOSTS = 6  # named in a comment
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of a `services.yaml`, and how it differs from what there was.

    Attributes:
        added: Services that were not there.
        changed: What was added to services that were: service, field, value.
        vanished: Services of the file that telemetry does not show; they stay.
        unseen: Dependencies of the file that no call shows; they stay: service, the service that it depends on.
    """

    text: str
    added: tuple[str, ...] = ()
    changed: tuple[tuple[str, str, str], ...] = ()
    vanished: tuple[str, ...] = ()
    unseen: tuple[tuple[str, str], ...] = ()

    def document(self) -> Json:
        """As JSON, without the text."""
        return {
            "added": list(self.added),
            "changed": [{"service": one, "field": name, "value": value} for one, name, value in self.changed],
            "vanished": list(self.vanished),
            "unseen": [{"service": one, "depends_on": other} for one, other in self.unseen],
        }


def new_draft(seen: Sequence[Seen], *, origin: str, notes: Sequence[str] = ()) -> Draft:
    """A file with every service; `origin` says in words what it was inferred from."""
    lines = [
        f"# Drafted by `switchboard services discover` from {_comment(origin)}.",
        "# Who owns a service and what people call it is not in telemetry: add `owner`, `escalation` and `aliases`.",
        *(f"# {_comment(note)}" for note in notes),
        "services:" if seen else "services: []",
    ]
    for service in seen:
        lines += _entry(service)
    text = "\n".join(lines) + "\n"
    parse_services(text, file="the draft")
    return Draft(text=text, added=tuple(service.name for service in seen))


def _entry(seen: Seen) -> Iterator[str]:
    how = f"{seen.requests:,} requests in AppRequests" if seen.requests else "no requests; it calls others"
    yield f"  - id: {_scalar(seen.name)}  # {how if seen.role_names else 'pods alone: it sends no requests'}"
    if seen.role_names:
        yield f"    role_names: [{', '.join(map(_scalar, seen.role_names))}]"
    if seen.namespaces:
        yield f"    namespaces: [{', '.join(map(_scalar, seen.namespaces))}]  # of its pods in KubePodInventory"
    if seen.resource_ids:
        yield "    resource_ids:  # named like it, or called by it alone"
        yield from (f"      - {_scalar(found)}" for found in seen.resource_ids)
    if seen.calls:
        yield "    depends_on:"
        yield from (f"      - {_scalar(name)}  # {_evidence(seen, name)}" for name in seen.calls)
    if seen.hosts:
        named = [f"{host} ({count:,})" for host, count in [*seen.hosts.items()][:_HOSTS]]
        more = f" and {len(seen.hosts) - _HOSTS} more" if len(seen.hosts) > _HOSTS else ""
        yield f"    # also calls: {_comment(', '.join(named))}{more}"
    if seen.shared:
        yield f"    # shared with others: {_comment(', '.join(found.rpartition('/')[2] for found in seen.shared))}"


def _evidence(seen: Seen, name: str) -> str:
    how = "its requests were seen there" if name in seen.by_trace else "by the name of the host"
    return f"{seen.calls[name]:,} calls; {how}"


def merged_draft(text: str, seen: Sequence[Seen], *, file: str) -> Draft:
    """The file's text with what is new put in; nothing of it is taken away or written anew. Raises `GuideError`."""
    inventory = parse_services(text, file=file)
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4_096
    yaml.indent(mapping=2, sequence=4, offset=2)
    root = yaml.load(text)
    entries: CommentedSeq = root["services"]
    by_id = {str(entry["id"]): entry for entry in entries}
    known = {service.name: _match(service, inventory) for service in seen}
    ids = {name: found.id if found else name for name, found in known.items()}
    added: list[str] = []
    changed: list[tuple[str, str, str]] = []
    for service in seen:
        found = known[service.name]
        if found is None:
            entries.append(_mapping(service, ids))
            added.append(service.name)
        else:
            changed += _extend(by_id[found.id], inventory, service, ids)
    vanished = tuple(found.id for found in inventory if found.id not in set(ids.values()))
    out = io.StringIO()
    yaml.dump(root, out)
    result = text if not added and not changed else out.getvalue()
    parse_services(result, file=file)
    return Draft(
        text=result,
        added=tuple(added),
        changed=tuple(changed),
        vanished=vanished,
        unseen=tuple(_unseen(inventory, seen, ids, set(vanished))),
    )


def _match(seen: Seen, inventory: Services) -> Service | None:
    return next((found for name in (seen.name, *seen.role_names) if (found := inventory.find(name))), None)


def _lists(seen: Seen, ids: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        "role_names": seen.role_names,
        "namespaces": seen.namespaces,
        "resource_ids": seen.resource_ids,
        "depends_on": tuple(ids[name] for name in seen.calls),
    }


def _mapping(seen: Seen, ids: dict[str, str]) -> CommentedMap:
    entry = CommentedMap({"id": seen.name})
    for name, values in _lists(seen, ids).items():
        if values:
            entry[name] = list(values)
    entry.yaml_add_eol_comment("found by `switchboard services discover`", "id")
    return entry


def _extend(
    entry: CommentedMap, inventory: Services, seen: Seen, ids: dict[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Add what the entry does not have; a name that it goes by already is no new one."""
    own = str(entry["id"])
    for name, values in _lists(seen, ids).items():
        have = {str(value).casefold() for value in entry.get(name, [])}
        for value in values:
            known = name == "role_names" and inventory.find(value) is not None
            if value.casefold() not in have and value != own and not known:
                entry.setdefault(name, CommentedSeq()).append(value)
                yield own, name, value


def _unseen(
    inventory: Services, seen: Sequence[Seen], ids: dict[str, str], vanished: set[str]
) -> Iterator[tuple[str, str]]:
    calls = {ids[service.name]: {ids[name] for name in service.calls} for service in seen}
    for found in inventory:
        if found.id not in vanished:
            yield from ((found.id, name) for name in found.depends_on if name not in calls.get(found.id, set()))


def _scalar(value: str) -> str:
    """A text in YAML: bare where it cannot be read as anything else."""
    if _PLAIN.fullmatch(value) and value.casefold() not in _WORDS:
        return value
    escaped = _CONTROLS.sub(" ", value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _comment(text: str) -> str:
    return _CONTROLS.sub(" ", text)
