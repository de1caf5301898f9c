"""One record of a batch in, one line out: what the batch asks of the scorer, on this machine and on Spark."""

from typing import NamedTuple, Protocol


class ScoredLine(NamedTuple):
    """A conversation that was scored.

    Attributes:
        line: The result document as JSON in UTF-8, without line break.
    """

    id: str
    turns: int
    line: bytes


class RefusedLine(NamedTuple):
    """A record that could not be.

    Attributes:
        reason: What is wrong with it, and the mend.
        id: Where it could be read.
        head: Its beginning, redacted.
    """

    reason: str
    id: str
    head: str


class Judge(Protocol):
    """Scores records. Pure: the same record gives the same answer in every process."""

    def judge(self, record: bytes) -> ScoredLine | RefusedLine:
        """The line of a record; never raises for what a record holds."""
        ...

    def refuse(self, record: bytes, reason: str) -> RefusedLine:
        """What is said of a record that something else found wrong."""
        ...


class JudgeMaker(Protocol):
    """Makes the judge, once in each process; picklable."""

    def __call__(self) -> Judge:
        """The judge."""
        ...
