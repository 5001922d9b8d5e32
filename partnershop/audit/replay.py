"""Invariant 12: the same events end in the same books, in whatever order and however often they came.

The facts of an order are read from the bodies of its events alone, without their order, and put into books by a
calculation of its own; what the flows left in papers, payments and refund requests must be the same. An event that the
business refused is no fact, but then it must have been one to refuse.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.batches import Batch, batches
from partnershop.audit.finding import Finding
from partnershop.books import OrderBooks
from partnershop.contract import (
    ComplaintAccepted,
    ComplaintOpened,
    ItemCancelled,
    OrderCancelled,
    OrderPlaced,
    PaymentReceived,
    data_of,
)
from partnershop.errors import Defect
from partnershop.rules import tax
from partnershop.rules.money import in_words, percent_of, to_minor
from partnershop.rules.refunds import refundable
from partnershop.rules.tax import TaxKey

_EVENTS = text("""
    SELECT orders.id AS order_id, event.type, event.body, decided.state AS case_state
      FROM orders
      JOIN event ON event.shop_id = orders.shop_id AND event.order_number = orders.number
      LEFT JOIN correction_case decided ON decided.event_id = event.id
     WHERE orders.id = ANY(:ids) AND event.state = 'handled' AND NOT event.refused
       AND event.type IN ('order.placed', 'payment.received', 'item.cancelled', 'order.cancelled',
                          'complaint.opened', 'complaint.accepted')
     ORDER BY event.id
""")

_NO_ORDER = text("""
    SELECT shop.code, 'event ' || event.event_id, 'placed order ' || event.order_number || ', which is not there'
      FROM event
      JOIN shop ON shop.id = event.shop_id
      LEFT JOIN orders ON orders.shop_id = event.shop_id AND orders.number = event.order_number
     WHERE event.shop_id = ANY(:shops) AND event.state = 'handled' AND NOT event.refused
       AND event.type = 'order.placed' AND orders.id IS NULL
     ORDER BY event.id
""")


@dataclass
class Facts:
    """What the events of one order say, whatever their order."""

    placed: OrderPlaced | None = None
    cancelled: set[str] = field(default_factory=set)
    complained: dict[str, str] = field(default_factory=dict)
    granted: dict[str, ComplaintAccepted] = field(default_factory=dict)
    not_granted: list[ComplaintAccepted] = field(default_factory=list)
    payments: dict[str, int] = field(default_factory=dict)
    undecided: bool = False
    broken: str = ""
    whole_cancelled: bool = False

    def learn(self, data: Any, case_state: str | None) -> None:
        """One more event; `case_state` is that of the case it opened, None where it opened none."""
        if case_state in ("open", "parked"):
            self.undecided = True
        elif isinstance(data, OrderPlaced):
            self.placed = self.placed or data
        elif isinstance(data, PaymentReceived):
            self.payments[data.payment] = data.amount_minor
        elif isinstance(data, ItemCancelled):
            self.cancelled.add(data.item)
        elif isinstance(data, OrderCancelled):
            self.whole_cancelled = True
        elif isinstance(data, ComplaintOpened):
            self.complained[data.complaint] = data.item
        elif isinstance(data, ComplaintAccepted):
            self._accepted(data, case_state)

    def _accepted(self, data: ComplaintAccepted, case_state: str | None) -> None:
        if case_state == "refused":
            self.not_granted.append(data)
        else:
            self.granted[data.complaint] = data

    def is_cancelled(self, item: str) -> bool:
        """Whether the item was cancelled, by itself or with its order."""
        return self.whole_cancelled or item in self.cancelled


@dataclass(frozen=True)
class Replayed:
    """The books that the facts of an order come to; counts, and amounts in minor units."""

    items: int
    items_cancelled: int
    complaints_accepted: int
    live_net: int
    live_gross: int
    paid: int
    refunds: int


def check(session: Session, shops: Sequence[int]) -> Finding:
    """The books of every order are what its events say, apart from their order, their delay and their repetition."""
    finding = Finding(12, "The events of every order, replayed without their order, end in the same books")
    undecided = 0
    for batch in batches(session, shops):
        facts = _facts(session, batch)
        for order_id, books in batch.books.items():
            known = facts[order_id]
            if known.undecided:
                undecided += 1
                continue
            finding.checked += 1
            for problem in _problems(known, books):
                finding.breach(batch.shop, f"order {books.number}", problem)
    finding.take(session, shops, _NO_ORDER)
    finding.wait_for(undecided, "orders with a case to settle")
    return finding


def _facts(session: Session, batch: Batch) -> defaultdict[int, Facts]:
    facts: defaultdict[int, Facts] = defaultdict(Facts)
    for row in session.execute(_EVENTS, {"ids": batch.ids}, execution_options={"yield_per": 500}):
        known = facts[row.order_id]
        try:
            known.learn(data_of(row.type, row.body), row.case_state)
        except Defect as problem:
            known.broken = str(problem)
    return facts


def _problems(facts: Facts, books: OrderBooks) -> Iterator[str]:
    try:
        replayed = replay(facts)
    except Defect as problem:
        yield str(problem)
        return
    for name, said in vars(replayed).items():
        found = getattr(books, name)
        if found != said:
            amount = name not in ("items", "items_cancelled", "complaints_accepted")
            shown = [in_words(value, books.currency) if amount else str(value) for value in (found, said)]
            yield f"has {name} {shown[0]}, its events say {shown[1]}"
    yield from _wrongly_refused(facts)


def replay(facts: Facts) -> Replayed:
    """The books that these facts come to: one invoice over what is left of the order. Raises `Defect` on nonsense."""
    placed = facts.placed
    if facts.broken or placed is None:
        raise Defect(facts.broken or "is there, but no event placed it")
    ordered = {item.item: item.net_minor(placed.currency) for item in placed.items}
    reduced = _reductions(facts, ordered)
    live = [item for item in placed.items if not facts.is_cancelled(item.item)]
    before = _gross_parts(placed, {item.item: ordered[item.item] for item in placed.items})
    after = _gross_parts(placed, {item.item: ordered[item.item] - reduced[item.item] for item in live})
    paid = sum(facts.payments.values())
    owed_before, owed = tax.gross(before), tax.gross(after)
    return Replayed(
        items=len(placed.items),
        items_cancelled=len(placed.items) - len(live),
        complaints_accepted=len(facts.granted),
        live_net=tax.net(after),
        live_gross=owed,
        paid=paid,
        refunds=refundable(owed_before - owed, paid, owed),
    )


def _gross_parts(placed: OrderPlaced, nets: dict[str, int]) -> dict[TaxKey, tax.TaxAmount]:
    """The VAT breakdown of one invoice over these items (nets by key); the charges fall away with the last item."""
    if placed.internal or not nets:
        return {}
    parts = [
        (TaxKey(item.vat_category, item.vat_rate, item.vat_exemption or ""), nets[item.item])
        for item in placed.items
        if item.item in nets
    ]
    parts += [
        (
            TaxKey(charge.vat_category, charge.vat_rate, charge.vat_exemption or ""),
            charge.amount_minor(placed.currency),
        )
        for charge in placed.charges
    ]
    return tax.breakdown(parts)


def _reductions(facts: Facts, ordered: dict[str, int]) -> dict[str, int]:
    reduced = dict.fromkeys(ordered, 0)
    for accepted in facts.granted.values():
        item = facts.complained.get(accepted.complaint)
        if item not in reduced:
            raise Defect(f"has the accepted complaint {accepted.complaint}, which no event opened")
        reduced[item] += _amount(facts, accepted, ordered[item])
    return reduced


def _amount(facts: Facts, accepted: ComplaintAccepted, ordered_net: int) -> int:
    currency = facts.placed.currency if facts.placed else ""
    if accepted.reduction.net is not None:
        return to_minor(accepted.reduction.net, currency)
    return percent_of(ordered_net, accepted.reduction.percent or Decimal(0))


def _wrongly_refused(facts: Facts) -> Iterator[str]:
    """A reduction is rightly refused on a cancelled item, beyond what is left of the line, or when decided before.

    So is one that rounds to nothing. What is left only falls, so that a refusal which was right then is right with all
    the facts as well.
    """
    placed = facts.placed
    ordered = {item.item: item.net_minor(placed.currency) for item in placed.items} if placed else {}
    reduced = _reductions(facts, ordered)
    for refused in facts.not_granted:
        item = facts.complained.get(refused.complaint, "")
        cancelled = facts.is_cancelled(item)
        decided = refused.complaint in facts.granted
        if item not in ordered or cancelled or decided:
            continue
        amount = _amount(facts, refused, ordered[item])
        if amount and reduced[item] + amount <= ordered[item]:
            yield f"has complaint {refused.complaint} refused although its line has enough left"
