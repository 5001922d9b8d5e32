"""Short drills of a Unitedprint that goes wrong: the product's own client calls the simulator, over HTTP."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from factories import AT_UNITEDPRINT
from guards_killed import ordered
from guards_kit import UNTIL_PAPERS, drill, wrapped, wrong
from knocked import served
from shortly import Short
from shortly_outside import Town, keep
from sqlalchemy import select

import tasks.dispatch
import tasks.inbox
import tasks.reconciliation
from models import Finding
from partnershop.db import unit_of_work
from partnershop.drill.fault import Family
from partnershop.drill.judging import Excused
from partnershop.flows import dispatch
from partnershop.gateways.unitedprint import UnitedprintHttp
from partnershop.gateways.unitedprint_simulator import Simulator
from partnershop.gateways.unitedprint_simulator_mode import Control, Mode
from partnershop.gateways.unitedprint_simulator_orders import Orders
from partnershop.rules.reconciliation import FindingKind

PRODUCER = Family.PRODUCER
TIMEOUT_SECONDS = 0.4
"""How long an answer is waited for, pressed: the product's is ten seconds."""
_WEEKS_SECONDS = 30 * 86_400
_NORMALLY = Control()


class TownOrders(Orders):
    """The simulator's memory, which the town looks into as well; `on_order` happens before anybody is answered."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.folder / "simulator")
        self._folder = town.folder / "unitedprint"
        self.on_order: Callable[[], object] = lambda: None

    def place(self, request: Mapping[str, Any]) -> str:
        """As the real one."""
        number = super().place(request)
        for each in request["orderPositions"]:
            content = {"key": each["orderInformation"]["orderName"], "shop": None}
            keep(self._folder, json.dumps(content).encode(), ".json")
        self.on_order()
        return number


@contextmanager
def a_simulator(short: Short, control: Control = _NORMALLY) -> Iterator[TownOrders]:
    """Unitedprint behaves like this, and is called as by the product."""
    orders = TownOrders(short.town)
    simulator = Simulator(orders)
    simulator._behaviour.set(control)
    with served(simulator.app()) as address:
        producer = UnitedprintHttp(address, TIMEOUT_SECONDS)
        with short.patch.context() as patch:
            patch.setattr(tasks.dispatch, "unitedprint", lambda _: producer)
            yield orders
        producer.close()
    orders.close()


def _handed_over(short: Short, control: Control) -> None:
    ordered(short, AT_UNITEDPRINT, AT_UNITEDPRINT, AT_UNITEDPRINT)
    with a_simulator(short, control):
        short.drain()
        _ship(short)


def _ship(short: Short) -> None:
    short.scene.ship("A-1", "1", "2", "3")
    short.drain()


@drill(PRODUCER)
def the_producer_is_slow(short: Short) -> None:
    _handed_over(short, Control(Mode.SLOW, delay_seconds=TIMEOUT_SECONDS / 8))


@drill(PRODUCER)
def the_producer_times_out_after_having_accepted(short: Short) -> None:
    _handed_over(short, Control(Mode.ACCEPT_THEN_TIME_OUT, delay_seconds=TIMEOUT_SECONDS * 3, count=2))


@drill(PRODUCER)
def the_producer_answers_500(short: Short) -> None:
    _handed_over(short, Control(Mode.ERROR, count=2))


@drill(PRODUCER)
def the_producer_is_closed_for_maintenance(short: Short) -> None:
    _handed_over(short, Control(Mode.ERROR, status=503, count=4))


@drill(PRODUCER)
def the_producer_answers_garbage(short: Short) -> None:
    _handed_over(short, Control(Mode.GARBAGE, count=2))


@drill(PRODUCER)
def the_producer_accepts_and_forgets(short: Short) -> None:
    """It must become visible by itself: as a finding, once the days in which one hears of an item have gone by."""
    ordered(short, AT_UNITEDPRINT, AT_UNITEDPRINT)
    with a_simulator(short, Control(Mode.ACCEPT_AND_FORGET, count=1)) as orders:
        short.drain()
        short.scene.ship("A-1", "2")
        short.excused = Excused(forgotten=frozenset(orders.forgotten()))
    short.go(UNTIL_PAPERS)
    short.clock.advance(_WEEKS_SECONDS)
    tasks.reconciliation.check_everything()
    kind = FindingKind.DISPATCH_UNACKNOWLEDGED
    with unit_of_work() as session:
        if not session.scalars(select(Finding).where(Finding.kind == kind)).all():
            wrong(short, "nobody is told that Unitedprint never said a word about an item")


@drill(PRODUCER)
def the_producer_calls_back_twice(short: Short) -> None:
    """Each report comes as the same event, and as another one that says the same."""
    scene = short.scene
    ordered(short, AT_UNITEDPRINT)
    with a_simulator(short):
        short.drain()
    for kind, more in (("item.in_production", {}), ("item.shipped", {"shipped_at": "2026-03-05T10:00:00Z"})):
        first, second = (scene.event(kind, order="A-1", item="1", **more) for _ in range(2))
        for event in (first, first, second, second):
            scene.knock(event)
            short.go()


@drill(PRODUCER)
def the_producer_calls_back_backwards(short: Short) -> None:
    ordered(short, AT_UNITEDPRINT)
    with a_simulator(short):
        short.drain()
    short.scene.ship("A-1", "1")
    short.go()
    short.scene.tell("item.in_production", order="A-1", item="1")


@drill(PRODUCER)
def the_producer_calls_back_before_its_own_answer(short: Short) -> None:
    """Its reports are stored and applied while our call still waits, and the answer then never comes."""
    ordered(short, AT_UNITEDPRINT)

    def report() -> None:
        short.scene.tell("item.in_production", order="A-1", item="1")
        short.scene.ship("A-1", "1")
        tasks.inbox.apply_events()

    control = Control(Mode.ACCEPT_THEN_TIME_OUT, delay_seconds=TIMEOUT_SECONDS * 3, count=1)
    with a_simulator(short, control) as orders:
        orders.on_order = report
        short.drain()


@drill(PRODUCER)
def the_database_is_gone_while_the_producer_takes_an_order(short: Short) -> None:
    """Every connection of ours is cut while our call is under way, and back when its answer comes."""
    ordered(short, AT_UNITEDPRINT)
    with a_simulator(short) as orders:
        orders.on_order = partial(_cut_once, short, orders)
        short.drain()
        _ship_one(short)


def _cut_once(short: Short, orders: TownOrders) -> None:
    orders.on_order = lambda: None
    short.admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'partnershop'"
    )


def _ship_one(short: Short) -> None:
    short.scene.ship("A-1", "1")
    short.drain()


# Guards


def _as_if_it_knew_our_keys(record: Callable[..., str], *arguments: Any, idempotent: bool) -> str:
    return record(*arguments, idempotent=True)


unknown_is_never_sent_again = wrapped(dispatch, "record", _as_if_it_knew_our_keys)
"""Out: a call of which nobody knows whether it arrived is made again."""
