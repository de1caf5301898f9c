"""The inventory of services: what each is called, what it needs and who owns it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from orchestrator.core.errors import GuideError, Place

_TEXTS = ("owner", "escalation")
_LISTS = ("aliases", "role_names", "resource_ids", "namespaces", "depends_on")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    Attributes:
        id: Its name in the inventory.
        aliases: What people also call it.
        role_names: Its `AppRoleName` values in telemetry.
        resource_ids: Its resources in Azure.
        namespaces: Its Kubernetes namespaces.
        depends_on: Ids of services that it calls.
        owner: The team that runs it.
        escalation: Whom to call when the team does not answer.
    """

    id: str
    aliases: tuple[str, ...] = ()
    role_names: tuple[str, ...] = ()
    resource_ids: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    owner: str | None = None
    escalation: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it may be called: id, aliases, role names."""
        return tuple(dict.fromkeys((self.id, *self.aliases, *self.role_names)))


@dataclass(frozen=True, slots=True)
class Services:
    """The inventory; names are compared without case, and `-`, `_`, `.` and spaces count as the same."""

    services: tuple[Service, ...] = ()
    _by_name: Mapping[tuple[str, ...], Service] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {_key(name): service for service in reversed(self.services) for name in service.names}
        object.__setattr__(self, "_by_name", by_name)

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services)

    def find(self, name: str) -> Service | None:
        """The service with this id, alias or role name."""
        return self._by_name.get(_key(name))

    def in_text(self, text: str) -> tuple[Service, ...]:
        """The services that a text names, in its order; the longest name wins and only whole words count."""
        words = _key(text)
        longest = max((len(name) for name in self._by_name), default=0)
        found: dict[str, Service] = {}
        start = 0
        while start < len(words):
            for length in range(min(longest, len(words) - start), 0, -1):
                service = self._by_name.get(words[start : start + length])
                if service:
                    found.setdefault(service.id, service)
                    start += length
                    break
            else:
                start += 1
        return tuple(found.values())

    def nearest(self, name: str, n: int = 3) -> tuple[str, ...]:
        """The ids of the services whose names look most like this one, best first."""
        wanted = " ".join(_key(name))

        def likeness(service: Service) -> float:
            return max(SequenceMatcher(None, wanted, " ".join(_key(known))).ratio() for known in service.names)

        return tuple(service.id for service in sorted(self.services, key=likeness, reverse=True)[:n])


def load_services(path: Path) -> Services:
    """Read `services.yaml`; raises `GuideError` with file, line and field."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise GuideError(
            f"cannot be read: {error.strerror}; create it or name another", place=Place(str(path))
        ) from error
    except UnicodeDecodeError as error:
        raise GuideError(f"byte {error.start} is not UTF-8; save the file as UTF-8", place=Place(str(path))) from error
    return parse_services(text, file=str(path))


def parse_services(text: str, *, file: str) -> Services:
    """Parse the text of a `services.yaml`: `services:` and a list of services with at least an `id` each.

    Refuses unknown fields, names that two services share and dependencies on services that are not there.
    Raises `GuideError`; `file` is the name that errors show.
    """
    try:
        root = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise GuideError(
            f"not YAML: {error.problem}; mend the indentation or quotes", place=Place(file, line)
        ) from error
    except YAMLError as error:
        raise GuideError(f"not YAML: {error}; mend the indentation or quotes", place=Place(file)) from error
    if (
        not isinstance(root, CommentedMap)
        or set(root) != {"services"}
        or not isinstance(root["services"], CommentedSeq)
    ):
        raise GuideError(
            "expected one field `services` with a list; write `services:` and `- id: ...`", place=Place(file, 1)
        )
    entries = root["services"]
    parsed = [(_service(entry, file, entries.lc.item(index)[0] + 1), entry) for index, entry in enumerate(entries)]
    _refuse_shared_names(parsed, file)
    _refuse_unknown_dependencies(parsed, file)
    return Services(tuple(service for service, _ in parsed))


def _service(entry: object, file: str, line: int) -> Service:
    if not isinstance(entry, CommentedMap):
        raise GuideError(f"{entry!r} is not a service; write `- id: name`", place=Place(file, line, "services"))
    for name in entry:
        if name not in ("id", *_LISTS, *_TEXTS):
            known = ", ".join(("id", *_LISTS, *_TEXTS))
            raise GuideError(f"unknown field {name!r}; known: {known}", place=_place(entry, name, file))
    if "id" not in entry:
        raise GuideError("a service without id; write `id: name`", place=Place(file, line, "id"))
    return Service(
        id=_text(entry, "id", file),
        owner=_text(entry, "owner", file) if "owner" in entry else None,
        escalation=_text(entry, "escalation", file) if "escalation" in entry else None,
        aliases=_list(entry, "aliases", file),
        role_names=_list(entry, "role_names", file),
        resource_ids=_list(entry, "resource_ids", file),
        namespaces=_list(entry, "namespaces", file),
        depends_on=_list(entry, "depends_on", file),
    )


def _text(entry: CommentedMap, name: str, file: str) -> str:
    value = entry[name]
    if not isinstance(value, str) or not value.strip():
        raise GuideError(f"{value!r} is not text; put it in quotes", place=_place(entry, name, file))
    return str(value)


def _list(entry: CommentedMap, name: str, file: str) -> tuple[str, ...]:
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise GuideError(f"{value!r} is not a list of texts; write `[a, b]`", place=_place(entry, name, file))
    return tuple(str(item) for item in value)


def _refuse_shared_names(parsed: list[tuple[Service, CommentedMap]], file: str) -> None:
    owners: dict[tuple[str, ...], str] = {}
    for service, entry in parsed:
        for key, name in {_key(name): name for name in service.names}.items():
            if key in owners:
                problem = f"{name!r} is a name of {owners[key]!r} already; a name means one service"
                raise GuideError(problem, place=_place(entry, "id", file))
            owners[key] = service.id


def _refuse_unknown_dependencies(parsed: list[tuple[Service, CommentedMap]], file: str) -> None:
    inventory = Services(tuple(service for service, _ in parsed))
    known = {service.id for service in inventory}
    for service, entry in parsed:
        for name in service.depends_on:
            if name not in known:
                near = ", ".join(inventory.nearest(name))
                problem = f"{name!r} is no service here; nearest: {near}; add it or correct the name"
                raise GuideError(problem, place=_place(entry, "depends_on", file))


def _place(entry: CommentedMap, name: str, file: str) -> Place:
    return Place(file, entry.lc.key(name)[0] + 1, str(name))


def _key(name: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(name))
