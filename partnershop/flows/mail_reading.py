"""Mails as operators look for them: listed, and found by their own name or by a paper that they carry."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, undefer

from models import Document, Mail, MailDocument, MailState, Order, Shop
from partnershop.errors import Refused
from partnershop.flows.timing import nobody_holds

_NAME = re.compile(r"(?:M-)?([0-9]{1,18})")


class Wanted(StrEnum):
    """Which mails to list: those in a state, or those of which nobody knows whether they arrived."""

    DUE = "due"
    SENT = "sent"
    PARKED = "parked"
    OFF = "off"
    UNCERTAIN = "uncertain"


class NoMail(Refused):
    """There is no mail of this name."""


@dataclass(frozen=True)
class Listed:
    """A mail, the number of its order where it has one, and the numbers of its papers."""

    mail: Mail
    order: str | None
    papers: tuple[str, ...]


def listed(
    session: Session, shop: Shop, wanted: Wanted | None = None, order: str | None = None, limit: int = 500
) -> list[Listed]:
    """The mails of a shop, the newest first."""
    query = select(Mail).where(Mail.shop_id == shop.id).order_by(Mail.id.desc()).limit(limit)
    if wanted is not None:
        query = query.where(*_is(wanted))
    if order is not None:
        query = query.join(Order, Order.id == Mail.order_id).where(Order.number == order)
    return _with_names(session, session.scalars(query).all())


def of_order(session: Session, order: Order) -> list[Listed]:
    """The mails of an order, the oldest first."""
    return _with_names(session, session.scalars(select(Mail).where(Mail.order_id == order.id).order_by(Mail.id)).all())


def find(session: Session, shop: Shop, name: str) -> Mail:
    """The mail of this name (M-17), or the one that carries the paper of this number; locked, with its texts.

    Raises `NoMail` when the shop has none.
    """
    carried = (
        select(MailDocument.mail_id)
        .join(Document, Document.id == MailDocument.document_id)
        .where(Document.shop_id == shop.id, Document.number == name)
    )
    mail_id = session.scalars(carried).first()
    if mail_id is None and (own := _NAME.fullmatch(name)):
        mail_id = int(own[1])
    texts = undefer(Mail.text_body), undefer(Mail.html_body)
    query = select(Mail).where(Mail.id == mail_id, Mail.shop_id == shop.id).options(*texts).with_for_update()
    mail = session.scalars(query).first()
    if mail is None:
        raise NoMail(f"there is no mail or paper {name} in {shop.code}; `mail list --shop {shop.code}` has its mails")
    return mail


def names_of(session: Session, mail: Mail) -> Listed:
    """The mail with its order and papers."""
    return _with_names(session, [mail])[0]


def _is(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    if wanted is Wanted.UNCERTAIN:
        # What is just being sent is not settled yet.
        return Mail.uncertain_at.is_not(None), Mail.state != MailState.SENT, nobody_holds(Mail)
    return (Mail.state == MailState(wanted.value),)


def _with_names(session: Session, mails: Sequence[Mail]) -> list[Listed]:
    orders = _orders(session, mails)
    papers: dict[int, list[str]] = defaultdict(list)
    query = (
        select(MailDocument.mail_id, Document.number)
        .join(Document, Document.id == MailDocument.document_id)
        .where(MailDocument.mail_id.in_([mail.id for mail in mails]))
        .order_by(MailDocument.mail_id, MailDocument.position)
    )
    for mail_id, number in session.execute(query):
        papers[mail_id].append(number)
    return [Listed(mail, orders.get(mail.order_id or 0), tuple(papers[mail.id])) for mail in mails]


def _orders(session: Session, mails: Sequence[Mail]) -> Mapping[int, str]:
    wanted = {mail.order_id for mail in mails if mail.order_id is not None}
    return dict(session.execute(select(Order.id, Order.number).where(Order.id.in_(wanted))).all())
