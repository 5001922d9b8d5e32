"""First invoices: by themselves when all live items are shipped, or at once, as the shop's settings say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from models import Item, Order, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import refused_papers
from partnershop.flows.drafts import Draft, Issued
from partnershop.flows.invoicing_drafts import drafts_of
from partnershop.flows.issuing import judged, write
from partnershop.flows.orders import lock, settings_of
from partnershop.flows.timing import it_is_time
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import in_words
from partnershop.rules.words import counted
from partnershop.stages import Stage, Wake

BATCH = 20
"""Orders of a transaction: their papers are judged while they are locked, and that takes some hundredths of a second
each."""
LINES = 400
"""Lines of a transaction, for the same reason; an order that has more is a transaction of its own."""
ATTEMPTS = 5


@dataclass(frozen=True)
class Invoiced:
    """The invoices that a call issued, and how many it refused because they would not conform."""

    papers: Sequence[Issued] = ()
    refused: int = 0

    @property
    def count(self) -> int:
        """How many were judged."""
        return len(self.papers) + self.refused

    def sentence(self) -> str:
        """For Flower."""
        said = [self._issued()] if self.papers else []
        if self.refused:
            said.append(f"{counted(self.refused, 'invoice')} refused, see `partnershop attention`")
        return "; ".join(said) or "no invoice is due"

    def _issued(self) -> str:
        total = in_words(sum(paper.gross for paper in self.papers), self.papers[0].currency)
        if len(self.papers) == 1:
            return f"{self.papers[0].number} issued over {total} for {self.papers[0].order}"
        return f"{self.papers[0].number} to {self.papers[-1].number} issued: {len(self.papers)} invoices over {total}"


UNINVOICED = (Order.invoice_due_at.is_not(None), Order.invoice_id.is_(None))
REFUSED = (*UNINVOICED, Order.paper_refused_at.is_not(None))


def _due() -> tuple[ColumnElement[bool], ...]:
    """An order whose invoice failed waits for its next attempt, and is left aside when its attempts are spent.

    One whose invoice does not conform is left aside until that is mended.
    """
    again = and_(Order.attempts < ATTEMPTS, it_is_time(Order))
    return (*UNINVOICED, Order.paper_refused_at.is_(None), or_(Order.attempts == 0, again))


def is_due(order: Order) -> bool:
    """Whether an order that is locked waits for nothing but its first invoice's being issued."""
    return order.invoice_due_at is not None and order.invoice_id is None and order.paper_refused_at is None


def shops_due(session: Session) -> list[int]:
    """The shops with invoices to issue."""
    due = select(Order.id).where(Order.shop_id == Shop.id, *_due())
    return list(session.scalars(select(Shop.id).where(due.exists()).order_by(Shop.id)))


def invoice_next(session: Session, shop_id: int, limit: int = BATCH) -> Invoiced:
    """Issue the next due invoices of a shop: so many orders, or fewer that have `LINES` lines together."""
    query = (
        select(Order)
        .where(Order.shop_id == shop_id, *_due())
        .order_by(Order.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    orders = _not_too_many_lines(session, session.scalars(query).all())
    return invoice_orders(session, orders) if orders else Invoiced()


def _not_too_many_lines(session: Session, orders: Sequence[Order]) -> Sequence[Order]:
    """The first of these orders that have at most `LINES` items together; one at least."""
    rows = session.execute(
        select(Item.order_id, func.count())
        .where(Item.order_id.in_([order.id for order in orders]), Item.state != ItemState.CANCELLED)
        .group_by(Item.order_id)
    )
    lines: dict[int, int] = dict(rows.all())
    sums = accumulate(lines.get(order.id, 0) for order in orders)
    fitting = [order for order, so_far in zip(orders, sums, strict=True) if so_far <= LINES]
    return fitting or orders[:1]


def orders_due(session: Session, shop_id: int, limit: int = BATCH) -> list[int]:
    """The orders that `invoice_next` would take, by id."""
    query = select(Order.id).where(Order.shop_id == shop_id, *_due()).order_by(Order.id).limit(limit)
    return list(session.scalars(query))


def invoice_one(session: Session, order_id: int) -> Invoiced:
    """Issue the first invoice of this order, unless somebody else just did."""
    order = lock(session, order_id)
    return invoice_orders(session, [order]) if is_due(order) else Invoiced()


def note_failure(session: Session, order_id: int, error: str) -> Invoiced:
    """Count a failed attempt at one order's invoice, so that the others' go on without it."""
    order = lock(session, order_id)
    order.attempts += 1
    order.last_error = error
    order.due_at = clock.now() + timedelta(seconds=2**order.attempts)
    return Invoiced()


def invoice_orders(session: Session, orders: Sequence[Order]) -> Invoiced:
    """Issue the first invoice of each of these orders of one shop; they must be locked and due.

    Only live items are on it. One with no live item left gets none, and is no longer due. What does not conform is left
    aside, and takes no number; the others are issued all the same.
    """
    shop = session.get_one(Shop, orders[0].shop_id)
    settings = settings_of(session, shop.id)
    drafts = drafts_of(session, settings, orders)
    with_lines = {draft.order.id for draft in drafts}
    for order in orders:
        if order.id not in with_lines:
            order.invoice_due_at = None
    if not drafts:
        return Invoiced()
    conform, refused = judged(session, settings, drafts)
    refused_papers.leave_aside(session, refused)
    issued = write(session, shop.code, settings, conform)
    if issued:
        _mark(session, [rows.draft for rows in conform], issued)
        wake(session, Wake(Stage.COMMISSIONS))
    return Invoiced(issued, len(refused))


def _mark(session: Session, drafts: Sequence[Draft], issued: Sequence[Issued]) -> None:
    pairs: list[tuple[int, int]] = []
    for draft, paper in zip(drafts, issued, strict=True):
        draft.order.invoice_id = draft.order.current_invoice_id = paper.id
        pairs += [(line.id, paper.id) for line in draft.figures.lines if not line.is_charge]
    session.flush()
    session.execute(
        text("""
            UPDATE item SET invoice_id = invoiced.document
              FROM unnest(CAST(:items AS bigint[]), CAST(:documents AS bigint[])) AS invoiced(item, document)
             WHERE item.id = invoiced.item
        """),
        {"items": [item for item, _ in pairs], "documents": [document for _, document in pairs]},
    )
