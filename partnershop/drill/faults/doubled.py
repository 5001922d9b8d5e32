"""Parts that are there twice, and writers that come all at once."""

import random
import threading
from collections.abc import Callable, Generator, Sequence
from datetime import timedelta

from partnershop.drill.fault import Family, Fault, Injecting, NotStruck, Until, Wait
from partnershop.drill.faults.world import World, ready
from partnershop.drill.ledger import Event
from partnershop.drill.stories import Story, event_of

_TWICE_SECONDS = 20.0
_AT_ONCE_SECONDS = 60.0
_WRITERS = 8


def _twice(name: str, *others: str) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        names = (name, *others)
        if any(one in world.kept for one in names):
            raise NotStruck
        try:
            for one in names:
                world.place.start_extra(one)
            for one in names:
                yield ready(world, f"{one}-2")
            yield _TWICE_SECONDS
        finally:
            for one in names:
                world.place.stop_extra(one)
        return f"a second {' and '.join(names)} for {_TWICE_SECONDS:.0f} s"

    return inject


def number_at_once(world: World, chance: random.Random) -> Injecting:
    """Orders that are invoiced at once, from as many connections, numbered by two workers in one series."""
    shop = shop_that_invoices_at_once(world)
    with world.keeping("worker-flow"):
        world.place.start_extra("worker-flow")
        try:
            yield ready(world, "worker-flow-2")
            for _ in range(3):
                stories = [world.stream.order(shop) for _ in range(_WRITERS)]
                yield from _at_once(world, shop, [story.event(0) for story in stories])
            yield 5.0
        finally:
            world.place.stop_extra("worker-flow")
    return f"three times {_WRITERS} orders of {shop} at once, numbered by two workers"


def cancel_and_complain(world: World, chance: random.Random) -> Injecting:
    """One order, its items cancelled, all of it cancelled and complained about twice in one moment."""
    shop = shop_that_invoices_at_once(world)
    story = world.stream.order(shop)
    invoiced = "SELECT 1 FROM orders WHERE number = %s AND invoice_id IS NOT NULL"
    yield Until(lambda: world.asked(invoiced, story.number), _AT_ONCE_SECONDS, f"the invoice of {story.number}")
    yield from _at_once(world, shop, _quarrel(world, shop, story))
    return f"{_WRITERS} clients at once about order {story.number}"


def _quarrel(world: World, shop: str, story: Story) -> list[Event]:
    assert story.placed is not None
    first, last = story.placed["items"][0]["item"], story.placed["items"][-1]["item"]
    order, moment = story.number, world.place.now() - timedelta(seconds=1)
    told = [
        ("item.cancelled", {"item": last, "reason": "customer_request"}),
        ("item.cancelled", {"item": last, "reason": "customer_request"}),
        ("complaint.opened", {"complaint": f"Q-{order}-1", "item": first, "reason": "the colours are off"}),
        ("complaint.accepted", {"complaint": f"Q-{order}-1", "reduction": {"percent": "30"}}),
        ("complaint.opened", {"complaint": f"Q-{order}-2", "item": first, "reason": "cut askew"}),
        ("complaint.accepted", {"complaint": f"Q-{order}-2", "reduction": {"percent": "12.5"}}),
        ("order.cancelled", {"reason": "customer_request"}),
        ("item.cancelled", {"item": first, "reason": "customer_request"}),
    ]
    return [
        event_of(shop, f"{shop}-{order}-quarrel-{number}", kind, {"order": order, **data}, moment)
        for number, (kind, data) in enumerate(told)
    ]


def shop_that_invoices_at_once(world: World) -> str:
    """The code of a shop whose papers come with the order."""
    return next(rules.code for rules in world.place.shops if rules.settings["invoice_on"] == "placed")


def _at_once(world: World, shop: str, events: Sequence[Event]) -> Generator[Wait, None, None]:
    """Send each over a connection of its own, in a thread that waits for the answers."""
    thread = threading.Thread(target=world.clients.at_once, args=(shop, events, _AT_ONCE_SECONDS), daemon=True)
    thread.start()
    yield Until(lambda: not thread.is_alive(), _AT_ONCE_SECONDS + 5, "the answers")


FAULTS = (
    Fault(Family.DOUBLED_PARTS, "two beats", _twice("beat"), lasts=25.0),
    Fault(Family.DOUBLED_PARTS, "two sweepers", _twice("worker-flow", "beat"), lasts=30.0),
    Fault(Family.DOUBLED_PARTS, "eight writers numbering one series", number_at_once, lasts=20.0),
    Fault(Family.DOUBLED_PARTS, "cancel and complain at once", cancel_and_complain, weight=2, lasts=10.0),
)
