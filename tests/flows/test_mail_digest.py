"""The operators' digest: once an hour at most, only where there is something new, and in the shop's language."""

import pytest
from factories import Clock, item
from mailing import MAIL, Mailing, mailing, text_of
from sqlalchemy import select

import tasks.reconciliation
from models import Finding, FindingState, MailKind, MailState, ReconciliationRun, Shop
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.flows import periods
from partnershop.gateways.outcome import Rejected, Unknown
from partnershop.reconciliation import digest
from partnershop.rules.reconciliation import FindingKind, Job

HOUR = 3600


def tell() -> str:
    """As beat has it done."""
    return str(tasks.reconciliation.tell_operators())


def hold(made: Mailing, order: str) -> None:
    """An item that nobody can make."""
    made.scene.place(order, [item("1", "1.00", product="brochure")])
    made.scene.go()


def test_nothing_is_told_where_there_is_nothing(mailing: Mailing) -> None:
    mailing.scene.place("A-1", [item("1", "1.00")])
    mailing.scene.go()
    assert tell() == "nothing to tell"
    assert mailing.rows(MailKind.DIGEST) == []


def test_what_needs_somebody_is_told_with_the_reasons(mailing: Mailing) -> None:
    scene = mailing.scene
    hold(mailing, "HELD")
    scene.unitedprint.plan(Unknown("timed out"))
    scene.place("LOST", [item("1", "1.00", options={"format": "a5", "quantity": "1000"})])
    scene.tell("payment.received", order="NONE", payment="P", amount="1.00", currency="EUR", method="card",
               received_at="2026-03-02T09:14:00Z")  # fmt: skip
    scene.knock(scene.event("order.placed", order="BAD"))
    scene.place("NO", [item("1", "1.00")])
    scene.complain("NO", "1", "RC-1")
    scene.accept("NO", "RC-1", net="5.00")
    mailing.go()
    mailing.post.plan(Rejected("550 no such mailbox"))
    scene.complain("LOST", "1", "RC-2")
    scene.reject("LOST", "RC-2")
    mailing.go()
    assert tell() == "1 digest for operators: aurora"
    row = mailing.row(MailKind.DIGEST)
    assert (row.recipients, row.bcc, row.language, row.order_id) == (["works@aurora.example"], [], "it", None)
    text = row.text_body or ""
    for word in (
        "Posizioni in attesa (1)", "HELD/1:", "brochure", "Consegne dall'esito sconosciuto (1)", "LOST/1: unitedprint",
        "Eventi parcheggiati (1)", "order NONE is not known yet", "Eventi in quarantena (1)", "Q-1:",
        "Lavori abbandonati dopo i tentativi (1)", "(complaint_rejected): 550 no such mailbox",
        "Rifiutati negli ultimi sette giorni (1)", "refused: a reduction of EUR 5.00 is more than",
        "partnershop attention --shop aurora", "partnershop event park list --shop aurora",
    ):  # fmt: skip
        assert word in text
    assert mailing.send() == "1 mail sent: aurora (digest)"
    assert text_of(mailing.post.sent[-1]).splitlines() == text.splitlines()


def test_open_findings_are_told_and_those_of_the_lists_only_once(mailing: Mailing) -> None:
    hold(mailing, "HELD")
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
        run = ReconciliationRun(job="everything", started_by="tests", started_at=clock.now())
        session.add(run)
        session.flush()
        for kind in (FindingKind.ITEM_HELD, FindingKind.PAYMENT_TOO_MUCH):
            session.add(
                Finding(
                    shop_id=shop.id, kind=kind, key="x", about={"shop": "aurora", "order": "RICH"}, details={},
                    amount=123, currency="EUR", state=FindingState.OPEN, first_seen_at=clock.now(),
                    last_seen_at=clock.now(), first_run_id=run.id, last_run_id=run.id, changed_at=clock.now(),
                    changed_by="tests",
                )
            )  # fmt: skip
    tell()
    text = mailing.row(MailKind.DIGEST).text_body or ""
    assert "Esito della riconciliazione (1)" in text
    assert "RICH" in text
    assert "aurora: da vedere (2)" in text


def test_the_same_is_not_told_every_hour_but_once_a_day(mailing: Mailing, time: Clock) -> None:
    hold(mailing, "A-1")
    said = []
    for _ in range(50):
        said.append(tell())
        time.advance(HOUR)
    told = [hour for hour, words in enumerate(said) if words != "nothing to tell"]
    assert told == [0, 24, 48]


def test_something_new_is_told_in_the_next_hour_with_all_the_rest(mailing: Mailing, time: Clock) -> None:
    hold(mailing, "A-1")
    tell()
    time.advance(HOUR)
    hold(mailing, "A-2")
    assert tell() == "1 digest for operators: aurora"
    text = mailing.rows(MailKind.DIGEST)[-1].text_body or ""
    assert "A-1/1" in text
    assert "A-2/1" in text
    time.advance(HOUR)
    mailing.scene.cancel("A-1")
    mailing.scene.go()
    assert tell() == "nothing to tell"


def test_two_beats_and_a_call_by_hand_make_one_digest_an_hour(mailing: Mailing, time: Clock) -> None:
    time.set("2026-12-01T10:15:00+00:00")
    said = []
    for order in ("A-1", "A-2", "A-3"):
        hold(mailing, order)
        said.append(tell())
    assert said[0] == "1 digest for operators: aurora"
    assert set(said[1:]) == {"this period is done already, or somebody is at it"}
    assert len(mailing.rows(MailKind.DIGEST)) == 1
    time.advance(HOUR)
    assert tell() == "1 digest for operators: aurora"


def test_a_beat_that_comes_while_another_is_at_it_does_nothing(mailing: Mailing) -> None:
    hold(mailing, "A-1")
    with unit_of_work() as session:
        assert periods.claim(session, Job.DIGEST) is not None
    assert tell() == "this period is done already, or somebody is at it"
    assert mailing.rows(MailKind.DIGEST) == []


def test_a_digest_that_cannot_be_sent_is_no_news_for_the_next(mailing: Mailing, time: Clock) -> None:
    hold(mailing, "A-1")
    tell()
    mailing.post.plan(Rejected("550 no such mailbox"))
    mailing.send()
    assert mailing.row(MailKind.DIGEST).state is MailState.PARKED
    time.advance(HOUR)
    assert tell() == "nothing to tell"


def test_a_clock_set_back_does_not_silence_the_digest(mailing: Mailing, time: Clock) -> None:
    time.advance(400 * 24 * HOUR)
    hold(mailing, "A-1")
    tell()
    time.advance(-400 * 24 * HOUR)
    assert tell() == "1 digest for operators: aurora"


@pytest.mark.parametrize("settings", [MAIL | {"enabled": False}, {key: MAIL[key] for key in MAIL if key != "digest"}])
def test_without_mail_or_operators_there_is_no_digest(mailing: Mailing, settings: dict[str, object]) -> None:
    mailing.scene.change_settings(mail=settings)
    hold(mailing, "A-1")
    with unit_of_work() as session:
        assert digest.queue(session) == "nothing to tell"
    assert mailing.rows(MailKind.DIGEST) == []


__all__ = ["mailing"]
