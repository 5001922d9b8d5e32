"""Papers that would not conform: kept with the rules they break, and tried again when what they depend on has changed.

No number was taken for them. An order whose first invoice is refused is no longer due, a case whose paper is refused is
parked; an open row of `refused_paper` stands for each. Nothing is tried again without a change: new settings of the
shop, another buyer, a case that changed the order, an operator's word.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from models import Case, CaseState, Order, RefusedPaper, Shop, ShopSettings
from partnershop import clock
from partnershop.counters import Counted, count
from partnershop.db import wake
from partnershop.documents.breach import Breach
from partnershop.errors import Transient
from partnershop.flows.case_hints import wake_next
from partnershop.flows.issuing import Refusal
from partnershop.stages import Stage, Wake

OPEN = RefusedPaper.released_at.is_(None)


def open_row(case_id: int) -> Select[RefusedPaper]:
    """The refusal that a case waits for."""
    return select(RefusedPaper).where(RefusedPaper.case_id == case_id, OPEN)


def leave_aside(session: Session, refused: Sequence[Refusal]) -> None:
    """Keep the refusals of first invoices; their orders, which must be locked, are not due until they are released.

    Raises `Transient` where the settings that they were judged by are no longer in force.
    """
    for refusal in refused:
        _still_in_force(session, refusal.settings)
        refusal.draft.order.paper_refused_at = clock.now()
        _keep(session, refusal)
    session.flush()


def park(session: Session, case: Case, refusal: Refusal) -> None:
    """Keep the refusal of a case's paper and park the case; nothing else of it may have been written.

    Raises `Transient` where the settings that it was judged by are no longer in force.
    """
    _still_in_force(session, refusal.settings)
    case.state = CaseState.PARKED
    case.outcome = case.last_error = told(refusal.breaches, refusal.settings.language)
    _keep(session, refusal)
    session.flush()


def told(breaches: Iterable[Breach], language: str) -> str:
    """The rules and what they say, in a language; the end of an operator's sentence."""
    from partnershop.documents.words.breach_words import sentence  # noqa: PLC0415  (with the gate, slow to load)

    return "; ".join(f"{breach.rule}: {sentence(breach, language).rstrip('.')}" for breach in breaches)


def _still_in_force(session: Session, settings: ShopSettings) -> None:
    """Raise `Transient` unless these settings are in force and stay so until the transaction ends.

    Otherwise new settings could release what is refused in the moment before this refusal is written, and nobody would
    try again what was judged by the old ones. Settings that are just being saved are not waited for: they wait for us.
    """
    query = select(Shop.settings_id).where(Shop.id == settings.shop_id).with_for_update(read=True, skip_locked=True)
    if session.scalars(query).first() != settings.id:
        raise Transient("the shop's settings have just changed; its papers are judged again by the new ones")


def _keep(session: Session, refusal: Refusal) -> None:
    draft = refusal.draft
    session.add(
        RefusedPaper(
            shop_id=draft.order.shop_id, order_id=draft.order.id, case_id=draft.case_id, kind=draft.kind,
            breaches=[breach.stored() for breach in refusal.breaches], settings_id=refusal.settings.id,
            refused_at=clock.now(),
        )
    )  # fmt: skip
    count(session, Counted.REFUSED_PAPERS, draft.kind.value)


def release_shop(session: Session, shop: Shop, by: str) -> int:
    """Try again all that is refused in a shop, because of what `by` says; how many papers."""
    waiting = select(RefusedPaper.order_id).where(RefusedPaper.shop_id == shop.id, OPEN)
    query = select(Order).where(Order.id.in_(waiting)).order_by(Order.id).with_for_update(key_share=True)
    orders = session.scalars(query.execution_options(populate_existing=True)).all()
    return _release(session, shop, orders, RefusedPaper.order_id.in_([order.id for order in orders]), by)


def release_order(session: Session, shop: Shop, order: Order, by: str) -> int:
    """Try again all that is refused of an order, which must be locked; how many papers."""
    return _release(session, shop, [order], RefusedPaper.order_id == order.id, by)


def release_case(session: Session, shop: Shop, order: Order, case: Case, by: str) -> int:
    """Settle a case again whose paper was refused; its order must be locked."""
    return _release(session, shop, [order], RefusedPaper.case_id == case.id, by)


def close(session: Session, case: Case, by: str) -> None:
    """The paper of this case is not wanted any more."""
    for row in _open_rows(session, RefusedPaper.case_id == case.id):
        row.released_at, row.released_by = clock.now(), by


def _open_rows(session: Session, which: ColumnElement[bool]) -> Sequence[RefusedPaper]:
    query = select(RefusedPaper).where(which, OPEN).order_by(RefusedPaper.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _release(
    session: Session, shop: Shop, orders: Sequence[Order], which: ColumnElement[bool], by: str
) -> int:
    session.flush()
    rows = _open_rows(session, which)
    by_id = {order.id: order for order in orders}
    for row in rows:
        row.released_at, row.released_by = clock.now(), by
        if row.case_id is None:
            _due_again(session, shop, by_id[row.order_id])
    _open_again(session, shop, [row.case_id for row in rows if row.case_id is not None])
    session.flush()
    return len(rows)


def _due_again(session: Session, shop: Shop, order: Order) -> None:
    order.paper_refused_at = order.last_error = None
    order.attempts, order.due_at = 0, clock.now()
    wake(session, Wake(Stage.INVOICING, shop=shop.code))


def _open_again(session: Session, shop: Shop, case_ids: Sequence[int]) -> None:
    query = select(Case).where(Case.id.in_(case_ids), Case.state == CaseState.PARKED).order_by(Case.id)
    for case in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        case.state, case.attempts, case.due_at, case.woken = CaseState.OPEN, 0, clock.now(), False
        case.outcome = case.last_error = case.leased_until = None
    wake_next(session, shop)
