"""Sending mails: a lease, the words kept before the first try, the call outside any transaction, its outcome.

A call whose outcome nobody knows is made again, other than a producer's: the same Message-ID and the same bytes are the
same message to any receiver. That goes for a call that was cut off as well, so it is noted as uncertain before it
begins. Both happen a few times at most, then the mail is parked where an operator sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Document, Mail, MailDocument, MailKind, MailState, Order, Shop
from partnershop import clock
from partnershop.errors import Defect, Transient
from partnershop.flows import document_bytes
from partnershop.flows.mail import due
from partnershop.flows.mail_composing import compose
from partnershop.flows.turns import Turns, of_shop, shops_with
from partnershop.gateways.mail import Attachment, Message
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable, Unknown

# Longer than a task may take (workers/queues.py): whoever holds a lease that has ended is not at work any more.
LEASE = timedelta(minutes=5)
# With the backoff below: about a day.
ATTEMPTS = 30
UNCERTAIN = 4
"""So many tries of which nobody knows whether they arrived: a customer must not get the same mail all day."""
DEFECTS = 4
_BACKOFF, _BACKOFF_CAP = timedelta(minutes=1), timedelta(hours=1)
_DIED = "the worker died each time"
_TURNS = Turns()


@dataclass(frozen=True)
class Job:
    """One mail to send, and the lease number that may write what becomes of it.

    `about` is what operators know it by ("FT-2026-000003 (invoice)"). `uncertain_at` and `times_uncertain` are what
    they were before this try.
    """

    mail_id: int
    lease: int
    about: str
    uncertain_at: datetime | None
    times_uncertain: int


def claim(session: Session) -> Job | None:
    """Lease the next mail, of each shop one in turn; mails whose tries are spent are parked on the way."""
    of_each = select(Mail.id).where(of_shop(Mail.shop_id, Shop.id), *due())
    shops = shops_with(session, of_each.order_by(Mail.shop_id, Mail.due_at))
    for mail in _TURNS.share_out(shops, 1, lambda shop, _: _next_of(session, shop)):
        mail.attempts += 1
        mail.lease += 1
        mail.leased_until = clock.now() + LEASE
        return Job(mail.id, mail.lease, _about(session, mail), mail.uncertain_at, mail.times_uncertain)
    return None


def _next_of(session: Session, shop_id: int) -> list[Mail]:
    """The shop's next mail, if any."""
    query = select(Mail).where(of_shop(Mail.shop_id, shop_id), *due())
    query = query.order_by(Mail.shop_id, Mail.due_at, Mail.id).limit(1)
    while (mail := session.scalars(query.with_for_update(skip_locked=True)).first()) is not None:
        if not _is_spent(mail):
            return [mail]
        _park(mail, mail.last_error or _DIED)
        session.flush()
    return []


def prepare(session: Session, job: Job) -> Message | None:
    """The mail as it goes out but for its papers; composed now where it never was.

    None when the lease is another's, or the shop's mail was switched off meanwhile.

    From this commit on it is uncertain whether it was sent, until an outcome is recorded. Raises what a mail that
    cannot be composed raises: see `note_failure`.
    """
    mail = _held(session, job)
    if mail is None or mail.state is not MailState.DUE:
        return None
    if mail.composed_at is None:
        compose(session, mail)
    mail.uncertain_at, mail.times_uncertain = clock.now(), job.times_uncertain + 1
    # They are there in whatever was composed.
    assert mail.message_id is not None
    assert mail.sender is not None
    assert mail.composed_at is not None
    return Message(
        message_id=mail.message_id,
        date=mail.composed_at,
        sender=mail.sender,
        sender_name=mail.sender_name,
        reply_to=mail.reply_to,
        recipients=tuple(mail.recipients or ()),
        bcc=tuple(mail.bcc or ()),
        subject=mail.subject or "",
        text=mail.text_body or "",
        html=mail.html_body or "",
        language=mail.language,
    )


def attachments(session: Session, job: Job) -> tuple[Attachment, ...] | Unavailable | Rejected:
    """The papers of a mail, the stored bytes; `Rejected` where they are not those that were stored first."""
    query = select(Document.id, Document.number).join(MailDocument, MailDocument.document_id == Document.id)
    rows = session.execute(query.where(MailDocument.mail_id == job.mail_id).order_by(MailDocument.position)).all()
    try:
        contents = document_bytes.load(session, [row.id for row in rows])
    except Transient as problem:
        return Unavailable(str(problem))
    except Defect as problem:
        return Rejected(f"not sent: {problem}")
    if missing := [row.number for row in rows if row.id not in contents]:
        return Unavailable(f"{', '.join(missing)} has no bytes yet")
    return tuple(Attachment(f"{row.number}.pdf", contents[row.id]) for row in rows)


def record(session: Session, job: Job, outcome: Outcome) -> MailState | None:
    """Write what became of a try; the mail's state then, or None when another worker has taken it over."""
    mail = _held(session, job)
    if mail is None:
        return None
    mail.leased_until = None
    if not isinstance(outcome, Unknown):
        mail.uncertain_at, mail.times_uncertain = job.uncertain_at, job.times_uncertain
    if isinstance(outcome, Done):
        mail.state, mail.sent_at, mail.answer, mail.last_error = MailState.SENT, clock.now(), outcome.reference, None
        mail.times_sent += 1
        mail.uncertain_at, mail.times_uncertain = None, 0
    elif isinstance(outcome, Rejected):
        _park(mail, outcome.reason)
    else:
        _again(mail, outcome.reason)
    return mail.state


def note_failure(session: Session, job: Job, error: str) -> MailState | None:
    """Count a try that ended in an error of the program; a few of them park the mail, and everything else goes on."""
    mail = _held(session, job)
    if mail is None:
        return None
    mail.leased_until = None
    _again(mail, error)
    if mail.attempts >= DEFECTS:
        _park(mail, error)
    return mail.state


def _held(session: Session, job: Job) -> Mail | None:
    """The mail, locked, where the lease is still this job's."""
    query = select(Mail).where(Mail.id == job.mail_id, Mail.lease == job.lease).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _is_spent(mail: Mail) -> bool:
    return mail.attempts >= ATTEMPTS or mail.times_uncertain >= UNCERTAIN


def _again(mail: Mail, error: str) -> None:
    mail.last_error = error
    mail.due_at = clock.now() + min(_BACKOFF_CAP, _BACKOFF * 2 ** min(mail.attempts - 1, 6))
    if _is_spent(mail):
        _park(mail, error)


def _park(mail: Mail, error: str) -> None:
    mail.last_error, mail.leased_until = error, None
    # One that was switched off in the meantime stays so.
    if mail.state is MailState.DUE:
        mail.state = MailState.PARKED


def _about(session: Session, mail: Mail) -> str:
    return f"{', '.join(_names(session, mail))} ({mail.kind.value})"


def _names(session: Session, mail: Mail) -> Sequence[str]:
    if mail.kind is MailKind.DIGEST:
        return [session.get_one(Shop, mail.shop_id).code]
    query = select(Document.number).join(MailDocument, MailDocument.document_id == Document.id)
    numbers = session.scalars(query.where(MailDocument.mail_id == mail.id).order_by(MailDocument.position)).all()
    return numbers or [session.get_one(Order, mail.order_id).number]
