"""A real recorded order stream goes in at the door and ends on the exact cent: real web, broker, workers, database."""

import json
from typing import Any

import pytest
from recorded_product import Books, play

from partnershop.paths import SAMPLES

pytestmark = pytest.mark.xdist_group("recorded stream")

EXPECTED = json.loads((SAMPLES / "recorded" / "online_retail_2010_12.expected.json").read_text())


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The books after the stream in another order, one event in ten sent twice."""
    return play(tmp_path_factory.mktemp("shuffled") / "data", "--shuffle", "20101201", "--duplicate", "10")


# How the expected figures were made, not figures of the books: see samples/recorded/SOURCE.md.
NOT_BOOKS = {"events", "payments", "skipped_credit_lines", "skipped_invoices", "skipped_order_lines"}


def test_the_recorded_stream_ends_on_the_exact_cent(in_order: Books) -> None:
    expected = {key: value for key, value in EXPECTED.items() if key not in NOT_BOOKS}
    expected["parked"] = expected.pop("orphan_cancellations")
    assert in_order.total == expected


def test_shuffled_and_doubled_it_ends_in_the_same_books(shuffled: Books, in_order: Books) -> None:
    same = ("orders", "items", "live_net", "live_gross", "paid", "refunds", "orders_with_refund", "parked")
    assert {key: shuffled.total[key] for key in same} == {key: in_order.total[key] for key in same}


def test_shuffled_and_doubled_every_order_has_the_same_books(shuffled: Books, in_order: Books) -> None:
    same = ("live_net", "live_gross", "paid", "refunds")

    def figures(books: Books) -> dict[str, list[Any]]:
        return {order: [row[key] for key in same] for order, row in books.per_order.items()}

    assert figures(shuffled) == figures(in_order)
