"""A shop in which everything has happened that the judge looks at, with what was told of it and what is outside."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import factories
import psycopg
import pytest
from audit_scenario import forget_database, use_database
from factories import AT_UNITEDPRINT, PRODUCTS, Scene, item, shipping
from mailing import MAIL, parsed
from psycopg import sql

import tasks.dispatch
import tasks.mail
from partnershop import db
from partnershop.config import config
from partnershop.db import migrate, unit_of_work
from partnershop.drill.ledger import Event
from partnershop.drill.outside import Handed, Instructed, Mailed, Outside
from partnershop.drill.reckoning import ShopRules
from partnershop.flows import documents
from partnershop.flows.intake import Receipt
from partnershop.gateways.fakes import FakePost, FakeProducer
from partnershop.rules.money import to_minor
from partnershop.stages import Stage


class Told(Scene):
    """A shop that remembers what it was answered 202 for, whose mails are kept, and whose papers get small bytes."""

    def __init__(self, patch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.accepted: list[Event] = []
        self.post = FakePost()
        super().__init__(mail=MAIL, **settings)
        patch.setenv("PARTNERSHOP_MAIL_GATHER_SECONDS", "0")
        config.cache_clear()
        patch.setattr(tasks.dispatch, "workshop", lambda _: self.workshop)
        patch.setattr(tasks.dispatch, "unitedprint", lambda _: self.unitedprint)
        patch.setattr(tasks.mail, "the_post", lambda: self.post)
        patch.setattr(db, "_waker", None)

    @property
    def rules(self) -> ShopRules:
        """As the judge wants them."""
        return ShopRules(self.settings, PRODUCTS)

    def knock(self, *events: Mapping[str, Any]) -> Receipt:
        """Put events in, and remember those that were accepted."""
        receipt = super().knock(*events)
        assert not receipt.quarantined, receipt.quarantined
        self.accepted += events
        return receipt

    def work(self) -> None:
        """Do all that is due, printing and mailing too."""
        self.go(factories.STAGES - {Stage.MAIL})
        self.print_papers()
        self.go()

    def print_papers(self) -> None:
        """Every paper has bytes now; the real printer is slow and looked at elsewhere."""
        with unit_of_work() as session:
            for job in documents.claim(session, 1000):
                documents.store(session, job, f"%PDF {job.paper.number}".encode(), "tests")

    def outside(self) -> Outside:
        """What those outside hold."""
        refunds = [instruction(path) for path in sorted((config().data / "refunds").glob("*/*.json"))]
        mails = tuple(mailed(data) for data in self.post.sent)
        return Outside(handed(self.workshop, self.unitedprint), tuple(refunds), mails)


def handed(workshop: FakeProducer, unitedprint: FakeProducer) -> tuple[Handed, ...]:
    """What the two producers hold."""
    ours = [Handed("in_house", each.key, each.shop, each.key in workshop.withdrawn) for each in workshop.tickets]
    return (*ours, *(Handed("unitedprint", each.key, each.shop) for each in unitedprint.tickets))


def instruction(path: Path) -> Instructed:
    """A refund instruction as it lies in its folder."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return Instructed(said["shop"], said["refund"], said["order"], to_minor(said["amount"], said["currency"]))


def mailed(data: bytes) -> Mailed:
    """A mail as it went over the wire."""
    message = parsed(data)
    names = [part.get_filename() or "" for part in message.iter_attachments()]
    papers = tuple(name.removesuffix(".pdf") for name in names if name.endswith(".pdf"))
    return Mailed(str(message["Message-ID"]), hashlib.sha256(data).hexdigest(), papers)


def play(shop: Told) -> None:
    """Orders of every kind, up to a state in which nothing is due."""
    flyer: dict[str, Any] = {"options": AT_UNITEDPRINT}
    # Invoiced, then reduced, taken back in part, paid in full: money goes back twice, once it is refused.
    shop.place("A-1", [item("1", "68.33"), item("2", "57.50", **flyer), item("3", "85.00")], charges=[shipping()])
    shop.pay("A-1", "266.70")
    shop.work()
    shop.ship("A-1", "1", "2", "3")
    shop.work()
    shop.complain("A-1", "1", "C-1")
    shop.accept("A-1", "C-1", net="8.33")
    shop.work()
    shop.cancel("A-1", "2")
    shop.work()
    shop.tell("refund.settled", refund="R-1", reference="bank-1")
    shop.tell("refund.failed", refund="R-2", reason="card expired")
    shop.work()
    # Not paid: nothing may go, and a report that comes all the same waits.
    shop.place("A-2", [item("1", "10.00")], payment_method="card")
    shop.ship("A-2", "1")
    # Held, since nobody knows the product.
    shop.place("A-3", [item("1", "10.00", product="banner", options={})])
    # Cancelled after it was handed over, before it was invoiced; paid only afterwards.
    shop.place("A-4", [item("1", "40.00"), item("2", "20.00", **flyer)])
    shop.work()
    shop.cancel("A-4", "1")
    shop.pay("A-4", "50.00")
    shop.complain("A-4", "2", "C-2")
    shop.reject("A-4", "C-2")
    # Internal; out of paper, so it goes to Unitedprint.
    shop.place("A-5", [item("1", "30.00"), item("2", "5.00")], internal=True)
    shop.work()
    shop.operator("item.redirected", order="A-5", item="1", to="unitedprint", reason="out of paper")
    # Of an order that never comes.
    shop.pay("A-9", "1.00")
    shop.work()


@contextmanager
def own_database(database_url: str, name: str, data: Path) -> Iterator[tuple[pytest.MonkeyPatch, str]]:
    """A database and data folder for this block, with the product at work on them."""
    server, _, base = database_url.rpartition("/")
    own = sql.Identifier(f"{base}_{name}")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(own))
    with pytest.MonkeyPatch.context() as patch:
        url = f"{server}/{base}_{name}"
        patch.setenv("PARTNERSHOP_DATA", str(data))
        migrate(url)
        use_database(url, patch)
        yield patch, url
        forget_database()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(own))
