"""Refused papers as operators read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Order, RefusedPaper, Shop
from partnershop.documents.breach import Breach
from partnershop.flows.refused_papers import OPEN
from partnershop.rules.papers import DocumentKind


@dataclass(frozen=True)
class RefusedRow:
    """A paper that is refused now: of which order and case (None: the first invoice), since when, and why."""

    shop_id: int
    shop: str
    order_id: int
    order: str
    case: int | None
    kind: DocumentKind
    since: datetime
    breaches: tuple[Breach, ...]


def listed(
    session: Session, shops: Sequence[int], *, order_id: int | None = None, limit: int | None = None
) -> list[RefusedRow]:
    """What is refused now in these shops, or of one order, the oldest first."""
    query = (
        select(RefusedPaper, Order.number, Shop.code)
        .join(Order, Order.id == RefusedPaper.order_id)
        .join(Shop, Shop.id == RefusedPaper.shop_id)
        .where(RefusedPaper.shop_id.in_(shops), OPEN)
        .order_by(RefusedPaper.id)
        .limit(limit)
    )
    if order_id is not None:
        query = query.where(RefusedPaper.order_id == order_id)
    return [_row(paper, order, shop) for paper, order, shop in session.execute(query)]


def rows_of(refused: Sequence[RefusedRow], language: str) -> list[dict[str, object]]:
    """A row for each rule that is broken, as `attention` and `show` list them."""
    if not refused:
        return []
    # Slow to load, and rarely wanted.
    from partnershop.documents.words.breach_words import sentence  # noqa: PLC0415
    from partnershop.documents.words.remedies import to_do  # noqa: PLC0415

    return [
        {
            "order": paper.order, "case": paper.case, "paper": paper.kind.value, "since": paper.since,
            "rule": breach.rule, "where": breach.where or None, "reason": sentence(breach, language),
            "to_do": to_do(paper.breaches, language, shop=paper.shop, order=paper.order, case=paper.case),
        }
        for paper in refused
        for breach in paper.breaches
    ]  # fmt: skip


def _row(paper: RefusedPaper, order: str, shop: str) -> RefusedRow:
    return RefusedRow(
        shop_id=paper.shop_id, shop=shop, order_id=paper.order_id, order=order, case=paper.case_id, kind=paper.kind,
        since=paper.refused_at, breaches=tuple(Breach.of(stored) for stored in paper.breaches),
    )  # fmt: skip
