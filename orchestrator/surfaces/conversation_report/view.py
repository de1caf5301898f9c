"""What all sections of the page know: the counts, the two periods, and how things are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orchestrator.core.conversations.statistics.aggregate import Aggregate
from orchestrator.core.conversations.statistics.cell import Cell
from orchestrator.core.conversations.statistics.intervals import LEAST, Estimate, difference
from orchestrator.core.conversations.statistics.measures import Measure
from orchestrator.surfaces.conversation_report.markup import Html, el
from orchestrator.surfaces.conversation_report.words import DASH, days, figure, range_text, some, spelled

_NAMED_PARTS = frozenset({"scorecard", "compliance"})


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The counts of a batch as the page tells them.

    Attributes:
        split: The first day of the second period; None where there are no two periods.
        before: The cell of the first period, `after` of the second; both empty without periods.
    """

    aggregate: Aggregate
    names: Mapping[str, str]
    split: date | None
    before: Cell
    after: Cell

    def called(self, name: str) -> str:
        """What an id is called."""
        return self.names.get(name) or spelled(name)

    def feature(self, name: str) -> str:
        """What a feature is called: `scorecard.greeting` is `Scorecard: ` and the question."""
        part, _, rest = name.partition(".")
        if not rest:
            return spelled(part.removesuffix("_s"))
        # ids of other parts may be the same as those of questions
        return f"{spelled(part)}: {self.called(rest) if part in _NAMED_PARTS else spelled(rest)}"

    def change(self, measure: Measure) -> Estimate | None:
        """The difference of a measure between the two periods."""
        return difference(self.before.moments(measure), self.after.moments(measure), is_share=measure.is_share)

    @property
    def first_day(self) -> date | None:
        """The first day of the batch, in its zone."""
        at = self.aggregate.first
        return at.astimezone(self.aggregate.zone).date() if at else None

    @property
    def last_day(self) -> date | None:
        """The last day of the batch, in its zone."""
        at = self.aggregate.last
        return at.astimezone(self.aggregate.zone).date() if at else None

    @property
    def periods(self) -> tuple[str, str]:
        """The days of the two periods in words; there must be two."""
        assert self.split
        assert self.first_day
        assert self.last_day
        several = self.first_day.year != self.last_day.year
        before = days(self.first_day, self.split - timedelta(days=1), year=several)
        return before, days(self.split, self.last_day, year=several)


def view_of(aggregate: Aggregate, names: Mapping[str, str], split: date | None) -> View:
    """The view of some counts; without a split the time is halved where a day, week or longer starts."""
    day = split or aggregate.trend.middle()
    before, after = aggregate.trend.split(day) if day else (Cell(), Cell())
    if not before.count or not after.count:
        day, before, after = None, Cell(), Cell()
    return View(aggregate=aggregate, names=names, split=day, before=before, after=after)


def few(number: int) -> Html | str:
    """The mark of a figure of few conversations."""
    return el("span", "few", cls="few", title=f"fewer than {LEAST} conversations") if number < LEAST else ""


def estimate_told(name: str, estimate: Estimate | None, *, is_share: bool) -> str:
    """A figure in a line: of what, how much, and of how many."""
    if estimate is None:
        return f"{name}: none"
    between = range_text(estimate, is_share=is_share)
    shown = figure(estimate.value, is_share=is_share) + (f" ({between})" if between else "")
    return f"{name}: {shown}, {some(estimate.n, 'conversation')}"


def told(estimate: Estimate | None, *, is_share: bool) -> Html:
    """A figure with its interval, small."""
    if estimate is None:
        return el("span", DASH, cls="soft")
    shown = el("b", figure(estimate.value, is_share=is_share))
    between = range_text(estimate, is_share=is_share)
    return el("span", shown, el("small", between) if between else "", cls="told" + " thin" * (estimate.n < LEAST))
