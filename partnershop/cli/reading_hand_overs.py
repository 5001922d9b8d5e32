"""How far the hand-overs of an order's items are, and what an item that is not handed over yet waits for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Dispatch, DispatchState, Item, Order, Shop
from partnershop.cli.output import in_utc
from partnershop.flows.orders import PREPAID_METHODS, owed, settings_of
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import in_words

_STATES = {
    DispatchState.IN_FLIGHT: "in flight: the producer is being asked",
    DispatchState.DONE: "done: the producer has it",
    DispatchState.UNKNOWN: "unknown: nobody knows whether the producer has it; ask there, then `item settle-dispatch`",
    DispatchState.REJECTED: "rejected: the producer does not have it",
    DispatchState.WITHDRAWING: "withdrawing: the producer is to be told not to make it",
    DispatchState.WITHDRAWN: "withdrawn: the producer knows that it is not to make it",
}

_WORDS: dict[str, dict[str, str]] = {
    "payment": {
        "it": "attende il pagamento: pagati {paid} di {owed}",
        "de": "wartet auf die Zahlung: bezahlt sind {paid} von {owed}",
        "en": "waits for the payment: paid {paid} of {owed}",
    },
    "print_data": {
        "it": "attende i dati di stampa: non ci sono ancora",
        "de": "wartet auf die Druckdaten: sie sind noch nicht da",
        "en": "waits for print data: print data are not there yet",
    },
    "due": {
        "it": "pronta: sarà consegnata al prossimo giro",
        "de": "bereit: wird als Nächstes übergeben",
        "en": "nothing is missing: will be handed over next",
    },
    "calling": {"it": "in corso di consegna", "de": "wird gerade übergeben", "en": "being handed over"},
    "again": {
        "it": "si riproverà il {at}: {reason}",
        "de": "neuer Versuch am {at}: {reason}",
        "en": "will be tried again at {at}: {reason}",
    },
    "unknown": {
        "it": "esito sconosciuto ({reason}): chiedere al produttore di {key}, poi `partnershop item settle-dispatch`",
        "de": "Ausgang unbekannt ({reason}): dort nach {key} fragen, dann `partnershop item settle-dispatch`",
        "en": "outcome unknown ({reason}): ask the producer for {key}, then `partnershop item settle-dispatch`",
    },
    "cancelling": {
        "it": "non sarà consegnata: viene annullata",
        "de": "wird nicht übergeben: sie wird storniert",
        "en": "will not be handed over: it is being cancelled",
    },
}


def dispatches_of(session: Session, items: Iterable[Item]) -> list[Dispatch]:
    """Every hand-over of these items, the oldest first."""
    ids = [item.id for item in items]
    return list(session.scalars(select(Dispatch).where(Dispatch.item_id.in_(ids)).order_by(Dispatch.id)))


def unknown_hand_over(session: Session, shop: str, order: str, item: str) -> str | None:
    """Our order name of the item's hand-over whose outcome nobody knows; None when there is none."""
    query = (
        select(Dispatch.key)
        .join(Item, Item.id == Dispatch.item_id)
        .join(Order, Order.id == Item.order_id)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Shop.code == shop, Order.number == order, Item.key == item, Dispatch.state == DispatchState.UNKNOWN)
    )
    return session.scalars(query).first()


def hand_overs(dispatches: Iterable[Dispatch], keys: Mapping[int, str]) -> list[dict[str, Any]]:
    """The rows of the hand-overs' table; `keys` are the items' keys by id.

    Our order name is the one that the producer got from us, `reference` is the producer's own.
    """
    return [
        {
            "item": keys[row.item_id],
            "producer": row.producer.value,
            "our_order_name": row.key,
            "state": row.state.value,
            "sentence": _sentence(row),
            "reference": row.reference,
            "last_error": row.last_error,
            "at": row.created_at,
            "finished_at": row.finished_at,
        }
        for row in dispatches
    ]


def _sentence(row: Dispatch) -> str:
    if row.state is DispatchState.IN_FLIGHT and row.leased_until is None:
        return f"in flight: will be tried again at {in_utc(row.due_at)}"
    return _STATES[row.state]


def waiting(
    session: Session, order: Order, items: Sequence[Item], dispatches: Iterable[Dispatch], language: str = "en"
) -> dict[int, str]:
    """What these items of one order wait for before they are with a producer, by item id, in it, de or en.

    Only routed items that are not handed over, and every item whose hand-over has an unknown outcome.
    """
    current = {row.item_id: row for row in dispatches if row.state in (DispatchState.IN_FLIGHT, DispatchState.UNKNOWN)}
    found = {item.id: _under_way(item, current[item.id], language) for item in items if item.id in current}
    open_ones = [item for item in items if item.state is ItemState.ROUTED and item.id not in current]
    if open_ones:
        payment = _unpaid(session, order, language)
        print_data = settings_of(session, order.shop_id).require_print_data
        found |= {item.id: _at_the_gate(item, payment, print_data, language) for item in open_ones}
    return found


def _under_way(item: Item, row: Dispatch, language: str) -> str:
    if row.state is DispatchState.UNKNOWN:
        return _word("unknown", language, reason=row.last_error or "?", key=row.key)
    if row.leased_until is not None:
        return _word("calling", language)
    if item.cancellation_id is not None:  # nobody has it, and what is cancelled is not sent again
        return _word("cancelling", language)
    if row.last_error:
        return _word("again", language, at=in_utc(row.due_at), reason=row.last_error)
    return _word("calling", language)


def _unpaid(session: Session, order: Order, language: str) -> str | None:
    """What is missing of the payment, by the rule of the gate (flows/orders.py); None when nothing is."""
    if order.payment_method not in PREPAID_METHODS:
        return None
    due = owed(session, [order])[order.id]
    if order.paid >= due:
        return None
    return _word("payment", language, paid=in_words(order.paid, order.currency), owed=in_words(due, order.currency))


def _at_the_gate(item: Item, payment: str | None, require_print_data: bool, language: str) -> str:
    if item.cancellation_id is not None:
        return _word("cancelling", language)
    if item.gates_passed_at is not None:  # what was passed stays passed, whatever has become of the payment since
        return _word("due", language)
    missing = [payment] if payment else []
    if require_print_data and item.print_data_at is None:
        missing.append(_word("print_data", language))
    return "; ".join(missing) or _word("due", language)


def _word(name: str, language: str, **values: object) -> str:
    return _WORDS[name][language].format(**values)
