"""What recorded rows name: the columns, keys, texts and numbers that a claim on them may speak of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.core.errors import ClaimError
from orchestrator.core.evidence import FREE_QUERY, Recorded
from orchestrator.core.selfmade import read_query
from orchestrator.core.table import Table, json_value


@dataclass(frozen=True, slots=True)
class Known:
    """What a check may name: the columns and keys of the rows, the texts in their cells, the computed columns."""

    cited: tuple[str, ...]
    names: frozenset[str]
    texts: tuple[str, ...]
    numbers: frozenset[float]
    definitions: Mapping[str, str]
    odd: frozenset[str]

    @classmethod
    def of(cls, cited: Mapping[str, Recorded]) -> "Known":
        """Read from the cited evidence; ClaimError where the query behind it makes up rows or texts."""
        names: set[str] = set()
        texts: set[str] = set()
        numbers: set[float] = set()
        definitions: dict[str, str] = {}
        odd: set[str] = set()
        for key, item in cited.items():
            if item.evidence.purpose == FREE_QUERY:
                reading = read_query(item.evidence.query)
                if reading.problem:
                    raise ClaimError(f"the query of {key} supports no claim, as {reading.problem}")
                definitions |= reading.definitions
                odd |= reading.odd
            table = item.table
            if table is not None:
                names |= {column.name for column in table.columns}
                for part in _parts(table):
                    if isinstance(part, _Key):
                        names.add(part.text)
                    elif isinstance(part, str):
                        texts.add(part)
                    else:
                        numbers.add(float(part))
                numbers.add(float(len(table.rows)))
        return cls(tuple(cited), frozenset(names), tuple(texts), frozenset(numbers), definitions, frozenset(odd))

    def label(self, field: str) -> str:
        """A column as the text names it: a computed one by what it was computed from, not by the model's name."""
        definition = self.definitions.get(field)
        return field if definition is None else f"[{definition}]"


@dataclass(frozen=True, slots=True)
class _Key:
    """A key inside a dynamic cell."""

    text: str


def _parts(table: Table) -> Iterator[_Key | str | float]:
    """The keys, texts and numbers in the cells; moments and spans as their text."""
    waiting: list[object] = [value for row in table.rows for value in row]
    while waiting:
        value = waiting.pop()
        match value:
            case None | bool():
                continue
            case str() | int() | float():
                yield value
            case dict():
                yield from map(_Key, value)
                waiting += value.values()
            case list():
                waiting += value
            case _:
                yield str(json_value(value))
