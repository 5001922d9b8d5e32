"""The judge: what the product has, and what left the house, held against what the events must come to.

It finds nothing by asking the product's code: rows are read by plain SQL, and the sums are the reckoning's. It judges
a product at rest: what is still due is lost.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from partnershop.audit import Sample, audit
from partnershop.drill.found import Found, FoundOrder, look
from partnershop.drill.judging_account import Account, OutsideIndex
from partnershop.drill.judging_events import Events, by_shop, key_of, order_of, reported_refunds
from partnershop.drill.judging_items import items
from partnershop.drill.judging_mails import arrived, mails
from partnershop.drill.judging_money import instructions, money, settlements
from partnershop.drill.judging_papers import numbers, papers
from partnershop.drill.judging_parked import events_of_parked_cases, parked_things
from partnershop.drill.ledger import Event
from partnershop.drill.outside import Instructed, Outside
from partnershop.drill.reckoning import Key, Reckoned, ShopRules, reckon
from partnershop.drill.reckoning.amounts import said
from partnershop.drill.verdict import Kind, Trouble, Verdict


@dataclass(frozen=True)
class Excused:
    """What a drill has spoilt on purpose.

    `parked_orders`: the numbers of orders whose paper, case or mail always fails; one of these must be parked, and
    nothing else of the order may be lost. `forgotten`: keys of hand-overs that a producer took and forgot, besides
    those that `Outside` names: they must look as if nobody had said a word about them, which is what reconciliation
    finds (the item is `handed_over`, or has a finding `dispatch_unacknowledged`).
    """

    parked_orders: frozenset[str] = field(default_factory=frozenset)
    forgotten: frozenset[str] = field(default_factory=frozenset)


def audited_at(database_url: str, sample: Sample | None = None) -> list[str]:
    """The breaches that the product's audit finds in a database, in its words; made in this process."""
    _, _, rest = database_url.partition("://")
    engine = create_engine(f"postgresql+psycopg://{rest}", poolclass=NullPool)
    breaches = []
    with Session(engine) as session:
        for finding in audit(session, sample=sample):
            breaches += [f"{finding.number} ({finding.invariant}): {breach}" for breach in finding.first]
            more = finding.breaches - len(finding.first)
            breaches += [f"{finding.number} ({finding.invariant}): and {more} more"] if more else []
    return breaches


def judge(
    database_url: str,
    shops: Sequence[ShopRules],
    ledger_events: Sequence[Event],
    outside: Outside | None = None,
    excused: Excused = Excused(),
    audited: Callable[[], list[str]] | None = None,
) -> Verdict:
    """Everything that was lost, doubled or is wrong.

    `ledger_events` are those that were answered 202, in the order of their answers. `outside` is what others hold;
    what nobody looked at is not judged. `audited` gives the breaches of the product's audit; by default it is made in
    this process, on `database_url`.
    """
    found = look(database_url, [rules.code for rules in shops])
    verdict = weigh(found, shops, ledger_events, outside, excused)
    return replace(verdict, breaches=tuple(audited() if audited is not None else audited_at(database_url)))


def weigh(
    found: Found,
    shops: Sequence[ShopRules],
    ledger_events: Sequence[Event],
    outside: Outside | None = None,
    excused: Excused = Excused(),
) -> Verdict:
    """The same for what was found already, without the audit."""
    told, troubles = by_shop(ledger_events, [rules.code for rules in shops], found.events)
    outside = outside or Outside()
    index = OutsideIndex.of(outside, excused.forgotten)
    parked: list[str] = []
    for rules in shops:
        court = _Court(rules, found, told[rules.code], outside, index, excused)
        troubles += court.judge()
        parked += court.parked
    if outside.mails is not None:
        troubles += arrived(found, outside.mails)
    troubles += _strangers(found, index)
    return Verdict(
        troubles=tuple(troubles), events=sum(map(len, told.values())), orders=len(found.orders),
        papers=sum(1 for _ in found.papers()), parked=tuple(parked),
    )  # fmt: skip


class _Court:
    """Judges one shop; what it finds parked as it should be is in `parked`."""

    def __init__(
        self, rules: ShopRules, found: Found, told: list[Event], outside: Outside, index: OutsideIndex, excused: Excused
    ) -> None:
        self._rules, self._told, self._outside, self._index = rules, told, outside, index
        self._excused = excused.parked_orders
        self._orders = {number: orders for (shop, number), orders in found.orders.items() if shop == rules.code}
        self._rows = [row for row in found.events if row.shop == rules.code]
        self._reckoned = reckon(rules, told)
        self.parked: list[str] = []

    def judge(self) -> Iterator[Trouble]:
        """All troubles of the shop."""
        every = [order for orders in self._orders.values() for order in orders]
        refunds = {refund.name for order in every for refund in order.refunds}
        events = Events(self._rules.code, self._rows, self._reckoned.fates, refunds, self._excused)
        yield from events.judge(self._told)
        reported, given = reported_refunds(self._told), self._instructed()
        for number in self._reckoned.orders:
            for account in self._accounts(number):
                yield from items(account, self._index)
                yield from papers(account)
                yield from money(account)
                yield from mails(account)
                yield from settlements(account, reported)
                if given is not None:
                    yield from instructions(account, given)
            yield from self._existence(number)
        yield from self._unasked(given or {}, refunds)
        yield from numbers(self._rules.code, every)

    def _existence(self, number: str) -> Iterator[Trouble]:
        times = len(self._orders.get(number, ()))
        name = f"{self._rules.code}, order {number}"
        if not times:
            yield Trouble(Kind.LOST, f"{name}: it was placed and is not there", self._rules.code, number)
        if times > 1:
            yield Trouble(Kind.DOUBLED, f"{name}: it is there {times} times", self._rules.code, number)
        if number in self._excused and times:
            things = [thing for order in self._orders[number] for thing in parked_things(order)]
            self.parked += things
            if not things:
                sentence = f"{name}: something of it was poisoned, and nothing of it is parked"
                yield Trouble(Kind.WRONG, sentence, self._rules.code, number)

    def _accounts(self, number: str) -> Iterator[Account]:
        orders = self._orders.get(number, ())
        is_excused = number in self._excused
        reckoned = self._reckoned
        if is_excused and orders:
            reckoned = self._without(number, events_of_parked_cases(orders[0]))
        for order in orders[:1]:
            yield Account(self._rules, reckoned.orders[number], order, is_excused)

    def _without(self, number: str, keys: set[Key]) -> Reckoned:
        """The order as if these events of it had never come."""
        its = [event for event in self._told if order_of(event) == number and key_of(event) not in keys]
        return reckon(self._rules, its)

    def _instructed(self) -> dict[str, set[Instructed]] | None:
        if self._outside.refunds is None:
            return None
        given: dict[str, set[Instructed]] = defaultdict(set)
        for one in self._outside.refunds:
            if one.shop == self._rules.code:
                given[one.refund].add(one)
        return given

    def _unasked(self, given: dict[str, set[Instructed]], refunds: set[str]) -> Iterator[Trouble]:
        """Money that went back though nobody asked for it here, and orders that nobody placed."""
        code, currency = self._rules.code, str(self._rules.settings["currency"])
        for name in sorted(given.keys() - refunds):
            for one in given[name]:
                amount = said(one.amount, currency)
                sentence = f"{name} over {amount} was instructed, and no such request is here"
                yield Trouble(Kind.DOUBLED, f"{code}, order {one.order}: {sentence}", code, one.order)
        for number in sorted(self._orders.keys() - self._reckoned.orders.keys()):
            yield Trouble(Kind.WRONG, f"{code}, order {number}: it is there, and nobody placed it", code, number)


def _strangers(found: Found, index: OutsideIndex) -> Iterator[Trouble]:
    """What a producer has and we never handed over."""
    ours = {each.key for order in _every(found) for item in order.items for each in item.dispatches}
    for key, handed in (index.handed or {}).items():
        if key not in ours:
            yield Trouble(Kind.WRONG, f"{handed.producer} has {key}, which we never handed over", handed.shop)


def _every(found: Found) -> Iterator[FoundOrder]:
    for orders in found.orders.values():
        yield from orders
