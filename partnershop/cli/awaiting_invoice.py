"""What becomes of an order's first invoice after an operator put right what it was refused for."""

import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Document, Order, RefusedPaper
from partnershop.cli.operators import known_shop
from partnershop.db import unit_of_work
from partnershop.documents.breach import Breach
from partnershop.flows.invoicing import ATTEMPTS
from partnershop.flows.orders import settings_of
from partnershop.flows.refused_papers import OPEN, told

_POLL_SECONDS = 0.1


def wait_for_invoice(shop: str, order: str, seconds: float) -> tuple[str | None, str | None]:
    """The number of the order's first invoice, and why it has none: what it breaks, or what its attempts failed of.

    Neither where none is due yet, or nobody issued it in at most that many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        with unit_of_work() as session:
            number, refused, is_awaited = _now(session, shop, order)
        if not is_awaited or time.monotonic() >= deadline:
            return number, refused
        time.sleep(_POLL_SECONDS)


def _now(session: Session, shop: str, number: str) -> tuple[str | None, str | None, bool]:
    """Number and reason as above, and whether there is still something to wait for."""
    known = known_shop(session, shop)
    order = session.scalars(select(Order).where(Order.shop_id == known.id, Order.number == number)).first()
    if order is None:
        return None, None, False
    if order.invoice_id is not None:
        return session.get_one(Document, order.invoice_id).number, None, False
    query = select(RefusedPaper).where(RefusedPaper.order_id == order.id, RefusedPaper.case_id.is_(None), OPEN)
    refused = session.scalars(query).first()
    if refused is not None:
        language = settings_of(session, known.id).language
        return None, told(map(Breach.of, refused.breaches), language), False
    if order.attempts >= ATTEMPTS:
        return None, order.last_error, False
    return None, None, order.invoice_due_at is not None
