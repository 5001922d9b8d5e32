"""Money: each payment once, what must go back asked for and instructed once, cases settled, commission booked."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from partnershop.drill.found import FoundItem
from partnershop.drill.judging_account import Account, twice
from partnershop.drill.outside import Instructed
from partnershop.drill.reckoning import Duty, ReckonedItem
from partnershop.drill.reckoning.amounts import share
from partnershop.drill.verdict import Trouble


def money(account: Account) -> Iterator[Trouble]:
    """What is judged of an order's money by its rows alone."""
    yield from _payments(account)
    yield from _complaints(account)
    yield from _cases(account)
    yield from _requests(account)
    for reckoned, item in account.pairs():
        yield from _commission(account, reckoned, item)


def _payments(account: Account) -> Iterator[Trouble]:
    came, rows = account.order.payments, account.found.payments
    here = {row.key: row.amount for row in rows}
    for key in twice(row.key for row in rows):
        yield account.doubled(f"payment {key} is there twice")
    for key in came.keys() - here.keys():
        yield account.lost(f"payment {key} of {account.said(came[key])} came in and is not there")
    for key in here.keys() - came.keys():
        yield account.wrong(f"payment {key} of {account.said(here[key])} is there, and nobody told of it")
    for key in here.keys() & came.keys():
        if here[key] != came[key]:
            yield account.wrong(f"payment {key} was {account.said(came[key])} and is {account.said(here[key])} here")
    counted, total = account.found.row.paid, sum(row.amount for row in rows)
    if counted > total:
        yield account.doubled(f"its payments are {account.said(total)}, and it counts as paid {account.said(counted)}")
    elif counted < total:
        yield account.lost(f"its payments are {account.said(total)}, and it counts as paid {account.said(counted)}")


def _complaints(account: Account) -> Iterator[Trouble]:
    here = {row.key: row for row in account.found.complaints}
    for key, allowed in account.order.complaints.items():
        row = here.get(key)
        if row is None:
            yield account.lost(f"complaint {key} was opened and is not there")
        elif row.state == "open" and "open" not in allowed:
            yield account.lost(f"complaint {key} was {' or '.join(sorted(allowed))}, and is still open")
        elif row.state not in allowed:
            yield account.wrong(f"complaint {key} is {row.state}, and must be {' or '.join(sorted(allowed))}")
    for key in sorted(here.keys() - account.order.complaints.keys()):
        yield account.wrong(f"complaint {key} is there, and nobody opened it")
    for reckoned, item in account.pairs():
        if item.row.reduced_by not in reckoned.reduced:
            due = " or ".join(account.said(each) for each in sorted(reckoned.reduced))
            yield account.wrong(
                f"{account.said(item.row.reduced_by)} were taken off item {reckoned.key}, and it must be {due}"
            )


def _cases(account: Account) -> Iterator[Trouble]:
    for key in twice(f"{row.event_id} of {row.source}" for row in account.found.cases):
        yield account.doubled(f"event {key} has two cases")
    for row in account.found.cases:
        if row.state == "open":
            yield account.lost(f"case {row.id} ({row.kind}) was never settled" + (f": {row.why}" if row.why else ""))
        elif row.state == "parked" and not account.excused:
            yield account.lost(f"case {row.id} ({row.kind}) was given up: {row.why}")
    due = account.books().entitled
    if account.found.row.entitled != due:
        yield account.wrong(
            f"its cases entitle to {account.said(account.found.row.entitled)}, but took {account.said(due)} off"
        )


def _requests(account: Account) -> Iterator[Trouble]:
    books, paid = account.books(), account.said(account.order.paid)
    live = [row for row in account.found.refunds if row.state != "failed"]
    asked = sum(row.amount for row in live)
    names = f" ({', '.join(row.name for row in live)})" if live else ""
    if asked < books.refunds:
        only = f"only {account.said(asked)} are requested{names}" if live else "no refund request is there"
        yield account.lost(f"{paid} were paid and {account.said(books.refunds)} must go back, but {only}")
    if asked > books.refunds:
        yield account.doubled(
            f"{paid} were paid and {account.said(books.refunds)} must go back, but {account.said(asked)} are "
            f"requested{names}"
        )
    for row in live:
        if row.state == "requested":
            yield account.lost(f"{row.name} over {account.said(row.amount)} was never sent to whoever pays")


def _commission(account: Account, reckoned: ReckonedItem, item: FoundItem) -> Iterator[Trouble]:
    live = [entry for entry in item.commissions if not entry.is_void]
    name = f"item {reckoned.key}"
    if len(live) > 1:
        yield account.doubled(f"{name} has {len(live)} live commission entries")
    if not live and reckoned.commission is Duty.MUST:
        yield account.lost(f"{name} was made in house and invoiced, and no commission is booked")
    if live and reckoned.commission is Duty.NEVER:
        why = "was cancelled" if reckoned.cancelled else "was not both made in house and invoiced"
        yield account.wrong(f"{name} {why}, and its commission stands")
        return
    for entry in live[:1]:
        if entry.base != reckoned.net:
            yield account.wrong(
                f"the commission on {name} is on {account.said(entry.base)}, its price was {account.said(reckoned.net)}"
            )
        rate = Fraction(account.rules.settings["commission"]["rate_percent"])
        if entry.base == reckoned.net and entry.amount != share(entry.base, rate):
            due = account.said(share(entry.base, rate))
            yield account.wrong(f"the commission on {name} is {account.said(entry.amount)}, and must be {due}")


def settlements(account: Account, told: Mapping[str, set[str]]) -> Iterator[Trouble]:
    """Whether requests stand as was reported: `told` is what came of each, "settled" or "failed", by its name."""
    for row in account.found.refunds:
        reported = told.get(row.name, set())
        if reported and row.state not in reported:
            what = " and ".join(sorted(reported))
            yield account.lost(f"{row.name} was reported {what}, and is still {row.state}")
        elif not reported and row.state in ("settled", "failed"):
            yield account.wrong(f"{row.name} is {row.state}, and nobody reported that")


def instructions(account: Account, given: Mapping[str, set[Instructed]]) -> Iterator[Trouble]:
    """Whether whoever pays was told of each request; `given` is what they were told of this shop, by its name.

    The same instruction twice is one: its id is the key of the payment.
    """
    for row in account.found.refunds:
        over, theirs = account.said(row.amount), given.get(row.name, set())
        if not theirs and row.state != "requested":
            yield account.lost(f"{row.name} over {over} is {row.state}, and no instruction is outside")
        for one in theirs:
            if (one.order, one.amount) != (account.order.number, row.amount):
                instead = f"{account.said(one.amount)} for order {one.order}"
                yield account.wrong(f"{row.name} is over {over}, and whoever pays was told {instead}")
