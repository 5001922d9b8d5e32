"""Group commit: what waits at the same time is stored by one transaction, and each request gets its own receipt.

A commit waits for the disk and costs several round trips, whatever it holds: under load many requests share that, and
without load nobody waits for company.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from partnershop.counters import Counted, add
from partnershop.db import unit_of_work
from partnershop.flows.intake import Delivery, Receipt, accept_all

# The second one stores small requests while the first is busy with a large one.
_WRITERS = 1
# A group is closed when it has this many events, so that its statement and its locks stay short.
_GROUP_EVENTS = 2_000

_log = structlog.get_logger(__name__)


class Writer:
    """Stores deliveries. Belongs to one event loop; one thread speaks to the database.

    A second thread would make the groups smaller: measured, that costs more than it gains.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._waiting: deque[tuple[Delivery, asyncio.Future[Receipt]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def store(self, delivery: Delivery) -> Receipt:
        """What became of it; its events are committed when this returns. Raises what kept them from being stored."""
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        """Store group after group until nobody waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group = self._next_group()
                outcomes = await loop.run_in_executor(self._threads, _store, [delivery for delivery, _ in group])
                for (_, answer), outcome in zip(group, outcomes, strict=True):
                    _tell(answer, outcome)
        finally:
            # Here and not in a callback, which would run a moment later: who comes in between would wait for ever.
            self._writing = None

    def _next_group(self) -> list[tuple[Delivery, asyncio.Future[Receipt]]]:
        group = [self._waiting.popleft()]
        events = len(group[0][0].read)
        while self._waiting and events + len(self._waiting[0][0].read) <= _GROUP_EVENTS:
            group.append(self._waiting.popleft())
            events += len(group[-1][0].read)
        return group


def _tell(answer: asyncio.Future[Receipt], outcome: Receipt | Exception) -> None:
    if answer.done():  # cancelled: the server is being stopped
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def cannot_store(error: Exception) -> bool:
    """Whether it is the database's condition that keeps it from storing, and not what it was given."""
    return isinstance(error, SQLAlchemyError) and not isinstance(error, DataError | IntegrityError)


def _store(deliveries: Sequence[Delivery]) -> list[Receipt | Exception]:
    """Store all of them in one transaction; a receipt for each, or what kept it from being stored.

    When something is wrong with what one of them brought, each is stored by itself, so that it alone fails.
    """
    try:
        with unit_of_work() as session:
            receipts = accept_all(session, deliveries)
    except Exception as problem:  # noqa: BLE001  (raised again in each request that it is the answer to)
        if len(deliveries) == 1 or cannot_store(problem):
            return [problem] * len(deliveries)
        _log.warning("a group cannot be stored: one by one", requests=len(deliveries), error=type(problem).__name__)
        return [outcome for delivery in deliveries for outcome in _store([delivery])]
    _report(deliveries, receipts)
    return list(receipts)


def _report(deliveries: Sequence[Delivery], receipts: Sequence[Receipt]) -> None:
    """One line in the log per shop."""
    by_shop: dict[str, list[Receipt]] = {}
    for delivery, receipt in zip(deliveries, receipts, strict=True):
        by_shop.setdefault(delivery.shop.code, []).append(receipt)
    add(Counted.EVENTS_RECEIVED, "accepted", sum(receipt.accepted for receipt in receipts))
    add(Counted.EVENTS_RECEIVED, "duplicate", sum(receipt.duplicates for receipt in receipts))
    add(Counted.EVENTS_RECEIVED, "conflict", sum(receipt.conflicts for receipt in receipts))
    add(Counted.EVENTS_RECEIVED, "quarantined", sum(len(receipt.quarantined) for receipt in receipts))
    for shop, its in by_shop.items():
        _log.info(
            "events received",
            shop=shop,
            requests=len(its),
            accepted=sum(receipt.accepted for receipt in its),
            duplicates=sum(receipt.duplicates for receipt in its),
            conflicts=sum(receipt.conflicts for receipt in its),
            quarantined=sum(len(receipt.quarantined) for receipt in its),
        )
