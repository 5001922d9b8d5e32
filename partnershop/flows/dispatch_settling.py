"""Settling a hand-over whose outcome nobody knows: by what the producer reports, or by an operator's word.

Never by sending again.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Dispatch, DispatchState, Item
from partnershop import clock
from partnershop.flows import items as moves
from partnershop.rules.lifecycle import Trigger


def _unknown(session: Session, item: Item) -> Dispatch | None:
    query = select(Dispatch).where(Dispatch.item_id == item.id, Dispatch.state == DispatchState.UNKNOWN)
    return session.scalars(query.with_for_update()).first()


def settle_by_report(session: Session, item: Item, *, actor: str) -> None:
    """The producer reports production or shipping: then it has the item, whatever became of our call."""
    dispatch = _unknown(session, item) if item.dispatch_id is not None else None
    if dispatch is not None:
        _accepted(session, item, dispatch, None, actor, "its producer reports on it")


def settle_by_word(
    session: Session,
    item: Item,
    *,
    key: str | None,
    accepted: bool,
    reference: str | None,
    actor: str,
    reason: str,
) -> str | None:
    """An operator says whether the producer has the item; returns a sentence, or None when nothing is unknown.

    Nor is it when the word is about another hand-over (`key`) than the one that is unknown now: that word came late, or
    twice. Not accepted: the item is free to be handed over again.
    """
    dispatch = _unknown(session, item)
    if dispatch is None or key not in (None, dispatch.key):
        return None
    if accepted:
        _accepted(session, item, dispatch, reference, actor, reason)
        return f"{dispatch.producer.value} has it, called {dispatch.key} there"
    dispatch.state, dispatch.finished_at = DispatchState.REJECTED, clock.now()
    item.dispatch_id = None
    return f"{dispatch.producer.value} does not have {dispatch.key}; it will be handed over again"


def _accepted(
    session: Session, item: Item, dispatch: Dispatch, reference: str | None, actor: str, why: str
) -> None:
    dispatch.state, dispatch.reference, dispatch.finished_at = DispatchState.DONE, reference, clock.now()
    moves.apply(session, item, Trigger.HAND_OVER, actor=actor, why=why)
