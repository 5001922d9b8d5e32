"""Items: there once, routed or held, at the one producer that must have them, shipped and cancelled as was told."""

from collections.abc import Iterator

from partnershop.drill.found import FoundItem
from partnershop.drill.found_rows import Dispatch
from partnershop.drill.judging_account import LIVE, Account, OutsideIndex, twice
from partnershop.drill.reckoning import Duty, Place, ReckonedItem
from partnershop.drill.verdict import Trouble

_IN_WORDS = {"in_house": "the shop's own works", "unitedprint": "Unitedprint"}


def items(account: Account, outside: OutsideIndex) -> Iterator[Trouble]:
    """Whether every item is where it must be."""
    found = [item.row.key for item in account.found.items]
    for key in account.order.items.keys() - set(found):
        yield account.lost(f"item {key} is not there")
    for key in sorted(set(found) - account.order.items.keys()):
        yield account.wrong(f"item {key} is there, though nobody ordered it")
    for key in twice(found):
        yield account.doubled(f"item {key} is there twice")
    for reckoned, item in account.pairs():
        yield from _place(account, reckoned, item)
        yield from _state(account, reckoned, item)
        yield from _hand_over(account, reckoned, item)
        yield from _withdrawal(account, item, outside)
        if outside.handed is not None:
            yield from _outside(account, reckoned, item, outside)


def _place(account: Account, reckoned: ReckonedItem, item: FoundItem) -> Iterator[Trouble]:
    name, row = f"item {reckoned.key}", item.row
    allowed = " or ".join(sorted(place.value for place in reckoned.places))
    if row.route is None and row.hold_code is None:
        yield account.lost(f"{name} is neither held nor routed; it must be {allowed}")
    elif row.route is None and Place.HELD not in reckoned.places:
        yield account.wrong(f"{name} is held ({row.hold_reason}), but must be made at {allowed}")
    elif row.route is not None and row.route not in reckoned.places:
        why = f" ({reckoned.why_held})" if reckoned.why_held else ""
        yield account.wrong(f"{name} is routed to {row.route}, but must be {allowed}{why}")
    if item.decisions > 1:
        yield account.doubled(f"{name} has {item.decisions} live routing decisions")
    if row.route is not None and not item.decisions:
        yield account.lost(f"{name} is routed to {row.route}, and no live decision says why")


def _state(account: Account, reckoned: ReckonedItem, item: FoundItem) -> Iterator[Trouble]:
    name, state = f"item {reckoned.key}", item.row.state
    if reckoned.cancelled and state != "cancelled":
        yield account.lost(f"{name} was cancelled, and is still {state}")
    elif not reckoned.cancelled and state == "cancelled":
        yield account.wrong(f"{name} is cancelled, though nobody cancelled it")
    elif not reckoned.cancelled and reckoned.shipped is Duty.MUST and state != "shipped" and not account.waits(item):
        yield account.lost(f"{name} was reported as shipped, and is still {state}")
    elif reckoned.shipped is Duty.NEVER and state == "shipped":
        yield account.wrong(f"{name} is shipped, though nobody reported it")


def _hand_over(account: Account, reckoned: ReckonedItem, item: FoundItem) -> Iterator[Trouble]:
    name, live = f"item {reckoned.key}", [each for each in item.dispatches if each.state in LIVE]
    if len(live) > 1:
        where = " and ".join(f"at {_IN_WORDS[each.producer]} as {each.key}" for each in live)
        yield account.doubled(f"{name} has {len(live)} live hand-overs: {where}")
        return
    for each in live:
        yield from _live(account, reckoned, item, each)
    if live or reckoned.cancelled or reckoned.at_producer is not Duty.MUST or account.waits(item):
        return
    held = f"; it is held: {item.row.hold_reason}" if item.row.state == "held" else f"; it is {item.row.state}"
    yield account.lost(f"nothing stands between {name} and its producer, and it is at none{held}")


def _live(account: Account, reckoned: ReckonedItem, item: FoundItem, live: Dispatch) -> Iterator[Trouble]:
    name, where = f"item {reckoned.key}", _IN_WORDS[live.producer]
    why = f": {live.last_error}" if live.last_error else ""
    if live.state == "in_flight":
        yield account.lost(f"{name} is still being handed over to {where} as {live.key}{why}")
    elif live.state == "unknown":
        yield account.lost(f"nobody has settled whether {where} has {name} as {live.key}{why}")
    elif reckoned.at_producer is Duty.NEVER:
        yield account.wrong(f"{name} is at {where} as {live.key}, though it is held, not paid or without print data")
    elif live.producer != item.row.route:
        yield account.wrong(f"{name} is at {where} as {live.key}, but was routed to {item.row.route}")
    elif reckoned.cancelled and live.producer == "in_house":
        yield account.lost(f"{name} was cancelled, and {where} were never told to leave {live.key}")


def _withdrawal(account: Account, item: FoundItem, outside: OutsideIndex) -> Iterator[Trouble]:
    for each in item.dispatches:
        where = _IN_WORDS[each.producer]
        if each.state == "withdrawing":
            yield account.lost(f"{where} are still to be told not to make item {item.row.key} ({each.key})")
        handed = outside.handed.get(each.key) if outside.handed is not None else None
        if each.state == "withdrawn" and handed is not None and not handed.withdrawn:
            yield account.lost(f"we say that {each.key} was taken back, and {where} do not know of it")


def _outside(account: Account, reckoned: ReckonedItem, item: FoundItem, outside: OutsideIndex) -> Iterator[Trouble]:
    assert outside.handed is not None
    name = f"item {reckoned.key}"
    there = [handed for each in item.dispatches if (handed := outside.handed.get(each.key)) is not None]
    for handed in there:
        times = outside.times_handed[handed.key]
        if times > 1:
            yield account.doubled(f"{_IN_WORDS[handed.producer]} have {name} {times} times as {handed.key}")
    to_make = [handed for handed in there if not handed.withdrawn]
    if len(to_make) > 1:
        where = " and ".join(f"{_IN_WORDS[handed.producer]} as {handed.key}" for handed in to_make)
        yield account.doubled(f"{name} is to be made {len(to_make)} times: by {where}")
    for each in item.dispatches:
        where = _IN_WORDS[each.producer]
        known = outside.handed.get(each.key)
        if known is not None and known.producer != each.producer:
            yield account.wrong(f"{each.key} of {name} is at {_IN_WORDS[known.producer]}, and we say at {where}")
        if each.state != "done" or known is not None:
            continue
        if each.key not in outside.forgotten:
            yield account.lost(f"we say that {where} have {name} as {each.key}, and they do not know it")
        elif not _shows_as_forgotten(reckoned, item):
            yield account.wrong(f"{where} took {each.key} and forgot it, and {name} shows as {item.row.state}")


def _shows_as_forgotten(reckoned: ReckonedItem, item: FoundItem) -> bool:
    """A forgotten hand-over must look like one that nobody has said a word about: that is what reconciliation finds.

    Where the shop itself reported the item, or it is cancelled, there is nothing left to show.
    """
    reported = reckoned.cancelled or reckoned.shipped is not Duty.NEVER
    return reported or item.row.unacknowledged or item.row.state == "handed_over"
