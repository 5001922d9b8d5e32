"""What stays as it was in minutes at half of what the machine can do, beside a shop that floods, and at twice."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from benchmarks import goods
from benchmarks.machine import Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes
from benchmarks.soak_load import Door, Load, Probe, until_nothing_due
from benchmarks.soak_watch import Watch

_PROGRAMS = (
    "web", "simulator", "worker-flow", "worker-dispatch", "worker-unitedprint", "worker-documents", "worker-mail",
    "beat", "flower",
)  # fmt: skip
_RECOVER_SECONDS = 60.0
_LOOK_SECONDS = 2.0


@dataclass
class _Seen:
    """Seconds of the probes, per round where they alternate."""

    alone: list[list[float]] = field(default_factory=list)
    half: list[list[float]] = field(default_factory=list)
    flood_alone: list[list[float]] = field(default_factory=list)
    flood: list[list[float]] = field(default_factory=list)
    drained: float = 0.0
    answered: str = ""
    capacity: float = 0.0


def run(sizes: Sizes, say: Say) -> Report:
    """Measure what the machine can do, then soak it."""
    seen = _Seen()
    with machine() as on:
        loaded, probed, flooding = (_shop(on, f"soak-{name}") for name in ("load", "probe", "flood"))
        watch = Watch(on, min(_LOOK_SECONDS, sizes.soak_minutes * 6))
        with on.running(_PROGRAMS):
            load, probe = Load(Door(on, loaded)), Probe(on, Door(on, probed), sizes.soak_probes)
            seen.capacity = _capacity(on, load, sizes, say)
            with watch.looking():
                _half(on, load, probe, seen, sizes, say)
            _flood(on, Load(Door(on, flooding)), probe, seen, sizes, say)
        # A shop may send as many requests as can be done; more are told to come later.
        with _limited(on, seen.capacity):
            _twice(on, Load(Door(on, loaded)), seen, sizes, say)
    return Report(_comparisons(seen, watch), _notes(seen, watch, sizes))


def _shop(on: Machine, code: str) -> goods.Assortment:
    with Session(on.engine) as session, session.begin():
        return goods.add_shop(session, shop=code, invoice_on="placed", require_print_data=False)


@contextmanager
def _limited(on: Machine, per_second: float) -> Iterator[None]:
    a_minute = str(max(1, round(per_second * 60)))
    with on.running(_PROGRAMS, environment={"PARTNERSHOP_REQUESTS_PER_MINUTE": a_minute}):
        yield


def _capacity(on: Machine, load: Load, sizes: Sizes, say: Say) -> float:
    """Stories a second, from the door until the last of their papers is printed; after one such round to warm up."""
    say("what it can do, warm-up")
    load.all_at_once(sizes.soak_stories)
    until_nothing_due(on)
    say("what it can do")
    begin = time.monotonic()
    load.all_at_once(sizes.soak_stories)
    until_nothing_due(on)
    return sizes.soak_stories / (time.monotonic() - begin)


def _half(on: Machine, load: Load, probe: Probe, seen: _Seen, sizes: Sizes, say: Say) -> None:
    """Probes without load and at half load, in turn."""
    for number in range(sizes.rounds):
        say(f"round {number + 1} of {sizes.rounds}: unloaded")
        seen.alone.append(probe.several(sizes.soak_alone))
        say(f"round {number + 1} of {sizes.rounds}: half load, {seen.capacity / 2:.1f} stories a second")
        with load.at(seen.capacity / 2):
            seen.half.append(probe.for_seconds(sizes.soak_minutes * 60 / sizes.rounds))
        until_nothing_due(on)


def _flood(on: Machine, load: Load, probe: Probe, seen: _Seen, sizes: Sizes, say: Say) -> None:
    """Probes of one shop, alone and beside a shop that has sent all it has at once, in turn."""
    for number in range(sizes.rounds):
        say(f"flood {number + 1} of {sizes.rounds}: before it")
        seen.flood_alone.append(probe.several(sizes.soak_alone))
        say(f"flood {number + 1} of {sizes.rounds}: beside it")
        load.all_at_once(sizes.soak_stories * 2)
        seen.flood.append(probe.several(sizes.soak_alone))
        until_nothing_due(on)


def _twice(on: Machine, load: Load, seen: _Seen, sizes: Sizes, say: Say) -> None:
    """Twice of what can be done; then, how long until nothing is left to do."""
    say(f"twice of what it can do: {seen.capacity * 2:.1f} stories a second")
    with load.at(seen.capacity * 2):
        time.sleep(sizes.soak_minutes * 60 / 5)
    seen.drained = until_nothing_due(on)
    seen.answered = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(load.statuses.items()))


def _p99(rounds: list[list[float]]) -> list[float]:
    """The 99th percentile of each round, in milliseconds; the largest where there are fewer than a hundred."""
    return [sorted(took)[min(len(took) - 1, int(len(took) * 0.99))] * 1000 for took in rounds]


def _comparisons(seen: _Seen, watch: Watch) -> list[Comparison]:
    worst = max(watch.named("memory of"), key=lambda name: _growth(watch, name))
    what, few = "p99 from a cancellation's 202 to its PDF", "1.10 or less"
    return [
        Comparison(f"{what}, half load / unloaded", "ms", _p99(seen.half), _p99(seen.alone), "at most 5"),
        Comparison(f"{what}, beside a flood / alone", "ms", _p99(seen.flood), _p99(seen.flood_alone), "at most 2"),
        Comparison("memory of the process that grew most, last third / first", "MB", *watch.thirds(worst), few),
        Comparison("file handles, last third / first", "number", *watch.thirds("file handles"), few),
        Comparison("connections, last third / first", "number", *watch.thirds("connections"), few),
        Comparison("tables and indexes per live row, last third / first", "bytes", *watch.thirds("bytes"), few),
        Comparison("until all is done after twice / a minute", "s", [seen.drained], [_RECOVER_SECONDS], "at most 1"),
    ]


def _growth(watch: Watch, name: str) -> float:
    (last,), (first,) = watch.thirds(name)
    return last / first


def _notes(seen: _Seen, watch: Watch, sizes: Sizes) -> list[str]:
    grown = ", ".join(
        f"{name.removeprefix('memory of ')} {watch.thirds(name)[0][0]:.0f} MB ({_growth(watch, name):.2f})"
        for name in watch.named("memory of")
    )
    (dead,), (dead_before,) = watch.thirds("dead")
    half, alone = sum(map(len, seen.half)), sum(map(len, seen.alone))
    return [
        (
            f"soak: a story is an order of three items, its payment, a cancellation: two papers. The machine did "
            f"{seen.capacity:.1f} a second. {sizes.soak_minutes:g} minutes at half of that in {sizes.rounds} rounds, "
            f"with {half} probes; {alone} without load, before each round."
        ),
        f"flood: {sizes.soak_stories * 2} stories of another shop, all at once, then the probes.",
        f"twice the load for {sizes.soak_minutes * 60 / 5:.0f} s; answers: {seen.answered}.",
        f"memory at the end, and by how much it grew: {grown}.",
        f"dead rows per live row: {dead:.3f} in the last third, {dead_before:.3f} in the first.",
    ]
