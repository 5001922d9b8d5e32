"""Mails become rows in the transaction of what they tell; they are composed and sent later (mail_sending.py)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, select, update
from sqlalchemy.orm import Session

from models import (
    Complaint,
    Item,
    Mail,
    MailDocument,
    MailItem,
    MailKind,
    MailState,
    Order,
    Rendering,
    RenderingState,
    Shop,
    ShopSettings,
)
from partnershop import clock
from partnershop.config import config
from partnershop.db import copy_rows, new_ids, wake
from partnershop.flows.timing import it_is_time, nobody_holds
from partnershop.rules.papers import DocumentKind
from partnershop.stages import Stage, Wake


def due() -> tuple[ColumnElement[bool], ...]:
    """A mail whose time has come, whose papers are all printed, and that nobody is just sending."""
    unprinted = _has_paper(Rendering.state != RenderingState.DONE)
    return Mail.state == MailState.DUE, it_is_time(Mail), nobody_holds(Mail), ~unprinted


def will_go() -> tuple[ColumnElement[bool], ...]:
    """A mail that goes out by itself sooner or later: none whose paper could not be printed."""
    return Mail.state == MailState.DUE, ~_has_paper(Rendering.state == RenderingState.PARKED)


def _has_paper(condition: ColumnElement[bool]) -> Exists:
    carried = select(MailDocument.mail_id).join(Rendering, Rendering.document_id == MailDocument.document_id)
    return carried.where(MailDocument.mail_id == Mail.id, condition).exists()


def is_on(settings: ShopSettings) -> bool:
    """Whether the shop has its mails sent by us."""
    return settings.mail.get("enabled") is True


def stop(session: Session, shop_id: int) -> None:
    """The shop sends no mails any more: what waits is off. One in the middle of its call is sent, and never again."""
    session.execute(
        update(Mail)
        .where(Mail.shop_id == shop_id, Mail.state == MailState.DUE)
        .values(state=MailState.OFF)
        .execution_options(synchronize_session=False)
    )


def make_due_again(session: Session, mail: Mail) -> None:
    """Send a mail (locked) once more, or at last; one that was composed goes out as it is, with the same Message-ID."""
    mail.state, mail.due_at, mail.attempts, mail.times_uncertain = MailState.DUE, clock.now(), 0, 0
    mail.last_error = None
    wake(session, Wake(Stage.MAIL))


def queue_papers(session: Session, settings: ShopSettings, papers: Sequence[Mapping[str, Any]]) -> None:
    """Make the mails of papers that are there, rows of `document`."""
    attach(session, make_for(session, settings, papers))


def make_for(
    session: Session, settings: ShopSettings, papers: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Make the mails of papers that are about to be written; what to `attach` to them once they are.

    A reduced invoice and the reversal issued with it go in one mail, every other paper in its own. Where the shop sends
    no mail, the rows say so: `off`.
    """
    by_id = {paper["id"]: paper for paper in papers}
    companions = {paper["companion_id"] for paper in papers}
    groups = [
        [by_id[i] for i in (paper["companion_id"], paper["id"]) if i is not None]
        for paper in papers
        if paper["id"] not in companions
    ]
    ids = new_ids(session, Mail.__table__, len(groups))  # type: ignore[arg-type]  # a Table, declared FromClause
    rows = [_mail_of(settings, mail_id, group[-1]) for mail_id, group in zip(ids, groups, strict=True)]
    copy_rows(session, Mail.__table__, rows)  # type: ignore[arg-type]
    return [
        {"mail_id": mail_id, "position": position, "document_id": paper["id"]}
        for mail_id, group in zip(ids, groups, strict=True)
        for position, paper in enumerate(group, 1)
    ]


def attach(session: Session, attached: Sequence[Mapping[str, Any]]) -> None:
    """Put papers into the mails that `make_for` made."""
    copy_rows(session, MailDocument.__table__, attached)  # type: ignore[arg-type]


def _mail_of(settings: ShopSettings, mail_id: int, paper: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": mail_id,
        "shop_id": paper["shop_id"],
        "order_id": paper["order_id"],
        "kind": MailKind(DocumentKind(paper["kind"]).value).value,
        "state": (MailState.DUE if is_on(settings) else MailState.OFF).value,
        "language": paper["language"],
        "created_at": clock.now(),
        "due_at": clock.now(),
    }


def queue_rejection(session: Session, shop: Shop, order: Order, complaint: Complaint) -> None:
    """The mail that tells a customer that the complaint was rejected, and why."""
    if order.internal or not is_on(session.get_one(ShopSettings, shop.settings_id)):
        return
    session.add(_mail(order, MailKind.COMPLAINT_REJECTED, clock.now(), complaint_id=complaint.id))
    wake(session, Wake(Stage.MAIL))


def queue_shipped(session: Session, shop: Shop, shipped: Sequence[tuple[Order, Item]]) -> None:
    """The mails that tell customers what is on its way; the orders must be locked.

    Items that leave within a short time (PARTNERSHOP_MAIL_GATHER_SECONDS) are told in one mail per order.
    """
    told = [(order, item) for order, item in shipped if not order.internal]
    if not told or not is_on(session.get_one(ShopSettings, shop.settings_id)):
        return
    session.flush()
    due_at = clock.now() + timedelta(seconds=config().mail_gather_seconds)
    by_order: dict[int, list[Item]] = defaultdict(list)
    for order, item in told:
        by_order[order.id].append(item)
    orders = {order.id: order for order, _ in told}
    mails = _waiting(session, list(orders))
    for order_id, order in orders.items():
        if order_id not in mails:
            mails[order_id] = _mail(order, MailKind.SHIPPED, due_at)
            session.add(mails[order_id])
    session.flush()
    session.add_all(MailItem(mail_id=mails[order].id, item_id=item.id) for order in orders for item in by_order[order])
    wake(session, Wake(Stage.MAIL))


def _waiting(session: Session, order_ids: Sequence[int]) -> dict[int, Mail]:
    """The mails about shipped items that are not composed yet, by order; locked, so that nobody composes them now."""
    query = (
        select(Mail)
        .where(Mail.order_id.in_(order_ids), Mail.kind == MailKind.SHIPPED)
        .where(Mail.state == MailState.DUE, Mail.composed_at.is_(None))
        .order_by(Mail.id)
        .with_for_update(skip_locked=True)
    )
    return {mail.order_id: mail for mail in session.scalars(query) if mail.order_id is not None}


def _mail(order: Order, kind: MailKind, due_at: datetime, complaint_id: int | None = None) -> Mail:
    return Mail(
        shop_id=order.shop_id, order_id=order.id, complaint_id=complaint_id, kind=kind, state=MailState.DUE,
        language=order.language, created_at=clock.now(), due_at=due_at,
    )  # fmt: skip
