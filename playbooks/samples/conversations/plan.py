"""What is true of each generated conversation before a word is said: when, what about, how it will go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple, TypeVar

from playbooks.samples.chance import chance

Name = TypeVar("Name")
START = datetime(2026, 8, 31, tzinfo=UTC)
"""A Monday; the conversations are of six weeks from then on."""
WEEKS = 6
ABROAD = ("es", "de", "fr")


class Matter(NamedTuple):
    """A contact reason: its weight in the first and the second half, and how satisfied people end in each."""

    weights: tuple[int, int]
    levels: tuple[float, float]
    queue: str


MATTERS: Mapping[str, Matter] = {
    "late_delivery": Matter((14, 44), (2.3, 1.8), "orders"),
    "return_request": Matter((13, 10), (3.9, 3.9), "returns"),
    "refund_status": Matter((12, 10), (3.3, 3.1), "returns"),
    "damaged_item": Matter((9, 8), (3.2, 3.2), "orders"),
    "wrong_item": Matter((6, 5), (3.3, 3.3), "orders"),
    "size_question": Matter((9, 6), (4.3, 4.3), "advice"),
    "cancel_order": Matter((8, 6), (3.8, 3.8), "orders"),
    "payment_problem": Matter((8, 8), (3.3, 2.4), "billing"),
    "account_access": Matter((6, 5), (3.6, 3.6), "account"),
    "discount_code": Matter((6, 4), (3.7, 3.7), "billing"),
    "product_question": Matter((6, 4), (4.4, 4.4), "advice"),
    "missing_item": Matter((3, 3), (2.8, 2.8), "orders"),
}
REASONS_ABROAD = ("late_delivery", "return_request", "refund_status")
PRODUCTS = (
    "Trail Backpack", "Headphones", "Desk Lamp", "Linen Shirt", "Wool Blanket", "Power Bank", "Reading Chair",
    "Enamel Mug",
)  # fmt: skip
AGENTS: Mapping[str, tuple[str, float]] = {
    "ag-1041": ("Maya", 0.45), "ag-1042": ("Tom", 0.2), "ag-1047": ("Priya", 0.3), "ag-1050": ("Jonas", 0.0),
    "ag-1053": ("Ruth", 0.1), "ag-1058": ("Colin", -0.5), "ag-1061": ("Ines", -0.1),
}  # fmt: skip
"""The agents' names, and how much more satisfied people end with them."""
_DUTY = {
    "ag-1041": 37, "ag-1042": 5, "ag-1047": 6, "ag-1050": 6, "ag-1053": 6, "ag-1058": 35, "ag-1061": 5,
}  # fmt: skip
"""How much of the work is whose: two have enough conversations to be compared, the others have not."""
_CHANNELS = (("chat", 52), ("phone", 30), ("messaging", 18))
_DAYS = (17, 16, 15, 15, 14, 13, 10)  # from Monday
_HOURS = ((8, 6), (9, 11), (10, 13), (11, 11), (12, 8), (13, 9), (14, 10), (15, 9), (16, 9), (17, 7), (18, 5), (20, 3))
_GROWTH = (15, 16, 16, 17, 18, 18)
_SPREAD = 0.55
_TROUBLE = 3.4  # matters below it bring people back


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The truth of one conversation.

    Attributes:
        satisfaction: How satisfied the customer ends, 1 to 5.
        language: Other than English for a few.
    """

    number: int
    at: datetime
    reason: str
    product: str
    agent: str
    channel: str
    queue: str
    language: str
    satisfaction: float
    resolved: bool
    abandoned: bool
    transferred: bool
    repeated: bool
    surveyed: bool

    @property
    def mood(self) -> int:
        """The step of the satisfaction, 1 to 5."""
        return min(5, max(1, round(self.satisfaction)))


def draw_plans(rng: Random, count: int) -> list[Plan]:
    """The plans of `count` conversations in order of time; reasons have their shares as closely as numbers allow."""
    weeks = _shared(rng, dict(enumerate(_GROWTH)), count)
    moments = sorted(_draw_moment(rng, week) for week in weeks)
    middle = START + timedelta(weeks=WEEKS) / 2
    parts = [[at for at in moments if at < middle], [at for at in moments if at >= middle]]
    abroad = set(rng.sample(range(count), k=count * 7 // 100))
    agents = _shared(rng, _DUTY, count)
    plans: list[Plan] = []
    for half, times in enumerate(parts):
        reasons = _shared(rng, {name: matter.weights[half] for name, matter in MATTERS.items()}, len(times))
        for at, reason in zip(times, reasons, strict=True):
            number = len(plans)
            plans.append(_draw_plan(rng, number, at, reason, agent=agents[number], half=half, abroad=number in abroad))
    return plans


def _draw_moment(rng: Random, week: int) -> datetime:
    day = rng.choices(range(7), weights=_DAYS)[0]
    hour = rng.choices([hour for hour, _ in _HOURS], weights=[weight for _, weight in _HOURS])[0]
    return START + timedelta(weeks=week, days=day, hours=hour, seconds=rng.randrange(3600))


def _shared(rng: Random, weights: Mapping[Name, int], count: int) -> Sequence[Name]:
    """`count` names in the shares of their weights by largest remainders, in an order by chance."""
    whole = sum(weights.values())
    exact = {name: weight * count / whole for name, weight in weights.items()}
    found = [name for name, share in exact.items() for _ in range(int(share))]
    rest = sorted(exact, key=lambda name: int(exact[name]) - exact[name])
    found += rest[: count - len(found)]
    rng.shuffle(found)
    return found


def _draw_plan(rng: Random, number: int, at: datetime, reason: str, *, agent: str, half: int, abroad: bool) -> Plan:
    reason = rng.choice(REASONS_ABROAD) if abroad else reason
    matter = MATTERS[reason]
    repeated = chance(rng, 0.3 if matter.levels[half] < _TROUBLE else 0.1)
    transferred = chance(rng, 0.12)
    level = matter.levels[half] + AGENTS[agent][1] - 0.35 * repeated - 0.3 * transferred
    satisfaction = min(5.0, max(1.0, rng.gauss(level, _SPREAD)))
    resolved = chance(rng, 1 / (1 + 2.7 ** (-2.2 * (satisfaction - 2.9))))
    abandoned = not resolved and not abroad and chance(rng, 0.28)
    return Plan(
        number=number,
        at=at,
        reason=reason,
        product=rng.choice(PRODUCTS),
        agent=agent,
        channel=rng.choices([name for name, _ in _CHANNELS], weights=[weight for _, weight in _CHANNELS])[0],
        queue=matter.queue,
        language=rng.choice(ABROAD) if abroad else "en",
        satisfaction=round(satisfaction, 2),
        resolved=resolved,
        abandoned=abandoned,
        transferred=transferred and not abroad,
        repeated=repeated and not abroad,
        surveyed=not abandoned and chance(rng, 0.45),
    )
