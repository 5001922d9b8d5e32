"""Short drills of a new version: migrations while workers are at work, a rolling restart, SIGTERM during a rendering.

That rows written by the version before go on after each migration is shown in tests/test_upgrade.py and
tests/faults/test_fault_fairness_upgrade.py; that a worker tells its pool children to end, in tests/test_working.py.
"""

import os
import signal
from collections.abc import Callable
from functools import partial

import psycopg
from factories import AT_UNITEDPRINT, item, shipping
from guards_killed import invoiced
from guards_kit import UNTIL_PAPERS, drill, frozen, patched, wrong
from shortly import LEASE_SECONDS, TASKS, Short
from shortly_story import tell
from striking import Child

import tasks.documents
from partnershop import db
from partnershop.config import config
from partnershop.documents.paper import Paper
from partnershop.drill.fault import Family
from partnershop.drill.points import Point
from partnershop.flows import documents
from partnershop.stages import Stage
from tasks import working

DEPLOY = Family.DEPLOY
_NEW_COLUMN = "note_of_the_next_version"
_TABLES = ("orders", "item", "event", "dispatch", "document", "rendering", "mail", "correction_case", "refund_request")
_WAITS = "SET lock_timeout = '300ms'"
"""As migrations/env.py, where it is five seconds: rather give up than hold up the workers."""


def _widen(short: Short) -> bool:
    """What the migration of a next version does to tables that are in use; False where it gave up."""
    try:
        with psycopg.connect(config().database_url) as connection:
            connection.execute(_WAITS)
            for table in _TABLES:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {_NEW_COLUMN} text".encode())
    except psycopg.errors.LockNotAvailable:
        return False
    short.at_the_end(partial(_narrow, short))
    return True


def _narrow(short: Short) -> None:
    for table in _TABLES:
        short.admin.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {_NEW_COLUMN}".encode())


@drill(DEPLOY)
def migrated_in_the_middle_of_a_transaction(short: Short) -> None:
    """It gives up where a worker is at work, holds up nobody, and is done by the next try; old workers go on."""
    short.scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    worker = frozen(short, TASKS["inbox.apply_events"], "1.commit")
    # There is nothing newer than now: it takes its turn, and changes nothing.
    db.migrate(config().database_url)
    if _widen(short):
        wrong(short, "the migration did not wait for the worker's transaction")
    worker.thaw()
    short.go()
    if not _widen(short):
        wrong(short, "the migration gave up, though nobody was at work")
    short.scene.ship("A-1", "1", "2")
    short.go()
    short.scene.cancel("A-1", "2")


@drill(DEPLOY)
def old_workers_on_the_schema_of_the_next_version(short: Short) -> None:
    """A whole story, by connections that knew the tables before they grew."""
    short.go()
    if not _widen(short):
        wrong(short, "the migration gave up, though nobody was at work")
    tell(short)


def _is_told_to_end(point: Point, at: Point) -> None:
    if point == at:
        working.end_soon()


@drill(DEPLOY)
def every_worker_is_restarted_again_and_again(short: Short) -> None:
    """Each task is asked to end at another of its points; a new worker goes on, and none is waited for."""
    scene = short.scene
    number = 0
    short.patch.setattr(working, "_ENDING", bytearray(1))  # each child has its own, as each worker
    for name, task in list(TASKS.items()):

        def restarted(task: Callable[..., object] = task, **arguments: object) -> None:
            nonlocal number
            number += 1
            at = Point(number % 4, number % 3)
            ended = Child(partial(task, **arguments), partial(_is_told_to_end, at=at)).ended()
            if ended.status or ended.signal:
                wrong(short, f"a worker that was asked to end at {at} failed: {ended.said}")

        short.patch.setitem(TASKS, name, restarted)
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT)], charges=[shipping()])
    scene.place("A-2", [item(str(key), "10.00") for key in range(1, 4)])
    short.go()
    scene.ship("A-1", "1", "2")
    scene.ship("A-2", "1", "2", "3")
    short.go()
    scene.cancel("A-1", "2")


def _rendering(short: Short, handler: Callable[..., object] | int) -> int:
    """Five papers wait, and the worker gets SIGTERM while it prints the first; how many it has begun."""
    begun = short.data.parent / f"{short.data.name}-begun"
    short.scene.change_settings(invoice_on="placed")
    for number in range(1, 6):
        short.scene.place(f"A-{number}", [item("1", "50.00")])
    short.go(UNTIL_PAPERS)
    short.patch.setattr(working, "_ENDING", bytearray(1))

    def renders(paper: Paper) -> bytes:
        with begun.open("a", encoding="ascii") as file:
            file.write("x")
        if begun.stat().st_size == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return short.town.print(paper)

    def work() -> None:
        signal.signal(signal.SIGTERM, handler)
        TASKS["documents.render_papers"]()

    with short.patch.context() as patch:
        patch.setattr(tasks.documents, "render", renders)
        Child(work, lambda _: None).ended()
    return begun.stat().st_size


@drill(DEPLOY)
def sigterm_during_a_rendering(short: Short) -> None:
    """The worker prints the batch in hand to its end, begins no other, and leaves the rest to the next one."""
    printed = _rendering(short, lambda *_: working.end_soon())
    if printed != documents.BATCH:
        wrong(short, f"a worker that was asked to end printed {printed} papers and not the {documents.BATCH} in hand")


@drill(DEPLOY)
def sigterm_ends_a_renderer_at_once(short: Short) -> None:
    """A pool child that nobody prepared for it dies with its papers in hand; they are printed when its lease ends."""
    _rendering(short, signal.SIG_DFL)
    short.go()
    short.clock.advance(LEASE_SECONDS)


@drill(DEPLOY)
def two_versions_print_the_same_paper(short: Short) -> None:
    """The old worker is at it when it is replaced, and stores its bytes when the new one has printed the paper."""
    invoiced(short)
    old = frozen(short, TASKS["documents.render_papers"], "1.0")
    short.clock.advance(LEASE_SECONDS)
    with short.patch.context() as patch:
        patch.setattr(tasks.documents, "RENDERER", "the next version")
        short.go(frozenset({Stage.DOCUMENTS}))
    old.thaw()


# Guards

workers_end_when_asked = patched(working, "end_soon", lambda: None)
