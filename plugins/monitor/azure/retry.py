"""Which failed queries are asked again, how often, and after how long. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from plugins.monitor.azure.faults import Fault, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A rule for one kind of trouble.

    Attributes:
        times: How often it is asked again.
        wait_s: The pause before, where the service names none; doubled each time.
        most_s: The longest pause that is waited for; a longer one ends the query.
    """

    times: int
    wait_s: float
    most_s: float = 60.0


RETRIES: Mapping[Fault, Retry] = MappingProxyType(
    {
        Fault.THROTTLED: Retry(times=4, wait_s=5.0),
        Fault.BUSY: Retry(times=1, wait_s=2.0),
        Fault.RESET: Retry(times=1, wait_s=0.2),
        Fault.UNREACHABLE: Retry(times=1, wait_s=0.2),
    }
)
"""A query that ran out of time is not asked again: it would cost as much and take as long."""


def pause_s(trouble: Trouble, tried: int, retries: Mapping[Fault, Retry] = RETRIES) -> float | None:
    """Seconds to wait before asking again after `tried` troubles of this kind; None to give up."""
    rule = retries.get(trouble.kind)
    if rule is None or tried >= rule.times:
        return None
    wait_s = rule.wait_s * 2**tried if trouble.retry_after_s is None else trouble.retry_after_s
    return wait_s if wait_s <= rule.most_s else None
