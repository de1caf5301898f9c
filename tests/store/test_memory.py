"""What runs remember, in both stores."""

from collections.abc import Callable

import pytest

from orchestrator.core.errors import StoreError
from orchestrator.core.pinning import PinnedText
from orchestrator.store.database import Database
from orchestrator.store.memory import MAX_LENGTH, StoredMemory
from orchestrator.store.pins import StoredPins

Opener = Callable[[], Database]


def guide(version: str, text: str) -> PinnedText:
    """A guide's text."""
    return PinnedText(version=version, path=f"/guides/{version}.md", text=text)


def test_a_result_is_recalled_by_another_process(database: Database, open_again: Opener) -> None:
    """As it was, by run and step."""
    result: dict[str, object] = {"rows": [[1, None, "a\0\ud800é", 0.1, {"b": [True]}]], "status": "complete"}
    assert StoredMemory(database, "r").keep("1/query/E1", result) == result
    other = open_again()
    assert StoredMemory(other, "r").recall("1/query/E1") == result
    assert StoredMemory(other, "r").recall("1/query/E2") is None
    assert StoredMemory(other, "q").recall("1/query/E1") is None


def test_the_first_result_of_a_step_stays(database: Database) -> None:
    """Who comes second gets it."""
    memory = StoredMemory(database, "r")
    memory.keep("1/model/1", {"text": "first"})
    assert memory.keep("1/model/1", {"text": "second"}) == {"text": "first"}
    assert memory.recall("1/model/1") == {"text": "first"}


@pytest.mark.parametrize(
    "result",
    [
        {"rows": [["AccountKey=abcdefgh fails"]]},
        {"rows": [[{"password": "hunter2"}]]},
        {"text": "x" * MAX_LENGTH},
    ],
    ids=["a secret's shape", "a secret's name", "too long"],
)
def test_what_may_not_be_kept_is_done_again(database: Database, result: dict[str, object]) -> None:
    """The run gets it as it is, and nothing of it is stored."""
    memory = StoredMemory(database, "r")
    assert memory.keep("1/query/E1", result) == result
    assert memory.recall("1/query/E1") is None
    assert database.read("SELECT count(*) FROM results") == [(0,)]


def test_a_damaged_result_is_told(database: Database) -> None:
    """It is not taken for none."""
    memory = StoredMemory(database, "r")
    memory.keep("1/query/E1", {"rows": []})
    with database.transaction() as connection:
        connection.execute("UPDATE results SET body = ?", '{"rows": [')
    with pytest.raises(StoreError, match=r"what the step 1/query/E1 of run r gave.*restore the store from a copy"):
        memory.recall("1/query/E1")


def test_a_pinned_text_stays_as_it_was(database: Database, open_again: Opener) -> None:
    """By version, be it pinned once more or not."""
    pins = StoredPins(database)
    pins.pin([guide("a", "# A\r\n\ttext é\0"), guide("b", "# B")])
    pins.pin([guide("a", "# other"), guide("c", "")])
    pins.pin([])
    other = StoredPins(open_again())
    assert other.pinned("a") == guide("a", "# A\r\n\ttext é\0")
    assert other.pinned("c") == guide("c", "")
    assert other.pinned("d") is None
