"""The drill in its short form: one shop, a story that brings every stage to work, one fault, a drain, and the judge.

No program is started but the children that are struck: tasks run in this process, or in a fork of it. What comes of it
is judged by the drill's own judge, from the events that were accepted and from what those outside hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from factories import PRODUCTS, Clock, Scene
from shortly_outside import Town
from shortly_state import Admin, State
from sqlalchemy import select
from striking import Work, points_of

import tasks.commissions
import tasks.corrections
import tasks.dispatch
import tasks.documents
import tasks.inbox
import tasks.invoicing
import tasks.mail
import tasks.refunds
import tasks.routing
from models import Dispatch, DispatchState, Item, Order
from partnershop import due
from partnershop.audit import findings
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.documents import gate
from partnershop.drill.judging import Excused, judge
from partnershop.drill.ledger import Event
from partnershop.drill.points import Point
from partnershop.drill.reckoning import ShopRules
from partnershop.drill.verdict import Kind, Trouble, Verdict
from partnershop.flows import sweeping
from partnershop.flows.intake import Receipt
from partnershop.gateways.workshop import HotFolder, hot_folder_of
from partnershop.stages import Stage, Wake
from workers.waking import messages

MAIL = {"sender": "mail@aurora.example", "digest": ["works@aurora.example"]}
LEASE_SECONDS = 400
"""Longer than any lease of the stages."""
_DAYS_OF_TRIES = 12
_ROUNDS = 12

TASKS: dict[str, Callable[..., object]] = {
    "inbox.apply_events": tasks.inbox.apply_events,
    "routing.route_items": tasks.routing.route_items,
    "dispatch.hand_over_in_house": tasks.dispatch.hand_over_in_house,
    "dispatch.hand_over_to_unitedprint": tasks.dispatch.hand_over_to_unitedprint,
    "invoicing.issue_invoices": tasks.invoicing.issue_invoices,
    "corrections.reverse_items": tasks.corrections.reverse_items,
    "corrections.issue_reduced_invoice": tasks.corrections.issue_reduced_invoice,
    "refunds.send_requests": tasks.refunds.send_requests,
    "commissions.book_entries": tasks.commissions.book_entries,
    "documents.render_papers": tasks.documents.render_papers,
    "mail.send_mails": tasks.mail.send_mails,
}


class Told(Scene):
    """A scene that remembers which events were accepted."""

    def __init__(self, **settings: Any) -> None:
        self.accepted: list[Event] = []
        super().__init__(**settings)

    def knock(self, *events: Mapping[str, Any]) -> Receipt:
        """Put these events in."""
        receipt = super().knock(*events)
        refused = {one["id"] for one in receipt.quarantined}
        self.accepted += [event for event in events if event["id"] not in refused]
        return receipt

    def operator(self, kind: str, **data: Any) -> str:
        """An operator's action."""
        event_id = super().operator(kind, **data)
        self.accepted.append(self.told(event_id).body)
        return event_id


@dataclass(frozen=True)
class Act:
    """A task of the story as it was about to begin: the state, the points that it passed, what had been accepted."""

    task: str
    work: Work
    state: State
    points: Sequence[Point]
    accepted: Sequence[Event]

    def __str__(self) -> str:
        return self.task


@dataclass
class Short:
    """A shop, those outside, and what was done; `said` are troubles that the drill itself saw."""

    scene: Told
    town: Town
    clock: Clock
    patch: pytest.MonkeyPatch
    data: Path
    admin: Admin
    said: list[Trouble] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    doubts: int = 0
    between: Work = field(default=lambda: None)
    """What a test does in the middle of a drill, where a guard can only be taken out there."""
    no_limits: set[str] = field(default_factory=set)
    excused: Excused = field(default_factory=Excused)
    acts: list[Act] | None = None
    """While the story is recorded."""
    _ends: list[Callable[[], object]] = field(default_factory=list)

    # Doing

    def go(self, stages: frozenset[Stage] = frozenset(Stage) - {Stage.RECONCILIATION}) -> None:
        """Do what the sweeper finds due, until it finds nothing; a task that fails is begun again, as by a worker."""
        for _ in range(_ROUNDS):
            with unit_of_work() as session:
                hints = [hint for hint in sweeping.due(session) if hint.stage in stages]
            if not hints:
                return
            done = [self._do(task, arguments) for hint in hints for task, arguments in messages(hint)]
            if not any(done):
                return

    def _do(self, task: str, arguments: Mapping[str, Any]) -> bool:
        work = partial(TASKS[task], **arguments)
        if self.acts is not None:
            state, accepted = self.state(), list(self.scene.accepted)
            self.acts.append(Act(task, work, state, points_of(work), accepted))
            return True
        return self.attempt(work)

    def attempt(self, work: Work) -> bool:
        """Do this; an error is remembered, and is as good as a retry that comes later."""
        try:
            work()
        except Exception as error:  # noqa: BLE001  Celery does no more with it either
            self.errors.append(f"{type(error).__name__}: {error}")
            return False
        return True

    def drain(self) -> None:
        """Let time pass, lease by lease, until no work is left; operators look up calls of unknown outcome."""
        for _ in range(_DAYS_OF_TRIES):
            self.go()
            self.town.fetch()
            with unit_of_work() as session:
                waits = due.is_due(due.left(session))
            if not self.settle_unknown() and not waits:
                return
            self.clock.advance(LEASE_SECONDS)

    def settle_unknown(self) -> int:
        """An operator looks up at Unitedprint what became of calls of which nobody knows it; how many there were."""
        query = (
            select(Order.number, Item.key, Dispatch.key)
            .select_from(Dispatch)
            .join(Item, Item.id == Dispatch.item_id)
            .join(Order, Order.id == Item.order_id)
            .where(Dispatch.state == DispatchState.UNKNOWN)
        )
        with unit_of_work() as session:
            unknown = session.execute(query).all()
        there = self.town.orders_at_unitedprint()
        for order, key, name in unknown:
            self.scene.operator("dispatch.settled", order=order, item=key, accepted=name in there, reason="looked up")
        self.doubts += len(unknown)
        return len(unknown)

    def hints(self, stage: Stage) -> list[Wake]:
        """What the sweeper would wake of a stage."""
        with unit_of_work() as session:
            return [hint for hint in sweeping.due(session) if hint.stage is stage]

    def at_the_end(self, work: Callable[[], object]) -> None:
        """Do this once the test is over, the last one first."""
        self._ends.append(work)

    def end(self) -> None:
        """The test is over."""
        while self._ends:
            self._ends.pop()()

    def pressed(self, limit: str, milliseconds: int) -> int:
        """A time limit of the database as it is in this drill: short, or none (0) where a test has taken it out."""
        return milliseconds if self.is_pressed(limit) else 0

    def is_pressed(self, limit: str) -> bool:
        """Whether that limit is there."""
        return limit not in self.no_limits

    # Keeping and judging

    def state(self) -> State:
        """How things are."""
        return State.taken(self.admin, self.data)

    def back_to(self, act: Act) -> None:
        """As this act was about to begin."""
        act.state.put_back(self.admin, self.data)
        self.scene.accepted = list(act.accepted)

    def lost(self, sentence: str) -> None:
        """The drill itself saw that something was lost."""
        self.said.append(Trouble(Kind.LOST, sentence, self.scene.code))

    def doubled(self, sentence: str) -> None:
        """The drill itself saw that something was doubled."""
        self.said.append(Trouble(Kind.DOUBLED, sentence, self.scene.code))

    def verdict(self) -> Verdict:
        """What the judge says of it all."""
        rules = ShopRules(self.scene.settings, PRODUCTS)
        url = config().database_url
        judged = judge(url, [rules], self.scene.accepted, self.town.looked_at(), self.excused, audited)
        seen = [Trouble(Kind.DOUBLED, sentence, self.scene.code) for sentence in self.town.spoilt()]
        return replace(judged, troubles=(*judged.troubles, *self.said, *seen, *self._overwritten()))

    def _overwritten(self) -> list[Trouble]:
        """Events that were accepted under an id which another content bears."""
        first: dict[tuple[str, str], Event] = {}
        for event in self.scene.accepted:
            first.setdefault((event["source"], event["id"]), event)
        return [
            Trouble(Kind.LOST, f"{event['id']} was accepted, and its id is another event's", self.scene.code)
            for event in self.scene.accepted
            if first[event["source"], event["id"]] != event
        ]

    def clean(self) -> str:
        """Drain, and have it judged; the empty text, or what is wrong."""
        self.drain()
        verdict = self.verdict()
        return "" if verdict.clean else "\n".join([verdict.told(), *self.errors])


def audited() -> list[str]:
    """The breaches that the product's audit finds; no paper is printed again."""
    with unit_of_work() as session:
        return [str(breach) for finding in findings(session) for breach in finding.first]


@pytest.fixture
def short(product: pytest.MonkeyPatch, tmp_path: Path, clean_database: str) -> Iterator[Short]:
    """A shop that invoices when all is shipped and sends mails; nothing has happened yet."""
    product.setenv("PARTNERSHOP_MAIL_GATHER_SECONDS", "0")
    config.cache_clear()
    town = Town(tmp_path)
    product.setattr(tasks.dispatch, "workshop", lambda shop: HotFolder(hot_folder_of(tmp_path, shop), _page))
    product.setattr(tasks.dispatch, "unitedprint", lambda _: town.unitedprint)
    product.setattr(tasks.mail, "the_post", lambda: town.post)
    # Judging and printing papers is most of the time that tasks take, and asks the database nothing.
    product.setattr(gate, "breaches", lambda _paper, **_: [])
    product.setattr(tasks.documents, "render", town.print)
    with psycopg.connect(clean_database, autocommit=True) as admin:
        made = Short(Told(mail=MAIL), town, Clock(product), product, tmp_path, admin)
        yield made
        made.end()


def _page(_: object) -> bytes:
    return b"%PDF-1.7 ticket"
