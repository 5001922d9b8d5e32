"""The mail stage: each mail a row, then the call, then its outcome."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from celery import shared_task

from models import MailState
from partnershop.config import config
from partnershop.db import unit_of_work, wake
from partnershop.flows import mail_sending
from partnershop.gateways.mail import Post, post
from partnershop.rules.words import counted
from partnershop.stages import Stage, Wake
from tasks.working import end_of_slice, goes_on, guarded

_NAMED = 5
# What became of a try that did not send the mail.
_ENDS: dict[MailState | None, str] = {
    MailState.PARKED: "parked",
    MailState.DUE: "to be tried again",
    MailState.OFF: "switched off meanwhile",
    None: "with another worker",
}


@dataclass(frozen=True)
class _Tried:
    """A mail by what operators know it by, and its state after the try; None where another worker has it now."""

    about: str
    state: MailState | None


@shared_task(name="mail.send_mails")
def send_mails(shop: str | None = None) -> str:
    """Send the mails that wait, to customers and operators, until none is due."""
    # Before anything is claimed: that the server's address is none is no fault of a mail.
    carrier = the_post()
    tried: list[_Tried] = []
    until = end_of_slice()
    while goes_on(until):
        # Claimed alone: whatever happens to this process, only one is in doubt.
        with unit_of_work() as session:
            job = mail_sending.claim(session)
        if job is None:
            break
        tried.append(guarded(partial(_send, carrier, job), partial(_failed, job), mail=job.mail_id))
    else:
        with unit_of_work() as session:
            wake(session, Wake(Stage.MAIL, shop=shop))
    return _sentence(tried)


@cache
def the_post() -> Post:
    """Who carries the mails of this process; it may keep a connection from one mail to the next.

    Raises `Refused` when PARTNERSHOP_SMTP_URL is no address of a mail server.
    """
    return post(config().smtp_url, config().data / "mails")


def _send(carrier: Post, job: mail_sending.Job) -> _Tried:
    with unit_of_work() as session:
        message = mail_sending.prepare(session, job)
    if message is None:
        return _Tried(job.about, None)
    with unit_of_work() as session:
        papers = mail_sending.attachments(session, job)
    outcome = carrier.send(replace(message, attachments=papers)) if isinstance(papers, tuple) else papers
    with unit_of_work() as session:
        return _Tried(job.about, mail_sending.record(session, job, outcome))


def _failed(job: mail_sending.Job, error: Exception) -> _Tried:
    with unit_of_work() as session:
        return _Tried(job.about, mail_sending.note_failure(session, job, f"{type(error).__name__}: {error}"))


def _sentence(tried: Sequence[_Tried]) -> str:
    """Papers and orders only: no names or addresses of people."""
    if not tried:
        return "nothing was due"
    sent = [one.about for one in tried if one.state is MailState.SENT]
    parts = [f"{counted(len(sent), 'mail')} sent: {', '.join(sent[-_NAMED:])}"] if sent else []
    others = Counter(_ENDS[one.state] for one in tried if one.state is not MailState.SENT)
    return "; ".join(parts + [f"{number} {end}" for end, number in others.items()])
