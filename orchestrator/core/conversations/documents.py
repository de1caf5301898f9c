"""Frozen values as JSON documents and back, by their annotations: they travel to worker processes and Spark executors.

Known are dataclasses (a union of them is told apart by a field `kind: Literal[...]`), enums, tuples, frozensets,
mappings with text keys, and what JSON has itself. Unknown and missing fields are refused with their path.
"""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def write_value(value: object) -> object:
    """The value as what `json.dumps` takes; every field is written, defaults too."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: write_value(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): write_value(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((write_value(item) for item in value), key=repr)
    if isinstance(value, tuple | list):
        return [write_value(item) for item in value]
    # 1 and 1.0 are equal values, so they are written alike and have one fingerprint
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read_value(wanted: type[T], document: object) -> T:
    """The value of a document that `write_value` wrote; ValueError with the path of what does not fit."""
    return cast("T", _read(wanted, document, "document"))


def _read(wanted: Any, document: object, path: str) -> object:
    origin = get_origin(wanted)
    if wanted is Any or wanted is object:
        return document
    if origin in {Union, UnionType}:
        return _read(_fitting(get_args(wanted), document, path), document, path)
    if origin is Literal:
        return _checked(document, document in get_args(wanted), path, wanted)
    if origin is not None:
        return _collection(origin, get_args(wanted), document, path)
    return _dataclass(wanted, document, path) if is_dataclass(wanted) else _scalar(wanted, document, path)


def _scalar(wanted: Any, document: object, path: str) -> object:
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(_checked(document, document in {one.value for one in wanted}, path, wanted))
    if wanted is float and isinstance(document, int) and not isinstance(document, bool):
        return float(document)
    return _checked(document, type(document) is wanted, path, wanted)


def _checked(document: object, fits: bool, path: str, wanted: object) -> object:  # noqa: FBT001 - read at the call
    if not fits:
        raise ValueError(f"{path}: found {document!r}, expected {getattr(wanted, '__name__', wanted)}")
    return document


def _fitting(options: tuple[Any, ...], document: object, path: str) -> Any:
    """The member of a union that a document is of."""
    if document is None and NoneType in options:
        return NoneType
    others = [option for option in options if option is not NoneType]
    if len(others) == 1:
        return others[0]
    kind = document.get("kind") if isinstance(document, Mapping) else None
    for option in others:
        if is_dataclass(option):
            if kind in get_args(_hints(cast("Any", option)).get("kind")):
                return option
        elif type(document) is option:
            return option
    raise ValueError(f"{path}: {document!r} fits none of {', '.join(map(str, others))}")


def _collection(origin: Any, wanted: tuple[Any, ...], document: object, path: str) -> object:
    if issubclass(origin, Mapping):
        entries = cast("Mapping[str, object]", _checked(document, isinstance(document, Mapping), path, Mapping))
        return {key: _read(wanted[1], item, f"{path}.{key}") for key, item in entries.items()}
    items = cast("Iterable[object]", _checked(document, isinstance(document, list | tuple), path, list))
    if origin is tuple and (len(wanted) != 2 or wanted[1] is not Ellipsis):  # noqa: PLR2004 - (x, ...)
        pairs = zip(wanted, items, strict=True)
        return tuple(_read(one, item, f"{path}[{number}]") for number, (one, item) in enumerate(pairs))
    read = (_read(wanted[0], item, f"{path}[{number}]") for number, item in enumerate(items))
    return frozenset(read) if origin is frozenset else tuple(read)


def _dataclass(wanted: Any, document: object, path: str) -> object:
    entries = cast("Mapping[str, object]", _checked(document, isinstance(document, Mapping), path, wanted))
    known: dict[str, Field[Any]] = {one.name: one for one in fields(wanted)}
    for name in entries:
        if name not in known:
            raise ValueError(f"{path}: unknown field {name!r} of {wanted.__name__}")
    for name, one in known.items():
        if name not in entries and one.default is MISSING and one.default_factory is MISSING:
            raise ValueError(f"{path}: the field {name!r} of {wanted.__name__} is missing")
    hints = _hints(wanted)
    return wanted(**{name: _read(hints[name], item, f"{path}.{name}") for name, item in entries.items()})


@cache
def _hints(wanted: Any) -> dict[str, Any]:
    return get_type_hints(wanted)
