"""Short drills of poison in a pool child that really dies of it: each is parked, and everything else goes on."""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Callable
from functools import partial

from factories import item
from guards_kit import UNTIL_PAPERS, drill
from shortly import TASKS, Short
from sqlalchemy.orm import Session
from striking import Child, Work, until

import tasks.documents
from models import Mail
from partnershop.documents.paper import Paper
from partnershop.drill.fault import Family
from partnershop.drill.judging import Excused
from partnershop.flows import mail_sending

POISON = Family.POISON
POISONED = "A-1"
_OTHERS = ("A-2", "A-3")
_HOG_BYTES = 128 * 1024 * 1024
_HOUR_AND_MORE = 4_000
_TRIES = 7
"""More than a paper or a mail that kills its worker is given."""


class ChildDied(Exception):
    """What Celery tells of a pool child that was lost."""


def in_a_pool_child(short: Short, work: Work, hangs_at: str | None = None) -> None:
    """Do this in a child, as a worker's main process has it done. Raises `ChildDied` where it was killed or failed.

    `hangs_at` is a file by which it says that it will never end: then its time limit is over, and it is killed.
    """
    mark = short.data.parent / f"{short.data.name}-{hangs_at}"
    mark.unlink(missing_ok=True)
    child = Child(work, lambda _: None)
    until(lambda: child.has_ended() or mark.exists(), "the child to end, or to hang")
    ended = child.kill() if mark.exists() else child.ended()
    if ended.signal or ended.status:
        raise ChildDied(f"signal {ended.signal}, {ended.said}")


def _crash(_: Short) -> None:
    """A real SIGSEGV; neither a core nor a traceback of the test's own is left behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    ctypes.string_at(0)


def _eat_memory(_: Short) -> None:
    """Up to the limit of the process, and then a little more."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + _HOG_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    eaten = []
    while True:
        eaten.append(bytearray(_HOG_BYTES // 8))


def _hang(short: Short) -> None:
    """For ever; it says so before."""
    (short.data.parent / f"{short.data.name}-hangs").touch()
    while True:
        time.sleep(60)


def _die(_: Short) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _rendering(short: Short, poison: Callable[[Short], None]) -> None:
    """Three papers wait, and whoever prints the first of them dies of it."""
    short.excused = Excused(parked_orders=frozenset({POISONED}))
    scene = short.scene
    scene.change_settings(invoice_on="placed")

    def renders(paper: Paper) -> bytes:
        if paper.order == POISONED:
            poison(short)
        return short.town.print(paper)

    short.patch.setattr(tasks.documents, "render", renders)
    render_papers = TASKS["documents.render_papers"]
    short.patch.setitem(TASKS, "documents.render_papers", partial(in_a_pool_child, short, render_papers, "hangs"))
    for order in (POISONED, *_OTHERS):
        scene.place(order, [item("1", "50.00")])
    short.go(UNTIL_PAPERS)
    _again_and_again(short)
    for order in _OTHERS:
        scene.ship(order, "1")


def _again_and_again(short: Short) -> None:
    for _ in range(_TRIES):
        short.go()
        short.clock.advance(_HOUR_AND_MORE)


@drill(POISON)
def a_paper_that_crashes_its_renderer(short: Short) -> None:
    _rendering(short, _crash)


@drill(POISON)
def a_paper_that_eats_memory(short: Short) -> None:
    _rendering(short, _eat_memory)


@drill(POISON)
def a_paper_that_never_ends(short: Short) -> None:
    _rendering(short, _hang)


@drill(POISON)
def a_mail_that_kills_its_worker(short: Short) -> None:
    """While it is composed; those of other orders go out."""
    short.excused = Excused(parked_orders=frozenset({POISONED}))
    scene = short.scene
    # Pressed: thirty children would take long.
    short.patch.setattr(mail_sending, "ATTEMPTS", 4)
    compose = mail_sending.compose  # type: ignore[attr-defined]  # where the task finds it

    def composes(session: Session, mail: Mail) -> None:
        if mail.order_id == poisoned:
            _die(short)
        compose(session, mail)

    short.patch.setattr(mail_sending, "compose", composes)
    send_mails = TASKS["mail.send_mails"]
    short.patch.setitem(TASKS, "mail.send_mails", partial(in_a_pool_child, short, send_mails))
    for order in (POISONED, *_OTHERS):
        scene.place(order, [item("1", "50.00")])
        scene.complain(order, "1", f"C-{order}")
        scene.reject(order, f"C-{order}")
    short.go(UNTIL_PAPERS)
    poisoned = scene.row(POISONED).id
    _again_and_again(short)
