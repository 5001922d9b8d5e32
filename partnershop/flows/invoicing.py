"""First invoices: by themselves when all live items are shipped, or at once, as the shop's settings say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session

from models import Charge, Complaint, ComplaintState, Item, Order, Shop, ShopSettings
from partnershop import clock
from partnershop.db import wake
from partnershop.flows.issuing import Draft, Issued, LineId, LineText, issue
from partnershop.flows.orders import lock, settings_of
from partnershop.flows.settings import LoadedCatalogue, catalogue_in_force
from partnershop.flows.timing import it_is_time
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import in_words, to_text
from partnershop.rules.papers import DocumentKind, Line, Reduction, invoice
from partnershop.rules.tax import TaxKey
from partnershop.stages import Stage, Wake

BATCH = 100
ATTEMPTS = 5


@dataclass(frozen=True)
class Invoiced:
    """The invoices that a call issued."""

    papers: Sequence[Issued] = ()

    @property
    def count(self) -> int:
        """How many."""
        return len(self.papers)

    def sentence(self) -> str:
        """For Flower."""
        if not self.papers:
            return "no invoice is due"
        total = in_words(sum(paper.gross for paper in self.papers), self.papers[0].currency)
        if len(self.papers) == 1:
            return f"{self.papers[0].number} issued over {total} for {self.papers[0].order}"
        return f"{self.papers[0].number} to {self.papers[-1].number} issued: {len(self.papers)} invoices over {total}"


def _due() -> tuple[ColumnElement[bool], ...]:
    """An order whose invoice failed waits for its next attempt, and is left aside when its attempts are spent."""
    again = and_(Order.attempts < ATTEMPTS, it_is_time(Order))
    return Order.invoice_due_at.is_not(None), Order.invoice_id.is_(None), or_(Order.attempts == 0, again)


def shops_due(session: Session) -> list[int]:
    """The shops with invoices to issue."""
    due = select(Order.id).where(Order.shop_id == Shop.id, *_due())
    return list(session.scalars(select(Shop.id).where(due.exists()).order_by(Shop.id)))


def invoice_next(session: Session, shop_id: int, limit: int = BATCH) -> Invoiced:
    """Issue the next due invoices of a shop."""
    query = (
        select(Order)
        .where(Order.shop_id == shop_id, *_due())
        .order_by(Order.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    orders = list(session.scalars(query))
    return Invoiced(invoice_orders(session, orders)) if orders else Invoiced()


def orders_due(session: Session, shop_id: int, limit: int = BATCH) -> list[int]:
    """The orders that `invoice_next` would take, by id."""
    query = select(Order.id).where(Order.shop_id == shop_id, *_due()).order_by(Order.id).limit(limit)
    return list(session.scalars(query))


def invoice_one(session: Session, order_id: int) -> Invoiced:
    """Issue the first invoice of this order, unless somebody else just did."""
    order = lock(session, order_id)
    due = order.invoice_due_at is not None and order.invoice_id is None
    return Invoiced(invoice_orders(session, [order])) if due else Invoiced()


def note_failure(session: Session, order_id: int, error: str) -> Invoiced:
    """Count a failed attempt at one order's invoice, so that the others' go on without it."""
    order = lock(session, order_id)
    order.attempts += 1
    order.last_error = error
    order.due_at = clock.now() + timedelta(seconds=2**order.attempts)
    return Invoiced()


def invoice_orders(session: Session, orders: Sequence[Order]) -> list[Issued]:
    """Issue the first invoice of each of these orders of one shop; they must be locked and due.

    Only live items are on it. One with no live item left gets none, and is no longer due.
    """
    shop = session.get_one(Shop, orders[0].shop_id)
    settings = settings_of(session, shop.id)
    drafts = _drafts(session, settings, orders)
    with_lines = {draft.order.id for draft in drafts}
    for order in orders:
        if order.id not in with_lines:
            order.invoice_due_at = None
    if not drafts:
        return []
    issued = issue(session, shop.code, settings, drafts)
    _mark(session, drafts, issued)
    wake(session, Wake(Stage.COMMISSIONS))
    return issued


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


def _drafts(session: Session, settings: ShopSettings, orders: Sequence[Order]) -> list[Draft]:
    ids = [order.id for order in orders]
    items: dict[int, list[Item]] = defaultdict(list)
    for item in session.scalars(
        select(Item).where(Item.order_id.in_(ids), Item.state != ItemState.CANCELLED).order_by(Item.position)
    ):
        items[item.order_id].append(item)
    charges: dict[int, list[Charge]] = defaultdict(list)
    for charge in session.scalars(select(Charge).where(Charge.order_id.in_(ids)).order_by(Charge.position)):
        charges[charge.order_id].append(charge)
    reductions = _reductions(session, ids)
    catalogue = catalogue_in_force(session)
    return [
        _draft(settings, catalogue, order, items[order.id], charges[order.id], reductions)
        for order in orders
        if items[order.id]
    ]


def _reductions(session: Session, order_ids: Sequence[int]) -> dict[int, tuple[Reduction, ...]]:
    """What was granted on each item before it was invoiced: the coming invoice carries it."""
    granted: dict[int, tuple[Reduction, ...]] = {}
    query = select(Complaint).where(Complaint.order_id.in_(order_ids), Complaint.state == ComplaintState.ACCEPTED)
    for complaint in session.scalars(query.order_by(Complaint.decided_at, Complaint.id)):
        reduction = Reduction(complaint.key, complaint.reason, complaint.reduction or 0)
        granted[complaint.item_id] = (*granted.get(complaint.item_id, ()), reduction)
    return granted


def _draft(
    settings: ShopSettings,
    catalogue: LoadedCatalogue,
    order: Order,
    items: Sequence[Item],
    charges: Sequence[Charge],
    reductions: dict[int, tuple[Reduction, ...]],
) -> Draft:
    lines = [Line(item.id, False, _tax_key(item), item.net, reductions.get(item.id, ())) for item in items]
    lines += [Line(charge.id, True, _tax_key(charge), charge.amount) for charge in charges]
    texts: dict[LineId, LineText] = {(False, item.id): _item_text(catalogue, order, item) for item in items}
    texts |= {(True, charge.id): _charge_text(charge, order.currency) for charge in charges}
    figures = invoice(lines)
    return Draft(
        order=order, kind=DocumentKind.INVOICE, figures=figures, texts=texts, seller=settings.seller,
        buyer=order.customer, language=order.language, delivery_date=_delivered(settings, items),
        prepaid=min(order.paid, figures.gross),
    )  # fmt: skip


def _tax_key(row: Item | Charge) -> TaxKey:
    return TaxKey(row.vat_category, row.vat_rate, row.vat_exemption or "")


def _item_text(catalogue: LoadedCatalogue, order: Order, item: Item) -> LineText:
    # Not the order of the stored options: JSONB keeps none.
    words = catalogue.described(item.product, item.options, order.language)
    details = tuple(f"{attribute}: {option}" for attribute, option in words)
    return LineText(item.key, item.description, details, item.quantity, item.unit_price)


def _charge_text(charge: Charge, currency: str) -> LineText:
    return LineText(charge.key, charge.description, (), 1, Decimal(to_text(charge.amount, currency)))


def _delivered(settings: ShopSettings, items: Sequence[Item]) -> date | None:
    """The day of supply: when the last of the items was shipped, None while one is still to come."""
    if any(item.shipped_at is None for item in items):
        return None
    return max(clock.local_day(item.shipped_at, settings.timezone) for item in items if item.shipped_at)
