"""The few of many that are kept whole: those that come first by a key, in whatever order they came."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, TypeVar

Item = TypeVar("Item")
Key = tuple[float, ...]


def lot(name: str) -> str:
    """A draw for a name, the same whenever it is drawn: those with the lowest are a sample by chance."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@dataclass(slots=True)
class Kept(Generic[Item]):
    """At most `most` items, those with the lowest keys; the lot of their name decides between equal keys."""

    most: int
    _items: list[tuple[Key, str, Item]] = field(default_factory=list)

    def wants(self, key: Key, drawn: str) -> bool:
        """True where an item with this key would be kept now."""
        return len(self._items) < self.most or (key, drawn) < self._items[-1][:2]

    def put(self, key: Key, drawn: str, item: Item) -> None:
        """Keep an item if it is among the first; of two with the same key and lot, the one that was there."""
        if not self.wants(key, drawn) or any(one[:2] == (key, drawn) for one in self._items):
            return
        insort(self._items, (key, drawn, item), key=lambda one: one[:2])
        del self._items[self.most :]

    def merge(self, other: "Kept[Item]") -> None:
        """Keep the first of both."""
        for key, drawn, item in other._items:  # noqa: SLF001  # of the same kind
            self.put(key, drawn, item)

    def __iter__(self) -> Iterator[Item]:
        return (item for _, _, item in self._items)

    def __len__(self) -> int:
        return len(self._items)
