"""With the secret of one shop nothing of another can be read, changed, or learnt to exist."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from factories import Scene, item, product, scene
from knocking import SINGLE, Database, Knocker, running_server
from sqlalchemy import select, text

from models import Event, EventState
from partnershop.contract.signature import new_secret, verify
from partnershop.db import unit_of_work
from partnershop.web import door as the_door

__all__ = ["product", "scene"]

OURS, THEIRS = "aurora", "bruma"
# What a dump of the database is compared by.
TABLES = (
    "event", "quarantine", "orders", "item", "payment", "complaint", "correction_case", "refund_request", "document",
    "dispatch", "commission_entry", "mail",
)  # fmt: skip


@pytest.fixture
def knocker(scene: Scene, clean_database: str) -> Iterator[Knocker]:
    """Who has the secret of aurora. The other shop has an order with everything that has a number."""
    scene.change_settings(shop=THEIRS, invoice_on="placed")
    scene.place("A-1", [item("1", "10.00"), item("2", "20.00")])
    scene.pay("A-1", "36.60")
    scene.complain("A-1", "2", "C-1")
    scene.go()
    scene.cancel("A-1", "1")
    scene.go()
    assert [request.name for request in scene.refunds("A-1")] == ["R-1"]
    scene.change_settings(shop=OURS)
    database = Database(clean_database)
    secret = database.add_secret(OURS)
    database.add_secret(THEIRS)
    with running_server() as url:
        made = Knocker(url, secret, database)
        yield made
        made.client.close()


def all_of(database: Database, shop: str) -> dict[str, list[Any]]:
    """Every row of a shop."""
    found = {}
    for table in TABLES:
        columns = {name for (name,) in database.run(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)}  # fmt: skip
        owner = "shop_id" if "shop_id" in columns else "order_id"
        of_shop = "SELECT id FROM shop WHERE code = %s"
        mine = of_shop if owner == "shop_id" else f"SELECT id FROM orders WHERE shop_id IN ({of_shop})"
        if {owner} <= columns:
            found[table] = database.run(f"SELECT to_jsonb(t) FROM {table} t WHERE {owner} IN ({mine}) ORDER BY 1", shop)
    return found


def event(kind: str, event_id: str, source: str = OURS, **data: Any) -> dict[str, Any]:
    """An event of ours, about what the other shop has, too."""
    return {
        "specversion": "1.0", "id": event_id, "source": f"/shops/{source}", "type": f"partnershop.{kind}",
        "time": "2026-03-02T09:14:00Z", "data": data,
    }  # fmt: skip


def about(order: str, case: str, refund: str) -> list[dict[str, Any]]:
    """All that can be said of an order, a complaint and a refund by their numbers."""
    moment = "2026-03-02T09:14:00Z"
    return [
        event("payment.received", "i-1", order=order, payment="P-1", amount="1.00", currency="EUR", method="card",
              received_at=moment),
        event("print_data.uploaded", "i-2", order=order, item="2"),
        event("item.cancelled", "i-3", order=order, item="2", reason="x"),
        event("order.cancelled", "i-4", order=order, reason="x"),
        event("complaint.accepted", "i-5", order=order, complaint=case, reduction={"percent": "100"}),
        event("complaint.rejected", "i-6", order=order, complaint=case, reason="x"),
        event("item.shipped", "i-7", order=order, item="2"),
        event("refund.settled", "i-8", refund=refund),
        event("refund.failed", "i-9", refund=refund, reason="x"),
    ]  # fmt: skip


def seen(answer: httpx2.Response) -> tuple[int, Any, dict[str, str]]:
    """All that a sender sees of an answer, but for what differs by itself."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "content-length"}}
    return answer.status_code, answer.json(), headers


def test_numbers_of_another_shop_change_nothing_there_and_look_as_if_they_were_none(
    knocker: Knocker, scene: Scene
) -> None:
    before = all_of(knocker.database, THEIRS)
    assert len(before["orders"]) == 1 and before["refund_request"] and before["document"]
    theirs = knocker.post(*about("A-1", "C-1", "R-1"))
    nobodys = knocker.post(*[one | {"id": f"n-{one['id']}"} for one in about("N-1", "N-1", "R-999")])
    assert seen(theirs) == seen(nobodys)
    scene.go()
    assert all_of(knocker.database, THEIRS) == before
    with unit_of_work() as session:
        rows = list(session.scalars(select(Event).where(Event.source == f"/shops/{OURS}").order_by(Event.id)))
    half = len(rows) // 2
    states = [[(row.type, row.state, row.refused) for row in part] for part in (rows[:half], rows[half:])]
    assert states[0] == states[1] and len(states[0]) == 9
    assert all(row.state is not EventState.HANDLED or row.refused for row in rows)


def test_the_same_ids_and_numbers_at_two_shops_are_two(knocker: Knocker, scene: Scene) -> None:
    [known] = knocker.database.run("SELECT event_id FROM event WHERE type = 'order.placed'")
    before = all_of(knocker.database, THEIRS)
    mine = scene.order("A-1", [item("1", "99.00")])
    answer = knocker.post(event("order.placed", str(known[0]), **mine))
    assert answer.json() == {"accepted": 1, "duplicates": 0, "quarantined": []}
    scene.go()
    assert all_of(knocker.database, THEIRS) == before
    assert knocker.database.run("SELECT count(*) FROM orders WHERE number = 'A-1'") == [(2,)]


def test_an_event_in_the_name_of_another_shop_lies_in_our_quarantine_and_uses_up_no_id(knocker: Knocker) -> None:
    theirs = event("payment.received", "x-1", THEIRS, order="A-1", payment="P", amount="1.00", currency="EUR",
                   method="card", received_at="2026-03-02T09:14:00Z")  # fmt: skip
    nobodys = theirs | {"source": "/shops/nobody"}
    answers = [knocker.post(theirs), knocker.post(nobodys)]
    told = [json.dumps(seen(answer)).replace("/shops/bruma", "#").replace("/shops/nobody", "#") for answer in answers]
    assert told[0] == told[1] and answers[0].status_code == 422
    owners = "SELECT DISTINCT code FROM quarantine JOIN shop ON shop.id = quarantine.shop_id"
    assert knocker.database.run(owners) == [(OURS,)]
    assert "x-1" not in knocker.database.events()


def test_at_the_door_of_another_shop_our_secret_is_as_good_as_any(knocker: Knocker) -> None:
    body = json.dumps(event("print_data.uploaded", "x", THEIRS, order="A-1", item="2")).encode()
    path = knocker.path.replace(OURS, THEIRS)
    answers = []
    for secret in (knocker.secret, new_secret()):
        headers = knocker.signed(body, secret=secret) | {"content-type": SINGLE}
        answers.append(seen(knocker.client.post(path, content=body, headers=headers)))
    assert answers[0] == answers[1] and answers[0][0] == 401


def test_what_the_contract_itself_discloses_is_that_a_shop_of_a_code_exists_and_no_more(
    knocker: Knocker, product: pytest.MonkeyPatch
) -> None:
    # The contract has 404 for "no such shop": codes are names in addresses and no secrets (docs/security.md).
    computed: list[int] = []

    def counted(*given: Any, **named: Any) -> None:
        computed.append(1)
        verify(*given, **named)

    product.setattr(the_door, "verify", counted)
    body = b"{}"
    for shop, status, signatures in ((THEIRS, 401, 1), ("nobody", 404, 0)):
        computed.clear()
        headers = knocker.signed(body) | {"content-type": SINGLE}
        answer = knocker.client.post(knocker.path.replace(OURS, shop), content=body, headers=headers)
        assert (answer.status_code, min(len(computed), 1)) == (status, signatures)
        assert THEIRS not in answer.text and "EUR" not in answer.text


def test_health_and_openapi_name_no_shop(knocker: Knocker) -> None:
    for path in ("/health", "/livez", "/readyz", "/openapi.json"):
        assert THEIRS not in knocker.client.get(f"{knocker.url}{path}").text


def test_no_row_of_one_shop_refers_to_a_row_of_another(knocker: Knocker, scene: Scene) -> None:
    knocker.post(*about("A-1", "C-1", "R-1"))
    scene.go()
    with unit_of_work() as session:
        mixed = "SELECT count(*) FROM {} x JOIN orders o ON o.id = x.order_id WHERE x.shop_id <> o.shop_id"
        for table in ("correction_case", "refund_request"):
            assert session.execute(text(mixed.format(table))).scalar_one() == 0
