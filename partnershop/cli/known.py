"""Looking up what an operator names: a mistyped number is told at once instead of waiting for ever."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Charge, Complaint, Item, Order, Shop
from partnershop.cli.ending import UnknownThing
from partnershop.errors import Refused
from partnershop.rules.lifecycle import ItemState

_DECISIONS = ("complaint.accepted", "complaint.rejected")
_HINT = "--even-unknown keeps the event until it is"


def check_known(session: Session, shop: Shop, kind: str, data: Mapping[str, Any], *, even_unknown: bool) -> None:
    """Look up what the data of an event of the short type `kind` name.

    Raises `UnknownThing` when the order, item or complaint is not known, unless `even_unknown`; and `Refused` for a
    hand-over of an item that is held: nobody knows yet who could make it.
    """
    order = session.scalars(
        select(Order).where(Order.shop_id == shop.id, Order.number == data["order"])
    ).one_or_none()
    if order is None:
        return _unknown(f"order {data['order']} is not known at shop {shop.code}", even_unknown)
    if "item" in data:
        item = session.scalars(select(Item).where(Item.order_id == order.id, Item.key == data["item"])).one_or_none()
        if item is None and kind == "item.described" and _has_charge(session, order, data["item"]):
            return None
        if item is None:
            return _unknown(_no_item(session, order, data["item"]), even_unknown)
        if kind == "item.redirected":
            _check_not_held(order, item)
    if kind in _DECISIONS:
        _check_complaint(session, shop, order, data["complaint"], even_unknown)
    return None


def _unknown(sentence: str, even_unknown: bool) -> None:
    if not even_unknown:
        raise UnknownThing(f"{sentence}; {_HINT}")


def _no_item(session: Session, order: Order, key: str) -> str:
    keys = session.scalars(select(Item.key).where(Item.order_id == order.id).order_by(Item.id).limit(20)).all()
    return f"order {order.number} has no item {key}, it has {', '.join(keys)}"


def _has_charge(session: Session, order: Order, key: str) -> bool:
    query = select(Charge.id).where(Charge.order_id == order.id, Charge.key == key)
    return session.scalars(query).first() is not None


def _check_not_held(order: Order, item: Item) -> None:
    if item.state is ItemState.HELD and item.route is None:
        raise Refused(f"refused: item {item.key} of {order.number} is held and has no producer yet: {item.hold_reason}")


def _check_complaint(session: Session, shop: Shop, order: Order, key: str, even_unknown: bool) -> None:
    complaint = session.scalars(
        select(Complaint).where(Complaint.shop_id == shop.id, Complaint.key == key)
    ).one_or_none()
    if complaint is None:
        _unknown(f"complaint {key} is not known at shop {shop.code}", even_unknown)
    elif complaint.order_id != order.id:
        about = session.get_one(Order, complaint.order_id)
        raise UnknownThing(f"complaint {key} is about order {about.number}, not about {order.number}")
