"""The product at work for the machine: its hints in a queue, its tasks in this process, broken off where it is said."""

import copy
import itertools
import os
from collections.abc import Iterable, Mapping
from typing import Any

import pipeline
import psycopg
import pytest
from factories import SETTINGS, Clock, Scene
from machine_model import World
from machine_rows import Reader
from sqlalchemy.orm import Session

import tasks.dispatch
from partnershop import audit, db
from partnershop.config import config
from partnershop.counters import add_committed
from partnershop.db import unit_of_work
from partnershop.drill.points import COMMITTED, Point, watching
from partnershop.errors import Refused
from partnershop.flows import sweeping
from partnershop.gateways.fakes import FakeProducer
from partnershop.rules.eligibility import Route
from partnershop.stages import Stage, Wake

STAGES = pipeline.ALL - {Stage.DOCUMENTS, Stage.MAIL}
LEASES_END = 3600
RUNS_OF_A_DATABASE = 100
"""After so many runs the tables are emptied, so that the thousandth takes no longer than the first."""
_NOT_DONE_HERE = "papers to render"
_CODES = (f"run-{number}" for number in itertools.count(1))


class Broken(BaseException):
    """The worker dies here: nothing below may catch it."""


class Breaker:
    """Breaks a task off at a point. Armed, it lets `lets_pass` points of its kind pass and breaks at the next."""

    def __init__(self) -> None:
        self._kind: str | None = None
        self._left = 0
        self._is_dead = False
        self.broken = 0

    def arm(self, kind: str, lets_pass: int) -> None:
        """The kind is "statement", "commit" or "committed"."""
        self._kind, self._left = kind, lets_pass

    def disarm(self) -> None:
        """Everything goes well again."""
        self._kind, self._is_dead = None, False

    def reached(self, point: Point) -> None:
        """A point of the task was reached."""
        if self._kind != ("statement" if isinstance(point.at, int) else point.at):
            return
        self._left -= 1
        if self._left >= 0:
            return
        self.disarm()
        self.broken += 1
        if point.at != COMMITTED:
            raise Broken
        # The connection is on its way back into the pool; `after_commit` breaks a moment later.
        self._is_dead = True

    def after_commit(self) -> None:
        """The unit of work has committed, and has not woken anybody."""
        if self._is_dead:
            self.disarm()
            raise Broken


class House:
    """One product for many runs; `open` gives each a shop and producers of its own."""

    scene: Scene
    world: World

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._database_url = config().database_url
        self._start = os.environ.get("PARTNERSHOP_CLOCK_OFFSET_SECONDS", "0")
        self._runs = 0
        self.hints: dict[Wake, None] = {}
        self.breaker = Breaker()
        self.reader = Reader(self._database_url)
        self.is_left_clean = False
        patch.setattr(tasks.dispatch, "workshop", lambda _: self.scene.workshop)
        patch.setattr(tasks.dispatch, "unitedprint", lambda _: self.scene.unitedprint)
        patch.setattr(db, "_waker", self._remember)
        patch.setattr(db, "add_committed", self._committed)

    def open(self, world: World, **settings: Any) -> None:
        """A new shop in this world; what an earlier run left undone is swept out of the way."""
        if not self.is_left_clean or self._runs % RUNS_OF_A_DATABASE == 0:
            self._empty()
        self._runs += 1
        self.is_left_clean = False
        self.breaker.disarm()
        self._patch.setenv("PARTNERSHOP_CLOCK_OFFSET_SECONDS", self._start)
        self.scene = Scene.__new__(Scene)
        self.scene.settings = copy.deepcopy(SETTINGS) | {"shop": next(_CODES)} | settings
        self.scene.workshop = FakeProducer("workshop")
        self.scene.unitedprint = FakeProducer("unitedprint", idempotent=False)
        self.world = world
        self.load_catalogue(world)
        assert self.save(world)
        self.hints.clear()
        self.reader.turn_to(self.scene.code)

    def _empty(self) -> None:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            tables = connection.execute(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchone()
            assert tables is not None
            connection.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY CASCADE".encode())

    def _committed(self, session: Session) -> None:
        self.breaker.after_commit()
        add_committed(session)

    def _remember(self, hints: Iterable[Wake]) -> None:
        self.hints |= {hint: None for hint in hints if hint.stage in STAGES}

    # What is given to it

    def load_catalogue(self, world: World) -> None:
        """Load the world's catalogue."""
        words = dict.fromkeys(("it", "de", "en"), "words")
        self.scene.load_catalogue(
            {
                product: {
                    "names": words,
                    "attributes": {
                        key: {"names": words, "options": dict.fromkeys(options, words)}
                        | ({} if default is None else {"shown_in_shop": False, "default": default})
                        for key, (options, default) in attributes.items()
                    },
                }
                for product, attributes in world.catalogue.items()
            }
        )
        self.world = world

    def save(self, world: World) -> bool:
        """Save the world's settings; whether they were taken."""
        products = {
            product: {key: list(options) for key, options in ticks.items()} for product, ticks in world.ticked.items()
        }
        before = dict(self.scene.settings)
        try:
            self.scene.change_settings(
                place_of_production={"mode": "some_or_all_in_house", "products": products},
                incomplete_settings="hold" if world.patient else "unitedprint",
                invoice_on=world.invoice_on,
            )
        except Refused:
            self.scene.settings = before
            return False
        self.world = world
        return True

    def knock(self, *events: Mapping[str, Any], operator: bool = False) -> None:
        """Put new events in."""
        receipt = pipeline.knock(self.scene.code, events, operator=operator)
        assert receipt.accepted == len(events), receipt

    # What it does

    def follow(self, hints: int) -> None:
        """The tasks of the first so many hints, one after the other; what they wake comes last."""
        for _ in range(hints):
            if not self.hints:
                return
            hint = next(iter(self.hints))
            del self.hints[hint]
            pipeline.do(hint)

    def follow_all(self) -> None:
        """On and on until no hint is left. Raises `AssertionError` where hints bring hints for ever."""
        for _ in range(500):
            if not self.hints:
                return
            self.follow(1)
        raise AssertionError(f"hints for ever: {list(self.hints)}")

    def sweep(self) -> None:
        """The sweeper looks once."""
        with unit_of_work() as session:
            self._remember(sweeping.due(session))

    def break_off(self, kind: str, lets_pass: int) -> None:
        """Everything there are hints for is worked, until the process dies at that point and all its hints with it."""
        self.breaker.arm(kind, lets_pass)
        try:
            with watching(self.breaker.reached):
                self.follow_all()
        except Broken:
            self.hints.clear()
        finally:
            self.breaker.disarm()

    def settle(self) -> None:
        """All that the sweeper finds is done, leases of the dead run out, operators say what nobody else knows."""
        self.hints.clear()
        pipeline.run(STAGES)
        for _ in range(5):
            if not self.reader.is_in_hand() and not self.reader.unknown():
                self.hints.clear()
                return
            Clock(self._patch).advance(LEASES_END)
            pipeline.run(STAGES)
            for row in self.reader.unknown():
                self._say_what_became_of(row["number"], row["key"], row["ticket"])
            pipeline.run(STAGES)
        raise AssertionError(f"calls stay open: {self.reader.unknown()}")

    def _say_what_became_of(self, order: str, item: str, ticket: str) -> None:
        has_it = self.scene.unitedprint.count(ticket) > 0
        data = {"order": order, "item": item, "hand_over": ticket, "accepted": has_it, "reason": "asked by telephone"}
        event = pipeline.event("dispatch.settled", data, self.scene.code, source="/operators/anna")
        self.knock(event, operator=True)

    # What it has

    def being_made(self, order: str, item: str) -> dict[str, int]:
        """How many times each producer makes an item, as they see it."""
        withdrawn = self.scene.workshop.withdrawn
        made = dict.fromkeys(map(str, Route), 0)
        for producer, name in ((self.scene.workshop, Route.IN_HOUSE), (self.scene.unitedprint, Route.UNITEDPRINT)):
            tickets = [ticket for ticket in producer.tickets if (ticket.order, ticket.item) == (order, item)]
            made[str(name)] = sum(ticket.key not in withdrawn for ticket in tickets)
        return made

    def audited(self) -> list[str]:
        """The breaches that the audit finds in this shop, and what it calls pending."""
        with unit_of_work() as session:
            found = list(audit.findings(session, self.scene.code))
        return [str(breach) for finding in found for breach in finding.first] + [
            f"{finding.invariant}: {waits}"
            for finding in found
            for waits in finding.pending
            if not waits.endswith(_NOT_DONE_HERE)
        ]
