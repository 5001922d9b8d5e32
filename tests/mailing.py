"""A shop whose mails we send, a post that keeps them, and printed papers without a printer."""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from factories import STAGES, Scene
from sqlalchemy import select
from sqlalchemy.orm import undefer

import tasks.mail
from models import Mail, MailKind
from partnershop.db import unit_of_work
from partnershop.flows import documents
from partnershop.gateways.fakes import FakePost
from partnershop.stages import Stage

MAIL = {"sender": "mail@aurora.example", "bcc": "books@aurora.example", "digest": ["works@aurora.example"]}


def parsed(data: bytes) -> EmailMessage:
    """A mail as a receiver reads it."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return message


def text_of(data: bytes, kind: str = "plain") -> str:
    """The plain text of a mail, or its HTML."""
    body = parsed(data).get_body((kind,))
    assert body is not None
    return str(body.get_content())


@dataclass
class Mailing:
    """The shop of the scene, and who carries its mails."""

    scene: Scene
    post: FakePost

    def print_papers(self) -> None:
        """Every paper that is not printed has bytes now, its number among them."""
        with unit_of_work() as session:
            for job in documents.claim(session, 1000):
                documents.store(session, job, f"%PDF {job.paper.number}".encode(), "tests")

    def go(self) -> list[str]:
        """Do all that is due, print, and send."""
        said = self.scene.go(STAGES - {Stage.MAIL})
        self.print_papers()
        return said + self.scene.go()

    def send(self) -> str:
        """What the task says after sending all that is due."""
        return str(tasks.mail.send_mails())

    def rows(self, kind: MailKind | None = None) -> list[Mail]:
        """The mails, the oldest first, with their texts."""
        texts = undefer(Mail.text_body), undefer(Mail.html_body), undefer(Mail.told)
        query = select(Mail).order_by(Mail.id).options(*texts)
        with unit_of_work() as session:
            return list(session.scalars(query if kind is None else query.where(Mail.kind == kind)))

    def row(self, kind: MailKind) -> Mail:
        """The only mail of this kind."""
        (row,) = self.rows(kind)
        return row

    def change(self, mail: Mail, **values: Any) -> None:
        """Write columns of a mail past all flows."""
        with unit_of_work() as session:
            row = session.get_one(Mail, mail.id)
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
def mailing(scene: Scene, product: pytest.MonkeyPatch) -> Mailing:
    """The sample shop with mail on; items that leave within no time are told at once."""
    product.setenv("PARTNERSHOP_MAIL_GATHER_SECONDS", "0")
    scene.change_settings(mail=MAIL)
    made = Mailing(scene, FakePost())
    product.setattr(tasks.mail, "the_post", lambda: made.post)
    return made


__all__ = ["mailing"]
