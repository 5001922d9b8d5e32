"""Refund instructions: what every payments gateway must do, and what lies in the refund folder."""

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from counterparts import REFUND

from partnershop.gateways.fakes import FakePayments
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable
from partnershop.gateways.payments import Payments, RefundFolder

Make = Callable[[Path], Payments]


@pytest.fixture(params=[RefundFolder, lambda _folder: FakePayments()], ids=["folder", "fake"])
def payments(request: pytest.FixtureRequest, folder: Path) -> Payments:
    make: Make = request.param
    return make(folder)


def test_the_same_refund_twice_is_one(payments: Payments) -> None:
    assert payments.request_refund(REFUND) == payments.request_refund(REFUND) == Done("R-17.json")


def test_two_equal_refunds_with_different_ids_are_two(payments: Payments) -> None:
    assert payments.request_refund(REFUND) != payments.request_refund(replace(REFUND, refund="R-18"))


def test_the_same_id_in_another_shop_is_another_refund(payments: Payments) -> None:
    payments.request_refund(REFUND)
    assert payments.request_refund(replace(REFUND, shop="retail", amount="1.00")) == Done("R-17.json")


def test_other_content_under_the_same_id_is_rejected_and_the_first_stands(payments: Payments) -> None:
    payments.request_refund(REFUND)
    for other in (replace(REFUND, amount="60.89"), replace(REFUND, order="A-2"), replace(REFUND, currency="GBP")):
        outcome = payments.request_refund(other)
        assert isinstance(outcome, Rejected)
        assert "R-17" in outcome.reason
    assert payments.request_refund(REFUND) == Done("R-17.json")


@pytest.mark.parametrize("amount", ["0", "0.00", "-1.00", "", "1,50", "1e3", "NaN", "1.", ".5", " 1", "1\n", "\u0661"])
def test_what_is_no_amount_above_zero_is_rejected(payments: Payments, amount: str) -> None:
    assert isinstance(payments.request_refund(replace(REFUND, amount=amount)), Rejected)


@pytest.mark.parametrize("bad", ["", "..", "a/b", "R 17", "ü"])
def test_names_that_cannot_be_files_are_rejected(payments: Payments, bad: str) -> None:
    assert isinstance(payments.request_refund(replace(REFUND, refund=bad)), Rejected)
    assert isinstance(payments.request_refund(replace(REFUND, shop=bad)), Rejected)


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "€"])
def test_what_is_no_currency_is_rejected(payments: Payments, currency: str) -> None:
    assert isinstance(payments.request_refund(replace(REFUND, currency=currency)), Rejected)


def test_the_file_is_the_documented_one(folder: Path) -> None:
    RefundFolder(folder).request_refund(REFUND)
    assert json.loads((folder / "aurora" / "R-17.json").read_bytes()) == {
        "schema": "partnershop.refund",
        "version": 1,
        "refund": "R-17",
        "shop": "aurora",
        "order": "A-1001",
        "amount": "60.88",
        "currency": "EUR",
        "reason": "Posizione 1 annullata",
    }


def test_a_file_that_was_taken_away_is_not_written_again(folder: Path) -> None:
    refunds = RefundFolder(folder)
    refunds.request_refund(REFUND)
    (folder / "aurora" / "R-17.json").unlink()
    assert refunds.request_refund(REFUND) == Done("R-17.json")
    assert isinstance(refunds.request_refund(replace(REFUND, amount="1.00")), Rejected)
    assert not (folder / "aurora" / "R-17.json").exists()


def test_a_folder_that_cannot_be_written_is_unavailable_and_named(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.touch()
    outcome = RefundFolder(folder).request_refund(REFUND)
    assert isinstance(outcome, Unavailable)
    assert str(folder) in outcome.reason


def request_amount(folder: Path, amount: str, barrier: "multiprocessing.synchronize.Barrier") -> Outcome:
    barrier.wait(timeout=30)
    return RefundFolder(folder).request_refund(replace(REFUND, amount=amount))


def test_of_two_requests_at_once_with_other_content_one_is_rejected(folder: Path) -> None:
    fork = multiprocessing.get_context("fork")
    with fork.Manager() as manager:
        for round_number in range(10):
            barrier = manager.Barrier(2)
            with fork.Pool(2) as pool:
                here = folder / str(round_number)
                answers = pool.starmap(request_amount, [(here, "1.00", barrier), (here, "2.00", barrier)], chunksize=1)
            won = [outcome for outcome in answers if isinstance(outcome, Done)]
            assert len(won) == 1
            assert any(isinstance(outcome, Rejected) for outcome in answers)
            amount = json.loads((here / "aurora" / "R-17.json").read_bytes())["amount"]
            assert amount == ("1.00" if isinstance(answers[0], Done) else "2.00")


def test_a_fake_answers_as_planned_and_keeps_nothing_of_it() -> None:
    fake = FakePayments([Unavailable("Down.")])
    assert fake.request_refund(REFUND) == Unavailable("Down.")
    assert fake.refunds == {}
    assert isinstance(fake.request_refund(REFUND), Done)
    assert fake.refunds == {("aurora", "R-17"): REFUND}
