"""What the people of the shops do while a drill runs and drains: look up, settle, release, send again, retry.

Through the product's own flows, as the command line would, with events from `/operators/drill`. The settings of this
process must name the product's database (`place.prepared` sees to it). Each kind of thing is tidied by itself, so that
one that fails takes nothing else with it; what could not be done now is done the next time.
"""

import time
import uuid
import weakref
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models import (
    Case,
    CaseState,
    Dispatch,
    DispatchState,
    Document,
    Item,
    Mail,
    MailState,
    Order,
    Rendering,
    RenderingState,
    Shop,
)
from partnershop import clock
from partnershop.contract import TYPE_PREFIX, SourceRule
from partnershop.db import unit_of_work
from partnershop.drill.ledger import Answer, Entry, Event, Ledger
from partnershop.flows import mail as mails
from partnershop.flows import retrying, shops
from partnershop.flows.intake import accept
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.words import counted

if TYPE_CHECKING:
    from partnershop.drill.place import Place

SOURCE = "/operators/drill"
PATIENCE_SECONDS = 20.0
"""A call whose outcome is unknown may still be under way at a slow producer: so long a person waits before the word
"they do not have it", after which the item is ordered again. To be longer than Unitedprint is ever slow."""
_HELD_BY_PRODUCER = ("producer_unreachable", "producer_rejected")
_AGAIN_SECONDS = 15.0
_TIMEOUT = httpx2.Timeout(5.0, connect=1.0)


@dataclass
class Operators:
    """The people of all shops, with what they remember. `simulator` is the address of Unitedprint's."""

    simulator: str
    ledger: Ledger | None = None
    patience: float = PATIENCE_SECONDS
    _unknown_since: dict[str, float] = field(default_factory=dict)
    _words: dict[str, tuple[str, Event]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _released: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def tidy_up(self, poisoned_orders: Collection[str] = ()) -> list[str]:
        """Do what can be done now; what was done, in sentences. Nothing of the poisoned orders (numbers) is retried.

        To be called again and again: some things need patience, and some bring others to light. Raises nothing for a
        database or a producer that is away; that is said.
        """
        said: list[str] = []
        steps: Sequence[Callable[[], list[str]]] = (
            self._settle_unknown,
            self._release_held,
            lambda: _resend_mails(poisoned_orders),
            lambda: _retry_parked(poisoned_orders),
        )
        for step in steps:
            try:
                said += step()
            except (SQLAlchemyError, httpx2.HTTPError) as problem:
                said.append(f"not now: {type(problem).__name__}")
        return said

    def _settle_unknown(self) -> list[str]:
        """Look each hand-over of unknown outcome up at Unitedprint by its key, and say what became of it."""
        with unit_of_work() as session:
            rows = session.execute(
                select(Dispatch.key, Shop.code, Order.number, Item.key)
                .join(Item, Item.id == Dispatch.item_id)
                .join(Order, Order.id == Item.order_id)
                .join(Shop, Shop.id == Dispatch.shop_id)
                .where(Dispatch.state == DispatchState.UNKNOWN)
                .order_by(Dispatch.id)
            ).all()
        said = []
        for key, shop, order, item in rows:
            if key not in self._words and (found := self._looked_up(key)) is not None:
                # One event for ever: what was sent twice is still said once.
                data = {"order": order, "item": item, "hand_over": key, **found}
                self._words[key] = shop, _event("dispatch.settled", data)
            if key in self._words and key not in self._told:
                self._send(*self._words[key])
                self._told.add(key)
                has = "has it" if self._words[key][1]["data"]["accepted"] else "does not have it"
                said.append(f"order {order} of {shop}: Unitedprint {has}, so the hand-over of item {item} is settled")
        return said

    def _looked_up(self, key: str) -> dict[str, Any] | None:
        """The word on a hand-over; None while it is too early to say that it did not arrive."""
        since = self._unknown_since.setdefault(key, time.monotonic())
        answer = httpx2.get(f"{self.simulator}/orders", params={"order_name": key}, timeout=_TIMEOUT, trust_env=False)
        answer.raise_for_status()
        found = answer.json()["orders"]
        if found:
            return {"accepted": True, "reference": found[0]["order_number"], "reason": "seen in the portal"}
        if time.monotonic() < since + self.patience:
            return None
        return {"accepted": False, "reason": "not in the portal"}

    def _release_held(self) -> list[str]:
        """Let items go on that their producer refused or that could not be handed over, now that it is well again."""
        with unit_of_work() as session:
            rows = session.execute(
                select(Shop.code, Order.number, Item.key)
                .join(Order, Order.id == Item.order_id)
                .join(Shop, Shop.id == Item.shop_id)
                .where(Item.state == ItemState.HELD, Item.hold_code.in_(_HELD_BY_PRODUCER))
                .where(Item.cancellation_id.is_(None))
                .order_by(Item.id)
            ).all()
        said = []
        for shop, order, item in rows:
            # It may be held anew after it was released; but the release takes a moment to be applied.
            if time.monotonic() < self._released.get((shop, order, item), 0.0) + _AGAIN_SECONDS:
                continue
            data = {"order": order, "item": item, "reason": "the producer is well again"}
            self._send(shop, _event("item.released", data))
            self._released[shop, order, item] = time.monotonic()
            said.append(f"order {order} of {shop}: item {item} is released to its producer")
        return said

    def _send(self, shop: str, event: Event) -> None:
        with unit_of_work() as session:
            receipt = accept(session, shops.find(session, shop), [event], sources=SourceRule.OPERATORS)
        assert not receipt.quarantined, receipt.quarantined
        if self.ledger is not None:
            self.ledger.sending(1)
            self.ledger.answered(Entry(shop, event, Answer.ACCEPTED, time.monotonic()))


_of_place: "weakref.WeakKeyDictionary[Place, Operators]" = weakref.WeakKeyDictionary()


def tidy_up(place: "Place", poisoned_orders: Collection[str] = ()) -> list[str]:
    """`Operators.tidy_up` by people who belong to the place: they remember from call to call."""
    if place not in _of_place:
        _of_place[place] = Operators(place.simulator)
    return _of_place[place].tidy_up(poisoned_orders)


def _event(kind: str, data: Mapping[str, Any]) -> Event:
    return {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": SOURCE, "type": TYPE_PREFIX + kind,
        "time": clock.now().isoformat(timespec="seconds"), "subject": data["order"],
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip


def _resend_mails(poisoned: Collection[str]) -> list[str]:
    """Send parked mails again, digests too."""
    said = []
    with unit_of_work() as session:
        query = (
            select(Mail, Shop.code, Order.number)
            .join(Shop, Shop.id == Mail.shop_id)
            .outerjoin(Order, Order.id == Mail.order_id)
            .where(Mail.state == MailState.PARKED)
            .order_by(Mail.id)
            .with_for_update(of=Mail, skip_locked=True)
        )
        for mail, shop, order in session.execute(query).all():
            if order not in poisoned:
                said.append(f"{mail.name} of {shop} is sent again: {mail.last_error}")
                mails.make_due_again(session, mail)
    return said


def _retry_parked(poisoned: Collection[str]) -> list[str]:
    """Try parked cases and renderings again: what stopped them is over."""
    case = select(Shop.code, Order.number).join(Order, Order.shop_id == Shop.id)
    parked = (
        case.join(Case, Case.order_id == Order.id).where(Case.state == CaseState.PARKED),
        case.join(Document, Document.order_id == Order.id)
        .join(Rendering, Rendering.document_id == Document.id)
        .where(Rendering.state == RenderingState.PARKED),
    )
    orders: dict[str, set[str]] = defaultdict(set)
    said = []
    with unit_of_work() as session:
        for query in parked:
            for shop, order in session.execute(query):
                if order not in poisoned:
                    orders[shop].add(order)
        for shop, numbers in sorted(orders.items()):
            done = retrying.retry(session, shops.find(session, shop), numbers)
            if done.cases or done.renderings:
                what = f"{counted(done.cases, 'case')} and {counted(done.renderings, 'rendering')}"
                said.append(f"{shop}: {what} of {', '.join(sorted(numbers))} are tried again")
    return said
