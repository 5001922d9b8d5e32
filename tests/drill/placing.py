"""A real place as tests use it: one order after the other, and waiting that looks after the place meanwhile."""

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
from celery import Celery
from kombu.exceptions import OperationalError

from partnershop.drill.place import Place
from partnershop.drill.sender import SINGLE, Sender
from partnershop.drill.stories import plain
from partnershop.drill.strikes import Strike, Struck
from workers.queues import QUEUES, queue_of

_SECONDS = 120.0
_HINT_SECONDS = 1.0


class Played:
    """A place, and what tests do with it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._number = 0
        self._celery = Celery(broker=place.broker_url)
        self._hinted = 0.0
        # Its invoices come with the order.
        self._rules = next(shop for shop in place.shops if shop.settings["invoice_on"] == "placed")

    def until(self, question: Callable[[], object], what: str) -> None:
        """Look after the place until the answer is yes; while a server is away the answer is no.

        It wakes all stages meanwhile, more often than the sweeper does.
        """
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            self.place.tick()
            with suppress(psycopg.Error):
                if question():
                    return
            self._hint()
            time.sleep(0.05)
        raise AssertionError(f"not within {_SECONDS:g} seconds: {what}")

    def _hint(self) -> None:
        if time.monotonic() - self._hinted < _HINT_SECONDS:
            return
        self._hinted = time.monotonic()
        with suppress(OperationalError):
            for task in ("documents.render_papers", "mail.send_mails", "sweeper.look_for_due_work"):
                queue = queue_of(task)
                assert queue in QUEUES
                self._celery.send_task(task, queue=queue, routing_key=queue, retry=False)

    def until_ready(self, *names: str) -> None:
        """All of these run and are ready."""
        self.until(lambda: all(self.place.is_ready(name) for name in names), f"{', '.join(names)} ready")

    def next_number(self) -> str:
        """The number of the next order."""
        return f"P-{self._number + 1}"

    def order(self) -> str:
        """Place an order that is invoiced at once; its number."""
        number, shop = self.next_number(), self._rules.code
        self._number += 1
        story = plain(random.Random(self._number), self._rules, number, self.place.now() - timedelta(minutes=5))
        sender = Sender(self.place.intake, shop, self.place.secrets[shop], self.place.now)
        for event in story.events():
            self.until(partial(self._is_taken, sender, json.dumps(event).encode()), "an answer of the door")
        sender.close()
        return number

    @staticmethod
    def _is_taken(sender: Sender, body: bytes) -> bool:
        return sender.post(body, SINGLE, sender.message()).status == 202

    def rendering(self, number: str) -> tuple[Any, ...] | None:
        """State and lease of the rendering of the order's invoice, None before there is one."""
        query = """
            SELECT rendering.state, rendering.lease FROM rendering JOIN document ON document.id = document_id
            JOIN orders ON orders.id = document.order_id WHERE orders.number = %s"""
        with self.place.sql() as connection:
            return connection.execute(query, (number,)).fetchone()

    def until_rendered(self, number: str) -> int:
        """Wait for the invoice's bytes; how many leases that took."""
        self.until(lambda: (self.rendering(number) or (None,))[0] == "done", f"the invoice of {number}")
        found = self.rendering(number)
        assert found is not None
        return int(found[1])

    def strike(self, strike: Strike) -> Struck:
        """Give an order and wait until it was carried out, with work for it."""
        self.place.order(strike)
        struck: list[Struck] = []

        def has_struck() -> bool:
            struck.extend(self.place.struck())
            return bool(struck)

        self.until(has_struck, f"{strike}")
        assert [one.strike for one in struck] == [strike]
        return struck[0]
