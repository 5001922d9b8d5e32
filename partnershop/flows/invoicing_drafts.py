"""What stands on a first invoice: the live items of an order, its charges, what was granted before it was issued."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseState, Charge, Complaint, ComplaintState, Item, Order, ShopSettings
from partnershop import clock
from partnershop.documents.printable import printable
from partnershop.flows.dispatch_ticket import working_days_after
from partnershop.flows.drafts import Draft, LineId, LineText
from partnershop.flows.settings import LoadedCatalogue, catalogue_in_force
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import to_text
from partnershop.rules.papers import DocumentKind, Line, Reduction, invoice, reduction
from partnershop.rules.tax import TaxKey


def drafts_of(session: Session, settings: ShopSettings, orders: Sequence[Order]) -> list[Draft]:
    """The first invoices of these orders of one shop; none for one that has no live item."""
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
    query = (
        select(Complaint, Item.net, Case.reduction)
        .join(Item, Item.id == Complaint.item_id)
        .outerjoin(Case, (Case.complaint_id == Complaint.id) & (Case.state == CaseState.DONE))
        .where(Complaint.order_id.in_(order_ids), Complaint.state == ComplaintState.ACCEPTED)
        .order_by(Complaint.decided_at, Complaint.id)
    )
    for complaint, ordered_net, wanted in session.execute(query):
        percent = (wanted or {}).get("percent")
        named = reduction(
            complaint.key, complaint.reason, complaint.reduction or 0, ordered_net,
            None if percent is None else Decimal(percent),
        )  # fmt: skip
        granted[complaint.item_id] = (*granted.get(complaint.item_id, ()), named)
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
    delivered = _delivered(settings, items)
    return Draft(
        order=order, kind=DocumentKind.INVOICE, figures=figures, texts=texts, seller=settings.seller,
        buyer=order.customer, language=order.language, delivery_date=delivered, design=settings.design,
        expected_delivery=None if delivered else _expected(settings), prepaid=min(order.paid, figures.gross),
    )  # fmt: skip


def _tax_key(row: Item | Charge) -> TaxKey:
    return TaxKey(row.vat_category, row.vat_rate, row.vat_exemption or "")


def _item_text(catalogue: LoadedCatalogue, order: Order, item: Item) -> LineText:
    # Not the order of the stored options: JSONB keeps none.
    words = catalogue.described(item.product, item.options, order.language)
    details = tuple(f"{attribute}: {option}" for attribute, option in words)
    description = _said(item.description) or _said(catalogue.product_name(item.product, order.language))
    return LineText(item.key, description or item.key, details, item.quantity, item.unit_price)


def _charge_text(charge: Charge, currency: str) -> LineText:
    description = _said(charge.description) or charge.key
    return LineText(charge.key, description, (), 1, Decimal(to_text(charge.amount, currency)))


def _said(description: str) -> str:
    """A line's description; "" where nothing of it can be printed, since a line must say what it is for (BR-25)."""
    return description if printable(description).strip() else ""


def _delivered(settings: ShopSettings, items: Sequence[Item]) -> date | None:
    """The day of supply: when the last of the items was shipped, None while one is still to come."""
    if any(item.shipped_at is None for item in items):
        return None
    return max(clock.local_day(item.shipped_at, settings.timezone) for item in items if item.shipped_at)


def _expected(settings: ShopSettings) -> date:
    """The day of an invoice that comes before the goods: when a job that is begun today is to be finished."""
    return working_days_after(clock.local_day(clock.now(), settings.timezone), settings.production_days)
