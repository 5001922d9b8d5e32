"""Processes that die by SIGKILL: workers, their children and groups, at random moments or drawn points; the web."""

import random

from partnershop.drill.fault import Family, Fault, Injecting, NotStruck, Until
from partnershop.drill.faults.world import KILLS, World, ready, struck
from partnershop.drill.points import BEFORE_COMMIT, COMMITTED, Point
from partnershop.drill.strikes import How, Strike

_STRUCK_SECONDS = 20.0
_REQUEST_SECONDS = 10.0

# The tasks that do the work of the flow, with about how many statements a unit of theirs makes.
TASKS = {
    "inbox.apply_events": 30,
    "routing.route_items": 8,
    "dispatch.hand_over_in_house": 8,
    "dispatch.hand_over_to_unitedprint": 6,
    "invoicing.issue_invoices": 25,
    "corrections.reverse_items": 30,
    "corrections.issue_reduced_invoice": 35,
    "refunds.send_requests": 3,
    "commissions.book_entries": 5,
    "documents.render_papers": 6,
    "mail.send_mails": 5,
    "sweeper.look_for_due_work": 10,
}


def kill_main(world: World, chance: random.Random) -> Injecting:
    """The main process of a worker, whose children are orphans then."""
    name = world.one_of(chance, world.place.workers())
    pid = world.place.pid(name)
    if pid is None:
        raise NotStruck
    with world.keeping(name):
        world.kill(pid)
        yield Until(lambda: world.place.pid(name) not in {None, pid}, 30.0, f"{name} to be started again")
        yield ready(world, name)
    return f"killed {name}, pid {pid}"


def kill_child(world: World, chance: random.Random) -> Injecting:
    """A pool child at a random moment."""
    name = world.one_of(chance, world.place.workers())
    children = world.place.children(name)
    if not children:
        raise NotStruck
    pid = chance.choice(children)
    world.kill(pid)
    yield Until(lambda: pid not in world.place.children(name), 10.0, f"pid {pid} to be gone")
    return f"killed pid {pid} of {name}"


def kill_group(world: World, chance: random.Random) -> Injecting:
    """A worker with all its children."""
    name = world.one_of(chance, world.place.workers())
    pid = world.place.pid(name)
    with world.keeping(name):
        killed = world.place.kill_group(name)
        world.counts[KILLS] += killed
        yield Until(lambda: world.place.pid(name) not in {None, pid}, 30.0, f"{name} to be started again")
        yield ready(world, name)
    return f"killed the {killed} processes of {name}"


def kill_at_a_point(world: World, chance: random.Random) -> Injecting:
    """A pool child inside a task: before a statement, before a commit, or right after it."""
    task = chance.choice(list(TASKS))
    strike = Strike(How.KILL, task, a_point(chance, TASKS[task]))
    done = yield from struck(world, strike, _STRUCK_SECONDS)
    world.counts[KILLS] += 1
    return f"killed pid {done.pid} in {task} at {strike.point}"


def a_point(chance: random.Random, statements: int) -> Point:
    """A point in one of the first units of a task: early statements more often, since not every unit has many."""
    unit = chance.choice((0, 0, 0, 1, 1, 2))
    at = chance.random()
    if at < 0.25:
        return Point(unit, BEFORE_COMMIT)
    if at < 0.5:
        return Point(unit, COMMITTED)
    return Point(unit, min(chance.randrange(statements), chance.randrange(statements)))


def kill_web(world: World, chance: random.Random) -> Injecting:
    """The web, while requests are in flight."""
    pid = world.place.pid("web")
    if pid is None:
        raise NotStruck
    yield Until(lambda: world.ledger.waiting > 0, _REQUEST_SECONDS, "requests in flight")
    if world.place.pid("web") != pid:
        raise NotStruck
    in_flight = world.ledger.waiting
    with world.keeping("web"):
        world.kill(pid)
        yield Until(lambda: world.place.pid("web") not in {None, pid}, 30.0, "the web to be started again")
        yield ready(world, "web")
    return f"killed the web, pid {pid}, with {in_flight} events unanswered"


CHILD = Fault(Family.WORKER_KILLED, "pool child killed", kill_child, kills=1, lasts=2.0)
INSIDE = Fault(Family.WORKER_KILLED, "killed inside a task", kill_at_a_point, kills=1, lasts=8.0)
FAULTS = (
    Fault(Family.WORKER_KILLED, "main process killed", kill_main, kills=1, weight=1, lasts=8.0),
    CHILD,
    Fault(Family.WORKER_KILLED, "whole group killed", kill_group, kills=3, weight=1, lasts=8.0),
    INSIDE,
    Fault(Family.WEB_KILLED, "web killed with requests in flight", kill_web, kills=1, weight=2, lasts=6.0),
)
