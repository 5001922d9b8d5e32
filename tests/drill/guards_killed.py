"""Short drills of killed programs: a worker after its claim or its call, and the web around its commit."""

from collections.abc import Callable
from functools import partial
from typing import Any

from factories import AT_UNITEDPRINT, IN_HOUSE, item
from guards_kit import BEFORE_DISPATCH, UNTIL_PAPERS, die_after, drill
from shortly import TASKS, Short
from sqlalchemy import select
from striking import Child, die, killed, killed_by, points_of

from models import Shop
from partnershop.db import unit_of_work
from partnershop.drill.fault import Family
from partnershop.drill.judging import Excused
from partnershop.drill.points import COMMITTED, Point
from partnershop.flows import mail_sending
from partnershop.flows.intake import Delivery
from partnershop.gateways import files
from partnershop.gateways.payments import RefundFolder
from partnershop.stages import Stage
from partnershop.web import writer

KILLED, WEB = Family.WORKER_KILLED, Family.WEB_KILLED


def ordered(short: Short, *places: dict[str, str]) -> None:
    """An order A-1, to be paid by invoice, whose items are routed to these places; their gates are open."""
    items = [item(str(number), "50.00", options=dict(options)) for number, options in enumerate(places, 1)]
    short.scene.place("A-1", items)
    short.go(BEFORE_DISPATCH)


def invoiced(short: Short) -> None:
    """A paid order whose invoice is issued and neither printed nor mailed."""
    short.scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    short.scene.pay("A-1", "97.60")
    short.go(UNTIL_PAPERS)
    short.scene.ship("A-1", "1", "2")
    short.go(UNTIL_PAPERS)


def to_be_refunded(short: Short) -> None:
    """A refund request that nobody has been told."""
    invoiced(short)
    short.scene.cancel("A-1", "2")
    short.go(UNTIL_PAPERS - {Stage.REFUNDS})


@drill(KILLED)
def killed_after_the_call_to_unitedprint(short: Short) -> None:
    ordered(short, AT_UNITEDPRINT, AT_UNITEDPRINT, AT_UNITEDPRINT)
    die_after(short, short.town.unitedprint, "hand_over", TASKS["dispatch.hand_over_to_unitedprint"])
    short.drain()
    if short.doubts > 1:
        short.lost(f"after one kill nobody knows of {short.doubts} items whether Unitedprint has them")


@drill(KILLED)
def killed_after_a_ticket_was_written(short: Short) -> None:
    ordered(short, IN_HOUSE)
    die_after(short, files.DropFolder, "deliver", TASKS["dispatch.hand_over_in_house"])
    short.town.fetch()


@drill(KILLED)
def killed_while_a_ticket_is_written(short: Short) -> None:
    ordered(short, IN_HOUSE)
    _killed_while_writing(short, TASKS["dispatch.hand_over_in_house"])


@drill(KILLED)
def killed_while_a_refund_is_instructed(short: Short) -> None:
    to_be_refunded(short)
    _killed_while_writing(short, TASKS["refunds.send_requests"])


def _killed_while_writing(short: Short, work: Callable[[], object]) -> None:
    def half(path: Any, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        if path.name.endswith(".json"):
            die()

    with short.patch.context() as patch:
        patch.setattr(files, "_write", half)
        killed_by(work)
    short.town.fetch()


@drill(KILLED)
def killed_after_a_refund_was_instructed(short: Short) -> None:
    to_be_refunded(short)
    die_after(short, RefundFolder, "request_refund", TASKS["refunds.send_requests"])
    short.town.fetch()


@drill(KILLED)
def killed_after_a_mail_was_sent(short: Short) -> None:
    invoiced(short)
    short.go(frozenset({Stage.DOCUMENTS}))
    die_after(short, short.town.post, "send", TASKS["mail.send_mails"])
    short.clock.advance(1)


@drill(KILLED)
def killed_each_time_after_a_mail_was_sent(short: Short) -> None:
    short.excused = Excused(parked_orders=frozenset({"A-1"}))
    short.scene.place("A-1", [item("1", "50.00")])
    short.scene.complain("A-1", "1", "C-1")
    short.scene.reject("A-1", "C-1")
    short.go(UNTIL_PAPERS)
    for _ in range(mail_sending.UNCERTAIN + 3):
        Child(partial(_send_and_die, short), lambda _: None).ended()
        short.clock.advance(4000)
    sent = len(short.town.looked_at().mails or ())
    if sent > mail_sending.UNCERTAIN:
        short.doubled(f"the customer got one mail {sent} times")


def _send_and_die(short: Short) -> None:
    send = short.town.post.send

    def and_die(message: Any) -> Any:
        send(message)
        die()

    short.patch.setattr(short.town.post, "send", and_die)
    TASKS["mail.send_mails"]()


def _killed_after_its_claim(name: str, task: str, unit: int, prepare: Callable[[Short], None]) -> None:
    def play(short: Short) -> None:
        prepare(short)
        assert killed(TASKS[task], Point(unit, COMMITTED)), "nothing was claimed"

    play.__name__ = name
    drill(KILLED)(play)


def _printed(short: Short) -> None:
    invoiced(short)
    short.go(frozenset({Stage.DOCUMENTS}))


_killed_after_its_claim(
    "killed_with_a_ticket_in_hand", "dispatch.hand_over_in_house", 2, lambda short: ordered(short, IN_HOUSE)
)
_killed_after_its_claim(
    "killed_with_an_order_in_hand", "dispatch.hand_over_to_unitedprint", 2, lambda short: ordered(short, AT_UNITEDPRINT)
)
_killed_after_its_claim("killed_with_a_paper_in_hand", "documents.render_papers", 0, invoiced)
_killed_after_its_claim("killed_with_a_refund_in_hand", "refunds.send_requests", 0, to_be_refunded)
_killed_after_its_claim("killed_with_a_mail_in_hand", "mail.send_mails", 0, _printed)


@drill(KILLED)
def killed_in_the_middle_of_a_transaction(short: Short) -> None:
    ordered(short, IN_HOUSE)
    short.scene.pay("A-1", "61.00")
    # The order says that it is paid, and the payment is not written yet.
    assert killed(TASKS["inbox.apply_events"], Point(1, 6)), "the payment is being applied"


# The web


def store(short: Short, events: list[Any], on_answer: Callable[[], object]) -> None:
    """What the web does with a request of this shop; an answer of 202 is given as soon as it is known."""
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
    outcomes = writer._store([Delivery.of(shop, events)])
    if not any(isinstance(outcome, Exception) for outcome in outcomes):
        on_answer()


def client(short: Short, event: dict[str, Any], at: Point) -> None:
    """A client sends an event, the web is killed at a point; the client goes on until it has its 202."""
    answer = short.data / "202"
    answer.unlink(missing_ok=True)
    work = partial(store, short, [event], answer.touch)
    Child(work, lambda point: die() if point == at else None).ended()
    while not answer.exists():
        Child(work, lambda _: None).ended()
    short.scene.accepted.append(event)


@drill(WEB)
def web_killed_while_it_stores(short: Short) -> None:
    """At every point that storing a request passes, a request of its own."""
    scene = short.scene
    first = scene.event("order.placed", **scene.order("A-0", [item("1", "50.00")]))
    points = points_of(partial(store, short, [first], lambda: scene.accepted.append(first)))
    for number, at in enumerate(points, 1):
        client(short, scene.event("order.placed", **scene.order(f"A-{number}", [item("1", "50.00")])), at)


@drill(WEB)
def a_request_that_cannot_be_stored_beside_a_good_one(short: Short) -> None:
    scene = short.scene
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
    nobody = Shop(id=shop.id + 1000, code=shop.code, currency=shop.currency)
    good, bad = (scene.event("order.placed", **scene.order(number, [item("1", "50.00")])) for number in ("A-1", "A-2"))
    receipts = writer._store([Delivery.of(nobody, [bad]), Delivery.of(shop, [good])])
    if isinstance(receipts[1], Exception):
        short.lost("the good request is answered 500 whenever it comes with the bad one")
    else:
        scene.accepted.append(good)
