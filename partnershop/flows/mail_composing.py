"""Composing a mail: what is in the rows now becomes its words, once, and they are kept with the mail for ever."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models import (
    Case,
    Complaint,
    Document,
    Item,
    Mail,
    MailDocument,
    MailItem,
    MailKind,
    Order,
    RefundRequest,
    ShopSettings,
)
from partnershop import clock
from partnershop.documents import mail_view
from partnershop.documents.mail_letter import Letter, html_of, text_of
from partnershop.documents.mail_view import Addressed, Complained, Parcel, Settled
from partnershop.flows.orders import settings_of
from partnershop.flows.papers import load_papers, party_of
from partnershop.gateways.mail_addresses import checked
from partnershop.rules.lifecycle import ItemState


def compose(session: Session, mail: Mail) -> None:
    """Write the words of a mail to a customer, who sends it and to whom; the mail must be locked.

    A digest is composed when it is made. Raises `ValueError` when the sender's address is none.
    """
    settings = settings_of(session, mail.shop_id)
    letter, recipient = _LETTERS[mail.kind](session, mail, settings)
    freeze(mail, settings, letter, [recipient], _list_of(settings.mail.get("bcc")))


def freeze(
    mail: Mail, settings: ShopSettings, letter: Letter, recipients: Sequence[str], bcc: Sequence[str] = ()
) -> None:
    """Write a letter into its mail, from the shop's sender to these addresses; from then on it stays as it is.

    Raises `ValueError` when the sender's address is none.
    """
    sender = checked(settings.mail.get("sender") or settings.seller["email"], "The sender's address")
    mail.sender = sender
    mail.sender_name = settings.mail.get("sender_name") or settings.seller["legal_name"]
    mail.reply_to = settings.mail.get("reply_to")
    mail.recipients, mail.bcc = list(recipients), list(bcc)
    mail.subject, mail.text_body, mail.html_body = letter.subject, text_of(letter), html_of(letter)
    mail.language = letter.language
    mail.message_id = f"<{mail.key}@{sender.rpartition('@')[2]}>"
    mail.composed_at = clock.now()


def _list_of(stored: Sequence[str] | None) -> Sequence[str]:
    return stored or ()


def _invoice(session: Session, mail: Mail, _: ShopSettings) -> tuple[Letter, str]:
    (document,) = _documents(session, mail)
    paper = load_papers(session, [document.id])[document.id]
    return mail_view.invoice(paper), document.buyer["email"]


def _reversal(session: Session, mail: Mail, _: ShopSettings) -> tuple[Letter, str]:
    (document,) = _documents(session, mail)
    paper = load_papers(session, [document.id])[document.id]
    return mail_view.reversal(paper, _settled(session, document)), document.buyer["email"]


def _reduced_invoice(session: Session, mail: Mail, _: ShopSettings) -> tuple[Letter, str]:
    reversal, reduced = _documents(session, mail)
    papers = load_papers(session, [reversal.id, reduced.id])
    case = session.get_one(Case, reduced.case_id)
    complained = _complained(session, session.get_one(Complaint, case.complaint_id))
    letter = mail_view.reduced_invoice(
        papers[reversal.id], papers[reduced.id], complained, _settled(session, reduced)
    )
    return letter, reduced.buyer["email"]


def _complaint_rejected(session: Session, mail: Mail, settings: ShopSettings) -> tuple[Letter, str]:
    complaint = session.get_one(Complaint, mail.complaint_id)
    order = session.get_one(Order, mail.order_id)
    complained = _complained(session, complaint)
    letter = mail_view.complaint_rejected(_addressed(order, settings), complained, complaint.decision_reason or "")
    return letter, order.customer["email"]


def _shipped(session: Session, mail: Mail, settings: ShopSettings) -> tuple[Letter, str]:
    order = session.get_one(Order, mail.order_id)
    query = select(Item).join(MailItem, MailItem.item_id == Item.id).where(MailItem.mail_id == mail.id)
    items = session.scalars(query.order_by(Item.position)).all()
    parcels = [Parcel(item.description, item.quantity, item.carrier, item.tracking) for item in items]
    on_their_way = (ItemState.SHIPPED, ItemState.CANCELLED)
    missing = exists().where(
        Item.order_id == order.id, Item.state.not_in(on_their_way), Item.cancellation_id.is_(None)
    )
    more_follow = session.scalars(select(missing)).one()
    return mail_view.shipped(_addressed(order, settings), parcels, more_follow=more_follow), order.customer["email"]


# Asks the rows; gives the words, and the address of the customer they are for.
_LETTERS: Mapping[MailKind, Callable[[Session, Mail, ShopSettings], tuple[Letter, str]]] = {
    MailKind.INVOICE: _invoice,
    MailKind.REVERSAL: _reversal,
    MailKind.REDUCED_INVOICE: _reduced_invoice,
    MailKind.COMPLAINT_REJECTED: _complaint_rejected,
    MailKind.SHIPPED: _shipped,
}


def _documents(session: Session, mail: Mail) -> Sequence[Document]:
    query = select(Document).join(MailDocument, MailDocument.document_id == Document.id)
    return session.scalars(query.where(MailDocument.mail_id == mail.id).order_by(MailDocument.position)).all()


def _settled(session: Session, document: Document) -> Settled:
    """What the case that issued this paper means for the customer's money.

    A request that failed counts too: the money is on its way back still, by the request that takes its place.
    """
    case = session.get_one(Case, document.case_id)
    order = session.get_one(Order, document.order_id)
    requested = select(func.coalesce(func.sum(RefundRequest.amount), 0)).where(
        RefundRequest.order_id == order.id, RefundRequest.reason.startswith(f"case {case.id}: ", autoescape=True)
    )
    return Settled(refunded=int(session.scalars(requested).one()), owed=case.owed_after or 0, paid=order.paid)


def _complained(session: Session, complaint: Complaint) -> Complained:
    item = session.get_one(Item, complaint.item_id)
    return Complained(complaint.key, item.description, complaint.reason)


def _addressed(order: Order, settings: ShopSettings) -> Addressed:
    seller: dict[str, Any] = settings.seller
    return Addressed(order.language, party_of(seller, "legal_name"), order.customer["name"], order.number)
