"""The one function that moves an order item, and the history row it leaves."""

from sqlalchemy.orm import Session

from models import Item, ItemHistory
from partnershop import clock
from partnershop.rules.lifecycle import Kind, Step, Trigger, move


def apply(session: Session, item: Item, trigger: Trigger, *, actor: str, why: str) -> Step:
    """Move `item` as the table of moves says and write its history row; returns the table's answer.

    Nothing is written where the answer is that nothing changes, that it is too early, or that it is refused.
    """
    before = item.state
    step = move(before, trigger)
    if step.kind is Kind.MOVE:
        item.state = step.state
        session.add(
            ItemHistory(item_id=item.id, at=clock.now(), from_state=before, to_state=step.state, actor=actor, why=why)
        )
    return step
