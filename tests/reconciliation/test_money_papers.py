"""Invoices, reversals, pairs, refunds and commissions that are not there, each planted and found once."""

from pathlib import Path

from factories import Clock, Scene, item
from looking_at_money import english, is_found_again, is_over, is_repaired, known, only, reconcile, settle, tamper

from models import Finding, Shop
from partnershop.db import unit_of_work
from partnershop.flows import corrections, retrying, shops
from partnershop.rules.reconciliation import FindingKind
from partnershop.stages import Stage

MINUTE, HOUR, DAY = 60, 3_600, 86_400
TWO_ITEMS = [item("1", "60.00"), item("2", "40.00")]


def invoiced(scene: Scene, order: str = "A-1", paid: str = "122.00") -> None:
    """An order over EUR 122.00, paid, shipped and invoiced."""
    scene.place(order, TWO_ITEMS)
    scene.pay(order, paid)
    settle(scene)
    scene.ship(order, "1", "2")
    settle(scene)


def retry(scene: Scene) -> None:
    """What `partnershop retry` does."""
    with unit_of_work() as session:
        shop: Shop = shops.find(session, scene.code)
        retrying.retry(session, shop)
    settle(scene)


def give_up(scene: Scene, order: str) -> None:
    """Let the order's case fail until its attempts are spent."""
    [case] = scene.cases(order)
    for _ in range(corrections.ATTEMPTS):
        with unit_of_work() as session:
            corrections.note_failure(session, case.id, "the catalogue is gone")


# Invoices


def shipped(scene: Scene) -> None:
    scene.place("A-1", TWO_ITEMS)
    settle(scene)
    scene.ship("A-1", "1", "2")


def test_an_invoice_that_is_due_and_not_issued(scene: Scene, time: Clock) -> None:
    shipped(scene)
    settle(scene, without=[Stage.INVOICING])
    time.advance(14 * MINUTE)
    reconcile()
    assert known() == []
    time.advance(2 * MINUTE)
    found = only(FindingKind.INVOICE_NOT_ISSUED)
    assert english(found) == "The invoice of order A-1 is due and is not issued."
    is_found_again(found)
    settle(scene)
    is_over(found)


def test_an_invoice_that_was_given_up(scene: Scene) -> None:
    shipped(scene)
    settle(scene, without=[Stage.INVOICING])
    tamper("UPDATE orders SET attempts = 5, last_error = 'no such seller'")
    found = only(FindingKind.INVOICE_NOT_ISSUED)
    assert english(found) == "Issuing the invoice of order A-1 was given up: no such seller."
    is_found_again(found)
    retry(scene)
    is_over(found)


def test_a_complete_order_whose_invoice_was_never_noted_is_repaired(scene: Scene, time: Clock) -> None:
    shipped(scene)
    settle(scene, without=[Stage.INVOICING])
    tamper("UPDATE orders SET invoice_due_at = NULL")
    reconcile()
    assert known() == []
    time.advance(16 * MINUTE)
    found = only(FindingKind.INVOICE_NOT_ISSUED)
    assert english(found) == "Order A-1 is complete, but its invoice was never noted as due."
    settle(scene)
    is_repaired(found, "the invoice of A-1 is due now")
    assert scene.said("A-1") == [("invoice", 12_200)]


def test_where_invoices_are_issued_at_once_one_that_was_never_noted_is_repaired(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", TWO_ITEMS)
    settle(scene, without=[Stage.INVOICING])
    tamper("UPDATE orders SET invoice_due_at = NULL")
    time.advance(16 * MINUTE)
    found = only(FindingKind.INVOICE_NOT_ISSUED)
    settle(scene)
    is_repaired(found, "the invoice of A-1 is due now")
    assert scene.said("A-1") == [("invoice", 12_200)]


def test_an_order_from_before_the_shop_invoiced_at_once_waits_until_it_is_shipped(scene: Scene, time: Clock) -> None:
    scene.place("A-1", TWO_ITEMS)
    settle(scene)
    scene.change_settings(invoice_on="placed")
    time.advance(16 * MINUTE)
    reconcile()
    assert known() == []
    scene.ship("A-1", "1", "2")
    settle(scene)
    assert scene.said("A-1") == [("invoice", 12_200)]
    time.advance(16 * MINUTE)
    reconcile()
    assert known() == []


def test_no_invoice_is_missed_for_what_is_not_complete(scene: Scene, time: Clock) -> None:
    scene.place("A-1", TWO_ITEMS)
    scene.place("A-2", TWO_ITEMS, internal=True)
    scene.place("A-3", TWO_ITEMS)
    scene.place("A-4", TWO_ITEMS)
    settle(scene)
    scene.ship("A-1", "1")
    scene.ship("A-2", "1", "2")
    scene.cancel("A-3")
    settle(scene)
    scene.ship("A-4", "1", "2")
    scene.cancel("A-4", "2")
    # The open case of A-4 comes first and decides what is on its invoice.
    settle(scene, without=[Stage.CORRECTIONS])
    time.advance(9 * MINUTE)
    tamper("UPDATE item_history SET at = at - interval '1 hour'")
    reconcile()
    assert known() == []


# Cancellations and complaints


def test_a_cancelled_item_without_its_reversal(scene: Scene) -> None:
    invoiced(scene)
    tamper("UPDATE item SET state = 'cancelled' WHERE key = '2'")
    found = only(FindingKind.CANCELLED_NOT_REVERSED, breaches=[7, 10, 12])
    assert found.amount == 4_000
    number = scene.papers("A-1")[0].number
    assert english(found) == (
        f"Item 2 of A-1 is cancelled, but nothing takes back its line of EUR 40.00 net on {number}."
    )
    is_found_again(found)
    tamper("UPDATE item SET state = 'shipped' WHERE key = '2'")
    is_over(found)


def test_a_cancellation_that_was_given_up(scene: Scene) -> None:
    invoiced(scene)
    scene.cancel("A-1")
    settle(scene, without=[Stage.CORRECTIONS])
    reconcile()
    assert known() == []
    give_up(scene, "A-1")
    found = only(FindingKind.CANCELLED_NOT_REVERSED)
    case = scene.cases("A-1")[0].id
    assert found.key == f"case-{case}"
    assert english(found) == (
        f"Case {case}, the cancellation of item 1, 2 of A-1, was given up: the catalogue is gone."
    )
    is_found_again(found)
    retry(scene)
    is_over(found)


def test_a_cancellation_that_was_given_up_before_there_is_an_invoice(scene: Scene) -> None:
    scene.place("A-1", TWO_ITEMS)
    settle(scene)
    scene.cancel("A-1", "2")
    settle(scene, without=[Stage.CORRECTIONS])
    give_up(scene, "A-1")
    only(FindingKind.CANCELLED_NOT_REVERSED)


def complained(scene: Scene) -> None:
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="10.00")


def test_an_accepted_complaint_without_its_pair(scene: Scene) -> None:
    invoiced(scene)
    complained(scene)
    settle(scene)
    tamper("UPDATE document SET companion_id = NULL WHERE kind = 'reduced_invoice'")
    found = only(FindingKind.COMPLAINT_WITHOUT_PAIR, breaches=[6, 7, 8])
    assert found.amount == 1_000
    assert english(found) == (
        f"Complaint C-1 on item 1 of A-1 is accepted over EUR 10.00, but {scene.papers('A-1')[-1].number} has no"
        " reversal with a reduced invoice for it."
    )
    is_found_again(found)
    tamper("UPDATE document SET companion_id = id - 1 WHERE kind = 'reduced_invoice'")
    is_over(found)


def test_an_accepted_complaint_that_no_invoice_carries(scene: Scene) -> None:
    invoiced(scene)
    complained(scene)
    settle(scene)
    tamper("UPDATE document_line SET allowances = '[]' WHERE allowance > 0")
    assert only(FindingKind.COMPLAINT_WITHOUT_PAIR, breaches=[4, 6, 8]).about["complaint"] == "C-1"


def test_a_complaint_that_was_accepted_before_the_invoice_needs_no_pair(scene: Scene) -> None:
    scene.place("A-1", TWO_ITEMS)
    settle(scene)
    complained(scene)
    settle(scene)
    scene.ship("A-1", "1", "2")
    settle(scene)
    assert len(scene.papers("A-1")) == 1
    reconcile()
    assert known() == []


def test_a_complaint_that_was_given_up(scene: Scene) -> None:
    invoiced(scene)
    complained(scene)
    settle(scene, without=[Stage.CORRECTIONS])
    give_up(scene, "A-1")
    found = only(FindingKind.COMPLAINT_WITHOUT_PAIR)
    case = scene.cases("A-1")[0].id
    assert english(found) == (
        f"Case {case}, the accepted complaint on item 1 of A-1, was given up: the catalogue is gone."
    )
    retry(scene)
    is_over(found)


# Refunds


def test_an_entitlement_that_nobody_requested_is_requested(scene: Scene) -> None:
    invoiced(scene)
    scene.cancel("A-1", "2")
    settle(scene)
    tamper("DELETE FROM refund_request")
    found = only(FindingKind.ENTITLEMENT_NOT_REQUESTED, breaches=[9, 12])
    assert found.amount == 4_880
    assert english(found) == "EUR 48.80 is to go back for order A-1, and no refund request asks for it."
    [refund] = scene.refunds("A-1")
    settle(scene)
    is_repaired(found, f"{refund.name} over EUR 48.80 requested")
    assert scene.books("A-1").refunds == 4_880


def test_a_refund_that_failed_is_asked_for_again_by_itself_and_not_found(scene: Scene) -> None:
    invoiced(scene)
    scene.cancel("A-1", "2")
    settle(scene)
    [refund] = scene.refunds("A-1")
    scene.tell("refund.failed", refund=refund.name, reason="the account is closed")
    settle(scene)
    reconcile()
    assert known() == []


def test_a_refund_that_nobody_settles(scene: Scene, time: Clock) -> None:
    invoiced(scene)
    scene.cancel("A-1", "2")
    settle(scene)
    [refund] = scene.refunds("A-1")
    time.advance(7 * DAY - HOUR)
    reconcile()
    assert known() == []
    time.advance(2 * HOUR)
    found = only(FindingKind.REFUND_NOT_SETTLED)
    assert found.amount == 4_880
    assert refund.sent_at is not None
    assert english(found) == (
        f"Refund {refund.name} of EUR 48.80 for order A-1 was sent on {refund.sent_at:%Y-%m-%d}, and nobody reported it"
        " as paid."
    )
    is_found_again(found)
    scene.tell("refund.settled", refund=refund.name, reference="bank 17")
    settle(scene)
    is_over(found)


def test_a_refund_that_cannot_be_sent(scene: Scene, time: Clock, tmp_path: Path) -> None:
    (tmp_path / "refunds").write_text("a file, where the folder of the refunds should be")
    invoiced(scene)
    scene.cancel("A-1", "2")
    settle(scene)
    time.advance(25 * HOUR)
    settle(scene)
    found = only(FindingKind.REFUND_NOT_SETTLED)
    [refund] = scene.refunds("A-1")
    assert english(found) == f"Refund {refund.name} of EUR 48.80 for order A-1 could not be sent: {refund.last_error}"
    is_found_again(found)
    (tmp_path / "refunds").unlink()
    time.advance(2 * HOUR)
    settle(scene)
    is_over(found)


# Commissions


def test_an_in_house_item_without_its_commission_is_booked(scene: Scene, time: Clock) -> None:
    scene.place("A-1", [item("1", "60.00")])
    settle(scene)
    scene.ship("A-1", "1")
    settle(scene, without=[Stage.COMMISSIONS])
    time.advance(59 * MINUTE)
    reconcile()
    assert known() == []
    time.advance(2 * MINUTE)
    found = only(FindingKind.COMMISSION_WITHOUT_BASE)
    assert found.amount == 6_000
    number = scene.papers("A-1")[0].number
    assert english(found) == (
        f"Item 1 of A-1 is made in house and on {number}, but no commission on EUR 60.00 is booked."
    )
    is_repaired(found, "the commission on item 1 is booked")
    assert [entry.amount for entry in scene.commissions("A-1", "1")] == [480]


def test_a_commission_on_another_base(scene: Scene) -> None:
    invoiced(scene)
    tamper("UPDATE commission_entry SET base = 5000, amount = 400 WHERE base = 4000")
    found = only(FindingKind.COMMISSION_WITHOUT_BASE, breaches=[10])
    assert english(found) == "The commission on item 2 of A-1 is on EUR 50.00, its price was EUR 40.00."
    is_found_again(found)
    tamper("UPDATE commission_entry SET base = 4000, amount = 320 WHERE base = 5000")
    is_over(found)


def test_a_commission_of_an_item_that_its_invoice_does_not_have(scene: Scene) -> None:
    invoiced(scene)
    invoiced(scene, "A-2")
    tamper("UPDATE commission_entry SET document_id = (SELECT max(id) FROM document) WHERE id = 1")
    found: Finding = only(FindingKind.COMMISSION_WITHOUT_BASE, breaches=[10])
    assert english(found) == "Item 1 of A-1 has a commission, but is not on the invoice that it names."


def test_a_complaint_changes_no_base(scene: Scene) -> None:
    invoiced(scene)
    complained(scene)
    settle(scene)
    reconcile()
    assert known() == []


def test_a_voided_commission_is_as_it_should_be(scene: Scene) -> None:
    invoiced(scene)
    scene.cancel("A-1", "1")
    settle(scene)
    reconcile()
    assert known() == []
