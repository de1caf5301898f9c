"""Tests of writing in batches, without a service."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.errors import SettingsError, StoreError
from plugins.search.azure.batches import Action, BatchLimits, BatchTooLargeError, BatchWriter, Verdict, cut
from plugins.search.azure.retries import RetryPolicy

LIMITS = BatchLimits(count=10, bytes=1_000)


def action(number: int, *, size: int = 10) -> Action:
    """An action of a size."""
    return Action(id=f"id {number}", key=f"k{number}", content={"key": f"k{number}"}, size=size)


class Service:
    """Takes batches up to a size; fails by plan: errors of whole requests, and statuses by key, used up in order."""

    def __init__(
        self, *, errors: Sequence[Exception | None] = (), statuses: Mapping[str, Sequence[int]] | None = None
    ) -> None:
        self.errors = list(errors)
        self.statuses = {key: list(values) for key, values in (statuses or {}).items()}
        self.stored: Counter[str] = Counter()
        self.batches: list[list[str]] = []
        self.waits: list[float] = []
        self.largest = 1_000

    async def send(self, batch: Sequence[Action]) -> Mapping[str, Verdict]:
        self.batches.append([one.key for one in batch])
        if sum(one.size for one in batch) > self.largest:
            raise BatchTooLargeError
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return {one.key: self._judged(one.key) for one in batch}

    def _judged(self, key: str) -> Verdict:
        left = self.statuses.get(key)
        if left:
            return Verdict(status=left.pop(0), reason="busy")
        self.stored[key] += 1
        return Verdict(status=201)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def writer(self, **policy: float) -> BatchWriter:
        return BatchWriter(self.send, policy=RetryPolicy(**policy), limits=LIMITS, sleep=self.sleep)  # type: ignore[arg-type]


@given(st.lists(st.integers(min_value=1, max_value=1_500), max_size=40))
def test_batches_are_within_the_limits(sizes: list[int]):
    """In order, nothing lost; only a document that is too large by itself makes a batch that is."""
    actions = [action(number, size=size) for number, size in enumerate(sizes)]
    batches = list(cut(actions, LIMITS))
    assert [one for batch in batches for one in batch] == actions
    for batch in batches:
        assert 1 <= len(batch) <= LIMITS.count
        assert sum(one.size for one in batch) <= LIMITS.bytes or len(batch) == 1


async def test_only_the_failed_ones_are_sent_again():
    """A document that was refused for now is sent again alone; the others are sent once."""
    service = Service(statuses={"k1": [503], "k3": [409, 422, 429]})
    results = await service.writer().write([action(number) for number in range(5)])
    assert [(one.id, one.stored) for one in results] == [(f"id {number}", True) for number in range(5)]
    assert service.batches == [["k0", "k1", "k2", "k3", "k4"], ["k1", "k3"], ["k3"], ["k3"]]
    assert service.waits == [0.5, 1.0, 2.0]


async def test_a_document_is_given_up():
    """After the last try its reason and the number of tries are told; a bad document is not tried again."""
    service = Service(statuses={"k0": [503] * 9, "k1": [400] * 9})
    results = await service.writer(tries=3).write([action(0), action(1), action(2)])
    assert [(one.stored, one.reason) for one in results] == [
        (False, "busy (tried 3 times)"),
        (False, "busy"),
        (True, None),
    ]


async def test_what_the_service_asks_to_wait_counts():
    """A broken connection and a throttled request repeat the whole batch, after the wait that was asked for."""
    broken = StoreError("reset", retryable=True)
    throttled = StoreError("429", retryable=True, retry_after_s=7.0)
    service = Service(errors=[broken, throttled])
    results = await service.writer().write([action(0), action(1)])
    assert [one.stored for one in results] == [True, True]
    assert (service.waits, len(service.batches)) == ([0.5, 7.0], 3)


async def test_a_wait_too_long_is_not_waited():
    """The documents are reported as not stored, with what the service said."""
    service = Service(errors=[StoreError("throttled", retryable=True, retry_after_s=3_600.0)])
    results = await service.writer().write([action(0)])
    assert ([(one.stored, one.reason) for one in results], service.waits) == ([(False, "throttled")], [])


async def test_a_refused_setting_ends_all():
    """Where access is refused, no further batch is tried."""
    service = Service(errors=[SettingsError("access is refused")])
    with pytest.raises(SettingsError):
        await service.writer().write([action(number) for number in range(20)])
    assert len(service.batches) == 1


async def test_one_batch_that_fails_does_not_hold_up_the_next():
    """An error that no repetition mends is told for each document of its batch, and for no other."""
    service = Service(errors=[StoreError("the service answered 501")])
    results = await service.writer().write([action(number) for number in range(12)])
    assert [one.stored for one in results] == [False] * 10 + [True] * 2


async def test_a_batch_too_large_is_halved():
    """Down to the document that is too large by itself, which is reported; all others are stored once."""
    service = Service()
    service.largest = 35
    actions = [action(number, size=900 if number == 4 else 10) for number in range(9)]
    writer = BatchWriter(service.send, policy=RetryPolicy(), limits=BatchLimits(), sleep=service.sleep)
    results = await writer.write(actions)
    assert [one.stored for one in results] == [number != 4 for number in range(9)]
    assert results[4].reason == "'id 4' has 900 bytes, more than the service takes; split the document"
    assert set(service.stored.values()) == {1}
    assert len(service.batches) < 18


@given(st.dictionaries(st.integers(0, 19), st.lists(st.sampled_from([409, 429, 503]), max_size=3), max_size=20))
async def test_nothing_is_lost(planned: dict[int, list[int]]):
    """Fewer failures than tries: every document is stored exactly once."""
    service = Service(statuses={f"k{number}": codes for number, codes in planned.items()})
    results = await service.writer().write([action(number) for number in range(20)])
    assert (all(one.stored for one in results), set(service.stored.values())) == (True, {1})


async def test_an_answer_that_names_too_few():
    """A document that the answer leaves out is not taken for stored: it is sent again."""
    service = Service()
    asked: list[int] = []

    async def forgetful(batch: Sequence[Action]) -> Mapping[str, Verdict]:
        asked.append(len(batch))
        verdicts = await service.send(batch)
        return {"k0": verdicts["k0"]} if len(batch) > 1 else verdicts

    writer = BatchWriter(forgetful, policy=RetryPolicy(), limits=LIMITS, sleep=service.sleep)
    results = await writer.write([action(0), action(1)])
    assert ([one.stored for one in results], asked) == ([True, True], [2, 1])
