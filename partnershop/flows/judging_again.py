"""After a new catalogue or new settings: items that wait are judged again, those being judged just now included."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from models import Item
from partnershop import clock
from partnershop.db import wake
from partnershop.flows.routing import recheck_held
from partnershop.rules.lifecycle import ItemState
from partnershop.stages import Stage, Wake


def judge_again(session: Session, shop_id: int | None = None) -> int:
    """Ask routing to judge held items again, of one shop or of all; how many were held. Call it after the change.

    An item that routing holds at this moment by the old version is still "received" for us. Locking it waits for
    that transaction, and the mark then makes it due again; routing skips rows locked here, so none can slip through.
    """
    conditions: list[ColumnElement[bool]] = [
        Item.state.in_((ItemState.RECEIVED, ItemState.HELD)),
        Item.route.is_(None),
        Item.recheck.is_(False),
    ]
    if shop_id is not None:
        conditions.append(Item.shop_id == shop_id)
    session.flush()
    # In the order of the ids, as everybody else locks items, so that nobody waits in a circle.
    waiting = session.scalars(
        select(Item.id).where(*conditions).order_by(Item.id).with_for_update(key_share=True)
    ).all()
    held = recheck_held(session, shop_id)
    if waiting:
        session.execute(
            update(Item)
            .where(Item.id.in_(waiting), *conditions)
            .values(recheck=True, due_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        wake(session, Wake(Stage.ROUTING))
    return held
