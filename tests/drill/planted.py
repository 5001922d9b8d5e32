"""Troubles planted in the shop of tests/drill/judged.py: statements past all guards, and all that must be said then.

Of A-1: items 1 and 3 in house, 2 at Unitedprint and cancelled after the invoice; papers 1 (invoice), 2 and 3 (reversal
and reduced invoice of C-1), 4 (reversal of item 2). Item 6 is A-4's first, withdrawn; 8 and 9 are A-5's.
"""

from dataclasses import dataclass

from partnershop.drill.verdict import Kind

L, D, W = Kind.LOST, Kind.DOUBLED, Kind.WRONG
Said = tuple[Kind, str]


@dataclass(frozen=True)
class Planted:
    """Statements, and what must be said: kinds and the sentences without the shop and "order"."""

    statements: tuple[str, ...]
    said: tuple[Said, ...]


def one(statement: str, kind: Kind, sentence: str) -> Planted:
    return Planted((statement,), ((kind, sentence),))


def no(index: str, *statements: str) -> tuple[str, ...]:
    return (f"DROP INDEX {index}", *statements)


def without(table: str, constraint: str, *statements: str) -> tuple[str, ...]:
    return (f"ALTER TABLE {table} DROP CONSTRAINT {constraint}", *statements)


_COPY_EVENT = """
    INSERT INTO event (shop_id, source, event_id, type, order_number, time, received_at, digest, body, state, outcome)
    SELECT shop_id, source, event_id, type, order_number, time, received_at, digest, body, state, outcome
      FROM event WHERE type = 'payment.received' AND order_number = 'A-1'
"""
PAYMENT_A_1 = "type = 'payment.received' AND order_number = 'A-1'"
_WORKS = "at the shop's own works"
_COPY_ORDER = """
    INSERT INTO orders (shop_id, number, currency, placed_at, payment_method, internal, language, customer, event_id,
                        digest)
    SELECT shop_id, number, currency, placed_at, payment_method, internal, language, customer, event_id, digest
      FROM orders WHERE number = 'A-3'
"""
_COPY_ITEM = """
    INSERT INTO item (shop_id, order_id, key, position, product, options, description, quantity, unit_price, vat_rate,
                      vat_category, net, state, route, hold_code, hold_reason)
    SELECT shop_id, order_id, key, 9, product, options, description, quantity, unit_price, vat_rate, vat_category, net,
           state, route, hold_code, hold_reason FROM item WHERE id = 5
"""
_COPY_DECISION = """
    INSERT INTO routing_decision (item_id, route, verdict, about, checks, misses, settings_id, catalogue_id, decided_at,
                                  decided_by)
    SELECT item_id, route, verdict, about, checks, misses, settings_id, catalogue_id, decided_at, decided_by
      FROM routing_decision WHERE item_id = 9
"""
_COPY_DISPATCH = """
    INSERT INTO dispatch (item_id, shop_id, producer, key, state, created_at)
    SELECT item_id, shop_id, producer, 'again', state, created_at FROM dispatch WHERE item_id = 9
"""

EVENTS = {
    "an event without a row": one(
        f"DELETE FROM event WHERE {PAYMENT_A_1}", L,
        "A-1: event … (payment.received) was accepted and is not there",
    ),
    "an event that was never applied": one(
        f"UPDATE event SET state = 'accepted' WHERE {PAYMENT_A_1}", L,
        "A-1: event … (payment.received) was never applied, it is accepted",
    ),
    "an event that waits for what has come": one(
        f"UPDATE event SET state = 'parked', outcome = NULL WHERE {PAYMENT_A_1}", L,
        "A-1: event … (payment.received) is parked, and must be handled",
    ),
    "an event that was quarantined for nothing": one(
        f"UPDATE event SET state = 'quarantined', outcome = 'why' WHERE {PAYMENT_A_1}", L,
        "A-1: event … (payment.received) is quarantined, and must be handled: why",
    ),
    "an event that was applied too early": one(
        "UPDATE event SET state = 'handled', outcome = NULL WHERE order_number = 'A-9'", W,
        "A-9: event … (payment.received) was applied, and must be parked",
    ),
    "a report about a refund that still waits": one(
        "UPDATE event SET state = 'parked', outcome = NULL WHERE type = 'refund.settled'", L,
        "event … (refund.settled) is parked, and must be handled",
    ),
    "an event stored twice": Planted(
        without("event", "uq_event_source_event_id", _COPY_EVENT), ((D, "event … of /shops/aurora is stored twice"),)
    ),
    "an event stored with other content": one(
        f"UPDATE event SET body = jsonb_set(body, '{{time}}', '\"x\"') WHERE {PAYMENT_A_1}", W,
        "A-1: event … (payment.received) is stored with other content than was sent",
    ),
}  # fmt: skip

ITEMS = {
    "an order that is not there": one(
        "DELETE FROM orders WHERE number = 'A-3'", L, "A-3: it was placed and is not there"
    ),
    "an order twice": Planted(
        without("orders", "uq_orders_shop_id_number", _COPY_ORDER), ((D, "A-3: it is there 2 times"),)
    ),
    "an order that nobody placed": Planted(
        (_COPY_ORDER.replace("SELECT shop_id, number", "SELECT shop_id, 'A-7'"),),
        ((W, "A-7: it is there, and nobody placed it"),),
    ),
    "an item that is not there": one("DELETE FROM item WHERE id = 5", L, "A-3: item 1 is not there"),
    "an item twice": Planted(
        without("item", "uq_item_order_id_key", _COPY_ITEM), ((D, "A-3: item 1 is there twice"),)
    ),
    "an item that nobody ordered": Planted(
        (_COPY_ITEM.replace("order_id, key, 9", "order_id, '7', 9"),),
        ((W, "A-3: item 7 is there, though nobody ordered it"),),
    ),
    "an item neither held nor routed": one(
        "UPDATE item SET hold_code = NULL WHERE id = 5", L,
        "A-3: item 1 is neither held nor routed; it must be held",
    ),
    "an item held for nothing": Planted(
        ("UPDATE item SET route = NULL, hold_code = 'x', hold_reason = 'why' WHERE id = 4",),
        ((W, "A-2: item 1 is held (why), but must be made at in_house"),),
    ),
    "an item at the wrong place": Planted(
        ("UPDATE item SET route = 'in_house' WHERE id = 7",
         "UPDATE dispatch SET producer = 'in_house' WHERE item_id = 7"),
        ((W, "A-4: item 2 is routed to in_house, but must be unitedprint"),
         (W, "A-4: aurora-A-4-2-5 of item 2 is at Unitedprint, and we say at the shop's own works")),
    ),
    "a redirected item that stayed": Planted(
        ("UPDATE item SET route = 'in_house' WHERE id = 8",),
        ((W, "A-5: item 1 is routed to in_house, but must be unitedprint"),
         (W, "A-5: item 1 is at Unitedprint as aurora-A-5-1-8, but was routed to in_house")),
    ),
    "two live decisions": Planted(
        no("uq_routing_decision_live", _COPY_DECISION), ((D, "A-5: item 2 has 2 live routing decisions"),)
    ),
    "a route without its decision": one(
        "UPDATE routing_decision SET live = false WHERE item_id = 9", L,
        "A-5: item 2 is routed to in_house, and no live decision says why",
    ),
    "a cancellation that did not happen": one(
        "UPDATE item SET state = 'routed' WHERE id = 6", L, "A-4: item 1 was cancelled, and is still routed"
    ),
    "a cancellation of nobody's": one(
        "UPDATE item SET state = 'cancelled' WHERE id = 9", W, "A-5: item 2 is cancelled, though nobody cancelled it"
    ),
    "a shipment that was lost": one(
        "UPDATE item SET state = 'in_production' WHERE id = 3", L,
        "A-1: item 3 was reported as shipped, and is still in_production",
    ),
    "a shipment of nobody's": Planted(
        ("UPDATE item SET state = 'shipped' WHERE id = 9",), ((W, "A-5: item 2 is shipped, though nobody reported it"),)
    ),
}  # fmt: skip

HAND_OVERS = {
    "two live hand-overs": Planted(
        no("uq_dispatch_live", _COPY_DISPATCH),
        ((D, f"A-5: item 2 has 2 live hand-overs: {_WORKS} as aurora-A-5-2-7 and {_WORKS} as again"),
         (L, "A-5: we say that the shop's own works have item 2 as again, and they do not know it")),
    ),
    "an item at no producer": Planted(
        ("DELETE FROM dispatch WHERE item_id = 9", "UPDATE item SET state = 'routed' WHERE id = 9"),
        ((L, "A-5: nothing stands between item 2 and its producer, and it is at none; it is routed"),
         (W, "in_house has aurora-A-5-2-7, which we never handed over")),
    ),
    "an item held at its hand-over": Planted(
        ("UPDATE dispatch SET state = 'rejected' WHERE item_id = 9",
         "UPDATE item SET state = 'held', hold_reason = 'why' WHERE id = 9"),
        ((L, "A-5: nothing stands between item 2 and its producer, and it is at none; it is held: why"),),
    ),
    "a hand-over that never ended": one(
        "UPDATE dispatch SET state = 'in_flight', last_error = 'why' WHERE item_id = 9", L,
        "A-5: item 2 is still being handed over to the shop's own works as aurora-A-5-2-7: why",
    ),
    "a hand-over that nobody settled": one(
        "UPDATE dispatch SET state = 'unknown' WHERE item_id = 9", L,
        "A-5: nobody has settled whether the shop's own works has item 2 as aurora-A-5-2-7",
    ),
    "a hand-over of what was not paid": Planted(
        (_COPY_DISPATCH.replace("item_id, shop_id, producer, 'again'", "4, shop_id, producer, 'early'"),),
        ((W, "A-2: item 1 is at the shop's own works as early, though it is held, not paid or without print data"),
         (L, "A-2: we say that the shop's own works have item 1 as early, and they do not know it")),
    ),
    "a cancelled item that is still to be made": Planted(
        ("UPDATE dispatch SET state = 'done' WHERE item_id = 6",),
        ((L, "A-4: item 1 was cancelled, and the shop's own works were never told to leave aurora-A-4-1-4"),),
    ),
    "a withdrawal that never ended": one(
        "UPDATE dispatch SET state = 'withdrawing' WHERE item_id = 6", L,
        "A-4: the shop's own works are still to be told not to make item 1 (aurora-A-4-1-4)",
    ),
}  # fmt: skip
