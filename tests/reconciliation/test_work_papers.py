"""Papers without bytes, with other bytes, and not mailed; mails that did not go out: planted, found once, mended."""

import pytest
from factories import Clock, Scene, item
from planting import change, findings, gone, now, only, print_papers, reconcile
from sqlalchemy import select

from models import Finding, FindingState, Mail, MailDocument, Rendering, RenderingState
from partnershop.db import unit_of_work
from partnershop.flows import documents, retrying, shops
from partnershop.reconciliation.checks import bytes_of_papers
from partnershop.reconciliation.checks import mails as checks_of_mails
from partnershop.reconciliation.findings import accept
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind, Job

WITHOUT_BYTES, BYTES_DIFFER = FindingKind.DOCUMENT_WITHOUT_BYTES, FindingKind.DOCUMENT_BYTES_DIFFER
NOT_MAILED, NOT_SENT, BREACH = FindingKind.DOCUMENT_NOT_MAILED, FindingKind.MAIL_NOT_SENT, FindingKind.AUDIT_BREACH
MINUTES = 60
NOT_DUE = "UPDATE mail SET state = 'due', attempts = 3, last_error = '451 try later', due_at = due_at + interval '1 h'"


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """An order with its printed invoice, of a shop that sends its mails itself."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "20.00")])
    print_papers(scene)
    return scene


def number(scene: Scene) -> str:
    """The number of the order's first paper."""
    return scene.papers("A-1")[0].number


def mails() -> list[tuple[str, list[int]]]:
    """Each mail's state and its papers."""
    with unit_of_work() as session:
        query = select(MailDocument.document_id).order_by(MailDocument.position)
        return [
            (mail.state.value, list(session.scalars(query.where(MailDocument.mail_id == mail.id))))
            for mail in session.scalars(select(Mail).order_by(Mail.id))
        ]


# Without bytes


def test_a_rendering_that_was_given_up_is_found_until_it_is_retried(invoiced: Scene) -> None:
    change("UPDATE rendering SET state = 'parked', pdf = NULL, sha256 = NULL, last_error = 'font broke', attempts = 4")
    change("DELETE FROM printed")  # it never was
    found = only(WITHOUT_BYTES)
    paper = number(invoiced)
    assert sentence(found, "en") == f"{paper} of A-1 has no PDF, making it was given up: font broke."
    assert what_to_do(found, "en") == "Mend what the error names, then `partnershop retry --shop aurora`."
    with unit_of_work() as session:
        retrying.retry(session, shops.find(session, "aurora"))
    print_papers(invoiced)
    gone(found)


def test_a_rendering_that_was_never_made_is_made(invoiced: Scene) -> None:
    change("DELETE FROM rendering")
    report = reconcile(Job.MONEY)
    (found,) = findings(FindingState.REPAIRED)
    assert (report.found, report.new, report.repaired, report.open) == (1, 1, 1, 0)
    assert sentence(found, "en") == f"{number(invoiced)} of A-1 was issued, but nobody was told to print it."
    assert found.why == f"{number(invoiced)} will be printed now"
    with unit_of_work() as session:
        assert [row.state for row in session.scalars(select(Rendering))] == [RenderingState.DUE]
    print_papers(invoiced)
    assert reconcile().open == 0
    assert now(found).state is FindingState.REPAIRED


def test_a_rendering_that_is_tried_and_tried_is_found_after_an_hour(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    time.advance(59 * MINUTES)
    with unit_of_work() as session:
        (job,) = documents.claim(session)
        documents.note_failure(session, job, "font broke")
    assert reconcile().open == 0
    time.advance(2 * MINUTES)
    found = only(WITHOUT_BYTES)
    assert sentence(found, "en") == (
        f"{number(scene)} of A-1 has had no PDF for more than an hour, though it is tried: font broke."
    )
    print_papers(scene)
    gone(found)


# Other bytes


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE rendering SET pdf = pdf || 'x'::bytea",
         "The stored PDF of {} of A-1 is not the one that was made: its bytes do not match their SHA-256."),
        ("UPDATE rendering SET pdf = NULL", "The PDF of {} of A-1 was made, but its bytes are gone."),
        ("UPDATE rendering SET sha256 = NULL", "The PDF of {} of A-1 was made, but its bytes are gone."),
    ],
)  # fmt: skip
def test_bytes_that_differ_or_are_gone_are_found_until_they_are_back(
    invoiced: Scene, statement: str, said: str
) -> None:
    with unit_of_work() as session:
        before = session.execute(select(Rendering.pdf, Rendering.sha256)).one()
    change(statement)
    found = only(BYTES_DIFFER, also=[BREACH])
    assert sentence(found, "en") == said.format(number(invoiced))
    assert "partnershop audit --shop aurora" in what_to_do(found, "en")
    change("UPDATE rendering SET pdf = :pdf, sha256 = :sha256", pdf=before.pdf, sha256=before.sha256)
    gone(found)


def test_every_paper_is_hashed_a_batch_at_a_time(invoiced: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for order in ("A-2", "A-3"):
        invoiced.place(order, [item("1", "50.00")])
    print_papers(invoiced)
    monkeypatch.setattr(bytes_of_papers, "BATCH", 2)
    change("UPDATE rendering SET pdf = pdf || 'x'::bytea")
    report = reconcile()
    assert report.checked[BYTES_DIFFER.value] == 3
    assert [one.kind for one in findings()].count(BYTES_DIFFER) == 3


# Not mailed


def test_a_paper_without_its_mail_gets_one_by_the_shops_settings(invoiced: Scene) -> None:
    change("DELETE FROM mail", "DELETE FROM mail_document")
    report = reconcile(Job.MONEY)
    (found,) = findings(FindingState.REPAIRED)
    assert (report.found, report.new, report.repaired, report.open) == (1, 1, 1, 0)
    assert sentence(found, "en") == f"{number(invoiced)} of A-1 was issued, but no mail was made for it."
    assert mails() == [("off", [invoiced.papers("A-1")[0].id])]
    invoiced.change_settings(mail={"sender": "shop@aurora.example"})
    change("DELETE FROM mail", "DELETE FROM mail_document")
    assert reconcile(Job.MONEY).repaired == 1
    assert mails() == [("due", [invoiced.papers("A-1")[0].id])]
    assert now(found).times_seen == 2


def test_a_pair_without_its_mail_gets_one_for_both(invoiced: Scene) -> None:
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="5.00")
    print_papers(invoiced)
    invoice, reversal, reduced = (paper.id for paper in invoiced.papers("A-1"))
    assert mails() == [("off", [invoice]), ("off", [reversal, reduced])]
    change("DELETE FROM mail", "DELETE FROM mail_document")
    report = reconcile(Job.MONEY)
    assert (report.found, report.repaired, report.open) == (3, 3, 0)
    assert mails() == [("off", [invoice]), ("off", [reversal, reduced])]


@pytest.mark.parametrize("first", [1, 2])
def test_whichever_of_a_pair_comes_first_brings_the_other_along(invoiced: Scene, first: int) -> None:
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="5.00")
    print_papers(invoiced)
    papers = [paper.id for paper in invoiced.papers("A-1")]
    change("DELETE FROM mail WHERE kind <> 'invoice'", "DELETE FROM mail_document WHERE document_id > 1")
    repair = checks_of_mails.CHECKS[0].repair
    with unit_of_work() as session:
        assert repair and repair(session, Finding(key=f"document-{papers[first]}", details={"case": "missing"}))
    assert mails() == [("off", papers[:1]), ("off", papers[1:])]


def test_half_a_pair_without_its_mail_gets_one_of_its_own(invoiced: Scene) -> None:
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="5.00")
    print_papers(invoiced)
    invoice, reversal, reduced = (paper.id for paper in invoiced.papers("A-1"))
    change("DELETE FROM mail_document WHERE document_id = :reduced", reduced=reduced)
    assert reconcile(Job.MONEY).repaired == 1
    assert mails() == [("off", [invoice]), ("off", [reversal]), ("off", [reduced])]


def test_a_paper_whose_mail_was_given_up_is_found_by_its_mail(invoiced: Scene) -> None:
    change("UPDATE mail SET state = 'parked', last_error = '550 no such user'")
    found = only(NOT_MAILED)
    assert sentence(found, "en") == (
        f"{number(invoiced)} of A-1 was not mailed, sending it was given up: 550 no such user."
    )
    assert what_to_do(found, "en") == (
        "Mend what the error names, then `partnershop mail resend M-1 --shop aurora`."
    )
    change("UPDATE mail SET state = 'sent'")
    gone(found)


def test_a_paper_whose_mail_is_tried_and_tried_is_found_after_an_hour(invoiced: Scene, time: Clock) -> None:
    time.advance(58 * MINUTES)
    change(NOT_DUE)
    assert reconcile().open == 0
    time.advance(3 * MINUTES)
    found = only(NOT_MAILED)
    assert sentence(found, "en") == (
        f"{number(invoiced)} of A-1 has not reached the customer by mail for more than an hour: 451 try later."
    )
    change("UPDATE mail SET state = 'sent'")
    gone(found)


def test_other_words_of_the_mail_server_do_not_reopen_what_was_accepted(invoiced: Scene, time: Clock) -> None:
    change("UPDATE mail SET state = 'parked', last_error = '550 no such user'")
    found = only(NOT_MAILED)
    with unit_of_work() as session:
        accept(session, found.id, "/operators/anna", "told by telephone")
    change("UPDATE mail SET last_error = '550 never heard of'")
    assert reconcile().open == 0


def test_a_mail_whose_paper_has_just_been_printed_after_hours_is_not_late(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed", mail={"sender": "shop@aurora.example"})
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    time.advance(180 * MINUTES)
    print_papers(scene)
    assert reconcile().open == 0


# Mails without papers


@pytest.fixture
def rejected(scene: Scene) -> Scene:
    """A customer is to be told that a complaint was rejected."""
    scene.change_settings(mail={"sender": "shop@aurora.example"})
    scene.place("A-1", [item("1", "50.00")])
    scene.complain("A-1", "1", "C-1")
    scene.reject("A-1", "C-1")
    scene.go()
    return scene


def test_a_mail_that_was_given_up_is_found_until_it_is_sent(rejected: Scene) -> None:
    change("UPDATE mail SET state = 'parked', last_error = '550 no such user'")
    found = only(NOT_SENT)
    assert sentence(found, "en") == "Mail M-1 about a rejected complaint (A-1) was given up: 550 no such user."
    assert sentence(found, "de").startswith("Mail M-1 über eine abgelehnte Reklamation (A-1) wurde aufgegeben: 550")
    assert what_to_do(found, "en") == "Mend what the error names, then `partnershop mail resend M-1 --shop aurora`."
    change("UPDATE mail SET state = 'sent'")
    gone(found)


def test_a_mail_that_is_tried_and_tried_is_found_after_an_hour(rejected: Scene, time: Clock) -> None:
    time.advance(61 * MINUTES)
    change(NOT_DUE)
    found = only(NOT_SENT)
    assert sentence(found, "en") == (
        "Mail M-1 about a rejected complaint (A-1) has not gone out for more than an hour: 451 try later."
    )
    change("UPDATE mail SET state = 'sent'")
    gone(found)


def test_a_digest_that_was_given_up_has_no_order(rejected: Scene) -> None:
    change("UPDATE mail SET state = 'parked', kind = 'digest', order_id = NULL, complaint_id = NULL")
    found = only(NOT_SENT)
    assert sentence(found, "en") == "Mail M-1 about what needs operators (–) was given up: ?."
