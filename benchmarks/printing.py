"""Shops whose invoices are issued and printed by the product's own flows and workers, for benchmarks of papers."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from benchmarks import goods
from benchmarks.machine import Machine, engine_of
from benchmarks.measuring import seconds_until
from models import Rendering, RenderingState, Shop
from partnershop.flows.inbox import apply_next
from partnershop.flows.intake import accept
from partnershop.flows.invoicing import invoice_next
from partnershop.stages import Stage, Wake

WORKERS = 2
# Items per order in the middle of each eighth of the recorded stream: every batch a worker claims has one of each.
_ORDER_SIZES = (1, 3, 7, 11, 15, 20, 32, 60)


class Printing:
    """A shop per issuing process, so that none waits for another one's counter."""

    def __init__(self, on: Machine, issuers: ProcessPoolExecutor) -> None:
        self._on = on
        self._issuers = issuers
        self._orders = 0
        with Session(on.engine) as session, session.begin():
            self._shops = [
                goods.add_shop(session, shop=f"works-{number}", invoice_on="placed", require_print_data=False)
                for number in range(WORKERS)
            ]

    def place(self, count: int) -> None:
        """Place that many orders, evenly among the shops; their invoices are due."""
        for assortment in self._shops:
            events = []
            for place in range(count // WORKERS):
                self._orders += 1
                size = _ORDER_SIZES[place % len(_ORDER_SIZES)]
                data = goods.order_placed(assortment, f"D-{self._orders}", size)
                events.append(goods.envelope(assortment, "order.placed", data))
            with Session(self._on.engine) as session, session.begin():
                accept(session, session.get_one(Shop, assortment.shop_id), events)
            with Session(self._on.engine) as session, session.begin():
                apply_next(session, assortment.shop_id)

    def issue(self, workers: int) -> list[int]:
        """Issue what is due, through the gate, by so many processes; the papers' ids."""
        url = self._on.servers.database_url
        shops = [assortment.shop_id for assortment in self._shops]
        shares = [shops] if workers == 1 else [[shop] for shop in shops]
        done = [self._issuers.submit(_issue, url, share) for share in shares]
        return [document_id for share in done for document_id in share.result()]

    def print_all(self, issued: Sequence[int], workers: int) -> None:
        """Wake so many documents workers, and wait until the bytes of all papers are committed.

        Raises RuntimeError when some were given up.
        """
        due = select(Rendering.document_id).where(Rendering.state == RenderingState.DUE).exists().select()
        stored = select(func.count()).where(Rendering.document_id.in_(issued), Rendering.sha256.is_not(None))
        with self._on.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            self._on.wake(Wake(Stage.DOCUMENTS), workers)
            seconds_until(lambda: not connection.execute(due).scalar_one(), 3600)
            if connection.execute(stored).scalar_one() != len(issued):
                raise RuntimeError("not all papers were printed")


@contextmanager
def printing(on: Machine) -> Iterator[Printing]:
    """The shops, and the processes that issue for them: not forked, for what validates does not survive that."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as issuers:
        yield Printing(on, issuers)


def _issue(url: str, shops: Sequence[int]) -> list[int]:
    issued = []
    for shop_id in shops:
        with Session(_engine(url)) as session, session.begin():
            issued += [paper.id for paper in invoice_next(session, shop_id).papers]
    return issued


@cache
def _engine(url: str) -> Engine:
    return engine_of(url)
