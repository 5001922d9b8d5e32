"""The payment provider's list compared with what is held: matched, missing on either side, different; as findings."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from commanding import Run
from factories import Scene, item
from looking_at_money import english, known, reconcile, settle
from sqlalchemy import select

from models import FindingState, ReconciliationRun
from partnershop.db import unit_of_work
from partnershop.reconciliation import payments_list
from partnershop.reconciliation.findings import accept
from partnershop.reconciliation.payments_file import BrokenRows, CannotRead, Layout, PaymentsFile
from partnershop.reconciliation.payments_list import Comparison, Scope

HEADING = "order,payment,amount,currency,method,date"
HERE, THERE, DIFFERS = payments_list.KINDS
PAID_1, PAID_2, PAID_3 = (f"A-{n},P-{n},10.00,EUR,card,2026-03-02" for n in (1, 2, 3))


@pytest.fixture(autouse=True)
def paid(scene: Scene) -> None:
    """Orders A-1 to A-3 over EUR 10.00 each, paid by P-1 to P-3 on 2 March 2026."""
    for number in (1, 2, 3):
        scene.place(f"A-{number}", [item("1", "10.00", "0")], payment_method="card")
        scene.pay(f"A-{number}", "10.00", f"P-{number}")
    settle(scene)


def write(folder: Path, *rows: str) -> Path:
    """A list of these rows."""
    path = folder / "list.csv"
    path.write_text("\n".join([HEADING, *rows]) + "\n")
    return path


def compare(folder: Path, *rows: str, scope: Scope | None = None) -> Comparison:
    """Compare a list of these rows."""
    file = PaymentsFile(write(folder, *rows), Layout(timezone="Europe/Rome"))
    return payments_list.compare("aurora", file, "anna", scope)


def counts(done: Comparison) -> tuple[int, int, int, int]:
    """Matched, missing here, missing there, different."""
    return done.matched, done.missing_here, done.missing_there, done.different


def states() -> dict[tuple[str, str], FindingState]:
    """Every finding by kind and key."""
    return {(found.kind.value, found.key): found.state for found in known()}


def test_a_list_that_says_the_same(tmp_path: Path) -> None:
    done = compare(tmp_path, PAID_1, PAID_2, PAID_3)
    assert counts(done) == (3, 0, 0, 0)
    assert (done.listed, done.open, str(done.first), str(done.last)) == (3, 0, "2026-03-02", "2026-03-02")
    assert known() == []
    with unit_of_work() as session:
        run = session.scalars(select(ReconciliationRun)).one()
    assert (run.job, run.started_by, run.found, run.ended_at is not None) == ("payments", "anna", 0, True)
    assert run.checked == {HERE.value: 3, THERE.value: 3, DIFFERS.value: 3}


def test_a_payment_that_never_came_in_here(tmp_path: Path, scene: Scene) -> None:
    rows = [PAID_1, PAID_2, PAID_3, "A-4,P-4,12.50,EUR,card,2026-03-02"]
    assert counts(compare(tmp_path, *rows)) == (3, 1, 0, 0)
    [found] = known()
    assert (found.kind, found.key, found.amount, found.currency) == (HERE, "P-4", 1_250, "EUR")
    assert english(found) == (
        "The payment provider lists P-4 of EUR 12.50 for order A-4 on 2026-03-02; here it never came in."
    )
    again = compare(tmp_path, *rows)
    assert (again.new, again.open) == (0, 1)
    assert [one.times_seen for one in known()] == [2]
    scene.place("A-4", [item("1", "12.50", "0")], payment_method="card")
    scene.pay("A-4", "12.50", "P-4")
    settle(scene)
    right = compare(tmp_path, *rows)
    assert (right.new, right.closed, right.open) == (0, 1, 0)
    [closed] = known()
    assert (closed.state, closed.why) == (FindingState.CLOSED, "the list says that it is right")


def test_a_payment_that_the_provider_does_not_list(tmp_path: Path) -> None:
    assert counts(compare(tmp_path, PAID_1, PAID_3)) == (2, 0, 1, 0)
    [found] = known()
    assert (found.kind, found.amount) == (THERE, 1_000)
    assert english(found) == (
        "Payment P-2 of EUR 10.00 for order A-2 came in on 2026-03-02; the payment provider does not list it."
    )
    assert compare(tmp_path, PAID_2).closed == 1


def test_only_the_days_that_the_list_covers_are_missed(tmp_path: Path) -> None:
    later = "A-1,P-1,10.00,EUR,card,2026-03-03"
    assert counts(compare(tmp_path, later)) == (1, 0, 0, 0)
    scope = Scope(first=date(2026, 3, 2))
    assert counts(compare(tmp_path, later, scope=scope)) == (1, 0, 2, 0)
    assert counts(compare(tmp_path, later, scope=Scope(date(2026, 3, 2), methods=["advance"]))) == (1, 0, 0, 0)
    with pytest.raises(CannotRead, match="check --from and --to"):
        compare(tmp_path, later, scope=Scope(first=date(2026, 3, 4)))


@pytest.mark.parametrize(
    ("row", "amount", "words"),
    [
        ("A-2,P-2,10.01,EUR,card,2026-03-02", 1, "EUR 10.01 for order A-2"),
        ("A-2,P-2,10.00,CHF,card,2026-03-02", None, "CHF 10.00 for order A-2"),
        ("A-9,P-2,10.00,EUR,card,2026-03-02", 0, "EUR 10.00 for order A-9"),
    ],
)
def test_a_payment_that_differs(tmp_path: Path, row: str, amount: int | None, words: str) -> None:
    assert counts(compare(tmp_path, PAID_1, row, PAID_3)) == (2, 0, 0, 1)
    [found] = known()
    assert (found.kind, found.key, found.amount) == (DIFFERS, "P-2", amount)
    assert english(found) == (
        f"Payment P-2 differs: the payment provider says {words}, here it is EUR 10.00 for order A-2."
    )
    assert compare(tmp_path, PAID_1, row, PAID_3).new == 0
    assert compare(tmp_path, PAID_1, PAID_2, PAID_3).closed == 1
    assert states() == {(DIFFERS.value, "P-2"): FindingState.CLOSED}


def test_the_same_payment_id_of_two_orders_is_the_one_of_the_listed_order(tmp_path: Path, scene: Scene) -> None:
    scene.pay("A-3", "10.00", "P-1")
    settle(scene)
    assert counts(compare(tmp_path, PAID_1, PAID_2, PAID_3)) == (3, 0, 1, 0)
    [found] = known()
    assert (found.kind, found.about["order"], found.about["payment"]) == (THERE, "A-3", "P-1")


def test_a_list_says_nothing_about_payments_that_it_does_not_name(tmp_path: Path) -> None:
    compare(tmp_path, PAID_1, PAID_2, PAID_3, "A-4,P-4,12.50,EUR,card,2026-03-02")
    done = compare(tmp_path, PAID_1, PAID_2, PAID_3)
    assert (done.closed, done.open) == (0, 0)
    assert states() == {(HERE.value, "P-4"): FindingState.OPEN}


def test_what_was_missing_here_and_came_in_otherwise_is_another_finding(tmp_path: Path, scene: Scene) -> None:
    row = "A-4,P-4,12.50,EUR,card,2026-03-02"
    compare(tmp_path, PAID_1, PAID_2, PAID_3, row)
    scene.place("A-4", [item("1", "12.00", "0")], payment_method="card")
    scene.pay("A-4", "12.00", "P-4")
    settle(scene)
    done = compare(tmp_path, PAID_1, PAID_2, PAID_3, row)
    assert (done.new, done.closed) == (1, 1)
    assert states() == {(HERE.value, "P-4"): FindingState.CLOSED, (DIFFERS.value, "P-4"): FindingState.OPEN}


def test_what_is_accepted_stays_so_until_the_amount_is_another(tmp_path: Path) -> None:
    compare(tmp_path, PAID_1, PAID_3, "A-2,P-2,10.01,EUR,card,2026-03-02")
    with unit_of_work() as session:
        accept(session, known()[0].id, "anna", "a cent of the bank's")
    assert compare(tmp_path, PAID_1, PAID_3, "A-2,P-2,10.01,EUR,card,2026-03-02").open == 0
    assert compare(tmp_path, PAID_1, PAID_3, "A-2,P-2,10.02,EUR,card,2026-03-02").open == 1


def test_the_nightly_run_leaves_these_findings_alone(tmp_path: Path) -> None:
    compare(tmp_path, PAID_1, PAID_3)
    reconcile()
    assert [found.state for found in known()] == [FindingState.OPEN]


def test_a_payment_that_is_listed_twice_is_a_broken_row_that_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(BrokenRows) as refused:
        compare(tmp_path, PAID_1, PAID_2, PAID_1, "A-9,P-2,1.00,EUR,card,2026-03-02")
    assert str(refused.value) == (
        "2 rows cannot be read; nothing was compared\n"
        "line 4: the payment of line 2 is listed again: remove one of the two\n"
        "line 5: the payment of line 3 is listed again: remove one of the two"
    )


def test_one_broken_row_and_nothing_changes(tmp_path: Path) -> None:
    with pytest.raises(BrokenRows, match="line 3: amount must be written as"):
        compare(tmp_path, PAID_1, "A-4,P-4,twelve,EUR,card,2026-03-02")
    assert known() == []
    with unit_of_work() as session:
        assert session.scalars(select(ReconciliationRun)).all() == []


def test_a_list_without_payments_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="has a heading and no payments"):
        compare(tmp_path)


def test_another_shops_payments_are_not_compared(tmp_path: Path) -> None:
    Scene(shop="borea", series={"invoice": "FB-{year}-{number:06d}", "reversal": "NB-{year}-{number:06d}"})
    done = payments_list.compare("borea", PaymentsFile(write(tmp_path, PAID_1), Layout()), "anna")
    assert counts(done) == (0, 1, 0, 0)


# The command


def reconcile_payments(run: Run, path: Path, *more: object) -> tuple[int, dict[str, object]]:
    """What the command says as JSON, and its exit code."""
    result = run("reconcile", "payments", path, "--shop", "aurora", "--json", *more)
    return result.code, json.loads(result.out)


def test_the_command_says_what_differs_and_exits_with_one(tmp_path: Path, run: Run) -> None:
    rows: Sequence[str] = (PAID_1, "A-2,P-2,10.01,EUR,card,2026-03-02", "A-4,P-4,12.50,EUR,card,2026-03-02")
    path = write(tmp_path, *rows)
    code, said = reconcile_payments(run, path)
    assert code == 1
    counted = ("listed", "matched", "missing_here", "missing_there", "different")
    assert [said[name] for name in ("compared", *counted)] == [True, 3, 1, 1, 1, 1]
    assert said["left_out"] == 0
    assert isinstance(said["differences"], list)
    assert {one["kind"] for one in said["differences"]} == {kind.value for kind in payments_list.KINDS}
    table = run("reconcile", "payments", path, "--shop", "aurora", "--limit", 1)
    assert table.code == 1
    assert "payments from 2026-03-02 to 2026-03-02" in table.out
    assert "and 2 differences more; --limit prints them" in table.out
    assert "0 new, 0 closed" in table.out


def test_the_command_reads_a_list_as_its_options_say(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "liste.csv"
    lines = ["Auftrag;Zahlung;Betrag;Währung;Datum"]
    lines += [f"A-{number};P-{number};10,00;EUR;02.03.2026" for number in (1, 2, 3)]
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    options = [f"--column={name}" for name in ("order=Auftrag", "payment=Zahlung", "amount=Betrag", "date=Datum")]
    options += ["--column", "currency=Währung", "--decimal", ",", "--encoding", "latin-1", "--date-format", "%d.%m.%Y"]
    code, said = reconcile_payments(run, path, *options, "--delimiter", ";")
    assert (code, said["matched"], said["open"]) == (0, 3, 0)


def test_the_command_names_broken_rows_and_exits_with_one(tmp_path: Path, run: Run) -> None:
    path = write(tmp_path, PAID_1, "A-4,P-4,twelve,EUR,card,2026-03-02")
    code, said = reconcile_payments(run, path)
    assert (code, said["compared"], said["left_out"]) == (1, False, 0)
    result = run("reconcile", "payments", path, "--shop", "aurora")
    assert (result.code, result.out) == (1, "")
    assert "1 row cannot be read; nothing was compared\nline 3: amount must be" in result.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--column", "orders=X"], "write NAME=HEADING, NAME one of order, payment"),
        (["--column", "order"], "write NAME=HEADING"),
        (["--column", "order=Auftrag"], 'has no column for order ("Auftrag")'),
        (["--delimiter", ";;"], "--delimiter must be one character, or tab"),
        (["--delimiter", '"'], "--delimiter must be one character, or tab"),
        (["--shop", "nobody"], "nobody"),
        (["--from", "2026-03-04"], "check --from and --to"),
    ],
)
def test_the_command_used_wrongly(tmp_path: Path, run: Run, options: list[str], words: str) -> None:
    result = run("reconcile", "payments", write(tmp_path, PAID_1), "--shop", "aurora", *options)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_the_command_of_a_file_that_is_not_there(tmp_path: Path, run: Run) -> None:
    result = run("reconcile", "payments", tmp_path / "none.csv", "--shop", "aurora")
    assert result.code == 2
    assert "cannot be read: No such file" in result.err
