"""What was poisoned on purpose must be parked, with its error, and nothing else of its order be lost."""

from collections.abc import Iterator

from partnershop.drill.found import FoundOrder
from partnershop.drill.reckoning import Key


def parked_things(order: FoundOrder) -> Iterator[str]:
    """What of this order was given up after its attempts, in sentences."""
    name = f"{order.row.shop}, order {order.row.number}"
    for paper in order.papers:
        if paper.row.printing == "parked":
            yield f"{name}: {paper.row.number} was given up at the printer: {paper.row.print_error}"
    for case in order.cases:
        if case.state == "parked":
            yield f"{name}: case {case.id} ({case.kind}) was given up: {case.why}"
    for mail in order.mails:
        if mail.state == "parked":
            yield f"{name}: mail M-{mail.id} ({mail.kind}) was given up: {mail.last_error}"


def events_of_parked_cases(order: FoundOrder) -> set[Key]:
    """The events whose cases were given up: they have not changed papers or money, and must not have."""
    return {(case.source, case.event_id) for case in order.cases if case.state == "parked"}
