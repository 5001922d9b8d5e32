"""What routing an item costs while the table grows: a table of 500,000 items against one of 5,000."""

import time

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from benchmarks import goods
from benchmarks.machine import engine_of, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate
from partnershop.flows import routing

BATCHES = 5

# Filled by the server itself: what routing leaves of each item, in the three tables that it writes.
_FILL = """
    INSERT INTO orders (shop_id, number, currency, placed_at, payment_method, internal, language, customer, event_id,
                        digest)
    SELECT :shop, 'F-' || n, 'EUR', now(), 'invoice', false, 'it', '{"name": "Chiara Conti"}', 0, ''
      FROM generate_series(1, :orders) n;
    INSERT INTO item (shop_id, order_id, key, position, product, options, description, quantity, unit_price, vat_rate,
                      vat_category, net, state, route)
    SELECT :shop, orders.id, n, n, 'flyer',
           '{"paper": "gloss-135", "format": "a6", "colours": "4-4", "quantity": "1000", "finishing": "none"}',
           'Volantini A6', 1, 49.90, 22, 'S', 4990, 'routed', 'in_house'
      FROM orders, generate_series(1, :per_order) n ORDER BY orders.id, n;
    INSERT INTO routing_decision (item_id, route, verdict, about, checks, misses, settings_id, catalogue_id,
                                  decided_at, decided_by)
    SELECT item.id, 'in_house', 'matches', '[]',
           '[["format", "a6", true, false], ["paper", "gloss-135", true, false], ["colours", "4-4", true, false],
             ["finishing", "none", true, false], ["quantity", "1000", true, false],
             ["data-check", "basic", true, true]]',
           0, shop.settings_id, (SELECT max(id) FROM catalogue_version), now(), 'routing'
      FROM item JOIN shop ON shop.id = item.shop_id ORDER BY item.id;
    INSERT INTO item_history (item_id, at, from_state, to_state, actor, why)
    SELECT item.id, now(), 'received', 'routed', 'routing', 'every attribute is ticked: in house'
      FROM item ORDER BY item.id
"""


_TAKE_AWAY = """
    DELETE FROM item_history WHERE item_id > :last;
    DELETE FROM routing_decision WHERE item_id > :last;
    DELETE FROM item WHERE id > :last
"""


class _Table:
    """A database of its own whose item table holds `size` items, give or take half a batch."""

    def __init__(self, url: str, size: int, batch: int) -> None:
        self.engine: Engine = engine_of(url)
        self.batch = batch
        with Session(self.engine) as session, session.begin():
            self.assortment = goods.add_shop(session)
        self._fill(size - batch // 2)

    def _fill(self, items: int) -> None:
        values = {
            "shop": self.assortment.shop_id,
            "orders": items // goods.ITEMS_PER_ORDER,
            "per_order": goods.ITEMS_PER_ORDER,
        }
        with self.engine.begin() as connection:
            for statement in _FILL.split(";"):
                connection.execute(text(statement), values)
            self._last = connection.execute(text("SELECT max(id) FROM item")).scalar_one()
        self._maintain("VACUUM (ANALYZE)", "CHECKPOINT")

    def _maintain(self, *statements: str) -> None:
        """What the server would do by itself at some moment, done now so that it does not do it during a round."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.execute(text(statement))

    def microseconds_per_item(self) -> float:
        """Route `BATCHES` batches, each in one transaction; what an item took."""
        return sum(self._seconds_for_a_batch() for _ in range(BATCHES)) / (BATCHES * self.batch) * 1_000_000

    def _seconds_for_a_batch(self) -> float:
        with Session(self.engine) as session, session.begin():
            goods.copy_items(session, self.assortment, self.batch)
        start = time.perf_counter()
        with Session(self.engine) as session, session.begin():
            routed = routing.route_next(session, self.assortment.shop_id, self.batch)
        seconds = time.perf_counter() - start
        if routed.count != self.batch or routed.held:
            raise RuntimeError(f"of {self.batch} items {routed.count} were judged and {routed.held} held")
        self._take_away()
        return seconds

    def _take_away(self) -> None:
        """Remove what the batch added, so that the table keeps its size."""
        with self.engine.begin() as connection:
            # As a replica, for whom the triggers that keep decisions and history do not fire.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in _TAKE_AWAY.split(";"):
                connection.execute(text(statement), {"last": self._last})
        self._maintain("VACUUM item, item_history, routing_decision")

    def plan(self) -> str:
        """How PostgreSQL carries out the claim query now, with a batch of due items."""
        with Session(self.engine) as session, session.begin():
            goods.copy_items(session, self.assortment, self.batch)
            total = session.execute(text("SELECT count(*) FROM item")).scalar_one()
        query = routing.claim(self.assortment.shop_id, routing.BATCH).compile(
            self.engine, compile_kwargs={"literal_binds": True}
        )
        with self.engine.connect() as connection:
            lines = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {query}").scalars().all()
            connection.rollback()
        return "\n".join([f"The claim query with {total} items in the table, {self.batch} of them due:", *lines])


def run(sizes: Sizes, say: Say) -> Report:
    """Route batches in the large table and in the small one, in turn."""
    with machine() as on:
        batch = min(routing.BATCH, sizes.small_table)
        say(f"filling a table with {sizes.small_table} items")
        small = _Table(on.servers.database_url, sizes.small_table, batch)
        say(f"filling a table with {sizes.large_table} items")
        large = _Table(on.another_database("large"), sizes.large_table, batch)
        try:
            measured = alternate(
                {
                    "large": large.microseconds_per_item,
                    "small": small.microseconds_per_item,
                },
                sizes.rounds,
                say,
            )
            plan = large.plan()
        finally:
            small.engine.dispose()
            large.engine.dispose()
    name = f"routing an item at {sizes.large_table:,} items / at {sizes.small_table:,}"
    return Report(
        [Comparison(name, "µs an item", measured["large"], measured["small"], "at most 1.2")],
        [
            (
                f"growth: {BATCHES} transactions of {batch} due items a round, in this process; the tables hold the "
                "stated number of items, with their decisions and history; ours is the large table."
            ),
        ],
        plan,
    )
