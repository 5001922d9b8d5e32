"""Sending: what becomes of a try, the same bytes each time, few doubtful tries, and nobody's name in the logs."""

from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
import structlog.testing
from factories import CUSTOMER, STAGES, Clock, item
from mailing import Mailing, mailing, parsed
from sqlalchemy import select

import tasks.mail
from models import Mail, MailKind, MailState, Rendering, RenderingState, Shop
from partnershop.db import unit_of_work
from partnershop.due import left
from partnershop.errors import Refused
from partnershop.flows import mail, mail_sending, retrying
from partnershop.flows.mail_composing import compose
from partnershop.gateways.mail import post
from partnershop.gateways.outcome import Done, Rejected, Unavailable, Unknown
from partnershop.stages import Stage

UNSENT = STAGES - {Stage.MAIL}
LOST = Unknown("The connection was lost before the answer.")
BUSY = Unavailable("421 busy")


@pytest.fixture
def invoiced(mailing: Mailing) -> Mailing:
    """One mail with an invoice is due."""
    mailing.scene.change_settings(invoice_on="placed")
    mailing.scene.place("A-1", [item("1", "100.00")])
    mailing.scene.go(UNSENT)
    mailing.print_papers()
    return mailing


def again(made: Mailing) -> None:
    with unit_of_work() as session:
        mail.make_due_again(session, session.get_one(Mail, made.row(MailKind.INVOICE).id))


def test_a_mail_waits_for_its_papers(mailing: Mailing) -> None:
    mailing.scene.change_settings(invoice_on="placed")
    mailing.scene.place("A-1", [item("1", "100.00")])
    mailing.scene.go(UNSENT)
    assert mailing.send() == "nothing was due"
    mailing.print_papers()
    assert mailing.send() == "1 mail sent: FT-2026-000001 (invoice)"
    assert mailing.send() == "nothing was due"


def test_nobody_waits_for_a_mail_whose_paper_could_not_be_printed(mailing: Mailing) -> None:
    mailing.scene.change_settings(invoice_on="placed")
    mailing.scene.place("A-1", [item("1", "100.00")])
    mailing.scene.go(UNSENT)
    with unit_of_work() as session:
        assert left(session)[Stage.MAIL].due == 1
        session.scalars(select(Rendering)).one().state = RenderingState.PARKED
    with unit_of_work() as session:
        assert left(session)[Stage.MAIL].due == 0
    assert mailing.send() == "nothing was due"


def test_an_unknown_outcome_is_sent_again_as_the_same_message(invoiced: Mailing, time: Clock) -> None:
    invoiced.post.plan(LOST, kept=True)
    assert invoiced.send() == "1 to be tried again"
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.times_uncertain, row.last_error) == (MailState.DUE, 1, LOST.reason)
    assert row.uncertain_at is not None
    assert invoiced.send() == "nothing was due"
    time.advance(61)
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"
    first, second = invoiced.post.sent
    assert first == second
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.times_uncertain, row.uncertain_at, row.times_sent) == (MailState.SENT, 0, None, 1)


def test_after_a_few_unknown_outcomes_it_is_parked(invoiced: Mailing, time: Clock) -> None:
    """A server that takes each mail and never says so would have the customer get it all day."""
    invoiced.post.plan(*[LOST] * 40, kept=True)
    for _ in range(20):
        invoiced.send()
        time.advance(3601)
    assert len(invoiced.post.sent) == mail_sending.UNCERTAIN
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.last_error) == (MailState.PARKED, LOST.reason)


def test_a_server_that_is_away_is_asked_less_and_less_for_about_a_day(invoiced: Mailing, time: Clock) -> None:
    invoiced.post.plan(*[BUSY] * 100)
    waits, waited = [], 0
    while invoiced.row(MailKind.INVOICE).state is MailState.DUE:
        assert waited < 48 * 3600
        time.advance(30)
        waited += 30
        if invoiced.send() != "nothing was due":
            waits.append(waited)
            waited = 0
            # What is an hour away comes in the step before the next try.
            time.advance(min(3500, 30 * 2 ** min(len(waits), 7)))
            waited += min(3500, 30 * 2 ** min(len(waits), 7))
    assert waits[:8] == sorted(waits[:8])
    assert 60 <= waits[1] <= 120
    assert max(waits) <= 3630
    assert 20 * 3600 < sum(waits) < 28 * 3600
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.attempts, row.times_uncertain, row.uncertain_at, row.last_error) == (
        MailState.PARKED, mail_sending.ATTEMPTS, 0, None, BUSY.reason,
    )  # fmt: skip
    assert invoiced.post.sent == []


def test_what_was_uncertain_stays_so_when_the_server_is_away(invoiced: Mailing, time: Clock) -> None:
    invoiced.post.plan(LOST, BUSY)
    invoiced.send()
    before = invoiced.row(MailKind.INVOICE).uncertain_at
    time.advance(61)
    invoiced.send()
    row = invoiced.row(MailKind.INVOICE)
    assert (row.uncertain_at, row.times_uncertain, row.attempts) == (before, 1, 2)


def test_a_refused_mail_is_parked_and_the_others_go(invoiced: Mailing) -> None:
    invoiced.scene.place("A-2", [item("1", "5.00")])
    invoiced.scene.go(UNSENT)
    invoiced.print_papers()
    invoiced.post.plan(Rejected("the recipient's address was refused: 550 unknown"))
    assert invoiced.send() == "1 mail sent: FT-2026-000002 (invoice); 1 parked"
    first, second = invoiced.rows(MailKind.INVOICE)
    assert (first.state, first.last_error) == (
        MailState.PARKED, "the recipient's address was refused: 550 unknown",
    )  # fmt: skip
    assert second.state is MailState.SENT
    with unit_of_work() as session:
        assert retrying.retry(session, session.scalars(select(Shop)).one()) == retrying.Retried(0, 0, 0, 1)
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"


def test_a_mail_sent_again_is_the_same_to_the_byte(invoiced: Mailing, time: Clock) -> None:
    invoiced.send()
    time.advance(100_000)
    again(invoiced)
    invoiced.send()
    first, second = invoiced.post.sent
    assert first == second
    assert parsed(first)["Message-ID"] == invoiced.row(MailKind.INVOICE).message_id
    row = invoiced.row(MailKind.INVOICE)
    assert (row.times_sent, row.attempts) == (2, 1)


def test_other_bytes_than_were_stored_are_never_sent(invoiced: Mailing, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE rendering SET pdf = 'forged'")
    assert invoiced.send() == "1 parked"
    assert invoiced.post.sent == []
    row = invoiced.row(MailKind.INVOICE)
    assert "the bytes of FT-2026-000001 are not those that were stored first" in (row.last_error or "")
    assert (row.times_uncertain, row.uncertain_at) == (0, None)


def test_a_mail_that_cannot_be_composed_holds_nobody_up(
    invoiced: Mailing, time: Clock, product: pytest.MonkeyPatch
) -> None:
    scene = invoiced.scene
    scene.place("A-2", [item("1", "5.00")])
    scene.go(UNSENT)
    invoiced.print_papers()
    broken = invoiced.rows(MailKind.INVOICE)[0].id
    def failing(session: Any, row: Mail) -> None:
        if row.id == broken:
            raise RuntimeError("no words")
        compose(session, row)

    product.setattr(mail_sending, "compose", failing)
    assert invoiced.send() == "1 mail sent: FT-2026-000002 (invoice); 1 to be tried again"
    for _ in range(10):
        time.advance(3601)
        invoiced.send()
    first = invoiced.rows(MailKind.INVOICE)[0]
    assert (first.state, first.attempts, first.last_error, first.composed_at) == (
        MailState.PARKED, mail_sending.DEFECTS, "RuntimeError: no words", None,
    )  # fmt: skip


def test_a_wrong_address_of_the_server_is_no_fault_of_a_mail(
    invoiced: Mailing, product: pytest.MonkeyPatch
) -> None:
    def refused() -> NoReturn:
        raise Refused("PARTNERSHOP_SMTP_URL must begin with smtp://")

    with product.context() as patch:
        patch.setattr(tasks.mail, "the_post", refused)
        with pytest.raises(Refused):
            invoiced.send()
    assert invoiced.row(MailKind.INVOICE).attempts == 0
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"


def test_without_a_server_mails_are_files(invoiced: Mailing, tmp_path: Path, product: pytest.MonkeyPatch) -> None:
    product.setattr(tasks.mail, "the_post", lambda: post("", tmp_path / "mails"))
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"
    (file,) = (tmp_path / "mails").iterdir()
    before = file.read_bytes()
    again(invoiced)
    invoiced.send()
    assert [path.read_bytes() for path in (tmp_path / "mails").iterdir()] == [before]
    assert parsed(before)["Message-ID"] == invoiced.row(MailKind.INVOICE).message_id


def test_two_workers_never_have_the_same_mail(invoiced: Mailing) -> None:
    with unit_of_work() as one:
        assert mail_sending.claim(one) is not None
        with unit_of_work() as other:
            assert mail_sending.claim(other) is None
    with unit_of_work() as session:
        assert mail_sending.claim(session) is None


def test_a_call_that_was_cut_off_counts_as_uncertain(invoiced: Mailing, time: Clock) -> None:
    for number in range(1, mail_sending.UNCERTAIN + 1):
        with unit_of_work() as session:
            job = mail_sending.claim(session)
            assert job is not None
        with unit_of_work() as session:
            assert mail_sending.prepare(session, job) is not None
        row = invoiced.row(MailKind.INVOICE)
        assert (row.state, row.times_uncertain) == (MailState.DUE, number)
        assert row.uncertain_at is not None
        assert invoiced.send() == "nothing was due"
        time.advance(301)
    assert invoiced.send() == "nothing was due"
    assert invoiced.row(MailKind.INVOICE).state is MailState.PARKED
    assert invoiced.post.sent == []


def test_a_worker_that_comes_back_late_writes_nothing(invoiced: Mailing, time: Clock) -> None:
    with unit_of_work() as session:
        late = mail_sending.claim(session)
    assert late is not None
    time.advance(301)
    with unit_of_work() as session:
        newer = mail_sending.claim(session)
    assert newer is not None
    with unit_of_work() as session:
        assert mail_sending.prepare(session, late) is None
        assert mail_sending.record(session, late, Rejected("too late")) is None
        assert mail_sending.note_failure(session, late, "too late") is None
        assert mail_sending.record(session, newer, Done("250 taken")) is MailState.SENT
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.answer, row.last_error) == (MailState.SENT, "250 taken", None)


def test_a_worker_that_dies_each_time_parks_the_mail(invoiced: Mailing, time: Clock) -> None:
    for _ in range(mail_sending.ATTEMPTS):
        with unit_of_work() as session:
            assert mail_sending.claim(session) is not None
        time.advance(301)
    assert invoiced.send() == "nothing was due"
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.last_error, row.uncertain_at) == (MailState.PARKED, "the worker died each time", None)


def test_what_was_switched_off_while_it_was_sent_is_sent_all_the_same(invoiced: Mailing) -> None:
    with unit_of_work() as session:
        job = mail_sending.claim(session)
        assert job is not None
    invoiced.change(invoiced.row(MailKind.INVOICE), state=MailState.OFF)
    with unit_of_work() as session:
        assert mail_sending.record(session, job, Done("250 taken")) is MailState.SENT


def test_a_mail_whose_worker_died_is_not_sent_once_the_shop_is_switched_off(invoiced: Mailing, time: Clock) -> None:
    with unit_of_work() as session:
        assert mail_sending.claim(session) is not None
    with unit_of_work() as session:
        mail.stop(session, invoiced.row(MailKind.INVOICE).shop_id)
    time.advance(400)
    with unit_of_work() as session:
        assert mail_sending.claim(session) is None
    assert invoiced.row(MailKind.INVOICE).state is MailState.OFF


def test_what_is_switched_off_between_claim_and_call_stays_here(invoiced: Mailing) -> None:
    with unit_of_work() as session:
        job = mail_sending.claim(session)
        assert job is not None
        mail.stop(session, invoiced.row(MailKind.INVOICE).shop_id)
    with unit_of_work() as session:
        assert mail_sending.prepare(session, job) is None


def test_what_was_switched_off_is_not_parked(invoiced: Mailing) -> None:
    with unit_of_work() as session:
        job = mail_sending.claim(session)
        assert job is not None
    invoiced.change(invoiced.row(MailKind.INVOICE), state=MailState.OFF)
    with unit_of_work() as session:
        assert mail_sending.record(session, job, Rejected("550")) is MailState.OFF


def test_no_name_and_no_address_gets_into_results_and_logs(invoiced: Mailing, time: Clock) -> None:
    scene = invoiced.scene
    scene.place("A-2", [item("1", "5.00")], customer=CUSTOMER | {"email": "no.mail@customers.example"})
    scene.go(UNSENT)
    invoiced.print_papers()
    invoiced.post.plan(Rejected("550 [address] unknown"), Unknown("lost"))
    with structlog.testing.capture_logs() as logs:
        said = [invoiced.send()]
        time.advance(61)
        said += scene.go()
    assert "1 mail sent: FT-2026-000002 (invoice)" in said
    for word in ("chiara", "conti", "customers.example", "@"):
        assert word not in f"{said}{logs}".lower()


__all__ = ["mailing"]
