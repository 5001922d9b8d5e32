"""Commission entries: what Unitedprint bills the shop on items that were invoiced and made in house."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from models import CommissionEntry, Item, Shop
from partnershop import clock
from partnershop.db import copy_rows, new_ids
from partnershop.flows.orders import settings_of
from partnershop.flows.turns import Turns, of_shop, shops_with
from partnershop.rules.eligibility import Route
from partnershop.rules.money import percent_of
from partnershop.rules.words import counted

BATCH = 1000
_TURNS = Turns()
# An item that was invoiced and is made in house, without its entry yet.
DUE = (
    Item.route == Route.IN_HOUSE, Item.invoice_id.is_not(None), Item.cancellation_id.is_(None),
    Item.commission_id.is_(None),
)  # fmt: skip


@dataclass(frozen=True)
class Booked:
    """How many entries a call wrote."""

    count: int = 0

    def sentence(self) -> str:
        """For Flower."""
        return f"{counted(self.count, 'commission entry', 'commission entries')} booked"


def book_next(session: Session, limit: int = BATCH) -> Booked:
    """Book the next entries, a share of each shop's.

    The base is the item's net sale price as it was ordered: no complaint ever changes it.
    """
    shops = shops_with(session, select(Item.id).where(of_shop(Item.shop_id, Shop.id), *DUE).order_by(Item.shop_id))
    rows = _TURNS.share_out(shops, limit, lambda shop, share: _next_of(session, shop, share))
    if not rows:
        return Booked()
    rates = {shop_id: settings_of(session, shop_id).commission_percent for shop_id in {row.shop_id for row in rows}}
    ids = new_ids(session, CommissionEntry.__table__, len(rows))  # type: ignore[arg-type]  # a Table, declared FromClause
    copy_rows(
        session,
        CommissionEntry.__table__,  # type: ignore[arg-type]
        [
            {
                "id": entry_id,
                "shop_id": row.shop_id,
                "item_id": row.id,
                "document_id": row.invoice_id,
                "base": row.net,
                "percent": rates[row.shop_id],
                "amount": percent_of(row.net, rates[row.shop_id]),
                "created_at": clock.now(),
            }
            for entry_id, row in zip(ids, rows, strict=True)
        ],
    )
    session.execute(
        text("""
            UPDATE item SET commission_id = booked.entry
              FROM unnest(CAST(:items AS bigint[]), CAST(:entries AS bigint[])) AS booked(item, entry)
             WHERE item.id = booked.item
        """),
        {"items": [row.id for row in rows], "entries": ids},
    )
    return Booked(len(rows))


def _next_of(session: Session, shop_id: int, limit: int) -> Sequence[Row[int, int, int, int | None]]:
    query = select(Item.id, Item.shop_id, Item.net, Item.invoice_id).where(of_shop(Item.shop_id, shop_id), *DUE)
    query = query.order_by(Item.shop_id, Item.id).limit(limit)
    return session.execute(query.with_for_update(key_share=True, skip_locked=True)).all()
