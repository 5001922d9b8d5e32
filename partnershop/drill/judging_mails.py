"""Mails: every paper in one mail that was sent and has arrived; the same mail only ever with the same bytes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from partnershop.drill.found import Found, FoundOrder
from partnershop.drill.found_rows import Mail
from partnershop.drill.judging_account import Account
from partnershop.drill.outside import Mailed
from partnershop.drill.verdict import Kind, Trouble


def mails(account: Account) -> Iterator[Trouble]:
    """What is judged of an order's mails by their rows."""
    if not account.has_mail:
        return
    by_id = {mail.id: mail for mail in account.found.mails}
    unprinted = {mail for paper in account.found.papers if paper.row.printing == "parked" for mail in paper.mails}
    for paper in account.found.papers:
        number = paper.row.number
        if len(paper.mails) > 1:
            yield account.doubled(f"{number} goes to the customer in {len(paper.mails)} mails")
        if not any(mail in by_id for mail in paper.mails):
            yield account.lost(f"{number} is in no mail to the customer")
    for mail in account.found.mails:
        excused = account.excused and (mail.state == "parked" or mail.id in unprinted)
        if mail.state != "sent" and not excused:
            why = f": {mail.last_error}" if mail.last_error else ""
            yield account.lost(f"mail M-{mail.id} ({mail.kind}) was never sent, it is {mail.state}{why}")
    if not account.order.internal:
        yield from _told(account)


def _told(account: Account) -> Iterator[Trouble]:
    """What is told without a paper."""
    for complaint in account.found.complaints:
        if complaint.state == "rejected" and not complaint.mails:
            yield account.lost(f"no mail tells the customer that complaint {complaint.key} was rejected")
    for _, item in account.pairs():
        if item.row.state == "shipped" and not item.told:
            yield account.lost(f"no mail tells the customer that item {item.row.key} is on its way")
        if item.told > 1:
            yield account.doubled(f"{item.told} mails tell that item {item.row.key} is on its way")


def arrived(found: Found, mailed: Sequence[Mailed]) -> Iterator[Trouble]:
    """Whether what arrived is what was sent: every mail, its papers, and no other bytes under its Message-ID."""
    there: dict[str, list[Mailed]] = defaultdict(list)
    for one in mailed:
        there[_bare(one.message_id)].append(one)
    orders = {order.row.id: order for orders in found.orders.values() for order in orders}
    known = {_bare(mail.message_id): mail for mail in found.mails if mail.message_id}
    for message_id, mail in known.items():
        yield from _compared(mail, orders.get(mail.order_id or 0), there.get(message_id, []))
    for message_id in sorted(there.keys() - known.keys()):
        yield Trouble(Kind.WRONG, f"a mail arrived that we have no row of: {message_id}")
    yield from _twice(known, there, orders)


def _bare(message_id: str | None) -> str:
    return (message_id or "").strip().strip("<>")


def _compared(mail: Mail, order: FoundOrder | None, theirs: Sequence[Mailed]) -> Iterator[Trouble]:
    number = order.row.number if order else None
    name = f"{mail.shop}, " + (f"order {number}: " if number else "") + f"mail M-{mail.id} ({mail.kind})"
    if mail.state == "sent" and not theirs:
        yield Trouble(Kind.LOST, f"{name} counts as sent, and never arrived", mail.shop, number)
    if len({each.digest for each in theirs}) > 1:
        yield Trouble(Kind.DOUBLED, f"{name} arrived with different bytes under one Message-ID", mail.shop, number)
    papers = {paper.row.number for paper in order.papers if mail.id in paper.mails} if order else set()
    for each in theirs[:1]:
        if set(each.papers) != papers:
            said = f"with {', '.join(each.papers) or 'no paper'} and must carry {', '.join(sorted(papers)) or 'none'}"
            yield Trouble(Kind.WRONG, f"{name} arrived {said}", mail.shop, number)


def _twice(
    known: Mapping[str, Mail], there: Mapping[str, Sequence[Mailed]], orders: Mapping[int, FoundOrder]
) -> Iterator[Trouble]:
    """A paper in two mails. Numbers are a shop's own, so an unknown mail is held against every shop's papers."""
    carried: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for message_id, several in there.items():
        shop = known[message_id].shop if message_id in known else None
        for mail in several:
            for paper in mail.papers:
                carried[shop, paper].add(message_id)
    for (shop, paper), messages in carried.items():
        ours = messages if shop is None else messages | carried.get((None, paper), set())
        if shop is not None and len(ours) > 1:
            ids = {(order.row.shop, each.row.number): order for order in orders.values() for each in order.papers}
            number = ids[shop, paper].row.number if (shop, paper) in ids else None
            sentence = f"{shop}, order {number}: {paper} arrived in {len(ours)} mails with different Message-IDs"
            yield Trouble(Kind.DOUBLED, sentence, shop, number)
