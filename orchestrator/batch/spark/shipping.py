"""Makes the function that Spark ships: pickled by value, so that an executor needs nothing of ours."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from orchestrator.batch.flat_tables import COLUMNS
from orchestrator.batch.inputs.columns import TURN, WHOLE
from orchestrator.batch.inputs.source import Limits, too_long
from orchestrator.batch.spark.executor import Order, result_columns

_BOOT = '''
def score_batches(batches):
    """Score Arrow batches; all it needs stands in this function's own globals."""
    import sys
    import types

    module = sys.modules.get(NAME)
    if module is None:
        module = types.ModuleType(NAME)
        sys.modules[NAME] = module
        exec(compile(SOURCE, NAME, "exec"), module.__dict__)
    yield from module.score_batches(batches, module.Order(*ORDER))
'''
_TABLE = tuple((name, tuple(path.split(".")), kind) for name, (path, kind) in COLUMNS.items())
_SQL = {"string": "string", "float64": "double", "int64": "bigint", "bool_": "boolean"}


class Shipment(NamedTuple):
    """What executors score by.

    Attributes:
        archive: The modules, as `archive.pack` makes them.
        factory: Module and name of what makes a `JudgeMaker` of the configuration.
        configuration: As text.
    """

    archive: bytes
    factory: tuple[str, str]
    configuration: str


def shipped_function(
    shipment: Shipment, *, rows: bool, limits: Limits | None = None
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A function for `DataFrame.mapInArrow`.

    It is made of text under a module's name that nobody can import: cloudpickle then takes it by value, with its
    globals; a function of an installed package would go by name, and executors do not have ours.
    """
    longest = (limits or Limits()).longest
    source = (files("orchestrator.batch.spark") / "executor.py").read_text(encoding="utf-8")
    order = Order(
        archive=shipment.archive,
        key=sha256(b"\n".join((shipment.archive, shipment.configuration.encode()))).hexdigest(),
        factory=shipment.factory,
        configuration=shipment.configuration,
        columns=_TABLE,
        rows=rows,
        whole=WHOLE,
        turn=TURN,
        longest=(longest, too_long(longest)),
    )
    name = f"_switchboard_executor_{sha256(source.encode()).hexdigest()[:16]}"
    scope: dict[str, Any] = {"__name__": f"{name}_boot", "NAME": name, "SOURCE": source, "ORDER": tuple(order)}
    exec(compile(_BOOT, f"<{name}>", "exec"), scope)  # noqa: S102  # our own text, above
    function: Callable[[Iterable[Any]], Iterator[Any]] = scope["score_batches"]
    return function


def result_schema() -> str:
    """The columns of what the function yields, as Spark's DDL."""
    return ", ".join(f"`{name}` {_SQL[kind]}" for name, kind in result_columns(_TABLE))


def table_columns() -> Sequence[str]:
    """The columns of the result: those of a local table, the document, and the input's fingerprint."""
    return [*COLUMNS, "document", "input_sha256"]
