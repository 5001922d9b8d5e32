"""The timeline of a drill as a picture: how much waited, and above it each fault from its beginning to the recovery.

Only geometry: what is drawn where, in pixels. templates/drill/report.html draws it as SVG.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from partnershop.drill.fault import Family, Injection
from partnershop.drill.result import Moment, Result

WIDTH = 1120
_LEFT, _RIGHT = 150, 16
_LANE, _BAR = 22, 12
_TOP = 8
_CURVES = 120
_GAP = 34
_LEAST_BAR = 2.0


@dataclass(frozen=True)
class Bar:
    """An injection: its bar while the fault lasts, its tail until the recovery, if there was one."""

    x: float
    y: float
    width: float
    height: float
    tail: float
    recovered: bool
    title: str


@dataclass(frozen=True)
class Lane:
    """A family's row: its name's baseline and its bars."""

    name: str
    y: float
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Curve:
    """A line through the moments, in the points of an SVG polyline; `most` is the highest value."""

    name: str
    points: str
    most: int


@dataclass(frozen=True)
class Timeline:
    """The whole picture. `ticks` are minutes with where they stand."""

    width: int
    height: float
    left: float
    right: float
    curves_top: float
    curves_bottom: float
    lanes: Sequence[Lane]
    curves: Sequence[Curve]
    ticks: Sequence[tuple[float, str]]


def timeline(result: Result) -> Timeline:
    """The picture of this drill, as long as the drill with its drain."""
    lanes_of = [family for family in Family if any(one.fault.family is family for one in result.injections)]
    seconds = _length(result)

    def across(second: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * min(max(second, 0.0), seconds) / seconds, 1)

    lanes = [
        _lane(family, _TOP + place * _LANE, [one for one in result.injections if one.fault.family is family],
              result.started, across)
        for place, family in enumerate(lanes_of)
    ]  # fmt: skip
    top = _TOP + len(lanes_of) * _LANE + _GAP / 2
    bottom = top + _CURVES
    return Timeline(
        width=WIDTH, height=bottom + _GAP, left=_LEFT, right=WIDTH - _RIGHT, curves_top=top, curves_bottom=bottom,
        lanes=lanes, curves=_curves(result.series, across, top, bottom), ticks=_ticks(seconds, across),
    )  # fmt: skip


def _length(result: Result) -> float:
    ends = [one.recovered or one.ended or one.began for one in result.injections]
    seconds = [moment.second for moment in result.series] + [end - result.started for end in ends]
    return max([60.0 * result.minutes, *seconds, 1.0])


def _lane(
    family: Family, y: float, injections: Sequence[Injection], started: float, across: Callable[[float], float]
) -> Lane:
    bars = []
    for one in injections:
        begin = across(one.began - started)
        end = across((one.ended or one.began) - started)
        recovered = None if one.recovered is None else across(one.recovered - started)
        bars.append(
            Bar(
                x=begin, y=y + (_LANE - _BAR) / 2, width=max(end - begin, _LEAST_BAR), height=_BAR,
                tail=max((recovered or end) - begin, _LEAST_BAR), recovered=recovered is not None,
                title=_title(one, started),
            )
        )  # fmt: skip
    return Lane(family.value, y + _LANE / 2 + 4, bars)


def _title(one: Injection, started: float) -> str:
    words = [f"{_clock(one.began - started)} {one.fault.name}"]
    if one.said:
        words.append(one.said)
    seconds = one.seconds_to_recover
    words.append("not recovered" if seconds is None else f"recovered in {seconds:.1f} s")
    return "; ".join(words)


def _curves(
    series: Sequence[Moment], across: Callable[[float], float], top: float, bottom: float
) -> list[Curve]:
    """What waits has a scale of its own; the events that were answered and those applied share one."""
    waiting = [(moment.second, moment.waiting) for moment in series]
    answered = [(moment.second, moment.answered) for moment in series]
    applied = [(moment.second, moment.applied) for moment in series]
    all_of_them = max((count for _, count in answered), default=0)
    most_waiting = max((count for _, count in waiting if count is not None), default=0)

    def curve(name: str, values: Sequence[tuple[float, int | None]], most: int) -> Curve:
        known = [(second, count) for second, count in values if count is not None]
        points = [f"{across(second)},{bottom - (bottom - top) * count / max(most, 1):.1f}" for second, count in known]
        return Curve(name, " ".join(points), most)

    return [
        curve("answered", answered, all_of_them),
        curve("applied", applied, all_of_them),
        curve("waiting", waiting, most_waiting),
    ]


def _ticks(seconds: float, across: Callable[[float], float]) -> list[tuple[float, str]]:
    """About ten of them, at round distances."""
    step = next((step for step in (5, 10, 30, 60, 120, 300, 600, 1800, 3600) if seconds / step <= 12), 36000)
    return [(across(second), _clock(second)) for second in range(0, int(seconds) + 1, step)]


def _clock(second: float) -> str:
    """Minutes and seconds: 3:07 for 187 seconds."""
    whole = int(max(second, 0.0))
    return f"{whole // 60}:{whole % 60:02d}"
