"""Work that cannot be done, on orders of its own: it must be parked after its attempts, and everything else go on."""

import random
from collections.abc import Callable

from partnershop.drill.fault import Family, Fault, Injecting, Until
from partnershop.drill.faults.doubled import shop_that_invoices_at_once
from partnershop.drill.faults.world import World
from partnershop.drill.strikes import How, Strike

_STRUCK_SECONDS = 90.0
_RENDERING = "documents.render_papers"
_SETTLING = "corrections.issue_reduced_invoice"


def _poisoning(how: How, task: str, what: str) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        shop = shop_that_invoices_at_once(world)
        story = world.stream.order(shop, complained=task == _SETTLING)
        strike = Strike(how, task, None, story.number)
        world.place.order(strike)
        world.poisoned[story.number] = what
        # All of it now, and not in its own time; what comes again then is a duplicate.
        world.stream.put(shop, *story.events())
        yield Until(lambda: world.take(strike) is not None, _STRUCK_SECONDS, f"{task} for {story.number}")
        return f"{what}: order {story.number} of {shop}"

    return inject


FAULTS = tuple(
    Fault(Family.POISON, what, _poisoning(how, task, what), at_most=1, lasts=30.0)
    for how, task, what in (
        (How.FAIL, _SETTLING, "a task that always fails"),
        (How.SEGV, _RENDERING, "a paper that crashes the renderer"),
        (How.HOG, _RENDERING, "a paper that eats memory"),
        (How.HANG, _RENDERING, "a paper that never ends"),
    )
)
