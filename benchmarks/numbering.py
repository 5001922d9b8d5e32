"""Papers numbered per second by four connections at once, against the same with a sequence in place of the counter."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from unittest.mock import patch

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks import goods
from benchmarks.machine import Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate
from models import Order, Shop, ShopSettings
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.documents.breach import Breach
from partnershop.flows import issuing
from partnershop.flows.chain import link
from partnershop.flows.drafts import Draft
from partnershop.flows.inbox import apply_next
from partnershop.flows.intake import accept
from partnershop.flows.invoicing import invoice_one
from partnershop.flows.issuing_rows import Row
from partnershop.rules.numbering import format_number

_CONNECTIONS = 4
_ITEMS = 3  # on each invoice, and shipping


@dataclass(frozen=True)
class _Side:
    """What is measured: numbers from the counter or from a sequence, with the gate before it or without."""

    counter: bool
    gate: bool

    @property
    def name(self) -> str:
        """For the progress line and as the code of a shop."""
        return f"{'counter' if self.counter else 'sequence'}-{'gate' if self.gate else 'bare'}"


def run(sizes: Sizes, say: Say) -> Report:
    """Number the papers of a round from the counter row and from a sequence, with and without the gate, in turn."""
    sides = [_Side(counter, gate) for gate in (False, True) for counter in (True, False)]
    with machine() as on, _connections(on) as pool:
        with on.engine.begin() as connection:
            connection.execute(text("CREATE SEQUENCE benchmark_numbers"))
        shops = {side: _Shop(on, side.name) for side in sides}
        measured = alternate(
            {side.name: _per_second(pool, shops[side], side, sizes.numbered) for side in sides}, sizes.rounds, say
        )
        gaps = _gaps(on)
    if gaps:
        raise RuntimeError(f"the counter left {gaps} gaps")
    named = {False: "papers numbered by the counter / by a sequence", True: "the same with the gate before it"}
    return Report(
        [
            Comparison(
                words, "per second", measured[_Side(True, gate).name], measured[_Side(False, gate).name],
                "-" if gate else "0.6 or more",
            )
            for gate, words in named.items()
        ],
        [
            (
                f"numbering: {sizes.numbered} orders of one shop a round, each invoiced in a transaction of its own "
                f"by {_CONNECTIONS} processes with a connection each; no gap was left. The gate judges before the lock."
            ),
        ],
    )  # fmt: skip


class _Shop:
    """A shop with orders whose invoices are due."""

    def __init__(self, on: Machine, code: str) -> None:
        self._on = on
        with Session(on.engine) as session, session.begin():
            self._assortment = goods.add_shop(session, shop=code, invoice_on="placed", require_print_data=False)
        self._orders = 0

    def place(self, count: int) -> list[int]:
        """Place that many orders; their ids."""
        events = []
        for _ in range(count):
            self._orders += 1
            data = goods.order_placed(self._assortment, f"N-{self._orders}", _ITEMS)
            events.append(goods.envelope(self._assortment, "order.placed", data))
        with Session(self._on.engine) as session, session.begin():
            accept(session, session.get_one(Shop, self._assortment.shop_id), events)
        applied = True
        while applied:
            with Session(self._on.engine) as session, session.begin():
                applied = apply_next(session, self._assortment.shop_id).count > 0
        due = select(Order.id).where(Order.shop_id == self._assortment.shop_id, Order.invoice_id.is_(None))
        with Session(self._on.engine) as session, session.begin():
            placed = list(session.scalars(due.order_by(Order.id)))
        if len(placed) != count:
            raise RuntimeError(f"{len(placed)} of {count} orders wait for their invoice")
        return placed


def _per_second(pool: ProcessPoolExecutor, shop: _Shop, side: _Side, count: int) -> Callable[[], float]:
    def measure() -> float:
        orders = shop.place(count)
        shares = [orders[place::_CONNECTIONS] for place in range(_CONNECTIONS)]
        start = time.perf_counter()
        list(pool.map(_number, [side] * _CONNECTIONS, shares))
        return count / (time.perf_counter() - start)

    return measure


@contextmanager
def _connections(on: Machine) -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(
        _CONNECTIONS, get_context("spawn"), initializer=_connect, initargs=(on.servers.database_url,)
    ) as pool:
        yield pool


def _connect(url: str) -> None:
    os.environ["DATABASE_URL"] = url


def _number(side: _Side, orders: Sequence[int]) -> None:
    """Invoice these orders, each in a transaction of its own; in one of the processes."""
    with ExitStack() as replaced:
        if not side.counter:
            replaced.enter_context(patch.object(issuing, "number", _from_sequence))
        if not side.gate:
            replaced.enter_context(patch("partnershop.documents.gate.breaches", _nothing))
        for order_id in orders:
            with unit_of_work() as session:
                if not invoice_one(session, order_id).papers:
                    raise RuntimeError(f"order {order_id} got no invoice")


def _from_sequence(session: Session, settings: ShopSettings, drafts: Sequence[Draft], rows: Sequence[Row]) -> None:
    """`issuing_numbers.number` without the counter row: nobody waits, and a rollback leaves a gap."""
    day = clock.local_day(clock.now(), settings.timezone)
    for row in rows:
        row["sequence"] = session.execute(text("SELECT nextval('benchmark_numbers')")).scalar_one()
        row["year"], row["issue_date"] = day.year, day
        row["number"] = format_number(settings.invoice_series, day.year, row["sequence"])
        row["chain"] = link(None, row, row["digest"])


def _nothing(*_: object, **__: object) -> list[Breach]:
    return []


def _gaps(on: Machine) -> int:
    """Numbers of the counters' series that no paper has."""
    query = text("""
        SELECT coalesce(sum(missing), 0) FROM (
            SELECT max(sequence) - count(*) AS missing FROM document JOIN shop ON shop.id = document.shop_id
             WHERE shop.code LIKE 'counter-%' GROUP BY shop_id, series, year) AS counted
    """)
    with on.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())
