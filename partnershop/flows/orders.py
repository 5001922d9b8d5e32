"""What several stages need of an order: its lock, what is owed for it, whether its gates are open or it is complete."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from models import Case, CaseState, Charge, Document, Item, Order, Shop, ShopSettings
from partnershop import clock
from partnershop.db import wake
from partnershop.rules import tax
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.papers import DocumentKind
from partnershop.rules.tax import INTRA_COMMUNITY, TaxKey
from partnershop.stages import Stage, Wake


def settings_of(session: Session, shop_id: int) -> ShopSettings:
    """The version of the shop's settings that is in force."""
    return session.scalars(
        select(ShopSettings).join(Shop, Shop.settings_id == ShopSettings.id).where(Shop.id == shop_id)
    ).one()


def lock(session: Session, order_id: int) -> Order:
    """The order, locked until the transaction ends: whoever changes an order takes this first."""
    query = select(Order).where(Order.id == order_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_many(session: Session, shop_id: int, numbers: Collection[str]) -> dict[str, Order]:
    """These orders of a shop by number, locked in the order of their ids so that nobody waits in a circle."""
    if not numbers:
        return {}
    query = select(Order).where(Order.shop_id == shop_id, Order.number.in_(numbers)).order_by(Order.id)
    rows = session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    return {order.number: order for order in rows}


def owed(session: Session, orders: Sequence[Order]) -> dict[int, int]:
    """What the customer owes for each order, minor units, by order id.

    The effective gross of its papers; while nothing is invoiced, the gross of one invoice over its live items and
    charges; nothing for an internal order, which gets no papers.
    """
    session.flush()
    result = {order.id: 0 for order in orders}
    invoiced = [order.id for order in orders if order.invoice_id is not None]
    open_ones = [order.id for order in orders if order.invoice_id is None and not order.internal]
    result |= _gross_of_papers(session, invoiced)
    result |= {order_id: tax.gross(rows) for order_id, rows in _live_breakdowns(session, open_ones).items()}
    return result


def _gross_of_papers(session: Session, order_ids: list[int]) -> dict[int, int]:
    if not order_ids:
        return {}
    signed = case((Document.kind == DocumentKind.REVERSAL, -Document.gross), else_=Document.gross)
    rows = session.execute(
        select(Document.order_id, func.sum(signed)).where(Document.order_id.in_(order_ids)).group_by(Document.order_id)
    )
    return {order_id: int(gross) for order_id, gross in rows}


def _live_breakdowns(session: Session, order_ids: list[int]) -> dict[int, dict[TaxKey, tax.TaxAmount]]:
    if not order_ids:
        return {}
    parts: dict[int, list[tuple[TaxKey, int]]] = defaultdict(list)
    item_key = (Item.order_id, Item.vat_category, Item.vat_rate, Item.vat_exemption)
    for order_id, category, rate, exemption, net in session.execute(
        select(*item_key, func.sum(Item.net - Item.reduced_by))
        .where(Item.order_id.in_(order_ids), Item.state != ItemState.CANCELLED)
        .group_by(*item_key)
    ):
        parts[order_id].append((TaxKey(category, rate, exemption or ""), int(net)))
    # Cancelling the last live item takes back the charges too: no item, no charge.
    for charge in session.scalars(select(Charge).where(Charge.order_id.in_(list(parts)))):
        key = TaxKey(charge.vat_category, charge.vat_rate, charge.vat_exemption or "")
        parts[charge.order_id].append((key, charge.amount))
    return {order_id: tax.breakdown(rows) for order_id, rows in parts.items()}


PREPAID_METHODS = frozenset({"card", "paypal", "advance"})


def open_gates(session: Session, shop: Shop, orders: Sequence[Order]) -> None:
    """Let the items of these orders go to their producer where nothing stands between: paid, print data there.

    Card, PayPal and advance payment must have been received in full; an invoice needs no payment.
    """
    if not orders:
        return
    due = owed(session, [order for order in orders if order.payment_method in PREPAID_METHODS])
    free = [order.id for order in orders if order.paid >= due.get(order.id, 0)]
    conditions = [Item.order_id.in_(free), Item.gates_passed_at.is_(None), Item.state != ItemState.CANCELLED]
    if settings_of(session, shop.id).require_print_data:
        conditions.append(Item.print_data_at.is_not(None))
    opened = session.execute(
        update(Item).where(*conditions).values(gates_passed_at=clock.now()).returning(Item.id)
    ).all()
    if opened:
        wake(session, Wake(Stage.DISPATCH, shop=shop.code))


def note_completed(session: Session, shop: Shop, order_ids: Iterable[int]) -> None:
    """Make the invoice due for orders all of whose live items are shipped and whose invoice was not due at once.

    Those are the orders of shops that invoice on shipping (or did when they were placed), and everywhere the orders
    that go to businesses in other states of the EU; where the shop invoices at once, theirs is due as soon as none of
    these lines is left. An order with an open case waits for it: the case came first and decides what is on the
    invoice.
    """
    ids = list(order_ids)
    if not ids:
        return
    session.flush()
    own = Item.order_id == Order.id
    live = exists().where(own, Item.state != ItemState.CANCELLED)
    unshipped = exists().where(own, Item.state.not_in((ItemState.SHIPPED, ItemState.CANCELLED)))
    complete = and_(live, ~unshipped)
    if settings_of(session, shop.id).invoice_on != "shipped":
        no_longer = and_(live, _names_its_delivery(true()), ~_names_its_delivery(Item.state != ItemState.CANCELLED))
        complete = or_(complete, no_longer)
    completed = session.execute(
        update(Order)
        .where(
            Order.id.in_(ids),
            Order.invoice_due_at.is_(None),
            Order.internal.is_(False),
            complete,
            ~exists().where(Case.order_id == Order.id, Case.state == CaseState.OPEN),
        )
        .values(invoice_due_at=clock.now())
        .returning(Order.id)
    ).all()
    if completed:
        wake(session, Wake(Stage.INVOICING, shop=shop.code))


def _names_its_delivery(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an order's invoice must say when the goods were delivered, by its charges and by these of its items."""
    return or_(
        exists().where(Item.order_id == Order.id, Item.vat_category == INTRA_COMMUNITY, of),
        exists().where(Charge.order_id == Order.id, Charge.vat_category == INTRA_COMMUNITY),
    )
