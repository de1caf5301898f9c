"""Small charts as SVG of fixed size, so that their words stay readable on any screen."""

from collections.abc import Iterable, Sequence
from math import ceil, floor
from typing import NamedTuple

from orchestrator.core.conversations.statistics.case import TurnMood
from orchestrator.core.conversations.statistics.intervals import LEAST, Estimate
from orchestrator.surfaces.conversation_report.markup import Html, el

WIDTH, HEIGHT = 340, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 12, 26
_MOST_LABELS = 6
_DOT_WIDTH, _DOT_HEIGHT, _PAD = 150, 20, 6


class Point(NamedTuple):
    """A place on the time axis: its short name, what is told of it, and its figure; None where there is none."""

    name: str
    told: str
    estimate: Estimate | None


class Scale(NamedTuple):
    """The lowest and highest value of an axis and how a value on it is written."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]

    def place(self, value: float) -> float:
        """The height of a value in the chart."""
        share = (min(self.high, max(self.low, value)) - self.low) / (self.high - self.low)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def zoomed(estimates: Iterable[Estimate | None]) -> Scale:
    """Of means from 1 to 5: half points around what is there, so that a change can be seen."""
    low, high = _ends(estimates, (1.0, 5.0), 0.5)
    step = 0.5 if high - low <= 2 else 1.0  # noqa: PLR2004  # more lines than five are too many
    places = range(int((high - low) / step) + 1)
    return Scale(low, high, tuple((low + step * place, f"{low + step * place:.1f}") for place in places))


def zoomed_share(estimates: Iterable[Estimate | None]) -> Scale:
    """Of shares: tenths around what is there."""
    low, high = _ends(estimates, (0.0, 1.0), 0.1)
    step = 0.1 if high - low <= 0.5 else 0.2  # noqa: PLR2004  # as above
    places = range(int(round((high - low) / step, 6)) + 1)
    return Scale(low, high, tuple((low + step * place, f"{(low + step * place) * 100:.0f} %") for place in places))


def _ends(estimates: Iterable[Estimate | None], bounds: tuple[float, float], step: float) -> tuple[float, float]:
    """The whole steps around all values and intervals, one at least."""
    known = [end for one in estimates if one for end in (one.low, one.high, one.value) if end is not None]
    known = known or list(bounds)
    low = max(bounds[0], floor(round(min(known) / step, 6)) * step)
    high = min(bounds[1], ceil(round(max(known) / step, 6)) * step)
    return (low, high) if high > low else (max(bounds[0], low - step), min(bounds[1], low + step))


def line_chart(points: Sequence[Point], scale: Scale, *, label: str, split: int | None = None, every: int = 0) -> Html:
    """Figures over time with the band of their intervals; those of few conversations are hollow.

    `split` is the place at which the second period starts; `every` how many points there is a name.
    """
    xs = [_x(place, len(points)) for place in range(len(points))]
    known = [(x, point.estimate) for x, point in zip(xs, points, strict=True) if point.estimate]
    parts = [*_grid(scale), *_names(points, every=every)]
    if split is not None:
        middle = round((xs[split - 1] + xs[split]) / 2, 1)
        parts.append(el("line", x1=middle, x2=middle, y1=_TOP, y2=HEIGHT - _BOTTOM, cls="split"))
    spread = [(x, one.low, one.high) for x, one in known if one.low is not None and one.high is not None]
    if len(spread) > 1:
        upper = [f"{x},{scale.place(high)}" for x, _, high in spread]
        lower = [f"{x},{scale.place(low)}" for x, low, _ in reversed(spread)]
        parts.append(el("path", d=f"M{' L'.join(upper + lower)} Z", cls="band"))
    parts.append(el("polyline", points=" ".join(f"{x},{scale.place(one.value)}" for x, one in known), cls="line"))
    for x, point in zip(xs, points, strict=True):
        if point.estimate:
            few = " hollow" if point.estimate.n < LEAST else ""
            dot = el(
                "circle", el("title", point.told), cx=x, cy=scale.place(point.estimate.value), r=4, cls=f"dot{few}"
            )
            parts.append(dot)
    return _svg(parts, label)


def column_chart(
    points: Sequence[tuple[str, str, int]],
    *,
    label: str,
    split: int | None = None,
    partial: Sequence[int] = (),
    every: int = 0,
) -> Html:
    """Counts over time by name, what is told and count; `partial` are the places of incomplete ones.

    `every` how many columns there is a name; without it as many as have room.
    """
    most = max((number for _, _, number in points), default=0) or 1
    top = _nice(most)
    scale = Scale(0, top, ((0, "0"), (top / 2, f"{top / 2:,g}"), (top, f"{top:,}")))
    step = (WIDTH - _LEFT - _RIGHT) / len(points)
    parts = _grid(scale)
    for place, (_, told, number) in enumerate(points):
        y = scale.place(number)
        cls = "column" + (" later" if split is not None and place >= split else "") + (" partial" * (place in partial))
        x, width = round(_LEFT + place * step + step * 0.14, 1), round(step * 0.72, 1)
        shape = {"x": x, "y": y, "width": width, "height": round(HEIGHT - _BOTTOM - y, 1), "rx": 1.5}
        parts.append(el("rect", el("title", told), cls=cls, **shape))
    parts += _names([Point(name, told, None) for name, told, _ in points], every=every)
    return _svg(parts, label)


class Step(NamedTuple):
    """One part of a way from a level to another: its name, its figure in words, where it starts and ends."""

    name: str
    told: str
    start: float
    end: float


def bridge(steps: Sequence[Step], scale: Scale, *, label: str) -> Html:
    """From one level to another by way of the parts of the difference."""
    step = (WIDTH - _LEFT - _RIGHT) / len(steps)
    parts = _grid(scale)
    for place, one in enumerate(steps):
        x, middle = round(_LEFT + (place + 0.2) * step, 1), round(_LEFT + (place + 0.5) * step, 1)
        upper = min(scale.place(one.start), scale.place(one.end))
        height = max(2.0, round(abs(scale.place(one.start) - scale.place(one.end)), 1))
        way = "level" if one.start == one.end else "up" if one.end > one.start else "down"
        parts.append(el("rect", x=x, y=upper, width=round(step * 0.6, 1), height=height, rx=1, cls=way))
        parts.append(el("text", one.told, x=middle, y=upper - 6, cls="tick strong"))
        parts.append(el("text", one.name, x=middle, y=HEIGHT - 8, cls="tick"))
    return _svg(parts, label)


def dot_plot(estimate: Estimate | None, middle: float | None, *, low: float, high: float, label: str) -> Html:
    """One figure with its interval on a track, and the figure of all as a mark."""

    def place(value: float) -> float:
        return round(_PAD + (min(high, max(low, value)) - low) / (high - low) * (_DOT_WIDTH - 2 * _PAD), 1)

    y = _DOT_HEIGHT / 2
    parts = [el("line", x1=_PAD, x2=_DOT_WIDTH - _PAD, y1=y, y2=y, cls="track")]
    if middle is not None:
        parts.append(el("line", x1=place(middle), x2=place(middle), y1=3, y2=_DOT_HEIGHT - 3, cls="middle"))
    if estimate is not None:
        if estimate.low is not None and estimate.high is not None:
            parts.append(el("line", x1=place(estimate.low), x2=place(estimate.high), y1=y, y2=y, cls="interval"))
        hollow = " hollow" if estimate.n < LEAST else ""
        parts.append(el("circle", cx=place(estimate.value), cy=y, r=4, cls=f"dot{hollow}"))
    return _small(parts, _DOT_WIDTH, _DOT_HEIGHT, label)


def bar(share: float, *, width: int = 90, cls: str = "bar") -> Html:
    """A bar as long as a share."""
    length = round(max(0.0, min(1.0, share)) * width, 1)
    return _small([el("rect", x=0, y=6, width=length, height=8, rx=1.5, cls=cls)], width, _DOT_HEIGHT, "")


def two_way(value: float, most: float, *, width: int = 120) -> Html:
    """A bar to the left or right of a middle line, by its sign."""
    half = width / 2
    length = round(min(1.0, abs(value) / most) * (half - 2), 1) if most else 0.0
    x = half if value >= 0 else half - length
    parts = [
        el("rect", x=x, y=5, width=length, height=10, rx=1.5, cls="up" if value >= 0 else "down"),
        el("line", x1=half, x2=half, y1=1, y2=_DOT_HEIGHT - 1, cls="middle"),
    ]
    return _small(parts, width, _DOT_HEIGHT, "")


def mood_line(turns: Sequence[TurnMood], *, turned_at: int, width: int, height: int, label: str) -> Html:
    """The sentiment of each turn as a bar up or down: the customer's strong, others' pale."""
    step = min(12.0, width / max(1, len(turns)))
    half = height / 2
    parts = [el("line", x1=0, x2=round(step * len(turns), 1), y1=half, y2=half, cls="track")]
    if 0 <= turned_at < len(turns):
        x = round((turned_at + 0.5) * step, 1)
        parts.append(el("line", x1=x, x2=x, y1=0, y2=height, cls="turn"))
    for place, turn in enumerate(turns):
        if turn.sentiment is None:
            continue
        length = round(max(1.0, min(1.0, abs(turn.sentiment)) * (half - 1)), 1)
        y = half - length if turn.sentiment >= 0 else half
        who = "customer" if turn.speaker == "customer" else "other"
        way = "up" if turn.sentiment >= 0 else "down"
        shape = {"x": round(place * step + step * 0.1, 1), "width": round(step * 0.8, 1), "y": y, "height": length}
        parts.append(el("rect", cls=f"{who} {way}", **shape))
    return _small(parts, width, height, label)


def _x(place: int, places: int) -> float:
    step = (WIDTH - _LEFT - _RIGHT) / places
    return round(_LEFT + (place + 0.5) * step, 1)


def _grid(scale: Scale) -> list[Html]:
    parts = []
    for value, name in scale.ticks:
        y = scale.place(value)
        parts.append(el("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, cls="grid"))
        parts.append(el("text", name, x=_LEFT - 7, y=y + 4, cls="tick end"))
    return parts


def _names(points: Sequence[Point], *, every: int = 0) -> list[Html]:
    """The name of each first of some, or of as many as have room."""
    every = every or -(-len(points) // _MOST_LABELS)
    return [
        el("text", point.name, x=_x(place, len(points)), y=HEIGHT - 8, cls="tick")
        for place, point in enumerate(points)
        if place % every == 0
    ]


def _nice(most: float) -> int:
    """An even number of round size that is no less than the most."""
    size = 10
    while size * 10 <= most:
        size *= 10
    for step in (1, 2, 3, 4, 5, 6, 8, 10):
        if step * size >= most:
            return step * size
    return 10 * size


def _svg(parts: Sequence[Html], label: str) -> Html:
    return el("svg", parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label, cls="chart")


def _small(parts: Sequence[Html], width: int, height: int, label: str) -> Html:
    """A chart within a line of text; without a label it only shows what stands beside it."""
    told = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return el("svg", parts, viewBox=f"0 0 {width} {height}", width=width, height=height, cls="small", **told)
