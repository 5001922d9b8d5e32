"""What the others do wrong for a while: shops with their events, producers, the customers' mail server."""

import random
from collections.abc import Callable

from partnershop.drill.fault import Family, Fault, Injecting
from partnershop.drill.faults.world import World
from partnershop.drill.reports import ReportTrouble
from partnershop.drill.troubles import TroubleName

_EVENTS_SECONDS = 12.0
_PRODUCER_SECONDS = 12.0
_MAIL_SECONDS = 10.0
_SIMULATOR = "simulator"

# Kept back until the rest is sent, so a few of them are enough.
_SHARES = {
    TroubleName.DELAYED: 0.05, TroubleName.TRUNCATED: 0.15, TroubleName.OTHER_BODY: 0.15, TroubleName.REPLAYED: 0.1,
}  # fmt: skip
_REPORTS_SHARE = 0.7


def _telling(name: TroubleName) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        share = _SHARES.get(name, 0.3)
        world.stream.trouble(name, share)
        try:
            yield _EVENTS_SECONDS
        finally:
            world.stream.trouble(name, 0)
        return f"{share:.0%} of the events {name.value} for {_EVENTS_SECONDS:.0f} s"

    return inject


def _answering(mode: str, share: int, delay_seconds: float) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        with world.keeping(_SIMULATOR):
            world.place.producer_mode(mode, share, delay_seconds)
            try:
                yield _PRODUCER_SECONDS
            finally:
                world.place.producer_mode("normal")
        return f"one call in {share} for {_PRODUCER_SECONDS:.0f} s"

    return inject


def _reporting(trouble: ReportTrouble) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        world.reports.trouble(trouble, _REPORTS_SHARE)
        try:
            yield _PRODUCER_SECONDS
        finally:
            world.reports.trouble(trouble, 0)
        return f"{_REPORTS_SHARE:.0%} of the hand-overs for {_PRODUCER_SECONDS:.0f} s"

    return inject


def _early(world: World, chance: random.Random) -> Injecting:
    """Its report comes while our call still waits for its answer."""
    with world.keeping(_SIMULATOR):
        world.place.producer_mode("slow", 1, 2.5)
        try:
            said = yield from _reporting(ReportTrouble.EARLY)(world, chance)
        finally:
            world.place.producer_mode("normal")
    return said


def _mailing(mode: str, share: int, delay_seconds: float) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        world.place.mail_mode(mode, share, delay_seconds)
        try:
            yield _MAIL_SECONDS
        finally:
            world.place.mail_mode("normal")
        return f"one mail in {share} for {_MAIL_SECONDS:.0f} s"

    return inject


EVENTS = tuple(
    Fault(Family.EVENTS, f"events {name.value}", _telling(name), lasts=_EVENTS_SECONDS) for name in TroubleName
)
PRODUCER = (
    Fault(Family.PRODUCER, "producer slow", _answering("slow", 2, 3.0), lasts=_PRODUCER_SECONDS),
    Fault(
        Family.PRODUCER, "time-out after having accepted", _answering("accept_then_time_out", 3, 6.0),
        lasts=_PRODUCER_SECONDS,
    ),
    Fault(Family.PRODUCER, "producer answers 500", _answering("error", 2, 0.0), lasts=_PRODUCER_SECONDS),
    Fault(Family.PRODUCER, "producer answers garbage", _answering("garbage", 3, 0.0), lasts=_PRODUCER_SECONDS),
    Fault(
        Family.PRODUCER, "producer accepts and forgets", _answering("accept_and_forget", 3, 0.0),
        lasts=_PRODUCER_SECONDS,
    ),
    Fault(Family.PRODUCER, "producer reports twice", _reporting(ReportTrouble.TWICE), lasts=_PRODUCER_SECONDS),
    Fault(Family.PRODUCER, "producer reports backwards", _reporting(ReportTrouble.BACKWARDS), lasts=_PRODUCER_SECONDS),
    Fault(Family.PRODUCER, "producer reports before its own answer", _early, lasts=_PRODUCER_SECONDS),
)  # fmt: skip
MAIL = (
    Fault(Family.MAIL, "mail connection lost after DATA", _mailing("lost_after_data", 4, 0.0), lasts=_MAIL_SECONDS),
    Fault(Family.MAIL, "mail server busy (421)", _mailing("busy_421", 2, 0.0), lasts=_MAIL_SECONDS),
    Fault(Family.MAIL, "mail server slow", _mailing("slow", 2, 2.0), lasts=_MAIL_SECONDS),
)
FAULTS = (*EVENTS, *PRODUCER, *MAIL)
