"""The hints that wake the tasks of cases: one task each, for people who read Flower, and few of one shop at a time.

A shop with ten thousand open cases has `AT_ONCE` of them in the queue, the oldest; each that is settled wakes the next
one. So the first case of another shop waits for a few and not for all. `woken` says which have their message; one that
was lost is sent again by the sweeper, which looks at the oldest open cases of each shop whether they were woken or not.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import Case, CaseKind, CaseState, Order, Shop
from partnershop.db import wake
from partnershop.flows.timing import it_is_time
from partnershop.flows.turns import of_shop
from partnershop.stages import Stage, Wake

VERBS = {CaseKind.CANCELLATION: "reverse_items", CaseKind.COMPLAINT: "issue_reduced_invoice"}
"""Which task settles which kind of case."""
AT_ONCE = 4
"""Cases of a shop that are in the queue, or in hand, at one moment: so many processes are busy with one shop alone."""


def hint(shop: str, order: str, case_id: int, kind: CaseKind) -> Wake:
    """The wake-up of a case of the order of this number, in the shop of this code."""
    return Wake(Stage.CORRECTIONS, shop, order, case_id, VERBS[kind])


def wake_next(session: Session, shop: Shop) -> None:
    """Wake the oldest due cases of the shop that were not woken yet, as many as there is room for in the queue."""
    session.flush()
    woken = select(Case.id).where(Case.shop_id == shop.id, Case.state == CaseState.OPEN, Case.woken).limit(AT_ONCE)
    room = AT_ONCE - session.scalars(select(func.count()).select_from(woken.subquery())).one()
    if not room:
        return
    waiting = (
        select(Case.id)
        .where(of_shop(Case.shop_id, shop.id), Case.state == CaseState.OPEN, ~Case.woken, it_is_time(Case))
        .order_by(Case.shop_id, Case.id)
        .limit(room)
        .with_for_update(key_share=True, skip_locked=True)
    )
    # Two statements: an UPDATE that asks for its rows itself may lock more of them than it was to.
    chosen = session.scalars(waiting).all()
    if not chosen:
        return
    session.execute(
        update(Case).where(Case.id.in_(chosen)).values(woken=True).execution_options(synchronize_session=False)
    )
    rows = select(Order.number, Case.id, Case.kind).join(Order, Order.id == Case.order_id).where(Case.id.in_(chosen))
    for number, case_id, kind in session.execute(rows.order_by(Case.id)):
        wake(session, hint(shop.code, number, case_id, kind))
