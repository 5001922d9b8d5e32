"""How a task works: a bounded batch per transaction, on and on until nothing is due, then it says what it did.

These are the only loops around units of work, and here lies the one `try` that tasks need: a batch that fails for
another reason than the database or the network is done again one by one, so that a single bad row spends its own
attempts and everything else goes on.
"""

import math
import mmap
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from partnershop.db import unit_of_work, wake
from partnershop.errors import Transient
from partnershop.flows.turns import Turns
from partnershop.logging import bound, log
from partnershop.stages import Stage, Wake

SLICE_SECONDS = 1.0
"""A task ends after this long and wakes itself again: so a restart never waits for a full table, and the other queues
of its worker, which come in turn, never wait for one stage of a busy shop."""

PASSING = (Transient, OperationalError, InterfaceError)

# Where the turns of each stage stand in this process: a slice that ends in the middle begins there the next time.
_TURNS: defaultdict[Stage, Turns] = defaultdict(Turns)

# One byte of memory that a worker's main process, where the signals arrive, shares with the children that do the work.
_ENDING = mmap.mmap(-1, 1)


def end_soon() -> None:
    """The worker was asked to end: each task finishes the batch in hand and leaves the rest to another."""
    _ENDING[0] = 1


def end_of_slice() -> float:
    """Until when a task that begins now takes more in hand, by `time.monotonic`."""
    return time.monotonic() + SLICE_SECONDS


def goes_on(until: float = math.inf) -> bool:
    """Whether a task may begin another batch: it is not `until` yet (of `time.monotonic`), its worker is to stay."""
    return time.monotonic() < until and not _ENDING[0]


class Done(Protocol):
    """What a flow reports of a batch."""

    @property
    def count(self) -> int:
        """How many things were done."""
        ...

    def sentence(self) -> str:
        """What was done, for Flower."""
        ...


T = TypeVar("T")


def per_shop(
    shops_due: Callable[[Session], list[int]],
    work: Callable[[Session, int], Done],
    again: Wake,
    one_by_one: Callable[[int, Exception], Done] | None = None,
) -> str:
    """Work shop by shop, a batch each in turn (so that a busy shop does not hold up the others), until nothing is due.

    Where a batch fails for a reason that will not pass, `one_by_one` finds out which of its rows is to blame.
    """
    said: list[str] = []
    turns = _TURNS[again.stage]
    until = end_of_slice()
    while goes_on(until):
        with unit_of_work() as session:
            shops = shops_due(session)
        done = 0
        for shop in turns.order(shops):
            if not goes_on(until):
                break
            batch = _batch(work, shop, one_by_one)
            turns.served(shop)
            done += batch.count
            said += [batch.sentence()] if batch.count else []
        else:
            # Also asked after the last batch was committed: a wake-up that came in the meantime found the lane busy.
            if not done:
                return _summary(said)
    with unit_of_work() as session:
        wake(session, again)
    return _summary([*said, "and goes on"])


def _batch(
    work: Callable[[Session, int], Done], shop: int, one_by_one: Callable[[int, Exception], Done] | None
) -> Done:
    if one_by_one is None:
        return _in_one_transaction(work, shop)
    return guarded(partial(_in_one_transaction, work, shop), partial(one_by_one, shop))


def _in_one_transaction(work: Callable[[Session, int], Done], shop: int) -> Done:
    with unit_of_work() as session:
        return work(session, shop)


def until_nothing(work: Callable[[Session], Done], again: Wake) -> str:
    """Work batch after batch until a batch is empty."""
    said: list[str] = []
    until = end_of_slice()
    while goes_on(until):
        with unit_of_work() as session:
            batch = work(session)
        if not batch.count:
            return _summary(said)
        said.append(batch.sentence())
    with unit_of_work() as session:
        wake(session, again)
    return _summary([*said, "and goes on"])


def _summary(said: list[str]) -> str:
    return "; ".join(said[-3:]) if said else "nothing was due"


@contextmanager
def giving_back(give_back: Callable[[str], None]) -> Iterator[None]:
    """Within, an error that may pass gives back what was claimed, with the reason, before it goes on to the retry."""
    try:
        yield
    except PASSING as error:
        give_back(f"{type(error).__name__}: {error}")
        raise


def guarded(work: Callable[[], T], on_defect: Callable[[Exception], T], **ids: object) -> T:
    """Do `work`; an error that trying again will not mend goes to `on_defect`, what may pass goes on to the retry.

    `ids` say in the logs what it is about.
    """
    with bound(**ids):
        try:
            return work()
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is: it is logged and counted on the row)
            log.exception("a batch failed")
            return on_defect(error)
